"""Judging pictures while they are looked at large, on a real library."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from desktop.config.options import EngineOptions
from desktop.core.annotations import Flag
from desktop.core.cancellation import CancelToken
from desktop.core.progress import finish
from desktop.qt.shell.session import Session
from desktop.qt.theme import Theme
from desktop.services.engine import Engine
from desktop.wiring.engine import open_engine
from tests import pictures as sample
from tests.dressing import undress
from tests.qt.test_preview import press, preview, select


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    sample.fill(tmp_path / "pictures", 4)
    engine = open_engine(EngineOptions(profile_dir=tmp_path / "profile"), {})
    engine.model.installed = lambda: None  # no model: nothing of this needs one
    engine.model.vector_space = lambda: None
    finish(engine.indexing.run([tmp_path / "pictures"], CancelToken()))
    return engine


@pytest.fixture
def session(engine: Engine, theme: Theme, qtbot: QtBot) -> Iterator[Session]:
    undress()
    opened = Session(theme, lambda: engine)
    opened.start()
    window = opened.window
    qtbot.waitUntil(lambda: window.has_panels and bool(window.centre.state.assets))
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.centre.grid.setFocus()
    yield opened
    assert opened.close(5)


def test_stars_are_given_without_leaving_and_taken_back(
    session: Session, engine: Engine, qtbot: QtBot
) -> None:
    [asset_id] = select(session, 1)
    press(session, Qt.Key.Key_Space, qtbot)
    panel = preview(session)
    press(session, Qt.Key.Key_4, qtbot)
    qtbot.waitUntil(lambda: panel.said.stars.rating == 4)
    assert engine.annotations.of([asset_id])[asset_id].rating == 4
    place = QPoint(1, panel.said.stars.height() // 2)
    qtbot.mouseClick(panel.said.stars, Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: panel.said.stars.rating == 1)
    session.window.action_list["edit.undo"].trigger()
    qtbot.waitUntil(lambda: panel.said.stars.rating == 4)
    press(session, Qt.Key.Key_Right, qtbot)
    qtbot.waitUntil(lambda: panel.said.stars.rating == 0)


def test_tags_are_entered_and_taken_away_without_leaving(
    session: Session, engine: Engine, qtbot: QtBot
) -> None:
    [asset_id] = select(session, 1)
    press(session, Qt.Key.Key_Space, qtbot)
    panel = preview(session)
    press(session, Qt.Key.Key_T, qtbot)
    assert panel.said.tag_field.hasFocus()
    qtbot.keyClicks(panel.said.tag_field, "beach; red")
    press(session, Qt.Key.Key_Return, qtbot)
    qtbot.waitUntil(lambda: panel.said.tags.names == ["beach", "red"])
    press(session, Qt.Key.Key_Escape, qtbot)
    assert panel.hasFocus(), "the keyboard goes back to the picture, which stays"
    remove = panel.said.tags.findChildren(QToolButton)[0]
    qtbot.mouseClick(remove, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.said.tags.names == ["red"])
    assert engine.annotations.of([asset_id])[asset_id].tags == ("red",)


def test_side_by_side_each_is_rated_by_itself(
    session: Session, engine: Engine, qtbot: QtBot
) -> None:
    first, second = select(session, 0, 1)
    press(session, Qt.Key.Key_Space, qtbot)
    press(session, Qt.Key.Key_Right, qtbot)
    assert preview(session).in_turn == 1
    press(session, Qt.Key.Key_5, qtbot)
    said = engine.annotations
    qtbot.waitUntil(lambda: said.of([second])[second].rating == 5)
    assert said.of([first])[first].rating == 0
    assert len(preview(session).views) == 2


def test_a_favourite_is_marked_without_leaving(
    session: Session, engine: Engine, qtbot: QtBot
) -> None:
    [asset_id] = select(session, 0)
    press(session, Qt.Key.Key_Space, qtbot)
    panel = preview(session)
    press(session, Qt.Key.Key_H, qtbot)
    qtbot.waitUntil(lambda: Flag.FAVOURITE in engine.annotations.of([asset_id])[asset_id].flags)
    qtbot.waitUntil(panel.said.heart.isChecked)
    qtbot.mouseClick(panel.said.heart, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not engine.annotations.of([asset_id])[asset_id].flags)
    qtbot.waitUntil(lambda: not panel.said.heart.isChecked())


def test_side_by_side_each_has_its_heart_and_its_tags(
    session: Session, engine: Engine, qtbot: QtBot
) -> None:
    first, second = select(session, 0, 1)
    press(session, Qt.Key.Key_Space, qtbot)
    panel, said = preview(session), engine.annotations
    hearts = [cell.heart for cell in panel._cells]
    qtbot.mouseClick(hearts[1], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: [heart.isChecked() for heart in hearts] == [False, True])
    assert Flag.FAVOURITE in said.of([second])[second].flags
    assert panel.in_turn == 1
    press(session, Qt.Key.Key_T, qtbot)
    field = panel.said.tag_field
    assert field.hasFocus()
    assert field.placeholderText().endswith(panel.views[1].accessibleName())
    panel.views[0].pointed.emit(None)  # the pointer passes over the other
    qtbot.keyClicks(field, "hero")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: said.of([second])[second].tags == ("hero",))
    qtbot.waitUntil(lambda: panel.said.tags.names == ["hero"])
    assert said.of([first])[first].tags == ()
    panel.setFocus()
    press(session, Qt.Key.Key_Left, qtbot)
    assert panel.said.tags.names == []
    press(session, Qt.Key.Key_H, qtbot)
    qtbot.waitUntil(lambda: [heart.isChecked() for heart in hearts] == [True, True])
