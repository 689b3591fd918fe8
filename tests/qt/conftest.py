"""Fixtures of the window's tests; windows or timers left behind fail (threads: tests/conftest)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QTimer, SignalInstance
from PySide6.QtWidgets import QAbstractItemView, QApplication
from pytestqt.qtbot import QtBot
from pytestqt.wait_signal import SignalBlocker

from desktop.config.preferences import Preferences
from desktop.core.asset import Asset
from desktop.qt.images.cache import PixmapCache
from desktop.qt.images.loader import ImageLoader
from desktop.qt.images.pictures import Pictures
from desktop.qt.jobs.lane import Lane
from desktop.qt.manage import text_controller
from desktop.qt.shell.session import Session
from desktop.qt.theme import Theme
from tests.dressing import undress
from tests.fakes.services import FakeEngine
from tests.lent import SharedDecoders, lend_decoders
from tests.qt.curating import Window, open_window

PATIENCE_MS = 30_000


@pytest.fixture(scope="session", autouse=True)
def _text_in_pictures_waits() -> Iterator[None]:
    """Its process would be started in the middle of some test; its own tests do not wait."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_controller, "QUIET_MS", 3_600_000)
        yield


@pytest.fixture(autouse=True)
def _decoders_for_all(decoders: SharedDecoders, monkeypatch: pytest.MonkeyPatch) -> None:
    lend_decoders(decoders, monkeypatch)


@pytest.fixture(autouse=True)
def leaves_nothing_behind(qapp: QApplication) -> Iterator[None]:
    """No visible window or running timer outlives its test."""
    yield
    for widget in QApplication.topLevelWidgets():
        widget.close()
        if not isinstance(widget, QAbstractItemView):  # the list of a completer, which deletes it
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
        lambda content_hash, position_ms=None, *, has_alpha=False: (
            tmp_path / f"{content_hash}{'' if position_ms is None else f'@{position_ms}'}"
            f"{'.png' if has_alpha else '.jpg'}"
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


class PatientQtBot(QtBot):
    """Waits as long as a busy machine may take; what is there is seen at once all the same."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE_MS) -> None:
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(
        self, signal: SignalInstance, *, timeout: int = PATIENCE_MS, **options: Any
    ) -> SignalBlocker:
        return super().waitSignal(signal, timeout=timeout, **options)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    return PatientQtBot(request)


Opener = Callable[..., Session]


@pytest.fixture
def open_session(qtbot: QtBot, theme: Theme, tmp_path: Path) -> Iterator[Opener]:
    """Opens the whole window on a fake engine and waits until its library is shown."""
    sessions: list[Session] = []

    def open_it(
        engine: FakeEngine | list[Asset] | None = None,
        add: list[Path] = [],  # noqa: B006
        preferences: Preferences | None = None,
    ) -> Session:
        if not isinstance(engine, FakeEngine):
            engine = FakeEngine(engine or [], tmp_path)
        undress()
        session = Session(theme, lambda: engine, add, preferences=preferences)
        sessions.append(session)
        with qtbot.waitSignal(session.library_shown):
            session.start()
        if engine.status.gate is None:
            qtbot.waitUntil(lambda: session.lanes.browse.is_idle)
        return session

    yield open_it
    for session in sessions:
        assert session.close(5)


@pytest.fixture
def window(theme: Theme, tmp_path: Path, qtbot: QtBot) -> Iterator[Window]:
    """The whole window on a real library of four pictures."""
    yield from open_window(theme, tmp_path, qtbot)
