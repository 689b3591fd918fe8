"""Grabs the window in its states, for looking at: ``python -m tests.qt.screenshots OUT [light]``.

Run it with ``QT_QPA_PLATFORM=offscreen`` or under Xvfb; ``QT_SCALE_FACTOR=2`` for high DPI.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QEventLoop
from PySide6.QtWidgets import QApplication, QWidget

from desktop.core.errors import QuotaExhausted
from desktop.core.progress import Progress
from desktop.qt.dialogs.failures import FailuresDialog
from desktop.qt.dialogs.ignore_rules import IgnoreRulesDialog
from desktop.qt.dialogs.models import ModelsDialog
from desktop.qt.dialogs.report import ReportDialog
from desktop.qt.main_window import CREATE, MainWindow
from desktop.qt.models.job_list import JobState
from desktop.qt.session import Session
from desktop.qt.theme import Theme
from desktop.services.reports import FileFailure
from tests.fakes.services import FakeEngine, make_asset
from tests.qt.drops import drag_over, files_mime
from tests.qt.pictures import gradient, write_thumbnail

NAMES = (
    "red sandals on sand.jpg",
    "蓝色敞篷车和棕榈树.png",
    "a very long file name that a camera or a download made up 2024-08-17 final (3) copy.jpeg",
    "IMG_2041.JPG",
    "hat straw.png",
    "香蕉味的夏日海报_最终版_定稿_v12_打印用_带出血.psd",
    "watch-gold.webp",
    "Übergrößenträger.tiff",
    "heels.png",
)


def settle(done: Callable[[], bool] = lambda: False, ms: int = 900) -> None:
    """Let the event loop run until ``done`` or for a while."""
    deadline = QDeadlineTimer(ms)
    while not done() and not deadline.hasExpired():
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)


class Camera:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def take(self, widget: QWidget, name: str) -> None:
        settle()
        widget.grab().save(str(self.folder / f"{name}.png"))


def shoot(folder: Path, theme_name: str) -> None:
    """Every state, one after the other."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    theme = Theme.named(theme_name)
    theme.apply(application)
    camera = Camera(folder)
    with tempfile.TemporaryDirectory() as temporary:
        _empty(camera, theme)
        _full(camera, theme, Path(temporary))
    _dialogs(camera)


def _empty(camera: Camera, theme: Theme) -> None:
    bare = MainWindow(theme)
    bare.show()
    camera.take(bare, "00-bare")
    bare.close()
    session = Session(theme, FakeEngine)
    session.start()
    settle(lambda: session.is_open)
    camera.take(session.window, "02-empty-library")
    session.window.centre.show_open_failure(
        "The library /home/mei/library is open in another Plantain. Nothing was changed. "
        "Close the other one, or open another library with --library."
    )
    camera.take(session.window, "03-open-failed")
    session.close()


def _full(camera: Camera, theme: Theme, thumbnails: Path) -> None:
    assets = []
    for number in range(1, 64):
        name = NAMES[number % len(NAMES)]
        places = ("/home/ann/shoots/2024 beach", "/home/ann/shoots", "/home/ann/products/鞋子")
        place = places[number % 3]
        changes: dict[str, object] = {}
        if number == 5:
            changes["is_generated"] = True
        if number == 7:
            changes["is_missing"] = True
        if number == 9:
            changes.update(failure="The file is cut off.", content_hash="")
        assets.append(make_asset(number, name, place, **changes))
        write_thumbnail(thumbnails, number)
    engine = FakeEngine(assets, thumbnails)
    session = Session(theme, lambda: engine)
    window = session.window
    session.start()
    settle(lambda: session.is_open)
    camera.take(window, "10-browse")
    window.centre.grid.select_asset(2)
    camera.take(window, "11-details")

    window.creation.prompt.setPlainText("A model wearing the red sandals on a beach at sunset")
    window.show_tab(CREATE)
    settle(lambda: bool(window.creation.tray.references()))
    camera.take(window, "12-create")
    window.creation._generate()
    settle(lambda: window.creation.result_card.result is not None)
    made = window.creation.result_card.result
    assert made is not None
    write_thumbnail(thumbnails, made.asset.id)
    session.cache.forgive()
    window.creation.result_card.show_result(made)
    camera.take(window, "13-created")
    window.show_in_library(made.asset.id)
    engine.browsing.used_in[made.asset.id] = tuple(assets[:3])
    settle()
    window.details.show_details(engine.browsing.details(made.asset.id))
    camera.take(window, "14-lineage")
    window.creation.generator_combo.setCurrentIndex(1)
    window.show_tab(CREATE)
    camera.take(window, "15-key")
    window.creation.show_key_state(True)
    window.creation.show_failure(
        QuotaExhausted(
            "Gemini has no quota left for this key.",
            safe="Your prompt and references are kept; nothing was saved.",
            next_step="Wait 40 seconds, or check the plan at aistudio.google.com.",
        )
    )
    camera.take(window, "16-quota")

    window.centre.search.words.setText("a")
    window.centre.search.search_asset(assets[1])
    camera.take(window, "20-search")
    window.centre.search.remove_picture()
    window.centre.search.search_image(gradient(3, 200, 300))
    window.centre.search.words.setText("nothing like this")
    camera.take(window, "21-nothing-found")
    engine.model = ""
    window.centre.search.clear()
    assert session.library is not None
    session.library.refresh()
    camera.take(window, "22-no-model")
    window.centre.search.words.setText("zebra")
    camera.take(window, "23-no-model-nothing")
    window.centre.search.clear()

    job = window.jobs.add("Add 2024 beach", lambda: None)
    row = window.jobs.job(job)
    assert row is not None
    window.jobs.report(job, Progress("Reading pictures", 40, 248, "a/b.jpg"))
    row.stage_began_at -= 9
    window.jobs.report(job, Progress("Reading pictures", 140, 248, "a/b.jpg", failed=2))
    other = window.jobs.add("Add products", lambda: None)
    failures = (FileFailure(Path("/home/ann/products/broken.png"), "The file is cut off."),)
    window.jobs.end(other, JobState.DONE, "31 added · 1 could not be read", failures)
    window.jobs_panel.toggle.click()
    window.centre.notice.say(
        "The disk is full. Nothing was lost. Free some space, then look for changes (F5).",
        is_failure=True,
    )
    camera.take(window, "24-jobs-notice")
    window.resize(1100, 700)
    camera.take(window, "25-small")
    drag_over(window, files_mime([thumbnails]))
    camera.take(window, "26-drop")
    _ignore_rules(camera, session, engine)
    session.close()


def _ignore_rules(camera: Camera, session: Session, engine: FakeEngine) -> None:
    session.ignoring.rules_action.trigger()
    dialog = session.window.findChild(IgnoreRulesDialog)
    assert dialog is not None
    camera.take(dialog, "27-ignore-none")
    dialog.pattern.setText("products")
    camera.take(dialog, "27-ignore-preview")
    dialog.pattern.setText("# products")
    camera.take(dialog, "27-ignore-no-rule")
    for rule in ("*.psd", "hat", "IMG_2041"):
        engine.ignoring.add(rule)
    dialog.pattern.setText("sandals")
    settle(dialog.apply_button.isEnabled)
    dialog.apply_button.click()
    camera.take(dialog, "27-ignore-rules")
    dialog.close()


def _dialogs(camera: Camera) -> None:
    failures = [
        FileFailure(Path(f"/home/ann/shoots/{name}"), reason)
        for name in NAMES
        for reason in ("The file is cut off.", "This build cannot read PSD files.")
    ]
    dialogs = (
        (FailuresDialog(failures), "30-failures"),
        (ReportDialog("Traceback (most recent call last):\n  …"), "31-report"),
        (ReportDialog("Fatal Python error: …", is_after_crash=True), "31-report-crash"),
        (ModelsDialog(FakeEngine().models.list(), ""), "32-models"),
    )
    for dialog, name in dialogs:
        dialog.show()
        camera.take(dialog, name)
        dialog.close()


if __name__ == "__main__":
    shoot(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "dark")
