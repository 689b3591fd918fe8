"""The sidebar: which part of the library is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktop.core.asset import Asset, displayable
from desktop.qt.models.ordering import natural
from desktop.qt.theme import ICON, RADIUS, TEXT_BASE, TEXT_SMALL, UNIT, Theme
from desktop.qt.views.words import icon_button, label

SECTION_ROLE = int(Qt.ItemDataRole.UserRole) + 1
COUNT_ROLE = int(Qt.ItemDataRole.UserRole) + 2
DEPTH_ROLE = int(Qt.ItemDataRole.UserRole) + 3
INDENT = 12


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the library.

    Attributes:
        kind: ``all``, ``generated``, ``missing`` or ``folder``.
        folder: the folder, for that kind; those below it belong to it.
    """

    kind: str
    folder: Path | None = None

    def of(self, assets: Sequence[Asset]) -> Sequence[Asset]:
        """Those that belong to this part, in the same order."""
        if self.kind == "generated":
            return [asset for asset in assets if asset.is_generated]
        if self.kind == "missing":
            return [asset for asset in assets if asset.is_missing]
        if self.folder is None:
            return assets
        # A few hundred folders are compared instead of 100,000 paths.
        above = str(self.folder / "_")[:-1]
        inside = {
            folder
            for folder in {asset.folder for asset in assets}
            if folder == str(self.folder) or folder.startswith(above)
        }
        return [asset for asset in assets if asset.folder in inside]

    @property
    def title(self) -> str:
        if self.folder is not None:
            return displayable(self.folder.name) or displayable(self.folder)
        return {"generated": "Generated", "missing": "Missing"}.get(self.kind, "All pictures")


ALL = Section("all")


@dataclass(frozen=True, slots=True)
class FolderRow:
    """A folder that holds pictures, itself or below.

    Attributes:
        depth: how many listed folders lie above it.
        count: pictures in it and below.
    """

    path: Path
    depth: int
    count: int


@dataclass(frozen=True, slots=True)
class Overview:
    """What the sidebar shows, computed off the GUI thread by ``overview``."""

    everything: int = 0
    generated: int = 0
    missing: int = 0
    folders: tuple[FolderRow, ...] = ()


def overview(assets: Sequence[Asset]) -> Overview:
    """Count a library by section. Linear in the assets times the depth of their folders."""
    # Plantain's own folder is the section "Generated".
    counts = Counter(asset.folder for asset in assets if not asset.is_generated)
    direct = {Path(folder): count for folder, count in counts.items()}
    totals = dict.fromkeys(direct, 0)
    depths = dict.fromkeys(direct, 0)
    for folder, count in direct.items():
        totals[folder] += count
        for above in folder.parents:
            if above in totals:
                totals[above] += count
                depths[folder] += 1
    rows = tuple(
        FolderRow(folder, depths[folder], totals[folder])
        for folder in sorted(direct, key=lambda path: [natural(part) for part in path.parts])
    )
    return Overview(
        everything=len(assets),
        generated=sum(asset.is_generated for asset in assets),
        missing=sum(asset.is_missing for asset in assets),
        folders=rows,
    )


class Sidebar(QFrame):
    """All, Generated, Missing, and the folders."""

    section_chosen = Signal(object)
    """Section."""
    add_folder_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._theme = theme
        self._shown = Overview()
        self.library = _SectionList("Library", theme)
        self.folders = _SectionList("Folders", theme)
        for sections in (self.library, self.folders):
            sections.currentItemChanged.connect(self._on_current)
        self.add_button = icon_button(
            theme, "folder-plus", "Add folder… (Ctrl+O)", self.add_folder_requested.emit
        )
        self._folders_head = QWidget()
        head = QHBoxLayout(self._folders_head)
        head.setContentsMargins(UNIT, 0, 0, 0)
        head.addWidget(label("Folders", tone="faint", weight="strong", scale="small"), 1)
        head.addWidget(self.add_button)
        title = label("Library", tone="faint", weight="strong", scale="small")
        title.setContentsMargins(UNIT, 0, 0, 0)
        title.setFixedHeight(4 * UNIT)

        column = QVBoxLayout(self)
        column.setContentsMargins(UNIT, UNIT, UNIT, UNIT)
        column.setSpacing(0)
        column.addWidget(title)
        column.addWidget(self.library)
        column.addSpacing(2 * UNIT)
        column.addWidget(self._folders_head)
        column.addWidget(self.folders, 1)
        self.show_overview(Overview())
        self.library.setCurrentRow(0)

    def show_overview(self, shown: Overview) -> None:
        """Refresh the rows and keep what is chosen; a section that is gone gives way to All."""
        chosen = self.chosen()
        self._shown = shown
        for sections in (self.library, self.folders):
            sections.blockSignals(True)
            sections.clear()
        self.library.add(ALL, "layout-grid", shown.everything)
        # Shown even when empty: they tell that such a thing exists, and where it will be.
        self.library.add(Section("generated"), "sparkles", shown.generated)
        if shown.missing:
            self.library.add(Section("missing"), "unlink", shown.missing)
        for row in shown.folders:
            self.folders.add(Section("folder", row.path), "folder", row.count, row.depth)
        self.library.fit_height()
        is_kept = self._mark(chosen)
        for sections in (self.library, self.folders):
            sections.blockSignals(False)
        if not is_kept:
            self._mark(ALL)
            if chosen != ALL:
                self.section_chosen.emit(ALL)

    def chosen(self) -> Section:
        for sections in (self.library, self.folders):
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

    def _mark(self, section: Section) -> bool:
        found = False
        for sections in (self.library, self.folders):
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
        other = self.folders if item.listWidget() is self.library else self.library
        was_blocked = other.blockSignals(True)
        other.clearSelection()
        other.setCurrentItem(None)  # pyright: ignore[reportArgumentType]
        other.blockSignals(was_blocked)
        self.section_chosen.emit(item.data(SECTION_ROLE))


class _SectionList(QListWidget):
    def __init__(self, name: str, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("sidebar")
        self.setAccessibleName(name)
        self._theme = theme
        self.setIconSize(QSize(ICON, ICON))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setItemDelegate(_RowDelegate(theme, self))
        self.setUniformItemSizes(True)

    def add(self, section: Section, icon: str, count: int, depth: int = 0) -> None:
        item = QListWidgetItem(self._theme.icon(icon), section.title)
        item.setData(SECTION_ROLE, section)
        item.setData(COUNT_ROLE, count)
        item.setData(DEPTH_ROLE, depth)
        if section.folder is not None:
            item.setToolTip(displayable(section.folder))
        words = "picture" if count == 1 else "pictures"
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{section.title}, {count} {words}")
        self.addItem(item)

    def fit_height(self) -> None:
        """Take the room of the rows, so that the next list follows closely."""
        self.setFixedHeight(max(1, self.count()) * 4 * UNIT)


class _RowDelegate(QStyledItemDelegate):
    """Icon, name, and the count at the right in a fainter tone; folders indented by depth."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(0, 4 * UNIT)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        state = option.state  # pyright: ignore[reportAttributeAccessIssue]
        rect: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue]
        is_selected = bool(state & QStyle.StateFlag.State_Selected)
        has_focus = bool(state & QStyle.StateFlag.State_HasFocus)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QRectF(rect).adjusted(0.5, 1.5, -0.5, -1.5)
        if is_selected or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("raised" if is_selected else "well"))
            painter.drawRoundedRect(ground, RADIUS, RADIUS)
        if has_focus:
            painter.setPen(QPen(self._theme.color("ring"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(ground, RADIUS, RADIUS)
        left = rect.left() + UNIT + min(index.data(DEPTH_ROLE), 4) * INDENT
        icon = index.data(Qt.ItemDataRole.DecorationRole)
        icon.paint(painter, left, rect.center().y() - ICON // 2 + 1, ICON, ICON)

        painter.setPen(self._theme.color("text_faint"))
        font = painter.font()
        font.setPixelSize(TEXT_SMALL)
        painter.setFont(font)
        count = index.data(COUNT_ROLE)
        number = f"{count:,}" if count else ""
        line = rect.adjusted(0, 0, -UNIT, 0)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(line, right, number)
        line.setRight(line.right() - painter.fontMetrics().horizontalAdvance(number) - UNIT)

        font.setPixelSize(TEXT_BASE)
        painter.setFont(font)
        painter.setPen(self._theme.color("text" if is_selected else "text_soft"))
        line.setLeft(left + ICON + UNIT)
        name = painter.fontMetrics().elidedText(
            index.data(), Qt.TextElideMode.ElideMiddle, line.width()
        )
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
        painter.restore()
