"""The preview: one picture as large as the window has room for, or up to four side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QCursor, QGuiApplication, QImage, QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QToolButton, QVBoxLayout, QWidget

from desktop.core.annotations import MAX_RATING
from desktop.core.asset import Asset
from desktop.core.picture_text import TextLine
from desktop.core.query import Crop
from desktop.core.text import tr
from desktop.qt.preview import keys
from desktop.qt.preview.annotation_bar import AnnotationBar
from desktop.qt.preview.cell import PictureCell
from desktop.qt.preview.grounds import Ground
from desktop.qt.preview.levels import Levels, Picked
from desktop.qt.preview.part_bar import PartBar
from desktop.qt.preview.picture_view import PictureView
from desktop.qt.preview.play_bar import PlayBar
from desktop.qt.preview.strip import Strip
from desktop.qt.preview.title_bar import TitleBar
from desktop.qt.preview.zoom import FITTED, Zoom
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.labels import label

MOST_COMPARED = 4
_KEY_STEP = 1.25
_PAN_STEP = 12 * UNIT
_DIVIDER_STEP = 0.05
"""Of the width, by which a key moves the line between two that are one over the other."""
_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
_PANS = {Qt.Key.Key_Up: _PAN_STEP, Qt.Key.Key_Down: -_PAN_STEP}
"""Of a picture that is larger than its place; of others they mean the next or the one before."""


class PreviewPanel(QFrame):
    """Stands where the grid stands; knows no library."""

    closed = Signal()
    stepped = Signal(int)
    """To the next picture (1), or the one before (-1)."""
    page_stepped = Signal(int)
    """To the next page or scene of what is looked at (1), or the one before (-1)."""
    rated = Signal(int, int)
    """Which of the pictures, and its stars."""
    turned = Signal()
    """Another of the pictures side by side is the one in turn."""
    full_screen_wanted = Signal(bool)
    part_search_wanted = Signal(object)
    """Crop of what is looked at."""
    part_copy_wanted = Signal(object)
    """The same."""
    reference_wanted = Signal(object)
    """Crop of what is looked at, or None for all of the frame that is seen."""
    text_wanted = Signal()
    """What is written in the picture is to be marked."""
    source_wanted = Signal()
    """What is looked at is to be compared with the picture that it was made from."""
    more_wanted = Signal()
    """By another zoom or size, more pixels than before may be needed."""

    def __init__(
        self, theme: Theme, parent: QWidget | None = None, *, is_read_only: bool = False
    ) -> None:
        super().__init__(parent)
        self.setObjectName("ground")
        # The keyboard is the panel's, whichever of its pictures is clicked.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Preview"))
        self._theme = theme
        self._is_read_only = is_read_only
        self._cells: list[PictureCell] = []
        self._in_turn = 0
        self._pointer_rests_at: QPoint | None = None
        self._are_decisions = False
        self._picked: Picked | None = None
        self._part: Crop | None = None
        self.title = TitleBar(theme)
        self.strip = Strip(theme, tr("Pages and scenes"))
        self.playback = PlayBar(theme)
        self.said = AnnotationBar(theme)
        self.message = label(wraps=True)
        self.message.setObjectName("keys")
        self.message.setParent(self)
        self.message.hide()
        self.part_bar = PartBar(theme, self)
        self.part_bar.search_chosen.connect(lambda: self.part_search_wanted.emit(self._part))
        self.part_bar.copy_chosen.connect(lambda: self.part_copy_wanted.emit(self._part))
        self.part_bar.reference_chosen.connect(lambda: self.reference_wanted.emit(self._part))
        self.playback.reference_chosen.connect(lambda: self.reference_wanted.emit(None))
        self.part_bar.left.connect(self.leave_part)
        self._views = QGridLayout()
        self._views.setContentsMargins(0, 0, 0, 0)
        self._views.setSpacing(UNIT // 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.title)
        column.addLayout(self._views, 1)
        column.addWidget(self.strip)
        column.addWidget(self.playback)
        column.addWidget(self.said)
        self.title.closed.connect(self.closed)
        self.title.stepped.connect(self.stepped)
        self.title.scale_chosen.connect(self._show_scale)
        self.title.ground_chosen.connect(self._set_ground)
        self.title.grey_chosen.connect(self._set_grey)
        self.title.selecting_chosen.connect(self._set_selecting)
        self.title.text_chosen.connect(self._set_text)
        self.title.link_chosen.connect(lambda is_on: is_on and self._zoom_all(self._first().zoom))
        self.title.over_chosen.connect(self._set_over)
        self.title.full_screen_chosen.connect(self.full_screen_wanted)
        self.said.rated.connect(lambda stars: self.rated.emit(0, stars))
        self.said.left.connect(self.setFocus)
        self._doings = self._make_doings()

    # ------------------------------------------------------------------ what is shown

    @property
    def views(self) -> list[PictureView]:
        return [cell.view for cell in self._cells]

    @property
    def in_turn(self) -> int:
        """Which of the pictures keys decide about."""
        return self._in_turn

    def show_assets(self, assets: Sequence[Asset], stand_ins: Sequence[Levels | None]) -> None:
        """These pictures are on their way; show what there is of them.

        Args:
            assets: one to look at, or several to compare.
        """
        if len(assets) != len(self._cells):
            self._make_cells(len(assets))
        is_alone = len(assets) == 1
        for cell, at_hand in zip(self._cells, stand_ins, strict=True):
            cell.view.show_stand_in(at_hand)
        self.leave_part()
        self.title.over_button.setChecked(False)
        self.title.link_button.setChecked(True)
        if is_alone:
            self.title.show_asset(assets[0])
        else:
            self.title.show_several(len(assets))
        self.said.show_for(is_one=is_alone, is_read_only=self._is_read_only)
        self.show_facts(assets)
        self.say("")
        self._set_zoom(FITTED)
        self._show_color(None)
        self._pointer_rests_at = QCursor.pos()
        self._set_in_turn(0)

    def show_facts(self, assets: Sequence[Asset]) -> None:
        """What is told of the same pictures, which may have changed."""
        is_alone = len(assets) == 1
        for cell, asset in zip(self._cells, assets, strict=True):
            cell.show_asset(asset, is_alone=is_alone, is_read_only=self._is_read_only)

    def show_favourites(self, are_favourites: Sequence[bool]) -> None:
        """Which of the pictures are."""
        for cell, is_favourite in zip(self._cells, are_favourites, strict=True):
            cell.show_favourite(is_favourite)

    def show_levels(self, at: int, levels: Levels) -> None:
        """The pixels of one of them."""
        self._cells[at].view.show_levels(levels)
        if at and self._is_over():
            self._cells[0].view.show_beside(levels)
        self._show_percent()
        if self.playback.isVisibleTo(self):
            return
        if levels.is_stored:
            self.say(tr("This is the library's small copy: the file itself is not shown."))
        elif levels.is_preview:
            self.say(tr("This is the small preview inside the file: it holds nothing larger."))

    @property
    def marks_text(self) -> bool:
        """What is written in a picture is to be marked."""
        return len(self._cells) == 1 and self.title.text_button.isChecked()

    def show_text(self, lines: tuple[TextLine, ...] | None) -> None:
        """Mark these lines; None: nobody has looked for any yet."""
        self._first().mark_lines(lines or ())
        if lines is None:
            self.say(tr("Its text was not looked for yet."))
        elif not lines:
            self.say(tr("No text was found in it."))

    def use_single_keys(self, is_on: bool) -> None:
        """Whether a key by itself decides, which is said while it does."""
        self._are_decisions = is_on
        self.say("")

    def say(self, words: str) -> None:
        """A sentence over the picture; empty for none."""
        if not words and self._are_decisions:
            words = tr("K: keep · X: reject · U: neither · 0 to 5: stars · F: favourite")
        self.message.setText(words)
        self.message.setVisible(bool(words))
        self._place_message()

    def leave_full_screen(self) -> bool:
        """False when it was not."""
        was_full = self.title.full_button.isChecked()
        self.title.full_button.setChecked(False)
        return was_full

    def put_over(self) -> None:
        """Two that are side by side: one over the other."""
        self.title.over_button.setChecked(True)

    def part_image(self, part: Crop) -> QImage:
        """A part of what is seen, as far as its pixels are at hand; none where they are not."""
        levels = self._first().levels
        if levels is None:
            return QImage()
        image = levels.images[-1]
        left, top, right, bottom = part.box(image.width(), image.height())
        return image.copy(left, top, right - left, bottom - top)

    def leave_part(self) -> bool:
        """Mark no part any more; False when none was."""
        was_marking = self.title.part_button.isChecked()
        self.title.part_button.setChecked(False)
        return was_marking

    def copy_color(self, *, is_own: bool = False) -> None:
        """The value of the colour under the pointer, as "#1A2B3C".

        Args:
            is_own: as the file has it, where that is another.
        """
        if self._picked is not None:
            text = (self._picked.own if is_own else "") or self._picked.text
            QGuiApplication.clipboard().setText(text)
            self.say(tr("{color} was copied.", color=text))

    # ------------------------------------------------------------------ Qt

    def event(self, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.ShortcutOverride:
            return super().event(event)
        if self._meaning_of(event) is None:
            return False
        event.accept()  # ours, before it is a shortcut of the window
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        meaning = self._meaning_of(event)
        if meaning is None:
            super().keyPressEvent(event)
        else:
            meaning()

    def resizeEvent(self, event: QEvent) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        self._show_percent()
        self._place_message()
        self.more_wanted.emit()

    # ------------------------------------------------------------------ inside

    def _meaning_of(self, event: QKeyEvent) -> Callable[[], object] | None:
        """What a key does here; None for nothing."""
        if self.said.tag_field.hasFocus():
            return None  # Enter comes here too, when the field has answered it
        key = Qt.Key(event.key())
        is_enlarged = any(view.zoom.factor > 1 for view in self.views)
        is_plain = event.modifiers() in _PLAIN
        if is_enlarged and is_plain and key in _PANS:
            return lambda: self._first().pan(QPointF(0, _PANS[key]))
        stars = key - Qt.Key.Key_0
        if is_plain and 0 <= stars <= MAX_RATING:
            return lambda: self._rate(stars)
        meaning = keys.meant_by(event, are_decisions=self._are_decisions)
        return self._doings[meaning] if meaning is not None else None

    def _make_doings(self) -> dict[keys.PreviewKey, Callable[[], object]]:
        title = self.title
        return {
            keys.BACK: self._step_back,
            keys.CLOSE: self.closed.emit,
            keys.NEXT: lambda: self._step(1),
            keys.PREVIOUS: lambda: self._step(-1),
            keys.NEXT_PAGE: lambda: self._step_page(1),
            keys.PREVIOUS_PAGE: lambda: self._step_page(-1),
            keys.LARGER: lambda: self._first().zoom_by(_KEY_STEP),
            keys.SMALLER: lambda: self._first().zoom_by(1 / _KEY_STEP),
            keys.FIT: self._fit_or_pixels,
            keys.GROUND: title.next_ground,
            keys.GREY: title.grey_button.toggle,
            keys.COPY_COLOUR: self.copy_color,
            keys.COPY_OWN_COLOUR: lambda: self.copy_color(is_own=True),
            keys.TAGS: self._enter_tags,
            keys.HEART: lambda: self._favour(self._in_turn),
            keys.PLAY: self._play,
            keys.PART: lambda: self._press(title.part_button),
            keys.TEXT: lambda: self._press(title.text_button),
            keys.LINK: lambda: self._press(title.link_button),
            keys.OVER: lambda: self._press(title.over_button),
            keys.DIVIDE_LEFT: lambda: self._move_divider(-_DIVIDER_STEP),
            keys.DIVIDE_RIGHT: lambda: self._move_divider(_DIVIDER_STEP),
            keys.NEXT_FRAME: lambda: self._step_frame(1),
            keys.PREVIOUS_FRAME: lambda: self._step_frame(-1),
            keys.FULL: title.full_button.toggle,
        }

    def _first(self) -> PictureView:
        """The one in turn."""
        return self.views[self._in_turn]

    def _step(self, by: int) -> None:
        """To another picture; side by side, to the one beside."""
        if len(self._cells) > 1:
            self._pointer_rests_at = QCursor.pos()
            self._set_in_turn((self._in_turn + by) % len(self._cells))
        else:
            self.stepped.emit(by)

    def _step_page(self, by: int) -> None:
        """To another page or scene; where there are none, to another picture."""
        if self.strip.isVisible():
            self.page_stepped.emit(by)
        else:
            self._step(by)

    def _play(self) -> None:
        if self.playback.isVisible():
            self.playback.toggled.emit()

    def _step_frame(self, by: int) -> None:
        if self.playback.isVisible():
            self.playback.stepped.emit(by)

    def _rate(self, stars: int) -> None:
        if not self._is_read_only:
            self.rated.emit(self._in_turn, stars)

    def _favour(self, at: int) -> None:
        """As the heart does of one of the pictures."""
        if not self._is_read_only:
            self._set_in_turn(at)
            self.said.favoured.emit()

    def _enter_tags(self) -> None:
        if self.said.tag_field.isVisible():
            self.said.tag_field.setFocus()

    def _press(self, button: QToolButton) -> None:
        """Its key does what it does, where it is."""
        if button.isVisible():
            button.click()

    def _step_back(self) -> None:
        if not (self.leave_part() or self.leave_full_screen()):
            self.closed.emit()

    def _fit_or_pixels(self) -> None:
        self._show_scale(0.0 if self._first().zoom.factor > 1 else 1.0)

    def _show_scale(self, scale: float) -> None:
        if scale:
            self._first().zoom_to(scale)
        else:
            self._zoom_all(FITTED)

    def _make_cells(self, count: int) -> None:
        for cell in self._cells:
            self._views.removeWidget(cell)
            cell.deleteLater()
        self._cells = [PictureCell(self._theme) for _ in range(count)]
        columns = 2 if count == MOST_COMPARED else count
        for at, cell in enumerate(self._cells):
            cell.view.zoomed.connect(self._on_zoomed)
            cell.view.part_drawn.connect(self._show_part)
            cell.view.pointed.connect(lambda picked, at=at: self._on_pointed(at, picked))
            cell.view.left.connect(lambda: self._show_color(None))
            cell.rated.connect(lambda stars, at=at: self.rated.emit(at, stars))
            cell.favoured.connect(lambda at=at: self._favour(at))
            cell.view.set_grey(self.title.grey_button.isChecked())
            cell.view.set_ground(self.title.ground)
            self._views.addWidget(cell, at // columns, at % columns)

    def _on_pointed(self, at: int, picked: Picked | None) -> None:
        # Told also where a picture comes to be under a pointer that nobody moves; and what is typed
        # is about the one before.
        if QCursor.pos() != self._pointer_rests_at and not self.said.tag_field.hasFocus():
            self._pointer_rests_at = None
            self._set_in_turn(at)
        self._show_color(picked)

    def _set_in_turn(self, in_turn: int) -> None:
        is_another = in_turn != self._in_turn
        self._in_turn = in_turn
        for at, cell in enumerate(self._cells):
            cell.show_in_turn(at == in_turn)
        is_alone = len(self._cells) == 1
        self.said.show_whose("" if is_alone else self._first().accessibleName())
        self._show_percent()
        if is_another:
            self.turned.emit()

    def _on_zoomed(self, zoom: Zoom) -> None:
        if self.title.link_button.isChecked():
            self._zoom_all(zoom)
        else:
            self._show_percent()
            self.more_wanted.emit()

    def _zoom_all(self, zoom: Zoom) -> None:
        self._set_zoom(zoom)
        self.more_wanted.emit()

    def _set_zoom(self, zoom: Zoom) -> None:
        for view in self.views:
            if view.zoom != zoom:
                view.set_zoom(zoom)
        self._show_percent()

    def _set_selecting(self, is_selecting: bool) -> None:
        for view in self.views:
            view.set_selecting(is_selecting)
        if is_selecting:
            self.say(tr("Draw a rectangle around what you mean."))
        else:
            self.say("")

    def _set_text(self, is_marked: bool) -> None:
        if is_marked:
            self.text_wanted.emit()
        else:
            self._first().mark_lines(())

    def _show_part(self, part: Crop | None) -> None:
        self._part = part
        self.part_bar.setVisible(part is not None)
        if part is not None:
            self.say("")
        self._place_message()

    def _is_over(self) -> bool:
        return len(self._cells) == 2 and self.title.over_button.isChecked()

    def _set_over(self, is_over: bool) -> None:
        if len(self._cells) != 2:
            if is_over:
                self.title.over_button.setChecked(False)
                self.source_wanted.emit()
            return
        first, second = self._cells
        second.setVisible(not is_over)
        left, right = (cell.view.accessibleName() for cell in self._cells)
        first.show_caption(tr("{left} | {right}", left=left, right=right) if is_over else left)
        first.view.show_beside(second.view.levels if is_over else None)
        self._set_in_turn(0)

    def _move_divider(self, by: float) -> None:
        if self._is_over():
            self._cells[0].view.move_divider(by)

    def _set_grey(self, is_grey: bool) -> None:
        for view in self.views:
            view.set_grey(is_grey)

    def _set_ground(self, ground: Ground) -> None:
        for view in self.views:
            view.set_ground(ground)

    def _show_percent(self) -> None:
        self.title.show_scale(self._first().scale() if self._cells else 0.0)

    def _show_color(self, picked: Picked | None) -> None:
        self._picked = picked
        self.said.show_color(picked)

    def _place_message(self) -> None:
        self.message.setMaximumWidth(max(1, self.width() - 8 * UNIT))
        self.message.adjustSize()
        left = (self.width() - self.message.width()) // 2
        below = self._views.geometry().bottom() - 2 * UNIT
        self.message.move(left, below - self.message.height())
        self.message.raise_()
        self.part_bar.adjustSize()
        left = (self.width() - self.part_bar.width()) // 2
        self.part_bar.move(left, below - self.part_bar.height())
        self.part_bar.raise_()
