"""Ignore rules: looked at, tried and changed in a dialog, worked out in a lane."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop.core.cancellation import CancelToken
from desktop.core.text import sentences, tr
from desktop.qt.jobs.changes import Changes
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.lane import Latest
from desktop.qt.manage.ignore_rules_dialog import IgnoreRulesDialog, pictures_text

if TYPE_CHECKING:
    from desktop.services.indexing.ignore_rules import IgnorePreview

Changed = tuple[tuple[str, ...], str]
"""The rules there are now, and what came of the change."""


class IgnoreRulesController(QObject):
    """Shows the rules, and adds and removes them."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._lane = context.lanes.browse
        self._dialog: IgnoreRulesDialog | None = None
        self._previews = Latest(self._lane, self)
        self._previews.finished.connect(self._show_preview)
        self._previews.failed.connect(self._fail)

    def show(self) -> None:
        """Open the dialog."""
        if self._dialog is not None:
            return
        self._dialog = dialog = IgnoreRulesDialog(
            self._context.theme,
            self._context.pictures,
            self._context.cache,
            self._context.dialog_parent,
        )
        dialog.pattern_edited.connect(self._previews.forget)
        dialog.preview_wanted.connect(self._preview)
        dialog.rule_wanted.connect(self._add)
        dialog.removal_wanted.connect(self._remove)
        dialog.finished.connect(self._forget_dialog)
        dialog.open()
        ignoring = self._context.engine.ignore_rules
        reading = self._lane.submit(lambda _: ignoring.patterns())
        reading.finished.connect(self._show_patterns)
        reading.failed.connect(self._fail)

    def ask_folder(self, folder: Path) -> None:
        """Open the dialog with the rule that hides this folder, not yet added."""
        self.show()
        ignoring = self._context.engine.ignore_rules
        wording = self._lane.submit(lambda _: ignoring.pattern_for(folder))
        wording.finished.connect(self._offer)
        wording.failed.connect(self._fail)

    # ------------------------------------------------------------------ inside

    def _preview(self, pattern: str) -> None:
        ignoring = self._context.engine.ignore_rules
        self._previews.submit(lambda _: ignoring.preview(pattern))

    def _add(self, pattern: str) -> None:
        ignoring = self._context.engine.ignore_rules

        def add(_: CancelToken) -> Changed:
            done = ignoring.add(pattern)
            hidden = tr(
                "{pictures} hidden by “{pattern}”.",
                pictures=pictures_text(done.hides),
                pattern=pattern,
            )
            shown = tr("{pictures} shown again.", pictures=pictures_text(done.shows))
            return ignoring.patterns(), sentences(hidden, shown if done.shows else "")

        # An exception ("!keep.png") lets in what no scan has looked at yet.
        self._change(add, may_show_more=pattern.startswith("!"))

    def _remove(self, pattern: str) -> None:
        ignoring = self._context.engine.ignore_rules

        def remove(_: CancelToken) -> Changed:
            shown = ignoring.remove(pattern)
            message = tr(
                "“{pattern}” is removed; {pictures} shown again.",
                pattern=pattern,
                pictures=pictures_text(shown),
            )
            return ignoring.patterns(), message

        self._change(remove, may_show_more=True)

    def _change(self, work: Callable[[CancelToken], Changed], *, may_show_more: bool) -> None:
        handle = self._lane.submit(work)
        handle.finished.connect(self._show_changed)
        changes = Changes(assets=True, annotations=True, ignored_less=may_show_more)
        handle.finished.connect(lambda _: self._context.hub.tell(changes))
        handle.failed.connect(self._fail)

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

    def _fail(self, error: object) -> None:
        if self._dialog is not None:
            self._dialog.show_failure(self._context.known(error).sentence())
        else:
            self._context.notice(error)

    def _forget_dialog(self) -> None:
        self._dialog = None
        self._previews.forget()
