"""All pictures that one click on Create has made, small, each to be looked at large."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.core.asset import displayable
from desktop.core.text import listed, ngettext, tr
from desktop.qt.images.cache import PixmapCache
from desktop.qt.images.pictures import Pictures
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.emptying import empty_layout
from desktop.qt.widgets.flow_layout import FlowLayout
from desktop.qt.widgets.labels import label
from desktop.qt.widgets.picture_button import PictureButton
from desktop.services.reports import GeneratedPicture

_SIDE = 6 * UNIT


class ResultStrip(QWidget):
    """The variants, each behind its drafts; nothing where there is one picture alone."""

    chosen = Signal(object)
    """GeneratedPicture: another variant is to be looked at."""
    draft_chosen = Signal(int)
    """Id of the asset."""

    def __init__(self, theme: Theme, pictures: Pictures, cache: PixmapCache) -> None:
        super().__init__()
        self._theme, self._pictures, self._cache = theme, pictures, cache
        self.variants: dict[int, PictureButton] = {}
        """By the id of the picture."""
        self.drafts: dict[int, PictureButton] = {}
        self._said = label(tone="faint", scale="small", wraps=True)
        room = QWidget()
        self._flow = FlowLayout(room, UNIT)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(UNIT)
        column.addWidget(self._said)
        column.addWidget(room)
        self.hide()

    def show_results(self, results: Sequence[GeneratedPicture]) -> None:
        """In the order in which they were made."""
        empty_layout(self._flow)
        self.variants, self.drafts = {}, {}
        for result in results:
            for asset in result.assets:
                name = displayable(asset.path.name)
                made = PictureButton(self._theme, self._cache, name, side=_SIDE)
                found = self._pictures.of_asset(asset) or self._pictures.of_file(asset.path)
                made.picture.show_picture(found)
                if asset.id == result.asset.id:
                    made.setCheckable(True)
                    made.clicked.connect(partial(self._choose, result))
                    self.variants[asset.id] = made
                else:
                    made.clicked.connect(partial(self._choose_draft, asset.id))
                    self.drafts[asset.id] = made
                self._flow.addWidget(made)
        others, drafts = len(self.variants) - 1, len(self.drafts)
        told = [
            ngettext("{count} draft", "{count} drafts", drafts) if drafts else "",
            ngettext("{count} other variant", "{count} other variants", others) if others else "",
        ]
        said = listed(part for part in told if part)
        self._said.setText(tr("Also kept: {others}.", others=said))
        self.setVisible(bool(said))

    def mark(self, shown: GeneratedPicture) -> None:
        """This one is shown large."""
        for asset_id, made in self.variants.items():
            made.setChecked(asset_id == shown.asset.id)

    def said(self) -> str:
        """What is told of them; empty when there are none."""
        return "" if self.isHidden() else self._said.text()

    def _choose(self, result: GeneratedPicture) -> None:
        self.chosen.emit(result)

    def _choose_draft(self, asset_id: int) -> None:
        self.draft_chosen.emit(asset_id)
