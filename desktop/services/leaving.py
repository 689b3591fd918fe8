"""What the window can do to keep a library safe, to move it and to leave it, in one place each.

Every one of these answers with a sentence for the person.
"""

from __future__ import annotations

import logging
from collections.abc import Generator
from pathlib import Path

from desktop.core.annotations import Edits
from desktop.core.asset import displayable
from desktop.core.cancellation import CancelToken
from desktop.core.errors import PlantainError
from desktop.core.progress import Progress, ProgressSteps
from desktop.library.disk.relocating import Relocating
from desktop.library.keeping.backups import DailyBackups
from desktop.library.keeping.exchange import Exchange
from desktop.library.keeping.export_file import read_export, to_csv, to_json, write_export
from desktop.services.back_up import BackUp
from desktop.services.indexing import Indexing

_LOG = logging.getLogger(__name__)


class Leaving:
    """Back-ups, exports and moved folders of an open library."""

    def __init__(
        self,
        daily: DailyBackups,
        back_up: BackUp,
        exchange: Exchange,
        relocating: Relocating,
        indexing: Indexing,
    ) -> None:
        self._daily = daily
        self._back_up = back_up
        self._exchange = exchange
        self._relocating = relocating
        self._indexing = indexing

    def back_up(self, target: Path, cancel: CancelToken) -> ProgressSteps[str]:
        """Raises: as ``BackUp.run``."""
        made = yield from self._back_up.run(target, cancel)
        return f"Backed up to {displayable(made.path.name)}, {made.size / 1e6:,.1f} MB"

    def export(self, target: Path) -> str:
        """JSON, or CSV by the name. Raises: LibraryError: the file exists, or cannot be written."""
        write = to_csv if target.suffix.lower() == ".csv" else to_json
        exported = self._exchange.collect()
        write_export(target, write(exported))
        return f"Exported what was said about {len(exported.assets):,} pictures"

    def take_over(self, source: Path) -> tuple[str, Edits]:
        """Import an export; also returns how to undo it. Raises: as ``read_export``."""
        report = self._exchange.merge(read_export(source))
        unknown = f"; {len(report.unknown):,} are not in the library" if report.unknown else ""
        return f"Took over what was said about {report.found:,} pictures{unknown}", report.undo

    def relocate(
        self, folder: Path, new: Path, cancel: CancelToken
    ) -> Generator[Progress, None, str]:
        """The root that holds ``folder`` is ``new`` now; looks through it. Raises: as
        ``Relocating.relocate`` and ``Indexing.run``."""
        moved = self._relocating.relocate(self._relocating.root_of(folder), new)
        report = yield from self._indexing.run([moved.folder], cancel)
        missing = f", {report.missing:,} are missing there" if report.missing else ""
        return f"{moved.assets:,} pictures are in {displayable(new.name)} now{missing}"

    def keep_daily_copy(self) -> None:
        """Copy the catalogue unless that was done today; a failure must not disturb anybody."""
        try:
            self._daily.make_if_due()
        except PlantainError as error:
            _LOG.warning("no copy of the catalogue today: %s", error.sentence())
