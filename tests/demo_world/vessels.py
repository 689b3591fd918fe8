"""Cup, teapot and bottle. Same conventions as `worn`."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QPen

from tests.demo_world.paint import Brushes, Look, alpha, box, ellipse, mix, outline, tones


def cup(b: Brushes, look: Look, trim: Look | None) -> None:
    """A mug with a handle, a little from above."""
    rng, p = b.rng, b.p
    w, foot = rng.uniform(0.26, 0.31), rng.uniform(0.18, 0.28)
    top, low = -0.3, 0.4
    b.stroke(
        outline(f"M {w * 0.96} -0.16 C {w + 0.2} -0.2 {w + 0.2} 0.22 {foot * 0.95} 0.22"),
        look.plain(),
        0.07,
    )
    body = outline(
        f"M {-w} {top} C {-w} 0.1 {-foot - 0.02} 0.3 {-foot} {low} "
        f"Q 0 {low + 0.12} {foot} {low} C {foot + 0.02} 0.3 {w} 0.1 {w} {top} Z"
    )
    b.fill(body, look, "tube")
    rim = ellipse(0, top, w, 0.085)
    b.fill(rim, look.plain(), "tube")
    inside = ellipse(0, top + 0.008, w * 0.88, 0.066)
    b.gradient(inside, [(0, look.deep), (1, mix(look.base, look.dark, 0.6))])
    drink = QColor(rng.choice(("#4a2712", "#8a4a16", "#3c5a24", "#6b4a35")))
    tea = ellipse(0, top + 0.024, w * 0.78, 0.045)
    b.gradient(tea, [(0, mix(drink, QColor("#fff"), 0.12)), (1, drink)])
    if trim is not None:
        b.band(rim, trim, 0.032)
        b.band(
            outline(f"M {-foot - 0.002} {low - 0.03} Q 0 {low + 0.09} {foot + 0.002} {low - 0.03}"),
            trim,
            0.034,
        )
    if rng.random() < 0.3 and not look.pattern:
        for x in (-0.07, 0.03):
            steam = QPen(alpha("#ffffff", 0.35), 0.02)
            steam.setCapStyle(Qt.PenCapStyle.RoundCap)
            p.strokePath(
                outline(f"M {x} -0.36 Q {x - 0.04} -0.41 {x} -0.45 Q {x + 0.03} -0.48 {x} -0.5"),
                steam,
            )


def teapot(b: Brushes, look: Look, trim: Look | None) -> None:
    """A round teapot with spout, handle and lid."""
    rng = b.rng
    w, h = rng.uniform(0.27, 0.31), rng.uniform(0.25, 0.29)
    y = 0.12
    b.stroke(
        outline(
            f"M {w * 0.85} {y - 0.16} C {w + 0.22} {y - 0.24} {w + 0.2} {y + 0.2} "
            f"{w * 0.82} {y + 0.14}"
        ),
        look.plain(),
        0.055,
    )
    spout = outline(
        f"M {-w * 0.72} {y + 0.14} C {-w - 0.1} {y + 0.12} {-w - 0.08} {y - 0.14} "
        f"{-w - 0.19} {y - 0.2} L {-w - 0.12} {y - 0.24} C {-w - 0.01} {y - 0.2} "
        f"{-w + 0.0} {y - 0.06} {-w * 0.75} {y - 0.06} Z"
    )
    b.fill(spout, look.plain(), "flat")
    b.fill(
        outline(
            f"M -0.15 {y + h - 0.02} L 0.15 {y + h - 0.02} L 0.17 {y + h + 0.05} "
            f"Q 0 {y + h + 0.09} -0.17 {y + h + 0.05} Z"
        ),
        look.plain(),
        "tube",
    )
    body = outline(
        f"M {-w * 0.5} {y - h} C {-w * 1.25} {y - h * 0.8} {-w * 1.25} {y + h} "
        f"{-w * 0.4} {y + h} Q 0 {y + h + 0.02} {w * 0.4} {y + h} C {w * 1.25} {y + h} "
        f"{w * 1.25} {y - h * 0.8} {w * 0.5} {y - h} Q 0 {y - h + 0.05} {-w * 0.5} "
        f"{y - h} Z"
    )
    b.fill(body, look, "round")
    lid = outline(
        f"M {-w * 0.55} {y - h + 0.015} C {-w * 0.5} {y - h - 0.13} {w * 0.5} "
        f"{y - h - 0.13} {w * 0.55} {y - h + 0.015} Q 0 {y - h + 0.06} {-w * 0.55} "
        f"{y - h + 0.015} Z"
    )
    b.fill(lid, look, "round")
    b.fill(ellipse(0, y - h - 0.125, 0.045, 0.042), trim or look.plain(), "round")
    if trim is not None:
        b.band(
            outline(f"M {-w * 0.55} {y - h + 0.015} Q 0 {y - h + 0.06} {w * 0.55} {y - h + 0.015}"),
            trim,
            0.034,
        )
        b.band(outline(f"M {-w * 1.04} {y + 0.08} Q 0 {y + 0.19} {w * 1.04} {y + 0.08}"), trim)
        b.band(outline(f"M {-w - 0.185} {y - 0.198} L {-w - 0.12} {y - 0.238}"), trim, 0.03)


def bottle(b: Brushes, look: Look, trim: Look | None) -> None:
    """A bottle with a neck and a cork, slender or squat."""
    rng = b.rng
    w = rng.uniform(0.14, 0.24)
    shoulder, n = rng.uniform(-0.16, -0.06), rng.uniform(0.048, 0.062)
    cork = tones("#e2c193", "#b98d56", "#86602f", "#4d3516", "")
    b.fill(box(-n * 0.8, -0.5, n * 1.6, 0.1, 0.015), trim or cork, "tube")
    body = outline(
        f"M {-n} -0.43 L {-n} -0.26 C {-n} {shoulder} {-w} {shoulder - 0.06} {-w} "
        f"{shoulder + 0.1} L {-w} 0.41 Q {-w} 0.46 {-w + 0.05} 0.46 L {w - 0.05} 0.46 "
        f"Q {w} 0.46 {w} 0.41 L {w} {shoulder + 0.1} C {w} {shoulder - 0.06} {n} "
        f"{shoulder} {n} -0.26 L {n} -0.43 Z"
    )
    b.fill(body, look, "tube")
    b.fill(box(-n * 1.25, -0.44, n * 2.5, 0.05, 0.016), look.plain(), "tube")
    if trim is not None:
        b.band(outline(f"M {-w} {shoulder + 0.16} L {w} {shoulder + 0.16}"), trim, 0.036)
        b.band(outline(f"M {-w} 0.38 L {w} 0.38"), trim, 0.036)
    elif not look.pattern:
        paper = box(-w * 0.72, 0.1, w * 1.44, 0.22, 0.012)
        b.gradient(
            paper, [(0, QColor("#cfc8b6")), (0.4, QColor("#f8f3e6")), (1, QColor("#bdb6a4"))]
        )
        pen = QPen(QBrush(alpha("#5b5346", 0.8)), 0.01)
        for y in (0.16, 0.2, 0.25):
            b.p.strokePath(outline(f"M {-w * 0.45} {y} L {w * 0.45} {y}"), pen)
