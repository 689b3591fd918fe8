"""Adding folders, keeping the grid and the sidebar up to date, details of what is selected."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.core.asset import Asset, displayable
from desktop.core.cancellation import CancelToken
from desktop.core.progress import Progress
from desktop.qt.controllers.context import Context
from desktop.qt.dialogs.failures import FailuresDialog
from desktop.qt.models.job_list import JobRow, JobState
from desktop.qt.models.ordering import BROWSING, Order, Shelf
from desktop.qt.models.sections import Overview, overview
from desktop.qt.workers.collector import uncollected
from desktop.qt.workers.lane import Job, JobHandle
from desktop.qt.workers.latest import Latest
from desktop.services.reports import AssetDetails, IndexReport, LibraryStatus

REFRESH_MS = 1500
"""While pictures are added: how often the grid is read anew, at most."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The library as one job read it.

    Attributes:
        version: of ``engine.browsing`` when it was read.
    """

    version: object
    shelf: Shelf
    order: Order
    by_id: dict[int, Asset]
    seconds: float


class LibraryController(QObject):
    """Owns what the window knows of the library."""

    first_read = Signal()
    """The pictures are shown, or the reason why they cannot be; comes once."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._window = context.window
        self._readings = Latest(context.lanes.browse, self)
        self._readings.finished.connect(self._on_reading)
        self._readings.failed.connect(self._on_not_read)
        self._shelf = Shelf()
        self._version: object = None
        self._is_read = False
        # The pictures do not wait for what is counted and asked about them.
        self._overviews = Latest(context.lanes.browse, self)
        self._overviews.finished.connect(self._show_overview)
        self._overviews.failed.connect(context.notice)
        self._unread = 0
        self._statuses = Latest(context.lanes.browse, self)
        self._statuses.finished.connect(self._show_status)
        self._statuses.failed.connect(context.notice)
        self._is_status_wanted = False
        self._status: LibraryStatus | None = None
        self._orders = Latest(context.lanes.browse, self)
        self._orders.finished.connect(self._window.centre.show_ordered)
        self._orders.failed.connect(context.notice)
        self._preparations = Latest(context.lanes.browse, self)
        self._preparations.failed.connect(context.notice)
        self._details = Latest(context.lanes.browse, self)
        self._details.finished.connect(self._show_details)
        self._details.failed.connect(context.notice)
        self._indexings = 0
        self._catching_up: JobHandle | None = None
        self._refresh_timer = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._refresh_timer.timeout.connect(lambda: self.refresh(with_status=False))

        window = self._window
        window.paths_added.connect(self.add)
        window.rescan_requested.connect(self.rescan)
        window.centre.order_wanted.connect(self.arrange)
        window.centre.grid.selection_changed.connect(self._on_selection)
        window.jobs_panel.failures_requested.connect(self._show_failures)

    @property
    def is_indexing(self) -> bool:
        return self._indexings > 0

    def refresh(self, *, with_status: bool = True) -> None:
        """Read the library anew, unless nothing about it has changed.

        Args:
            with_status: ask for the status as well. That asks the system's key store, which may be
                slow or even ask the person, so not while pictures are added.
        """
        self._refresh_timer.stop()
        self._is_status_wanted |= with_status
        engine, order, known = self._context.engine, self._window.centre.order, self._version

        def read(_: object) -> Reading | None:
            began = time.monotonic()
            # Asked first: what changes during the reading is read by the next one.
            version = engine.browsing.version()
            if version == known:
                return None
            with uncollected():
                assets = engine.browsing.all()
                shelf = Shelf(assets)
                shelf.in_order(order)
                by_id = {asset.id: asset for asset in assets}
            return Reading(version, shelf, order, by_id, time.monotonic() - began)

        self._readings.submit(read)

    def arrange(self, order: Order) -> None:
        """Show the library in another order."""
        shelf = self._shelf
        if shelf.is_in_order(order):
            # Not by way of the lane, where what was said about a large selection may be read.
            self._orders.forget()
            self._window.centre.show_ordered(shelf.in_order(order))
            return
        self._orders.submit(lambda _: shelf.in_order(order))

    def add(self, paths: Sequence[Path], *, retry_failed: bool = False) -> None:
        """Add folders and files to the library."""
        if len(paths) == 1:
            title = f"Add {displayable(paths[0].name) or displayable(paths[0])}"
        else:
            title = f"Add {len(paths)} items"
        self._index(title, tuple(paths), retry_failed=retry_failed)
        self._let_pass()

    def rescan(self) -> None:
        """Look for changes in all known folders."""
        self._index("Look for changes", ())
        self._let_pass()

    def show_key_state(self) -> None:
        """Tell the Create panel, where there is one, whether there is a key."""
        if self._status is not None and self._window.has_creation:
            self._window.creation.show_key_state(self._status.has_gemini_key)

    def catch_up(self) -> None:
        """Encode what the model in use does not know yet; whatever a person asks for goes first."""
        engine = self._context.engine
        self._catching_up = self._run(
            "Make every picture searchable",
            engine.indexing.catch_up,
            nothing="Everything is up to date",
        )

    def _let_pass(self) -> None:
        """What was just asked for is done before the catching up, which goes on after it."""
        handle, self._catching_up = self._catching_up, None
        if handle is not None and not handle.is_over:
            handle.cancelled.connect(self.catch_up)
            handle.cancel()

    # ------------------------------------------------------------------ indexing

    def _index(self, title: str, paths: Sequence[Path], *, retry_failed: bool = False) -> None:
        engine = self._context.engine
        self._run(
            title, lambda cancel: engine.indexing.run(paths, cancel, retry_failed=retry_failed)
        )

    def _run(self, title: str, job: Job, *, nothing: str = "No pictures found there") -> JobHandle:
        """``nothing``: the outcome in words when there was no picture to look at."""
        job_id, handle = self._context.follow(
            self._context.lanes.index,
            title,
            job,
            stopped="Stopped; what was read is kept. “Look for changes” (F5) goes on with the rest",
        )
        self._indexings += 1
        self._window.centre.show_indexing(True)
        handle.progressed.connect(self._on_progress)
        handle.finished.connect(lambda report: self._on_indexed(job_id, report, nothing))
        handle.failed.connect(self._on_index_failed)
        handle.cancelled.connect(self._on_index_over)
        return handle

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

    def _on_indexed(self, job_id: int, report: IndexReport, nothing: str) -> None:
        text = report_text(report) if report.found or report.failed else nothing
        self._window.jobs.end(job_id, JobState.DONE, text, report.failed)
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

    def _on_reading(self, reading: Reading | None) -> None:
        self._context.cache.forgive()
        if reading is not None:
            self._show_reading(reading)
        self._note_read()

    def _on_not_read(self, error: object) -> None:
        self._context.notice(error)
        self._note_read()

    def _show_reading(self, reading: Reading) -> None:
        # A large library is read less often while it grows: never more than a twentieth of
        # the time goes into reading it.
        self._refresh_timer.setInterval(max(REFRESH_MS, round(20_000 * reading.seconds)))
        self._version, self._shelf = reading.version, reading.shelf
        self._context.pictures.set_assets(reading.by_id)
        window, assets = self._window, reading.shelf.in_order(reading.order)
        window.centre.show_library(assets)
        self._overviews.submit(lambda _: overview(assets))
        if window.centre.order is not reading.order:  # chosen while this was read
            self.arrange(window.centre.order)
        if not self._is_read and not window.is_right_in_use:
            window.centre.search.setFocus()
        # The selected picture may have got its thumbnail or its lineage.
        self._on_selection(window.centre.grid.selected_assets())

    def _note_read(self) -> None:
        """The pictures are there, or are not to be had; now what can wait until then."""
        if self._is_status_wanted:
            self._is_status_wanted = False
            engine = self._context.engine
            self._statuses.submit(lambda _: engine.status())
        if not self.is_indexing:
            self._prepare_orders()
        if not self._is_read:
            self._is_read = True
            self.first_read.emit()

    def _show_overview(self, found: Overview) -> None:
        self._unread = found.unread
        self._window.sidebar.show_overview(found)

    def _show_status(self, status: LibraryStatus) -> None:
        is_first, self._status = self._status is None, status
        window = self._window
        window.centre.show_status(status)
        window.show_read_only(status.is_read_only)
        self.show_key_state()
        if is_first and not self.is_indexing and self._is_unfinished(status):
            self.catch_up()

    def _is_unfinished(self, status: LibraryStatus) -> bool:
        """There are pictures that another run would read, or send to the store."""
        if status.is_read_only:
            return False
        return self._unread > 0 or (status.pending > 0 and not status.model_problem)

    def _prepare_orders(self) -> None:
        """Sort while nobody waits for it."""
        shelf = self._shelf

        def sort_all(cancel: CancelToken) -> None:
            for order in BROWSING:
                cancel.raise_if_cancelled()
                shelf.in_order(order)

        self._preparations.submit(sort_all)

    def _on_selection(self, assets: Sequence[Asset]) -> None:
        if len(assets) != 1:
            self._details.forget()
            return
        engine, asset_id = self._context.engine, assets[0].id
        self._details.submit(lambda _: engine.browsing.details(asset_id))

    def _show_details(self, details: AssetDetails) -> None:
        self._window.details.show_details(details)


def report_text(report: IndexReport) -> str:
    """What a run did, in one line."""
    parts: list[str] = []
    if report.added:
        parts.append(f"{report.added:,} added")
    if report.updated:
        parts.append(f"{report.updated:,} updated")
    if report.moved:
        parts.append(f"{report.moved:,} moved")
    if report.missing:
        parts.append(f"{report.missing:,} missing")
    if report.failed:
        parts.append(f"{len(report.failed):,} could not be read")
    if not parts:
        return "Everything is up to date" if report.found else "No pictures found there"
    return " · ".join(parts)
