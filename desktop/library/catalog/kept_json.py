"""JSON that stands in a column of the catalogue.

A catalogue may be a stranger's back-up, or of a newer Plantain: a row that cannot be read reads as
nothing, is named in the log, and costs itself alone.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

from desktop.files.checked_json import decode_json

T = TypeVar("T")
V = TypeVar("V")

_LOG = logging.getLogger(__name__)


def read_column(
    text: bytes | str, kind: type[T], which: str, *, names: Collection[str] = ()
) -> T | None:
    """A value of the type ``kind``; None where the text is none.

    Args:
        which: what it is, for the log.
        names: as in ``checked_json.checked``.
    """
    return readable(lambda text: decode_json(text, kind, names=names), text, which)


def readable(read: Callable[[V], T], value: V, which: str) -> T | None:
    """What ``read`` makes of a value; None where it raises ValueError, as ``MalformedJson`` is."""
    try:
        return read(value)
    except ValueError as error:
        _LOG.warning("%s in the catalogue cannot be read: %s", which, error)
        return None


def read_rows(rows: Iterable[sqlite3.Row], read: Callable[[sqlite3.Row], T], which: str) -> list[T]:
    """What ``readable`` makes of each, without those of which it makes nothing."""
    values = (readable(read, row, which) for row in rows)
    return [value for value in values if value is not None]


def in_record(path: str, table: str = "") -> str:
    """SQL for what stands at ``path`` of the column ``record``; NULL where nothing does. To be
    compared, not selected: half a character in it is no text to Python."""
    record = f"{table}.record" if table else "record"
    return f"(CASE WHEN json_valid({record}) THEN json_extract({record}, '$.{path}') END)"
