"""``plantain index``: what is on disk comes into the library."""

from __future__ import annotations

import argparse
import math
import os
import sys
import time
from contextlib import closing
from dataclasses import asdict

from desktop.commands.arguments import path
from desktop.commands.opening import interruptible, open_library
from desktop.commands.parser import Commands, Json
from desktop.commands.terminal import follow, say, say_failures
from desktop.config.options import EngineOptions
from desktop.core.asset import displayable
from desktop.core.errors import Cancelled, LibraryError
from desktop.core.progress import ProgressSteps
from desktop.core.text import duration, listed, ngettext, sentences, tr
from desktop.services.reports import passed_over_in_words


def add_to(commands: Commands) -> None:
    """``index``."""
    index = commands.add(
        "index", _index, tr("add folders or files, or look through the known ones again")
    )
    index.add_argument("paths", nargs="*", type=path, metavar="PATH")
    index.add_argument("--retry-failed", action="store_true", help=tr("read failed files again"))
    text = index.add_mutually_exclusive_group()
    text.add_argument(
        "--text",
        action="store_true",
        help=tr("look for text in all pictures, however long it takes"),
    )
    text.add_argument(
        "--no-text", action="store_true", help=tr("do not look for text in the pictures")
    )


_TEXT_S, _TEXT_SHARE = 20.0, 0.05
"""For how long text is read when nobody asked for it: seconds, or as a share of the indexing."""


def _for_a_while(steps: ProgressSteps[object], seconds: float) -> ProgressSteps[None]:
    """The beginning of some work; what was done by its end is kept."""
    end = time.monotonic() + seconds
    with closing(steps):
        for step in steps:
            yield step
            if time.monotonic() >= end:
                return


def _text_left(count: int) -> str:
    return ngettext(
        "Text was not looked for in {count} picture yet: “plantain index --text” does, and the "
        "window does when nothing else is to be done.",
        "Text was not looked for in {count} pictures yet: “plantain index --text” does, and the "
        "window does when nothing else is to be done.",
        count,
    )


def _stopped(left: int) -> Cancelled:
    """Args: left: pictures that were found and are still to be read."""
    error = Cancelled(
        ngettext("Stopped: {count} picture is left.", "Stopped: {count} pictures are left.", left)
    )
    error.next_step = tr("To go on, run “plantain index”.")
    return error


def _index(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    if arguments.paths and not any(os.path.lexists(path) for path in arguments.paths):
        raise LibraryError(
            tr(
                "There is nothing at {paths}.",
                paths=listed(displayable(path) for path in arguments.paths),
            ),
            safe=tr("Nothing was changed."),
            next_step=tr("Check the path."),
        )
    with open_library(options) as engine, interruptible() as cancel:
        if problem := engine.model.problem():
            browsable = tr("They are browsable, and found by their names.")
            say(sentences(problem, browsable), to=sys.stderr)
        if not arguments.paths:  # all that is left was asked for
            engine.indexing_stop.lift()
        try:
            report = follow(
                engine.indexing.run(arguments.paths, cancel, retry_failed=arguments.retry_failed)
            )
        except Cancelled as stopped:
            engine.indexing_stop.set()  # or the next window would go on by itself
            left = engine.indexing_stop.left()
            if left:
                raise _stopped(left) from stopped
            raise
        if not arguments.no_text:
            seconds = math.inf if arguments.text else max(_TEXT_S, _TEXT_SHARE * report.seconds)
            try:
                follow(_for_a_while(engine.text_reading.run(cancel), seconds))
            except Cancelled:
                if arguments.text:  # otherwise what was asked for is done
                    raise
            if left := engine.text_reading.unread_count():
                say(_text_left(left), to=sys.stderr)
    say_failures(report.failed)
    if not arguments.json:
        nothing = not (
            report.added or report.updated or report.moved or report.missing or report.failed
        )
        told = ngettext(
            "{count} picture found, {added} added, {updated} updated, {moved} moved, {unchanged} "
            "unchanged, {missing} missing, {failed} failed in {time}.",
            "{count} pictures found, {added} added, {updated} updated, {moved} moved, {unchanged} "
            "unchanged, {missing} missing, {failed} failed in {time}.",
            report.found,
            added=report.added,
            updated=report.updated,
            moved=report.moved,
            unchanged=report.unchanged,
            missing=report.missing,
            failed=len(report.failed),
            time=duration(report.seconds),
        )
        say(tr("Nothing to do: {told}", told=told) if nothing else told)
        if passed_over := passed_over_in_words(report.passed_over):
            say(passed_over)
    failed = [{"path": displayable(f.path), "reason": f.reason} for f in report.failed]
    told = asdict(report)
    told["passed_over"] = {displayable(kind): count for kind, count in report.passed_over.items()}
    told["updated"] += told.pop("moved")  # the contract's keys are fixed
    return {**told, "failed": failed, "seconds": round(report.seconds, 3)}
