"""The picture that came back, with what was said along with it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.qt.models.pictures import Pictures
from desktop.qt.models.pixmap_cache import PixmapCache
from desktop.qt.theme import UNIT, Theme
from desktop.qt.views.picture_label import PictureLabel
from desktop.qt.views.words import ElidedLabel, button, label
from desktop.services.reports import GeneratedPicture


class ResultCard(QFrame):
    """Shows one generated picture."""

    show_requested = Signal(int)
    """Show this asset in the library."""
    reference_wanted = Signal(object)
    """list[Asset]: go on from this picture."""

    def __init__(
        self, theme: Theme, pictures: Pictures, cache: PixmapCache, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._pictures = pictures
        self.result: GeneratedPicture | None = None
        self._picture = PictureLabel(theme, cache, ratio=0.8)
        self._name = ElidedLabel()
        self._name.setProperty("weight", "strong")
        self._made = label(tone="faint", scale="small", wraps=True)
        self._text = label(tone="soft", wraps=True, selectable=True)
        self.show_button = button("Show in library", self._show)
        self.again_button = button("Use as reference", self._reference)
        row = QHBoxLayout()
        row.setSpacing(UNIT)
        row.addWidget(self.show_button, 1)
        row.addWidget(self.again_button, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(UNIT, UNIT, UNIT, UNIT)
        column.setSpacing(UNIT)
        column.addWidget(self._picture)
        column.addWidget(self._name)
        column.addWidget(self._made)
        column.addWidget(self._text)
        column.addLayout(row)

    def show_result(self, result: GeneratedPicture) -> None:
        """A picture came home."""
        self.result = result
        self._picture.show_picture(
            self._pictures.of_asset(result.asset) or self._pictures.of_file(result.asset.path)
        )
        self._name.setText(result.asset.filename)
        made = f"Made by {result.generator}"
        if result.model and result.model.casefold() not in result.generator.casefold():
            made += f" · {result.model}"
        if not result.is_searchable:
            made += " · not yet searchable by meaning"
        self._made.setText(made)
        self._text.setText(result.text)
        self._text.setVisible(bool(result.text))

    def text(self) -> str:
        """What the generator said."""
        return self._text.text()

    def _show(self) -> None:
        if self.result is not None:
            self.show_requested.emit(self.result.asset.id)

    def _reference(self) -> None:
        if self.result is not None:
            self.reference_wanted.emit([self.result.asset])
