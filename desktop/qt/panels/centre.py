"""The centre: search bar, notice, results bar, and the grid or what stands in for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.core.asset import Asset
from desktop.core.errors import PlantainError
from desktop.core.query import Query, SearchHit, SearchResult
from desktop.qt.models.ordering import BROWSING, SEARCHING, Order, hits_in_order
from desktop.qt.models.pictures import Pictures
from desktop.qt.models.pixmap_cache import PixmapCache
from desktop.qt.models.sections import Section
from desktop.qt.panels.notice_bar import NoticeBar
from desktop.qt.panels.results_bar import ResultsBar
from desktop.qt.panels.search_bar import SearchBar
from desktop.qt.situation import GET_MODEL, Situation, looked_for, state_for
from desktop.qt.theme import UNIT, Theme
from desktop.qt.views.asset_grid import AssetGrid
from desktop.qt.views.empty_state import EmptyState, StateAction
from desktop.services.reports import LibraryStatus


class Centre(QFrame):
    """Shows the library, a part of it, or search results; has words for everything else."""

    action_chosen = Signal(str)
    """A key of ``situation``: what a person chose in an empty state or a notice."""
    order_wanted = Signal(object)
    """Order: the library is to be shown in another one; ``show_ordered`` answers."""
    shown_changed = Signal()

    def __init__(
        self, theme: Theme, pictures: Pictures, cache: PixmapCache, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("ground")
        self._assets: Sequence[Asset] = ()
        self._hits: Sequence[SearchHit] = ()
        self._awaited_id: int | None = None
        self.order = Order.NEWEST
        self.hit_order = Order.BEST
        self.situation = Situation()
        self.search = SearchBar(theme, pictures, cache)
        self.notice = NoticeBar(theme)
        self.model_notice = NoticeBar(theme)
        self.lasting_notice = NoticeBar(theme)
        self._told: tuple[str, ...] = ()
        self.results = ResultsBar(theme)
        self.grid = AssetGrid(theme, pictures, cache)
        self.empty = EmptyState(theme)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.grid)
        self.tools = QHBoxLayout()
        self.tools.setContentsMargins(2 * UNIT, UNIT + 4, 2 * UNIT, UNIT // 2)
        self.tools.setSpacing(UNIT)
        self.tools.addWidget(self.search, 1)
        notices = QVBoxLayout()
        notices.setContentsMargins(2 * UNIT, UNIT // 2, 2 * UNIT, 0)
        notices.setSpacing(UNIT // 2)
        notices.addWidget(self.notice)
        notices.addWidget(self.model_notice)
        notices.addWidget(self.lasting_notice)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self.tools)
        column.addLayout(notices)
        column.addWidget(self.results)
        column.addWidget(self._stack, 1)

        self.results.tile_size_changed.connect(self.grid.set_tile_size)
        self.results.order_chosen.connect(self._choose_order)
        self.results.clear_requested.connect(self.search.clear)
        self.search.left.connect(self.grid.setFocus)
        self.empty.action_chosen.connect(self.action_chosen)
        self._refresh()

    # ------------------------------------------------------------------ told from outside

    def show_opening(self) -> None:
        """The library is being opened."""
        self._now(is_open=False, problem="")

    def show_open_failure(self, words: str, remedies: tuple[StateAction, ...] = ()) -> None:
        """It could not be; what can be done besides trying again."""
        self._now(is_open=False, problem=words, remedies=remedies)

    def show_library(self, assets: Sequence[Asset]) -> None:
        """The library as it is now, in ``order``; keeps section, search and place."""
        self._assets = assets
        self._now(is_open=True, problem="", assets=len(assets))
        if self.situation.query is None:
            self._browse()
        if self._awaited_id is not None and self.grid.select_asset(self._awaited_id):
            self._awaited_id = None

    def show_ordered(self, assets: Sequence[Asset]) -> None:
        """The same library in the order that was wanted."""
        self._assets = assets
        if self.situation.query is None:
            with self.grid.current_in_view():
                self._browse(is_reordered=True)

    def select_when_there(self, asset_id: int) -> None:
        """Select an asset that the library has and the grid will have at its next refresh."""
        self._awaited_id = asset_id

    def show_section(self, section: Section) -> None:
        """Browse a part; a search gives way to it."""
        self._now(section=section)
        if self.situation.query is not None:
            self.search.clear()
        if self.situation.query is None:
            self._browse()
            self.grid.scrollToTop()

    def show_members(self, section: Section) -> None:
        """Which pictures a board or a tag has, as was asked when its section was chosen; or which
        it has now."""
        before = self.situation.section
        if before != section or before.asset_ids == section.asset_ids:
            return
        self._now(section=section)
        if self.situation.query is None:
            self._browse()
            if before.asset_ids is None:
                self.grid.scrollToTop()

    def show_searching(self, query: Query) -> None:
        """An answer is on its way; the old pictures stay until it comes."""
        is_first = self.situation.query is None
        self._now(
            query=query,
            is_answered=False,
            search_problem="",
            shown=self.situation.shown if not is_first or self._assets else 0,
        )
        self.results.show_searching(looked_for(query))

    def show_result(self, result: SearchResult) -> None:
        """The answer."""
        self._hits = result.hits
        self.grid.show_hits(hits_in_order(self._hits, self.hit_order))
        self._now(query=result.query, is_answered=True, search_problem="", shown=len(result.hits))
        # Without a model, the notice above the grid says all the time what that means.
        notice = result.notice if result.model else ""
        self.results.show_matches(looked_for(result.query), len(result.hits), notice)

    def show_search_failure(self, error: PlantainError) -> None:
        """There is no answer."""
        self._hits = ()
        self.grid.show_hits(())
        self._now(is_answered=True, search_problem=error.sentence(), shown=0)
        if self.situation.query is not None:
            self.results.show_matches(looked_for(self.situation.query), 0)

    def show_browsing(self) -> None:
        """The search was cleared."""
        self._now(query=None, is_answered=False, search_problem="")
        self._browse()

    def show_status(self, status: LibraryStatus) -> None:
        """Whether pictures can be found by meaning."""
        if status.is_read_only:
            self.lasting_notice.say(
                "This library is open to look at only: search and browse as you like. Nothing that "
                "would change it can be done."
            )
        if status.notices and status.notices != self._told:
            self._told = status.notices
            self.notice.say(" ".join(status.notices))
        has_model = not status.model_problem
        self._now(has_model=has_model)
        if has_model:
            self.model_notice.dismiss()
        elif status.assets:
            self.model_notice.say(
                status.model_problem + " Browsing and searching by name work.",
                action="Get a model…",
                chosen=lambda: self.action_chosen.emit(GET_MODEL),
            )

    def show_indexing(self, is_indexing: bool) -> None:
        """Pictures are on their way in, or no longer."""
        self._now(is_indexing=is_indexing)

    def assets(self) -> Sequence[Asset]:
        """The whole library."""
        return self._assets

    # ------------------------------------------------------------------ inside

    def _choose_order(self, order: Order) -> None:
        if self.situation.query is None:
            self.order = order
            self.order_wanted.emit(order)
        else:
            self.hit_order = order
            with self.grid.current_in_view():
                self.grid.show_hits(hits_in_order(self._hits, order))

    def _browse(self, *, is_reordered: bool = False) -> None:
        if self.situation.section.is_awaited:
            return  # ``show_members`` comes in a moment; nothing blinks until then
        shown = self.situation.section.of(self._assets)
        self.grid.show_assets(shown, is_reordered=is_reordered)
        self._now(shown=len(shown))

    def _now(self, **changes: object) -> None:
        self.situation = replace(self.situation, **changes)  # pyright: ignore[reportArgumentType]
        self._refresh()

    def _refresh(self) -> None:
        state = state_for(self.situation)
        if state is None:
            self._stack.setCurrentWidget(self.grid)
        else:
            self.empty.show_state(state)
            self._stack.setCurrentWidget(self.empty)
        if self.situation.query is None:
            if self.situation.is_open and self.situation.assets:
                self.results.show_browsing(self.situation.section.title, self.situation.shown)
            else:
                self.results.show_nothing()
        if self.situation.query is None:
            self.results.show_order(BROWSING, self.order)
        else:
            self.results.show_order(SEARCHING, self.hit_order)
        self.results.setVisible(bool(self.situation.assets))
        self.search.setEnabled(self.situation.is_open)
        self.shown_changed.emit()
