"""The window before there is a library to show, and when something went wrong."""

from __future__ import annotations

import threading
from pathlib import Path

from PySide6.QtWidgets import QWidget

from desktop.core.errors import LibraryDamaged, LibraryError, LibraryInUse, PlantainError
from desktop.core.text import moment, ngettext, sentences, tr
from desktop.qt.shell.main_window import MainWindow
from desktop.qt.shell.report_dialog import ReportDialog
from tests.fakes.services import FakeEngine
from tests.gallery.stage import Screen, Stage, full_library
from tests.qt.drops import drag_over, files_mime

LIBRARY = "/home/mei/library"
TRACEBACK = """Traceback (most recent call last):
  File "desktop/qt/jobs/lane.py", line 171, in _run
    result = job(handle.token)
ValueError: something that nobody foresaw
"""


class Remedies:
    """What can be done about a damaged library; does nothing."""

    def choose(self, folder: Path | None, *, is_read_only: bool) -> None: ...

    def plan(self) -> str:
        lost = ngettext("{count} hour", "{count} hours", 16)
        return sentences(
            tr("The backup of {time} can be restored.", time=moment(1_795_900_000.0)),
            tr("What was entered in the {time} after that is lost.", time=lost),
            tr("The damaged file is kept beside it."),
        )

    def repair(self) -> str:
        return tr("The backup was restored.")


def bare(stage: Stage) -> QWidget:
    window = MainWindow(stage.theme)
    return stage.keep(window)


def opening(stage: Stage) -> QWidget:
    gate = threading.Event()

    def open_engine() -> FakeEngine:
        gate.wait(20)
        return FakeEngine()

    session = stage.begin(open_engine)
    stage.on_clear(gate.set)
    return session.window


def _failing(stage: Stage, error: PlantainError) -> QWidget:
    def open_engine() -> FakeEngine:
        raise error

    session = stage.begin(open_engine, remedies=Remedies())
    stage.rest()
    return session.window


def open_elsewhere(stage: Stage) -> QWidget:
    return _failing(
        stage,
        LibraryInUse(
            tr("The library {folder} is open in another Plantain.", folder=LIBRARY),
            safe=tr("Nothing was changed."),
            next_step=tr("Close the other one, open it read-only, or open another library."),
        ),
    )


def damaged(stage: Stage) -> QWidget:
    return _failing(
        stage,
        LibraryDamaged(
            tr(
                "The catalogue {path} is damaged ({how}).",
                path=f"{LIBRARY}/catalog.sqlite",
                how=tr("it has {size} of {expected} bytes", size=40_960, expected=81_920),
            ),
            safe=tr("Your pictures are untouched."),
        ),
    )


def newer(stage: Stage) -> QWidget:
    return _failing(
        stage,
        LibraryError(
            tr(
                "The library at {folder} was last used by a newer Plantain (catalogue version "
                "{version}; this one knows up to {known}).",
                folder=LIBRARY,
                version=9,
                known=4,
            ),
            safe=tr("Nothing was changed."),
            next_step=tr("Update Plantain, or open another library."),
        ),
    )


def read_only(stage: Stage) -> QWidget:
    engine = full_library(stage.thumbnails, is_read_only=True)
    return stage.library(engine).window


def notice(stage: Stage) -> QWidget:
    window = stage.library().window
    window.centre.notice.say(
        tr(
            "{pictures} hidden by “{pattern}”.",
            pictures=ngettext("{count} picture", "{count} pictures", 3),
            pattern="drafts/",
        )
    )
    return window


def failure_notice(stage: Stage) -> QWidget:
    window = stage.library().window
    window.centre.notice.say(
        sentences(
            tr("The disk that holds the library {folder} is full.", folder=LIBRARY),
            tr("Everything saved before is safe."),
            tr("Free some space and try again, or open it read-only."),
        ),
        is_failure=True,
    )
    return window


def crash_notice(stage: Stage) -> QWidget:
    crash = stage.thumbnails / "crash-1.txt"
    crash.write_text("Fatal Python error: Segmentation fault\n")
    session = stage.begin(lambda: full_library(stage.thumbnails), crashes=[crash])
    stage.until(lambda: bool(session.window.centre.notice.text()))
    stage.rest()
    return session.window


def report(stage: Stage) -> QWidget:
    return stage.keep(ReportDialog(TRACEBACK))


def report_details(stage: Stage) -> QWidget:
    dialog = ReportDialog(TRACEBACK)
    stage.keep(dialog)
    dialog.add(TRACEBACK)
    dialog.show_button.click()
    dialog.show_saved(Path("/home/mei/plantain-report-20261129-1005.zip"))
    return dialog


def report_after_crash(stage: Stage) -> QWidget:
    return stage.keep(ReportDialog("Fatal Python error: …", is_after_crash=True))


def menu(stage: Stage) -> QWidget:
    found = stage.library().window.menu_button.menu()
    return stage.pop_up(found)


def small(stage: Stage) -> QWidget:
    window = stage.library().window
    window.resize(1100, 700)
    window.centre.grid.select_asset(2)
    return window


def without_right_panel(stage: Stage) -> QWidget:
    window = stage.library().window
    window.action_list["window.right_panel"].trigger()
    return window


def dropping(stage: Stage) -> QWidget:
    window = stage.library().window
    drag_over(window, files_mime([stage.thumbnails]))
    return window


SCREENS = (
    Screen("00-bare", bare),
    Screen("01-opening", opening),
    Screen("02-open-elsewhere", open_elsewhere),
    Screen("03-damaged", damaged),
    Screen("04-newer", newer),
    Screen("05-read-only", read_only),
    Screen("06-notice", notice),
    Screen("07-failure-notice", failure_notice),
    Screen("08-crash-notice", crash_notice),
    Screen("09-report", report),
    Screen("10-report-details", report_details),
    Screen("11-report-after-crash", report_after_crash),
    Screen("12-menu", menu),
    Screen("13-small-window", small),
    Screen("14-without-right-panel", without_right_panel),
    Screen("15-dropping", dropping),
)
