"""Deciding about one picture after the other with single keys: keep, reject, stars."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from desktop.core.annotations import Edits, Flag
from desktop.core.asset import Asset
from desktop.core.asset_sequence import ids_of
from desktop.core.cancellation import CancelToken
from desktop.core.filter import Filter
from desktop.core.text import ngettext, sentences, tr
from desktop.qt.browse.asset_grid import AssetGrid
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.history import EditHistory
from desktop.qt.manage.trash_controller import TrashController


class CullingController(QObject):
    """What is decided goes into the history; while culling, the next picture comes by itself, in
    the grid as well as in the large preview.

    Args:
        rate: gives these assets these stars.
        in_turn: the asset (its id) that keys decide about in the large preview, which need not be
            all that is selected; None: none is looked at.
        step_large: goes on to the next picture in the large preview, where a comparison stays as
            it is; False: none is looked at, or there is no next one.
    """

    def __init__(
        self,
        context: Context,
        grid: AssetGrid,
        rate: Callable[[int, Sequence[int]], object],
        in_turn: Callable[[], int | None],
        step_large: Callable[[], bool],
        trash: TrashController,
        history: EditHistory,
    ) -> None:
        super().__init__()
        self._context = context
        self._grid = grid
        self._rate = rate
        self._in_turn = in_turn
        self._step_large = step_large
        self._trash = trash
        self._history = history

    def keep(self) -> None:
        self._decide(
            lambda n: ngettext("keeping {count} picture", "keeping {count} pictures", n),
            lambda ids: self._flag(ids, Flag.KEPT, True),
        )

    def reject(self) -> None:
        self._decide(
            lambda n: ngettext("rejecting {count} picture", "rejecting {count} pictures", n),
            lambda ids: self._flag(ids, Flag.REJECTED, True),
        )

    def rate(self, stars: int, asset_ids: Sequence[int] | None = None) -> None:
        """Give these stars to what keys decide about, or to these."""
        self._rate(stars, self._meant() if asset_ids is None else asset_ids)
        self._go_on()

    def undecide(self) -> None:
        """Neither kept nor rejected."""

        def clear(ids: Sequence[int]) -> Edits:
            flags = {(i, flag): False for i in ids for flag in (Flag.KEPT, Flag.REJECTED)}
            return self._context.engine.annotations.apply(Edits(flags=flags))

        self._decide(lambda _: tr("taking a decision back"), clear, goes_on=False)

    def favour(self) -> None:
        """Favourites from now on; where all of them are, none any more."""

        def toggle(ids: Sequence[int]) -> Edits:
            said = self._context.engine.annotations.of(ids).values()
            are_all = all(Flag.FAVOURITE in each.flags for each in said)
            return self._flag(ids, Flag.FAVOURITE, not are_all)

        self._decide(lambda _: tr("favourites"), toggle, goes_on=False)

    def bin_rejected(self) -> None:
        """Ask whether to move all that are rejected to the trash, with their number."""
        engine = self._context.engine

        def find(_: CancelToken) -> list[Asset]:
            ids = engine.browsing.ids(Filter(flag=Flag.REJECTED))
            return list(engine.catalog.assets_by_id(ids).values())

        def ask(rejected: Sequence[Asset]) -> None:
            if rejected:
                self._trash.ask(rejected)
            else:
                self._context.notices.say(tr("No picture is rejected."))

        handle = self._context.lanes.browse.submit(find)
        handle.finished.connect(ask)
        handle.failed.connect(self._context.notice)

    # ------------------------------------------------------------------ inside

    def _flag(self, ids: Sequence[int], flag: Flag, has: bool) -> Edits:
        return self._context.engine.annotations.flag(ids, flag, has)

    def _decide(
        self,
        name: Callable[[int], str],
        edit: Callable[[Sequence[int]], Edits],
        *,
        goes_on: bool = True,
    ) -> None:
        ids = self._meant()
        if ids:
            self._history.do(name(len(ids)), lambda: edit(ids))
            if goes_on:
                self._go_on()

    def _meant(self) -> tuple[int, ...]:
        in_turn = self._in_turn()
        return ids_of(self._grid.selected_assets()) if in_turn is None else (in_turn,)

    def _go_on(self) -> None:
        """To the next picture, from a single one; several were decided about together."""
        chosen = self._grid.selected_assets()
        if not self._grid.keys.is_culling or len(chosen) != 1:
            return
        row = self._grid.assets.row_of(chosen[0].id)
        if row is None or self._step_large():
            return
        if row + 1 == self._grid.assets.rowCount():
            self._tell_end()
        else:
            self._grid.select_asset(self._grid.assets.asset(row + 1).id)

    def _tell_end(self) -> None:
        engine, ids = self._context.engine, ids_of(self._grid.assets.assets(0, None))

        def tell(counts: dict[Flag, int]) -> None:
            kept, rejected = counts.get(Flag.KEPT, 0), counts.get(Flag.REJECTED, 0)
            self._context.notices.say(
                sentences(
                    tr("This was the last one."),
                    tr("Kept: {kept}. Rejected: {rejected}.", kept=kept, rejected=rejected),
                ),
                action=tr("Move the rejected to the trash…") if rejected else "",
                chosen=self.bin_rejected,
            )

        # In the lane of the edits, so that the last decision counts.
        handle = self._context.lanes.browse.submit(lambda _: engine.annotations.together(ids).flags)
        handle.finished.connect(tell)
        handle.failed.connect(self._context.notice)
