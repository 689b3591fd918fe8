"""One field for each kind of slot of a template."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QColorDialog, QComboBox, QHBoxLayout, QLineEdit, QToolButton, QWidget

from desktop.core.asset import Asset, displayable
from desktop.core.generation_record import CHOSEN, Reference
from desktop.core.text import tr
from desktop.generation.template import (
    BETWEEN,
    Language,
    Slot,
    colour_code,
    wildcard_values,
)
from desktop.qt.images.cache import PixmapCache
from desktop.qt.images.pictures import Pictures
from desktop.qt.theme import CONTROL_HEIGHT, RADIUS, UNIT, Theme
from desktop.qt.widgets.buttons import button, icon_button
from desktop.qt.widgets.dragging import DropFrame, dropped_assets, dropped_files
from desktop.qt.widgets.labels import ElidedLabel
from desktop.qt.widgets.picture_label import PictureLabel
from desktop.qt.widgets.styling import set_property


class SlotField(QWidget):
    """What a person enters for one slot.

    Args:
        language: of what the slot starts with.
    """

    changed = Signal()

    def __init__(self, slot: Slot, language: Language) -> None:
        super().__init__()
        self.slot = slot
        self.language: Language = language
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(UNIT // 2)

    @property
    def title(self) -> str:
        return self.slot.title.said(self.language) or self.slot.name

    def value(self) -> str:
        """As ``generation.template.filled`` takes it; empty for what the slot starts with."""
        raise NotImplementedError

    def recorded(self) -> str:
        """As a draft keeps it; of a picture its file's name, as the reference beside it."""
        return self.value()

    def take(self, recorded: str) -> None:
        """What a draft or a record holds."""
        raise NotImplementedError


class TextField(SlotField):
    """A line of words; grey in it stands what the slot starts with."""

    def __init__(self, slot: Slot, language: Language) -> None:
        super().__init__(slot, language)
        self.line = QLineEdit()
        self.line.setAccessibleName(self.title)
        self.line.setPlaceholderText(slot.default.said(language))
        self.line.setToolTip(self.line.placeholderText())
        self.line.textChanged.connect(self.changed)
        self.setFocusProxy(self.line)
        self._row.addWidget(self.line)

    def value(self) -> str:
        return self.line.text().strip()

    def take(self, recorded: str) -> None:
        self.line.setText("" if recorded == self.line.placeholderText() else recorded)


class WildcardField(TextField):
    """Several values, of which each variant gets the next one."""

    def __init__(self, slot: Slot, language: Language) -> None:
        super().__init__(slot, language)
        between = f" {BETWEEN} "
        self.line.setPlaceholderText(between.join(wildcard_values(slot, "", language)))
        told = tr("One value for each variant, with {mark} between them.", mark=BETWEEN)
        self.line.setToolTip(f"{told}\n{self.line.placeholderText()}")


class ChoiceField(SlotField):
    """A list of options."""

    def __init__(self, slot: Slot, language: Language) -> None:
        super().__init__(slot, language)
        self.combo = QComboBox()
        self.combo.setAccessibleName(self.title)
        self.combo.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.combo.addItems([option.said(language) for option in slot.options])
        self.combo.currentIndexChanged.connect(self.changed)
        self.setFocusProxy(self.combo)
        self._row.addWidget(self.combo)

    def value(self) -> str:
        return self.combo.currentText()

    def take(self, recorded: str) -> None:
        for at, option in enumerate(self.slot.options):
            if recorded.casefold() in (option.en.casefold(), option.zh.casefold()):
                self.combo.setCurrentIndex(at)


class ColourField(SlotField):
    """A swatch, and beside it the colour's name or code."""

    def __init__(self, slot: Slot, language: Language, theme: Theme) -> None:
        super().__init__(slot, language)
        self.line = QLineEdit()
        self.line.setAccessibleName(self.title)
        self.line.setPlaceholderText(slot.colour.upper())
        self.line.setToolTip(tr("A colour's name, or #RRGGBB"))
        self.line.textChanged.connect(self._on_text)
        self.swatch = ColourSwatch(theme, self._choose)
        self.swatch.setAccessibleName(tr("Choose {title}", title=self.title))
        self.swatch.show_colour(slot.colour)
        self.setFocusProxy(self.line)
        self._row.addWidget(self.swatch)
        self._row.addWidget(self.line, 1)

    def value(self) -> str:
        """Empty, too, while what is typed is no colour yet."""
        return self.line.text().strip() if colour_code(self.line.text()) else ""

    def take(self, recorded: str) -> None:
        code = colour_code(recorded) or ""
        self.line.setText("" if code == self.slot.colour.upper() else recorded if code else "")

    def _on_text(self, text: str) -> None:
        code = colour_code(text)
        set_property(self.line, "refused", bool(text.strip()) and code is None)
        self.swatch.show_colour(code or self.slot.colour)
        self.changed.emit()

    def _choose(self) -> None:
        chosen = QColorDialog.getColor(QColor(self.swatch.colour), self, self.title)
        if chosen.isValid():
            self.line.setText(chosen.name().upper())


class ColourSwatch(QToolButton):
    """A button that shows a colour."""

    def __init__(self, theme: Theme, clicked: Callable[[], object]) -> None:
        super().__init__()
        self._theme = theme
        self.colour = ""
        self.setFixedSize(QSize(CONTROL_HEIGHT, CONTROL_HEIGHT))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(lambda: clicked())

    def show_colour(self, colour: str) -> None:
        self.colour = colour
        self.setToolTip(colour)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.color("ring" if self.hasFocus() else "line"), 1))
        painter.setBrush(QColor(self.colour) if self.colour else Qt.BrushStyle.NoBrush)
        inside = self.rect().adjusted(1, 1, -2, -2)
        painter.drawRoundedRect(inside, RADIUS, RADIUS)
        painter.end()


class AssetField(SlotField):
    """A picture, dropped here or taken from the selection in the grid; none: words stand for it."""

    selection_wanted = Signal()

    def __init__(
        self,
        slot: Slot,
        language: Language,
        theme: Theme,
        pictures: Pictures,
        cache: PixmapCache,
    ) -> None:
        super().__init__(slot, language)
        self._pictures = pictures
        self._reference: Reference | None = None
        self._words = slot.default.said(language)
        self._picture = PictureLabel(theme, cache, side=CONTROL_HEIGHT)
        self._name = ElidedLabel()
        self.choose_button = button(tr("Take selected"), self.selection_wanted.emit)
        self.choose_button.setToolTip(
            tr("Use the picture that is selected in the grid; or drag one here")
        )
        self.choose_button.setAccessibleName(tr("Take selected: {title}", title=self.title))
        self.clear_button = icon_button(
            theme, "x", tr("Without this picture"), lambda: self.show_reference(None)
        )
        frame = _AssetDrop(self)
        inner = QHBoxLayout(frame)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(UNIT // 2)
        for part in (self._picture, self._name, self.choose_button, self.clear_button):
            inner.addWidget(part, 1 if part is self._name else 0)
        self._row.addWidget(frame)
        self.setFocusProxy(self.choose_button)
        self._refresh()

    @property
    def reference(self) -> Reference | None:
        """What goes along."""
        return self._reference

    def value(self) -> str:
        return "" if self._reference is None else str(self._reference.path)

    def recorded(self) -> str:
        return "" if self._reference is None else displayable(self._reference.path.name)

    def take(self, recorded: str) -> None:
        """A name alone finds no file; the form hands the reference over."""

    def show_reference(self, reference: Reference | None) -> None:
        """Use this picture; None: none."""
        if reference != self._reference:
            self._reference = reference
            self._refresh()
            self.changed.emit()

    def use(self, asset: Asset) -> None:
        """A person chose it from the library."""
        self.show_reference(self._named(Reference(asset.path, asset.id)))

    def use_file(self, path: Path) -> None:
        """A person dropped it from a folder."""
        self.show_reference(self._named(Reference(path)))

    def drop(self, mime: QMimeData) -> bool:
        """True where it held a picture."""
        found = [self._pictures.asset(asset_id) for asset_id in dropped_assets(mime)]
        assets = [asset for asset in found if asset is not None and not asset.duration_ms]
        files = [path for path in dropped_files(mime) if path.is_file()]
        if assets:
            self.use(assets[0])
        elif files and not found:
            self.use_file(files[0])
        return bool(assets or (files and not found))

    def _named(self, reference: Reference) -> Reference:
        return Reference(
            reference.path,
            reference.asset_id,
            reason=CHOSEN,
            role=self.slot.role,
            label=self.title,
        )

    def _refresh(self) -> None:
        has_one = self._reference is not None
        self._picture.setVisible(has_one)
        self.clear_button.setVisible(has_one)
        self.choose_button.setVisible(not has_one)
        self.setFocusProxy(self.clear_button if has_one else self.choose_button)
        if self._reference is not None:
            self._picture.show_picture(self._pictures.of_reference(self._reference))
        name = displayable(self._reference.path.name) if self._reference else self._words
        self._name.setText(name)
        self._name.setToolTip(name)
        set_property(self._name, "tone", "" if has_one else "faint")


class _AssetDrop(DropFrame):
    def __init__(self, field: AssetField) -> None:
        super().__init__()
        self._field = field

    def can_take(self, mime: QMimeData) -> bool:
        return bool(dropped_assets(mime) or dropped_files(mime))

    def drop_words(self) -> str:
        return self._field.title

    def take(self, mime: QMimeData) -> bool:
        return self._field.drop(mime)
