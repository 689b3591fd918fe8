"""Errors that nobody foresaw, as a person meets them: one dialog, in words, with a report."""

from __future__ import annotations

import json
import logging
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QFileDialog
from pytestqt.qtbot import QtBot

from desktop.app import _report_command
from desktop.config.options import EngineOptions
from desktop.qt.shell.error_hook import ErrorHook
from desktop.qt.shell.error_reporting import ErrorReporting
from desktop.qt.shell.report_dialog import ReportDialog
from desktop.qt.shell.session import Session
from desktop.qt.theme import Theme
from tests.fakes.services import FakeEngine, make_asset

Opener = Callable[..., Session]


def dialogs(session: Session) -> list[ReportDialog]:
    return session.window.findChildren(ReportDialog)


def traceback_of(error: Exception) -> str:
    return f'Traceback (most recent call last):\n  File "a.py", line 3, in f\n{error!r}'


def test_words_come_first_and_details_on_request(open_session: Opener) -> None:
    session = open_session([make_asset(1)])
    session.report(ValueError("ours"))
    [dialog] = dialogs(session)
    assert dialog.details.isHidden()
    dialog.show_button.click()
    assert dialog.details.isVisible()
    assert "ValueError: ours" in dialog.details.toPlainText()
    dialog.copy_button.click()
    assert "ValueError: ours" in QGuiApplication.clipboard().text()
    assert "not touched" in dialog.accessibleDescription()


def test_more_errors_do_not_pile_up_dialogs(open_session: Opener) -> None:
    session = open_session([make_asset(1)])
    for number in range(5):
        session.report(ValueError(f"number {number}"))
    [dialog] = dialogs(session)
    assert dialog.count.text() == "5 errors so far."


def test_an_error_that_comes_again_does_not_bring_the_dialog_back(
    open_session: Opener, qtbot: QtBot
) -> None:
    session = open_session([make_asset(1)])
    session.report_text(traceback_of(ValueError("in a paint")))
    dialogs(session)[0].continue_button.click()
    qtbot.waitUntil(lambda: not dialogs(session))
    session.report_text(traceback_of(ValueError("in a paint")))
    assert dialogs(session) == []
    assert "occurred again" in session.window.centre.notice.text()
    session.report_text(traceback_of(KeyError("another")))
    assert len(dialogs(session)) == 1


def test_quit_closes_the_window(open_session: Opener, qtbot: QtBot) -> None:
    session = open_session([make_asset(1)])
    session.report(ValueError("ours"))
    with qtbot.waitSignal(session.window.closing):
        dialogs(session)[0].quit_button.click()


class TestErrorHook:
    @pytest.fixture
    def told(self, qapp: QObject) -> list[str]:
        return []

    @pytest.fixture(autouse=True)
    def hook(self, told: list[str]):
        hook = ErrorHook()
        hook.raised.connect(told.append)
        hook.install()
        yield
        hook.remove()

    def test_what_nobody_can_catch_is_logged(
        self, told: list[str], caplog: pytest.LogCaptureFixture
    ) -> None:
        class Sore:
            def __del__(self) -> None:
                raise ValueError("in a destructor")

        with caplog.at_level(logging.ERROR):
            del_me = Sore()
            del del_me
        assert "in a destructor" in caplog.text
        assert told == []


class TestReport:
    @pytest.fixture
    def trouble(self, qtbot: QtBot, theme: Theme, tmp_path: Path):
        window = QDialog()
        qtbot.addWidget(window)
        command = _report_command(EngineOptions(profile_dir=tmp_path / "profile"))
        trouble = ErrorReporting(window, command)
        trouble.tell(traceback_of(ValueError("ours")))
        yield trouble
        trouble.close()

    def dialog(self, trouble: ErrorReporting) -> ReportDialog:
        assert trouble._dialog is not None
        return trouble._dialog

    def test_it_is_the_command_line_s_and_never_replaces_a_file(
        self, trouble: ErrorReporting, qtbot: QtBot, tmp_path: Path
    ) -> None:
        dialog = self.dialog(trouble)
        target = tmp_path / "report.zip"
        dialog.save_requested.emit(target, False)
        assert not dialog.save_button.isEnabled()
        qtbot.waitUntil(dialog.save_button.isEnabled, timeout=60_000)
        assert dialog.outcome.text() == f"Saved as {target}"
        with zipfile.ZipFile(target) as archive:
            assert json.loads(archive.read("library.json")) == {"exists": False}
        dialog.save_requested.emit(target, True)
        qtbot.waitUntil(dialog.save_button.isEnabled, timeout=60_000)
        assert "exists already" in dialog.outcome.text()

    def test_a_command_that_cannot_be_started_is_said_so(
        self, trouble: ErrorReporting, qtbot: QtBot, tmp_path: Path
    ) -> None:
        trouble._command = (str(tmp_path / "nothing here"),)
        dialog = self.dialog(trouble)
        dialog.save_requested.emit(tmp_path / "report.zip", False)
        qtbot.waitUntil(dialog.save_button.isEnabled)
        assert "plantain doctor --report" in dialog.outcome.text()

    def test_closing_gives_a_report_up(self, trouble: ErrorReporting, tmp_path: Path) -> None:
        trouble._command = (sys.executable, "-c", "import time; time.sleep(60)")
        self.dialog(trouble).save_requested.emit(tmp_path / "report.zip", False)
        [(writer, _)] = trouble._writers
        assert writer.waitForStarted()
        trouble.close()
        assert writer.state() == writer.ProcessState.NotRunning

    def test_it_goes_with_its_window_while_a_report_is_written(
        self, qtbot: QtBot, tmp_path: Path
    ) -> None:
        window = QDialog()
        qtbot.addWidget(window)
        trouble = ErrorReporting(window, (sys.executable, "-c", "import time; time.sleep(60)"))
        trouble.tell(traceback_of(ValueError("ours")))
        self.dialog(trouble).save_requested.emit(tmp_path / "report.zip", False)
        [(writer, _)] = trouble._writers
        assert writer.waitForStarted()
        gone: list[bool] = []
        trouble.destroyed.connect(lambda: gone.append(True))
        trouble.close()
        del trouble, writer
        qtbot.waitUntil(lambda: gone == [True])

    def test_a_place_is_asked_for(
        self, trouble: ErrorReporting, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        dialog = self.dialog(trouble)
        wanted: list[tuple[Path, bool]] = []
        dialog.save_requested.disconnect()
        dialog.save_requested.connect(lambda path, names: wanted.append((path, names)))
        dialog.with_paths.setChecked(True)
        dialog.save_button.click()
        [chooser] = dialog.findChildren(QFileDialog)
        chooser.fileSelected.emit(str(tmp_path / "r.zip"))
        chooser.close()
        assert wanted == [(tmp_path / "r.zip", True)]


def test_a_crash_of_the_run_before_is_offered_once(
    qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    crash = tmp_path / "crash-20260101-000000.txt"
    crash.write_text("Fatal Python error: Segmentation fault")
    session = Session(theme, FakeEngine, report_command=["report"], crashes=[crash])
    session.start()
    qtbot.waitUntil(lambda: session.window.has_panels)
    notice = session.window.centre.notice
    qtbot.waitUntil(lambda: "unexpectedly" in notice.text())
    assert [path.name for path in tmp_path.glob("crash*")] == ["crash-20260101-000000-seen.txt"]
    notice.action_button.click()
    [dialog] = dialogs(session)
    assert "Segmentation fault" in dialog.details.toPlainText()
    assert dialog.save_button.isVisible()
    assert session.close(5)
