"""Sorting: natural names, folders, search results; in the window, with what is selected kept."""

from __future__ import annotations

import threading

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.core.query import Reason, SearchHit
from desktop.library.catalog.asset_columns import Assets
from desktop.qt.browse.ordering import Order, Shelf, hits_in_order
from desktop.qt.jobs.changes import Changes
from desktop.qt.shell.session import Session
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
    shelf = Shelf(Assets.of(ASSETS))
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
        Order.DATED: [1, 2, 3, 4],
        Order.RATING: [1, 2, 3, 4],
        Order.SIZE: [1, 2, 3, 4],
        Order.LOOK: [1, 2, 3, 4],
        Order.OWN: [1, 2, 3, 4],
    }


def test_a_picture_is_as_old_as_its_camera_says_and_not_as_its_copy() -> None:
    scan, photo, copy = make_asset(1), make_asset(2), make_asset(3)
    day = 86_400
    scan = scan._replace(modified_ns=10 * day * 10**9)
    photo = photo._replace(modified_ns=30 * day * 10**9, taken_s=20 * day)
    copy = copy._replace(modified_ns=40 * day * 10**9, taken_s=5 * day)
    assert ids(Shelf(Assets.of([copy, photo, scan])), Order.DATED) == [2, 1, 3]


def test_a_small_window_shows_what_is_shown_before_the_size_of_its_pictures(
    open_session: Opener, qtbot: QtBot
) -> None:
    window = open_session(FakeEngine(ASSETS)).window
    bar = window.centre.results
    window.resize(1000, 640)
    window.right.set_shown(True)
    qtbot.waitUntil(lambda: bool(bar.title()))
    needed = bar._title.fontMetrics().horizontalAdvance(bar.title())
    qtbot.waitUntil(lambda: bar._title.width() >= needed)
    bar.show_matches("a straw hat with a striped ribbon", 12, weaker=4)
    qtbot.waitUntil(lambda: bar.size_slider.isHidden() and bar._title.width() >= needed)
    assert "12 matches and 4 weaker" in bar._title.toolTip()
    window.resize(1600, 900)
    qtbot.waitUntil(lambda: not bar.size_slider.isHidden() and not bar._count.isHidden())


def test_the_order_is_chosen_in_the_results_bar(open_session: Opener, qtbot: QtBot) -> None:
    session = open_session(ASSETS)
    grid = session.window.centre.grid
    grid.select_asset(1)
    choose(session, Order.NAME, qtbot)
    qtbot.waitUntil(lambda: shown(session) == [1, 3, 4, 2])
    assert [asset.id for asset in grid.selected_assets()] == [1]
    assert grid.currentIndex().row() == 0
    session.controllers.library.refresh()
    qtbot.waitUntil(lambda: session.lanes.browse.is_idle)
    assert shown(session) == [1, 3, 4, 2], "a refresh keeps the order"
    choose(session, Order.NEWEST, qtbot)
    qtbot.waitUntil(lambda: shown(session) == [4, 3, 2, 1])


def test_an_order_chosen_while_the_library_is_read_is_kept(
    open_session: Opener, qtbot: QtBot
) -> None:
    session = open_session(ASSETS)
    session.controllers.library.refresh()
    choose(session, Order.NAME, qtbot)
    qtbot.waitUntil(lambda: session.lanes.browse.is_idle)
    qtbot.waitUntil(lambda: shown(session) == [1, 3, 4, 2])


def test_search_results_begin_with_the_best(open_session: Opener, qtbot: QtBot) -> None:
    session = open_session(FakeEngine(ASSETS))
    centre = session.window.centre
    centre.search.text_field.setText("look")
    qtbot.waitUntil(lambda: centre.state.is_answered)
    assert centre.results.order_combo.currentText() == Order.BEST
    choose(session, Order.NAME, qtbot)
    assert shown(session) == [3, 4]
    centre.search.clear()
    qtbot.waitUntil(lambda: len(shown(session)) == 4)
    assert centre.results.order_combo.currentText() == Order.NEWEST, "browsing has its own order"


def found(session: Session, qtbot: QtBot, words: str = "picture") -> None:
    centre = session.window.centre
    centre.search.text_field.setText(words)
    centre.search.finish()
    qtbot.waitUntil(lambda: centre.state.is_answered)


def test_weaker_matches_come_behind_a_divider_and_on_request(
    open_session: Opener, qtbot: QtBot
) -> None:
    engine = FakeEngine([make_asset(n) for n in range(1, 8)])
    engine.searching.relevant = 3
    session = open_session(engine)
    centre = session.window.centre
    found(session, qtbot)
    assert shown(session) == [1, 2, 3]
    assert "3 matches" in texts(centre.results)
    assert centre.weaker_button.text() == "Show 4 weaker matches"
    qtbot.mouseClick(centre.weaker_button, Qt.MouseButton.LeftButton)
    assert shown(session) == [1, 2, 3, 4, 5, 6, 7]
    assert "3 matches and 4 weaker" in texts(centre.results)
    choose(session, Order.NEWEST, qtbot)
    assert shown(session) == [3, 2, 1, 7, 6, 5, 4], "sorted within, the weaker ones behind"
    qtbot.mouseClick(centre.results.direction_button, Qt.MouseButton.LeftButton)
    assert shown(session) == [1, 2, 3, 4, 5, 6, 7]
    qtbot.mouseClick(centre.weaker_button, Qt.MouseButton.LeftButton)
    assert shown(session) == [1, 2, 3]


def test_the_first_answer_does_not_wait_for_what_tells_weaker_matches(
    open_session: Opener, qtbot: QtBot
) -> None:
    engine = FakeEngine([make_asset(n) for n in range(1, 8)])
    engine.searching.relevant = 3
    engine.searching.is_calibrated = False
    session = open_session(engine)
    answers: list[tuple[int, bool]] = []
    session.controllers.search.answered.connect(
        lambda result: answers.append((result.relevant, result.is_preliminary))
    )
    found(session, qtbot)
    qtbot.waitUntil(lambda: shown(session) == [1, 2, 3])
    assert answers == [(7, True), (3, False)]
    assert [query.text for query in engine.searching.calibrated] == ["picture"]


def test_what_a_colour_brings_is_in_the_order_of_the_search_and_can_be_sorted(
    open_session: Opener, qtbot: QtBot
) -> None:
    engine = FakeEngine([make_asset(n) for n in (2, 1, 3)])
    session = open_session(engine)
    centre = session.window.centre
    found(session, qtbot, "color:red")
    assert shown(session) == [2, 1, 3], "as the search has them, not the newest first"
    assert "3 matches" in texts(centre.results)
    assert centre.grid.assets.why(0)
    choose(session, Order.NEWEST, qtbot)
    assert shown(session) == [3, 2, 1]
    asked = len(engine.searching.queries)
    session.controllers.search._context.hub.tell(Changes(annotations=True))
    qtbot.waitUntil(lambda: len(engine.searching.queries) > asked)
    centre.search.clear()
    qtbot.waitUntil(lambda: centre.state.query is None)


def test_a_colour_that_nothing_has_is_no_failed_search(open_session: Opener, qtbot: QtBot) -> None:
    engine = FakeEngine([make_asset(1)])
    session = open_session(engine)
    engine.browsing.assets = []
    found(session, qtbot, "color:red")
    assert "No picture is all of this" in str(texts(session.window.centre.empty))


def test_nothing_that_really_matches_says_what_can_be_done(
    open_session: Opener, qtbot: QtBot
) -> None:
    engine = FakeEngine([make_asset(n) for n in range(1, 8)])
    engine.searching.relevant = 0
    session = open_session(engine)
    centre = session.window.centre
    found(session, qtbot, "is:generated picture")
    assert centre.empty.isVisible()
    assert "Nothing really matches “picture”" in texts(centre.empty)
    [everywhere] = [b for b in centre.empty.findChildren(QPushButton) if "whole" in b.text()]
    qtbot.mouseClick(everywhere, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: centre.state.is_answered)
    assert centre.search.query().text == "picture"
    [weaker] = [b for b in centre.empty.findChildren(QPushButton) if "weaker" in b.text()]
    qtbot.mouseClick(weaker, Qt.MouseButton.LeftButton)
    assert len(shown(session)) == 7


def test_each_result_says_why_it_was_found(open_session: Opener, qtbot: QtBot) -> None:
    session = open_session(FakeEngine([make_asset(1)]))
    found(session, qtbot)
    grid, results = session.window.centre.grid, session.window.centre.results
    assert "looks like it" in str(
        grid.assets.data(grid.assets.index(0), Qt.ItemDataRole.ToolTipRole)
    )
    before = grid.grab().toImage()
    qtbot.mouseClick(results.why_button, Qt.MouseButton.LeftButton)
    assert grid.grab().toImage() != before


def texts(widget: QWidget) -> str:
    return " ".join(each.text() for each in widget.findChildren(QLabel) if each.isVisible())


def test_by_look_what_is_shown_is_put_in_a_row(open_session: Opener, qtbot: QtBot) -> None:
    engine = FakeEngine(ASSETS)
    session = open_session(engine)
    engine.look_order.gate = threading.Event()
    choose(session, Order.LOOK, qtbot)
    assert shown(session) == [4, 3, 2, 1], "until the answer comes"
    engine.look_order.gate.set()
    qtbot.waitUntil(lambda: shown(session) == [2, 4, 1, 3])
    assert not session.window.centre.results.direction_button.isEnabled(), "a row has no direction"
    session.controllers.library.refresh()
    qtbot.waitUntil(lambda: session.lanes.browse.is_idle and session.lanes.looks.is_idle)
    assert shown(session) == [2, 4, 1, 3], "a refresh keeps the order"
    choose(session, Order.NAME, qtbot)
    qtbot.waitUntil(lambda: shown(session) == [1, 3, 4, 2])


def test_each_order_has_a_direction_of_its_own_and_the_best_come_first_always(
    open_session: Opener, qtbot: QtBot
) -> None:
    session = open_session(FakeEngine([make_asset(n) for n in (3, 2, 1)]))
    centre = session.window.centre
    button = centre.results.direction_button
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert shown(session) == [1, 2, 3], "the newest last"
    found(session, qtbot)
    assert centre.results.order_combo.currentText() == Order.BEST
    assert shown(session) == [3, 2, 1], "as the search ranks them"
    assert not button.isEnabled()
    assert not button.isChecked()
    choose(session, Order.NAME, qtbot)
    assert shown(session) == [1, 2, 3], "by name nothing was turned"
    assert button.isEnabled()
    choose(session, Order.NEWEST, qtbot)
    assert button.isChecked()
    assert shown(session) == [1, 2, 3]
    centre.search.clear()
    qtbot.waitUntil(lambda: centre.state.query is None)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert shown(session) == [3, 2, 1]


def test_results_are_put_in_a_row_by_look_within_what_has_to_do_with_the_query(
    open_session: Opener, qtbot: QtBot
) -> None:
    engine = FakeEngine([make_asset(n) for n in range(1, 8)])
    engine.searching.relevant = 4
    session = open_session(engine)
    found(session, qtbot)
    choose(session, Order.LOOK, qtbot)
    qtbot.waitUntil(lambda: shown(session) == [1, 3, 2, 4])
    qtbot.mouseClick(session.window.centre.weaker_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: shown(session) == [1, 3, 2, 4, 5, 7, 6])


def test_all_matches_are_shown_and_where_there_are_still_more_it_is_said(
    open_session: Opener, qtbot: QtBot
) -> None:
    engine = FakeEngine([make_asset(n) for n in range(1, 251)])
    session = open_session(engine)
    results = session.window.centre.results
    found(session, qtbot)
    assert "250 matches" in texts(results)
    assert len(shown(session)) == 250
    engine.searching.has_more = True
    found(session, qtbot, "pict")
    qtbot.waitUntil(lambda: "250 of more than 250 matches" in texts(results))
