"""A picture that can be looked at closely, and on which a part is marked with the mouse."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QWidget

from desktop.core.text import marked, tr
from desktop.qt.create.editing.region import Region
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.checkerboard import checkerboard

_STEP = 1.25
_NOTCH = 120.0
"""``QWheelEvent.angleDelta`` of a notch, eighths of a degree."""
_MOST_ENLARGED = 24.0
WIDTHS = (4, 200)
"""Of the brush, in pixels of the screen: closer in it paints finer."""


class Tool(Enum):
    """How a part is marked; the value is its icon."""

    BRUSH = "brush"
    RECTANGLE = "square"
    LASSO = "lasso"
    COLOR = "pipette"


TOOL_NAMES = {
    Tool.BRUSH: (marked("Brush"), "B"),
    Tool.RECTANGLE: (marked("Rectangle"), "R"),
    Tool.LASSO: (marked("Lasso"), "L"),
    Tool.COLOR: (marked("One colour"), "C"),
}


class PictureCanvas(QGraphicsView):
    """Shows a picture whole; the wheel and keys enlarge it, the middle button pushes it along."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._scene = QGraphicsScene(self)
        self._picture = self._scene.addPixmap(QPixmap())
        self._picture.setTransformationMode(Qt.TransformationMode.SmoothTransformation)
        self._is_fitted = True
        self._pushed_from: QPoint | None = None
        self.setScene(self._scene)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Picture"))
        self.setMinimumSize(30 * UNIT, 20 * UNIT)

    def show_picture(self, image: QImage) -> None:
        """Another picture; one of the same size stays in its place."""
        is_same = self._picture.pixmap().size() == image.size()
        self._picture.setPixmap(QPixmap.fromImage(image))
        if not is_same:
            self._scene.setSceneRect(QRectF(image.rect()))
            self.fit()

    def fit(self) -> None:
        """All of it, no larger than it is."""
        self._is_fitted = True
        self.resetTransform()
        area = self._scene.sceneRect()
        if area.isEmpty():
            return
        room = self.viewport().rect()
        scale = min(1.0, room.width() / area.width(), room.height() / area.height())
        self.scale(scale, scale)

    def zoom(self, factor: float) -> None:
        """Larger or smaller, with what is under the pointer staying there."""
        least = self._fitting()
        now = self.transform().m11()
        wanted = min(max(now * factor, least), max(_MOST_ENLARGED, least))
        self.scale(wanted / now, wanted / now)
        self._is_fitted = wanted <= least

    def drawBackground(self, painter: QPainter, rect: QRectF | object) -> None:
        assert isinstance(rect, QRectF)
        painter.fillRect(rect, self._theme.color("ground"))
        if self._picture.pixmap().hasAlphaChannel():
            place = self.mapFromScene(self._scene.sceneRect()).boundingRect()
            painter.save()
            painter.resetTransform()
            painter.fillRect(place, checkerboard(self._theme))
            painter.restore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y() or event.angleDelta().x()
        self.zoom(_STEP ** (turned / _NOTCH))
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._is_fitted:
            self.fit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() in (Qt.MouseButton.MiddleButton, Qt.MouseButton.LeftButton):
            self._pushed_from = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pushed_from is not None:
            by = event.position().toPoint() - self._pushed_from
            self._pushed_from = event.position().toPoint()
            across, down = self.horizontalScrollBar(), self.verticalScrollBar()
            across.setValue(across.value() - by.x())
            down.setValue(down.value() - by.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pushed_from = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.zoom(_STEP)
            case Qt.Key.Key_Minus:
                self.zoom(1 / _STEP)
            case Qt.Key.Key_0:
                self.fit()
            case _:
                event.ignore()

    def _fitting(self) -> float:
        area, room = self._scene.sceneRect(), self.viewport().rect()
        if area.isEmpty():
            return 1.0
        return min(1.0, room.width() / area.width(), room.height() / area.height())


class RegionCanvas(PictureCanvas):
    """Marks a part of the picture."""

    color_picked = Signal(int, int, bool)
    """A place in the picture, and whether what has its colour is unmarked."""
    width_changed = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.tool = Tool.BRUSH
        self.is_erasing = False
        self.brush_width = 40
        self.region: Region | None = None
        self._line: list[QPointF] = []
        self._erases_now = False
        self._pointer: QPointF | None = None
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Picture, on which a part is marked with the mouse"))
        self.setCursor(Qt.CursorShape.CrossCursor)

    def show_region(self, region: Region) -> None:
        """Mark in this one from now on."""
        self.region = region
        region.changed.connect(self.viewport().update)
        self.viewport().update()

    def choose(self, tool: Tool) -> None:
        self.tool = tool
        self.viewport().update()

    def set_brush_width(self, width: int) -> None:
        """In pixels of the screen."""
        self.brush_width = min(max(width, WIDTHS[0]), WIDTHS[1])
        self.width_changed.emit(self.brush_width)
        self.viewport().update()

    @property
    def is_drawing(self) -> bool:
        """The button is held."""
        return bool(self._line)

    def give_up(self) -> None:
        """What is being drawn is not meant."""
        self._line = []
        if self.region is not None:
            self.region.drop_unfinished()

    def drawForeground(self, painter: QPainter, rect: QRectF | object) -> None:
        if self.region is None:
            return
        painter.drawImage(QRectF(self.region.image.rect()), self.region.image)
        outline = QPainterPath()
        if self._line and self.tool is Tool.RECTANGLE:
            outline.addRect(self._rectangle())
        elif self._line and self.tool is Tool.LASSO:
            outline.moveTo(self._line[0])
            for point in self._line[1:]:
                outline.lineTo(point)
        elif self._pointer is not None and self.tool is Tool.BRUSH:
            radius = self._width() / 2
            outline.addEllipse(self._pointer, radius, radius)
        for color, width in ((QColor(0, 0, 0, 160), 3.0), (QColor(255, 255, 255), 1.0)):
            pen = QPen(color, width)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawPath(outline)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        button = event.button()
        if self.region is None or button == Qt.MouseButton.MiddleButton:
            super().mousePressEvent(event)
            return
        if button not in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            return
        self._erases_now = self.is_erasing or button == Qt.MouseButton.RightButton
        at = self._place(event)
        if self.tool is Tool.COLOR:
            if self._scene.sceneRect().contains(at):
                self.color_picked.emit(int(at.x()), int(at.y()), self._erases_now)
            return
        self._line = [at]
        if self.tool is Tool.BRUSH:
            self.region.stroke(self._line, self._width(), erases=self._erases_now)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = self._place(event)
        if self._line and self.region is not None:
            self._line.append(self._pointer)
            if self.tool is Tool.BRUSH:
                self.region.stroke(self._line[-2:], self._width(), erases=self._erases_now)
        else:
            super().mouseMoveEvent(event)
        self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        line, self._line = self._line, self._line[:0]
        if not line or self.region is None:
            return
        if self.tool is Tool.BRUSH:
            self.region.take_step()
        elif self.tool is Tool.RECTANGLE:
            self.region.rectangle(QRectF(line[0], line[-1]).normalized(), erases=self._erases_now)
        elif self.tool is Tool.LASSO and len(line) > 2:
            self.region.lasso(line, erases=self._erases_now)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_BracketLeft:
                self.set_brush_width(round(self.brush_width / _STEP))
            case Qt.Key.Key_BracketRight:
                self.set_brush_width(round(self.brush_width * _STEP) + 1)
            case _:
                super().keyPressEvent(event)

    def _place(self, event: QMouseEvent) -> QPointF:
        # Of the transform alone: ``mapToScene`` knows whole pixels of the screen only.
        back, _ = self.viewportTransform().inverted()
        return back.map(event.position())

    def _width(self) -> float:
        return self.brush_width / self.transform().m11()

    def _rectangle(self) -> QRectF:
        return QRectF(self._line[0], self._line[-1]).normalized()
