"""Looking at pictures large: how soon the next one is there, and whether the window ever stands
still over a large one.

`python -m tests.benchmarks.preview [--json FILE] [--quick]`

The real window on a real library of 12-megapixel photographs and one of 100 megapixels, with its
decoders in their processes. A step counts until the picture is painted. The stall is the longest
gap between two beats of the event loop while the 100 megapixels are fetched whole and are panned.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PIL import Image
from PySide6.QtCore import QCoreApplication, QEventLoop, QPointF
from PySide6.QtWidgets import QApplication

from desktop.config.options import EngineOptions
from desktop.core.cancellation import CancelToken
from desktop.core.progress import finish
from desktop.qt.preview.panel import PreviewPanel
from desktop.qt.shell.session import Session
from desktop.qt.theme import Theme
from desktop.wiring.engine import open_engine
from tests.benchmarks.report import Figures, at_most, run
from tests.e2e.pulse import Pulse

PHOTOGRAPHS, QUICK_PHOTOGRAPHS = 12, 4
SIZE, QUICK_SIZE = (4000, 3000), (2000, 1500)
LARGE, QUICK_LARGE = (12_000, 8_400), (6_000, 4_200)
_PATIENCE_S = 60.0
TARGETS = {"next_s": at_most(0.1), "slowest_next_s": at_most(0.1), "large_stall_s": at_most(0.1)}


def fill(folder: Path, count: int, size: tuple[int, int], large: tuple[int, int]) -> None:
    """Photographs with noise, and the large one, whose name comes first."""
    numbers = np.random.default_rng(5)
    grain = Image.fromarray(numbers.integers(0, 255, (600, 800, 3), np.uint8))
    for number, side in enumerate([large, *[size] * count]):
        picture = Image.linear_gradient("L").convert("RGB").resize(side)
        picture.paste(grain, (number * 20, number * 20))
        picture.save(folder / f"{number:02}.jpg", quality=88)


def until(is_so: Callable[[], bool]) -> None:
    """Let the window live until it is so."""
    end = time.perf_counter() + _PATIENCE_S
    while not is_so():
        assert time.perf_counter() < end, "waited in vain"
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)


def stepping(session: Session, panel: PreviewPanel, steps: int) -> list[float]:
    """Seconds from each step to its picture, with the neighbours read ahead before."""
    took: list[float] = []
    for _ in range(steps):
        until(lambda: session.lanes.preview.is_idle)
        began = time.perf_counter()
        session.controllers.preview.step(1)
        until(lambda: panel.views[0].levels is not None)
        panel.views[0].repaint()
        took.append(time.perf_counter() - began)
    return took


def large_stall(session: Session, panel: PreviewPanel) -> tuple[float, float]:
    """Seconds until all of the large one is there; the longest stall until it was panned."""
    pulse = Pulse()
    began = time.perf_counter()
    session.controllers.preview.show()
    [view] = panel.views
    until(lambda: view.levels is not None)
    view.zoom_to(1.0)
    until(lambda: view.levels is not None and view.levels.is_whole)
    whole_s = time.perf_counter() - began
    for _ in range(40):
        view.pan(QPointF(-60, -40))
        view.repaint()
        QCoreApplication.processEvents()
    return whole_s, pulse.stop()


def measure(is_quick: bool) -> Figures:
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    theme = Theme.named("dark")
    theme.apply(application)
    count = QUICK_PHOTOGRAPHS if is_quick else PHOTOGRAPHS
    with tempfile.TemporaryDirectory(prefix="plantain-preview-") as name:
        folder = Path(name, "pictures")
        folder.mkdir()
        fill(folder, count, *((QUICK_SIZE, QUICK_LARGE) if is_quick else (SIZE, LARGE)))
        engine = open_engine(EngineOptions(profile_dir=Path(name, "profile")), {})
        engine.model.installed = lambda: None  # nothing is encoded here
        engine.model.vector_space = lambda: None
        finish(engine.indexing.run([folder], CancelToken()))
        session = Session(theme, lambda: engine)
        session.start()
        try:
            until(lambda: session.is_open and session.lanes.browse.is_idle)
            grid = session.window.centre.grid
            rows = range(grid.assets.rowCount())
            names = {grid.assets.asset(row).name: row for row in rows}
            grid.select_asset(grid.assets.asset(names["00.jpg"]).id)
            session.controllers.preview.show()
            panel = session.window.middle.currentWidget()
            assert isinstance(panel, PreviewPanel)
            until(lambda: panel.views[0].levels is not None)
            session.controllers.preview.close()
            whole_s, stall_s = large_stall(session, panel)
            session.controllers.preview.close()
            photographs = [row for each, row in names.items() if each != "00.jpg"]
            grid.select_asset(grid.assets.asset(min(photographs)).id)
            session.controllers.preview.show()
            steps = stepping(session, panel, count - 2)
        finally:
            session.close(10)
    return {
        "photographs": count,
        "next_s": statistics.median(steps),
        "slowest_next_s": max(steps),
        "large_whole_s": whole_s,
        "large_stall_s": stall_s,
    }


if __name__ == "__main__":
    sys.exit(run(__doc__ or "", measure, TARGETS))
