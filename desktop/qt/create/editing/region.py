"""The part of a picture that is to change, as it is being painted, and the way back."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QBuffer, QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from desktop.media.editing.region import MARK as SENT_MARK

MARK = QColor(*SENT_MARK, 150)
"""What is marked is tinted as it is in the picture that is sent."""
_MOST_STEPS = 60


class Region(QObject):
    """Pixels that are marked or not, and every step that led there."""

    changed = Signal()

    def __init__(self, size: QSize) -> None:
        super().__init__()
        self.image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
        self.image.fill(0)
        self._steps: list[bytes] = [self._written()]
        self._at = 0

    # ------------------------------------------------------------------ painting

    def stroke(self, points: Sequence[QPointF], width: float, *, erases: bool = False) -> None:
        """A line through points of the picture, round at its ends; not a step yet."""
        painter = self._painter(erases=erases)
        cap, join = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
        color = Qt.GlobalColor.transparent if erases else MARK
        painter.setPen(QPen(color, max(1.0, width), Qt.PenStyle.SolidLine, cap, join))
        if len(points) == 1:
            painter.drawPoint(points[0])
        else:
            painter.drawPolyline(QPolygonF(list(points)))
        painter.end()
        self.changed.emit()

    def rectangle(self, rectangle: QRectF, *, erases: bool = False) -> None:
        self._fill(QPolygonF(rectangle), erases=erases)

    def lasso(self, points: Sequence[QPointF], *, erases: bool = False) -> None:
        """All that a line goes round."""
        self._fill(QPolygonF(list(points)), erases=erases)

    def add(self, mask: QImage, *, erases: bool = False) -> None:
        """What is white in a grey picture of the same size."""
        self._lay_on(mask, erases=erases)
        self.take_step()

    def clear(self) -> None:
        self.image.fill(0)
        self.take_step()

    def invert(self) -> None:
        """What is marked is not any more, and the rest is."""
        self._show(~self._mask())
        self.take_step()

    # ------------------------------------------------------------------ steps

    def take_step(self) -> None:
        """What was painted since the last one can be undone as one."""
        written = self._written()
        if written != self._steps[self._at]:
            self._steps = [*self._steps[max(0, self._at + 2 - _MOST_STEPS) : self._at + 1], written]
            self._at = len(self._steps) - 1
        self.changed.emit()

    @property
    def can_undo(self) -> bool:
        return self._at > 0

    @property
    def can_redo(self) -> bool:
        return self._at + 1 < len(self._steps)

    def undo(self) -> None:
        if self.can_undo:
            self._at -= 1
            self._restore(self._steps[self._at])

    def redo(self) -> None:
        if self.can_redo:
            self._at += 1
            self._restore(self._steps[self._at])

    def drop_unfinished(self) -> None:
        """What was painted since the last step is not meant."""
        self._restore(self._steps[self._at])

    # ------------------------------------------------------------------ what is marked

    @property
    def is_empty(self) -> bool:
        """Nothing was marked, as far as the steps go."""
        return self._steps[self._at] == self._steps[0] if self._at else True

    def png(self) -> bytes:
        """White where it is marked, on black."""
        buffer = QBuffer()
        buffer.open(QBuffer.OpenModeFlag.WriteOnly)
        mask_image(self._mask()).save(buffer, "PNG")  # pyright: ignore[reportCallIssue, reportArgumentType]
        return bytes(buffer.data().data())

    def is_marked(self, x: int, y: int) -> bool:
        """The pixel at that place."""
        return self.image.pixelColor(x, y).alpha() > 0

    # ------------------------------------------------------------------ inside

    def _painter(self, *, erases: bool) -> QPainter:
        painter = QPainter(self.image)
        modes = QPainter.CompositionMode
        painter.setCompositionMode(
            modes.CompositionMode_Clear if erases else modes.CompositionMode_Source
        )
        return painter

    def _fill(self, polygon: QPolygonF, *, erases: bool) -> None:
        painter = self._painter(erases=erases)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(MARK)
        painter.drawPolygon(polygon)
        painter.end()
        self.take_step()

    def _mask(self) -> NDArray[np.bool_]:
        """(height, width): what is marked."""
        image = self.image
        pixels = np.frombuffer(image.constBits(), np.uint32)
        rows = pixels.reshape(image.height(), image.bytesPerLine() // 4)
        return rows[:, : image.width()] != 0

    def _show(self, mask: NDArray[np.bool_]) -> None:
        image = mask_image(mask)
        self.image.fill(0)
        self._lay_on(image, erases=False)

    def _lay_on(self, mask: QImage, *, erases: bool) -> None:
        tint = QImage(self.image.size(), QImage.Format.Format_ARGB32)
        tint.fill(QColor(MARK.red(), MARK.green(), MARK.blue()))
        tint.setAlphaChannel(mask)
        painter = QPainter(self.image)
        modes = QPainter.CompositionMode
        painter.setCompositionMode(modes.CompositionMode_DestinationOut)
        painter.drawImage(0, 0, tint)
        if not erases:
            painter.setCompositionMode(modes.CompositionMode_SourceOver)
            painter.setOpacity(MARK.alphaF())
            painter.drawImage(0, 0, tint)
        painter.end()

    def _written(self) -> bytes:
        return zlib.compress(np.packbits(self._mask()).tobytes(), 1)

    def _restore(self, written: bytes) -> None:
        height, width = self.image.height(), self.image.width()
        bits = np.unpackbits(np.frombuffer(zlib.decompress(written), np.uint8))
        self._show(bits[: height * width].reshape(height, width).astype(bool))
        self.changed.emit()


def mask_image(mask: NDArray[np.bool_]) -> QImage:
    """(height, width) as a grey image, white where it is True."""
    height, width = mask.shape
    grey = mask.astype(np.uint8) * 255
    return QImage(grey.tobytes(), width, height, width, QImage.Format.Format_Grayscale8).copy()
