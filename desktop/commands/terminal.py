"""What the command line prints: lines, errors, and progress when someone is watching."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING, TextIO

from desktop.core.asset import displayable
from desktop.core.errors import PlantainError
from desktop.core.progress import ProgressSteps, ResultT
from desktop.core.text import sentences, tr

_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""Escapes, and marks that turn the direction of what follows."""

if TYPE_CHECKING:  # the window passes here
    from desktop.services.reports import FileFailure


def say(text: str, to: TextIO | None = None) -> None:
    """One line; on stdout unless told otherwise. What it quotes of files and services cannot
    command the terminal."""
    print(_COMMANDS.sub("\ufffd", text), file=to or sys.stdout, flush=True)


def column(text: str, width: int) -> str:
    """Filled up with spaces; a Chinese character takes two of a terminal's cells."""
    cells = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
    return text + " " * (width - cells)


def say_error(error: PlantainError) -> None:
    """An error as people read it, on stderr."""
    say(tr("plantain: {problem}", problem=error_sentence(error)), to=sys.stderr)


def error_sentence(error: PlantainError) -> str:
    """As ``PlantainError.sentence``, with what can be done at a terminal."""
    return sentences(error.headline, error.safe, error.at_terminal or error.next_step)


def error_json(error: PlantainError) -> dict[str, str]:
    """The same for programs."""
    return {
        "kind": error.kind,
        "message": sentences(error.headline, error.safe),
        "next_step": error.at_terminal or error.next_step,
    }


def say_failures(failures: Iterable[FileFailure]) -> None:
    """Files that were passed over, each with its reason, on stderr."""
    for failure in failures:
        say(
            tr(
                "could not use {path}: {reason}",
                path=displayable(failure.path),
                reason=failure.reason,
            ),
            to=sys.stderr,
        )


def follow(steps: ProgressSteps[ResultT]) -> ResultT:
    """Run work to its end, with a progress bar on stderr when that is a terminal."""
    # Not before there is progress to show: the window passes through the command line too.
    from tqdm import tqdm

    # disable=None: tqdm's own test for a terminal.
    with tqdm(file=sys.stderr, disable=None, leave=False, unit=" ", dynamic_ncols=True) as bar:
        while True:
            try:
                step = next(steps)
            except StopIteration as stop:
                return stop.value
            bar.set_description(step.stage, refresh=False)
            if step.total != bar.total:
                bar.total = step.total
            bar.n = step.done
            bar.set_postfix_str(_COMMANDS.sub("\ufffd", step.current[-40:]), refresh=False)
            bar.update(0)
