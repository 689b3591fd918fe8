"""On which screen pictures are looked at, and in which colours it shows them."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication, QWindow
from PySide6.QtWidgets import QWidget

from desktop.core.cancellation import CancelToken
from desktop.qt.jobs.lane import Lane, Latest
from desktop.qt.preview.picture_store import PictureStore
from desktop.qt.preview.screen_profile import ScreenColours, screen_colours


class ScreenWatch(QObject):
    """Has the pictures of a store made for the screen that a widget is on.

    Args:
        lane: where they are made, so that the first one is made for its screen already.
    """

    told = Signal(object)
    """ScreenColours: of the screen, asked anew."""

    def __init__(self, lane: Lane, store: PictureStore, parent: QObject) -> None:
        super().__init__(parent)
        self._store = store
        self._window: QWindow | None = None
        self._askings = Latest(lane, self)
        self._askings.finished.connect(self.told)

    def ask(self, widget: QWidget) -> None:
        """Now, and whenever its window is taken to another screen."""
        window = widget.window().windowHandle()
        if window is not None and window is not self._window:
            self._window = window
            window.screenChanged.connect(lambda _: self._ask(widget))
        self._ask(widget)

    def _ask(self, widget: QWidget) -> None:
        screen = widget.screen()
        platform, name = QGuiApplication.platformName(), screen.name()
        at = QGuiApplication.screens().index(screen)
        store = self._store

        def ask(_: CancelToken) -> ScreenColours:
            colours = screen_colours(platform, name, at)
            store.show_on(colours)
            return colours

        self._askings.submit(ask)
