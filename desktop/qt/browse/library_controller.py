"""Keeping the grid and the sidebar up to date with the library."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.core.cancellation import CancelToken
from desktop.qt.browse.centre import Centre
from desktop.qt.browse.ordering import BROWSING, Order, Shelf
from desktop.qt.browse.sections import NOTHING, Overview, flagged, overview
from desktop.qt.browse.sidebar import Sidebar
from desktop.qt.jobs.changes import Changes
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.gc_pause import gc_paused
from desktop.qt.jobs.lane import Latest
from desktop.services.reports import LibraryFolder, LibraryStatus

if TYPE_CHECKING:  # not needed to show the window
    from desktop.library.catalog.asset_columns import Assets

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
    seconds: float
    folders: Sequence[LibraryFolder]


class LibraryController(QObject):
    """Owns what the window knows of the library."""

    first_read = Signal()
    """The pictures are shown, or the reason why they cannot be; comes once."""
    read_anew = Signal()
    """The grid shows what the library holds now."""
    status_read = Signal(object)
    """LibraryStatus."""
    unfinished_found = Signal()
    """On opening, there are pictures that another run would read, or send to the store."""

    def __init__(self, context: Context, sidebar: Sidebar, centre: Centre) -> None:
        super().__init__()
        self._context = context
        self._sidebar = sidebar
        self._centre = centre
        self._readings = Latest(context.lanes.browse, self)
        self._readings.finished.connect(self._on_reading)
        self._readings.failed.connect(self._on_not_read)
        # Should it fail, the reading of all says so a moment later.
        self._firsts = Latest(context.lanes.browse, self)
        self._firsts.finished.connect(lambda found: self._show_first(*found))
        self._shelf: Shelf | None = None
        self._version: object = None
        self._is_read = False
        self._is_growing = False
        # The pictures do not wait for what is counted and asked about them.
        self._overviews = Latest(context.lanes.browse, self)
        self._overviews.finished.connect(self._show_overview)
        self._overviews.failed.connect(context.notice)
        self._overview = NOTHING
        self._statuses = Latest(context.lanes.browse, self)
        self._statuses.finished.connect(self._show_status)
        self._statuses.failed.connect(context.notice)
        self._is_status_wanted = False
        self.status: LibraryStatus | None = None
        self._orders = Latest(context.lanes.browse, self)
        self._orders.finished.connect(centre.show_ordered)
        self._orders.failed.connect(context.notice)
        self._preparations = Latest(context.lanes.browse, self)
        self._preparations.failed.connect(context.notice)
        self._refresh_timer = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._refresh_timer.timeout.connect(lambda: self.refresh(with_status=False))
        centre.order_wanted.connect(self.arrange)
        context.hub.changed.connect(self._on_changes)

    def refresh(self, *, with_status: bool = True) -> None:
        """Read the library anew, unless nothing about it has changed.

        Args:
            with_status: ask for the status as well. That asks the system's key store, which may be
                slow or even ask the person, so not while pictures are added.
        """
        self._refresh_timer.stop()
        self._is_status_wanted |= with_status
        engine, order, known = self._context.engine, self._centre.order, self._version

        def read(_: object) -> Reading | None:
            began = time.monotonic()
            # Asked first: what changes during the reading is read by the next one.
            version = engine.browsing.version()
            if version == known:
                return None
            with gc_paused():
                assets = engine.browsing.all()
                shelf = Shelf(assets)
                shelf.in_order(order)
            folders = engine.browsing.folders()
            return Reading(version, shelf, order, time.monotonic() - began, folders)

        if self._shelf is None and order is Order.NEWEST:
            self._firsts.submit(lambda _: engine.browsing.first())
        self._readings.submit(read)

    def let_go(self) -> None:
        """After the window has closed: hold the library no longer."""
        self._shelf = None

    def arrange(self, order: Order) -> None:
        """Show the library in another order."""
        shelf = self._shelf
        if shelf is None:
            return  # it is being read
        if shelf.is_in_order(order):
            # Not by way of the lane, where the annotations of a large selection may be read.
            self._orders.forget()
            self._centre.show_ordered(shelf.in_order(order))
            return
        self._orders.submit(lambda _: shelf.in_order(order))

    # ------------------------------------------------------------------ inside

    def _on_changes(self, changes: Changes) -> None:
        if changes.is_partial:
            self._refresh_now_and_then()
        elif changes.assets or changes.model:
            self._is_growing = False
            self.refresh()
        elif changes.annotations and not self._overviews.is_busy:
            said, known = self._context.engine.annotations, self._overview
            self._overviews.submit(lambda _: flagged(known, said.flag_counts()))

    def _refresh_now_and_then(self) -> None:
        if self._refresh_timer.isActive():
            return
        if self._is_growing or self._readings.is_busy:
            self._refresh_timer.start()
        else:
            # What a scan found is shown at once, without thumbnails: starting the model takes
            # seconds in which there would be nothing to look at.
            self._is_growing = True
            self.refresh(with_status=False)

    def _on_reading(self, reading: Reading | None) -> None:
        self._context.cache.forgive()
        if reading is not None:
            self._show_reading(reading)
        self._note_read()

    def _on_not_read(self, error: object) -> None:
        self._context.notice(error)
        self._note_read()

    def _show_first(self, assets: Assets, count: int) -> None:
        if assets and self._shelf is None:
            self._context.pictures.set_assets(assets)
            self._centre.show_first(assets, count)

    def _show_reading(self, reading: Reading) -> None:
        # A large library is read less often while it grows: never more than a twentieth of
        # the time goes into reading it.
        self._refresh_timer.setInterval(max(REFRESH_MS, round(20_000 * reading.seconds)))
        self._version, self._shelf = reading.version, reading.shelf
        self._context.pictures.set_assets(reading.shelf.in_order(Order.NEWEST))
        centre, assets = self._centre, reading.shelf.in_order(reading.order)
        centre.show_library(assets)
        said, known = self._context.engine.annotations, self._overview
        folders = reading.folders
        self._overviews.submit(
            lambda _: flagged(overview(assets, known, folders), said.flag_counts())
        )
        if centre.order is not reading.order:  # chosen while this was read
            self.arrange(centre.order)
        self.read_anew.emit()

    def _note_read(self) -> None:
        """The pictures are there, or are not to be had; now what can wait until then."""
        if self._is_status_wanted:
            self._is_status_wanted = False
            engine = self._context.engine
            self._statuses.submit(lambda _: engine.status.read())
        if not self._centre.state.is_indexing:
            self._prepare_orders()
        if not self._is_read:
            self._is_read = True
            self.first_read.emit()

    def _show_overview(self, found: Overview) -> None:
        self._overview = found
        self._sidebar.show_overview(found)

    def _show_status(self, status: LibraryStatus) -> None:
        is_first, self.status = self.status is None, status
        self._centre.show_status(status)
        self.status_read.emit(status)
        if is_first and not self._centre.state.is_indexing and self._is_unfinished(status):
            self.unfinished_found.emit()

    def _is_unfinished(self, status: LibraryStatus) -> bool:
        return (
            self._overview.unread > 0
            or (status.pending > 0 and not status.model_problem)
            or status.is_undescribed
        )

    def _prepare_orders(self) -> None:
        """Sort while nobody waits for it."""
        shelf = self._shelf
        if shelf is None:
            return

        def sort_all(cancel: CancelToken) -> None:
            for order in BROWSING:
                cancel.raise_if_cancelled()
                shelf.in_order(order)
            cancel.raise_if_cancelled()
            shelf.prepare_names()

        self._preparations.submit(sort_all)
