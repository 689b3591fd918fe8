"""Paints one tile of the grid: thumbnail on a neutral ground, name, score, badge. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QGuiApplication, QPainter, QPen, QPixmap

from desktop.core.asset import Asset
from desktop.core.text import number
from desktop.core.timecode import timecode
from desktop.qt.browse.marks import NO_MARKS, Marks
from desktop.qt.images.cache import PixmapCache, edge_for
from desktop.qt.images.pictures import Pictures
from desktop.qt.theme import RADIUS, TEXT_BASE, TEXT_SMALL, UNIT, Theme
from desktop.qt.widgets.asset_text import several_text
from desktop.qt.widgets.checkerboard import paint_checks

GAP = UNIT
"""Between a tile and the border of its cell; two of them lie between tiles."""

INSET = UNIT
"""Between the tile's border and the picture."""

CAPTION = 3 * UNIT
PICTURE_RADIUS = 3
_DOT = UNIT + 3
"""From one dot of a tag's colour to the next."""
_TELLING = 18 * UNIT
"""A tile that is less wide tells stars alone: tags would cover its picture."""


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
        self._ground = lru_cache(16)(self._make_ground)
        self._elided = lru_cache(2_000)(self._elide)
        small = self._small_metrics = QFontMetrics(self._small_font)
        self._elided_small = lru_cache(2_000)(
            lambda words, width: small.elidedText(words, Qt.TextElideMode.ElideRight, width)
        )

    def paint(
        self,
        painter: QPainter,
        asset: Asset,
        score: str,
        cell: QRect,
        state: TileState,
        marks: Marks = NO_MARKS,
    ) -> None:
        """Paint one tile into its cell."""
        side = cell.width() - 2 * GAP
        tile = QRectF(cell.left() + GAP, cell.top() + GAP, side, side)
        ratio = painter.device().devicePixelRatioF()
        tokens = self._theme.tokens
        color = tokens.tile_hover if state.is_hovered else tokens.tile
        ground = self._ground(color, tokens.ground, side, ratio)
        painter.drawPixmap(tile.topLeft(), ground)
        self._paint_picture(painter, asset, tile, is_faint=marks.is_rejected or asset.is_missing)
        if state.is_selected or state.has_focus:
            pen = QPen(self._theme.color("ring"), 2)
            if not state.is_selected:
                pen = QPen(self._theme.color("text_faint"), 1, Qt.PenStyle.DashLine)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(tile.adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        if state.is_selected and state.has_focus:  # a selection without the keyboard lacks this
            painter.setPen(QPen(self._theme.color("ring"), 1))
            painter.drawRoundedRect(tile.adjusted(4.5, 4.5, -4.5, -4.5), RADIUS - 3, RADIUS - 3)
        self._paint_badge(painter, asset, tile)
        taken = self._paint_label(painter, asset, tile)
        self._paint_marks(painter, marks, tile, taken)
        self._paint_caption(painter, asset, score, tile, state.is_selected or state.is_hovered)

    def _paint_picture(
        self, painter: QPainter, asset: Asset, tile: QRectF, *, is_faint: bool
    ) -> None:
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
        place = QRectF(left, top, width, height)
        before = painter.opacity()
        if is_faint:
            painter.setOpacity(0.4 * before)
        if picture and picture.has_alpha:
            paint_checks(painter, self._theme, place, PICTURE_RADIUS)
        painter.drawPixmap(place, pixmap, QRectF(pixmap.rect()))
        painter.setOpacity(before)

    def _paint_stand_in(self, painter: QPainter, asset: Asset, tile: QRectF, ratio: float) -> None:
        icon = self._theme.pixmap(
            "file-warning" if asset.failure else "image", "text_faint", 24, ratio
        )
        center = tile.center()
        painter.drawPixmap(round(center.x() - 12), round(center.y() - 20), icon)
        painter.setPen(self._theme.color("text_faint"))
        painter.setFont(self._small_font)
        words = asset.path.suffix.lstrip(".").upper()[:5]
        below = QRectF(tile.left(), center.y() + 10, tile.width(), 16)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_badge(self, painter: QPainter, asset: Asset, tile: QRectF) -> None:
        name = badge_of(asset)
        if name:
            token = "danger" if name == "triangle-alert" else "text"
            self._paint_icon(painter, name, token, tile.right() - 28, tile.top() + 6)

    def _paint_marks(self, painter: QPainter, marks: Marks, tile: QRectF, taken: float) -> None:
        """Flags above, stars and tags below, at the left.

        Args:
            taken: by the label at the right of the line below.
        """
        for place, (icon, token) in enumerate(marks.icons):
            self._paint_icon(painter, icon, token, tile.left() + 6 + 26 * place, tile.top() + 6)
        if marks.stacked:
            self._paint_stack(painter, marks.stacked, self._stack_place(marks, tile))
        room = tile.width() - 12 - taken
        told = marks.words if tile.width() >= _TELLING else marks.stars
        dots = len(marks.colours) * _DOT
        if told and room > 5 * UNIT + dots:
            painter.setFont(self._small_font)
            words = self._elided_small(told, int(room - 2 * UNIT - dots))
            width = painter.fontMetrics().horizontalAdvance(words) + 2 * UNIT + dots
            place = QRectF(tile.left() + 6, tile.bottom() - 26, width, 20)
            self._paint_pill(painter, words, place, dots)
            painter.setPen(Qt.PenStyle.NoPen)
            for place_at, token in enumerate(marks.colours):
                painter.setBrush(self._theme.color(token))
                left = place.left() + UNIT + place_at * _DOT
                painter.drawEllipse(QRectF(left, place.top() + 6, UNIT, UNIT))

    def stack_place(self, marks: Marks, cell: QRect) -> QRectF:
        """Where a tile says how many pictures it stands for; empty where it does not."""
        side = cell.width() - 2 * GAP
        tile = QRectF(cell.left() + GAP, cell.top() + GAP, side, side)
        return self._stack_place(marks, tile) if marks.stacked else QRectF()

    def _stack_place(self, marks: Marks, tile: QRectF) -> QRectF:
        width = self._small_metrics.horizontalAdvance(number(marks.stacked)) + 4 * UNIT
        return QRectF(tile.left() + 6 + 26 * len(marks.icons), tile.top() + 6, width, 22)

    def _paint_stack(self, painter: QPainter, count: int, place: QRectF) -> None:
        painter.setFont(self._small_font)
        words = number(count)
        ground = self._theme.color("panel")
        ground.setAlpha(225)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(place, 11, 11)
        icon = self._theme.pixmap("layers", "text", 14, painter.device().devicePixelRatioF())
        painter.drawPixmap(round(place.left() + 6), round(place.top() + 4), icon)
        painter.setPen(self._theme.color("text"))
        right = place.adjusted(0, 0, -UNIT, 0)
        painter.drawText(right, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)

    def _paint_icon(
        self, painter: QPainter, name: str, token: str, left: float, top: float
    ) -> None:
        place = QRectF(left, top, 22, 22)
        ground = self._theme.color("panel")
        ground.setAlpha(225)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawEllipse(place)
        icon = self._theme.pixmap(name, token, 14, painter.device().devicePixelRatioF())
        painter.drawPixmap(round(place.left() + 4), round(place.top() + 4), icon)

    def _paint_label(self, painter: QPainter, asset: Asset, tile: QRectF) -> float:
        """What else the file holds; of a video, where the frame that is shown was found, or how
        long it lasts. Returns the width that it takes."""
        words = several_text(asset)
        if asset.duration_ms:
            moment = self._pictures.moment(asset)
            words = f"@ {timecode(moment)}" if moment is not None else timecode(asset.duration_ms)
        if not words:
            return 0
        painter.setFont(self._small_font)
        width = painter.fontMetrics().horizontalAdvance(words) + 2 * UNIT
        place = QRectF(tile.right() - 6 - width, tile.bottom() - 6 - 20, width, 20)
        self._paint_pill(painter, words, place)
        return width + 6

    def _paint_pill(self, painter: QPainter, words: str, place: QRectF, before: float = 0) -> None:
        """Args: before: room that is kept free at the left."""
        ground = self._theme.color("panel")
        ground.setAlpha(225)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(place, 10, 10)
        painter.setPen(self._theme.color("text"))
        shown = place.adjusted(before, 0, 0, 0)
        painter.drawText(shown, Qt.AlignmentFlag.AlignCenter, words)

    def paint_why(self, painter: QPainter, words: str, cell: QRect) -> None:
        """Why a result was found, over the lower end of its picture."""
        side = cell.width() - 2 * GAP
        tile = QRectF(cell.left() + GAP, cell.top() + GAP, side, side)
        painter.setFont(self._small_font)
        shown = self._elided_small(words, int(tile.width() - 4 * UNIT))
        width = painter.fontMetrics().horizontalAdvance(shown) + 2 * UNIT
        place = QRectF(tile.left() + UNIT, tile.bottom() - 6 - 20, width, 20)
        self._paint_pill(painter, shown, place)

    def paint_divider(self, painter: QPainter, cell: QRect, *, is_first: bool) -> None:
        """The line before the first weaker match: beside it, or above it where it begins a row."""
        painter.setPen(QPen(self._theme.color("text_faint"), 2))
        if is_first:
            painter.drawLine(cell.left() + GAP, cell.top(), cell.right() - GAP, cell.top())
        else:
            painter.drawLine(cell.left(), cell.top() + GAP, cell.left(), cell.bottom() - GAP)

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
        # At the left with a score and without, so that names stay where they are in a search.
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)

    def _elide(self, name: str, width: int) -> str:
        return self._metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, width)

    @staticmethod
    def _make_ground(color: str, around: str, side: int, ratio: float) -> QPixmap:
        pixels = round(side * ratio)
        pixmap = QPixmap(pixels, pixels)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(QColor(around))  # opaque: copied instead of blended
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(color))
        painter.drawRoundedRect(QRectF(0, 0, side, side), RADIUS, RADIUS)
        painter.end()
        return pixmap
