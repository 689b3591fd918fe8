"""The folders of the library as a tree: what lies in one can be put out of sight."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent

from desktop.core.asset import displayable
from desktop.core.filter import NamedFilter
from desktop.qt.browse.section_list import SectionList, arrow_place
from desktop.qt.browse.sections import SectionRow, is_same_section


class FolderTree(SectionList):
    """Opened and closed with the arrow before a folder, or the keys Left and Right.

    That shows and marks nothing else. Only a folder that a person comes to by another way, as one
    that they typed, is brought into sight.
    """

    _closed: frozenset[str] = frozenset()

    def closed(self) -> tuple[str, ...]:
        """Paths of the closed folders that are there, to be remembered."""
        paths = (row.section.filter.folder for row in self.rows())
        return tuple(path for path in paths if path in self._closed and displayable(path) == path)

    def is_added(self, section: NamedFilter) -> bool:
        """It was added itself, and does not merely lie in a folder that was."""
        return any(row.is_added for row in self.rows() if is_same_section(row.section, section))

    def close_folders(self, paths: Iterable[str]) -> None:
        """These are closed from now on, and no others."""
        self._closed = frozenset(paths)
        self._list_anew()

    def open_to(self, sections: Sequence[NamedFilter]) -> None:
        """Bring these into sight, as far as they are folders."""
        inside = [Path(folder) for each in sections if (folder := each.filter.folder)]
        above = {str(parent) for path in inside for parent in path.parents}
        if not self._closed.isdisjoint(above):
            self.close_folders(self._closed - above)

    def turn(self, index: QModelIndex, *, is_open: bool | None = None) -> bool:
        """Open a closed folder and close an open one; with ``is_open`` only if it is not so yet.

        Returns:
            Whether there was anything to be done.
        """
        row = self._row_at(index)
        if row is None or row.is_open is None or row.is_open is is_open:
            return False
        self.close_folders(self._closed ^ {row.section.filter.folder})
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = event.position().toPoint()
        if event.button() is Qt.MouseButton.LeftButton and self._is_on_arrow(place):
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.turn(self.indexAt(place))
            return
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        at = self.currentIndex()
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier or not at.isValid():
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Left:
            if not self.turn(at, is_open=False):
                self._go_to(self._above(at))
        elif event.key() == Qt.Key.Key_Right:
            row = self._row_at(at)
            if not self.turn(at, is_open=True) and row is not None and row.is_open:
                self._go_to(at.siblingAtRow(at.row() + 1))
        else:
            super().keyPressEvent(event)

    # ------------------------------------------------------------------ inside

    def _listed(self, rows: Sequence[SectionRow]) -> Sequence[SectionRow]:
        listed: list[SectionRow] = []
        hidden_below: int | None = None
        for row, next_depth in zip(rows, _depths_behind(rows), strict=True):
            if hidden_below is not None and row.depth > hidden_below:
                continue
            hidden_below = None
            if next_depth > row.depth:
                is_open = row.section.filter.folder not in self._closed
                hidden_below = None if is_open else row.depth
                row = row._replace(is_open=is_open)
            listed.append(row)
        return listed

    def _list_anew(self) -> None:
        """With keyboard and marks where they were; the keyboard on what hides its folder now."""
        at = self.currentIndex()
        while (row := self._row_at(at)) is not None and self._is_hidden(row):
            at = self._above(at)
        if row is not None:
            self.move_keyboard(row.section)
        self._list(self.rows())
        self.mark(self.marked())

    def _is_hidden(self, row: SectionRow) -> bool:
        above = Path(row.section.filter.folder).parents
        return not self._closed.isdisjoint(str(each) for each in above)

    def _above(self, index: QModelIndex) -> QModelIndex:
        row = self._row_at(index)
        for at in range(index.row() - 1, -1, -1) if row is not None else ():
            other = index.siblingAtRow(at)
            found = self._row_at(other)
            if row is not None and found is not None and found.depth < row.depth:
                return other
        return QModelIndex()

    def _go_to(self, index: QModelIndex) -> None:
        row = self._row_at(index)
        if row is not None:
            self.move_keyboard(row.section)
            self.scrollTo(index)
            self._choose(index, is_instead=True)

    def _is_on_arrow(self, place: QPoint) -> bool:
        index = self.indexAt(place)
        row = self._row_at(index)
        if row is None or row.is_open is None:
            return False
        return arrow_place(self.visualRect(index), row).contains(place)


def _depths_behind(rows: Sequence[SectionRow]) -> list[int]:
    """Of each row the depth of the next one."""
    return [row.depth for row in rows[1:]] + [0] * bool(rows)
