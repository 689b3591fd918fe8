"""Details of what is selected: preview, facts, and where it came from."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.core.asset import Asset, displayable
from desktop.core.timecode import timecode
from desktop.generation.request import Reference
from desktop.qt.models.asset_list import several_text
from desktop.qt.models.pictures import Pictures
from desktop.qt.models.pixmap_cache import PixmapCache
from desktop.qt.panels.annotation_editor import AnnotationEditor
from desktop.qt.theme import UNIT, Theme
from desktop.qt.views.empty_state import EmptyState, StateText
from desktop.qt.views.panel_scroll import PanelScroll
from desktop.qt.views.picture_label import PictureLabel
from desktop.qt.views.words import ElidedLabel, button, hairline, icon_button, label
from desktop.services.reports import AssetDetails, Lineage

THUMB = 6 * UNIT
PER_ROW = 5


def size_text(size: int) -> str:
    """Bytes as people read them, in the decimal units that file managers use."""
    if size < 1000:
        return f"{size} bytes"
    value = float(size)
    for unit in ("kB", "MB", "GB"):
        value /= 1000
        if value < 1000 or unit == "GB":
            return f"{value:.0f} {unit}" if value >= 100 else f"{value:.1f} {unit}"
    return ""


def time_text(seconds: float) -> str:
    """Local date and time, to the minute."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))


def facts(asset: Asset, moment: int | None = None) -> list[tuple[str, str]]:
    """The rows of the facts table; unknown ones are left out.

    Args:
        moment: of a video that was found, the time of the frame that fits, ms.
    """
    rows: list[tuple[str, str]] = []
    if moment is not None:
        rows.append(("Found at", timecode(moment)))
    if asset.duration_ms:
        rows.append(("Duration", timecode(asset.duration_ms)))
    if asset.width and asset.height:
        rows.append(("Dimensions", f"{asset.width:,} × {asset.height:,} px"))
    if asset.format:
        several = several_text(asset)
        rows.append(("Format", f"{asset.format}, {several}" if several else asset.format))
    rows.append(("Size", size_text(asset.size)))
    rows.append(("Modified", time_text(asset.modified_ns / 1e9)))
    rows.append(("Added", time_text(asset.added_at)))
    return rows


class DetailsPanel(QWidget):
    """Shows one asset, or what can be said about several; says so when none is selected."""

    asset_chosen = Signal(int)
    """A picture in the lineage was clicked: show it in the library."""
    search_similar_requested = Signal(object)
    reference_wanted = Signal(object)
    """list[Asset]."""
    open_requested = Signal(object)
    reveal_requested = Signal(object)
    copy_path_requested = Signal(object)
    """Each with the Asset."""
    prompt_reuse_requested = Signal(object)
    """Lineage: put its prompt and references into the Create panel."""

    def __init__(
        self, theme: Theme, pictures: Pictures, cache: PixmapCache, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._pictures = pictures
        self._cache = cache
        self._asset: Asset | None = None
        self._lineage: Lineage | None = None

        self._nothing = EmptyState(theme, is_quiet=True)
        self._preview = PictureLabel(theme, cache, inset=UNIT, ratio=0.8)
        self._name = label(scale="large", weight="strong", wraps=True)
        self._state = label(tone="danger", wraps=True)
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(2 * UNIT)
        self._facts.setVerticalSpacing(UNIT // 2 + 2)
        self._facts.setColumnStretch(1, 1)
        self._folder = ElidedLabel()
        self._folder.setProperty("tone", "soft")

        self.similar_button = button(" More like this", self._similar)
        self.similar_button.setIcon(theme.icon("scan-search"))
        self.reference_button = button(" Use as reference", self._reference)
        self.reference_button.setIcon(theme.icon("plus"))
        first = QHBoxLayout()
        first.setSpacing(UNIT)
        first.addWidget(self.similar_button, 1)
        first.addWidget(self.reference_button, 1)

        place = QHBoxLayout()
        place.setSpacing(0)
        place.addWidget(self._folder, 1)
        for icon, name, signal in (
            ("copy", "Copy path", self.copy_path_requested),
            ("folder-open", "Show in file manager", self.reveal_requested),
            ("image", "Open", self.open_requested),
        ):
            place.addWidget(
                icon_button(theme, icon, name, lambda signal=signal: signal.emit(self._asset))
            )

        self._lineage_box = QWidget()
        self._lineage_column = QVBoxLayout(self._lineage_box)
        self._lineage_column.setContentsMargins(0, 0, 0, 0)
        self._lineage_column.setSpacing(UNIT)

        self.annotations = AnnotationEditor(theme)
        self._one = QWidget()
        column = QVBoxLayout(self._one)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * UNIT)
        column.addWidget(self._preview)
        head = QVBoxLayout()
        head.setSpacing(UNIT // 2)
        head.addWidget(self._name)
        head.addWidget(self._state)
        column.addLayout(head)
        column.addLayout(first)
        column.addLayout(self._facts)
        column.addLayout(place)
        self._many = label(scale="large", weight="strong", wraps=True)
        self._many_hint = label(
            "What you say here is said about all of them. Drag them into the references of a new "
            "picture, onto a board, or out to another program.",
            tone="soft",
            wraps=True,
        )

        body = QWidget()
        whole = QVBoxLayout(body)
        whole.setContentsMargins(2 * UNIT, 2 * UNIT, UNIT // 2, 2 * UNIT)
        whole.setSpacing(2 * UNIT)
        for widget in (self._one, self._many, self._many_hint, hairline(), self.annotations):
            whole.addWidget(widget)
        whole.addWidget(self._lineage_box)
        whole.addStretch(1)
        scroll = PanelScroll(body)

        self._stack = QStackedLayout(self)
        self._nothing.show_state(
            StateText("info", "Nothing selected", "Select a picture to see its details.")
        )
        self._stack.addWidget(self._nothing)
        self._stack.addWidget(scroll)
        self.show_selection([])

    def show_selection(self, assets: Sequence[Asset]) -> None:
        """What is selected; the rest of one asset's details follows by ``show_details``."""
        if len(assets) == 1:
            if self._asset is None or self._asset.id != assets[0].id:
                self._clear_lineage()
            self._show_asset(assets[0])
            return
        self._asset = None
        self._clear_lineage()
        self._many.setText(f"{len(assets):,} selected")
        self._show_parts(is_one=False)
        self._stack.setCurrentIndex(1 if assets else 0)

    def show_details(self, details: AssetDetails) -> None:
        """The catalogue's answer; ignored when something else is selected by now."""
        if self._asset is None or details.asset.id != self._asset.id:
            return
        self._show_asset(details.asset)
        self._clear_lineage()
        self._lineage = details.lineage
        if details.lineage is not None:
            self._add_lineage(details.lineage)
        if details.used_in:
            self._add_heading("Used in")
            self._add_thumbnails([(asset, asset.filename) for asset in details.used_in])

    # ------------------------------------------------------------------ inside

    def _show_asset(self, asset: Asset) -> None:
        self._asset = asset
        self._preview.show_picture(self._pictures.of_asset(asset))
        # A zero-width space after separators lets long file names wrap.
        name = asset.filename
        for mark in "_-. ":
            name = name.replace(mark, mark + "\u200b")
        self._name.setText(name)
        if asset.is_missing:
            self._state.setText("The file is no longer there. What Plantain knows of it is kept.")
        elif asset.is_elsewhere:
            self._state.setText("In a team-mate's folder, not in yours.")
        elif asset.is_offline:
            self._state.setText("Its drive or folder is not connected now; nothing is lost.")
        elif asset.failure:
            self._state.setText(f"Could not be read: {asset.failure}")
        else:
            self._state.setText("")
        self._state.setVisible(bool(self._state.text()))
        while (item := self._facts.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for row, (name, value) in enumerate(facts(asset, self._pictures.moment(asset))):
            self._facts.addWidget(label(name, tone="faint"), row, 0)
            self._facts.addWidget(label(value, tone="soft", selectable=True), row, 1)
        self._folder.setText(displayable(asset.path.parent))
        self._folder.setToolTip(displayable(asset.path))
        self.similar_button.setEnabled(not asset.is_missing or bool(asset.content_hash))
        is_picture = not asset.duration_ms
        is_away = asset.is_missing or asset.is_offline
        self.reference_button.setEnabled(is_picture and not (is_away or asset.failure))
        self._show_parts(is_one=True)
        self._stack.setCurrentIndex(1)

    def _show_parts(self, *, is_one: bool) -> None:
        self._one.setVisible(is_one)
        self._many.setVisible(not is_one)
        self._many_hint.setVisible(not is_one)

    def _add_lineage(self, lineage: Lineage) -> None:
        self._add_heading("How it was made")
        self._lineage_column.addWidget(label(lineage.request.prompt, wraps=True, selectable=True))
        made = f"{lineage.generator} · {time_text(lineage.created_at)}"
        if lineage.model and not lineage.model.startswith(lineage.request.generator):
            made = f"{lineage.generator} · {lineage.model} · {time_text(lineage.created_at)}"
        self._lineage_column.addWidget(label(made, tone="faint", wraps=True))
        if lineage.text:
            self._lineage_column.addWidget(
                label(lineage.text, tone="soft", wraps=True, selectable=True)
            )
        if lineage.request.references:
            self._add_heading("References")
            self._add_thumbnails(
                [(ref, displayable(ref.path.name)) for ref in lineage.request.references]
            )
        again = button("Use this prompt again", lambda: self.prompt_reuse_requested.emit(lineage))
        self._lineage_column.addWidget(again)

    def _add_heading(self, words: str) -> None:
        self._lineage_column.addWidget(hairline())
        self._lineage_column.addWidget(label(words, tone="faint", weight="strong", scale="small"))

    def _add_thumbnails(self, things: Sequence[tuple[Asset | Reference, str]]) -> None:
        box = QWidget()
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(UNIT)
        grid.setColumnStretch(PER_ROW, 1)
        for number, (thing, name) in enumerate(things):
            if isinstance(thing, Asset):
                picture, asset_id = self._pictures.of_asset(thing), thing.id
            else:
                picture, asset_id = self._pictures.of_reference(thing), thing.asset_id
            shown = PictureButton(self._theme, self._cache, name)
            shown.picture.show_picture(picture)
            shown.setEnabled(asset_id is not None)
            shown.clicked.connect(lambda _=False, chosen=asset_id: self.asset_chosen.emit(chosen))
            grid.addWidget(shown, number // PER_ROW, number % PER_ROW)
        self._lineage_column.addWidget(box)

    def _clear_lineage(self) -> None:
        self._lineage = None
        while (item := self._lineage_column.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()

    def _similar(self) -> None:
        self.search_similar_requested.emit(self._asset)

    def _reference(self) -> None:
        self.reference_wanted.emit([self._asset])


class PictureButton(QToolButton):
    """A thumbnail that can be clicked, by mouse or keyboard."""

    def __init__(self, theme: Theme, cache: PixmapCache, name: str) -> None:
        super().__init__()
        self.setFixedSize(THUMB + 4, THUMB + 4)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip(name)
        self.setAccessibleName(name)
        self.picture = PictureLabel(theme, cache, side=THUMB, parent=self)
        self.picture.move(2, 2)
        self.picture.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
