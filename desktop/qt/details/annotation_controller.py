"""Tags, stars, boards and the note of what is selected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.core.annotations import Consensus, Edits
from desktop.core.asset import Asset
from desktop.core.asset_sequence import ids_of
from desktop.core.cancellation import CancelToken
from desktop.core.text import ngettext
from desktop.qt.browse.asset_grid import AssetGrid
from desktop.qt.details.annotation_editor import AnnotationEditor
from desktop.qt.jobs.changes import Changes
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.history import EditHistory
from desktop.qt.jobs.lane import Latest

if TYPE_CHECKING:
    from desktop.library.catalog.annotations import Annotations


@dataclass(frozen=True, slots=True)
class Reading:
    """What the selected assets have in common, as one job read it."""

    asset_ids: tuple[int, ...]
    consensus: Consensus


class AnnotationController(QObject):
    """Shows in the editor what is known of the selection, and enters what is said there."""

    read = Signal(object, object)
    """tuple[int, ...] and Consensus: the selection, and what was said about it."""

    def __init__(
        self, context: Context, editor: AnnotationEditor, grid: AssetGrid, history: EditHistory
    ) -> None:
        super().__init__()
        self._context = context
        self._editor = editor
        self._grid = grid
        self._history = history
        self._readings = Latest(context.lanes.browse, self)
        self._readings.finished.connect(self._show)
        self._readings.failed.connect(context.notice)
        annotations = context.engine.annotations
        editor.rated.connect(self.rate)
        editor.tags_added.connect(self.tag)
        editor.tag_removed.connect(self.untag)
        editor.board_removed.connect(self.take_off_board)
        editor.note_written.connect(
            lambda ids, note: history.do(
                ngettext("the note of {count} picture", "the notes of {count} pictures", len(ids)),
                lambda: annotations.annotate(ids, note),
            )
        )
        grid.selection_changed.connect(self._on_selection)
        context.hub.changed.connect(self._on_changes)

    def refresh(self) -> None:
        """Read anew what is known of the selection."""
        annotations, ids = self._context.engine.annotations, self.selected_ids()

        def read(_: CancelToken) -> Reading:
            return Reading(ids, annotations.together(ids))

        self._readings.submit(read)

    def rate(self, stars: int, asset_ids: Sequence[int] | None = None) -> None:
        """Give these stars to what is selected, or to these of it."""
        self._change(
            lambda count: ngettext("rating {count} picture", "rating {count} pictures", count),
            lambda ids: self._said.rate(ids, stars),
            asset_ids,
        )

    def tag(self, names: Sequence[str], asset_ids: Sequence[int] | None = None) -> None:
        """Give what is selected these tags, or these of it."""
        self._change(
            lambda count: ngettext("tagging {count} picture", "tagging {count} pictures", count),
            lambda ids: self._said.tag(ids, names),
            asset_ids,
        )

    def untag(self, name: str, asset_ids: Sequence[int] | None = None) -> None:
        """Take a tag off what is selected, or off these of it."""
        self._change(
            lambda count: ngettext(
                "taking “{name}” off {count} picture",
                "taking “{name}” off {count} pictures",
                count,
                name=name,
            ),
            lambda ids: self._said.untag(ids, [name]),
            asset_ids,
        )

    def take_off_board(self, name: str) -> None:
        """Take what is selected off a board."""
        self._change(
            lambda count: ngettext(
                "taking {count} picture off the board “{name}”",
                "taking {count} pictures off the board “{name}”",
                count,
                name=name,
            ),
            lambda ids: self._said.take_off_board(name, ids),
        )

    def focus_tags(self) -> None:
        """The keyboard goes to where tags are entered."""
        self._editor.tag_field.setFocus()

    def selected_ids(self) -> tuple[int, ...]:
        """What is selected, in the order shown."""
        return ids_of(self._grid.selected_assets())

    # ------------------------------------------------------------------ inside

    @property
    def _said(self) -> Annotations:
        return self._context.engine.annotations

    def _change(
        self,
        name: Callable[[int], str],
        change: Callable[[Sequence[int]], Edits],
        asset_ids: Sequence[int] | None = None,
    ) -> None:
        """``name``: what the menu calls it, from how many pictures it is about."""
        ids = self.selected_ids() if asset_ids is None else asset_ids
        if ids:
            self._history.do(name(len(ids)), lambda: change(ids))

    def _on_changes(self, changes: Changes) -> None:
        if changes.annotations:
            self.refresh()

    def _on_selection(self, assets: Sequence[Asset]) -> None:
        if not assets:
            self._readings.forget()
            self._editor.show_annotations((), Consensus())
            return
        self.refresh()

    def _show(self, reading: Reading) -> None:
        self._editor.show_annotations(reading.asset_ids, reading.consensus)
        self.read.emit(reading.asset_ids, reading.consensus)
