"""One picture, as large as one wants it: zoom to the pointer, pan, ground, grey, colours."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QImage,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.core.picture_text import TextLine
from desktop.core.query import Crop
from desktop.qt.preview import zoom as zooming
from desktop.qt.preview.grounds import Ground, around, behind
from desktop.qt.preview.levels import Levels, Picked
from desktop.qt.preview.marks import paint_divider, paint_lines, paint_part
from desktop.qt.preview.zoom import FITTED, Lengths, Placed, Zoom
from desktop.qt.theme import UNIT, Theme

_STEP = 1.25
"""By how much a notch of the wheel enlarges."""
_NOTCH = 120.0
"""``QWheelEvent.angleDelta`` of a notch, eighths of a degree."""
_SMALLEST_PART = 8
"""Pixels of the picture; a smaller rectangle is a click that slipped."""
_PIXELS_FROM = 2.0
"""From this scale on single pixels are to be seen, not what would lie between them."""


class PictureView(QWidget):
    """Shows one picture; until its pixels come, what is at hand of it."""

    zoomed = Signal(object)
    """Zoom: changed by the person here."""
    pointed = Signal(object)
    """Picked: what is under the pointer; None beside the picture."""
    left = Signal()
    """The pointer is elsewhere."""
    part_drawn = Signal(object)
    """Crop: a rectangle was drawn; None: it was taken away."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._levels: Levels | None = None
        self._stand_in: Levels | None = None
        self._dragged_from: QPointF | None = None
        self._ground = Ground.CHECKS
        self._other: Levels | None = None
        self._divider = 0.5
        self._is_dividing = False
        self._is_selecting = False
        self._part: QRectF | None = None  # in fractions of the picture
        self._drawn_from: QPointF | None = None
        self.zoom = FITTED
        self._lines: tuple[TextLine, ...] = ()
        self.is_grey = False
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(16 * UNIT, 16 * UNIT)

    # ------------------------------------------------------------------ what is shown

    @property
    def levels(self) -> Levels | None:
        """What is shown; None until it has come."""
        return self._levels

    def show_stand_in(self, stand_in: Levels | None) -> None:
        """Another picture is on its way: show what there is of it in its place, or nothing."""
        self._levels, self._stand_in = None, stand_in
        self._other = None
        self._lines = ()
        self.clear_part()
        self.update()

    def show_levels(self, levels: Levels) -> None:
        """The picture, or more of its pixels."""
        self._levels, self._stand_in = levels, None
        self.update()

    def set_zoom(self, zoom: Zoom) -> None:
        self.zoom = zoom
        self._show_hand()
        self.update()

    def set_grey(self, is_grey: bool) -> None:
        """As it would be without its colours: what is light, what is dark."""
        self.is_grey = is_grey
        self.update()

    @property
    def lines(self) -> tuple[TextLine, ...]:
        """The lines of text that are marked."""
        return self._lines

    def mark_lines(self, lines: tuple[TextLine, ...]) -> None:
        """Draw a frame around each of these lines of text."""
        self._lines = lines
        self.update()

    def set_ground(self, ground: Ground) -> None:
        self._ground = ground
        self.update()

    def show_beside(self, other: Levels | None) -> None:
        """Another picture in the same place, right of a line that can be moved; None for none."""
        self._other = other
        self.update()

    def move_divider(self, by: float) -> None:
        """Push the line between two pictures, by a share of the width."""
        self._divider = min(1.0, max(0.0, self._divider + by))
        self.update()

    def set_selecting(self, is_selecting: bool) -> None:
        """Whether dragging draws a rectangle; else it pushes the picture along."""
        self._is_selecting = is_selecting
        if not is_selecting:
            self.clear_part()
        self._show_hand()

    def clear_part(self) -> None:
        """Take the rectangle away."""
        had_part = self._part is not None
        self._part = self._drawn_from = None
        if had_part:
            self.update()
            self.part_drawn.emit(None)

    # ------------------------------------------------------------------ where it is

    def scale(self) -> float:
        """Device pixels that a pixel of the picture takes now; 0 without one."""
        return self._placed().scale if self._levels is not None else 0.0

    def zoom_to(self, scale: float, point: QPointF | None = None) -> None:
        """Enlarge to ``scale``; what lies under ``point`` (or in the middle) stays there."""
        if self._levels is None:
            return
        point = QPointF(self.rect().center()) if point is None else point
        ratio = self.devicePixelRatioF()
        at = (point.x() * ratio, point.y() * ratio)
        self._take(zooming.at_scale(self.zoom, scale, at, self._picture(), self._view()))

    def zoom_by(self, factor: float, point: QPointF | None = None) -> None:
        self.zoom_to(self.scale() * factor, point)

    def pan(self, by: QPointF) -> None:
        """Push the picture along, logical pixels."""
        if self._levels is not None:
            ratio = self.devicePixelRatioF()
            far = (by.x() * ratio, by.y() * ratio)
            self._take(zooming.moved(self.zoom, far, self._picture(), self._view()))

    def color_at(self, point: QPointF) -> Picked | None:
        """Of the pixel under a point of the view; None beside the picture, and where it is clear
        altogether."""
        place = self.place_at(point)
        if self._levels is None or place is None:
            return None
        return self._levels.color_at(place.x(), place.y())

    def place_at(self, point: QPointF) -> QPointF | None:
        """The place in the picture, 0 to 1, under a point of the view; None beside it."""
        place = self._place_of(point)
        is_inside = place is not None and 0 <= place.x() < 1 and 0 <= place.y() < 1
        return place if is_inside else None

    def _place_of(self, point: QPointF) -> QPointF | None:
        if self._levels is None:
            return None
        at, ratio = self._placed(), self.devicePixelRatioF()
        return QPointF(
            (point.x() * ratio - at.left) / at.scale / self._levels.original[0],
            (point.y() * ratio - at.top) / at.scale / self._levels.original[1],
        )

    # ------------------------------------------------------------------ Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), around(self._ground, self._theme))
        if self._levels is not None and self._other is not None:
            self._paint_divided(painter, self._levels, self._other)
        elif self._levels is not None:
            self._paint_levels(painter, self._levels)
            if self._part is not None:
                paint_part(painter, self._whole(), self._part)
            if self._lines:
                paint_lines(painter, self._whole(), self._lines, self._theme)
        elif self._stand_in is not None:
            self._paint_levels(painter, self._stand_in)
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not event.pixelDelta().isNull() and not event.modifiers():
            self.pan(QPointF(event.pixelDelta()))  # two fingers on a pad
        else:
            turned = event.angleDelta().y() or event.angleDelta().x()
            self.zoom_by(_STEP ** (turned / _NOTCH), event.position())
        event.accept()

    def event(self, event: QEvent) -> bool:
        pinch = Qt.NativeGestureType.ZoomNativeGesture
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == pinch:
            self.zoom_by(1 + event.value(), event.position())
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._is_dividing = self._is_on_divider(event.position())
            if self._is_selecting and self._levels is not None:
                self.clear_part()
                self._drawn_from = _inside(self._place_of(event.position()))
            else:
                self._dragged_from = event.position()
            self._show_hand()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._is_dividing:
            self._divider = min(1.0, max(0.0, event.position().x() / max(1, self.width())))
            self.update()
        elif self._drawn_from is not None:
            self._part = QRectF(
                self._drawn_from, _inside(self._place_of(event.position()))
            ).normalized()
            self.update()
        elif self._dragged_from is not None:
            by = event.position() - self._dragged_from
            self._dragged_from = event.position()
            self.pan(by)
        self.pointed.emit(self.color_at(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged_from = None
        self._is_dividing = False
        if self._drawn_from is not None:
            self._drawn_from = None
            self._tell_part()
        self._show_hand()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Between all of it and its single pixels."""
        if self.zoom.factor > 1:
            self._take(FITTED)
        else:
            self.zoom_to(1.0, event.position())

    def leaveEvent(self, event: QEvent) -> None:
        self.left.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._show_hand()

    # ------------------------------------------------------------------ inside

    def _tell_part(self) -> None:
        part, levels = self._part, self._levels
        if part is None or levels is None:
            return
        width, height = levels.original
        if part.width() * width < _SMALLEST_PART or part.height() * height < _SMALLEST_PART:
            self.clear_part()  # a click
        else:
            self.part_drawn.emit(Crop(part.x(), part.y(), part.width(), part.height()))

    def _is_on_divider(self, point: QPointF) -> bool:
        return self._other is not None and abs(point.x() - self._divider * self.width()) <= UNIT

    def _take(self, zoom: Zoom) -> None:
        if zoom != self.zoom:
            self.set_zoom(zoom)
            self.zoomed.emit(zoom)

    def _show_hand(self) -> None:
        shapes = Qt.CursorShape
        if self._is_selecting:
            self.setCursor(shapes.CrossCursor)
        elif self._other is not None:
            self.setCursor(shapes.SplitHCursor)
        elif self._dragged_from is not None and self.zoom.factor > 1:
            self.setCursor(shapes.ClosedHandCursor)
        else:
            self.setCursor(shapes.OpenHandCursor if self.zoom.factor > 1 else shapes.ArrowCursor)

    def _picture(self) -> Lengths:
        shown = self._levels or self._stand_in
        assert shown is not None
        return Lengths(*shown.original)

    def _view(self) -> Lengths:
        ratio = self.devicePixelRatioF()
        return Lengths(max(1, self.width() * ratio), max(1, self.height() * ratio))

    def _placed(self) -> Placed:
        return zooming.placed(self.zoom, self._picture(), self._view())

    def _whole(self) -> QRectF:
        """Where all of the picture is, logical pixels; more than is seen."""
        at, ratio = self._placed(), self.devicePixelRatioF()
        width, height = (length * at.scale / ratio for length in self._picture())
        return QRectF(at.left / ratio, at.top / ratio, width, height)

    def _paint_divided(self, painter: QPainter, left: Levels, right: Levels) -> None:
        """Both in the place of the first, each on its side of the line."""
        line = self._divider * self.width()
        sides = (
            (left, QRectF(0, 0, line, self.height())),
            (right, QRectF(line, 0, self.width() - line, self.height())),
        )
        for levels, side in sides:
            painter.save()
            painter.setClipRect(side)
            self._paint_levels(painter, levels)
            painter.restore()
        paint_divider(painter, line, self.height(), self._theme)

    def _paint_levels(self, painter: QPainter, levels: Levels) -> None:
        at, ratio = self._placed(), self.devicePixelRatioF()
        whole = self._whole()
        seen = whole.intersected(QRectF(self.rect()))
        if seen.isEmpty():
            return
        image = levels.at(at.scale * self._picture().width / levels.original[0])
        across, down = image.width() / whole.width(), image.height() / whole.height()
        source = QRectF(
            (seen.left() - whole.left()) * across,
            (seen.top() - whole.top()) * down,
            seen.width() * across,
            seen.height() * down,
        )
        is_smooth = at.scale < _PIXELS_FROM
        if not self.is_grey:
            self._paint_part(painter, seen, image, source, is_smooth=is_smooth)
            return
        # On a sheet of its own first: as large as what is seen, however large the picture is.
        sheet = QImage(
            QSize(max(1, round(seen.width() * ratio)), max(1, round(seen.height() * ratio))),
            QImage.Format.Format_RGB32,
        )
        on_sheet = QPainter(sheet)
        self._paint_part(on_sheet, QRectF(sheet.rect()), image, source, is_smooth=is_smooth)
        on_sheet.end()
        painter.drawImage(seen, sheet.convertToFormat(QImage.Format.Format_Grayscale8))

    def _paint_part(
        self, painter: QPainter, place: QRectF, image: QImage, source: QRectF, *, is_smooth: bool
    ) -> None:
        if image.hasAlphaChannel():
            painter.fillRect(place, behind(self._ground, self._theme))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_smooth)
        painter.drawImage(place, image, source)


def _inside(place: QPointF | None) -> QPointF:
    """The nearest place in the picture."""
    place = place or QPointF()
    return QPointF(min(1.0, max(0.0, place.x())), min(1.0, max(0.0, place.y())))
