"""The window process of the benchmark `opening`: drives the real window, prints figures as JSON.

`python -m tests.benchmarks.opening_window browse|index PROFILE FOLDER`
"""

from __future__ import annotations

import json
import random
import sqlite3
import statistics
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QPaintEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.app import open_engine
from desktop.config.options import EngineOptions
from desktop.config.paths import ProfilePaths
from desktop.library.catalog.asset_columns import Assets
from desktop.library.paths import LibraryPaths
from desktop.qt.browse.asset_grid import AssetGrid
from desktop.qt.browse.asset_painter import picture_side
from desktop.qt.browse.ordering import Order, Shelf
from desktop.qt.images import loader as image_loader
from desktop.qt.images.cache import edge_for
from desktop.qt.images.loader import ImageRequest
from desktop.qt.shell.session import Session
from desktop.qt.theme import Theme
from tests.benchmarks.large_library import make_cold
from tests.benchmarks.machine import peak_bytes
from tests.benchmarks.report import Figures, percentile
from tests.e2e.person import Person, let_it_run
from tests.e2e.pulse import Pulse

FRAME_MS = 16


class Frames:
    """How long each paint of the grid took, and when the last one ended."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.last_at = 0.0
        self.first_at: float | None = None
        paint = AssetGrid.paintEvent

        def timed(grid: AssetGrid, event: QPaintEvent) -> None:
            began = time.perf_counter()
            paint(grid, event)
            self.last_at = time.perf_counter()
            self.seconds.append(self.last_at - began)
            if self.first_at is None and grid.count():
                self.first_at = self.last_at

        AssetGrid.paintEvent = timed  # pyright: ignore[reportAttributeAccessIssue]


class Driver:
    """One session, as a person at the window drives it."""

    def __init__(self, profile: Path, model: str = "") -> None:
        self.frames = Frames()
        self.decoders: set[int] = set()
        self._watch_decoding()
        self._application = QApplication(sys.argv[:1])
        theme = Theme.named("dark")
        theme.apply(self._application)
        options = EngineOptions(profile_dir=profile, model=model)
        self.session = Session(theme, lambda: open_engine(options))
        self.window = self.session.window
        self.painted_at = 0.0
        self.window.first_painted.connect(self._note_first_paint)
        self.session.start()
        self.person = Person(self.session)
        self.grid = self.window.centre.grid

    def close(self) -> None:
        assert self.session.close()

    def settle(self) -> None:
        """Nothing runs in the lanes that browsing uses, and every visible thumbnail is there."""
        self.person.wait_until("the library is read", lambda: self.session.lanes.browse.is_idle)
        self.person.wait_until("thumbnails are there", self.is_complete)
        let_it_run(50)

    def is_complete(self) -> bool:
        grid = self.grid
        edge = edge_for(picture_side(grid.cell.width()), grid.devicePixelRatioF())
        for row in grid.visible_rows():
            picture = self.session.pictures.of_asset(grid.assets.asset(row))
            if picture is None or (picture.key, edge) not in self.session.cache:
                return False
        return True

    def time_to_paint(self, act: Callable[[], None], is_right: Callable[[], bool]) -> float:
        """Milliseconds from an action to the end of the first paint that shows its outcome."""
        began = time.perf_counter()
        act()
        while not is_right():
            # Asleep in between: to look without a pause would keep the interpreter, and with it
            # the loaders that are waited for, busy with looking.
            let_it_run(2)
        painted = len(self.frames.seconds)
        self.grid.viewport().update()
        while len(self.frames.seconds) == painted:
            QApplication.processEvents()
        return 1000 * (self.frames.last_at - began)

    def wheel(self, notches: int) -> None:
        """One event of the mouse wheel over the grid; positive goes down."""
        viewport = self.grid.viewport()
        place = QPointF(viewport.rect().center())
        event = QWheelEvent(
            place,
            viewport.mapToGlobal(place),
            QPoint(),
            QPoint(0, -120 * notches),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(viewport, event)

    def _note_first_paint(self) -> None:
        self.painted_at = time.perf_counter()

    def _watch_decoding(self) -> None:
        load = image_loader.load

        def watched(request: ImageRequest) -> QImage:
            self.decoders.add(threading.get_ident())
            return load(request)

        image_loader.load = watched


def opening(driver: Driver, profile: Path) -> Figures:
    """From the window to the grid; beside it the bare reading of the same rows."""
    frames, pulse = driver.frames, Pulse()
    driver.person.wait_until("the grid is shown", lambda: frames.first_at is not None)
    assert frames.first_at is not None
    shown_s = frames.first_at - driver.painted_at
    catalog = LibraryPaths(ProfilePaths(profile).library).catalog
    with sqlite3.connect(f"file:{catalog}?mode=ro", uri=True) as connection:
        [count] = connection.execute("SELECT COUNT(*) FROM assets").fetchone()
        driver.person.wait_until("all are shown", lambda: driver.grid.count() == count)
        all_s = time.perf_counter() - driver.painted_at
        began = time.perf_counter()
        for _ in connection.execute("SELECT * FROM assets ORDER BY id DESC"):
            pass
        raw_s = time.perf_counter() - began
    return {
        "grid_shown_after_window_s": shown_s,
        "all_shown_after_window_s": all_s,
        "all_shown_over_raw_rows": all_s / raw_s,
        "longest_stall_opening_ms": 1000 * pulse.stop(),
    }


def scrolling(driver: Driver) -> Figures:
    """By wheel and in leaps over pages whose thumbnails are warm: the time of each paint."""
    grid, bar = driver.grid, driver.grid.verticalScrollBar()
    page = bar.pageStep()
    for at in range(12):
        bar.setValue(at * page)
        driver.settle()
    bar.setValue(0)
    driver.settle()
    driver.frames.seconds.clear()
    for notches in (1, 3):
        while bar.value() + notches * 60 < 11 * page:
            driver.wheel(notches)
            let_it_run(FRAME_MS)
        bar.setValue(0)
    wheeled = list(driver.frames.seconds)
    driver.frames.seconds.clear()
    for at in (*range(11), *range(11, 0, -2)):
        bar.setValue(at * page)
        let_it_run(FRAME_MS)
    leapt = list(driver.frames.seconds)
    assert grid.count() > 0
    return {
        "frame_paint_p50_ms": 1000 * statistics.median(wheeled + leapt),
        "frame_paint_p95_ms": 1000 * percentile(wheeled + leapt, 95),
        "whole_page_paint_p95_ms": 1000 * percentile(leapt, 95),
    }


def stopping(driver: Driver, rounds: int, *, is_cold: bool) -> float:
    """Fling through the library, stop: ms until every visible thumbnail is painted, p95."""
    rng = random.Random(7)
    grid, bar = driver.grid, driver.grid.verticalScrollBar()
    waits: list[float] = []
    for _ in range(rounds):
        end = rng.randrange(bar.maximum() // 4, bar.maximum())
        if is_cold:
            bar.setValue(end)
            for row in grid.visible_rows():
                picture = driver.session.pictures.of_asset(grid.assets.asset(row))
                assert picture is not None
                make_cold(picture.path)
        driver.session.cache.clear()
        for step in range(30, -1, -1):
            bar.setValue(end - 900 * step)
            let_it_run(10)
        waits.append(driver.time_to_paint(lambda: None, driver.is_complete))
    return percentile(waits, 95)


def acting(driver: Driver, rounds: int) -> Figures:
    """Select all, sort, filter, resize: from the action to the first right paint, medians."""
    grid, centre, sidebar = driver.grid, driver.window.centre, driver.window.sidebar
    count = grid.count()
    selecting, sorting, filtering, sizing = [], [], [], []
    middle = grid.viewport().rect().center()

    def select_all() -> None:
        QTest.keyClick(grid, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)

    def choose(order: Order) -> None:
        combo = centre.results.order_combo
        row = combo.findText(order)
        combo.setCurrentIndex(row)
        combo.activated.emit(row)

    def click(row: int) -> None:
        place = sidebar.folders.visualRect(sidebar.folders.model().index(row, 0)).center()
        QTest.mouseClick(sidebar.folders.viewport(), Qt.MouseButton.LeftButton, pos=place)

    def show_all() -> None:
        place = sidebar.library.visualRect(sidebar.library.model().index(0, 0)).center()
        QTest.mouseClick(sidebar.library.viewport(), Qt.MouseButton.LeftButton, pos=place)

    everything = driver.window.centre.assets()
    assert isinstance(everything, Assets)
    shelf = Shelf(everything)
    grid.setFocus()
    for _ in range(rounds):
        QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=middle)
        selecting.append(
            driver.time_to_paint(select_all, lambda: len(grid.selected_assets()) == count)
        )
        for order in (Order.NAME, Order.FOLDER, Order.NEWEST):
            first = [*shelf.in_order(order)[:50]]
            sorting.append(
                driver.time_to_paint(
                    lambda order=order: choose(order),
                    lambda first=first: [*grid.assets.assets(0, 50)] == first,
                )
            )
        QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=middle)
        filtering.append(driver.time_to_paint(lambda: click(1), lambda: grid.count() < count))
        filtering.append(driver.time_to_paint(show_all, lambda: grid.count() == count))
        sizing += [
            driver.time_to_paint(
                lambda size=size: centre.results.size_slider.setValue(size), lambda: True
            )
            for size in (130, 192)
        ]
        driver.settle()
    return {
        "select_all_ms": statistics.median(selecting),
        "sort_ms": statistics.median(sorting),
        "filter_ms": statistics.median(filtering),
        "tile_size_ms": statistics.median(sizing),
    }


def stall(driver: Driver, folder: Path) -> float:
    """The longest gap in the beat of the event loop while a folder is indexed, ms."""
    before = driver.grid.count()
    pulse = Pulse()
    driver.person.drop(folder)
    count = before + len(list(folder.iterdir()))
    driver.person.wait_until("all are shown", lambda: driver.grid.count() == count)
    driver.person.wait_for_quiet()
    let_it_run(500)
    return 1000 * pulse.stop()


def browse(profile: Path, folder: Path) -> Figures:
    driver = Driver(profile)
    figures = opening(driver, profile)
    driver.settle()
    figures |= scrolling(driver)
    figures["thumbnails_after_scroll_ms"] = stopping(driver, 12, is_cold=False)
    figures["thumbnails_after_scroll_cold_ms"] = stopping(driver, 5, is_cold=True)
    figures |= acting(driver, 5)
    figures["pixmap_cache_mb"] = driver.session.cache.held_bytes / 2**20
    figures["longest_stall_in_large_library_ms"] = stall(driver, folder)
    figures["decoded_on_gui_thread"] = float(threading.main_thread().ident in driver.decoders)
    figures["memory_mb"] = peak_bytes() / 2**20
    driver.close()
    return figures


def index(profile: Path, folder: Path) -> Figures:
    driver = Driver(profile, model="demo")
    driver.person.wait_for_library()
    figures = {"longest_stall_ms": stall(driver, folder)}
    driver.close()
    return figures


def main() -> int:
    scenario, profile, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    figures = {"browse": browse, "index": index}[scenario](profile, folder)
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
