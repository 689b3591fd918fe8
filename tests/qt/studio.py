"""The open window on a real library whose Gemini is the stand-in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog
from pytestqt.qtbot import QtBot

from desktop.config.options import EngineOptions
from desktop.core.cancellation import CancelToken
from desktop.core.progress import finish
from desktop.qt.create.panel import GenerationPanel
from desktop.qt.shell.right_panel import CREATE
from desktop.qt.shell.session import Session
from desktop.qt.theme import Theme
from desktop.services.engine import Engine
from desktop.wiring.engine import open_engine
from tests import pictures
from tests.dressing import undress
from tests.fakes.gemini import GeminiServer

KEY = {"GEMINI_API_KEY": "AIza-test"}


class Studio:
    """The window, the library behind it, and what the wire saw."""

    def __init__(self, theme: Theme, folder: Path, qtbot: QtBot, server: GeminiServer) -> None:
        self.server, self.qtbot = server, qtbot
        self._theme = theme
        self._options = EngineOptions(
            profile_dir=folder / "profile", reads_text=False, gemini_base_url=server.base_url
        )
        pictures.fill(folder / "pictures", 4)
        self.folder = folder / "pictures"
        self.engine: Engine = self._open_engine()
        finish(self.engine.indexing.run([self.folder], CancelToken()))
        self.session = self._open_session()

    def restart(self) -> None:
        """Close the window and open it again."""
        assert self.session.close(10)
        self.engine = self._open_engine()
        self.session = self._open_session()

    @property
    def panel(self) -> GenerationPanel:
        return self.session.window.right.creation

    def show_panel(self) -> GenerationPanel:
        """Create, with Gemini chosen and nothing proposed."""
        self.session.window.right.show_tab(CREATE)
        panel = self.panel
        panel.propose_check.setChecked(False)
        panel.generator_combo.setCurrentIndex(panel.generator_combo.findData("gemini"))
        self.until(lambda: not panel.key_form.isVisible())
        return panel

    def write(self, prompt: str) -> None:
        self.panel.prompt.setPlainText(prompt)

    def click(self, made: QAbstractButton) -> None:
        self.until(made.isEnabled)
        self.qtbot.mouseClick(made, Qt.MouseButton.LeftButton)

    def dialog(self, kind: type[QDialog]) -> QDialog:
        """The open dialog of that kind."""
        found: list[QDialog] = []

        def is_there() -> bool:
            found[:] = [
                w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()
            ]
            return bool(found)

        self.until(is_there)
        return found[0]

    def until(self, is_so: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(is_so)

    def sent(self) -> list[str]:
        return [request.text for request in self.server.requests]

    def close(self) -> None:
        assert self.session.close(10)

    def _open_engine(self) -> Engine:
        engine = open_engine(self._options, KEY)
        engine.model.installed = lambda: None
        engine.model.vector_space = lambda: None
        return engine

    def _open_session(self) -> Session:
        undress()
        session = Session(self._theme, lambda: self.engine)
        with self.qtbot.waitSignal(session.library_shown):
            session.start()
        return session


def open_studio(theme: Theme, folder: Path, qtbot: QtBot) -> Iterator[Studio]:
    """The window on four pictures; closed at the end."""
    with GeminiServer() as server:
        studio = Studio(theme, folder, qtbot, server)
        yield studio
        studio.close()
