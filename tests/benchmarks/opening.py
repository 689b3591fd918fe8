"""How fast the window opens, and how it feels with 100,000 pictures.

`python -m tests.benchmarks.opening [--json FILE] [--quick] [--pictures N]`

With `--pictures 1000000` only the window on so large a library is measured.

The first paint is measured beside that of a bare PySide6 window of the same size, each in a fresh
process, by turns, with compiled bytecode for both as installed programs have. The rest happens in
a window process of its own (`tests.benchmarks.opening_window`) that is driven by wheel, keys and
clicks. Without a display Qt draws offscreen: the same painting, without a screen behind it.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests import pictures
from tests.benchmarks.large_library import make_library
from tests.benchmarks.photographs import cache_folder
from tests.benchmarks.report import Figures, at_most, run

ROOT = Path(__file__).resolve().parents[2]

TARGETS = {
    "first_window_over_bare": at_most(2),
    "heavy_imports_before_first_paint": at_most(0),
    "grid_shown_after_window_s": at_most(0.8),
    "frame_paint_p95_ms": at_most(16),
    "decoded_on_gui_thread": at_most(0),
    "thumbnails_after_scroll_ms": at_most(200),
    "thumbnails_after_scroll_cold_ms": at_most(1000),
    "longest_stall_ms": at_most(100),
    "longest_stall_in_large_library_ms": at_most(100),
    "select_all_ms": at_most(150),
    "sort_ms": at_most(150),
    "filter_ms": at_most(150),
    "pixmap_cache_mb": at_most(257),
}

MANY_TARGETS = {
    "grid_shown_after_window_s": at_most(1),
    "all_shown_after_window_s": at_most(5),
    "memory_mb": at_most(1536),
    "frame_paint_p95_ms": at_most(16),
    "longest_stall_opening_ms": at_most(100),
    "longest_stall_in_large_library_ms": at_most(100),
    "select_all_ms": at_most(300),
    "sort_ms": at_most(500),
    "filter_ms": at_most(300),
}
"""Of a million pictures."""

_SEEN = """
def seen():
    heavy = {"torch", "open_clip", "pymilvus", "milvus_lite", "google.genai"} & set(sys.modules)
    os.write(1, b"%d" % len(heavy))
    os._exit(0)
"""

BARE = f"""
import os, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
{_SEEN}
class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        QTimer.singleShot(0, seen)
application = QApplication([])
window = Window()
window.resize(1440, 900)
window.show()
application.exec()
"""

OURS = f"""
import os, sys
from desktop import cli
from desktop import app
{_SEEN}
class Watched(app.Session):
    def start(self):
        self.window.first_painted.connect(seen)
        super().start()
app.Session = Watched
cli.main(["--profile-dir", sys.argv[1]])
"""


def environment() -> dict[str, str]:
    """Of the processes that are measured."""
    # Kept, because compiling torch and pymilvus takes longer than all the rest.
    made = {**os.environ, "PYTHONPYCACHEPREFIX": str(cache_folder() / "bytecode")}
    made.pop("PYTHONDONTWRITEBYTECODE", None)
    if sys.platform.startswith("linux") and not (
        made.get("DISPLAY") or made.get("WAYLAND_DISPLAY")
    ):
        made.setdefault("QT_QPA_PLATFORM", "offscreen")
    return made


def first_paint(code: str, profile: Path, env: dict[str, str]) -> tuple[float, int]:
    """Seconds from the start of a process to its first paint, and the heavy imports before it."""
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", code, str(profile)],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        heavy = process.stdout.read(1)
        seconds = time.perf_counter() - began
    return seconds, int(heavy)


def first_window(folder: Path, env: dict[str, str], rounds: int) -> Figures:
    """By turns; the first round compiles the bytecode and is not counted."""
    bare: list[float] = []
    ours: list[float] = []
    heavy = 0
    for _ in range(rounds + 1):
        bare.append(first_paint(BARE, folder, env)[0])
        seconds, heavy = first_paint(OURS, folder / "empty profile", env)
        ours.append(seconds)
    bare_s, ours_s = statistics.median(bare[1:]), statistics.median(ours[1:])
    return {
        "bare_window_ms": 1000 * bare_s,
        "first_window_ms": 1000 * ours_s,
        "first_window_over_bare": ours_s / bare_s,
        "heavy_imports_before_first_paint": heavy,
    }


def in_window(scenario: str, env: dict[str, str], *arguments: object) -> Figures:
    """Figures of one scenario of ``opening_window``."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.opening_window", scenario, *map(str, arguments)],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(done.stdout)


def measure(quick: bool) -> Figures:
    assets, few, indexed, rounds = (5_000, 40, 60, 4) if quick else (100_000, 200, 1_000, 9)
    with tempfile.TemporaryDirectory(prefix="plantain-opening-") as place:
        folder = Path(place)
        env = environment()
        figures = first_window(folder, env, rounds)
        make_library(folder / "profile", assets)
        pictures.fill(folder / "few", few)
        # Installed programs have their bytecode; here the first window with an engine compiles it.
        in_window("index", env, folder / "compiling profile", folder / "few")
        figures["assets"] = assets
        figures |= in_window("browse", env, folder / "profile", folder / "few")
        pictures.fill(folder / "new", indexed)
        figures |= in_window("index", env, folder / "indexing profile", folder / "new")
    return figures


def measure_many(assets: int) -> Figures:
    with tempfile.TemporaryDirectory(prefix="plantain-opening-") as place:
        folder = Path(place)
        env = environment()
        make_library(folder / "profile", assets)
        pictures.fill(folder / "few", 200)
        in_window("index", env, folder / "compiling profile", folder / "few")
        figures = in_window("browse", env, folder / "profile", folder / "few")
        return {"assets": assets, **figures}


if __name__ == "__main__":
    sys.exit(
        run(
            "How fast the window opens, and how it feels full.",
            measure,
            TARGETS,
            of_many=measure_many,
            many_targets=MANY_TARGETS,
        )
    )
