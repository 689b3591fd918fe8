"""The sidebar: which part of the library is shown."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import (
    QPoint,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidgetItem,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from desktop.core.annotations import NameCount
from desktop.qt.models.dragging import ASSETS_MIME, dropped_assets
from desktop.qt.models.sections import ALL, Overview, Section
from desktop.qt.theme import UNIT, Theme
from desktop.qt.views.section_list import SECTION_ROLE, SectionList
from desktop.qt.views.words import icon_button, label

_MOST_ROWS = 7
"""Of boards and of tags, before their list scrolls: the folders need room too."""


class Sidebar(QFrame):
    """All, Generated, Missing; boards, tags, and the folders."""

    section_chosen = Signal(object)
    """Section."""
    add_folder_requested = Signal()
    board_wanted = Signal(object)
    """list[int]: a new board with these assets."""
    assets_dropped = Signal(str, object)
    """A board's name; list[int]."""
    menu_wanted = Signal(object, QPoint)
    """Section that is no folder, and where on the screen."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._theme = theme
        self._shown = Overview()
        self._folder_offers: list[tuple[str, Callable[[Path], object]]] = []
        self.library = SectionList("Library", theme)
        self.boards = SectionList("Boards", theme)
        self.tags = SectionList("Tags", theme)
        self.folders = SectionList("Folders", theme)
        self._lists = (self.library, self.boards, self.tags, self.folders)
        for sections in self._lists:
            sections.currentItemChanged.connect(self._on_current)
            sections.menu_wanted.connect(self._on_menu)
        self.boards.accept_assets()
        self.boards.assets_dropped.connect(self.assets_dropped)
        self.add_button = icon_button(
            theme, "folder-plus", "Add folder… (Ctrl+O)", self.add_folder_requested.emit
        )
        self._folders_head = _head("Folders", self.add_button)
        self.board_button = icon_button(
            theme, "plus", "New board…", lambda: self.board_wanted.emit([])
        )
        self._board_hint = BoardHint()
        self._board_hint.assets_dropped.connect(self.board_wanted)
        self._tags_head = _head("Tags")
        title = label("Library", tone="faint", weight="strong", scale="small")
        title.setContentsMargins(UNIT, 0, 0, 0)
        title.setFixedHeight(4 * UNIT)

        column = QVBoxLayout(self)
        column.setContentsMargins(UNIT, UNIT, UNIT, UNIT)
        column.setSpacing(0)
        column.addWidget(title)
        column.addWidget(self.library)
        column.addSpacing(UNIT)
        column.addWidget(_head("Boards", self.board_button))
        column.addWidget(self.boards)
        column.addWidget(self._board_hint)
        column.addSpacing(UNIT)
        column.addWidget(self._tags_head)
        column.addWidget(self.tags)
        column.addSpacing(UNIT)
        column.addWidget(self._folders_head)
        column.addWidget(self.folders, 1)
        self.show_overview(Overview())
        self.show_names((), ())
        self.library.setCurrentRow(0)

    def offer_for_folders(self, text: str, done: Callable[[Path], object]) -> None:
        """What can be done with a folder, in its menu."""
        self._folder_offers.append((text, done))

    def show_overview(self, shown: Overview) -> None:
        """Refresh the rows and keep what is chosen; a section that is gone gives way to All."""
        self._shown = shown
        with self._choice_kept(self.library, self.folders):
            self.library.add(ALL, "layout-grid", shown.everything)
            # Shown even when empty: they tell that such a thing exists, and where it will be.
            self.library.add(Section("generated"), "sparkles", shown.generated)
            if shown.missing:
                self.library.add(Section("missing"), "unlink", shown.missing)
            if shown.duplicates:
                self.library.add(Section("duplicates"), "copy", shown.duplicates)
            if shown.offline:
                self.library.add(Section("offline"), "unplug", shown.offline)
            for row in shown.folders:
                self.folders.add(Section("folder", row.path), "folder", row.count, row.depth)
            self.library.fit_height()

    def show_names(self, boards: Sequence[NameCount], tags: Sequence[NameCount]) -> None:
        """The boards and tags that there are now; otherwise as ``show_overview``."""
        with self._choice_kept(self.boards, self.tags):
            for board in boards:
                section = Section("board", name=board.name)
                self.boards.add(section, "layout-dashboard", board.count)
            for tag in tags:
                self.tags.add(Section("tag", name=tag.name), "tag", tag.count)
            for sections in (self.boards, self.tags):
                sections.fit_height(_MOST_ROWS)
                sections.setVisible(bool(sections.count()))
            self._board_hint.setVisible(not boards)
            self._tags_head.setVisible(bool(tags))

    @contextmanager
    def _choice_kept(self, *changed: SectionList) -> Generator[None]:
        """Empty these lists and let them be filled again; what was chosen is chosen after it."""
        chosen = self.chosen()
        for sections in changed:
            sections.blockSignals(True)
            sections.clear()
        yield
        is_kept = self._mark(chosen)
        for sections in changed:
            sections.blockSignals(False)
        if not is_kept:
            self._mark(ALL)
            if chosen != ALL:
                self.section_chosen.emit(ALL)

    def chosen(self) -> Section:
        for sections in self._lists:
            items = sections.selectedItems()
            if items:
                return items[0].data(SECTION_ROLE)
        return ALL

    def choose_all(self) -> None:
        """Show the whole library."""
        self.choose(ALL)

    def choose(self, section: Section) -> None:
        """Choose a section as if it were clicked."""
        if self._mark(section):
            self.section_chosen.emit(section)

    def _on_menu(self, section: Section, where: QPoint) -> None:
        folder = section.folder
        if folder is None:
            self.menu_wanted.emit(section, where)
        elif self._folder_offers:
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            for text, done in self._folder_offers:
                menu.addAction(text).triggered.connect(lambda _, chosen=done: chosen(folder))
            menu.popup(where)

    def _mark(self, section: Section) -> bool:
        found = False
        for sections in self._lists:
            was_blocked = sections.blockSignals(True)
            sections.clearSelection()
            sections.setCurrentItem(None)  # pyright: ignore[reportArgumentType]
            for row in range(sections.count()):
                item = sections.item(row)
                if item.data(SECTION_ROLE) == section:
                    sections.setCurrentItem(item)
                    found = True
            sections.blockSignals(was_blocked)
        return found

    def _on_current(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return
        for other in self._lists:
            if other is item.listWidget():
                continue
            was_blocked = other.blockSignals(True)
            other.clearSelection()
            other.setCurrentItem(None)  # pyright: ignore[reportArgumentType]
            other.blockSignals(was_blocked)
        self.section_chosen.emit(item.data(SECTION_ROLE))


def _head(title: str, *tools: QWidget) -> QWidget:
    """The line above a list, with what can be done about it."""
    head = QWidget()
    head.setMinimumHeight(4 * UNIT)
    row = QHBoxLayout(head)
    row.setContentsMargins(UNIT, 0, 0, 0)
    row.addWidget(label(title, tone="faint", weight="strong", scale="small"), 1)
    for tool in tools:
        row.addWidget(tool)
    return head


class BoardHint(QLabel):
    """Stands in for the first board: says what one is, and takes what is dropped."""

    assets_dropped = Signal(object)
    """list[int]."""

    def __init__(self) -> None:
        super().__init__("Drop pictures here to put them together.")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("tone", "faint")
        self.setWordWrap(True)
        self.setContentsMargins(UNIT, 0, UNIT, UNIT)
        self.setAcceptDrops(True)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(ASSETS_MIME):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.assets_dropped.emit(dropped_assets(event.mimeData()))
