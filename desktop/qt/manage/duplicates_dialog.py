"""Duplicates side by side: which one to keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QRadioButton,
    QScrollArea,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from desktop.core.annotations import Annotation
from desktop.core.asset import Asset, displayable
from desktop.core.text import clauses, date, marked, ngettext, size, tr
from desktop.qt.images.cache import PixmapCache
from desktop.qt.images.pictures import Pictures
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.buttons import button
from desktop.qt.widgets.labels import ElidedLabel, label
from desktop.qt.widgets.picture_label import PictureLabel
from desktop.services.curation.duplicates import DuplicateGroup

_CARD = 34 * UNIT
_EXACT, _NEAR = 0, 1
_NOTHING = {
    _EXACT: marked("No file is in the library twice."),
    _NEAR: marked("No two pictures look nearly the same."),
}


class DuplicatesDialog(QDialog):
    """Groups at the left, the pictures of one at the right.

    A decision takes its group off the list at once; what became of the files is told by the jobs
    line and by notices, as for everything that takes time.
    """

    search_wanted = Signal(bool)
    """Near ones (True) or exact ones."""
    decided = Signal(object, object, bool)
    """DuplicateGroup of the one to keep and those that go, the one to keep, and whether it takes
    over what was said of the others."""

    def __init__(
        self, theme: Theme, pictures: Pictures, cache: PixmapCache, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Duplicates"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(120 * UNIT, 76 * UNIT)
        self._theme = theme
        self._pictures = pictures
        self._cache = cache
        self._groups: list[DuplicateGroup] = []
        self._said: Mapping[int, Annotation] = {}
        self.choices = QButtonGroup(self)
        self.ticks: list[QCheckBox] = []

        self.kinds = QTabBar()
        self.kinds.setAccessibleName(tr("The same or look alike"))
        self.kinds.addTab(tr("The same"))
        self.kinds.addTab(tr("Look alike"))
        self.kinds.setDrawBase(False)
        self.kinds.setExpanding(False)
        self.kinds.currentChanged.connect(lambda kind: self.search_wanted.emit(kind == _NEAR))
        self._summary = label(tone="soft")
        self.list = QListWidget()
        self.list.setObjectName("sidebar")
        self.list.setAccessibleName(tr("Groups of duplicates"))
        self.list.setFixedWidth(30 * UNIT)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.currentRowChanged.connect(self._show_group)
        self._cards = QScrollArea()
        self._cards.setWidgetResizable(True)
        self._cards.setFrameShape(QFrame.Shape.NoFrame)
        self._cards.setAccessibleName(tr("Pictures of this group"))
        self.message = label(tone="soft", wraps=True)
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.merge = QCheckBox(tr("The kept one takes over tags, stars, boards and notes"))
        self.merge.setChecked(True)
        self.skip_button = button(tr("Keep all"), self._skip)
        self.decide_button = button(tr("Tick what goes to the trash"), self._decide, is_next=True)

        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * UNIT)
        row.addWidget(self.list)
        row.addWidget(self._cards, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.message)
        self._stack.addWidget(both)
        head = QHBoxLayout()
        head.addWidget(self.kinds)
        head.addStretch()
        head.addWidget(self._summary)
        foot = QHBoxLayout()
        foot.setSpacing(UNIT)
        foot.addWidget(self.merge)
        foot.addStretch()
        foot.addWidget(self.skip_button)
        foot.addWidget(self.decide_button)
        foot.addWidget(button(tr("Close"), self.accept))
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * UNIT, 2 * UNIT, 3 * UNIT, 2 * UNIT)
        column.setSpacing(UNIT)
        column.addLayout(head)
        column.addWidget(self._stack, 1)
        column.addLayout(foot)
        self.show_searching()

    def show_searching(self) -> None:
        """The answer is on its way."""
        self._show_message(tr("Comparing pictures…"))

    def show_groups(self, groups: Sequence[DuplicateGroup], said: Mapping[int, Annotation]) -> None:
        """Show what was found; ``said``: asset id -> what people said of it."""
        self._said = said
        self._groups = list(groups)
        self.list.blockSignals(True)
        self.list.clear()
        for group in groups:
            item = QListWidgetItem(f"{group.assets[0].filename}  ×{len(group.assets)}")
            item.setToolTip(tr("{size} to gain", size=size(group.spare_bytes)))
            item.setSizeHint(QSize(0, 4 * UNIT))
            self.list.addItem(item)
        self.list.blockSignals(False)
        self._refresh()
        if groups:
            self.list.setCurrentRow(0)
            self.list.setFocus()

    def kept(self) -> Asset | None:
        """The one that is marked to be kept."""
        at = self.choices.checkedId()
        group = self._group()
        return group.assets[at] if group is not None and at >= 0 else None

    # ------------------------------------------------------------------ inside

    def _group(self) -> DuplicateGroup | None:
        row = self.list.currentRow()
        return self._groups[row] if 0 <= row < len(self._groups) else None

    def _refresh(self) -> None:
        if not self._groups:
            self._show_message(tr(_NOTHING[self.kinds.currentIndex()]))
            return
        spare = sum(group.spare_bytes for group in self._groups)
        count = len(self._groups)
        self._summary.setText(
            ngettext(
                "{count} group · {size} to gain",
                "{count} groups · {size} to gain",
                count,
                size=size(spare),
            )
        )
        self._stack.setCurrentIndex(1)
        for part in (self.merge, self.skip_button):
            part.setEnabled(True)
        self._count()

    def _show_message(self, words: str) -> None:
        self.message.setText(words)
        self.message.setAccessibleName(words)
        self._summary.setText("")
        self._stack.setCurrentIndex(0)
        for part in (self.merge, self.skip_button, self.decide_button):
            part.setEnabled(False)

    def _show_group(self, row: int) -> None:
        if not 0 <= row < len(self._groups):
            return
        self.choices = QButtonGroup(self)
        self.ticks = []
        cards = QWidget()
        column = QVBoxLayout(cards)
        column.setContentsMargins(0, 0, 0, 0)
        line = QHBoxLayout()
        column.addLayout(line)  # which asks the cards how high they are at their width
        column.addStretch()
        line.setSpacing(UNIT + 4)
        for place, asset in enumerate(self._groups[row].assets):
            line.addWidget(self._card(asset, place))
        line.addStretch()
        self._cards.setWidget(cards)
        self._count()

    def chosen(self) -> list[Asset]:
        """Those that are ticked for the trash, without the one to keep."""
        group, kept = self._group(), self.kept()
        assets = group.assets if group is not None else ()
        return [
            asset
            for asset, tick in zip(assets, self.ticks, strict=True)
            if tick.isChecked() and asset is not kept
        ]

    def _count(self) -> None:
        """Say how many go, and how large they are, before they do."""
        group = self._group()
        if group is None or len(self.ticks) != len(group.assets):
            return
        for place, tick in enumerate(self.ticks):
            tick.setVisible(place != self.choices.checkedId())
        chosen = self.chosen()
        self.decide_button.setEnabled(bool(chosen))
        self.decide_button.setText(
            ngettext(
                "Keep this one, trash {count} picture ({size})",
                "Keep this one, trash {count} pictures ({size})",
                len(chosen),
                size=size(sum(asset.size for asset in chosen)),
            )
            if chosen
            else tr("Tick what goes to the trash")
        )

    def _card(self, asset: Asset, place: int) -> QFrame:
        card = QFrame()
        card.setObjectName("card")
        card.setFixedWidth(_CARD)
        picture = PictureLabel(self._theme, self._cache, side=_CARD - 2 * UNIT)
        picture.show_picture(self._pictures.of_asset(asset))
        keep = QRadioButton(tr("Keep this one") if place else tr("Keep this one (suggested)"))
        keep.setChecked(place == 0)
        keep.toggled.connect(self._count)
        tick = QCheckBox(tr("To the trash"))
        # Of those that only look alike nothing goes unless somebody says so.
        tick.setChecked(self._groups[self.list.currentRow()].is_exact)
        tick.setAccessibleName(tr("Move {path} to the trash", path=displayable(asset.path)))
        tick.toggled.connect(self._count)
        place_of_tick = tick.sizePolicy()
        place_of_tick.setRetainSizeWhenHidden(True)  # of the one that is kept
        tick.setSizePolicy(place_of_tick)
        self.ticks.append(tick)
        keep.setAccessibleName(tr("Keep {path}", path=displayable(asset.path)))
        self.choices.addButton(keep, place)
        folder = ElidedLabel(displayable(asset.path.parent))
        folder.setToolTip(displayable(asset.path))
        said = self._said.get(asset.id, Annotation())
        column = QVBoxLayout(card)
        column.setContentsMargins(UNIT, UNIT, UNIT, UNIT)
        column.setSpacing(UNIT // 2)
        column.addWidget(picture)
        column.addWidget(keep)
        column.addWidget(tick)
        column.addWidget(ElidedLabel(asset.filename))
        column.addWidget(folder)
        shape = f"{asset.width} × {asset.height}"
        facts = f"{shape} · {asset.format} · {size(asset.size)}"
        for words in (
            facts,
            tr("Changed {date}", date=date(asset.modified_ns / 1e9)),
            _as_text(said),
        ):
            column.addWidget(label(words, tone="soft", scale="small", wraps=True))
        column.addStretch()
        return card

    def _skip(self) -> None:
        self._take_off()

    def _decide(self) -> None:
        group, kept = self._group(), self.kept()
        if group is not None and kept is not None and self.chosen():
            parted = replace(group, assets=(kept, *self.chosen()))
            self.decided.emit(parted, kept, self.merge.isChecked())
            self._take_off()

    def _take_off(self) -> None:
        row = self.list.currentRow()
        if 0 <= row < len(self._groups):
            del self._groups[row]
            self.list.blockSignals(True)
            self.list.takeItem(row)
            self.list.blockSignals(False)
            self._refresh()
            self._show_group(self.list.currentRow())


def _as_text(said: Annotation) -> str:
    parts: list[str] = ["★" * said.rating, clauses(said.tags), clauses(said.boards)]
    if said.note:
        parts.append(tr("has a note"))
    return " · ".join(part for part in parts if part) or tr("No tags, stars or notes")
