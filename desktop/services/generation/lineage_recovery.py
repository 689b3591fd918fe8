"""Pictures of Plantain's that a scan comes across, with their record inside.

Of the library's own folder: its program was killed between saving a picture and writing it down. Of
any other: it was made in another library, or given away and came back.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from desktop.core.asset import Asset
from desktop.core.generation_record import GenerationRecord
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.lineage import LineageTable
from desktop.library.folders.scan import FoundFile
from desktop.media.metadata.lineage import may_hold_record, read_record, record_beside
from desktop.services.unforeseen import as_file_error


class LineageRecovery:
    """Writes down the lineage of generated pictures that a scan has found."""

    def __init__(self, catalog: Catalog, lineage: LineageTable) -> None:
        self._catalog = catalog
        self._lineage = lineage

    def find(self, folder: Path, files: Sequence[FoundFile]) -> dict[Path, GenerationRecord]:
        """The records inside these files, by path; most files have none."""
        found: dict[Path, GenerationRecord] = {}
        for file in files:
            path = folder / os.fsdecode(file.relative_path)
            try:
                record = read_record(path) if may_hold_record(path) else record_beside(path)
            except Exception as error:  # noqa: BLE001 - the guard: one file never ends a run
                as_file_error(path, error)
                continue  # reading the picture itself will say what is wrong with it
            if record is not None:
                found[path] = record
        return found

    def adopt(self, assets: Iterable[Asset], records: Mapping[Path, GenerationRecord]) -> None:
        """These assets are new; those with a record count as generated, and it is written down."""
        made = [asset for asset in assets if asset.path in records]
        for asset in made:
            # Ids of assets, should a stranger have written some, are not of this library.
            self._lineage.record(asset.id, records[asset.path].portable())
        self._catalog.mark_generated([asset.id for asset in made])
