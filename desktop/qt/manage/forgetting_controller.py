"""Forgetting pictures whose files are gone for good; asked first, with what would be lost."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox

from desktop.core.text import ngettext, sentences, tr
from desktop.qt.jobs.changes import Changes
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.job_list import Outcome
from desktop.qt.widgets.question import question


class ForgettingController(QObject):
    """Asks, and forgets."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context

    def ask(self) -> None:
        """Count what is missing, and ask what of it is to be forgotten."""
        table = self._context.engine.curation.forgetting
        handle = self._context.lanes.browse.submit(
            lambda _: (table.missing(), table.missing_and_said())
        )
        handle.finished.connect(lambda found: self._ask(*found))
        handle.failed.connect(self._context.notice)

    def forget(self, asset_ids: Sequence[int]) -> None:
        """Forget these, where they are still missing."""
        table = self._context.engine.curation.forgetting
        self._context.follow(
            self._context.lanes.index,  # the lane of scans, which may find one of them again
            tr("Forget missing pictures"),
            lambda _: table.forget(asset_ids),
            lambda count: Outcome(
                ngettext("{count} picture forgotten", "{count} pictures forgotten", count)
            ),
            changes=Changes(assets=True, annotations=True),
        ).failed.connect(self._context.notice)

    def _ask(self, missing: Sequence[int], said: set[int]) -> None:
        if not missing:
            self._context.notices.say(tr("No picture is missing."))
            return
        words = tr(
            "No file is touched: these files were not where they were. Should one come back, it is "
            "added as a new picture."
        )
        plain = [asset_id for asset_id in missing if asset_id not in said]
        if said:
            words = sentences(
                words,
                ngettext(
                    "{count} of them has tags, stars, a note, a board, or a record of how it was "
                    "made: forgetting it loses that.",
                    "{count} of them have tags, stars, a note, a board, or a record of how they "
                    "were made: forgetting them loses that.",
                    len(said),
                ),
            )
        count = len(missing)
        box = question(
            self._context.dialog_parent,
            tr("Forget missing pictures"),
            ngettext("Forget {count} missing picture?", "Forget {count} missing pictures?", count),
            words,
        )
        accept = QMessageBox.ButtonRole.AcceptRole
        if plain:
            text = (
                ngettext("Forget the other {count}", "Forget the other {count}", len(plain))
                if said
                else tr("Forget")
            )
            box.addButton(text, accept).clicked.connect(lambda: self.forget(plain))
        if said:
            everything = box.addButton(tr("Forget all"), QMessageBox.ButtonRole.DestructiveRole)
            everything.clicked.connect(lambda: self.forget(missing))
        box.open()
