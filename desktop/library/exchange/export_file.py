"""What people entered, as a file that outlives Plantain: JSON, or CSV for a spreadsheet.

Both hold everything and are read back exactly. A picture is known by the hash of its bytes and by
its path below a root. Names that are not Unicode keep their bytes: as lone surrogates in JSON
("\\udce9"), as the bytes themselves in CSV.
"""

from __future__ import annotations

import csv
from pathlib import Path

from desktop.core.asset import displayable
from desktop.core.errors import LibraryError, UsageError
from desktop.core.system_errors import system_reason
from desktop.core.text import tr
from desktop.files.new_file import new_file
from desktop.files.regular_file import open_guarded, read_up_to
from desktop.library.exchange.export_contents import contents_of
from desktop.library.exchange.export_csv import raw_csv
from desktop.library.exchange.export_json import raw_json
from desktop.library.exchange.exported import Exported
from desktop.library.exchange.spreadsheet import decoded

_MAX_BYTES = 1 << 30


def from_bytes(data: bytes) -> Exported:
    """Read either of the two; a row or a field that cannot be understood costs itself alone.

    Raises:
        LibraryError: it is neither, nothing of it can be understood (the message says where), or
            it is from a newer Plantain.
    """
    try:
        text = decoded(data)
        is_json = text.lstrip().startswith("{")
        raw, version = raw_json(text) if is_json else raw_csv(text, _MAX_BYTES)
        return contents_of(raw, version)
    except (ValueError, csv.Error, UsageError) as error:
        raise LibraryError(
            tr("This is not an export of Plantain's that can be read: {error}", error=error),
            safe=tr("Nothing was changed."),
            next_step=tr("Export again, or correct the file."),
        ) from error


def write_export(path: Path, data: bytes) -> None:
    """Save an export, whole or not at all, over nothing. Raises: LibraryError."""
    with new_file(path, tr("The export")) as file:
        file.write(data)


def read_export(path: Path) -> Exported:
    """Raises: LibraryError: there is no such file, or as ``from_bytes``."""
    try:
        with open_guarded(path) as file:
            data = read_up_to(file, _MAX_BYTES + 1)
    except OSError as error:
        raise LibraryError(
            tr(
                "{path} cannot be read: {reason}.",
                path=displayable(path),
                reason=system_reason(error),
            ),
            safe=tr("Nothing was changed."),
        ) from error
    if len(data) > _MAX_BYTES:
        raise LibraryError(
            tr("{path} is too large for an export.", path=displayable(path)),
            safe=tr("Nothing was changed."),
        )
    return from_bytes(data)
