"""Says when the library's own folder was moved or deleted, and saves what was kept meanwhile."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from desktop.core.errors import LibraryGone
from desktop.core.text import ngettext, sentences, tr
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.history import EditHistory


class LibraryWatchController(QObject):
    """Told by the watcher, and by every edit that found the folder gone.

    ``seen`` may be called in any thread.
    """

    seen = Signal(bool)
    """Whether the library's folder is where it was, each time that this has changed."""

    def __init__(self, context: Context, history: EditHistory) -> None:
        super().__init__()
        self._context = context
        self._history = history
        self._is_gone = False
        self.seen.connect(self._on_seen)
        history.kept.connect(self._say)

    def _on_seen(self, is_there: bool) -> None:
        was_gone, self._is_gone = self._is_gone, not is_there
        if not is_there:
            self._say()
        elif was_gone:
            kept = self._history.kept_count
            self._history.save_kept()
            told = ngettext(
                "What you entered meanwhile ({count} change) is saved.",
                "What you entered meanwhile ({count} changes) is saved.",
                kept,
            )
            self._context.notices.say(
                sentences(tr("The library's folder is back."), told if kept else "")
            )

    def _say(self) -> None:
        kept = self._history.kept_count
        error = LibraryGone.at(self._context.engine.library.paths.folder)
        told = ngettext(
            "{count} change that you entered is kept in this window until then.",
            "{count} changes that you entered are kept in this window until then.",
            kept,
        )
        self._context.notices.say(
            sentences(error.sentence(), told if kept else ""),
            is_failure=True,
            action=tr("Try again") if kept else "",
            chosen=self._history.save_kept,
        )
