"""Colour, material and shading: how a surface of the demo world is painted.

All lengths are in "units": the things are drawn in a square about one unit wide, whatever the
number of pixels. A `Look` holds the tones of one surface; `Brushes` fills paths with it.
"""

from __future__ import annotations

import functools
import random
import re
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QLinearGradient,
    QPainter,
    QPainterPath,
    QPen,
    QRadialGradient,
    QTransform,
)

from tests.demo_world.texture import TILE, tile

_BASES: dict[str, str] = {
    "red": "#c81e2c", "golden": "#e2af35", "silver": "#b9c0c7", "black": "#202127",
    "white": "#f1eee8", "blue": "#2350c4", "green": "#2c8a3e", "pink": "#f287b5",
    "purple": "#7636b0", "orange": "#f27a18", "teal": "#12a0a0", "brown": "#74431f",
}  # fmt: skip


def mix(a: QColor, b: QColor, t: float) -> QColor:
    """The colour a fraction `t` of the way from `a` to `b`, opaque."""
    return QColor.fromRgbF(
        a.redF() + (b.redF() - a.redF()) * t,
        a.greenF() + (b.greenF() - a.greenF()) * t,
        a.blueF() + (b.blueF() - a.blueF()) * t,
    )


def alpha(colour: QColor | str, value: float) -> QColor:
    """`colour` with opacity `value` from 0 to 1."""
    result = QColor(colour)
    result.setAlphaF(max(0.0, min(1.0, value)))
    return result


@dataclass(frozen=True)
class Look:
    """The tones of one surface, from the lightest to the deepest shade, and its finish."""

    light: QColor
    base: QColor
    dark: QColor
    deep: QColor
    material: str
    is_metallic: bool = False
    pattern: str = ""

    def plain(self) -> Look:
        """The same look without dots or stripes, for small parts."""
        return replace(self, pattern="")

    def in_material(self, material: str) -> Look:
        """The same tones in another material, without a pattern."""
        return replace(self, material=material, pattern="")

    @property
    def contrast(self) -> QColor:
        """The colour of dots and stripes: cream on dark surfaces, ink on pale ones."""
        return QColor("#20242e") if self.base.lightnessF() > 0.62 else QColor("#fbf6e6")


def tones(light: str, base: str, dark: str, deep: str, material: str = "") -> Look:
    """A look of fixed colours, for the parts that keep theirs: skin, cork, buckles."""
    return Look(QColor(light), QColor(base), QColor(dark), QColor(deep), material)


def make_look(colour: str, material: str, rng: random.Random, pattern: str = "") -> Look:
    """The look of `colour` in `material`, a little different each time."""
    base = QColor(_BASES[colour])
    hue, sat, val = base.hsvHueF(), base.hsvSaturationF(), base.valueF()
    base = QColor.fromHsvF(
        (max(hue, 0.0) + rng.uniform(-0.012, 0.012)) % 1.0,
        min(1.0, sat * rng.uniform(0.9, 1.08)),
        min(1.0, val * rng.uniform(0.93, 1.05)),
    )
    white, black = QColor("#ffffff"), QColor("#06070c")
    if colour == "golden":
        light, dark, deep = QColor("#fff3bf"), QColor("#a8741a"), QColor("#5e3f0c")
    elif colour == "silver":
        light, dark, deep = QColor("#fdfeff"), QColor("#7b838c"), QColor("#434a53")
    elif colour == "white":
        light, dark, deep = white, QColor("#d3cfc8"), QColor("#a39e97")
    elif colour == "black":
        light, dark, deep = QColor("#666a77"), QColor("#111218"), QColor("#050508")
    else:
        # Lighter by value rather than by white, or sheen would turn red into pink.
        light = QColor.fromHsvF(
            base.hsvHueF(), base.hsvSaturationF() * 0.62, min(1.0, base.valueF() * 1.2 + 0.12)
        )
        dark, deep = mix(base, black, 0.36), mix(base, black, 0.62)
    return Look(light, base, dark, deep, material, colour in ("golden", "silver"), pattern)


@functools.lru_cache(maxsize=512)
def outline(data: str) -> QPainterPath:
    """The path of an SVG-like string of absolute M, L, Q, C and Z commands.

    Callers must not change the returned path: it is shared.
    """
    path = QPainterPath()
    for command, numbers in re.findall(r"([MLQCZ])([^MLQCZ]*)", data):
        v = [float(x) for x in numbers.replace(",", " ").split()]
        if command == "M":
            path.moveTo(v[0], v[1])
        elif command == "L":
            for i in range(0, len(v), 2):
                path.lineTo(v[i], v[i + 1])
        elif command == "Q":
            for i in range(0, len(v), 4):
                path.quadTo(*v[i : i + 4])
        elif command == "C":
            for i in range(0, len(v), 6):
                path.cubicTo(*v[i : i + 6])
        else:
            path.closeSubpath()
    return path


def ellipse(x: float, y: float, rx: float, ry: float) -> QPainterPath:
    """An ellipse by its centre and radii."""
    path = QPainterPath()
    path.addEllipse(QPointF(x, y), rx, ry)
    return path


def box(x: float, y: float, w: float, h: float, radius: float = 0.0) -> QPainterPath:
    """A rectangle, rounded by `radius`."""
    path = QPainterPath()
    path.addRoundedRect(QRectF(x, y, w, h), radius, radius)
    return path


class Brushes:
    """Fills paths with looks on one painter.

    Args:
        painter: an active painter whose coordinates are units.
        rng: the source of every small variation.
        pixels_per_unit: the scale of the painter, to choose the texture's resolution.
    """

    def __init__(self, painter: QPainter, rng: random.Random, pixels_per_unit: float) -> None:
        self.p = painter
        self.rng = rng
        self.pixels_per_unit = pixels_per_unit
        self._origin = (rng.uniform(0, TILE), rng.uniform(0, TILE))
        self._sheen = rng.uniform(-0.15, 0.15)

    def texture(
        self, path: QPainterPath, kind: str, ink: QColor | None = None, angle: float = 0.0
    ) -> None:
        """Lay a texture over `path`, turned by `angle` degrees."""
        wanted = TILE * self.pixels_per_unit
        pixels = next((n for n in (72, 96, 144, 192, 288, 384, 480) if n >= wanted), 480)
        brush = QBrush(tile(kind, pixels, ink.rgb() & 0xFFFFFF if ink is not None else 0))
        transform = QTransform().translate(*self._origin).rotate(angle)
        brush.setTransform(transform.scale(TILE / pixels, TILE / pixels))
        self.p.fillPath(path, brush)

    def gradient(
        self,
        path: QPainterPath,
        stops: list[tuple[float, QColor]],
        start: tuple[float, float] = (0.0, 0.0),
        end: tuple[float, float] = (1.0, 0.0),
    ) -> None:
        """Fill with a linear gradient; `start` and `end` are fractions of the bounding box."""
        r = path.boundingRect()
        line = QLinearGradient(
            r.x() + start[0] * r.width(), r.y() + start[1] * r.height(),
            r.x() + end[0] * r.width(), r.y() + end[1] * r.height(),
        )  # fmt: skip
        for position, colour in stops:
            line.setColorAt(position, colour)
        self.p.fillPath(path, QBrush(line))

    def glow(self, x: float, y: float, radius: float, colour: QColor, squash: float = 1.0) -> None:
        """A soft spot fading from `colour` to nothing; `squash` flattens it vertically."""
        spot = QRadialGradient(QPointF(0, 0), radius)
        spot.setColorAt(0, colour)
        spot.setColorAt(0.45, alpha(colour, colour.alphaF() * 0.55))
        spot.setColorAt(1, alpha(colour, 0))
        self.p.save()
        self.p.translate(x, y)
        self.p.scale(1, squash)
        self.p.fillRect(QRectF(-radius, -radius, 2 * radius, 2 * radius), QBrush(spot))
        self.p.restore()

    def fill(
        self, path: QPainterPath, look: Look, form: str = "flat", angle: float = 0.0,
        is_patterned: bool = True,
    ) -> None:  # fmt: skip
        """Paint `path` as a surface of `look`.

        Args:
            form: "flat", "round" (a ball), "tube" (upright cylinder), "bar" (lying cylinder) or
                "folds" (hanging cloth).
            angle: direction of the texture in degrees.
            is_patterned: whether dots or stripes of the look apply here.
        """
        material = look.material
        is_glass = material == "glass"
        opacity = 0.62 if is_glass else 1.0
        stops = self._stops(look, form)
        if is_glass:
            stops = [(t, alpha(c, opacity)) for t, c in stops]
        if form == "round":
            r = path.boundingRect()
            reach = max(r.width(), r.height())
            centre = QPointF(r.x() + 0.34 * r.width(), r.y() + 0.28 * r.height())
            ball = QRadialGradient(centre, 0.86 * reach)
            for position, colour in stops:
                ball.setColorAt(position, colour)
            self.p.fillPath(path, QBrush(ball))
        elif form == "bar":
            self.gradient(path, stops, (0, 0), (0, 1))
        elif form == "flat":
            self.gradient(path, stops, (0.15, 0), (0.75, 1))
        else:
            self.gradient(path, stops)
        if is_patterned and look.pattern:
            self.texture(path, look.pattern, look.contrast, angle + (12 if form == "folds" else 0))
        self._finish(path, look, angle)
        edge = QPen(alpha(look.deep, 0.55 if not is_glass else 0.8), 0.006)
        self.p.strokePath(path, edge)

    def _stops(self, look: Look, form: str) -> list[tuple[float, QColor]]:
        light, base, dark, deep = look.light, look.base, look.dark, look.deep
        is_shiny = look.material in ("metal", "glossy") or look.is_metallic
        if form == "folds":
            n = 5
            stops = []
            for i in range(n + 1):
                t = (i + self._sheen) / n
                if 0 < t < 1:
                    stops.append((t, dark if look.material != "silk" else mix(dark, deep, 0.3)))
                t += 0.42 / n
                if 0 < t < 1:
                    stops.append((t, mix(base, light, 0.75 if look.material == "silk" else 0.3)))
            return [(0.0, mix(dark, deep, 0.4)), *stops, (1.0, deep)]
        if form == "round":
            if is_shiny:
                return [(0, light), (0.28, mix(base, light, 0.35)), (0.5, base), (0.68, deep),
                        (0.82, dark), (1, mix(base, light, 0.3))]  # fmt: skip
            return [(0, mix(light, base, 0.25)), (0.4, base), (0.8, dark), (1, deep)]
        if is_shiny:
            s = self._sheen * 0.4
            return [(0, dark), (0.16 + s, mix(base, light, 0.6)), (0.28 + s, light),
                    (0.42 + s, base), (0.62 + s, mix(dark, deep, 0.5)), (0.78 + s, base),
                    (0.9 + s, mix(base, light, 0.6)), (1, dark)]  # fmt: skip
        if form in ("tube", "bar"):
            return [(0, dark), (0.14, base), (0.34, mix(base, light, 0.7)), (0.55, base),
                    (0.86, dark), (1, deep)]  # fmt: skip
        return [(0, mix(base, light, 0.55)), (0.45, base), (1, mix(base, dark, 0.8))]

    def _finish(self, path: QPainterPath, look: Look, angle: float) -> None:
        """The cue by which the eye knows the material."""
        material, p = look.material, self.p
        white = QColor("#ffffff")
        if material == "silk":
            shine = [
                (0.0, alpha(white, 0)), (0.2 + self._sheen, alpha(white, 0.04)),
                (0.30 + self._sheen, alpha(white, 0.46)), (0.38 + self._sheen, alpha(white, 0.05)),
                (0.60 + self._sheen, alpha(white, 0.0)), (0.68 + self._sheen, alpha(white, 0.34)),
                (0.76 + self._sheen, alpha(white, 0.0)), (1.0, alpha(white, 0)),
            ]  # fmt: skip
            self.gradient(path, shine, (0, 0.2), (1, 0.8))
        elif material == "velvet":
            r = path.boundingRect()
            depth = QRadialGradient(r.center(), max(r.width(), r.height()) * 0.58)
            depth.setColorAt(0, alpha(look.deep, 0.72))
            depth.setColorAt(0.6, alpha(look.deep, 0.42))
            depth.setColorAt(1, alpha(look.light, 0.6))
            p.fillPath(path, QBrush(depth))
            self.texture(path, "velvet")
        elif material in ("wool", "cotton", "straw", "wood", "leather", "matte"):
            self.texture(path, material, angle=angle)
            if material in ("leather", "cotton"):
                self.stitch(path, look, 0.9)
            if material == "cotton":
                p.fillPath(path, alpha(white, 0.08))
        elif material == "ceramic":
            self.spot(path, 0.26, 0.2, 0.2, 0.16, 0.95)
        elif material == "plastic":
            self.gradient(path, [(0, alpha(white, 0.5)), (0.4, alpha(white, 0.06)),
                                 (1, alpha(white, 0))], (0.1, 0), (0.55, 0.9))  # fmt: skip
        elif material == "glass":
            self.gradient(path, [(0, alpha(white, 0.65)), (0.1, alpha(white, 0.05)),
                                 (0.2, alpha(white, 0.6)), (0.28, alpha(white, 0.6)),
                                 (0.3, alpha(white, 0.02)), (0.85, alpha(white, 0)),
                                 (0.93, alpha(white, 0.5)), (1, alpha(white, 0.1))])  # fmt: skip
            p.strokePath(path, QPen(alpha(look.deep, 0.5), 0.014))
        elif material == "metal":
            self.gradient(path, [(0, alpha(white, 0)), (0.3, alpha(white, 0)),
                                 (0.36, alpha(white, 0.6)), (0.40, alpha(white, 0)),
                                 (1, alpha("#000000", 0.22))], (0, 0.0), (1, 0.7))  # fmt: skip
        elif material == "glossy":
            self.gradient(path, [(0, alpha(white, 0.5)), (0.3, alpha(white, 0.12)),
                                 (0.45, alpha(white, 0.65)), (0.5, alpha(white, 0)),
                                 (1, alpha("#000000", 0.2))], (0, 0), (0, 1))  # fmt: skip

    def spot(
        self, path: QPainterPath, fx: float, fy: float, fw: float, fh: float, strength: float
    ) -> None:
        """A bright reflected window at a fraction of the path's bounding box."""
        r = path.boundingRect()
        shape = ellipse(
            r.x() + fx * r.width(), r.y() + fy * r.height(),
            fw * r.width() / 2, fh * r.height() / 2,
        )  # fmt: skip
        p = self.p
        p.save()
        p.setClipPath(path, Qt.ClipOperation.IntersectClip)
        self.gradient(shape, [(0, alpha("#ffffff", strength)), (1, alpha("#ffffff", 0.25))],
                      (0, 0), (0.6, 1))  # fmt: skip
        p.restore()

    def stitch(self, path: QPainterPath, look: Look, shrink: float) -> None:
        """A dashed seam just inside the edge of `path`."""
        r = path.boundingRect()
        if min(r.width(), r.height()) < 0.06:
            return
        c = r.center()
        inside = QTransform().translate(c.x(), c.y()).scale(shrink, shrink)
        inside = inside.translate(-c.x(), -c.y())
        pen = QPen(alpha(mix(look.light, QColor("#ffffff"), 0.4), 0.9), 0.009)
        pen.setDashPattern([2.2, 1.6])
        self.p.strokePath(inside.map(path), pen)

    def stroke(self, path: QPainterPath, look: Look, width: float, is_round: bool = True) -> None:
        """Draw `path` as a rod of `look`: dark edge, body, and a light along it."""
        cap = Qt.PenCapStyle.RoundCap if is_round else Qt.PenCapStyle.FlatCap
        join = Qt.PenJoinStyle.RoundJoin
        solid = Qt.PenStyle.SolidLine
        see = 0.7 if look.material == "glass" else 1.0
        p = self.p
        p.strokePath(path, QPen(QBrush(look.deep), width, solid, cap, join))
        p.strokePath(path, QPen(QBrush(alpha(look.base, see)), width * 0.84, solid, cap, join))
        if look.material in ("wool", "straw", "wood", "leather", "cotton"):
            pen = QPen(QBrush(alpha(look.dark, 0.8)), width * 0.84, solid, Qt.PenCapStyle.FlatCap)
            pen.setDashPattern([0.25, 0.5])
            p.strokePath(path, pen)
        p.save()
        p.translate(-width * 0.13, -width * 0.13)
        shine = alpha(mix(look.light, QColor("#ffffff"), 0.2), 0.85)
        p.strokePath(path, QPen(QBrush(shine), width * 0.24, solid, cap, join))
        p.restore()

    def band(self, path: QPainterPath, trim: Look | None, width: float = 0.034) -> None:
        """Gold or silver edging along `path`; nothing when there is no trim."""
        if trim is None:
            return
        solid, cap = Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap
        join = Qt.PenJoinStyle.RoundJoin
        r = path.boundingRect()
        shine = QLinearGradient(r.topLeft(), r.bottomRight())
        for i in range(7):
            shine.setColorAt(i / 6, (trim.base, trim.light, trim.dark)[i % 3])
        p = self.p
        p.strokePath(path, QPen(QBrush(trim.deep), width * 1.3, solid, cap, join))
        p.strokePath(path, QPen(QBrush(shine), width, solid, cap, join))
        p.strokePath(path, QPen(QBrush(alpha(trim.light, 0.9)), width * 0.25, solid, cap, join))
