"""Saying what may be done with pictures, folders and boards, in the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from desktop.core.annotations import Edits
from desktop.core.asset import Asset, displayable
from desktop.core.cancellation import CancelToken
from desktop.core.filter import NamedFilter
from desktop.core.rights import NO_RIGHTS, Origin, Rights, clean_rights
from desktop.core.text import ngettext, tr
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.history import EditHistory
from desktop.qt.manage.rights_dialog import RightsDialog

if TYPE_CHECKING:
    from desktop.library.catalog.annotations import Annotations

_MOST_REASONS = 3


@dataclass(frozen=True, slots=True)
class _Reading:
    """What is said now, as one job read it; see ``RightsDialog``."""

    rights: Rights
    differing: frozenset[str] = frozenset()
    reasons: tuple[str, ...] = ()


class RightsController(QObject):
    """Opens the dialog, and enters what is said there."""

    def __init__(self, context: Context, history: EditHistory) -> None:
        super().__init__()
        self._context = context
        self._history = history
        self.dialog: RightsDialog | None = None

    def ask_pictures(self, assets: Sequence[Asset]) -> None:
        """Of what is selected."""
        ids = [asset.id for asset in assets]
        if not ids:
            return
        said, table = self._said, self._context.engine.rights

        def read() -> _Reading:
            own = [annotation.rights for annotation in said.of(ids).values()] or [NO_RIGHTS]
            differing = frozenset(
                field.name
                for field in fields(Rights)
                if len({getattr(rights, field.name) for rights in own}) > 1
            )
            shared = replace(own[0], **{name: getattr(NO_RIGHTS, name) for name in differing})
            reasons = {
                reason: None
                for claims in table.claims(ids[:1]).values()
                for claim in claims
                if claim.origin is not Origin.PICTURE and (reason := claim.reason())
            }
            return _Reading(shared, differing, tuple(reasons)[:_MOST_REASONS])

        def change(changes: dict[str, Any]) -> Edits:
            own = {asset_id: each.rights for asset_id, each in said.of(ids).items()}
            return said.apply(Edits(rights={i: _with(own[i], changes) for i in own}))

        count = len(ids)
        about = (
            assets[0].filename
            if count == 1
            else ngettext("{count} picture", "{count} pictures", count)
        )
        name = ngettext("the rights of {count} picture", "the rights of {count} pictures", count)
        self._ask(about, name, read, change)

    def ask_board(self, section: NamedFilter) -> None:
        """Of all that is on a board."""
        said, board = self._said, section.name

        def change(changes: dict[str, Any]) -> Edits:
            return said.give_board_rights(board, _with(said.board(board).rights, changes))

        self._ask(
            tr("All pictures on the board “{name}”, now and later", name=board),
            tr("the rights of the board “{name}”", name=board),
            lambda: _Reading(said.board(board).rights),
            change,
        )

    def ask_folder(self, folder: Path) -> None:
        """Of all that is below a folder."""
        said, table, place = self._said, self._context.engine.rights, str(folder)

        def own() -> Rights:
            return table.folders().get(place, NO_RIGHTS)

        self._ask(
            tr("All pictures below {folder}, now and later", folder=displayable(folder)),
            tr("the rights of the folder {name}", name=displayable(folder.name)),
            lambda: _Reading(own()),
            lambda changes: said.give_folder_rights(place, _with(own(), changes)),
        )

    # ------------------------------------------------------------------ inside

    @property
    def _said(self) -> Annotations:
        return self._context.engine.annotations

    def _ask(
        self,
        about: str,
        name: str,
        read: Callable[[], _Reading],
        change: Callable[[dict[str, Any]], Edits],
    ) -> None:
        def reading(_: CancelToken) -> _Reading:
            return read()

        def show(found: _Reading) -> None:
            dialog = RightsDialog(
                about,
                found.rights,
                found.differing,
                found.reasons,
                self._context.dialog_parent,
            )
            dialog.said.connect(lambda changes: self._history.do(name, lambda: change(changes)))
            dialog.finished.connect(self._forget)
            self.dialog = dialog
            dialog.open()

        handle = self._context.lanes.browse.submit(reading)
        handle.finished.connect(show)
        handle.failed.connect(self._context.notice)

    def _forget(self) -> None:
        self.dialog = None


def _with(rights: Rights, changes: dict[str, Any]) -> Rights:
    return clean_rights(replace(rights, **changes))
