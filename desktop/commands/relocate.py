"""``plantain relocate``: a folder of the library that is somewhere else now."""

from __future__ import annotations

import argparse
import os

from desktop.commands.arguments import path
from desktop.commands.opening import interruptible, open_library
from desktop.commands.parser import Commands, Json
from desktop.commands.terminal import follow, say
from desktop.config.options import EngineOptions
from desktop.core.asset import displayable
from desktop.core.text import ngettext, tr


def add_to(commands: Commands) -> None:
    """Make the command known."""
    relocate = commands.add(
        "relocate", _relocate, tr("tell the library where a folder has moved to")
    )
    relocate.add_argument("old", type=path, metavar="OLD")
    relocate.add_argument("new", type=path, metavar="NEW")
    relocate.add_argument(
        "--force", action="store_true", help=tr("even if few of its pictures are there")
    )


def _relocate(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine, interruptible() as cancel:
        moved = follow(
            engine.relocation.run(arguments.old, arguments.new, cancel, is_forced=arguments.force)
        )
    if not arguments.json:
        say(
            ngettext(
                "{count} picture is in {folder} now; {missing} of them are missing there.",
                "{count} pictures are in {folder} now; {missing} of them are missing there.",
                moved.assets,
                folder=displayable(moved.folder),
                missing=moved.indexed.missing,
            )
        )
    return {
        "folder": os.fspath(moved.folder),
        "assets": moved.assets,
        "found": moved.found,
        "asked": moved.asked,
        "missing": moved.indexed.missing,
        "added": moved.indexed.added,
    }
