"""What is written on a product, letter by letter."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from types import MappingProxyType

from desktop.core.picture_text import TextLine

_LEAST_CONFIDENCE = 0.7
_LEAST_OF_ADDED = 0.9
"""Of a line that the product has not: a fold or a shine that is read as letters has less."""
_FEWEST = 2
_FEWEST_ADDED = 3
_IN_ONE_ROW = 0.5
"""Of the height of the lower of two lines, by which they overlap in one row."""

_NOTHING: Mapping[int, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Row:
    """Lines beside one another.

    Attributes:
        text: of all of them, from left to right.
        left, top, right, bottom: around them, as shares of the picture.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def letters(self) -> str:
        """What counts of it: letters and digits, without case, widths and spaces."""
        return letters_of(self.text)


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row of a product that says something else.

    Attributes:
        before, after: as it was read; empty for nothing.
        changed: how many letters.
        row: where it is.
        place: of a letter that is read as before but drawn differently, counted from 1; else 0.
    """

    before: str
    after: str
    changed: int
    row: Row
    place: int = 0


@dataclass(frozen=True, slots=True)
class Compared:
    """Attributes:
    changes: rows that say something else.
    letters: how many were compared.
    unread: rows of the product that are too small in the picture to be judged.
    """

    changes: tuple[RowChange, ...] = ()
    letters: int = 0
    unread: tuple[str, ...] = ()

    @property
    def kept(self) -> float:
        """Share of the letters that are as they were; 1 where there are none."""
        changed = sum(change.changed for change in self.changes)
        return max(0.0, 1 - changed / max(1, self.letters)) if changed else 1.0


def letters_of(text: str) -> str:
    """Letters and digits alone, without case, accents and widths (NFKD): an accent of two pixels
    is read where there is none, and not where there is one."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(filter(str.isalnum, plain))


def rows_of(lines: Sequence[TextLine], least: float = _LEAST_CONFIDENCE) -> list[Row]:
    """The rows of what was read, from top to bottom."""
    boxes = sorted((_box(line) for line in lines if line.confidence >= least), key=_top)
    rows: list[list[Row]] = []
    for box in boxes:
        beside = next((row for row in rows if any(_is_beside(box, each) for each in row)), None)
        if beside is None:
            rows.append([box])
        else:
            beside.append(box)
    return [_joined(row) for row in rows]


def compare(
    known: Sequence[TextLine],
    seen: Sequence[TextLine],
    small: Sequence[TextLine] | None = None,
    odd: Mapping[int, float] = _NOTHING,
) -> Compared:
    """What became of the letters of a product.

    Args:
        known: what was read on its reference.
        seen: what was read in the picture, laid over the reference: the same places.
        small: what was read on the reference once it was as small as in the picture; a letter that
            is read wrong there says nothing. None where nobody has looked.
        odd: which of the ``known`` lines have a letter that is drawn differently, and where, as a
            share of their length.
    """
    before, after = rows_of(known), rows_of(seen)
    reduced = None if small is None else rows_of(small)
    changes: list[RowChange] = []
    unread: list[str] = []
    letters = 0
    for row in before:
        if len(row.letters) < _FEWEST:
            continue
        doubtful = _doubtful(row, reduced)
        there = [each for each in after if _is_beside(row, each)]
        if doubtful is None:
            unread.append(row.text)
            continue
        letters += len(row.letters)
        said = _joined(there) if there else None
        changed = _changed(row.letters, said.letters if said else "") - doubtful
        if changed:
            changes.append(RowChange(row.text, said.text if said else "", len(changed), row))
    for number, where in odd.items():
        row = _box(known[number])
        is_told = any(_is_beside(row, change.row) for change in changes)
        if len(row.letters) >= _FEWEST and not is_told and row.text not in unread:
            place = min(int(where * len(row.text)), len(row.text) - 1) + 1
            changes.append(RowChange(row.text, row.text, 1, row, place))
    known_rows = before + (reduced or [])
    changes += [
        RowChange("", row.text, len(row.letters), row)
        for row in rows_of(seen, _LEAST_OF_ADDED)
        if len(row.letters) >= _FEWEST_ADDED
        and not any(_is_beside(row, each) for each in known_rows)
    ]
    return Compared(tuple(changes), letters, tuple(unread))


def _doubtful(row: Row, reduced: list[Row] | None) -> set[int] | None:
    """Places in a row that cannot be told at that size; None: hardly any can."""
    if reduced is None:
        return set()
    there = [each for each in reduced if _is_beside(row, each)]
    wrong = _changed(row.letters, _joined(there).letters if there else "")
    return None if 2 * len(wrong) > len(row.letters) else wrong


def _changed(before: str, after: str) -> set[int]:
    """Places of ``before`` at which ``after`` says something else; a letter that came in counts
    for the place before it."""
    places: set[int] = set()
    for kind, start, end, _, _ in SequenceMatcher(None, before, after, False).get_opcodes():
        if kind == "insert":
            places.add(min(start, len(before) - 1))
        elif kind != "equal":
            places.update(range(start, end))
    return places


def _box(line: TextLine) -> Row:
    across = [x for x, _ in line.corners]
    down = [y for _, y in line.corners]
    return Row(line.text, min(across), min(down), max(across), max(down))


def _is_beside(one: Row, other: Row) -> bool:
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    lower = min(one.bottom - one.top, other.bottom - other.top)
    return shared >= _IN_ONE_ROW * lower


def _joined(rows: Sequence[Row]) -> Row:
    ordered = sorted(rows, key=lambda row: row.left)
    return Row(
        " ".join(row.text for row in ordered),
        min(row.left for row in rows),
        min(row.top for row in rows),
        max(row.right for row in rows),
        max(row.bottom for row in rows),
    )


def _top(row: Row) -> float:
    return row.top
