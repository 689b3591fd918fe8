"""One picture in a panel, fitted into the place it gets."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.qt.images.cache import PixmapCache, edge_for
from desktop.qt.images.pictures import Picture
from desktop.qt.theme import RADIUS, Theme
from desktop.qt.widgets.checkerboard import paint_checks


class PictureLabel(QWidget):
    """Draws a cached picture on a neutral well; asks the cache for what it lacks.

    Args:
        side: logical pixels; None to fill the width at ``ratio`` (height by width).
    """

    def __init__(
        self,
        theme: Theme,
        cache: PixmapCache,
        *,
        side: int | None = None,
        inset: int = 0,
        ratio: float = 0.75,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._cache = cache
        self._inset = inset
        self._ratio = ratio
        self._picture: Picture | None = None
        self._given: QPixmap | None = None
        self._part = (0.0, 0.0, 1.0, 1.0)
        if side is not None:
            self.setFixedSize(side, side)
        else:
            policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)
        cache.arrived.connect(self._arrived)

    def show_picture(
        self, picture: Picture | None, part: tuple[float, float, float, float] | None = None
    ) -> None:
        """Show one from a file, or a part of it: left, top, right, bottom as shares of its
        sides."""
        self._picture, self._given = picture, None
        self._part = part or (0.0, 0.0, 1.0, 1.0)
        self._want()
        self.update()

    def show_pixmap(self, pixmap: QPixmap) -> None:
        """Show one that is at hand already (pasted)."""
        self._picture, self._given = None, pixmap
        self._part = (0.0, 0.0, 1.0, 1.0)
        self.update()

    def hasHeightForWidth(self) -> bool:
        return self.minimumWidth() != self.maximumWidth()

    def heightForWidth(self, width: int) -> int:
        return round(width * self._ratio)

    def sizeHint(self) -> QSize:
        return QSize(280, self.heightForWidth(280))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._want()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("tile"))
        radius = RADIUS if min(self.width(), self.height()) > 32 else 4
        painter.drawRoundedRect(QRectF(self.rect()), radius, radius)
        pixmap = self._pixmap()
        if pixmap is None or pixmap.isNull():
            if self._picture is not None and self._cache.is_unreadable(self._picture.key):
                side = 16 if self.height() < 64 else 24
                icon = self._theme.pixmap("image-off", "text_faint", side, self.devicePixelRatioF())
                center = self.rect().center()
                painter.drawPixmap(center.x() - side // 2 + 1, center.y() - side // 2 + 1, icon)
            painter.end()
            return
        inset = self._inset
        area = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        left, top, right, bottom = self._part
        across, down = pixmap.width(), pixmap.height()
        source = QRectF(left * across, top * down, (right - left) * across, (bottom - top) * down)
        scale = min(area.width() / source.width(), area.height() / source.height())
        width, height = source.width() * scale, source.height() * scale
        target = QRectF(
            area.center().x() - width / 2, area.center().y() - height / 2, width, height
        )
        if self._picture is not None and self._picture.has_alpha:
            paint_checks(painter, self._theme, target, 3)
        painter.drawPixmap(target, pixmap, source)
        painter.end()

    def _edge(self) -> int:
        side = max(self.width(), self.height()) - 2 * self._inset
        return edge_for(max(side, 16), self.devicePixelRatioF())

    def _pixmap(self) -> QPixmap | None:
        if self._picture is None:
            return self._given
        return self._cache.find(self._picture.key, self._edge())

    def _want(self) -> None:
        if self._picture is not None and self.width() > 0:
            ratio = self.devicePixelRatioF()
            self._cache.want(self._picture, self._edge(), round(3 * ratio))

    def _arrived(self, key: str) -> None:
        if self._picture is not None and self._picture.key == key:
            self.update()
