"""The sidebar: which part of the library is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.core.filter import NamedFilter, is_same
from desktop.core.text import marked, tr
from desktop.qt.browse.folder_tree import FolderTree
from desktop.qt.browse.section_list import SectionList
from desktop.qt.browse.sections import ALL, NOTHING, Overview, SavedSection, SectionRow
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.buttons import icon_button
from desktop.qt.widgets.dragging import ASSETS_MIME, dropped_assets
from desktop.qt.widgets.labels import heading
from desktop.qt.widgets.styling import set_property


class Group(StrEnum):
    """The lists of the sidebar from top to bottom, by their headings."""

    LIBRARY = marked("Library")
    BOARDS = marked("Boards")
    SEARCHES = marked("Saved searches")
    TAGS = marked("Tags")
    FOLDERS = marked("Folders")


_MOST_ROWS = {Group.BOARDS: 7, Group.SEARCHES: 5, Group.TAGS: 7}
"""Before a list scrolls: the folders, which take what is left, need room too."""
_GONE_WHEN_EMPTY = {Group.SEARCHES, Group.TAGS}
_ONE_AT_A_TIME = {Group.BOARDS, Group.FOLDERS}
"""A picture may have several tags, and is in one folder."""


class Sidebar(QFrame):
    """All, Generated, Missing; boards, tags, and the folders."""

    section_chosen = Signal(object, object)
    """NamedFilter, and tuple[Filter, ...] that give way to it."""
    section_gone = Signal(object)
    """NamedFilter that narrows what is shown, and is no longer there."""
    add_folder_requested = Signal()
    board_wanted = Signal(object)
    """list[int]: a new board with these assets."""
    assets_dropped = Signal(str, object)
    """A board's name; list[int]."""
    menu_wanted = Signal(object, QPoint)
    """NamedFilter, and where on the screen."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setObjectName("panel")
        self._shown: Sequence[NamedFilter] = (ALL,)
        self._rows: dict[Group, Sequence[SectionRow]] = dict.fromkeys(Group, ())
        self._smart_boards: Sequence[SectionRow] = ()
        self._lists = {
            group: SectionList(tr(group.value), theme, is_one=group in _ONE_AT_A_TIME)
            for group in Group
            if group is not Group.FOLDERS
        }
        self.folders = FolderTree(tr(Group.FOLDERS.value), theme, is_one=True)
        self._lists[Group.FOLDERS] = self.folders
        for sections in self._lists.values():
            sections.chosen.connect(self.section_chosen)
            sections.menu_wanted.connect(self.menu_wanted)
        self.library = self._lists[Group.LIBRARY]
        self.boards = self._lists[Group.BOARDS]
        self.tags = self._lists[Group.TAGS]
        self.boards.accept_assets()
        self.boards.assets_dropped.connect(self.assets_dropped)
        self.add_button = icon_button(
            theme, "folder-plus", f"{tr('Add folder…')} (Ctrl+O)", self.add_folder_requested.emit
        )
        self.board_button = icon_button(
            theme, "plus", tr("New board…"), lambda: self.board_wanted.emit([])
        )
        self._board_hint = BoardHint()
        self._board_hint.assets_dropped.connect(self.board_wanted)
        tools = {Group.FOLDERS: (self.add_button,), Group.BOARDS: (self.board_button,)}
        self._heads = {group: _head(tr(group.value), *tools.get(group, ())) for group in Group}

        column = QVBoxLayout(self)
        column.setContentsMargins(UNIT, UNIT, UNIT, UNIT)
        column.setSpacing(0)
        for group, sections in self._lists.items():
            if group is not Group.LIBRARY:  # a list that is not there takes no room
                self._heads[group].setContentsMargins(0, UNIT, 0, 0)
                self._heads[group].setMinimumHeight(5 * UNIT)
            column.addWidget(self._heads[group])
            column.addWidget(sections, int(group is Group.FOLDERS))
            if group is Group.BOARDS:
                column.addWidget(self._board_hint)
        self.show_rows(dict.fromkeys(Group, ()))
        self.show_overview(NOTHING)

    def show_read_only(self) -> None:
        """Nothing can be added, and nothing dropped on a board."""
        self.add_button.setEnabled(False)
        self.board_button.setEnabled(False)
        self.boards.setAcceptDrops(False)
        self._board_hint.setAcceptDrops(False)

    def show_overview(self, shown: Overview) -> None:
        """Refresh what is counted of the library."""
        self.show_rows({Group.LIBRARY: shown.library, Group.FOLDERS: shown.folders})

    def show_rows(self, rows: Mapping[Group, Sequence[SectionRow]]) -> None:
        """Refresh some lists; what narrows stays marked, and is told when it is gone."""
        gone: list[NamedFilter] = []
        self._rows.update(rows)
        for group in rows:
            wanted = self._rows[group]
            if group is Group.BOARDS and self._smart_boards:
                wanted = (*wanted, *self._smart_boards)
            sections = self._lists[group]
            before = sections.marked()
            sections.show_rows(wanted)
            sections.mark(self._shown)
            there = sections.marked()
            before = [each for each in before if not isinstance(each, SavedSection)]
            gone += [
                each
                for each in before
                if not any(is_same(each.filter, now.filter) for now in there)
            ]
            if group is not Group.FOLDERS:
                sections.fit_height(_MOST_ROWS.get(group, 0))
            if group is not Group.FOLDERS and group is not Group.LIBRARY:
                sections.setVisible(bool(wanted))
            if group in _GONE_WHEN_EMPTY:
                self._heads[group].setVisible(bool(wanted))
            if group is Group.BOARDS:
                self._board_hint.setVisible(not wanted)
        for section in gone:
            self.section_gone.emit(section)

    def show_saved(self, searches: Sequence[SectionRow], boards: Sequence[SectionRow]) -> None:
        """Saved searches, and those of them that are listed among the boards."""
        self._smart_boards = boards
        self.show_rows({Group.SEARCHES: searches, Group.BOARDS: self._rows[Group.BOARDS]})

    def saved(self) -> list[SavedSection]:
        """The saved searches."""
        rows = (*self._rows[Group.SEARCHES], *self._smart_boards)
        return [row.section for row in rows if isinstance(row.section, SavedSection)]

    def names(self) -> dict[str, list[str]]:
        """What tags, boards and folders are called, by their condition in a query."""
        lists = {"tag": Group.TAGS, "board": Group.BOARDS, "folder": Group.FOLDERS}
        return {
            field: [*dict.fromkeys(row.section.name for row in self._rows[group])]
            for field, group in lists.items()
        }

    def show_marks(self, shown: Sequence[NamedFilter]) -> None:
        """Mark these, which narrow what is shown."""
        came = [each for each in shown if each not in self._shown]
        self._shown = shown
        self.folders.open_to(came)
        for sections in self._lists.values():
            sections.mark(shown)

    def all_rows(self) -> list[SectionRow]:
        """Everything that can be shown, from top to bottom."""
        return [row for sections in self._lists.values() for row in sections.rows()]

    def marked(self) -> list[NamedFilter]:
        """What is marked, from top to bottom."""
        return [section for sections in self._lists.values() for section in sections.marked()]


def _head(title: str, *tools: QWidget) -> QWidget:
    """The line above a list, with what can be done about it."""
    head = QWidget()
    head.setMinimumHeight(4 * UNIT)
    row = QHBoxLayout(head)
    row.setContentsMargins(UNIT, 0, 0, 0)
    row.addWidget(heading(title), 1)
    for tool in tools:
        row.addWidget(tool)
    return head


class BoardHint(QLabel):
    """Stands in for the first board: says what one is, and takes what is dropped."""

    assets_dropped = Signal(object)
    """list[int]."""

    def __init__(self) -> None:
        super().__init__(tr("Drop pictures here to put them together."))
        self.setObjectName("hint")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("tone", "faint")
        self.setWordWrap(True)
        self.setContentsMargins(UNIT, 0, UNIT, UNIT)
        self.setAcceptDrops(True)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(ASSETS_MIME):
            event.acceptProposedAction()
            set_property(self, "target", True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        set_property(self, "target", False)

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        set_property(self, "target", False)
        self.assets_dropped.emit(dropped_assets(event.mimeData()))
