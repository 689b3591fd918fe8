"""``plantain index``: what is on disk comes into the library."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import asdict

from desktop.commands.arguments import path
from desktop.commands.opening import interruptible, open_library
from desktop.commands.parser import Commands, Json
from desktop.commands.terminal import follow, say, say_failures
from desktop.config.options import EngineOptions
from desktop.core.asset import displayable
from desktop.core.errors import LibraryError


def add_to(commands: Commands) -> None:
    """``index``."""
    index = commands.add(
        "index", _index, "add folders or files, or look through the known ones again"
    )
    index.add_argument("paths", nargs="*", type=path, metavar="PATH")
    index.add_argument("--retry-failed", action="store_true", help="read failed files again")


def _index(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    if arguments.paths and not any(os.path.lexists(path) for path in arguments.paths):
        raise LibraryError(
            f"There is nothing at {', '.join(displayable(path) for path in arguments.paths)}.",
            safe="Nothing was changed.",
            next_step="Check the path.",
        )
    with open_library(options) as engine, interruptible() as cancel:
        if problem := engine.model.problem():
            say(f"{problem} They are browsable, and found by their names.", to=sys.stderr)
        report = follow(
            engine.indexing.run(arguments.paths, cancel, retry_failed=arguments.retry_failed)
        )
    say_failures(report.failed)
    if not arguments.json:
        nothing = not (
            report.added or report.updated or report.moved or report.missing or report.failed
        )
        say(
            f"{'Nothing to do: ' if nothing else ''}{report.found} pictures found, "
            f"{report.added} added, {report.updated} updated, {report.moved} moved, "
            f"{report.unchanged} unchanged, "
            f"{report.missing} missing, {len(report.failed)} failed "
            f"in {report.seconds:.1f} s."
        )
    failed = [{"path": displayable(f.path), "reason": f.reason} for f in report.failed]
    told = asdict(report)
    told["updated"] += told.pop("moved")  # the contract's keys are fixed
    return {**told, "failed": failed, "seconds": round(report.seconds, 3)}
