"""Makes a brand kit, or a new version of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from desktop.core.asset import Asset, displayable
from desktop.core.brand_kit import LOGO, STYLE, BrandKit, KitPicture, checked_kit
from desktop.core.errors import UsageError
from desktop.core.generation_record import Reference
from desktop.core.text import tr
from desktop.generation.template import colour_code
from desktop.qt.create.slot_fields import ColourSwatch
from desktop.qt.images.cache import PixmapCache
from desktop.qt.images.pictures import Pictures
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.buttons import button, icon_button
from desktop.qt.widgets.dragging import DropFrame, dropped_assets, dropped_files
from desktop.qt.widgets.emptying import empty_layout
from desktop.qt.widgets.flow_layout import FlowLayout
from desktop.qt.widgets.labels import heading, label
from desktop.qt.widgets.picture_label import PictureLabel
from desktop.qt.widgets.styling import set_property
from desktop.qt.widgets.worded_dialog import WordedDialog

_WIDTH = 62 * UNIT
_SIDE = 8 * UNIT


class KitDialog(WordedDialog):
    """Everything that a kit holds. What was entered stays until it is kept or given up.

    Args:
        kit: to change; None for a new one.
        selected: the pictures that are selected in the grid.
    """

    saved = Signal(object)
    """BrandKit to keep."""

    def __init__(
        self,
        kit: BrandKit | None,
        selected: Callable[[], Sequence[Asset]],
        theme: Theme,
        pictures: Pictures,
        cache: PixmapCache,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Edit the brand kit") if kit else tr("New brand kit"))
        self._theme = theme
        kit = kit or BrandKit("")
        self._is_known = bool(kit.name)
        self.palette_codes = [*kit.palette]
        self.name = QLineEdit(kit.name)
        self.name.setAccessibleName(tr("Name of the brand"))
        self.name.setPlaceholderText(tr("Name of the brand"))
        self.name.setReadOnly(self._is_known)
        self.name.textChanged.connect(self._check)
        self._swatches = QWidget()
        self._flow = FlowLayout(self._swatches, UNIT // 2)
        self.colour = QLineEdit()
        self.colour.setAccessibleName(tr("Colour to add"))
        self.colour.setPlaceholderText(tr("A name, or #RRGGBB"))
        self.colour.returnPressed.connect(self.add_colour)
        self.colour.textChanged.connect(lambda: set_property(self.colour, "refused", False))
        add = icon_button(theme, "plus", tr("Add this colour"), self.add_colour)
        self.logos = _PictureStrip(LOGO, selected, theme, pictures, cache)
        self.styles = _PictureStrip(STYLE, selected, theme, pictures, cache)
        for strip in (self.logos, self.styles):
            strip.show_all([each for each in kit.pictures if each.role == strip.role])
            strip.changed.connect(self._check)
        self.style_text = _text(kit.style_text, tr("How pictures of the brand look"))
        self.style_text.setPlaceholderText(tr("Calm, matte, wide; daylight from the side…"))
        self.do_nots = _text("\n".join(kit.do_nots), tr("Never shown, one a line"))
        self.do_nots.setPlaceholderText(tr("Plastic\nSmiling models"))
        for field in (self.style_text, self.do_nots):
            field.textChanged.connect(self._check)
        self.problem = label(tone="danger", wraps=True)
        self.buttons = QDialogButtonBox()
        self.buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        self.save_button = self.buttons.addButton(
            tr("Save"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self.save_button.setProperty("next", True)
        self.buttons.accepted.connect(lambda: self.saved.emit(self.kit()))
        self.buttons.rejected.connect(self.reject)

        colours = QHBoxLayout()
        colours.setSpacing(UNIT // 2)
        colours.addWidget(self.colour, 1)
        colours.addWidget(add)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * UNIT, 2 * UNIT, 2 * UNIT, 2 * UNIT)
        column.setSpacing(UNIT)
        column.addWidget(self.name)
        column.addWidget(heading(tr("Palette")))
        column.addWidget(self._swatches)
        column.addLayout(colours)
        column.addWidget(heading(tr("Logos")))
        column.addWidget(self.logos)
        column.addWidget(heading(tr("Style references")))
        column.addWidget(self.styles)
        column.addWidget(heading(tr("Style")))
        column.addWidget(self.style_text)
        column.addWidget(heading(tr("Never shown, one a line")))
        column.addWidget(self.do_nots)
        column.addWidget(self.problem)
        column.addWidget(self.buttons)
        self.setMinimumWidth(_WIDTH)
        self._show_palette()
        (self.style_text if self._is_known else self.name).setFocus()

    def kit(self) -> BrandKit:
        """As it is entered."""
        return BrandKit(
            self.name.text(),
            tuple(self.palette_codes),
            (*self.logos.pictures, *self.styles.pictures),
            self.style_text.toPlainText(),
            tuple(self.do_nots.toPlainText().splitlines()),
        )

    def add_colour(self) -> None:
        """The one that is typed."""
        code = colour_code(self.colour.text())
        set_property(self.colour, "refused", code is None)
        if code is not None:
            self.colour.clear()
            self.palette_codes = [*dict.fromkeys((*self.palette_codes, code))]
            self._show_palette()

    def show_problem(self, sentence: str) -> None:
        """It could not be kept; what was entered stays."""
        self.problem.setText(sentence)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)  # Return adds a colour; a dialog would save with it

    def _show_palette(self) -> None:
        empty_layout(self._flow)
        for code in self.palette_codes:
            swatch = ColourSwatch(self._theme, lambda code=code: self._drop_colour(code))
            swatch.show_colour(code)
            swatch.setToolTip(tr("{colour}: click to remove it", colour=code))
            swatch.setAccessibleName(swatch.toolTip())
            self._flow.addWidget(swatch)
        self._swatches.setVisible(bool(self.palette_codes))
        self._check()

    def _drop_colour(self, code: str) -> None:
        self.palette_codes.remove(code)
        self._show_palette()

    def _check(self) -> None:
        problem = ""
        try:
            checked_kit(self.kit())
        except UsageError as error:
            problem = error.message
        self.save_button.setEnabled(not problem)
        self.problem.setText(problem if self.name.text().strip() else "")


class _PictureStrip(DropFrame):
    """Pictures of one role side by side; more are dropped here or taken from the selection."""

    changed = Signal()

    def __init__(
        self,
        role: str,
        selected: Callable[[], Sequence[Asset]],
        theme: Theme,
        pictures: Pictures,
        cache: PixmapCache,
    ) -> None:
        super().__init__()
        self.role = role
        self._selected = selected
        self._theme, self._pictures, self._cache = theme, pictures, cache
        self.pictures: list[KitPicture] = []
        self.take_button = button(tr("Take selected"), self._take_selected)
        self.take_button.setToolTip(tr("Use what is selected in the grid; or drag pictures here"))
        self._row = QHBoxLayout()
        self._row.setSpacing(UNIT // 2)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addLayout(self._row)
        outer.addStretch(1)
        outer.addWidget(self.take_button)

    def show_all(self, pictures: Sequence[KitPicture]) -> None:
        """Exactly these."""
        self.pictures = [*dict.fromkeys(pictures)]
        empty_layout(self._row)
        for at, picture in enumerate(self.pictures):
            name = displayable(picture.path.name)
            shown = PictureLabel(self._theme, self._cache, side=_SIDE)
            shown.setToolTip(name)
            shown.show_picture(
                self._pictures.of_reference(Reference(picture.path, picture.asset_id))
            )
            drop = icon_button(
                self._theme, "x", tr("Remove {file}", file=name), lambda at=at: self._remove(at)
            )
            self._row.addWidget(shown)
            self._row.addWidget(drop)
        self.changed.emit()

    def can_take(self, mime: QMimeData) -> bool:
        return bool(dropped_assets(mime) or dropped_files(mime))

    def drop_words(self) -> str:
        return tr("Add to the kit")

    def take(self, mime: QMimeData) -> bool:
        found = [self._pictures.asset(asset_id) for asset_id in dropped_assets(mime)]
        assets = [asset for asset in found if asset is not None]
        files = [] if assets else [path for path in dropped_files(mime) if path.is_file()]
        self._add(assets, files)
        return bool(assets or files)

    def _take_selected(self) -> None:
        self._add(self._selected(), ())

    def _add(self, assets: Sequence[Asset], files: Sequence[Path]) -> None:
        role = "logo" if self.role == LOGO else "style"
        more = [KitPicture(a.path, role, a.id) for a in assets if not a.duration_ms]
        more += [KitPicture(path, role) for path in files]
        self.show_all([*self.pictures, *more])

    def _remove(self, at: int) -> None:
        self.show_all([each for place, each in enumerate(self.pictures) if place != at])


def _text(text: str, name: str) -> QPlainTextEdit:
    made = QPlainTextEdit(text)
    made.setAccessibleName(name)
    made.setTabChangesFocus(True)
    made.setFixedHeight(8 * UNIT)
    return made
