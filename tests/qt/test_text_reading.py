"""Text in pictures is read when the library is at rest; told, paused and gone on with in the jobs
line."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.qt.jobs.changes import Changes
from desktop.qt.jobs.panel import JobLine
from desktop.qt.manage import text_controller
from desktop.qt.shell.session import Session
from tests.fakes.services import FakeEngine, make_asset
from tests.qt.conftest import Opener

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_controller, "QUIET_MS", 10)


@pytest.fixture
def engine() -> FakeEngine:
    made = FakeEngine([make_asset(1)])
    made.text_reading.left = 400
    return made


def line(session: Session) -> JobLine:
    return session.window.jobs_panel.line


def read(engine: FakeEngine, count: int) -> None:
    engine.text_reading.gate.release(count)


def test_a_large_library_is_read_with_a_line_of_its_own(
    open_session: Opener, engine: FakeEngine, qtbot: QtBot
) -> None:
    session = open_session(engine)
    read(engine, 1)
    qtbot.waitUntil(lambda: "Reading text in pictures · 1 of 400" in line(session).text())
    read(engine, 399)
    qtbot.waitUntil(lambda: "Text found in 200 pictures" in line(session).text())


def test_a_few_pictures_are_read_without_a_word(
    open_session: Opener, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.text_reading.left = 3
    session = open_session(engine)
    read(engine, 3)
    qtbot.waitUntil(lambda: engine.text_reading.left == 0 and session.lanes.text.is_idle)
    assert "ext" not in line(session).text()


def test_a_person_pauses_it_and_goes_on(
    open_session: Opener, engine: FakeEngine, qtbot: QtBot
) -> None:
    session = open_session(engine)
    read(engine, 1)
    qtbot.waitUntil(lambda: "1 of 400" in line(session).text())
    qtbot.mouseClick(line(session).cancel_button, LEFT)
    qtbot.waitUntil(lambda: line(session).offer_button.isVisible())
    assert "Paused; what was read is kept" in line(session).text()
    qtbot.waitUntil(lambda: session.lanes.text.is_idle)
    runs = engine.text_reading.runs
    session.controllers.text._context.hub.tell(Changes(assets=True))
    qtbot.wait(50)
    assert engine.text_reading.runs == runs, "not by itself"
    qtbot.mouseClick(line(session).offer_button, LEFT)
    read(engine, 1)
    qtbot.waitUntil(lambda: "1 of 399" in line(session).text())


def test_what_lets_pictures_be_read_again_does_not_end_the_pause(
    open_session: Opener, engine: FakeEngine, qtbot: QtBot
) -> None:
    session = open_session(engine)
    read(engine, 1)
    qtbot.waitUntil(lambda: "1 of 400" in line(session).text())
    qtbot.mouseClick(line(session).cancel_button, LEFT)
    qtbot.waitUntil(lambda: session.lanes.text.is_idle)
    runs = engine.text_reading.runs
    session.controllers.stop.released.emit()
    qtbot.wait(50)
    assert engine.text_reading.runs == runs


def test_going_on_at_once_after_a_pause_reads_the_rest(
    open_session: Opener, engine: FakeEngine, qtbot: QtBot
) -> None:
    session = open_session(engine)
    read(engine, 1)
    qtbot.waitUntil(lambda: "1 of 400" in line(session).text())
    qtbot.mouseClick(line(session).cancel_button, LEFT)
    session.controllers.text._go_on()  # before the lane has told that it stopped
    qtbot.waitUntil(lambda: engine.text_reading.runs == 2)
    read(engine, 1)
    qtbot.waitUntil(lambda: "1 of 399" in line(session).text())


def test_what_comes_later_is_read_as_well(
    open_session: Opener, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.text_reading.left = 0
    session = open_session(engine)
    qtbot.waitUntil(lambda: engine.text_reading.runs == 1 and session.lanes.text.is_idle)
    engine.text_reading.left = 2
    session.controllers.text._context.hub.tell(Changes(assets=True))
    read(engine, 2)
    qtbot.waitUntil(lambda: engine.text_reading.left == 0)


def test_in_a_library_that_may_only_be_looked_at_nothing_is_read(
    open_session: Opener, qtbot: QtBot
) -> None:
    engine = FakeEngine([make_asset(1)], is_read_only=True)
    engine.text_reading.left = 400
    session = open_session(engine)
    session.controllers.text._context.hub.tell(Changes(assets=True))
    qtbot.wait(50)
    assert engine.text_reading.runs == 0
