"""Documents of Clip Studio Paint: chunks, one of them an SQLite database with the preview."""

from __future__ import annotations

import struct
from contextlib import closing

from desktop.core.text import marked
from desktop.media.formats.format import Encoded, PictureFormat, Source
from desktop.media.formats.inner_preview import (
    MAX_PREVIEW,
    PREVIEW_LIBRARIES,
    no_preview,
    opened_preview,
)

_MARK = b"CSFCHUNK"
_DATABASE = b"CHNKSQLi"
_NO_JOURNAL = b"\x01\x01"
"""In its header: a database in memory has none beside it."""
_STEPS = 10_000_000
"""Of SQLite's machine; a preview takes a few hundred."""


def _open(encoded: Encoded) -> Source:
    """Raises: FileUnsupported: without a preview. ValueError: no database."""
    import sqlite3

    database = _chunk(encoded.data)
    try:
        preview = _preview(database)
    except sqlite3.Error as error:
        raise ValueError("no database") from error
    if not preview:
        raise no_preview(encoded)
    return opened_preview(encoded, preview)


def _chunk(data: bytes) -> bytes:
    """The database. Raises: ValueError: there is none, or it breaks off."""
    (at,) = struct.unpack_from(">Q", data, 16)  # of the first chunk
    while at + 16 <= len(data):
        kind, length = struct.unpack_from(">8sQ", data, at)
        if kind == _DATABASE:
            content = data[at + 16 : at + 16 + length]
            if len(content) < length:
                break
            return content
        at += 16 + length
    raise ValueError("breaks off before its database")


def _preview(database: bytes) -> bytes:
    """Read in memory, from a copy; what the database tells SQLite to do is not done."""
    import sqlite3

    plain = database[:18] + _NO_JOURNAL + database[20:]
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(plain)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.set_progress_handler(lambda: 1, _STEPS)
        is_table = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'CanvasPreview'"
        if connection.execute(is_table).fetchone() is None:
            return b""
        row = connection.execute(
            "SELECT ImageData FROM CanvasPreview WHERE length(ImageData) BETWEEN 1 AND ?"
            " ORDER BY length(ImageData) DESC LIMIT 1",
            (MAX_PREVIEW,),
        ).fetchone()
    return row[0] if row and isinstance(row[0], bytes) else b""


CLIP_STUDIO = PictureFormat(
    name="CLIP",
    label=marked("Clip Studio Paint document"),
    suffixes=(".clip",),
    signatures=(_MARK,),
    libraries=("sqlite3", *PREVIEW_LIBRARIES),
    open=_open,
)
