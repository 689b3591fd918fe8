"""How far long work has come; yielded by services, shown by the window and the command line."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeVar

from desktop.core.text import marked


@dataclass(frozen=True, slots=True)
class Progress:
    """One step of a running job.

    Attributes:
        stage: what is being done, in a person's words ("Reading folders").
        done: steps finished.
        total: steps in all; None while unknown.
        current: the file or thing at hand; empty when there is none.
        failed: files that failed so far.
        unit: what ``done`` and ``total`` count ("pictures", "MB").
    """

    stage: str
    done: int = 0
    total: int | None = None
    current: str = ""
    failed: int = 0
    unit: str = marked("pictures")


ResultT = TypeVar("ResultT")

ProgressSteps = Generator[Progress, None, ResultT]
"""Long work: yields ``Progress`` and returns its result; ``finish`` runs one to its end."""


def finish(steps: ProgressSteps[ResultT]) -> ResultT:
    """Run the work to its end without looking at the progress."""
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            return stop.value
