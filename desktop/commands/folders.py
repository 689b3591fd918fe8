"""``plantain remove-folder``: a folder leaves the library and stays on disk."""

from __future__ import annotations

import argparse
import os

from desktop.commands.arguments import path
from desktop.commands.opening import open_library
from desktop.commands.parser import Commands, Json
from desktop.commands.terminal import say
from desktop.config.options import EngineOptions
from desktop.core.asset import displayable
from desktop.core.text import ngettext, sentences, tr


def add_to(commands: Commands) -> None:
    """Make the command known."""
    remove = commands.add(
        "remove-folder", _remove, tr("take a folder out of the library; its files stay on disk")
    )
    remove.add_argument("folder", type=path, metavar="FOLDER")


def _remove(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        removed = engine.folder_removal.remove(arguments.folder)
    if not arguments.json:
        told = ngettext(
            "{folder} is out of the library, with {count} picture.",
            "{folder} is out of the library, with {count} pictures.",
            removed.pictures,
            folder=displayable(removed.folder),
        )
        kept = tr("What you said about them is kept, and comes back when you add it again.")
        say(sentences(told, kept))
    return {"folder": os.fspath(removed.folder), "pictures": removed.pictures}
