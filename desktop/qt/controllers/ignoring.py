"""Ignore rules: looked at, tried and changed in a dialog, worked out in a lane."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction

from desktop.core.cancellation import CancelToken
from desktop.qt.controllers.context import Context
from desktop.qt.dialogs.ignore_rules import IgnoreRulesDialog, pictures_text
from desktop.qt.workers.latest import Latest

if TYPE_CHECKING:
    from desktop.services.ignoring import IgnorePreview

Changed = tuple[tuple[str, ...], str]
"""The rules there are now, and what came of the change in words."""


class IgnoringController(QObject):
    """Offers the rules in the menu, and "Ignore this folder" on the folders."""

    library_changed = Signal()
    rules_loosened = Signal()
    """There may be pictures that were passed over until now."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._window = context.window
        self._lane = context.lanes.browse
        self._dialog: IgnoreRulesDialog | None = None
        self._previews = Latest(self._lane, self)
        self._previews.finished.connect(self._show_preview)
        self._previews.failed.connect(self._fail)
        self.rules_action = QAction("Ignore rules…", self._window)
        self.rules_action.triggered.connect(lambda: self.show_rules())
        self._window.sidebar.offer_for_folders("Ignore this folder…", self.ask_folder)

    def show_rules(self) -> None:
        """Open the dialog."""
        if self._dialog is not None:
            return
        self._dialog = dialog = IgnoreRulesDialog(
            self._window.theme, self._context.pictures, self._context.cache, self._window
        )
        dialog.pattern_edited.connect(self._previews.forget)
        dialog.preview_wanted.connect(self._preview)
        dialog.rule_wanted.connect(self._add)
        dialog.removal_wanted.connect(self._remove)
        dialog.finished.connect(self._forget_dialog)
        dialog.open()
        ignoring = self._context.engine.ignoring
        reading = self._lane.submit(lambda _: ignoring.patterns())
        reading.finished.connect(self._show_patterns)
        reading.failed.connect(self._fail)

    def ask_folder(self, folder: Path) -> None:
        """Open the dialog with the rule that hides this folder, not yet added."""
        self.show_rules()
        ignoring = self._context.engine.ignoring
        wording = self._lane.submit(lambda _: ignoring.pattern_for(folder))
        wording.finished.connect(self._offer)
        wording.failed.connect(self._fail)

    # ------------------------------------------------------------------ inside

    def _preview(self, pattern: str) -> None:
        ignoring = self._context.engine.ignoring
        self._previews.submit(lambda _: ignoring.preview(pattern))

    def _add(self, pattern: str) -> None:
        ignoring = self._context.engine.ignoring

        def add(_: CancelToken) -> Changed:
            done = ignoring.add(pattern)
            words = f"{pictures_text(done.hides)} hidden by “{pattern}”."
            if done.shows:
                words += f" {pictures_text(done.shows)} shown again."
            return ignoring.patterns(), words

        # An exception ("!keep.png") lets in what no scan has looked at yet.
        self._change(add, may_show_more=pattern.startswith("!"))

    def _remove(self, pattern: str) -> None:
        ignoring = self._context.engine.ignoring

        def remove(_: CancelToken) -> Changed:
            shown = ignoring.remove(pattern)
            words = f"“{pattern}” is removed; {pictures_text(shown)} shown again."
            return ignoring.patterns(), words

        self._change(remove, may_show_more=True)

    def _change(self, work: Callable[[CancelToken], Changed], *, may_show_more: bool) -> None:
        handle = self._lane.submit(work)
        handle.finished.connect(self._show_changed)
        handle.failed.connect(self._fail)
        if may_show_more:
            handle.finished.connect(lambda _: self.rules_loosened.emit())

    def _show_patterns(self, patterns: tuple[str, ...]) -> None:
        if self._dialog is not None:
            self._dialog.show_rules(patterns)

    def _offer(self, pattern: str) -> None:
        if self._dialog is not None:
            self._dialog.offer(pattern)

    def _show_preview(self, preview: IgnorePreview) -> None:
        if self._dialog is not None:
            self._dialog.show_preview(preview)

    def _show_changed(self, changed: Changed) -> None:
        if self._dialog is not None:
            self._dialog.show_changed(*changed)
        self.library_changed.emit()

    def _fail(self, error: object) -> None:
        if self._dialog is not None:
            self._dialog.show_failure(self._context.known(error).sentence())
        else:
            self._context.notice(error)

    def _forget_dialog(self) -> None:
        self._dialog = None
        self._previews.forget()
