"""Asks which tags the selected pictures may deserve."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from desktop.core.annotations import Consensus
from desktop.core.cancellation import CancelToken
from desktop.core.errors import StoreError
from desktop.qt.details.annotation_controller import AnnotationController
from desktop.qt.details.tag_offers import TagOffers
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.lane import Latest

_Answer = tuple[tuple[int, ...], Sequence[str]]


class SuggestionController(QObject):
    """Shows suggestions for the selection; where nothing is known, none."""

    def __init__(
        self, context: Context, annotations: AnnotationController, offers: TagOffers
    ) -> None:
        super().__init__()
        self._context = context
        self._offers = offers
        self._ids: tuple[int, ...] = ()
        # The lane of searches, because that is what it is: the nearest vectors.
        self._asked = Latest(context.lanes.search, self)
        self._asked.finished.connect(self._show)
        self._asked.failed.connect(context.notice)
        annotations.read.connect(self._ask)
        offers.accepted.connect(annotations.tag)

    # ------------------------------------------------------------------ inside

    def _ask(self, asset_ids: tuple[int, ...], _: Consensus) -> None:
        if asset_ids != self._ids:
            self._ids = asset_ids
            self._offers.show_names(())  # those of other pictures
        engine = self._context.engine
        if not asset_ids or engine.is_read_only:
            self._asked.forget()
            return

        def suggest(_: CancelToken) -> _Answer:
            try:
                return asset_ids, engine.curation.tag_suggestions.for_assets(asset_ids)
            except StoreError:
                return asset_ids, ()  # a search says what is the matter with it

        self._asked.submit(suggest)

    def _show(self, answer: _Answer) -> None:
        asset_ids, names = answer
        if asset_ids == self._ids:
            self._offers.show_names(names)
