"""The window comes back to where it was and what it showed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.config.preferences import Preferences
from desktop.config.settings import load_settings
from desktop.config.window_memory import WindowMemory, WindowState, load_memory
from desktop.core.annotations import Board, NameCount
from desktop.qt.browse.folder_tree import FolderTree
from desktop.qt.browse.ordering import Order
from desktop.qt.browse.sections import SectionRow, folder_section
from desktop.qt.manage.settings_dialog import SettingsDialog
from desktop.qt.shell.right_panel import CREATE
from desktop.qt.shell.session import Session
from desktop.qt.shell.window_place import fitted
from desktop.qt.theme import Theme
from desktop.services.curation.duplicates import DuplicateGroup
from tests.dressing import undress
from tests.fakes.services import FakeAnnotations, FakeEngine, make_asset

SCREEN = QRect(0, 32, 1920, 1048)
BESIDE = QRect(1920, 32, 2560, 1408)


class Boards(FakeAnnotations):
    def boards(self) -> list[NameCount]:
        return [NameCount("Summer", 90)]

    def board(self, name: str) -> Board:
        return Board(tuple(range(1, 180, 2)))


Start = Callable[[], Session]


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    return tmp_path / "profile"


@pytest.fixture
def start(qtbot: QtBot, theme: Theme, profile: Path, tmp_path: Path) -> Iterator[Start]:
    """Starts the window, each time as if the program had been started anew."""
    sessions: list[Session] = []

    def begin() -> Session:
        assets = [make_asset(number) for number in range(1, 200)]
        engine = FakeEngine(assets, tmp_path, annotations=Boards())
        undress()
        session = Session(
            theme,
            lambda: engine,
            preferences=Preferences(profile / "settings.json"),
            memory=WindowMemory(profile / "window.json", tmp_path / "library"),
        )
        sessions.append(session)
        with qtbot.waitSignal(session.library_shown):
            session.start()
        return session

    yield begin
    for session in sessions:
        assert session.close(5)


def test_its_size_its_panels_and_its_orders(start: Start, profile: Path) -> None:
    session = start()
    window = session.window
    window.setGeometry(0, 40, 790, 700)
    window.right.show_tab(CREATE)
    window.right.set_shown(False)
    window.centre.results.size_slider.setValue(300)
    window.centre.results.order_chosen.emit(Order.NAME)
    window.centre.results.direction_button.click()
    assert session.close(5)
    assert load_settings(profile / "settings.json").tile_size == 300

    again = start().window
    assert again.height() == 700
    assert again.right.isHidden()
    assert again.right.tabs.currentIndex() == CREATE
    assert again.centre.results.size_slider.value() == 300
    assert again.centre.order is Order.NAME
    assert again.centre.results.direction_button.isChecked()
    assert again.centre.grid.assets.asset(0).filename == "picture 199.png"


def test_how_far_it_was_scrolled(start: Start, qtbot: QtBot) -> None:
    session = start()
    grid = session.window.centre.grid
    grid.verticalScrollBar().setValue(1500)
    place = grid.place()
    assert place.asset_id
    assert session.close(5)

    again = start().window.centre.grid
    qtbot.waitUntil(lambda: again.place() == place)


def test_the_board_that_was_shown_and_the_place_in_it(start: Start, qtbot: QtBot) -> None:
    session = start()
    window = session.window
    qtbot.waitUntil(lambda: bool(window.sidebar.boards.rows()))
    window.navigation.show_only(window.sidebar.boards.rows()[0].section)
    qtbot.waitUntil(lambda: window.centre.grid.count() == 90)
    window.centre.grid.verticalScrollBar().setValue(900)
    place = window.centre.grid.place()
    assert session.close(5)

    again = start().window
    qtbot.waitUntil(lambda: again.centre.grid.count() == 90)
    assert [section.name for section in again.sidebar.marked()] == ["Summer"]
    qtbot.waitUntil(lambda: again.centre.grid.place() == place)


def test_what_was_searched_for(start: Start, qtbot: QtBot) -> None:
    session = start()
    session.window.centre.grid.verticalScrollBar().setValue(1500)
    browsed = session.window.centre.grid.place()
    search = session.window.centre.search
    search.text_field.setText("picture 01")
    search.finish()
    qtbot.waitUntil(lambda: session.window.centre.state.is_answered)
    assert session.close(5)

    centre = start().window.centre
    qtbot.waitUntil(lambda: centre.state.is_answered)
    assert centre.search.query().text == "picture 01"
    centre.search.clear()
    qtbot.waitUntil(lambda: centre.state.query is None)
    qtbot.waitUntil(lambda: centre.grid.place() == browsed)


def test_after_a_search_the_place_is_where_it_was(start: Start, qtbot: QtBot) -> None:
    centre = start().window.centre
    centre.grid.verticalScrollBar().setValue(1700)
    place = centre.grid.place()
    centre.search.text_field.setText("picture")
    centre.search.finish()
    qtbot.waitUntil(lambda: centre.state.is_answered)
    assert centre.grid.place() != place
    centre.search.clear()
    qtbot.waitUntil(lambda: centre.state.query is None)
    assert centre.grid.place() == place


def test_what_was_selected_in_a_search_does_not_move_that_place(start: Start, qtbot: QtBot) -> None:
    centre = start().window.centre
    centre.grid.verticalScrollBar().setValue(1700)
    place = centre.grid.place()
    centre.search.text_field.setText("picture 01")
    centre.search.finish()
    qtbot.waitUntil(lambda: centre.state.is_answered)
    chosen = centre.grid.assets.asset(0).id
    centre.grid.select_asset(chosen)
    centre.search.clear()
    qtbot.waitUntil(lambda: centre.state.query is None)
    assert centre.grid.place() == place
    assert [asset.id for asset in centre.grid.selected_assets()] == [chosen]


def test_stacks_and_those_that_were_open(start: Start, qtbot: QtBot) -> None:
    twins = DuplicateGroup(tuple(make_asset(number) for number in (1, 2, 3)), is_exact=True)
    session = start()
    session.controllers.stacks._context.engine.curation.duplicates.exact_groups = [twins]  # pyright: ignore
    session.window.action_list["browse.stacks"].trigger()
    grid = session.window.centre.grid
    qtbot.waitUntil(lambda: grid.count() == 197)
    grid.stack_pressed.emit(1)
    assert grid.count() == 199
    assert session.close(5)

    again = start()
    engine = again.controllers.stacks._context.engine
    assert again.window.action_list["browse.stacks"].isChecked()
    qtbot.waitUntil(lambda: not again.controllers.stacks._is_looking)
    engine.curation.duplicates.exact_groups = [twins]  # pyright: ignore
    again.controllers.stacks._look()
    qtbot.waitUntil(lambda: not again.controllers.stacks._is_looking)
    assert again.window.centre.grid.count() == 199
    again.window.centre.grid.stack_pressed.emit(1)
    assert again.window.centre.grid.count() == 197


def test_who_does_not_want_that_begins_anew(start: Start, qtbot: QtBot, profile: Path) -> None:
    session = start()
    session.window.centre.search.text_field.setText("picture 01")
    session.window.centre.search.finish()
    qtbot.waitUntil(lambda: session.window.centre.state.is_answered)
    assert session.settings is not None
    session.settings.show()
    dialog = session.window.findChild(SettingsDialog)
    assert isinstance(dialog, SettingsDialog)
    qtbot.keyClick(dialog.rows["remembers_place"].control, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not load_settings(profile / "settings.json").remembers_place)
    dialog.accept()
    assert session.close(5)
    assert "picture 01" not in (profile / "window.json").read_text()
    assert start().window.centre.search.query().is_empty


def test_a_library_that_does_not_open_forgets_nothing(
    start: Start, theme: Theme, profile: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    session = start()
    session.window.centre.results.order_chosen.emit(Order.NAME)
    assert session.close(5)
    before = load_memory(profile / "window.json").places

    def fail() -> FakeEngine:
        raise OSError("gone")

    memory = WindowMemory(profile / "window.json", tmp_path / "library")
    undress()
    broken = Session(theme, fail, memory=memory)
    broken.start()
    qtbot.waitUntil(lambda: broken.window.has_panels and bool(broken.window.centre.state.problem))
    assert broken.close(5)
    assert load_memory(profile / "window.json").places == before


class TestFitting:
    def test_a_window_that_fits_stays(self) -> None:
        wanted = QRect(100, 100, 1440, 900)
        assert fitted(wanted, [SCREEN]) == wanted
        assert fitted(wanted.translated(1920, 0), [SCREEN, BESIDE]) == wanted.translated(1920, 0)

    def test_a_screen_that_is_gone_is_made_up_for(self) -> None:
        found = fitted(QRect(2500, 300, 1440, 900), [SCREEN])
        assert SCREEN.contains(found)
        assert found.size() == QRect(0, 0, 1440, 900).size()

    def test_no_larger_than_the_screen(self) -> None:
        assert fitted(QRect(0, 0, 4000, 3000), [SCREEN]) == SCREEN
        assert fitted(QRect(-300, -200, 1000, 640), [SCREEN]) == QRect(0, 32, 1000, 640)

    def test_the_screen_that_shows_most_of_it(self) -> None:
        found = fitted(QRect(1800, 100, 1000, 640), [SCREEN, BESIDE])
        assert BESIDE.contains(found)


def test_nothing_is_remembered_of_a_window_that_never_was(profile: Path) -> None:
    assert WindowMemory(profile / "window.json", Path("/a")).window == WindowState()


def test_the_folders_that_were_closed(start: Start, qtbot: QtBot) -> None:
    inner, outer = (folder_section(path) for path in ("/pictures/a", "/pictures"))
    rows = (SectionRow(outer, "folder", 2), SectionRow(inner, "folder", 1, depth=1))

    def tree_of(session: Session) -> FolderTree:
        tree = session.window.sidebar.folders
        qtbot.waitUntil(lambda: bool(tree.rows()))  # those of the library, which come by themselves
        tree.show_rows(rows)
        return tree

    session = start()
    tree = tree_of(session)
    assert tree.model().rowCount() == 2
    tree.move_keyboard(outer)
    QTest.keyClick(tree, Qt.Key.Key_Left)
    assert tree.model().rowCount() == 1
    assert session.close(5)
    assert tree_of(start()).model().rowCount() == 1
