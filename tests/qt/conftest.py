"""Fixtures of the window's tests; windows or timers left behind fail (threads: tests/conftest)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.core.asset import Asset
from desktop.qt.models.pictures import Pictures
from desktop.qt.models.pixmap_cache import PixmapCache
from desktop.qt.session import Session
from desktop.qt.theme import Theme
from desktop.qt.workers.image_loader import ImageLoader
from desktop.qt.workers.lane import Lane
from tests.fakes.services import FakeEngine


@pytest.fixture(autouse=True)
def leaves_nothing_behind(qapp: QApplication) -> Iterator[None]:
    """No visible window or running timer outlives its test."""
    yield
    for widget in QApplication.topLevelWidgets():
        widget.close()
        widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QCoreApplication.processEvents()
    windows = [w for w in QApplication.topLevelWidgets() if w.isVisible()]
    assert not windows, f"windows left behind: {windows}"
    timers = [t for t in qapp.findChildren(QTimer) if t.isActive()]
    assert not timers, f"timers left behind: {timers}"


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    look = Theme.named("dark")
    look.apply(qapp)
    return look


@pytest.fixture
def pictures(tmp_path: Path) -> Pictures:
    found = Pictures()
    found.open(
        lambda content_hash, position_ms=None: (
            tmp_path / f"{content_hash}{'' if position_ms is None else f'@{position_ms}'}.jpg"
        )
    )
    return found


@pytest.fixture
def loader(qapp: QApplication) -> Iterator[ImageLoader]:
    made = ImageLoader(threads=2)
    yield made
    assert made.close(5)


@pytest.fixture
def cache(loader: ImageLoader) -> PixmapCache:
    return PixmapCache(loader)


@pytest.fixture
def lane(qapp: QApplication) -> Iterator[Lane]:
    made = Lane("test")
    yield made
    assert made.close(5)


Opener = Callable[..., Session]


@pytest.fixture
def open_session(qtbot: QtBot, theme: Theme, tmp_path: Path) -> Iterator[Opener]:
    """Opens the whole window on a fake engine and waits until its library is shown."""
    sessions: list[Session] = []

    def open_it(engine: FakeEngine | list[Asset] | None = None, add: list[Path] = []) -> Session:  # noqa: B006
        if not isinstance(engine, FakeEngine):
            engine = FakeEngine(engine or [], tmp_path)
        session = Session(theme, lambda: engine, add)
        sessions.append(session)
        with qtbot.waitSignal(session.settled):
            session.start()
        if engine.status_gate is None:
            qtbot.waitUntil(lambda: session.lanes.browse.is_idle)
        return session

    yield open_it
    for session in sessions:
        assert session.close(5)
