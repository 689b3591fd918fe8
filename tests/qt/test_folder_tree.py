"""The tree of folders, by mouse and keyboard: opening and closing shows and marks nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.core.filter import NamedFilter
from desktop.library.catalog.asset_columns import Assets
from desktop.qt.browse.folder_tree import FolderTree
from desktop.qt.browse.section_list import arrow_place
from desktop.qt.browse.sections import NOTHING, SectionRow, folder_section, overview
from desktop.qt.shell.session import Session
from desktop.qt.theme import Theme
from desktop.services.reports import LibraryFolder
from tests.fakes.services import FakeEngine, make_asset
from tests.qt.conftest import Opener

LEFT, KEY = Qt.MouseButton.LeftButton, Qt.Key
ADDED = [LibraryFolder("/work"), LibraryFolder("/nas/scans", is_offline=True)]
PICTURES = [
    make_asset(number, folder=folder)
    for number, folder in enumerate(
        ("/work/acme/2023", "/work/acme/2024", "/work/own", "/nas/scans/film"), start=1
    )
]


def rows_of(folders: list[str] | None = None) -> tuple[SectionRow, ...]:
    rows = overview(Assets.of(PICTURES), NOTHING, ADDED).folders
    return tuple(row for row in rows if folders is None or row.section.filter.folder in folders)


@pytest.fixture
def tree(theme: Theme, qtbot: QtBot) -> FolderTree:
    made = FolderTree("Folders", theme)
    qtbot.addWidget(made)
    made.show_rows(rows_of())
    made.resize(240, 400)
    made.show()
    return made


@pytest.fixture
def chosen(tree: FolderTree) -> list[NamedFilter]:
    told: list[NamedFilter] = []
    tree.chosen.connect(lambda section, _: told.append(section))
    return told


def listed(tree: FolderTree) -> list[str]:
    model = tree.model()
    return [model.index(at, 0).data() for at in range(model.rowCount())]


def press_arrow(tree: FolderTree, folder: str) -> None:
    index = tree.model().index(listed(tree).index(folder), 0)
    rect = tree.visualRect(index)
    row = tree._row_at(index)
    assert row is not None
    QTest.mouseClick(tree.viewport(), LEFT, pos=arrow_place(rect, row).center())


def said(tree: FolderTree, folder: str, role: Qt.ItemDataRole) -> str:
    return tree.model().index(listed(tree).index(folder), 0).data(role)


ALL_OPEN = ["scans", "film", "work", "acme", "2023", "2024", "own"]


def test_what_was_added_and_what_lies_between_are_listed() -> None:
    rows = [(r.section.filter.folder, r.depth, r.pictures, r.is_added) for r in rows_of()]
    assert rows == [
        ("/nas/scans", 0, 1, True),
        ("/nas/scans/film", 1, 1, False),
        ("/work", 0, 3, True),
        ("/work/acme", 1, 2, False),
        ("/work/acme/2023", 2, 1, False),
        ("/work/acme/2024", 2, 1, False),
        ("/work/own", 1, 1, False),
    ]


def test_a_folder_without_a_picture_is_listed_once_it_was_added() -> None:
    rows = overview(Assets.of([]), NOTHING, [LibraryFolder("/empty")]).folders
    assert [(row.section, row.pictures) for row in rows] == [(folder_section("/empty"), 0)]


def test_what_is_offline_says_so(tree: FolderTree) -> None:
    assert [row.icon for row in rows_of() if row.is_offline] == ["unplug", "folder"]
    tip = said(tree, "scans", Qt.ItemDataRole.ToolTipRole)
    assert tip.splitlines()[0] == "/nas/scans"
    assert "Offline" in tip
    assert "Offline" not in said(tree, "work", Qt.ItemDataRole.ToolTipRole)
    spoken = Qt.ItemDataRole.AccessibleTextRole
    assert said(tree, "scans", spoken) == "scans, 1 picture, offline, open"
    assert said(tree, "own", spoken) == "own, 1 picture"


def test_the_arrow_closes_and_opens_and_chooses_nothing(
    tree: FolderTree, chosen: list[NamedFilter]
) -> None:
    assert listed(tree) == ALL_OPEN
    press_arrow(tree, "acme")
    assert listed(tree) == ["scans", "film", "work", "acme", "own"]
    press_arrow(tree, "work")
    assert listed(tree) == ["scans", "film", "work"]
    spoken = said(tree, "work", Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "work, 3 pictures, closed"
    press_arrow(tree, "work")
    assert listed(tree) == ["scans", "film", "work", "acme", "own"]  # what is inside stays closed
    assert chosen == []


def test_a_click_beside_the_arrow_chooses(tree: FolderTree, chosen: list[NamedFilter]) -> None:
    place = tree.visualRect(tree.model().index(2, 0)).center()
    QTest.mouseClick(tree.viewport(), LEFT, pos=place)
    assert chosen == [folder_section("/work")]
    assert listed(tree) == ALL_OPEN


def test_keys_close_open_and_go_in_and_out(tree: FolderTree, chosen: list[NamedFilter]) -> None:
    tree.move_keyboard(folder_section("/work/acme/2024"))
    QTest.keyClick(tree, KEY.Key_Left)  # nothing to close: to what it lies in
    assert chosen == [folder_section("/work/acme")]
    QTest.keyClick(tree, KEY.Key_Left)
    assert listed(tree) == ["scans", "film", "work", "acme", "own"]
    assert chosen == [folder_section("/work/acme")]
    QTest.keyClick(tree, KEY.Key_Right)
    assert listed(tree) == ALL_OPEN
    QTest.keyClick(tree, KEY.Key_Right)
    assert chosen[1:] == [folder_section("/work/acme/2023")]
    QTest.keyClick(tree, KEY.Key_Right)  # nothing in it
    assert len(chosen) == 2


def test_the_keyboard_does_not_stay_on_what_is_no_longer_listed(tree: FolderTree) -> None:
    tree.move_keyboard(folder_section("/work/acme/2024"))
    press_arrow(tree, "work")
    assert tree.currentIndex().data() == "work"


def test_what_is_marked_stays_so_while_it_is_out_of_sight(tree: FolderTree) -> None:
    tree.mark([folder_section("/work/acme/2024")])
    press_arrow(tree, "work")
    assert tree.marked() == [folder_section("/work/acme/2024")]
    assert tree.selectionModel().selectedIndexes() == []
    press_arrow(tree, "work")
    assert [index.data() for index in tree.selectionModel().selectedIndexes()] == ["2024"]


def test_a_refresh_leaves_closed_folders_closed(tree: FolderTree) -> None:
    press_arrow(tree, "work")
    tree.show_rows(rows_of(["/work", "/work/own"]))
    assert listed(tree) == ["work"]
    assert tree.closed() == ("/work",)
    tree.show_rows(rows_of(["/work"]))
    assert tree.closed() == ("/work",)
    tree.show_rows(())
    assert tree.closed() == ()


def test_a_folder_that_is_typed_is_brought_into_sight(open_session: Opener, qtbot: QtBot) -> None:
    engine = FakeEngine(PICTURES)
    engine.browsing.added = ADDED
    session: Session = open_session(engine)
    tree = session.window.sidebar.folders
    qtbot.waitUntil(lambda: listed(tree) == ALL_OPEN)
    press_arrow(tree, "acme")
    press_arrow(tree, "work")
    session.window.navigation.show_only(folder_section("/work/acme/2024"))
    shown: Callable[[], list[str]] = lambda: [  # noqa: E731
        index.data() for index in tree.selectionModel().selectedIndexes()
    ]
    qtbot.waitUntil(lambda: shown() == ["2024"])
    assert listed(tree) == ALL_OPEN
    press_arrow(tree, "acme")  # a person may close it again
    assert "2024" not in listed(tree)
    assert session.window.sidebar.marked() == [folder_section("/work/acme/2024")]


def test_an_arrow_is_no_place_to_drag_from(tree: FolderTree, chosen: list[NamedFilter]) -> None:
    """A press that moves on opens what it began on, and nothing more."""
    index = tree.model().index(2, 0)
    row = tree._row_at(index)
    assert row is not None
    start = arrow_place(tree.visualRect(index), row).center()
    QTest.mousePress(tree.viewport(), LEFT, pos=start)
    QTest.mouseMove(tree.viewport(), start + QPoint(60, 60))
    QTest.mouseRelease(tree.viewport(), LEFT, pos=start + QPoint(60, 60))
    assert chosen == []
    assert listed(tree) == ["scans", "film", "work"]
