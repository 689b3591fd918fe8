"""The register: what an AI model made, from what, when, by which model."""

from __future__ import annotations

import csv
import io
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.core.asset import displayable
from desktop.core.filter import Filter
from desktop.core.rights import strictest
from desktop.core.text import tr
from desktop.files.new_file import new_file
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.lineage import LineageTable
from desktop.library.catalog.rights import RightsTable

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take a cell for that begins so."""


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One picture.

    Attributes:
        source_type: IPTC's digital source type.
        generator, model, endpoint: who made it, by which model, asked where.
        made_from: the picture before it and the references, by their paths.
        created_at: seconds since the epoch.
        is_missing: its file is not there any more; that it was made stays written.
        attempt: key of the call.
        licence, expires: what binds it, see ``core.rights``.
    """

    path: Path
    content_hash: str
    source_type: str
    generator: str
    model: str
    endpoint: str
    prompt: str
    made_from: tuple[str, ...]
    created_at: float
    is_missing: bool
    attempt: str
    licence: str
    expires: str

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "path": os.fspath(self.path),
            "content_hash": self.content_hash,
            "digital_source_type": self.source_type,
            "generator": self.generator,
            "model": self.model,
            "endpoint": self.endpoint,
            "prompt": self.prompt,
            "made_from": [*self.made_from],
            "created_at": self.created_at,
            "is_missing": self.is_missing,
            "attempt_id": self.attempt,
            "licence": self.licence,
            "expires": self.expires,
        }


class Register:
    """Reads it out of the catalogue."""

    def __init__(self, catalog: Catalog, lineage: LineageTable, rights: RightsTable) -> None:
        self._catalog = catalog
        self._lineage = lineage
        self._rights = rights

    def entries(self) -> list[RegisterEntry]:
        """Everything that a model made, the oldest first; boards that are laid out here are not."""
        ids = self._catalog.filters.ids(Filter(is_generated=True)).tolist()
        assets = self._catalog.assets_by_id(ids)
        found: list[RegisterEntry] = []
        for asset_id in ids:
            asset, record = assets.get(asset_id), self._lineage.of(asset_id)
            if asset is None or record is None or not record.digital_source_type:
                continue
            rights = strictest(claim.rights for claim in self._rights.claims([asset_id])[asset_id])
            found.append(
                RegisterEntry(
                    asset.path,
                    asset.content_hash,
                    record.digital_source_type,
                    record.request.generator,
                    record.model,
                    record.endpoint,
                    record.request.prompt,
                    tuple(map(os.fspath, self._lineage.made_from(record))),
                    record.created_at,
                    asset.is_missing,
                    record.attempt,
                    rights.licence,
                    rights.expires,
                )
            )
        return sorted(found, key=lambda entry: entry.created_at)

    def write(self, target: Path) -> list[RegisterEntry]:
        """Save it: CSV by its name, else JSON; over nothing.

        Raises:
            LibraryError: the file exists already, or cannot be written.
        """
        entries = self.entries()
        is_table = target.suffix.lower() == ".csv"
        text = _table(entries) if is_table else _json(entries)
        with new_file(target, tr("The register")) as file:
            file.write(text.encode("utf-8-sig" if is_table else "utf-8", "backslashreplace"))
        return entries


def _json(entries: list[RegisterEntry]) -> str:
    told = {"pictures": [entry.plain() for entry in entries]}
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _table(entries: list[RegisterEntry]) -> str:
    """Names of columns are those of the JSON: a program may read it."""
    out = io.StringIO(newline="")
    table = csv.writer(out)
    columns = list(_EMPTY.plain())
    table.writerow(columns)
    for entry in entries:
        cells = {**entry.plain(), "made_from": "; ".join(map(displayable, entry.made_from))}
        cells["path"] = displayable(entry.path)
        texts = [str(cells[name]) for name in columns]
        table.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in texts])
    return out.getvalue()


_EMPTY = RegisterEntry(Path(), "", "", "", "", "", "", (), 0.0, False, "", "", "")
