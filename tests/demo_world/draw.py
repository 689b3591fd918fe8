"""Draw a `Scene` as a picture of any size; the same seed gives the same picture.

>>> image = draw(Scene("watch", "golden", "metal", "none", "desk"), seed=7, width=640, height=640)
"""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter, QTransform

from tests.demo_world import atmosphere, carried, kept, places, vessels, worn
from tests.demo_world.paint import Brushes, Look, alpha, make_look
from tests.demo_world.vocabulary import Scene

DRAWERS: dict[str, tuple[Callable[[Brushes, Look, Look | None], None], float, float, float]] = {
    # drawer, lowest point, half width of the shadow, largest turn in degrees
    "watch": (carried.watch, 0.50, 0.16, 24),
    "cape": (worn.cape, 0.47, 0.40, 4),
    "hat": (worn.hat, 0.34, 0.42, 10),
    "handbag": (carried.handbag, 0.45, 0.42, 5),
    "dress": (worn.dress, 0.47, 0.30, 5),
    "shoe": (worn.shoe, 0.40, 0.44, 6),
    "necklace": (worn.necklace, 0.44, 0.26, 4),
    "sports car": (kept.sports_car, 0.30, 0.48, 2),
    "toy figure": (kept.toy_figure, 0.48, 0.32, 3),
    "cup": (vessels.cup, 0.45, 0.28, 4),
    "chair": (kept.chair, 0.47, 0.34, 3),
    "guitar": (kept.guitar, 0.47, 0.22, 28),
    "lamp": (kept.lamp, 0.47, 0.22, 2),
    "backpack": (carried.backpack, 0.46, 0.36, 6),
    "sunglasses": (carried.sunglasses, 0.20, 0.44, 12),
    "teapot": (vessels.teapot, 0.45, 0.36, 4),
    "headphones": (carried.headphones, 0.40, 0.40, 14),
    "bottle": (vessels.bottle, 0.46, 0.20, 6),
}


def painter_on(image: QImage) -> QPainter:
    """A painter whose origin is the middle of `image` and whose unit is its shorter side."""
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.translate(image.width() / 2, image.height() / 2)
    short = min(image.width(), image.height())
    painter.scale(short, short)
    return painter


def draw(
    scene: Scene, seed: int, width: int, height: int, is_cut_out: bool = False, centre: float = 1.0
) -> QImage:
    """A picture of `scene`.

    Args:
        seed: fixes position, proportions, light and background.
        width, height: size in pixels; the thing stays within the centre square.
        is_cut_out: leave the ground transparent and draw no place.
        centre: how freely the thing moves about; 0 keeps it in the middle.

    Returns:
        A `QImage`, RGB32, or premultiplied ARGB32 if cut out.
    """
    rng = random.Random(f"{scene}/{seed}")
    kind = QImage.Format.Format_ARGB32_Premultiplied if is_cut_out else QImage.Format.Format_RGB32
    image = QImage(width, height, kind)
    image.fill(0)
    painter = painter_on(image)
    short = min(width, height)
    w, h = width / short, height / short
    b = Brushes(painter, rng, short)
    ground = places.horizon(scene.setting, rng)
    if not is_cut_out:
        places.PAINTERS[scene.setting](b, w, h, ground)
    _, low, _, turn = DRAWERS[scene.thing]
    size = rng.uniform(0.70, 0.88)
    x = rng.uniform(-0.07, 0.07) * centre
    foot = min(0.46, ground + size * rng.uniform(0.24, 0.40)) if centre else 0.42
    foot = max(foot, size * (0.5 + low) - 0.47)
    place_thing(b, scene, x, foot, size, rng.uniform(-turn, turn) * 0.8)
    if not is_cut_out:
        atmosphere.weather(b, scene.setting, w, h)
        atmosphere.vignette(b, w, h, rng.uniform(0.05, 0.28))
    painter.end()
    return image


def place_thing(b: Brushes, scene: Scene, x: float, foot: float, size: float, turn: float) -> None:
    """Draw the scene's thing with its shadow, standing at (x, foot) in frame units."""
    rng, p = b.rng, b.p
    drawer, low, reach, _ = DRAWERS[scene.thing]
    dark = 0.6 if scene.setting != "snow" else 0.42
    b.glow(x + 0.02, foot - 0.005, reach * size * 1.35, alpha("#05060a", dark), 0.2)
    b.glow(x, foot - 0.005, reach * size * 0.9, alpha("#000000", dark), 0.1)
    pattern = scene.trim if scene.trim in ("dotted", "striped") else ""
    look = make_look(scene.colour, scene.material, rng, pattern)
    edging = {"gold": "golden", "silver": "silver"}.get(scene.trim)
    trim = make_look(edging, "metal", rng) if edging else None
    p.save()
    p.translate(x, foot)
    wide, tall = rng.uniform(0.93, 1.06), rng.uniform(0.94, 1.05)
    p.setTransform(QTransform().scale(-1 if rng.random() < 0.5 else 1, 1) * p.transform(), False)
    p.scale(size * wide, size * tall)
    p.rotate(turn)
    p.translate(0, -low)
    b.pixels_per_unit *= size
    drawer(b, look, trim)
    b.pixels_per_unit /= size
    p.restore()


def to_array(image: QImage) -> np.ndarray:
    """The pixels of `image` as (h, w, 3) uint8 RGB; transparent ground becomes white."""
    if image.hasAlphaChannel():
        flat = QImage(image.size(), QImage.Format.Format_RGB32)
        flat.fill(Qt.GlobalColor.white)
        painter = QPainter(flat)
        painter.drawImage(0, 0, image)
        painter.end()
        image = flat
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    h, w = image.height(), image.width()
    rows = np.frombuffer(image.constBits(), np.uint8, h * image.bytesPerLine())
    return rows.reshape(h, image.bytesPerLine())[:, : 3 * w].reshape(h, w, 3).copy()
