"""Details of what is selected: preview, colours, what people said, facts, and where it came from.

Every part has its place, whatever is selected: one picture, several, or none. What grows and
shrinks (keywords, lineage) is at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.core.annotations import Consensus
from desktop.core.asset import Asset
from desktop.core.asset_sequence import ids_of
from desktop.core.filter import EVERYTHING, Filter, Near
from desktop.core.text import listed, ngettext, tr
from desktop.qt.details.annotation_editor import AnnotationEditor
from desktop.qt.details.facts import (
    CAMERA,
    FILE,
    RIGHTS,
    different,
    every_row,
    file_facts,
    metadata_facts,
    rights_facts,
    same_day,
)
from desktop.qt.details.keyword_offers import KeywordOffers
from desktop.qt.details.lineage_view import LineageView
from desktop.qt.details.swatches import Swatches
from desktop.qt.details.written_text import WrittenText
from desktop.qt.images.cache import PixmapCache
from desktop.qt.images.pictures import Pictures
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.buttons import button, icon_button
from desktop.qt.widgets.flow_layout import FlowRow, Spare
from desktop.qt.widgets.labels import ElidedLabel, heading, label
from desktop.qt.widgets.panel_scroll import PanelScroll
from desktop.qt.widgets.picture_label import PictureLabel
from desktop.qt.widgets.styling import hairline
from desktop.qt.widgets.value_rows import ValueField, ValueRows
from desktop.services.reports import AssetDetails, CommonDetails

_SEARCHED = frozenset({"camera", "lens", "copyright", "folder"})
"""Rows that are fields of ``Filter``, too."""
_DATES: dict[str, tuple[str, Callable[[Asset], float]]] = {
    "modified": ("modified", lambda asset: asset.modified_ns / 1e9),
    "added": ("added", lambda asset: asset.added_at),
    "taken": ("date", lambda asset: asset.taken_s),
}
"""Rows that tell a time: what it is in a query, and which it is, seconds since the epoch."""


class DetailsPanel(QWidget):
    """Shows one asset, or what several have in common; says so when none is selected."""

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
    """GenerationRecord: put its prompt and references into the Create panel."""
    lineage_wanted = Signal(int)
    """Id of the asset whose lineage is to be seen over all generations."""
    rights_wanted = Signal()
    """The person wants to say what may be done with what is selected."""
    narrowing_wanted = Signal(object)
    """Filter: show what is about a colour, or has a value."""

    def __init__(
        self, theme: Theme, pictures: Pictures, cache: PixmapCache, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._pictures = pictures
        self._assets: Sequence[Asset] = ()
        self._is_read_only = False

        self._preview = PictureLabel(theme, cache, inset=UNIT, ratio=0.8)
        self._nothing = QLabel()
        self._nothing.setPixmap(
            theme.pixmap("image", "text_faint", 3 * UNIT, self.devicePixelRatioF())
        )
        self._state = label(wraps=True)
        self._state_box = QFrame()
        self._state_box.setObjectName("danger")
        self.name = ValueField(tr("Name"), Qt.TextElideMode.ElideMiddle)
        self.name.setProperty("scale", "large")
        self._hint = ElidedLabel(mode=Qt.TextElideMode.ElideRight)
        self._hint.setProperty("tone", "faint")
        self.swatches = Swatches(theme)
        self.swatches.chosen.connect(
            lambda colour: self.narrowing_wanted.emit(Filter(near=Near(colour)))
        )
        self.similar_button = button(" " + tr("More like this"), self._similar)
        self.similar_button.setIcon(theme.icon("scan-search"))
        self.reference_button = button(" " + tr("Use as reference"), self._reference)
        self.reference_button.setIcon(theme.icon("plus"))
        self.annotations = AnnotationEditor(theme)
        self._entries = QWidget()
        names = label(tone="faint")
        width = max(names.fontMetrics().horizontalAdvance(name) for name in every_row())
        self.file, self.camera, self.rights = (
            ValueRows({key: tr(name) for key, name in rows.items()}, width, _SEARCHED)
            for rows in (FILE, CAMERA, RIGHTS)
        )
        for rows in (self.file, self.camera, self.rights):
            rows.search_wanted.connect(self._search)
            for row in _DATES.keys() & rows.fields.keys():
                rows.fields[row].offers = partial(self._date_offers, row)
        self._file_buttons = [
            icon_button(theme, icon, name, lambda signal=signal: signal.emit(self._assets[0]))
            for icon, name, signal in (
                ("copy", tr("Copy path"), self.copy_path_requested),
                ("folder-open", tr("Show in file manager"), self.reveal_requested),
                ("image", tr("Open"), self.open_requested),
            )
        ]
        self.rights_button = button(tr("Change…"), self.rights_wanted.emit, is_flat=True)
        self.rights_button.setToolTip(
            tr("What may leave this computer, by which licence, how long")
        )
        # A line is too short for it, and nobody hovers over what they do not know of.
        self.signed = label(tone="soft", wraps=True, selectable=True)
        self.signed.hide()
        self.keywords = KeywordOffers(theme)
        self.keywords.accepted.connect(self.annotations.tags_added)
        self.keywords.search_wanted.connect(
            lambda word: self.narrowing_wanted.emit(Filter(keyword=word))
        )
        self.text = WrittenText(theme)
        self.lineage = LineageView(theme, pictures, cache)
        self.lineage.asset_chosen.connect(self.asset_chosen)
        self.lineage.graph_wanted.connect(self.lineage_wanted)
        self.lineage.prompt_reuse_requested.connect(self.prompt_reuse_requested)
        self._lay_out()
        self.show_selection([])

    def show_selection(self, assets: Sequence[Asset]) -> None:
        """What is selected; what only the catalogue knows follows by ``show_details`` or
        ``show_common``."""
        is_same = ids_of(assets) == ids_of(self._assets)
        self._assets = assets
        if not is_same:
            self._forget()
        if len(assets) == 1:
            self._show_asset(assets[0])
        elif assets:
            self._show_several(assets)
        else:
            self._show_nothing()
        self._enable()

    def show_read_only(self) -> None:
        """Nothing can be entered."""
        self._is_read_only = True
        self.annotations.setEnabled(False)
        self._enable()

    def show_details(self, details: AssetDetails) -> None:
        """The catalogue's answer; ignored when something else is selected by now."""
        if (details.asset.id,) != ids_of(self._assets):
            return
        self._assets = (details.asset,)
        self._show_asset(details.asset)
        facts = metadata_facts(details.metadata)
        self.camera.show_values(facts)
        self.rights.show_values(facts | rights_facts(details.claims))
        self.swatches.show_palette(details.palette)
        self.keywords.show_keywords(details.metadata.keywords)
        self.text.show_lines(details.text)
        self.lineage.show_details(details)
        self._enable()

    def show_common(self, common: CommonDetails, facts: dict[str, str]) -> None:
        """As ``show_details``, of several.

        Args:
            facts: see ``file_facts_of``.
        """
        if common.asset_ids != ids_of(self._assets):
            return
        told = metadata_facts(common.metadata, common.differing)
        self.file.show_values(facts, different())
        self.camera.show_values(told, different())
        self.rights.show_values(told, different())
        self.swatches.show_palette(common.palette)
        self.keywords.show_keywords(common.keywords)

    def show_sidecar(self, told: tuple[int, tuple[str, ...]]) -> None:
        """An asset's id, and the keywords that are beside its file."""
        asset_id, keywords = told
        if (asset_id,) == ids_of(self._assets):
            self.keywords.show_keywords(keywords, is_beside=True)

    def show_credentials(self, told: tuple[int, str]) -> None:
        """An asset's id, and what its Content Credentials say, in plain words."""
        asset_id, words = told
        if (asset_id,) == ids_of(self._assets):
            self.rights.fields["credentials"].show_value(words)
            self.signed.setText(words)
            self.signed.setVisible(bool(words))

    def show_said(self, asset_ids: tuple[int, ...], said: Consensus) -> None:
        """What the selection is tagged with, of which nothing need be offered."""
        if asset_ids == ids_of(self._assets):
            self.keywords.know_tags(n for n, count in said.tags.items() if count == said.count)

    # ------------------------------------------------------------------ inside

    def _lay_out(self) -> None:
        picture = QGridLayout()
        picture.addWidget(self._preview, 0, 0)
        picture.addWidget(self._nothing, 0, 0, Qt.AlignmentFlag.AlignCenter)
        picture.addWidget(self._state_box, 0, 0, Qt.AlignmentFlag.AlignBottom)
        words = QVBoxLayout(self._state_box)
        words.setContentsMargins(UNIT, UNIT, UNIT, UNIT)
        words.addWidget(self._state)
        head = QVBoxLayout()
        head.setSpacing(0)
        head.addWidget(self.name)
        head.addWidget(self._hint)
        first = FlowRow(
            self.similar_button, self.reference_button, spacing=UNIT, spare=Spare.WITHIN
        )
        entries = QVBoxLayout(self._entries)
        entries.setContentsMargins(0, 0, 0, 0)
        entries.addWidget(self.annotations)

        body = QWidget()
        whole = QVBoxLayout(body)
        whole.setContentsMargins(2 * UNIT, 2 * UNIT, UNIT // 2, 2 * UNIT)
        whole.setSpacing(2 * UNIT)
        whole.addLayout(picture)
        whole.addLayout(head)
        whole.addWidget(self.swatches)
        whole.addWidget(first)
        whole.addWidget(hairline())
        whole.addWidget(self._entries)
        for name, rows in (
            (tr("File"), self.file),
            (tr("Camera"), self.camera),
            (tr("Rights and description"), self.rights),
        ):
            whole.addWidget(hairline())
            whole.addLayout(self._section(name, rows))
        whole.addWidget(hairline())
        whole.addWidget(self.keywords)
        whole.addWidget(hairline())
        whole.addWidget(self.text)
        whole.addWidget(self.lineage)
        whole.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(PanelScroll(body))

    def _section(self, name: str, rows: ValueRows) -> QVBoxLayout:
        title = QHBoxLayout()
        title.setSpacing(0)
        title.addWidget(heading(name), 1)
        for made in self._file_buttons if rows is self.file else ():
            title.addWidget(made)
        if rows is self.rights:
            title.addWidget(self.rights_button)
        section = QVBoxLayout()
        section.setSpacing(UNIT // 2)
        section.addLayout(title)
        section.addWidget(rows)
        if rows is self.rights:
            section.addWidget(self.signed)
        return section

    def _show_asset(self, asset: Asset) -> None:
        self._preview.show_picture(self._pictures.of_asset(asset))
        self.name.show_value(asset.filename)
        facts = file_facts(asset, self._pictures.moment(asset))
        self.file.show_values(facts)
        told = (facts[row] for row in ("format", "dimensions", "size") if row in facts)
        self._hint.setText(listed(told))
        self._show_state(_state_of(asset))

    def _show_several(self, assets: Sequence[Asset]) -> None:
        self._preview.show_picture(self._pictures.of_asset(assets[0]))
        self.name.show_value(ngettext("{count} selected", "{count} selected", len(assets)))
        self._hint.setText(tr("Tags, rating and note are set for all of them"))
        self._show_state("")

    def _show_nothing(self) -> None:
        self._preview.show_picture(None)
        self.name.show_value(tr("Nothing selected"))
        self._hint.setText(tr("Select a picture to see its details."))
        self._show_state("")

    def _show_state(self, words: str) -> None:
        self._state.setText(words)
        self._state_box.setVisible(bool(words))

    def _forget(self) -> None:
        """Nothing of the pictures before may stand beside those that are selected now."""
        for rows in (self.file, self.camera, self.rights):
            rows.show_values({})
        self.signed.hide()
        self.swatches.show_palette(())
        self.keywords.know_tags(())
        self.keywords.show_keywords(())
        self.text.show_lines(())
        self.lineage.clear()

    def _enable(self) -> None:
        assets = self._assets
        is_one = len(assets) == 1
        self._nothing.setVisible(not assets)
        self._entries.setEnabled(bool(assets))
        self.rights_button.setEnabled(bool(assets) and not self._is_read_only)
        for made in self._file_buttons:
            made.setEnabled(is_one)
        self.similar_button.setEnabled(
            is_one and (not assets[0].is_missing or bool(assets[0].content_hash))
        )
        self.reference_button.setEnabled(any(map(_can_be_reference, assets[:100])))

    def _search(self, row: str, value: str) -> None:
        if row == "folder":
            value = self._assets[0].folder  # as it is, and not as it can be shown
        self.narrowing_wanted.emit(replace(EVERYTHING, **{row: value}))

    def _date_offers(self, row: str) -> list[tuple[str, Callable[[], object]]]:
        """Of one picture: all of the same day, and of the same month."""
        if len(self._assets) != 1:
            return []
        field, stamp = _DATES[row]
        wanted = [same_day(field, stamp(self._assets[0]), is_month=m) for m in (False, True)]
        words = (tr("Show all of this day"), tr("Show all of this month"))
        return [
            (said, partial(self.narrowing_wanted.emit, each))
            for said, each in zip(words, wanted, strict=True)
            if each is not None
        ]

    def _similar(self) -> None:
        self.search_similar_requested.emit(self._assets[0])

    def _reference(self) -> None:
        self.reference_wanted.emit([asset for asset in self._assets if _can_be_reference(asset)])


def _can_be_reference(asset: Asset) -> bool:
    is_away = asset.is_missing or asset.is_offline
    return not (asset.duration_ms or is_away or asset.failure)


def _state_of(asset: Asset) -> str:
    """What is wrong with it, in words; empty for nothing."""
    if asset.is_missing:
        return tr("The file is no longer there. What Plantain knows of it is kept.")
    if asset.is_elsewhere:
        return tr("In a teammate's folder, not in yours.")
    if asset.is_offline:
        return tr("Its drive or folder is not connected now; nothing is lost.")
    if asset.failure:
        return tr("Could not be read: {reason}", reason=tr(asset.failure))
    return ""
