"""The centre: search bar, notice, results bar, and the grid or what stands in for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.config.window_memory import GridPlace
from desktop.core.asset import Asset
from desktop.core.errors import PlantainError
from desktop.core.filter import EVERYTHING, NamedFilter
from desktop.core.query import Query, SearchHit, SearchResult
from desktop.core.text import ngettext, tr
from desktop.qt.browse.asset_grid import AssetGrid
from desktop.qt.browse.centre_notices import CentreNotices
from desktop.qt.browse.empty_states import (
    SEARCH_EVERYWHERE,
    SHOW_WEAKER,
    CentreState,
    looked_for,
    state_for,
)
from desktop.qt.browse.look_controller import LookRows
from desktop.qt.browse.ordering import BROWSING, ON_BOARD, SEARCHING, Order, hits_in_order
from desktop.qt.browse.results_bar import ResultsBar
from desktop.qt.browse.sections import title_of
from desktop.qt.browse.stacks import NO_STACKS, Stacks
from desktop.qt.browse.stays import Stays
from desktop.qt.images.cache import PixmapCache
from desktop.qt.images.pictures import Pictures
from desktop.qt.search.search_bar import SearchBar
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.buttons import button
from desktop.qt.widgets.empty_state import EmptyState, StateAction
from desktop.services.reports import LibraryStatus

if TYPE_CHECKING:  # not needed to show the window
    from desktop.library.catalog.asset_columns import Assets

_id_of_hit = attrgetter("asset.id")


class Centre(QFrame):
    """Shows the library, a part of it, or search results; says so where there is none."""

    action_chosen = Signal(str)
    """Id of the action that a person chose in an empty state or a notice."""
    order_wanted = Signal(object)
    """Order: the library is to be shown in another one; ``show_ordered`` answers."""
    shown_changed = Signal()

    def __init__(
        self, theme: Theme, pictures: Pictures, cache: PixmapCache, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("ground")
        self._assets: Assets | tuple[()] = ()
        self._answered: Query | None = None
        self._hits: Sequence[SearchHit] = ()
        self._relevant = 0
        self._has_more = False
        self._shows_weaker = False
        self._notice = ""
        self._members: Sequence[int] | None = None  # of the section; None: not known yet
        self._awaited_id: int | None = None
        self._is_read_only = False
        self._stacks = NO_STACKS
        self._opened_before: frozenset[int] = frozenset()
        self._opened: frozenset[int] = frozenset()
        self.order = Order.NEWEST
        self.hit_order = Order.BEST
        self.turned: set[Order] = set()
        self._is_board_as_made = True
        self.state = CentreState()
        self.search = SearchBar(theme, pictures, cache)
        self.notices = CentreNotices(theme)
        self.problem, self.notice = self.notices.problem, self.notices.notice
        self.results = ResultsBar(theme)
        self.grid = AssetGrid(theme, pictures, cache)
        self.looks = LookRows()
        self._stays = Stays(self.grid)
        self.empty = EmptyState(theme)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.grid)
        self.tools = QHBoxLayout()
        self.tools.setContentsMargins(2 * UNIT, UNIT + 4, 2 * UNIT, UNIT // 2)
        self.tools.setSpacing(UNIT)
        self.tools.addWidget(self.search, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self.tools)
        column.addWidget(self.notices)
        column.addWidget(self.results)
        column.addWidget(self._stack, 1)
        self.weaker_button = button("", self.toggle_weaker, is_flat=True)
        self.weaker_button.hide()
        foot = QHBoxLayout()
        foot.setContentsMargins(2 * UNIT, UNIT // 2, 2 * UNIT, UNIT // 2)
        foot.addWidget(self.weaker_button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(foot)

        self.results.tile_size_changed.connect(self.grid.set_tile_size)
        self.results.order_chosen.connect(self._choose_order)
        self.results.turned.connect(self._turn_order)
        self.results.why_toggled.connect(self.grid.say_why)
        self.search.left.connect(self.grid.setFocus)
        self.grid.stack_pressed.connect(self._open_stack_of)
        self.search.problem_changed.connect(self.problem.show_problem)
        self.problem.chosen.connect(self.search.use_instead)
        self.empty.action_chosen.connect(self._on_action)
        self.notices.action_chosen.connect(self.action_chosen)
        self.looks.found.connect(self._show_looks)
        self._refresh()

    # ------------------------------------------------------------------ told from outside

    def show_opening(self) -> None:
        """The library is being opened."""
        self._now(is_open=False, problem="")

    def show_open_failure(self, message: str, remedies: tuple[StateAction, ...] = ()) -> None:
        """It could not be; what can be done besides trying again."""
        self._now(is_open=False, problem=message, remedies=remedies)

    def show_library(self, assets: Assets | tuple[()]) -> None:
        """The library as it is now, in ``order``; keeps section, search and place."""
        self._assets = assets
        self._now(is_open=True, problem="", assets=len(assets))
        if self.state.query is None:
            self._browse()
        self._select_awaited()

    def show_first(self, assets: Assets, count: int) -> None:
        """The newest of so many, until ``show_library`` comes with all of them."""
        if self.state.query is None and self.state.section.filter == EVERYTHING:
            self._assets = assets
            self._now(is_open=True, problem="", assets=count)
            self._browse()
            self._now(shown=count)

    def show_ordered(self, assets: Assets) -> None:
        """The same library in the order that was wanted."""
        self._assets = assets
        if self.state.query is None:
            with self.grid.current_in_view():
                self._browse(is_reordered=True)

    def select_when_there(self, asset_id: int) -> None:
        """Select an asset that the library has and the grid will have at its next refresh."""
        self._awaited_id = asset_id

    def show_section(self, section: NamedFilter) -> None:
        """Show a part of the library alone; where there is a search, its answer comes next."""
        self._stays.leave(self.state)
        self._members = None
        if section.filter != self.state.section.filter:
            self._is_board_as_made = True
        self._now(section=section)
        if self.state.query is None and self._browse():
            self._stays.arrive(self.state)

    def show_members(self, section: NamedFilter, asset_ids: Sequence[int]) -> None:
        """Which pictures a section has: asked when it was chosen, and again after each change.

        Args:
            asset_ids: of a board in its order.
        """
        before = self._members
        if section != self.state.section or before == asset_ids:
            return
        self._members = asset_ids
        if self.state.query is None:
            self._browse()
            self._select_awaited()
            if before is None:
                self._stays.arrive(self.state)

    def show_searching(self, query: Query) -> None:
        """An answer is on its way; the old pictures stay until it comes."""
        is_first = self.state.query is None
        self._stays.leave(self.state)
        self._now(
            query=query,
            is_answered=False,
            search_problem="",
            shown=self.state.shown if not is_first or self._assets else 0,
        )
        self.results.show_searching(looked_for(query))

    def show_result(self, result: SearchResult) -> None:
        """The answer."""
        is_repeated = self.state.is_answered and self.state.query == result.query
        was_answered = self.state.is_answered
        self._hits, self._relevant = result.hits, result.relevant
        self._has_more = result.has_more
        if self.state.query != self._answered:
            self._shows_weaker = False
            self._answered = result.query
        # Without a model, the notice above the grid says all the time what that means.
        self._notice = result.notice if self.state.has_model else ""
        self.notices.show_result(result)
        self._now(query=result.query, is_answered=True, search_problem="")
        self._show_hits(is_repeated=is_repeated)
        if not was_answered:
            self._stays.arrive(self.state)

    def show_search_failure(self, error: PlantainError) -> None:
        """There is no answer."""
        self._hits, self._relevant, self._has_more = (), 0, False
        self.grid.show_hits(())
        self._now(is_answered=True, search_problem=error.sentence(), shown=0)
        if self.state.query is not None:
            self.results.show_matches(looked_for(self.state.query), 0)

    def show_browsing(self) -> None:
        """The search was cleared."""
        self._stays.leave(self.state)
        self.notices.script.dismiss()
        self._now(query=None, is_answered=False, search_problem="")
        if self._browse():
            self._stays.arrive(self.state)

    def places(self) -> tuple[GridPlace, GridPlace]:
        """How far the grid is scrolled: while browsing, and in results."""
        return self._stays.places(self.state)

    def come_back(self, browsed: GridPlace, found: GridPlace) -> None:
        """Scroll there as soon as what is looked at, or the answer, is shown."""
        self._stays.come_back(self.state, browsed, found)

    def show_stacks(self, stacks: Stacks) -> None:
        """Let one of these stand for all that look like it; what was opened stays so."""
        opened = self.opened_in_stacks
        self._stacks, self._opened = stacks, stacks.those_with(opened)
        self._opened_before = frozenset() if stacks.members else opened
        self._stack_anew()

    @property
    def opened_in_stacks(self) -> frozenset[int]:
        """Pictures (their ids) of stacks that are open, or will be once they are known."""
        return self._stacks.ids_in(self._opened) | self._opened_before

    def reopen_stacks(self, asset_ids: Iterable[int]) -> None:
        """Have the stacks of these open, when they are known."""
        self._opened_before = frozenset(asset_ids)

    def open_stack(self) -> None:
        """Show all of the stack that the current picture is in, or its best one again."""
        chosen = self.grid.selected_assets()[:1]
        if chosen:
            self._open_stack_of(chosen[0].id)

    def _open_stack_of(self, asset_id: int) -> None:
        number = self._stacks.stack_of.get(asset_id)
        if number is not None:
            self._opened ^= {number}
            best = self._stacks.members[number][0]
            self._stack_anew()
            if not self.grid.selected_assets():
                self.grid.select_asset(best)

    def _stack_anew(self) -> None:
        with self.grid.current_in_view():
            if self.state.query is None:
                self._browse()
            elif self.state.is_answered:
                self._show_hits(is_repeated=True)

    def show_read_only(self) -> None:
        """Say all the time that nothing can be changed."""
        self._is_read_only = True
        self.notices.show_read_only()

    def show_status(self, status: LibraryStatus) -> None:
        """Whether pictures can be found by meaning."""
        self.notices.show_status(status)
        self._now(has_model=not status.model_problem)

    def show_indexing(self, is_indexing: bool) -> None:
        """Pictures are on their way in, or no longer."""
        self._now(is_indexing=is_indexing)

    def assets(self) -> Sequence[Asset]:
        """The whole library."""
        return self._assets

    # ------------------------------------------------------------------ inside

    def _on_action(self, action_id: str) -> None:
        if action_id == SHOW_WEAKER:
            self.toggle_weaker()
        elif action_id == SEARCH_EVERYWHERE:
            self.search.search_everywhere()
        else:
            self.action_chosen.emit(action_id)

    @property
    def has_own_order(self) -> bool:
        """A board is shown in the order that a person made."""
        now = self.state
        return now.query is None and self._is_board_as_made and bool(now.section.filter.ordered_by)

    @property
    def shown_order(self) -> Order:
        """Of what is shown now."""
        if self.state.query is not None:
            return self.hit_order
        return Order.OWN if self.has_own_order else self.order

    def _choose_order(self, order: Order) -> None:
        if self.state.query is not None:
            self.hit_order = order
            self._show_anew()
            return
        self._is_board_as_made = order is Order.OWN
        if order is Order.OWN:
            self._show_anew()
        else:
            self.order = order
            self._refresh()
            self.order_wanted.emit(order)

    def _turn_order(self) -> None:
        self.turned ^= {self.shown_order}
        self._show_anew()

    def _show_anew(self) -> None:
        """The same pictures in another order."""
        with self.grid.current_in_view():
            if self.state.query is None:
                self._browse(is_reordered=True)
            elif self.state.is_answered:
                self._show_hits()

    def toggle_weaker(self) -> None:
        """Show also what has little to do with the query, or no longer."""
        self._shows_weaker = not self._shows_weaker
        with self.grid.current_in_view():
            self._show_hits(is_repeated=True)

    def _show_hits(self, *, is_repeated: bool = False) -> None:
        """Those that have to do with the query in their order, and the weaker ones behind them."""
        parts = [self._hits[: self._relevant], self._hits[self._relevant :]]
        strong, weak = map(self._in_order, parts)
        strong, counts = self._stacks.collapsed(strong, _id_of_hit, self._opened)
        weak, more = self._stacks.collapsed(weak, _id_of_hit, self._opened)
        self.grid.show_stack_counts(counts | more)
        weaker = weak if self._shows_weaker else []
        self.grid.take_places(False)
        self.grid.show_hits(
            [*strong, *weaker],
            is_repeated=is_repeated,
            weaker_from=len(strong) if weaker else None,
        )
        self._now(shown=len(strong) + len(weaker), weaker=len(weak))
        query = self.state.query
        assert query is not None
        self.results.show_matches(
            looked_for(query),
            len(strong),
            self._notice,
            weaker=len(weaker),
            has_more=self._has_more,
        )

    def _in_order(self, hits: Sequence[SearchHit]) -> Sequence[SearchHit]:
        if self.hit_order is Order.LOOK:
            hits = self.looks.arranged(hits, _id_of_hit)
        is_reversed = self.hit_order in self.turned
        return hits_in_order(hits, self.hit_order, is_reversed=is_reversed)

    def _show_looks(self) -> None:
        """What looks alike is known, or known better."""
        if self.shown_order is Order.LOOK:
            self._show_anew()

    def _select_awaited(self) -> None:
        if self._awaited_id is not None and self.grid.select_asset(self._awaited_id):
            self._awaited_id = None

    def _browse(self, *, is_reordered: bool = False) -> bool:
        """False: ``show_members`` comes in a moment, and nothing blinks until then."""
        shown, wanted = self._assets, self.state.section.filter
        if wanted != EVERYTHING and self._members is None:
            return False
        counts: dict[int, int] = {}
        is_as_made = self.has_own_order
        if shown and wanted != EVERYTHING:
            members = self._members or ()
            # A person's own order stays whole.
            shown = shown.listed(members) if is_as_made else shown.among(members)
        if shown and not is_as_made:
            if self.order is Order.LOOK:
                shown = shown.listed(self.looks.arranged(shown.ids, _itself))
            if self.order in self.turned:
                shown = shown[::-1]
            if self._stacks.members:
                left, counts = self._stacks.collapsed(shown.ids, _itself, self._opened)
                shown = shown.listed(left)
        self.grid.take_places(is_as_made and not self._is_read_only)
        self.grid.show_stack_counts(counts)
        self.grid.show_assets(shown, is_reordered=is_reordered)
        self._now(shown=len(shown))
        return True

    def _now(self, **changes: object) -> None:
        self.state = replace(self.state, **changes)  # pyright: ignore[reportArgumentType]
        self._refresh()

    def _refresh(self) -> None:
        state = state_for(self.state)
        if state is None:
            self._stack.setCurrentWidget(self.grid)
        else:
            self.empty.show_state(state)
            self._stack.setCurrentWidget(self.empty)
        if self.state.query is None:
            if self.state.is_open and self.state.assets:
                self.results.show_browsing(title_of(self.state.section), self.state.shown)
            else:
                self.results.show_nothing()
        orders = ON_BOARD if self.state.section.filter.ordered_by else BROWSING
        orders = orders if self.state.query is None else SEARCHING
        order = self.shown_order
        self.results.show_order(orders, order, is_turned=order in self.turned)
        self.results.setVisible(bool(self.state.assets))
        now = self.state
        is_offered = now.query is not None and now.is_answered and now.weaker and now.shown
        self.weaker_button.setVisible(bool(is_offered))
        self.weaker_button.setText(
            tr("Hide weaker matches")
            if self._shows_weaker
            else ngettext("Show {count} weaker match", "Show {count} weaker matches", now.weaker)
        )
        self.search.setEnabled(self.state.is_open)
        self.shown_changed.emit()


def _itself(asset_id: int) -> int:
    return asset_id
