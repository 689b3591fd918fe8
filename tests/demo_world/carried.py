"""Things that are put on or carried along. Same conventions as `worn`."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QPen

from tests.demo_world.paint import Brushes, Look, alpha, box, ellipse, mix, outline, tones

_FLAT = Qt.PenCapStyle.FlatCap


def watch(b: Brushes, look: Look, trim: Look | None) -> None:
    """A wristwatch seen from the front, strap up and down."""
    rng, p = b.rng, b.p
    is_square = rng.random() < 0.3
    r = rng.uniform(0.185, 0.225)
    w = r * rng.uniform(0.52, 0.62)
    top = outline(
        f"M {-w} -0.12 C {-w} -0.26 {-w * 0.86} -0.36 {-w * 0.74} -0.5 "
        f"L {w * 0.74} -0.5 C {w * 0.86} -0.36 {w} -0.26 {w} -0.12 Z"
    )
    low = outline(
        f"M {-w} 0.12 C {-w} 0.26 {-w * 0.86} 0.36 {-w * 0.7} 0.47 Q 0 0.53 {w * 0.7} 0.47 "
        f"C {w * 0.86} 0.36 {w} 0.26 {w} 0.12 Z"
    )
    for strap in (top, low):
        b.fill(strap, look, "tube")
    if look.material == "metal":
        for i in range(7):
            for sign in (-1, 1):
                y = sign * (r + 0.02 + i * 0.043)
                half = w * (0.97 - 0.72 * max(0.0, abs(y) - 0.14))  # the strap narrows
                if abs(y) < 0.48:
                    p.strokePath(
                        outline(f"M {-half} {y} L {half} {y}"),
                        QPen(alpha(look.deep, 0.75), 0.009),
                    )
        for x in (-w * 0.36, w * 0.36):
            p.strokePath(
                outline(f"M {x} -0.49 L {x} -0.15 M {x} 0.15 L {x} 0.47"),
                QPen(alpha(look.deep, 0.6), 0.008),
            )
    elif not look.pattern:
        for i in range(4):
            p.fillPath(ellipse(0, 0.27 + 0.048 * i, 0.011, 0.014), alpha(look.deep, 0.9))
    if trim is not None:
        for sign in (-1, 1):
            side = outline(
                f"M {sign * w} -0.12 C {sign * w} -0.26 {sign * w * 0.86} -0.36 "
                f"{sign * w * 0.74} -0.5 M {sign * w} 0.12 C {sign * w} 0.26 {sign * w * 0.86} "
                f"0.36 {sign * w * 0.7} 0.47"
            )
            b.band(side, trim, 0.03)
    metal = look.in_material("metal")
    b.fill(box(r * 0.94, -0.03, 0.055, 0.06, 0.014), metal, "bar")
    if is_square:
        case, face = box(-r, -r * 1.08, 2 * r, 2.16 * r, 0.06), r * 0.8
        dial = box(-face, -face * 1.08, 2 * face, 2.16 * face, 0.04)
    else:
        case, face = ellipse(0, 0, r, r), r * 0.8
        dial = ellipse(0, 0, face, face)
    b.fill(case, metal, "round")
    b.band(case, trim, 0.036)
    if look.pattern and trim is None:
        b.texture(case, look.pattern, look.contrast)
    pale = rng.random() < 0.65
    ground = QColor("#f7f5ef") if pale else QColor("#1b1e27")
    ink = QColor("#23262e") if pale else QColor("#f0f0ea")
    b.gradient(
        dial,
        [
            (0, mix(ground, QColor("#8a8d93"), 0.22)),
            (0.5, ground),
            (1, mix(ground, QColor("#ffffff"), 0.12)),
        ],
        (0, 0),
        (1, 1),
    )
    p.strokePath(dial, QPen(alpha(look.deep, 0.8), 0.01))
    for hour in range(12):
        a = hour * math.pi / 6
        inner = face * (0.72 if hour % 3 == 0 else 0.8)
        s, c = math.sin(a), -math.cos(a)
        p.strokePath(
            outline(
                f"M {s * inner:.4f} {c * inner:.4f} L {s * face * 0.9:.4f} {c * face * 0.9:.4f}"
            ),
            QPen(ink, 0.015 if hour % 3 == 0 else 0.008),
        )
    hands = ((rng.uniform(0, 6.28), 0.5, 0.02), (rng.uniform(0, 6.28), 0.72, 0.013))
    for turn, length, thick in hands:
        x, y = math.sin(turn) * face * length, -math.cos(turn) * face * length
        p.strokePath(outline(f"M 0 0 L {x:.4f} {y:.4f}"), QPen(ink, thick))
    p.fillPath(ellipse(0, 0, 0.014, 0.014), ink)
    b.gradient(
        dial,
        [(0, alpha("#ffffff", 0.35)), (0.4, alpha("#ffffff", 0.05)), (0.42, alpha("#ffffff", 0))],
        (0, 0),
        (1, 1),
    )


def handbag(b: Brushes, look: Look, trim: Look | None) -> None:
    """A handbag with a flap, a clasp and an arched handle."""
    rng, p = b.rng, b.p
    w, top, h = rng.uniform(0.34, 0.42), rng.uniform(-0.12, -0.04), 0.45
    rise = rng.uniform(0.38, 0.46)
    handle = outline(
        f"M {-w * 0.55} {top + 0.03} C {-w * 0.55} {-rise - 0.09} {w * 0.55} "
        f"{-rise - 0.09} {w * 0.55} {top + 0.03}"
    )
    b.stroke(handle, look.plain(), 0.05)
    lower = rng.uniform(1.0, 1.16)
    body = outline(
        f"M {-w} {top} L {w} {top} Q {w * lower} {h * 0.5} {w * lower} {h - 0.06} "
        f"Q {w * lower} {h} {w * lower - 0.06} {h} L {-w * lower + 0.06} {h} "
        f"Q {-w * lower} {h} {-w * lower} {h - 0.06} Q {-w * lower} {h * 0.5} {-w} "
        f"{top} Z"
    )
    b.fill(body, look, "flat")
    b.gradient(
        body,
        [(0, alpha("#000000", 0)), (0.65, alpha("#000000", 0)), (1, alpha("#000000", 0.35))],
        (0, 0),
        (0, 1),
    )
    drop = rng.uniform(0.16, 0.26)
    flap = outline(
        f"M {-w} {top} L {w} {top} Q {w * 1.02} {top + drop * 0.7} {w * 0.6} "
        f"{top + drop} Q 0 {top + drop * 1.25} {-w * 0.6} {top + drop} "
        f"Q {-w * 1.02} {top + drop * 0.7} {-w} {top} Z"
    )
    p.save()
    p.translate(0, 0.018)
    p.fillPath(flap, alpha("#000000", 0.3))
    p.restore()
    b.fill(flap, look, "flat", angle=4)
    b.band(flap, trim, 0.032)
    if trim is not None:
        b.band(outline(f"M {-w * lower + 0.02} {h - 0.03} L {w * lower - 0.02} {h - 0.03}"), trim)
    clasp = trim or tones("#fff", "#c9c5b8", "#7d786c", "#3b3832", "metal")
    b.fill(box(-0.045, top + drop * 0.92, 0.09, 0.075, 0.02), clasp, "bar")
    for sign in (-1, 1):
        b.p.strokePath(ellipse(sign * w * 0.55, top + 0.035, 0.026, 0.026), QPen(clasp.base, 0.013))


def backpack(b: Brushes, look: Look, trim: Look | None) -> None:
    """A backpack from the front: flap, pocket, side pockets and top loop."""
    rng = b.rng
    w, top = rng.uniform(0.28, 0.34), -0.38
    dull = look.plain()
    b.stroke(
        outline(f"M -0.09 {top + 0.02} C -0.09 {top - 0.13} 0.09 {top - 0.13} 0.09 {top + 0.02}"),
        dull,
        0.038,
    )
    for sign in (-1, 1):
        b.stroke(
            outline(
                f"M {sign * w * 0.8} {top + 0.1} C {sign * (w + 0.12)} -0.2 "
                f"{sign * (w + 0.14)} 0.2 {sign * w * 0.95} 0.36"
            ),
            dull,
            0.045,
        )
        b.fill(box(sign * w - 0.065, 0.12, 0.13, 0.27, 0.04), dull, "tube")
    body = outline(
        f"M {-w} 0.4 L {-w} -0.15 C {-w} {top} {-w * 0.6} {top} 0 {top} "
        f"C {w * 0.6} {top} {w} {top} {w} -0.15 L {w} 0.4 Q {w} 0.46 {w - 0.06} 0.46 "
        f"L {-w + 0.06} 0.46 Q {-w} 0.46 {-w} 0.4 Z"
    )
    b.fill(body, look, "tube")
    pocket = box(-w * 0.78, 0.12, w * 1.56, 0.29, 0.06)
    b.fill(pocket, look, "flat")
    b.band(pocket, trim, 0.03)
    drop = rng.uniform(-0.02, 0.06)
    flap = outline(
        f"M {-w * 1.03} -0.14 "
        f"C {-w} {top - 0.01} {-w * 0.6} {top - 0.01} 0 {top - 0.01} "
        f"C {w * 0.6} {top - 0.01} {w} {top - 0.01} {w * 1.03} -0.14 L {w * 0.98} "
        f"{drop - 0.03} Q 0 {drop + 0.05} {-w * 0.98} {drop - 0.03} Z"
    )
    b.p.save()
    b.p.translate(0, 0.015)
    b.p.fillPath(flap, alpha("#000000", 0.35))
    b.p.restore()
    b.fill(flap, look, "flat")
    b.band(
        outline(
            f"M {-w * 1.02} -0.14 L {-w * 0.98} {drop - 0.03} Q 0 {drop + 0.05} {w * 0.98} "
            f"{drop - 0.03} L {w * 1.02} -0.14"
        ),
        trim,
        0.034,
    )
    metal = trim or tones("#fff", "#b9b6ae", "#77736a", "#38352f", "metal")
    for x in (-w * 0.45, w * 0.45):
        b.fill(box(x - 0.022, -0.12, 0.044, 0.3, 0.012), look.plain(), "tube")
        b.fill(box(x - 0.032, 0.05, 0.064, 0.05, 0.012), metal, "bar")


def sunglasses(b: Brushes, look: Look, trim: Look | None) -> None:
    """Sunglasses from the front with the arms folded behind."""
    rng, p = b.rng, b.p
    kind = rng.randrange(3)
    for sign in (-1, 1):
        b.stroke(
            outline(f"M {sign * 0.45} -0.07 Q {sign * 0.49} -0.18 {sign * 0.36} -0.24"),
            look.plain(),
            0.035,
        )
    b.stroke(outline("M -0.09 -0.06 Q 0 -0.13 0.09 -0.06"), look.plain(), 0.042)
    tint = QColor.fromHsvF(rng.choice((0.6, 0.09, 0.33, 0.75)), 0.3, 0.2)
    for sign in (-1, 1):
        x = sign * 0.255
        if kind == 0:
            frame, lens = ellipse(x, 0.03, 0.205, 0.19), ellipse(x, 0.03, 0.145, 0.13)
        elif kind == 1:
            frame, lens = (
                outline(
                    f"M {x - sign * 0.19 * k} {-0.12 * k + 0.02} Q {x} {-0.2 * k + 0.02} "
                    f"{x + sign * 0.22 * k} {-0.15 * k + 0.02} "
                    f"Q {x + sign * 0.22 * k} {0.17 * k + 0.02} {x} {0.19 * k + 0.02} "
                    f"Q {x - sign * 0.19 * k} {0.17 * k + 0.02} "
                    f"{x - sign * 0.19 * k} {-0.12 * k + 0.02} Z"
                )
                for k in (1.0, 0.7)
            )
        else:
            frame = box(x - 0.2, -0.14, 0.4, 0.33, 0.09)
            lens = box(x - 0.142, -0.085, 0.284, 0.22, 0.06)
        b.fill(frame, look, "round" if kind == 0 else "flat")
        if trim is not None:
            b.band(frame, trim, 0.03)
        b.gradient(
            lens,
            [
                (0, mix(tint, QColor("#000"), 0.55)),
                (0.55, tint),
                (1, mix(tint, QColor("#fff"), 0.35)),
            ],
            (0, 0),
            (0.3, 1),
        )
        b.gradient(
            lens,
            [
                (0.1, alpha("#fff", 0)),
                (0.14, alpha("#fff", 0.55)),
                (0.3, alpha("#fff", 0.25)),
                (0.33, alpha("#fff", 0)),
            ],
            (0, 0),
            (1, 0.8),
        )
        p.strokePath(lens, QPen(alpha(look.deep, 0.9), 0.012))


def headphones(b: Brushes, look: Look, trim: Look | None) -> None:
    """Over-ear headphones from the front: an arch and two cups."""
    rng = b.rng
    w = rng.uniform(0.33, 0.38)
    y = 0.14
    arch = outline(f"M {-w} {y} C {-w * 1.1} -0.56 {w * 1.1} -0.56 {w} {y}")
    b.stroke(arch, look.plain(), 0.085)
    if look.pattern:
        pen = QPen(QBrush(look.contrast), 0.045, Qt.PenStyle.SolidLine, _FLAT)
        pen.setDashPattern([0.6, 0.9] if look.pattern == "striped" else [0.05, 1.6])
        if look.pattern == "dotted":
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        b.p.strokePath(arch, pen)
    if trim is not None:
        b.band(arch, trim, 0.026)
    b.stroke(
        outline(f"M {-w * 0.66} -0.28 C {-w * 0.3} -0.38 {w * 0.3} -0.38 {w * 0.66} -0.28"),
        Look(QColor("#565962"), QColor("#2b2d33"), QColor("#17181c"), QColor("#0c0c0f"), ""),
        0.06,
    )
    for sign in (-1, 1):
        x = sign * w
        pad = box(x - 0.055 - sign * 0.085, y - 0.14, 0.11, 0.34, 0.05)
        b.fill(
            pad,
            Look(QColor("#5d6069"), QColor("#2d2f36"), QColor("#191a1f"), QColor("#0d0d10"), ""),
            "tube",
        )
        cup = outline(
            f"M {x - sign * 0.055} {y - 0.2} Q {x + sign * 0.14} {y - 0.2} "
            f"{x + sign * 0.135} {y + 0.03} Q {x + sign * 0.14} {y + 0.26} "
            f"{x - sign * 0.055} {y + 0.26} Z"
        )
        b.fill(cup, look, "round")
        b.band(cup, trim, 0.03)
