"""Backgrounds: the six settings, painted over a whole frame.

Frame coordinates: the shorter side is one unit, the centre is (0, 0), y downwards; the ground
begins at `Place.horizon` and the thing stands at about `Place.ground`.
"""

from __future__ import annotations

import math
import random

from PySide6.QtCore import QRectF
from PySide6.QtGui import QBrush, QColor, QLinearGradient, QPen

from tests.demo_world.paint import Brushes, Look, alpha, box, ellipse, mix, outline


def _hsv(h: float, s: float, v: float) -> QColor:
    return QColor.fromHsvF(h % 1.0, max(0.0, min(1.0, s)), max(0.0, min(1.0, v)))


def _sheet(b: Brushes, area: QRectF, stops: list[tuple[float, QColor]]) -> None:
    """A rectangle with a vertical gradient."""
    fade = QLinearGradient(area.topLeft(), area.bottomLeft())
    for position, colour in stops:
        fade.setColorAt(position, colour)
    b.p.fillRect(area, QBrush(fade))


def soft_dots(
    b: Brushes,
    area: QRectF,
    count: int,
    sizes: tuple[float, float],
    colours: list[QColor],
    opacity: tuple[float, float],
) -> None:
    """Out-of-focus lights or leaves: plain translucent discs."""
    rng = b.rng
    for _ in range(count):
        r = rng.uniform(*sizes)
        x = rng.uniform(area.left(), area.right())
        y = rng.uniform(area.top(), area.bottom())
        b.p.fillPath(ellipse(x, y, r, r), alpha(rng.choice(colours), rng.uniform(*opacity)))


def studio(b: Brushes, w: float, h: float, y: float) -> None:
    """A seamless paper backdrop in a quiet tint, with a pool of light."""
    rng = b.rng
    tint = _hsv(
        rng.choice((0.08, 0.1, 0.58, 0.55, 0.9, 0.3)),
        rng.uniform(0.02, 0.14),
        rng.choice((0.93, 0.88, 0.8, 0.68)),
    )
    floor = mix(tint, QColor("#ffffff"), 0.35)
    _sheet(
        b,
        QRectF(-w / 2, -h / 2, w, h),
        [
            (0, mix(tint, QColor("#40434c"), 0.25)),
            (0.62, tint),
            (0.74, floor),
            (1, mix(tint, QColor("#50525a"), 0.12)),
        ],
    )
    b.glow(rng.uniform(-0.2, 0.2), -0.08, 0.7, alpha("#ffffff", 0.5))


def beach(b: Brushes, w: float, h: float, y: float) -> None:
    """Sky, sea, foam and sand."""
    rng, p = b.rng, b.p
    is_dusk = rng.random() < 0.3
    high, low = (
        (QColor("#6f86b8"), QColor("#f7c9a0"))
        if is_dusk
        else (_hsv(rng.uniform(0.55, 0.6), 0.5, 0.86), QColor("#e4f3f8"))
    )
    _sheet(b, QRectF(-w / 2, -h / 2, w, y + h / 2), [(0, high), (1, low)])
    b.glow(rng.uniform(-0.4, 0.4), y - rng.uniform(0.12, 0.3), 0.3, alpha("#fff6d8", 0.85))
    for _ in range(3):
        cx, cy = rng.uniform(-w / 2, w / 2), rng.uniform(-h / 2, y - 0.2)
        b.glow(cx, cy, rng.uniform(0.14, 0.3), alpha("#ffffff", 0.6), 0.28)
    shore = y + rng.uniform(0.14, 0.2)
    sea = QColor("#3f7f9f") if is_dusk else _hsv(rng.uniform(0.5, 0.56), 0.68, 0.72)
    _sheet(
        b,
        QRectF(-w / 2, y, w, shore - y + 0.03),
        [(0, mix(sea, QColor("#0f3c63"), 0.4)), (1, mix(sea, QColor("#bff0ea"), 0.4))],
    )
    for _ in range(9):
        x, line = rng.uniform(-w / 2, w / 2), rng.uniform(y + 0.01, shore)
        p.strokePath(
            outline(f"M {x:.3f} {line:.3f} L {x + rng.uniform(0.04, 0.2):.3f} {line:.3f}"),
            QPen(alpha("#ffffff", 0.45), 0.005),
        )
    sand = _hsv(rng.uniform(0.09, 0.12), rng.uniform(0.28, 0.42), 0.92)
    wave = rng.uniform(-0.02, 0.02)
    beach_path = outline(
        f"M {-w / 2} {shore:.4f} "
        f"Q {-w / 4} {shore + 0.03 + wave:.4f} 0 {shore:.4f} "
        f"Q {w / 4} {shore - 0.03 - wave:.4f} {w / 2} {shore + 0.01:.4f} "
        f"L {w / 2} {h / 2} L {-w / 2} {h / 2} Z"
    )
    p.strokePath(beach_path, QPen(alpha("#ffffff", 0.85), 0.024))
    b.gradient(
        beach_path,
        [
            (0, mix(sand, QColor("#8a6a44"), 0.35)),
            (0.2, sand),
            (1, mix(sand, QColor("#c9a16a"), 0.35)),
        ],
        (0, 0),
        (0, 1),
    )
    b.texture(beach_path, "matte")
    for _ in range(5):
        x, line = rng.uniform(-w / 2, w / 2), rng.uniform(shore + 0.08, h / 2)
        if rng.random() < 0.5:
            b.p.fillPath(ellipse(x, line, 0.018, 0.011), QColor("#f9ecdf"))
        else:
            p.strokePath(
                outline(
                    f"M {x:.3f} {line:.3f} q".replace("q", "Q") + f" {x + 0.1:.3f} "
                    f"{line - 0.02:.3f} {x + 0.22:.3f} {line:.3f}"
                ),
                QPen(alpha("#a07c4c", 0.35), 0.01),
            )
    if rng.random() < 0.6:  # palm leaves reach in from a corner
        side = rng.choice((-1, 1))
        for _ in range(5):
            tip_x, tip_y = side * (w / 2 - rng.uniform(0.2, 0.45)), -h / 2 + rng.uniform(0.02, 0.3)
            p.fillPath(
                outline(
                    f"M {side * w / 2} {-h / 2 - 0.02} Q {side * (w / 2 - 0.16)} "
                    f"{tip_y - 0.14:.3f} {tip_x:.3f} {tip_y:.3f} "
                    f"Q {side * (w / 2 - 0.1)} {tip_y - 0.04:.3f} {side * w / 2} "
                    f"{-h / 2 + 0.06} Z"
                ),
                alpha("#2f6b3a", 0.8),
            )


def desk(b: Brushes, w: float, h: float, y: float) -> None:
    """A wooden table top before a blurred room."""
    rng, p = b.rng, b.p
    hue = rng.choice((0.08, 0.11, 0.55, 0.4))
    wall = _hsv(hue, rng.uniform(0.05, 0.2), rng.uniform(0.68, 0.88))
    _sheet(
        b,
        QRectF(-w / 2, -h / 2, w, y + h / 2),
        [(0, mix(wall, QColor("#ffffff"), 0.15)), (1, mix(wall, QColor("#3a332c"), 0.25))],
    )
    side = rng.choice((-1, 1))
    x = side * rng.uniform(0.16, 0.3)
    window = box(x - 0.16, -h / 2 - 0.1, 0.32, y + h / 2 - 0.06, 0.01)
    b.gradient(window, [(0, QColor("#fbfdff")), (1, QColor("#d5e4ec"))], (0, 0), (0, 1))
    p.strokePath(window, QPen(alpha("#ffffff", 0.8), 0.02))
    p.strokePath(outline(f"M {x} {-h / 2} L {x} {y - 0.165}"), QPen(alpha("#ffffff", 0.9), 0.016))
    shelf = [QColor(c) for c in ("#8c5a4a", "#4a6b7c", "#c2a25c", "#6e7a5c", "#d8d0c0", "#5a5566")]
    at = -side * rng.uniform(0.1, 0.2)
    for _ in range(6):  # books, out of focus
        width, tall = rng.uniform(0.025, 0.05), rng.uniform(0.14, 0.24)
        b.gradient(
            box(at, y - tall, width, tall),
            [(0, alpha(rng.choice(shelf), 0.75)), (1, alpha("#3a332c", 0.6))],
        )
        at -= side * width * 1.08
    tone = QColor(rng.choice(("#a9713f", "#8a5a34", "#c3925c", "#6d4a30")))
    table = Look(
        mix(tone, QColor("#fff"), 0.3),
        tone,
        mix(tone, QColor("#000"), 0.25),
        mix(tone, QColor("#000"), 0.5),
        "wood",
    )
    top = box(-w / 2 - 0.02, y, w + 0.04, h / 2 - y + 0.02)
    b.gradient(top, [(0, table.light), (0.4, table.base), (1, table.dark)], (0, 0), (0, 1))
    p.save()
    p.setOpacity(0.5)
    b.texture(top, "wood", angle=90)
    p.restore()
    _sheet(b, QRectF(-w / 2, y, w, 0.12), [(0, alpha("#ffffff", 0.4)), (1, alpha("#ffffff", 0))])
    for edge in (0.16, 0.34):
        p.strokePath(
            outline(f"M {-w / 2} {y + edge} L {w / 2} {y + edge}"),
            QPen(alpha(table.deep, 0.4), 0.006),
        )
    if rng.random() < 0.7:  # a notebook and a pencil
        p.save()
        p.translate(-side * rng.uniform(0.34, 0.44), y + rng.uniform(0.12, 0.3))
        p.rotate(rng.uniform(-20, 20))
        p.fillPath(box(-0.115, -0.045, 0.25, 0.1, 0.008), alpha("#000000", 0.25))
        p.fillPath(box(-0.12, -0.055, 0.25, 0.1, 0.008), QColor("#f3eee0"))
        for i in range(3):
            p.strokePath(
                outline(f"M -0.1 {-0.03 + 0.024 * i} L 0.1 {-0.03 + 0.024 * i}"),
                QPen(alpha("#8aa0b4", 0.7), 0.004),
            )
        p.strokePath(outline("M -0.06 0.075 L 0.13 0.03"), QPen(QColor("#d9a531"), 0.014))
        p.restore()


def night(b: Brushes, w: float, h: float, y: float) -> None:
    """A city after dark: towers with lit windows, soft lights, a wet street."""
    rng, p = b.rng, b.p
    _sheet(
        b,
        QRectF(-w / 2, -h / 2, w, y + h / 2),
        [(0, QColor("#070b1e")), (0.6, QColor("#162049")), (1, QColor("#4a3a6b"))],
    )
    if rng.random() < 0.4:
        b.glow(rng.uniform(-0.4, 0.4), -h / 2 + 0.12, 0.12, alpha("#eef2ff", 0.9))
    x = -w / 2
    lit = [QColor("#ffd98a"), QColor("#ffe9bd"), QColor("#9fd0ff")]
    while x < w / 2:
        width, tall = rng.uniform(0.1, 0.2), rng.uniform(0.18, 0.55)
        p.fillRect(
            QRectF(x, y - tall, width, tall),
            mix(QColor("#0b0f22"), QColor("#232a52"), rng.random()),
        )
        rows, columns = int(tall / 0.055), max(2, int(width / 0.045))
        for _ in range(int(rows * columns * 0.45)):
            p.fillRect(
                QRectF(
                    x + 0.012 + rng.randrange(columns) * (width - 0.02) / columns,
                    y - tall + 0.02 + rng.randrange(rows) * 0.055,
                    0.02,
                    0.026,
                ),
                alpha(rng.choice(lit), rng.uniform(0.3, 0.9)),
            )
        x += width + rng.uniform(0, 0.02)
    _sheet(b, QRectF(-w / 2, y, w, h / 2 - y), [(0, QColor("#2a2547")), (1, QColor("#0c0e1d"))])
    neon = [QColor(c) for c in ("#ff4fa0", "#45c8ff", "#ffc14d", "#9b6bff", "#ff7a4d")]
    b.glow(rng.uniform(-0.2, 0.2), y - 0.05, 0.6, alpha(rng.choice(neon), 0.5))
    soft_dots(b, QRectF(-w / 2, y - 0.3, w, 0.34), 9, (0.018, 0.05), neon, (0.25, 0.6))
    for _ in range(8):
        tone, cx = rng.choice(neon), rng.uniform(-w / 2, w / 2)
        _sheet(
            b,
            QRectF(cx, y + rng.uniform(0, 0.04), rng.uniform(0.015, 0.05), rng.uniform(0.15, 0.4)),
            [(0, alpha(tone, 0.5)), (1, alpha(tone, 0))],
        )


def forest(b: Brushes, w: float, h: float, y: float) -> None:
    """Trunks in green light over moss and ferns."""
    rng, p = b.rng, b.p
    green = _hsv(rng.uniform(0.25, 0.36), rng.uniform(0.4, 0.55), rng.uniform(0.5, 0.65))
    _sheet(
        b,
        QRectF(-w / 2, -h / 2, w, y + h / 2 + 0.02),
        [
            (0, mix(green, QColor("#f2f7c8"), 0.45)),
            (0.7, green),
            (1, mix(green, QColor("#16240f"), 0.4)),
        ],
    )
    leaves = [_hsv(rng.uniform(0.2, 0.36), 0.5, v) for v in (0.4, 0.55, 0.7, 0.85)]
    soft_dots(b, QRectF(-w / 2, -h / 2, w, 0.55), 14, (0.03, 0.1), leaves, (0.2, 0.45))
    for depth in (0.45, 0.8):
        for _ in range(4):
            x, r = rng.uniform(-w / 2, w / 2), rng.uniform(0.018, 0.045) * (0.5 + depth)
            bark = mix(mix(QColor("#3a2a1c"), green, 0.7 - depth * 0.6), QColor("#000"), 0.12)
            b.gradient(
                outline(
                    f"M {x - r:.4f} {-h / 2} L {x + r:.4f} {-h / 2} L {x + r * 1.2:.4f} "
                    f"{y + 0.03} L {x - r * 1.3:.4f} {y + 0.03} Z"
                ),
                [
                    (0, mix(bark, QColor("#fff"), 0.18)),
                    (0.5, bark),
                    (1, mix(bark, QColor("#000"), 0.4)),
                ],
            )
    for _ in range(2):
        x = rng.uniform(-0.3, 0.4)
        b.gradient(
            outline(
                f"M {x} {-h / 2} L {x + 0.1} {-h / 2} L {x - 0.2} {y + 0.1} "
                f"L {x - 0.45} {y + 0.1} Z"
            ),
            [(0, alpha("#fffbd0", 0.34)), (1, alpha("#fffbd0", 0))],
            (0, 0),
            (0, 1),
        )
    moss = mix(green, QColor("#3d4a1c"), 0.55)
    _sheet(
        b,
        QRectF(-w / 2, y, w, h / 2 - y),
        [
            (0, mix(moss, QColor("#12200c"), 0.45)),
            (0.35, moss),
            (1, mix(moss, QColor("#16220c"), 0.35)),
        ],
    )
    soft_dots(
        b,
        QRectF(-w / 2, y, w, h / 2 - y),
        18,
        (0.012, 0.035),
        [mix(moss, QColor("#d8e070"), 0.5), mix(moss, QColor("#0a1406"), 0.5), QColor("#8a5a2c")],
        (0.3, 0.6),
    )
    for _ in range(4):  # ferns at the edges
        x = rng.choice((-1, 1)) * rng.uniform(0.36, w / 2)
        foot = y + rng.uniform(0.08, 0.3)
        for i in range(5):
            a = -math.pi / 2 + (i - 2) * 0.42
            tx, ty = x + 0.17 * math.cos(a), foot + 0.17 * math.sin(a)
            p.fillPath(
                outline(
                    f"M {x - 0.008:.4f} {foot:.4f} Q {(x + tx) / 2 - 0.02:.4f} "
                    f"{(foot + ty) / 2 - 0.02:.4f} {tx:.4f} {ty:.4f} "
                    f"Q {(x + tx) / 2 + 0.02:.4f} {(foot + ty) / 2 + 0.02:.4f} "
                    f"{x + 0.008:.4f} {foot:.4f} Z"
                ),
                alpha(leaves[i % 3], 0.85),
            )


def snow(b: Brushes, w: float, h: float, y: float) -> None:
    """White ground, firs under snow, flakes in the air."""
    rng, p = b.rng, b.p
    _sheet(
        b,
        QRectF(-w / 2, -h / 2, w, y + h / 2 + 0.02),
        [(0, _hsv(rng.uniform(0.56, 0.62), 0.34, 0.76)), (1, QColor("#e6edf5"))],
    )
    _sheet(
        b,
        QRectF(-w / 2, y - 0.02, w, h / 2 - y + 0.02),
        [(0, QColor("#dfe8f2")), (1, QColor("#c6d4e6"))],
    )
    hills = outline(
        f"M {-w / 2} {y} Q {-w / 4} {y - rng.uniform(0.1, 0.25)} 0 {y - 0.05} "
        f"Q {w / 4} {y - rng.uniform(0.1, 0.25)} {w / 2} {y - 0.02} "
        f"L {w / 2} {y + 0.02} L {-w / 2} {y + 0.02} Z"
    )
    b.gradient(hills, [(0, QColor("#f4f8fc")), (1, QColor("#c2d2e4"))], (0, 0), (0, 1))
    for _ in range(6):
        x, tall = rng.uniform(-w / 2, w / 2), rng.uniform(0.2, 0.42)
        foot = y + rng.uniform(0, 0.03)
        for i in range(3):
            half, top = tall * (0.16 + 0.1 * i), foot - tall * (1 - 0.27 * i)
            tier = outline(
                f"M {x:.4f} {top:.4f} L {x + half:.4f} {top + tall * 0.45:.4f} "
                f"L {x - half:.4f} {top + tall * 0.45:.4f} Z"
            )
            b.gradient(
                tier,
                [(0, QColor("#eef4fa")), (0.4, QColor("#7f9aa0")), (1, QColor("#3e5d5c"))],
                (0, 0),
                (0.15, 1),
            )
    ground = outline(
        f"M {-w / 2} {y + 0.01} Q {-w / 5} {y - 0.03} 0 {y + 0.02} "
        f"Q {w / 4} {y + 0.06} {w / 2} {y} L {w / 2} {h / 2} L {-w / 2} {h / 2} Z"
    )
    b.gradient(
        ground,
        [(0, QColor("#dfe8f2")), (0.3, QColor("#fdfeff")), (1, QColor("#c6d4e6"))],
        (0, 0),
        (0, 1),
    )
    for _ in range(4):
        b.glow(
            rng.uniform(-w / 2, w / 2), rng.uniform(y + 0.1, h / 2), 0.2, alpha("#a9bfdc", 0.4), 0.2
        )
    p.save()
    soft_dots(b, QRectF(-w / 2, -h / 2, w, h), 26, (0.004, 0.013), [QColor("#ffffff")], (0.6, 1.0))
    p.restore()


PAINTERS = {
    "studio": studio,
    "beach": beach,
    "desk": desk,
    "night": night,
    "forest": forest,
    "snow": snow,
}


def horizon(setting: str, rng: random.Random) -> float:
    """Where the ground begins, in frame units."""
    return {"studio": 0.2, "desk": 0.14}.get(setting, 0.12) + rng.uniform(-0.05, 0.06)
