"""Paints one tile of the grid: thumbnail on a neutral ground, name, score, badge. No I/O."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.core.asset import Asset
from desktop.qt.models.asset_list import ASSET_ROLE, SCORE_ROLE
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
    if asset.failure:
        return "triangle-alert"
    return "sparkles" if asset.is_generated else ""


class AssetDelegate(QStyledItemDelegate):
    """Only paints; what is not in the cache yet is drawn as an empty tile."""

    def __init__(self, theme: Theme, pictures: Pictures, cache: PixmapCache) -> None:
        super().__init__()
        self._theme = theme
        self._pictures = pictures
        self._cache = cache
        self._cell = cell_size(200)
        self._icons: dict[tuple[str, str, int, float], QPixmap] = {}

    def set_cell_width(self, width: int) -> None:
        self._cell = cell_size(width)

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return self._cell

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        asset = index.data(ASSET_ROLE)
        if not isinstance(asset, Asset):
            return
        state = option.state  # pyright: ignore[reportAttributeAccessIssue]
        cell: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue]
        is_selected = bool(state & QStyle.StateFlag.State_Selected)
        is_hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        has_focus = bool(state & QStyle.StateFlag.State_HasFocus)
        side = cell.width() - 2 * GAP
        tile = QRectF(cell.left() + GAP, cell.top() + GAP, side, side)

        painter.save()
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("tile_hover" if is_hovered else "tile"))
        painter.drawRoundedRect(tile, RADIUS, RADIUS)
        self._paint_picture(painter, asset, tile)
        if is_selected or has_focus:
            pen = QPen(self._theme.color("ring"), 2)
            if not is_selected:
                pen = QPen(self._theme.color("text_faint"), 1, Qt.PenStyle.DashLine)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(tile.adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        self._paint_badge(painter, asset, tile)
        score = index.data(SCORE_ROLE)
        self._paint_caption(painter, asset, str(score or ""), tile, is_selected or is_hovered)
        painter.restore()

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
        painter.setOpacity(0.4 if asset.is_missing else 1.0)
        painter.drawPixmap(QRectF(left, top, width, height), pixmap, QRectF(pixmap.rect()))
        painter.setOpacity(1.0)

    def _paint_stand_in(self, painter: QPainter, asset: Asset, tile: QRectF, ratio: float) -> None:
        icon = self._icon("file-warning" if asset.failure else "image", "text_faint", 24, ratio)
        center = tile.center()
        painter.drawPixmap(round(center.x() - 12), round(center.y() - 20), icon)
        painter.setPen(self._theme.color("text_faint"))
        font = painter.font()
        font.setPixelSize(TEXT_SMALL)
        painter.setFont(font)
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

    def _paint_caption(
        self, painter: QPainter, asset: Asset, score: str, tile: QRectF, is_lit: bool
    ) -> None:
        line = QRectF(tile.left() + 2, tile.bottom() + 4, tile.width() - 4, CAPTION - 4)
        font = painter.font()
        font.setPixelSize(TEXT_BASE - 1)
        painter.setFont(font)
        metrics = QFontMetrics(font)
        if score:
            painter.setPen(self._theme.color("text_faint"))
            painter.drawText(
                line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, score
            )
            line.setRight(line.right() - metrics.horizontalAdvance(score) - UNIT)
        name = metrics.elidedText(asset.filename, Qt.TextElideMode.ElideMiddle, int(line.width()))
        painter.setPen(self._theme.color("text" if is_lit else "text_soft"))
        align = Qt.AlignmentFlag.AlignLeft if score else Qt.AlignmentFlag.AlignHCenter
        painter.drawText(line, align | Qt.AlignmentFlag.AlignVCenter, name)

    def _icon(self, name: str, token: str, side: int, ratio: float) -> QPixmap:
        key = (name, token, side, ratio)
        if key not in self._icons:
            self._icons[key] = self._theme.pixmap(name, token, side, ratio)
        return self._icons[key]
