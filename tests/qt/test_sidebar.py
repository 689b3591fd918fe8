"""The sidebar, by mouse and keyboard: what is marked is what is shown, and only choosing shows."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.core.annotations import NameCount
from desktop.core.filter import NamedFilter
from desktop.library.catalog.asset_columns import Assets
from desktop.qt.browse.section_list import SectionList
from desktop.qt.browse.sections import (
    ALL,
    GENERATED,
    board_rows,
    board_section,
    folder_section,
    overview,
    tag_rows,
    tag_section,
)
from desktop.qt.browse.sidebar import BoardHint, Group, Sidebar
from desktop.qt.shell.session import Session
from desktop.qt.widgets.dragging import assets_mime
from tests.fakes.services import FakeEngine, make_asset
from tests.qt.conftest import Opener

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
CTRL = Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def session(open_session: Opener, qtbot: QtBot) -> Session:
    assets = [make_asset(number, folder=f"/shoots/{number}") for number in range(1, 6)]
    opened = open_session(FakeEngine(assets))
    sidebar = opened.window.sidebar
    sidebar.show_rows(
        {
            Group.BOARDS: board_rows([NameCount("Mood", 2), NameCount("Spring", 1)]),
            Group.TAGS: tag_rows([NameCount("cat", 2), NameCount("dog", 1)]),
        }
    )
    opened.window.activateWindow()
    qtbot.waitUntil(opened.window.isActiveWindow)
    return opened


class Chosen(list[NamedFilter]):
    """What was shown since, and what is now."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session, self.sidebar = session, session.window.sidebar
        self.sidebar.section_chosen.connect(lambda section, _: self.append(section))

    @property
    def is_marked_what_is_shown(self) -> bool:
        state = self.session.window.centre.state
        shown = state.section.filter.every or (state.section.filter,)
        return {section.filter for section in self.sidebar.marked()} == {*shown}


@pytest.fixture
def chosen(session: Session) -> Chosen:
    return Chosen(session)


def click(
    sections: SectionList, row: int, button: Qt.MouseButton = LEFT, keys: object = NONE
) -> None:
    place = sections.visualRect(sections.model().index(row, 0)).center()
    QTest.mouseClick(sections.viewport(), button, keys, place)  # pyright: ignore


def test_tab_moves_the_keyboard_and_shows_nothing_else(session: Session, chosen: Chosen) -> None:
    sidebar = session.window.sidebar
    sidebar.library.setFocus()
    seen: list[object] = []
    for key in [Qt.Key.Key_Tab] * 12 + [Qt.Key.Key_Backtab] * 12:
        focus = QApplication.focusWidget()
        assert focus is not None
        seen.append(focus)
        QTest.keyClick(focus, key)
    assert {sidebar.library, sidebar.boards, sidebar.tags, sidebar.folders} <= {*seen}
    assert chosen == []
    assert sidebar.marked() == [ALL]
    assert chosen.is_marked_what_is_shown


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_a_key_chooses_where_the_keyboard_is(session: Session, chosen: Chosen, key: Qt.Key) -> None:
    boards = session.window.sidebar.boards
    boards.setFocus(Qt.FocusReason.TabFocusReason)
    assert chosen == []
    QTest.keyClick(boards, key)
    assert chosen == [board_section("Mood")]
    assert chosen.is_marked_what_is_shown


def test_arrow_keys_show_what_they_come_to(session: Session, chosen: Chosen) -> None:
    folders = session.window.sidebar.folders
    folders.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(folders, Qt.Key.Key_Down)
    QTest.keyClick(folders, Qt.Key.Key_Down)
    QTest.keyClick(folders, Qt.Key.Key_Up)
    QTest.keyClick(folders, Qt.Key.Key_End)
    QTest.keyClick(folders, Qt.Key.Key_Down)  # there is nothing below
    rows = [folder_section(f"/shoots/{number}") for number in (2, 3, 2, 5)]
    assert chosen == rows
    assert chosen.is_marked_what_is_shown


def chips(session: Session) -> list[str]:
    return [chip.accessibleName() for chip in session.window.centre.search.chips]


def test_a_click_narrows_and_a_second_one_takes_it_off(session: Session, chosen: Chosen) -> None:
    sidebar = session.window.sidebar
    click(sidebar.tags, 1)
    assert chips(session) == ["dog"]
    assert sidebar.marked() == [tag_section("dog")]
    click(sidebar.boards, 0)
    click(sidebar.tags, 0)
    assert chips(session) == ["dog", "Mood", "cat"]
    assert chosen.is_marked_what_is_shown
    click(sidebar.tags, 1)
    click(sidebar.tags, 0)
    click(sidebar.boards, 0)
    assert chips(session) == []
    assert sidebar.marked() == [ALL]
    assert chosen.is_marked_what_is_shown


def test_a_folder_gives_way_to_the_next_unless_ctrl_is_held(
    session: Session, chosen: Chosen
) -> None:
    folders = session.window.sidebar.folders
    click(folders, 0)
    click(folders, 1)
    assert chips(session) == ["2"]
    click(folders, 2, LEFT, CTRL)
    assert chips(session) == ["2", "3"]
    click(folders, 1)
    assert chips(session) == ["2"]
    assert chosen.is_marked_what_is_shown


def test_a_search_combines_with_what_narrows_and_all_clears(
    session: Session, chosen: Chosen, qtbot: QtBot
) -> None:
    sidebar, centre = session.window.sidebar, session.window.centre
    click(sidebar.folders, 0)
    qtbot.keyClicks(centre.search.text_field, "picture")
    qtbot.waitUntil(lambda: centre.state.query is not None)
    assert chips(session) == ["1"]
    assert sidebar.marked() == [folder_section("/shoots/1")]
    assert centre.state.query is not None
    assert centre.state.query.text == "folder:/shoots/1 picture"
    click(sidebar.folders, 0)
    assert sidebar.marked() == []
    assert centre.state.query is not None, "the search goes on in the whole library"
    click(sidebar.library, 0)
    assert centre.state.query is None
    assert sidebar.marked() == [ALL]
    assert centre.search.text_field.text() == ""


def test_what_is_typed_is_marked(session: Session, chosen: Chosen, qtbot: QtBot) -> None:
    sidebar, field = session.window.sidebar, session.window.centre.search.text_field
    qtbot.keyClicks(field, "tag:CAT is:generated ")
    assert sidebar.marked() == [GENERATED, tag_section("cat")]
    qtbot.keyClick(field, Qt.Key.Key_Backspace)
    assert sidebar.marked() == [tag_section("cat")]


def test_nothing_takes_the_mark_away_or_puts_it_where_nothing_is_shown(
    session: Session, chosen: Chosen
) -> None:
    sidebar = session.window.sidebar
    click(sidebar.folders, 0)
    assert chosen.is_marked_what_is_shown
    click(sidebar.folders, 2, RIGHT)  # opens a menu and shows nothing
    assert chosen.is_marked_what_is_shown
    below = QPoint(5, sidebar.folders.viewport().height() - 2)
    QTest.mouseClick(sidebar.folders.viewport(), LEFT, NONE, below)
    QTest.keyClick(sidebar.folders, Qt.Key.Key_Space, CTRL)
    assert chosen.is_marked_what_is_shown
    assert {*chosen} == {folder_section("/shoots/1")}


def test_a_refresh_keeps_mark_and_keyboard_and_shows_nothing_else(
    session: Session, chosen: Chosen
) -> None:
    sidebar = session.window.sidebar
    click(sidebar.folders, 1)
    sidebar.folders.selectionModel().setCurrentIndex(
        sidebar.folders.model().index(3, 0), QItemSelectionModel.SelectionFlag.NoUpdate
    )
    more = [make_asset(number, folder=f"/shoots/{number}") for number in range(6)]
    sidebar.show_overview(overview(Assets.of(more)))
    assert len(chosen) == 1
    assert chosen.is_marked_what_is_shown
    assert sidebar.folders.currentIndex().row() == 4
    sidebar.show_overview(overview(Assets.of(more[:1])))  # the chosen folder is gone
    assert sidebar.marked() == [ALL]
    assert chosen.is_marked_what_is_shown


def test_what_has_not_changed_is_not_shown_anew(session: Session) -> None:
    sidebar: Sidebar = session.window.sidebar
    assets = [make_asset(1, folder="/a"), make_asset(2, folder="/b")]
    known = overview(Assets.of(assets))
    sidebar.show_overview(known)
    resets: list[object] = []
    sidebar.folders.model().modelReset.connect(lambda: resets.append(1))
    again = overview(Assets.of([*assets, make_asset(3, folder="/g", is_generated=True)]), known)
    sidebar.show_overview(again)
    assert resets == []
    assert [row.pictures for row in sidebar.library.rows() if row.section == GENERATED] == [1]


def test_back_and_forward_show_and_mark_what_was_there(
    session: Session, chosen: Chosen, qtbot: QtBot
) -> None:
    window = session.window
    sidebar, grid, field = window.sidebar, window.centre.grid, window.centre.search.text_field
    click(sidebar.folders, 0)
    qtbot.waitUntil(lambda: grid.count() == 1)
    qtbot.keyClicks(field, "pic")
    qtbot.waitUntil(lambda: window.centre.state.is_answered)
    qtbot.keyClicks(field, "ture")
    qtbot.waitUntil(lambda: window.centre.search.query().text.endswith("picture"))
    click(sidebar.folders, 1)
    alt = Qt.KeyboardModifier.AltModifier
    qtbot.keyClick(window, Qt.Key.Key_Left, alt)
    assert (chips(session), field.text()) == (["1"], "picture")
    assert sidebar.marked() == [folder_section("/shoots/1")]
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.BackButton)
    assert (chips(session), field.text()) == (["1"], "")
    qtbot.waitUntil(lambda: grid.count() == 1)
    qtbot.keyClick(window, Qt.Key.Key_Left, alt)
    assert sidebar.marked() == [ALL]
    qtbot.waitUntil(lambda: grid.count() == 5)
    assert not window.action_list["browse.back"].isEnabled()
    for _ in range(3):
        qtbot.keyClick(window, Qt.Key.Key_Right, alt)
    assert sidebar.marked() == [folder_section("/shoots/2")]
    assert field.text() == "picture"


def test_scroll_place_and_selection_come_back_after_a_search(
    open_session: Opener, qtbot: QtBot
) -> None:
    opened = open_session([make_asset(number) for number in range(1, 200)])
    centre = opened.window.centre
    grid, field = centre.grid, centre.search.text_field
    grid.select_asset(120)
    place = grid.verticalOffset()
    assert place
    field.setText("picture 00")
    qtbot.waitUntil(lambda: centre.state.is_answered)
    assert grid.selected_assets() == []
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert [asset.id for asset in grid.selected_assets()] == [120]
    assert grid.verticalOffset() == place


def test_a_tag_is_indented_below_those_that_are_listed_above_it() -> None:
    tags = ("black / white", "place", "place/Lisbon")
    assert [row.depth for row in tag_rows([NameCount(tag, 1) for tag in tags])] == [0, 0, 1]


@pytest.mark.usefixtures("theme")
def test_the_place_of_the_first_board_shows_that_it_takes_what_is_dragged(qtbot: QtBot) -> None:
    hint = BoardHint()
    qtbot.addWidget(hint)
    hint.resize(180, 48)

    def edge() -> list[int]:
        seen = hint.grab().toImage()
        return [seen.pixel(x, 0) for x in range(seen.width())]

    plain = edge()
    mime = assets_mime([make_asset(1)])
    enter = QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, mime, LEFT, NONE)
    QApplication.sendEvent(hint, enter)
    assert enter.isAccepted()
    assert edge() != plain
    QApplication.sendEvent(hint, QDragLeaveEvent())
    assert edge() == plain
