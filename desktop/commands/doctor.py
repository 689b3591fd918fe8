"""``plantain doctor``: what is wrong, for people; with ``--report``, for whoever helps them."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from desktop.commands.arguments import path
from desktop.commands.parser import Commands, Json
from desktop.commands.terminal import say
from desktop.config.options import EngineOptions
from desktop.core.asset import displayable
from desktop.core.errors import UsageError
from desktop.core.text import tr


def add_to(commands: Commands) -> None:
    """``doctor``."""
    doctor = commands.add("doctor", _doctor, tr("what is installed, what is in use, what is wrong"))
    doctor.add_argument(
        "--report",
        type=path,
        metavar="FILE.zip",
        help=tr(
            "put it into a file to send, with the log; without keys, pictures, prompts and names"
        ),
    )
    doctor.add_argument(
        "--fix",
        action="store_true",
        help=tr("put right what can be, with a copy first, and say what was done"),
    )
    doctor.add_argument(
        "--with-paths",
        action="store_true",
        help=tr("keep the names of folders and files in the report"),
    )


def _doctor(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    target: Path | None = arguments.report
    if arguments.fix:
        if target is not None:
            raise UsageError(
                tr("--fix and --report do not go together."),
                next_step=tr("Give one of them, then the other."),
            )
        return _fix(arguments, options)
    if target is not None:
        return _report(arguments, options, target)
    if arguments.with_paths:
        raise UsageError(
            tr("--with-paths belongs to --report."), next_step=tr("Add --report FILE.zip.")
        )
    from desktop.commands.checkup import examine  # imports torch

    found = examine(options)
    if not arguments.json:
        say(json.dumps(found, indent=2, ensure_ascii=False))
    return found


def _fix(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    from desktop.commands.mending import mend  # as above

    done, left = mend(options)
    if not arguments.json:
        for line in done or [tr("There was nothing that can be put right.")]:
            say(line)
        for line in left:
            say(line, to=sys.stderr)
    return {"fixed": done, "left": left, "exit_code": 1 if left else 0}


def _report(arguments: argparse.Namespace, options: EngineOptions, target: Path) -> Json:
    from desktop.commands.report import write_report  # as above

    with_paths: bool = arguments.with_paths
    names = write_report(options, target, with_paths=with_paths)
    if not arguments.json:
        file = displayable(target)
        say(
            tr("The report is in {file}, without keys, pictures and prompts.", file=file)
            if with_paths
            else tr(
                "The report is in {file}, without keys, pictures, prompts and names.", file=file
            )
        )
        say(tr("Look into it before you send it: it is a ZIP archive of text files."))
    return {"report": str(target), "files": names, "with_paths": with_paths}
