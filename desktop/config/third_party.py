"""The works of others that run here, and their licences: for whoever wants to read them."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

_IS_TEXT = re.compile(r"(licen[cs]e|copying|notice)", re.I)


@dataclass(frozen=True, slots=True)
class Work:
    """One work of others.

    Attributes:
        licence: as it states it; empty where it does not.
        text: of its licence, as far as it brings it.
    """

    name: str
    version: str
    licence: str
    text: str = ""


def works() -> list[Work]:
    """All of them by name: as they were collected when the program was built, else what Plantain
    asks for and what these ask for. Reads some hundred files: not on the GUI thread."""
    found = list(_collected()) or list(_installed())
    return sorted(found, key=lambda work: work.name.lower())


def _collected() -> Iterator[Work]:
    """Of a built program; see packaging/licences.py."""
    if not getattr(sys, "frozen", False):
        return
    program = Path(sys.executable).resolve().parent
    places = (
        program / "licences",  # Windows
        program.parent / "Resources" / "notices" / "licences",  # in the bundle of macOS
        program.parent.parent / "share/doc/plantain/licences",  # Linux: of usr/lib/plantain
    )
    folder = next((place for place in places if place.is_dir()), None)
    for file in sorted(folder.glob("*.txt")) if folder else ():
        text = file.read_text("utf-8", "replace")
        head, licence, *_ = (*text.split("\n", 2), "", "")
        name, _, version = head.rpartition(" ")
        stated = "" if licence.startswith("licence:") else licence
        yield Work(name or file.stem, version, stated, text)


def _installed() -> Iterator[Work]:
    seen: set[str] = set()
    waiting = ["plantain"]
    while waiting:
        name = waiting.pop()
        key = re.sub(r"[-_.]+", "-", name).lower()
        if key in seen:
            continue
        seen.add(key)
        try:
            found = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        asked = (line for line in found.requires or () if "extra ==" not in line)
        waiting += [re.split(r"[^\w.\-]", line, maxsplit=1)[0] for line in asked]
        if key != "plantain":
            yield _work(found)


def _work(found: metadata.Distribution) -> Work:
    told: Any = found.metadata  # a message of the email kind; its protocol leaves much out
    stated = told.get("License-Expression") or told.get("License") or ""
    if not stated or "\n" in stated:
        kinds = [each for each in told.get_all("Classifier") or () if each.startswith("License ::")]
        stated = ", ".join(each.rpartition(" :: ")[2] for each in kinds)
    texts = [
        Path(str(found.locate_file(file))).read_text("utf-8", "replace")
        for file in found.files or ()
        if _IS_TEXT.search(file.name) and Path(str(found.locate_file(file))).is_file()
        if not file.name.endswith((".py", ".pyc"))
    ]
    return Work(told["Name"] or "", found.version, stated, "\n\n".join(texts))
