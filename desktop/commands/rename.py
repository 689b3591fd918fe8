"""``plantain rename``: another name for a picture's file, with all that was said of it."""

from __future__ import annotations

import argparse
import os

from desktop.commands.annotate import assets_at
from desktop.commands.arguments import path
from desktop.commands.opening import open_library
from desktop.commands.parser import Commands, Json
from desktop.commands.terminal import say
from desktop.config.options import EngineOptions
from desktop.core.asset import displayable
from desktop.core.errors import UsageError
from desktop.core.text import tr


def add_to(commands: Commands) -> None:
    """Make the command known."""
    rename = commands.add("rename", _rename, tr("give a picture's file another name"))
    rename.add_argument("path", type=path, metavar="PATH")
    rename.add_argument("name", metavar="NAME", help=tr("the new name, with its suffix"))


def _rename(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        asset_ids = assets_at(engine, [arguments.path])
        if len(asset_ids) != 1 or arguments.path.is_dir():
            raise UsageError(
                tr("{path} is no picture.", path=displayable(arguments.path)),
                next_step=tr("Name one picture."),
            )
        before = engine.curation.renaming.rename(asset_ids[0], arguments.name)
        asset = engine.catalog.assets_by_id(asset_ids)[asset_ids[0]]
    if not arguments.json:
        say(tr("{old} is called {new} now.", old=displayable(before), new=asset.filename))
    return {"path": os.fspath(asset.path), "was": before}
