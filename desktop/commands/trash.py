"""``plantain trash``: pictures to the system's trash."""

from __future__ import annotations

import argparse

from desktop.commands.arguments import path
from desktop.commands.opening import interruptible, open_library
from desktop.commands.parser import Commands, Json
from desktop.commands.terminal import follow, say, say_failures
from desktop.config.options import EngineOptions
from desktop.core.asset import displayable
from desktop.core.errors import Cancelled
from desktop.core.text import tr


def add_to(commands: Commands) -> None:
    """Make the command known."""
    trash = commands.add("trash", _trash, tr("move pictures of the library to the system's trash"))
    trash.add_argument("paths", nargs="+", type=path, metavar="PATH")


def _trash(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine, interruptible() as cancel:
        assets = engine.curation.trash.find(arguments.paths)
        report = follow(engine.curation.trash.run([asset.id for asset in assets], cancel))
    say_failures(report.failed)
    if not arguments.json:
        say(
            tr(
                "{moved} moved to the trash, {left} left where they were.",
                moved=len(report.trashed),
                left=len(report.failed) + report.left,
            )
        )
    if report.left:
        raise Cancelled
    return {
        "binned": list(report.trashed),
        "failed": [{"path": displayable(f.path), "reason": f.reason} for f in report.failed],
        "exit_code": 1 if report.failed else 0,
    }
