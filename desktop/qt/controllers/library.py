"""Adding folders, keeping the grid and the sidebar up to date, details of what is selected."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from desktop.core.asset import Asset, displayable
from desktop.core.progress import Progress
from desktop.qt.controllers.context import Context
from desktop.qt.dialogs.failures import FailuresDialog
from desktop.qt.models.job_list import JobRow, JobState
from desktop.qt.panels.sidebar import Overview, overview
from desktop.qt.workers.latest import Latest
from desktop.services.reports import AssetDetails, IndexReport, LibraryStatus

REFRESH_MS = 1500
"""While pictures are added: how often the grid is read anew, at most."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The library as one job read it; everything costly is done in the lane.

    ``status`` is None in the readings made while pictures are added: it asks the system's key
    store, which may be slow or even ask the person. ``is_unfinished``: an earlier run was
    stopped before every picture was read.
    """

    assets: Sequence[Asset]
    by_id: dict[int, Asset]
    overview: Overview
    status: LibraryStatus | None
    is_unfinished: bool
    seconds: float


class LibraryController(QObject):
    """Owns what the window knows of the library."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._window = context.window
        self._readings = Latest(context.lanes.browse, self)
        self._readings.finished.connect(self._show_reading)
        self._readings.failed.connect(context.notice)
        self._details = Latest(context.lanes.browse, self)
        self._details.finished.connect(self._show_details)
        self._details.failed.connect(context.notice)
        self._indexings = 0
        self._refresh_timer = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._refresh_timer.timeout.connect(lambda: self.refresh(with_status=False))

        window = self._window
        window.paths_added.connect(self.add)
        window.rescan_requested.connect(self.rescan)
        window.centre.grid.selection_changed.connect(self._on_selection)
        window.jobs_panel.failures_requested.connect(self._show_failures)

    @property
    def is_indexing(self) -> bool:
        return self._indexings > 0

    def refresh(self, *, with_status: bool = True) -> None:
        """Read the library anew."""
        self._refresh_timer.stop()
        engine = self._context.engine

        def read(_: object) -> Reading:
            began = time.monotonic()
            assets = engine.browsing.all()
            status = engine.status() if with_status else None
            return Reading(
                assets,
                {asset.id: asset for asset in assets},
                overview(assets),
                status,
                status is not None and is_unfinished(assets, status),
                time.monotonic() - began,
            )

        self._readings.submit(read)

    def add(self, paths: Sequence[Path], *, retry_failed: bool = False) -> None:
        """Add folders and files to the library."""
        if len(paths) == 1:
            title = f"Add {displayable(paths[0].name) or displayable(paths[0])}"
        else:
            title = f"Add {len(paths)} items"
        self._index(title, tuple(paths), retry_failed=retry_failed)

    def rescan(self) -> None:
        """Look for changes in all known folders."""
        self._index("Look for changes", ())

    # ------------------------------------------------------------------ indexing

    def _index(self, title: str, paths: Sequence[Path], *, retry_failed: bool = False) -> None:
        engine = self._context.engine
        job_id, handle = self._context.follow(
            self._context.lanes.index,
            title,
            lambda cancel: engine.indexing.run(paths, cancel, retry_failed=retry_failed),
            stopped="Stopped; what was read is kept. “Look for changes” (F5) goes on with the rest",
        )
        self._indexings += 1
        self._window.centre.show_indexing(True)
        handle.progressed.connect(self._on_progress)
        handle.finished.connect(lambda report: self._on_indexed(job_id, report))
        handle.failed.connect(self._on_index_failed)
        handle.cancelled.connect(self._on_index_over)

    def _on_progress(self, progress: Progress) -> None:
        if self._refresh_timer.isActive():
            return
        # What the scan found is shown at once, without thumbnails: starting the model takes
        # seconds in which there would be nothing to look at.
        is_scanned = bool(progress.total) and not progress.done
        if is_scanned and not self._readings.is_busy:
            self.refresh(with_status=False)
        elif is_scanned or (progress.done and not self._readings.is_busy):
            self._refresh_timer.start()

    def _on_indexed(self, job_id: int, report: IndexReport) -> None:
        self._window.jobs.end(job_id, JobState.DONE, report_text(report), report.failed)
        self._on_index_over()

    def _on_index_failed(self, error: object) -> None:
        self._context.notice(error)
        self._on_index_over()

    def _on_index_over(self) -> None:
        self._indexings -= 1
        if not self.is_indexing:
            self._window.centre.show_indexing(False)
        self.refresh()

    def _show_failures(self, row: JobRow) -> None:
        dialog = FailuresDialog(row.failures, self._window)
        dialog.retry_requested.connect(lambda paths: self.add(paths, retry_failed=True))
        dialog.open()

    # ------------------------------------------------------------------ showing

    def _show_reading(self, reading: Reading) -> None:
        # A large library is read less often while it grows: never more than a twentieth of
        # the time goes into reading it.
        self._refresh_timer.setInterval(max(REFRESH_MS, round(20_000 * reading.seconds)))
        is_first = not self._window.centre.situation.is_open
        self._context.pictures.set_assets(reading.by_id)
        self._context.cache.forgive()
        window = self._window
        if reading.status is not None:
            window.centre.show_status(reading.status)
            window.creation.show_key_state(reading.status.has_gemini_key)
        window.centre.show_library(reading.assets)
        window.sidebar.show_overview(reading.overview)
        if is_first and not window.creation.prompt.hasFocus():
            window.centre.search.setFocus()
        if is_first and reading.is_unfinished and not self.is_indexing:
            self._index("Finish reading your pictures", ())
        # The selected picture may have got its thumbnail or its lineage.
        self._on_selection(window.centre.grid.selected_assets())

    def _on_selection(self, assets: Sequence[Asset]) -> None:
        if len(assets) != 1:
            self._details.forget()
            return
        engine, asset_id = self._context.engine, assets[0].id
        self._details.submit(lambda _: engine.browsing.details(asset_id))

    def _show_details(self, details: AssetDetails) -> None:
        self._window.details.show_details(details)


def is_unfinished(assets: Sequence[Asset], status: LibraryStatus) -> bool:
    """There are pictures that another run would read, or send to the store."""
    if status.pending and not status.model_problem:
        return True
    return any(not (asset.content_hash or asset.failure or asset.is_missing) for asset in assets)


def report_text(report: IndexReport) -> str:
    """What a run did, in one line."""
    parts: list[str] = []
    if report.added:
        parts.append(f"{report.added:,} added")
    if report.updated:
        parts.append(f"{report.updated:,} updated")
    if report.missing:
        parts.append(f"{report.missing:,} missing")
    if report.failed:
        parts.append(f"{len(report.failed):,} could not be read")
    if not parts:
        return "Everything is up to date" if report.found else "No pictures found there"
    return " · ".join(parts)
