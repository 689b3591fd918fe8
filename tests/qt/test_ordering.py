"""Sorting: natural names, folders, search results; in the window, with what is selected kept."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.core.query import Reason, SearchHit
from desktop.qt.models.ordering import Order, Shelf, hits_in_order
from desktop.qt.session import Session
from tests.fakes.services import FakeEngine, make_asset
from tests.qt.conftest import Opener

ASSETS = [
    make_asset(4, "look 10.png", "/b"),
    make_asset(3, "Look 2.png", "/a"),
    make_asset(2, "香蕉.png", "/a"),
    make_asset(1, "apple.png", "/b"),
]
"""The newest first, as the catalogue gives them."""


def ids(shelf: Shelf, order: Order) -> list[int]:
    return [asset.id for asset in shelf.in_order(order)]


def shown(session: Session) -> list[int]:
    assets = session.window.centre.grid.assets
    return [asset.id for asset in assets.assets(0, assets.rowCount())]


def choose(session: Session, order: Order, qtbot: QtBot) -> None:
    """By keyboard, as a person does."""
    combo = session.window.centre.results.order_combo
    combo.setFocus()
    while combo.currentText() != order:
        is_below = combo.findText(order) > combo.currentIndex()
        qtbot.keyClick(combo, Qt.Key.Key_Down if is_below else Qt.Key.Key_Up)


def test_numbers_in_names_count_and_capitals_do_not() -> None:
    shelf = Shelf(ASSETS)
    assert ids(shelf, Order.NEWEST) == [4, 3, 2, 1]
    assert ids(shelf, Order.NAME) == [1, 3, 4, 2]
    assert ids(shelf, Order.FOLDER) == [3, 2, 1, 4]


def test_search_results_can_be_sorted_too() -> None:
    hits = [
        SearchHit(rank, asset, 0.9 - rank / 10, Reason.MEANING)
        for rank, asset in enumerate(ASSETS[::-1], start=1)
    ]
    by = {order: [hit.asset.id for hit in hits_in_order(hits, order)] for order in Order}
    assert by == {
        Order.BEST: [1, 2, 3, 4],
        Order.NEWEST: [4, 3, 2, 1],
        Order.NAME: [1, 3, 4, 2],
        Order.FOLDER: [3, 2, 1, 4],
    }


def test_the_order_is_chosen_in_the_results_bar(open_session: Opener, qtbot: QtBot) -> None:
    session = open_session(ASSETS)
    grid = session.window.centre.grid
    grid.select_asset(1)
    choose(session, Order.NAME, qtbot)
    qtbot.waitUntil(lambda: shown(session) == [1, 3, 4, 2])
    assert [asset.id for asset in grid.selected_assets()] == [1]
    assert grid.currentIndex().row() == 0
    assert session.library is not None
    session.library.refresh()
    qtbot.waitUntil(lambda: session.lanes.browse.is_idle)
    assert shown(session) == [1, 3, 4, 2], "a refresh keeps the order"
    choose(session, Order.NEWEST, qtbot)
    qtbot.waitUntil(lambda: shown(session) == [4, 3, 2, 1])


def test_an_order_chosen_while_the_library_is_read_is_kept(
    open_session: Opener, qtbot: QtBot
) -> None:
    session = open_session(ASSETS)
    assert session.library is not None
    session.library.refresh()
    choose(session, Order.NAME, qtbot)
    qtbot.waitUntil(lambda: session.lanes.browse.is_idle)
    qtbot.waitUntil(lambda: shown(session) == [1, 3, 4, 2])


def test_search_results_begin_with_the_best(open_session: Opener, qtbot: QtBot) -> None:
    session = open_session(FakeEngine(ASSETS))
    centre = session.window.centre
    centre.search.words.setText("look")
    qtbot.waitUntil(lambda: centre.situation.is_answered)
    assert centre.results.order_combo.currentText() == Order.BEST
    choose(session, Order.NAME, qtbot)
    assert shown(session) == [3, 4]
    centre.search.clear()
    qtbot.waitUntil(lambda: len(shown(session)) == 4)
    assert centre.results.order_combo.currentText() == Order.NEWEST, "browsing has its own order"
