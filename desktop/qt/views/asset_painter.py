"""Paints one tile of the grid: thumbnail on a neutral ground, name, score, badge. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication, QPainter, QPen, QPixmap

from desktop.core.asset import Asset
from desktop.core.timecode import timecode
from desktop.qt.models.asset_list import several_text
from desktop.qt.models.pictures import Pictures
from desktop.qt.models.pixmap_cache import PixmapCache, edge_for
from desktop.qt.theme import RADIUS, TEXT_BASE, TEXT_SMALL, UNIT, Theme

GAP = UNIT
"""Between a tile and the border of its cell; two of them lie between tiles."""

INSET = UNIT
"""Between the tile's border and the picture."""

CAPTION = 3 * UNIT
PICTURE_RADIUS = 3


def cell_size(cell_width: int) -> QSize:
    """The cell that holds a square tile and its caption."""
    return QSize(cell_width, cell_width - 2 * GAP + CAPTION + 2 * GAP)


def picture_side(cell_width: int) -> int:
    """The square, in logical pixels, that a picture may fill."""
    return cell_width - 2 * GAP - 2 * INSET


def badge_of(asset: Asset) -> str:
    """The icon in the corner of a tile; the gravest thing wins."""
    if asset.is_missing:
        return "unlink"
    if asset.is_offline:
        return "unplug"
    if asset.failure:
        return "triangle-alert"
    return "sparkles" if asset.is_generated else ""


@dataclass(frozen=True, slots=True)
class TileState:
    """What a person does with a tile."""

    is_selected: bool = False
    is_hovered: bool = False
    has_focus: bool = False


class AssetPainter:
    """Only paints; what is not in the cache yet is drawn as an empty tile."""

    def __init__(self, theme: Theme, pictures: Pictures, cache: PixmapCache) -> None:
        self._theme = theme
        self._pictures = pictures
        self._cache = cache
        self._caption_font = QGuiApplication.font()
        self._caption_font.setPixelSize(TEXT_BASE - 1)
        self._small_font = QGuiApplication.font()
        self._small_font.setPixelSize(TEXT_SMALL)
        self._metrics = QFontMetrics(self._caption_font)
        # Scrolling paints the same few hundred tiles over and over.
        self._icon = lru_cache(64)(theme.pixmap)
        self._ground = lru_cache(16)(self._make_ground)
        self._elided = lru_cache(2_000)(self._elide)

    def paint(
        self, painter: QPainter, asset: Asset, score: str, cell: QRect, state: TileState
    ) -> None:
        """Paint one tile into its cell."""
        side = cell.width() - 2 * GAP
        tile = QRectF(cell.left() + GAP, cell.top() + GAP, side, side)
        ratio = painter.device().devicePixelRatioF()
        ground = self._ground("tile_hover" if state.is_hovered else "tile", side, ratio)
        painter.drawPixmap(tile.topLeft(), ground)
        self._paint_picture(painter, asset, tile)
        if state.is_selected or state.has_focus:
            pen = QPen(self._theme.color("ring"), 2)
            if not state.is_selected:
                pen = QPen(self._theme.color("text_faint"), 1, Qt.PenStyle.DashLine)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(tile.adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        self._paint_badge(painter, asset, tile)
        self._paint_label(painter, asset, tile)
        self._paint_caption(painter, asset, score, tile, state.is_selected or state.is_hovered)

    def _paint_picture(self, painter: QPainter, asset: Asset, tile: QRectF) -> None:
        ratio = painter.device().devicePixelRatioF()
        area = tile.adjusted(INSET, INSET, -INSET, -INSET)
        picture = self._pictures.of_asset(asset)
        edge = edge_for(area.width(), ratio)
        pixmap = picture and self._cache.find(picture.key, edge)
        if not pixmap:
            is_waiting = picture is not None and not self._cache.is_unreadable(picture.key)
            if not is_waiting or asset.failure:
                self._paint_stand_in(painter, asset, tile, ratio)
            return
        # A picture smaller than the tile is not blown up: designers judge its pixels.
        scale = min(
            area.width() / pixmap.width(), area.height() / pixmap.height(), max(1.0, 1 / ratio)
        )
        width, height = pixmap.width() * scale, pixmap.height() * scale
        left = round((area.center().x() - width / 2) * ratio) / ratio
        top = round((area.center().y() - height / 2) * ratio) / ratio
        if asset.is_missing:
            painter.setOpacity(0.4)
        painter.drawPixmap(QRectF(left, top, width, height), pixmap, QRectF(pixmap.rect()))
        if asset.is_missing:
            painter.setOpacity(1.0)

    def _paint_stand_in(self, painter: QPainter, asset: Asset, tile: QRectF, ratio: float) -> None:
        icon = self._icon("file-warning" if asset.failure else "image", "text_faint", 24, ratio)
        center = tile.center()
        painter.drawPixmap(round(center.x() - 12), round(center.y() - 20), icon)
        painter.setPen(self._theme.color("text_faint"))
        painter.setFont(self._small_font)
        words = asset.path.suffix.lstrip(".").upper()[:5]
        below = QRectF(tile.left(), center.y() + 10, tile.width(), 16)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_badge(self, painter: QPainter, asset: Asset, tile: QRectF) -> None:
        name = badge_of(asset)
        if not name:
            return
        place = QRectF(tile.right() - 28, tile.top() + 6, 22, 22)
        ground = self._theme.color("panel")
        ground.setAlpha(225)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawEllipse(place)
        token = "danger" if name == "triangle-alert" else "text"
        icon = self._icon(name, token, 14, painter.device().devicePixelRatioF())
        painter.drawPixmap(round(place.left() + 4), round(place.top() + 4), icon)

    def _paint_label(self, painter: QPainter, asset: Asset, tile: QRectF) -> None:
        """What else the file holds; of a video, where the frame that is shown was found, or how
        long it lasts."""
        words = several_text(asset)
        if asset.duration_ms:
            moment = self._pictures.moment(asset)
            words = f"@ {timecode(moment)}" if moment is not None else timecode(asset.duration_ms)
        if not words:
            return
        painter.setFont(self._small_font)
        width = painter.fontMetrics().horizontalAdvance(words) + 2 * UNIT
        place = QRectF(tile.right() - 6 - width, tile.bottom() - 6 - 20, width, 20)
        ground = self._theme.color("panel")
        ground.setAlpha(225)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(place, 10, 10)
        painter.setPen(self._theme.color("text"))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_caption(
        self, painter: QPainter, asset: Asset, score: str, tile: QRectF, is_lit: bool
    ) -> None:
        line = QRectF(tile.left() + 2, tile.bottom() + 4, tile.width() - 4, CAPTION - 4)
        painter.setFont(self._caption_font)
        if score:
            painter.setPen(self._theme.color("text_faint"))
            painter.drawText(
                line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, score
            )
            line.setRight(line.right() - self._metrics.horizontalAdvance(score) - UNIT)
        name = self._elided(asset.filename, int(line.width()))
        painter.setPen(self._theme.color("text" if is_lit else "text_soft"))
        align = Qt.AlignmentFlag.AlignLeft if score else Qt.AlignmentFlag.AlignHCenter
        painter.drawText(line, align | Qt.AlignmentFlag.AlignVCenter, name)

    def _elide(self, name: str, width: int) -> str:
        return self._metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, width)

    def _make_ground(self, token: str, side: int, ratio: float) -> QPixmap:
        pixels = round(side * ratio)
        pixmap = QPixmap(pixels, pixels)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(self._theme.color("ground"))  # opaque: copied instead of blended
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(token))
        painter.drawRoundedRect(QRectF(0, 0, side, side), RADIUS, RADIUS)
        painter.end()
        return pixmap
