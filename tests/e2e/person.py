"""A person at the window: drops, types, clicks and waits; sees only what is shown."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from desktop.qt.create.panel import GenerationPanel
from desktop.qt.create.sending_sheet import SendingSheet
from desktop.qt.shell.right_panel import CREATE
from desktop.qt.shell.session import Session

PATIENCE_S = 120.0


def let_it_run(milliseconds: int) -> None:
    """An event loop of its own: ``QTest.qWait`` would hold the interpreter from other threads."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def type_into(widget: QWidget, text: str) -> None:
    """Key by key; what no key types arrives as from an input method."""
    for character in text:
        if character.isascii():
            QTest.keyClicks(widget, character)
        else:
            event = QInputMethodEvent()
            event.setCommitString(character)
            QApplication.sendEvent(widget, event)


class Person:
    """Drives one session by mouse and keyboard; every wait ends in an error that says for what."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.window = session.window
        self.wait_until("the window has its panels", lambda: self.window.has_panels)
        self.grid = session.window.centre.grid

    @property
    def create(self) -> GenerationPanel:
        return self.window.right.creation

    def wait_until(self, what: str, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not is_so():
            if time.monotonic() > deadline:
                raise AssertionError(f"waited in vain until {what}")
            let_it_run(10)

    def wait_for_library(self) -> None:
        self.wait_until("the library is open", lambda: self.session.is_open)

    def drop(self, *paths: Path, on: QWidget | None = None) -> None:
        """Drop files from the file manager."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        target = on or self.window
        place = target.rect().center()
        arguments = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        enter = QDragEnterEvent(place, Qt.DropAction.CopyAction, data, *arguments)
        QApplication.sendEvent(target, enter)
        assert enter.isAccepted(), "the window does not take the drop"
        drop = QDropEvent(QPointF(place), Qt.DropAction.CopyAction, data, *arguments)
        QApplication.sendEvent(target, drop)
        assert drop.isAccepted()

    def wait_for_quiet(self) -> None:
        """No job runs any more."""
        self.wait_until("all jobs are done", lambda: self.window.jobs.live_count() == 0)

    def shown(self) -> list[Path]:
        """The pictures in the grid, in order."""
        assets = self.grid.assets
        return [assets.asset(row).path for row in range(assets.rowCount())]

    def search(self, text: str) -> None:
        """Type into the search bar and wait for the answer."""
        bar = self.window.centre.search
        bar.text_field.setFocus()
        bar.text_field.clear()
        type_into(bar.text_field, text)
        self.wait_for_answer(text)

    def wait_for_answer(self, text: str) -> None:
        """The one that stays: the first one may be preliminary."""

        def is_answered() -> bool:
            now = self.window.centre.state
            is_there = now.query is not None and now.query.text == text and now.is_answered
            return is_there and self.session.lanes.search.is_idle

        self.wait_until(f"“{text}” is answered", is_answered)

    def show_weaker(self) -> None:
        """Have the weaker matches shown as well, where there are some."""
        centre = self.window.centre
        buttons = [centre.weaker_button, *centre.empty.findChildren(QPushButton)]
        for button in buttons:
            if button.isVisible() and "weaker" in button.text():
                QTest.mouseClick(button, Qt.MouseButton.LeftButton)
                return

    def open_create_panel(self, generator: str) -> None:
        self.window.right.show_tab(CREATE)
        at = self.create.generator_combo.findData(generator)
        assert at >= 0
        self.create.generator_combo.setCurrentIndex(at)

    def type_prompt(self, text: str) -> None:
        self.create.prompt.setFocus()
        self.create.prompt.clear()
        type_into(self.create.prompt, text)

    def wait_for_proposals(self) -> None:
        self.wait_until("references are proposed", lambda: bool(self.create.tray.references()))

    def click_create(self) -> None:
        assert self.create.generate_button.isEnabled()
        QTest.mouseClick(self.create.generate_button, Qt.MouseButton.LeftButton)

    def agree_to_what_is_sent(self) -> None:
        """Read the sheet that is shown before the first picture that a service makes."""

        def sheets() -> list[SendingSheet]:
            shown = self.window.findChildren(SendingSheet)
            return [sheet for sheet in shown if sheet.isVisible()]

        self.wait_until("what would be sent is shown", lambda: bool(sheets()))
        QTest.mouseClick(sheets()[0].agree_button, Qt.MouseButton.LeftButton)

    def wait_for_outcome(self) -> None:
        self.wait_until("the generation ends", lambda: not self.create.cancel_button.isVisible())

    def read_failure(self) -> str:
        """What the window says went wrong, wherever it says so."""
        form = self.create.key_form
        key_problem = form.text() if form.isVisible() else ""
        return self.create.failure_text() or key_problem


class Counting(Person):
    """Counts what is done with the hands: a click, a key, a text that is typed."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.actions: list[str] = []

    def click(self, what: str, widget: QWidget) -> None:
        self.actions.append(f"click {what}")
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)

    def click_tile(self, row: int, *, shift: bool = False) -> None:
        self.actions.append(f"click picture {row + 1}")
        grid = self.grid
        grid.scrollTo(grid.assets.index(row))
        keys = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
        place = grid.visualRect(grid.assets.index(row)).center()
        QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, keys, place)

    def press(
        self, widget: QWidget, key: Qt.Key, *, ctrl: bool = False, shift: bool = False
    ) -> None:
        keys = Qt.KeyboardModifier.ControlModifier if ctrl else Qt.KeyboardModifier.NoModifier
        if shift:
            keys |= Qt.KeyboardModifier.ShiftModifier
        self.actions.append(f"press {key.name}")
        QTest.keyClick(widget, key, keys)

    def type(self, widget: QWidget, text: str, *, ctrl: bool = False) -> None:
        """With the Return behind it, or Ctrl+Return where Return begins a line."""
        self.actions.append(f"type {text}")
        type_into(widget, text)
        keys = Qt.KeyboardModifier.ControlModifier if ctrl else Qt.KeyboardModifier.NoModifier
        QTest.keyClick(widget, Qt.Key.Key_Return, keys)
