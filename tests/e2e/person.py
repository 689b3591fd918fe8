"""A person at the window: drops, types, clicks and waits; sees only what is shown."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop.qt.main_window import CREATE
from desktop.qt.panels.generation_panel import GenerationPanel
from desktop.qt.session import Session

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
        self.wait_until("the window has its panels", lambda: self.window.is_furnished)
        self.grid = session.window.centre.grid

    @property
    def create(self) -> GenerationPanel:
        return self.window.creation

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
        bar.words.setFocus()
        bar.words.clear()
        type_into(bar.words, text)
        self.wait_for_answer(text)

    def wait_for_answer(self, text: str) -> None:
        def is_answered() -> bool:
            now = self.window.centre.situation
            return now.query is not None and now.query.text == text and now.is_answered

        self.wait_until(f"“{text}” is answered", is_answered)

    def open_create_panel(self, generator: str) -> None:
        self.window.show_tab(CREATE)
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

    def wait_for_outcome(self) -> None:
        self.wait_until("the generation ends", lambda: not self.create.cancel_button.isVisible())

    def read_failure(self) -> str:
        """What the window says went wrong, wherever it says so."""
        form = self.create.key_form
        key_words = form._words.text() if form.isVisible() else ""
        return self.create.failure_words() or key_words
