"""The line below the preview: stars and tags of the picture, and the colour under the pointer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from desktop.core.annotations import Consensus, Flag, name_key
from desktop.core.text import ngettext, tr
from desktop.qt.preview.levels import Picked
from desktop.qt.theme import CONTROL_HEIGHT, UNIT, Theme
from desktop.qt.widgets.buttons import icon_button
from desktop.qt.widgets.chips import chip, show_colour, tag_icons
from desktop.qt.widgets.labels import label
from desktop.qt.widgets.name_field import NameField
from desktop.qt.widgets.stars import Stars, show_heart

_MOST_WIDE = 16 * UNIT
_FIELD_WIDTH = 15 * UNIT
_GAP = UNIT // 2


class AnnotationBar(QWidget):
    """Shows and changes what was said about the picture that is looked at."""

    rated = Signal(int)
    favoured = Signal()
    """It is a favourite now, or no longer."""
    tags_added = Signal(object)
    """list[str]."""
    tag_removed = Signal(str)
    left = Signal()
    """The keyboard goes back to the picture."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(CONTROL_HEIGHT + 2 * UNIT)
        self.stars = Stars(theme)
        self.stars.chosen.connect(self.rated)
        self._theme = theme
        self.heart = icon_button(theme, "heart", tr("Favourite (H)"), self.favoured.emit)
        self.heart.setCheckable(True)
        self.tag_field = NameField(tr("Add tags"))
        self.tag_field.setAccessibleName(tr("Add tags"))
        self.tag_field.setToolTip(tr("Add tags, separated by semicolons (T)"))
        self.tag_field.setMinimumWidth(_FIELD_WIDTH // 2)
        self.tag_field.setMaximumWidth(_FIELD_WIDTH)
        self.tag_field.entered.connect(self.tags_added)
        self.tag_field.installEventFilter(self)
        self.tags = TagLine(theme)
        self.tags.removed.connect(self.tag_removed)
        self.swatch = QLabel()
        self.swatch.setFixedSize(2 * UNIT, 2 * UNIT)
        self.color_text = label(tone="soft")
        row = QHBoxLayout(self)
        row.setContentsMargins(UNIT, 0, 2 * UNIT, 0)
        row.setSpacing(UNIT)
        row.addWidget(self.stars)
        row.addWidget(self.heart)
        row.addWidget(self.tag_field)
        row.addWidget(self.tags, 1)
        row.addWidget(self.swatch)
        row.addWidget(self.color_text)
        self.show_color(None)

    def show_said(self, said: Consensus) -> None:
        """What was said about it."""
        self.stars.show_rating(said.rating)
        show_heart(self.heart, self._theme, Flag.FAVOURITE in said.flags)
        self.tags.show_names(list(said.tags))

    def show_for(self, *, is_one: bool, is_read_only: bool) -> None:
        """Side by side each picture has its own stars and heart, and the tags are those of the one
        in turn; what is read-only is only shown."""
        self.stars.setVisible(is_one)
        self.stars.setEnabled(not is_read_only)
        self.heart.setVisible(is_one and not is_read_only)
        self.tags.can_remove = not is_read_only
        self.tag_field.setVisible(not is_read_only)

    def show_whose(self, name: str) -> None:
        """Whose tags these are; empty where there is one picture alone."""
        words = tr("Add tags to {name}", name=name) if name else tr("Add tags")
        self.tag_field.setAccessibleName(words)
        self.tag_field.setPlaceholderText(words)
        self.tag_field.setMaximumWidth(2 * _FIELD_WIDTH if name else _FIELD_WIDTH)

    def know(self, tags: Sequence[str]) -> None:
        """The tags that there are, for completing what is typed."""
        self.tag_field.names.setStringList(list(tags))

    def show_colours(self, colours: Mapping[str, str]) -> None:
        """Key of a tag -> token of its colour."""
        self.tags.show_colours(colours)
        self.tag_field.show_icons(tag_icons(self._theme, colours))

    def show_color(self, picked: Picked | None) -> None:
        """What is under the pointer."""
        self.swatch.setVisible(picked is not None)
        if picked is None:
            self.color_text.setText("")
            return
        told = picked.text if not picked.own else f"{picked.text}  ·  {picked.own}"
        self.color_text.setText(told)
        copies = tr("The colour under the pointer, in sRGB. C copies it.")
        if picked.own:
            copies = "\n".join(
                (
                    copies,
                    tr(
                        "Behind it as the file has it, in {space}. Shift+C copies that.",
                        space=picked.space,
                    ),
                )
            )
        self.color_text.setToolTip(copies)
        self.swatch.setStyleSheet(f"background-color: {picked.text}; border-radius: 3px;")

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        is_escape = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if watched is self.tag_field and is_escape:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self.tag_field.forget()
                self.left.emit()
                return True
        return False


class TagLine(QWidget):
    """The tags of a picture in one line; those without room behind a number."""

    removed = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.can_remove = True
        self._chips: list[QWidget] = []
        self._colours: Mapping[str, str] = {}
        self._shown: tuple[list[str], bool] = ([], True)
        self.more = label(tone="faint")
        self.more.setParent(self)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    @property
    def names(self) -> list[str]:
        return self._shown[0]

    def show_names(self, names: list[str]) -> None:
        """These tags, in this order."""
        if (names, self.can_remove) != self._shown:
            self._shown = names, self.can_remove
            self._show()

    def show_colours(self, colours: Mapping[str, str]) -> None:
        """Key of a tag -> token of its colour."""
        if self._colours != colours:
            self._colours = colours
            self._show()

    def _show(self) -> None:
        for old in self._chips:
            old.hide()
            old.deleteLater()
        self._chips = [self._chip(name) for name in self.names]
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()

    def sizeHint(self) -> QSize:
        return QSize(0, CONTROL_HEIGHT)

    def _place(self) -> None:
        left, hidden = 0, list[str]()
        room = self.width() - 5 * UNIT
        for name, shown in zip(self.names, self._chips, strict=True):
            width = shown.sizeHint().width()
            fits = not hidden and left + width <= room
            shown.setVisible(fits)
            if fits:
                height = shown.height()
                shown.setGeometry(left, (self.height() - height) // 2, width, height)
                left += width + _GAP
            else:
                hidden.append(name)
        self.more.setVisible(bool(hidden) and self.width() >= 4 * UNIT)
        count = len(hidden)
        self.more.setText(f"+{count}")
        self.more.setToolTip("\n".join(hidden))
        self.more.setAccessibleName(ngettext("{count} more tag", "{count} more tags", count))
        self.more.adjustSize()
        self.more.move(left + _GAP, (self.height() - self.more.height()) // 2)

    def _chip(self, name: str) -> QWidget:
        words = tr("Remove the tag {name}", name=name)
        remove = (
            icon_button(self._theme, "x", words, lambda: self.removed.emit(name))
            if self.can_remove
            else None
        )
        made = chip(name, _MOST_WIDE, remove)
        if token := self._colours.get(name_key(name)):
            show_colour(made, self._theme, token)
        made.setParent(self)
        return made
