"""The list of actions, and what is made from it: menu, shortcuts, context menus."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from desktop.qt.browse.sections import ALL, board_section, folder_section, kind_of, tag_section
from desktop.qt.jobs.changes import ChangeHub, Changes
from desktop.qt.shell.action_list import Action, ActionList, one_selected, writable
from desktop.qt.shell.menus import ASSET_MENU, MENU, SUBMENUS
from desktop.qt.shell.session import Session
from tests.fakes.services import make_asset
from tests.qt.conftest import Opener


@pytest.fixture
def session(open_session: Opener) -> Session:
    return open_session([make_asset(number) for number in range(1, 4)])


def popped_up(qtbot: QtBot) -> list[str]:
    """What the menu offers that is open now."""
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    offered = [action.text() for action in menu.actions() if action.text()]
    menu.close()
    return offered


def test_the_menus_offer_actions_that_there_are(session: Session) -> None:
    actions = session.window.action_list
    ids = [
        action_id
        for group in (*MENU, *ASSET_MENU)
        for action_id in group
        if action_id not in SUBMENUS
    ]
    ids += [name for _, groups in SUBMENUS.values() for group in groups for name in group]
    assert [action_id for action_id in ids if action_id not in actions] == []
    assert [action_id for action_id, count in Counter(ids).items() if count > 1] == []
    menu = session.window.menu_button.menu()
    offered = [action.objectName() for action in menu.actions() if not action.isSeparator()]
    assert offered == [action_id for group in MENU for action_id in group]


def test_no_shortcut_means_two_things(session: Session) -> None:
    keys = Counter(
        (action.in_grid, key) for action in session.window.action_list.all() for key in action.keys
    )
    assert [key for key, count in keys.items() if count > 1] == []


def test_every_action_has_a_name_for_people(session: Session) -> None:
    assert all(action.text() for action in session.window.action_list.all())


def test_an_action_is_named_anew_whenever_it_may_have_changed(session: Session) -> None:
    names = ["first"]
    actions = ActionList(session.window, session.window.centre.grid)
    actions.add([Action("test.named", lambda: names[-1], lambda: names.append("second"))])
    assert actions["test.named"].text() == "first"
    actions["test.named"].trigger()
    assert actions["test.named"].text() == "second"


def test_an_action_can_be_taken_only_when_it_makes_sense(session: Session) -> None:
    actions = ActionList(session.window, session.window.centre.grid)
    actions.add(
        [
            Action("test.one", lambda: "One", lambda: None, when=one_selected),
            Action("test.write", lambda: "Write", lambda: None, when=writable),
        ]
    )

    def enabled() -> set[str]:
        return {action.id for action in actions.all() if actions[action.id].isEnabled()}

    assert enabled() == {"test.write"}
    actions.set_state(selected=1)
    assert enabled() == {"test.one", "test.write"}
    actions.set_state(selected=2, is_read_only=True)
    assert enabled() == set()


def test_the_menu_of_pictures_offers_what_can_be_done_with_them(
    session: Session, qtbot: QtBot
) -> None:
    grid = session.window.centre.grid
    for_one_alone = {
        *("More like this", "Lineage…", "Change only a part…", "Cut out…", "Rename…"),
        "Save a signed copy…",
    }
    for select in (lambda: grid.select_asset(2), grid.selectAll):
        select()
        grid.menu_wanted.emit(grid.selected_assets(), QPoint(10, 10))
        qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        offered = {action.text(): action.isEnabled() for action in menu.actions() if action.text()}
        menu.close()
        assert list(offered) == [
            "Look at it large",
            "Use as reference",
            "More like this",
            "Lineage…",
            "Change only a part…",
            "Cut out…",
            "Add a tag",
            "Rating",
            "Favourite",
            "Keep or reject",
            "Open",
            "Open with…",
            "Show in file manager",
            "Copy",
            "Copy path",
            "Rename…",
            "Rights…",
            "Save a signed copy…",
            "Move to trash…",
        ]
        grey = {text for text, is_enabled in offered.items() if not is_enabled}
        assert grey == (set() if len(grid.selected_assets()) == 1 else for_one_alone)


def test_a_folder_a_board_and_a_tag_have_menus_of_their_own(session: Session, qtbot: QtBot) -> None:
    sidebar = session.window.sidebar
    offered: dict[str, list[str]] = {}
    for section in (
        folder_section("/pictures"),
        board_section("Mood"),
        tag_section("cat"),
    ):
        sidebar.menu_wanted.emit(section, QPoint(10, 10))
        offered[kind_of(section)] = popped_up(qtbot)
    assert offered == {
        "folder": ["Locate folder…", "Ignore this folder…", "Rights…"],
        "board": [
            *("Contact sheet…", "Folder of copies…", "Folder of signed copies…"),
            *("Rights…", "Rename…", "Delete the board"),
        ],
        "tag": ["Colour…", "Rename…", "Merge with another…", "Remove from all pictures"],
    }
    sidebar.menu_wanted.emit(ALL, QPoint(10, 10))
    session.window.show_read_only()
    sidebar.menu_wanted.emit(tag_section("cat"), QPoint(10, 10))
    assert QApplication.activePopupWidget() is None
    sidebar.menu_wanted.emit(board_section("Mood"), QPoint(10, 10))
    assert popped_up(qtbot) == [  # these change nothing
        *("Contact sheet…", "Folder of copies…", "Folder of signed copies…")
    ]


def test_single_keys_are_shortcuts_in_the_grid_alone_and_only_while_they_decide(
    session: Session,
) -> None:
    actions = session.window.action_list
    single = [action for action in actions.all() if action.single_key]
    assert [
        action.id for action in actions.all() if any(len(key) == 1 for key in action.keys)
    ] == []
    assert len(single) == 12

    def keys(action: Action) -> list[str]:
        return [shortcut.toString() for shortcut in actions[action.id].shortcuts()]

    for action in single:
        assert action.in_grid
        assert actions[action.id].shortcutContext() is Qt.ShortcutContext.WidgetShortcut
        assert keys(action) == [*action.keys]
    session.window.action_list["browse.single_keys"].trigger()
    assert [keys(action) for action in single] == [[*a.keys, a.single_key] for a in single]
    session.window.action_list["browse.single_keys"].trigger()
    assert [keys(action) for action in single] == [[*action.keys] for action in single]


def test_the_hub_tells_every_view_and_nobody_of_nothing(qtbot: QtBot) -> None:
    hub, told = ChangeHub(), list[Changes]()
    hub.changed.connect(told.append)
    hub.changed.connect(told.append)
    hub.tell(Changes())
    assert told == []
    hub.tell(Changes(assets=True))
    assert told == [Changes(assets=True)] * 2
