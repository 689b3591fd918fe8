"""Finding duplicates, and keeping one of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop.core.annotations import Annotation
from desktop.core.asset import Asset
from desktop.core.cancellation import CancelToken
from desktop.core.filter import NamedFilter
from desktop.core.text import tr
from desktop.qt.browse.sections import DUPLICATES
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.lane import Latest
from desktop.qt.manage.duplicates_dialog import DuplicatesDialog
from desktop.qt.manage.trash_controller import TrashController
from desktop.services.curation.duplicates import DuplicateGroup

if TYPE_CHECKING:
    from desktop.services.curation.trash import TrashReport

Found = tuple[Sequence[DuplicateGroup], Mapping[int, Annotation]]


class DuplicatesController(QObject):
    """Shows duplicates side by side, and moves those to the trash that are not kept."""

    def __init__(self, context: Context, trash: TrashController) -> None:
        super().__init__()
        self._context = context
        self._trash = trash
        self._dialog: DuplicatesDialog | None = None
        self._searches = Latest(context.lanes.browse, self)
        self._searches.finished.connect(self._show_found)
        self._searches.failed.connect(self._fail)

    def show(self) -> None:
        """Look for duplicates, and let a person choose side by side which ones to keep."""
        if self._dialog is None:
            self._dialog = DuplicatesDialog(
                self._context.theme,
                self._context.pictures,
                self._context.cache,
                self._context.dialog_parent,
            )
            self._dialog.search_wanted.connect(self._search)
            self._dialog.decided.connect(self._decide)
            self._dialog.finished.connect(self._forget_dialog)
            self._dialog.open()
        self._search(is_near=False)

    def offer(self, section: NamedFilter) -> None:
        """Offer to compare them where they are what is shown."""
        if section.filter == DUPLICATES.filter:
            self._context.notices.say(
                tr("These pictures are in the library more than once."),
                action=tr("Compare…"),
                chosen=self.show,
            )

    # ------------------------------------------------------------------ inside

    def _search(self, is_near: bool) -> None:
        engine = self._context.engine
        if self._dialog is not None:
            self._dialog.show_searching()

        def search(token: CancelToken) -> Found:
            finder = engine.curation.duplicates
            groups = finder.near(cancel=token) if is_near else finder.exact()
            ids = [asset.id for group in groups for asset in group.assets]
            return groups, engine.annotations.of(ids)

        self._searches.submit(search)

    def _show_found(self, found: Found) -> None:
        if self._dialog is not None:
            self._dialog.show_groups(*found)

    def _decide(self, group: DuplicateGroup, kept: Asset, merge: bool) -> None:
        engine = self._context.engine
        others = [asset.id for asset in group.assets if asset.id != kept.id]
        self._trash.run(
            tr("Keep {file}", file=kept.filename),
            lambda cancel: engine.curation.duplicates.keep(kept.id, others, cancel, merge=merge),
        ).finished.connect(self._on_kept)

    def _on_kept(self, report: TrashReport) -> None:
        self._trash.add_undo(tr("duplicates"), report)

    def _fail(self, error: object) -> None:
        if self._dialog is not None:
            self._dialog.reject()
        self._context.notice(error)

    def _forget_dialog(self) -> None:
        self._dialog = None
        self._searches.forget()
