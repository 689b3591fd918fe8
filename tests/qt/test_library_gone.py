"""The library's folder goes away under the open window: it says so and keeps what is entered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.config.options import EngineOptions
from desktop.core.cancellation import CancelToken
from desktop.core.progress import finish
from desktop.library.folders import watch
from desktop.qt.shell.session import Session
from desktop.qt.theme import Theme
from desktop.services.engine import Engine
from desktop.wiring.engine import open_engine
from tests import pictures as sample
from tests.dressing import undress


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    sample.fill(tmp_path / "pictures", 2)
    made = open_engine(EngineOptions(profile_dir=tmp_path / "profile"), {})
    made.model.installed = lambda: None  # nothing of this needs one
    made.model.vector_space = lambda: None
    finish(made.indexing.run([tmp_path / "pictures"], CancelToken()))
    return made


@pytest.fixture
def session(
    engine: Engine, theme: Theme, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Session]:
    monkeypatch.setattr(watch, "_ROOTS_EVERY_S", 0.05)
    undress()
    opened = Session(theme, lambda: engine)
    opened.start()
    qtbot.waitUntil(lambda: opened.window.has_panels and bool(opened.window.centre.state.assets))
    yield opened
    assert opened.close(10)


def test_it_is_said_and_what_is_entered_is_saved_once_it_is_back(
    session: Session, engine: Engine, qtbot: QtBot
) -> None:
    folder = engine.library.paths.folder
    notice, grid = session.window.centre.notice, session.window.centre.grid
    [first, second] = engine.browsing.all()
    grid.select_asset(first.id)
    grid.setFocus()
    folder.rename(folder.with_name("elsewhere"))
    qtbot.waitUntil(lambda: f"no longer at {folder}" in notice.text())
    QTest.keyClick(grid, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "1 change that you entered is kept" in notice.text())
    editor = session.window.right.details.annotations
    qtbot.waitUntil(lambda: editor.asset_ids == (first.id,))
    QTest.keyClicks(editor.tag_field, "cover")
    QTest.keyClick(editor.tag_field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "2 changes that you entered are kept" in notice.text())
    assert not session.controllers.history.can_undo
    QTest.mouseClick(notice.action_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "2 changes" in notice.text())  # still away, still kept
    assert not folder.exists()
    folder.with_name("elsewhere").rename(folder)
    qtbot.waitUntil(lambda: "is back" in notice.text())
    qtbot.waitUntil(lambda: engine.annotations.of([first.id])[first.id].tags == ("cover",))
    assert engine.annotations.of([first.id])[first.id].rating == 4
    qtbot.waitUntil(lambda: session.controllers.history.can_undo)
    session.controllers.history.undo()
    qtbot.waitUntil(lambda: engine.annotations.of([first.id])[first.id].tags == ())
    assert engine.annotations.of([second.id])[second.id].rating == 0
