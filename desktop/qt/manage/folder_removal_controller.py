"""Taking a folder out of the library; asked first, and undone with one click."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox

from desktop.core.asset import displayable, displayable_name
from desktop.core.text import ngettext, sentences, tr
from desktop.qt.jobs.changes import Changes
from desktop.qt.jobs.context import Context
from desktop.qt.widgets.question import question

if TYPE_CHECKING:
    from desktop.services.indexing.folder_removal import Removal


class FolderRemovalController(QObject):
    """Asks, removes, and puts back."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context

    def ask(self, folder: Path) -> None:
        """Say what would leave the window and what stays, and ask."""
        removing = self._context.engine.folder_removal
        handle = self._context.lanes.browse.submit(lambda _: removing.preview(folder))
        handle.finished.connect(self._ask)
        handle.failed.connect(self._context.notice)

    def remove(self, folder: Path) -> None:
        """Take it out."""
        removing = self._context.engine.folder_removal
        # The lane of scans, of which one may be in this folder just now.
        handle = self._context.lanes.index.submit(lambda _: removing.remove(folder))
        handle.finished.connect(self._on_removed)
        handle.failed.connect(self._context.notice)

    def put_back(self, folder: Path) -> None:
        """As if it had not been removed."""
        removing = self._context.engine.folder_removal
        handle = self._context.lanes.index.submit(lambda _: removing.put_back(folder))
        # Files may have come while nobody looked.
        changes = Changes(assets=True, annotations=True, ignored_less=True)
        handle.finished.connect(lambda _: self._context.hub.tell(changes))
        handle.failed.connect(self._context.notice)

    # ------------------------------------------------------------------ inside

    def _ask(self, removal: Removal) -> None:
        name = displayable_name(removal.folder)
        words = sentences(
            ngettext(
                "{count} picture will no longer be shown.",
                "{count} pictures will no longer be shown.",
                removal.pictures,
            ),
            tr("The files stay on disk."),
            tr(
                "Tags, stars, notes and boards are kept, and come back when you add the folder "
                "again."
            ),
        )
        box = question(
            self._context.dialog_parent,
            tr("Remove from the library"),
            tr("Remove “{name}” from the library?", name=name),
            f"{words}\n\n{displayable(removal.folder)}",
        )
        remove = box.addButton(tr("Remove"), QMessageBox.ButtonRole.AcceptRole)
        remove.clicked.connect(lambda: self.remove(removal.folder))
        box.open()

    def _on_removed(self, removal: Removal) -> None:
        self._context.hub.tell(Changes(assets=True, annotations=True))
        name = displayable_name(removal.folder)
        self._context.notices.say(
            tr("“{name}” was removed from the library. Its files stay on disk.", name=name),
            action=tr("Undo"),
            chosen=lambda: self.put_back(removal.folder),
        )
