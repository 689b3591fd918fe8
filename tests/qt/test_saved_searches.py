"""Saved searches, smart boards, and what is suggested while one types."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog
from pytestqt.qtbot import QtBot

from desktop.core.saved_search import SavedSearch
from desktop.qt.browse.section_list import SectionList
from desktop.qt.browse.sections import ALL
from desktop.qt.search.suggestions import suggestions
from desktop.qt.shell.offers import goal_offers
from desktop.qt.shell.session import Session
from tests.fakes.services import FakeEngine, make_asset
from tests.qt.conftest import Opener

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier
NAMES = {"tag": ["hero shot", "beach"], "board": ["Summer"], "folder": ["shoots"]}


@pytest.fixture
def session(open_session: Opener, qtbot: QtBot) -> Session:
    assets = [make_asset(n, folder="/a" if n < 4 else "/b") for n in range(1, 7)]
    opened = open_session(FakeEngine(assets))
    opened.window.activateWindow()
    qtbot.waitUntil(opened.window.isActiveWindow)
    return opened


def click(sections: SectionList, row: int) -> None:
    place = sections.visualRect(sections.model().index(row, 0)).center()
    QTest.mouseClick(sections.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, place)


def save(session: Session, text: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: (name, True))
    search = session.window.centre.search
    search.text_field.setText(text)
    search.finish()
    QTest.mouseClick(search.tools.save_button, LEFT)


def titles(sections: SectionList) -> list[tuple[str, int]]:
    return [(row.section.name, row.pictures) for row in sections.rows()]


def test_a_search_is_saved_shown_and_taken_off(
    session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    sidebar, search = session.window.sidebar, session.window.centre.search
    save(session, "folder:/a", "Shoot A", monkeypatch)
    searches = sidebar._lists["Saved searches"]  # pyright: ignore
    qtbot.waitUntil(lambda: titles(searches) == [("Shoot A", 3)])
    qtbot.waitUntil(lambda: "Shoot A" in [section.name for section in sidebar.marked()])
    search.clear()
    assert sidebar.marked() == [ALL]
    click(searches, 0)
    assert search.query().text == "folder:/a"
    qtbot.waitUntil(lambda: session.window.centre.grid.count() == 3)
    click(searches, 0)
    assert search.query().is_empty


def test_it_is_gone_to_with_its_words(
    session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, search = session.window, session.window.centre.search
    save(session, "red cape", "Capes", monkeypatch)
    qtbot.waitUntil(lambda: [each.name for each in window.sidebar.saved()] == ["Capes"])
    search.clear()
    [offer] = [
        each for each in goal_offers(window.sidebar, window.navigation) if each.text == "Capes"
    ]
    offer.run()
    assert search.query().text == "red cape"


def test_one_whose_words_mean_nothing_any_more_says_so(session: Session) -> None:
    session.window.centre.search.show_saved(SavedSearch("Old", "is:gone"))
    assert session.window.centre.search.text_field.text() == "is:gone"
    assert session.window.centre.problem.isVisible()


def test_one_that_cannot_be_read_is_told_once_and_hides_no_other(
    open_session: Opener, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = FakeEngine([make_asset(1, folder="/a")])
    engine.saved_searches.unreadable = ["Newer"]
    session = open_session(engine)
    save(session, "folder:/a", "Shoot A", monkeypatch)
    searches = session.window.sidebar._lists["Saved searches"]  # pyright: ignore
    qtbot.waitUntil(lambda: titles(searches) == [("Shoot A", 1)])
    notice = session.window.centre.notice
    qtbot.waitUntil(lambda: "Newer" in notice.text())
    notice.hide()
    save(session, "folder:/b", "Shoot B", monkeypatch)
    qtbot.waitUntil(lambda: len(titles(searches)) == 2)
    assert not notice.isVisible()


def test_it_is_renamed_renewed_deleted_and_brought_back(
    session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    sidebar, search = session.window.sidebar, session.window.centre.search
    saved, notice = session.controllers.saved, session.window.centre.notice
    save(session, "folder:/a", "A", monkeypatch)
    searches = sidebar._lists["Saved searches"]  # pyright: ignore
    qtbot.waitUntil(lambda: titles(searches) == [("A", 3)])
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("B", True))
    saved.rename(searches.rows()[0].section)
    qtbot.waitUntil(lambda: titles(searches) == [("B", 3)])
    search.clear()
    search.text_field.setText("red")
    search.finish()
    saved.renew(searches.rows()[0].section)
    qtbot.waitUntil(lambda: titles(searches) == [("B", 0)])
    saved.delete(searches.rows()[0].section)
    qtbot.waitUntil(lambda: titles(searches) == [])
    qtbot.waitUntil(lambda: "was deleted" in notice.text())
    qtbot.mouseClick(notice.action_button, LEFT)
    qtbot.waitUntil(lambda: titles(searches) == [("B", 0)])


def test_one_that_is_replaced_is_brought_back(
    session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever gives a name again may not know that there is one of it."""
    searches = session.window.sidebar._lists["Saved searches"]  # pyright: ignore
    notice = session.window.centre.notice

    def texts() -> list[tuple[str, str]]:
        found = session.controllers.saved._context.engine.saved_searches.all()
        return [(search.name, search.text) for search in found]

    save(session, "folder:/a", "Red", monkeypatch)
    qtbot.waitUntil(lambda: titles(searches) == [("Red", 3)])
    assert not notice.isVisible()
    save(session, "folder:/b", "red", monkeypatch)
    qtbot.waitUntil(lambda: notice.isVisible() and "was replaced" in notice.text())
    qtbot.mouseClick(notice.action_button, LEFT)
    qtbot.waitUntil(lambda: texts() == [("Red", "folder:/a")])
    search = session.window.centre.search
    search.clear()
    search.text_field.setText("blue")
    search.finish()
    session.controllers.saved.renew(searches.rows()[0].section)
    qtbot.waitUntil(lambda: texts() == [("Red", "blue")])
    qtbot.waitUntil(lambda: notice.isVisible() and "was replaced" in notice.text())
    qtbot.mouseClick(notice.action_button, LEFT)
    qtbot.waitUntil(lambda: texts() == [("Red", "folder:/a")])


def test_a_smart_board_counts_what_fits_by_now(
    session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    boards = session.window.sidebar.boards
    save(session, "folder:/b", "Fresh", monkeypatch)
    searches = session.window.sidebar._lists["Saved searches"]  # pyright: ignore
    qtbot.waitUntil(lambda: len(searches.rows()) == 1)
    session.controllers.saved.turn_board(searches.rows()[0].section)
    qtbot.waitUntil(lambda: titles(boards) == [("Fresh", 3)])
    assert titles(searches) == []
    engine = session.controllers.saved._context.engine
    assert isinstance(engine, FakeEngine)
    engine.browsing.assets.append(make_asset(9, folder="/b"))
    session.controllers.saved.refresh()
    qtbot.waitUntil(lambda: titles(boards) == [("Fresh", 4)])


def test_earlier_searches_are_suggested_and_forgotten(session: Session, qtbot: QtBot) -> None:
    search = session.window.centre.search
    field, suggested = search.text_field, search.suggested
    field.setFocus()
    qtbot.keyClicks(field, "red cape")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: search.suggested.history == ["red cape"])
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    qtbot.keyClicks(field, "re")
    assert suggested.isVisible()
    qtbot.keyClick(field, Qt.Key.Key_Down)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.text() == "red cape"
    assert not suggested.isVisible()
    session.window.action_list["search.clear_history"].trigger()
    qtbot.waitUntil(lambda: search.suggested.history == [])


def test_names_of_the_library_are_completed(session: Session, qtbot: QtBot) -> None:
    search = session.window.centre.search
    search.text_field.setFocus()
    qtbot.keyClicks(search.text_field, "red folder:")
    assert [each.text for each in search.suggested.offered] == ["folder:a", "folder:b"]
    qtbot.keyClick(search.text_field, Qt.Key.Key_Escape)
    assert search.text_field.text() == "red folder:"
    qtbot.keyClicks(search.text_field, "b")
    item = search.suggested.visualItemRect(search.suggested.item(0)).center()
    qtbot.mouseClick(search.suggested.viewport(), LEFT, pos=item)
    assert [chip.accessibleName() for chip in search.chips] == ["b"]
    assert search.text_field.text().split() == ["red"]


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("tag:shot", ['tag:"hero shot"']),
        ("-tag:be", ["-tag:beach"]),
        ("type:vi", ["type:video"]),
        ("is:miss", ["is:missing"]),
        ("bea", ["tag:beach"]),
        ("boar", ["board:"]),
        ("cape ", []),
        ("", []),
        ("12:30", []),
    ],
)
def test_what_is_suggested(typed: str, offered: list[str]) -> None:
    found = suggestions(typed, len(typed), NAMES, ["red cape"])
    assert [each.text for each in found] == offered
