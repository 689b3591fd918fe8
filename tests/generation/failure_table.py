"""The table of failures, as it is written down for people in ``failures.tsv``."""

from __future__ import annotations

import csv
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from desktop.config.paths import resource
from desktop.core.text import ENGLISH, Language, speak


@dataclass(frozen=True, slots=True)
class Row:
    """One way to fail.

    Attributes:
        api: of which service's API; "network" and "disk" whatever was asked.
        reason: as the stand-ins spell it.
        kind: of the error.
        action: the remedy that is offered.
        english, chinese: all that is said.
    """

    api: str
    reason: str
    kind: str
    action: str
    english: str
    chinese: str

    def said_in(self, code: str) -> str:
        return self.english if code == ENGLISH else self.chinese


LANGUAGES = (ENGLISH, "zh_CN")


@contextmanager
def spoken(code: str) -> Generator[None]:
    """Everything is said in this language meanwhile."""
    speak(Language(code, None if code == ENGLISH else resource("translations")))
    try:
        yield
    finally:
        speak(Language(ENGLISH))


def _read() -> dict[tuple[str, str], Row]:
    with Path(__file__).with_name("failures.tsv").open(encoding="utf-8", newline="") as file:
        rows = [Row(**line) for line in csv.DictReader(file, dialect="excel-tab")]
    return {(row.api, row.reason): row for row in rows}


TABLE = _read()
