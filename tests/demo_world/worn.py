"""Things that are worn, drawn in a square from -0.5 to 0.5 with y downwards.

Every function takes the brushes, the look of the thing and the look of its edging (or None), and
varies its proportions with `b.rng`. Paths are written as SVG-like data, see `paint.outline`.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QBrush, QColor, QPainterPath, QPen

from tests.demo_world.paint import Brushes, Look, alpha, box, ellipse, mix, outline, tones

_FLAT = Qt.PenCapStyle.FlatCap


def creases(b: Brushes, data: list[str], look: Look, width: float = 0.012) -> None:
    """Soft fold lines: a dark one with a light one beside it."""
    p = b.p
    for line in data:
        path = outline(line)
        p.strokePath(path, QPen(alpha(look.deep, 0.5), width))
        p.save()
        p.translate(width, 0)
        p.strokePath(path, QPen(alpha(look.light, 0.4), width * 0.8))
        p.restore()


def cape(b: Brushes, look: Look, trim: Look | None) -> None:
    """A hooded cape hanging open, wide at the hem, with its lining and clasp."""
    rng = b.rng
    flare = rng.uniform(0.40, 0.48)
    hem = rng.uniform(0.42, 0.48)
    lining = Look(look.dark, mix(look.dark, look.deep, 0.55), look.deep, look.deep, "")
    b.fill(
        outline(
            f"M -0.13 -0.3 L 0.13 -0.3 L {flare * 0.72} {hem - 0.04} "
            f"Q 0 {hem + 0.01} {-flare * 0.72} {hem - 0.04} Z"
        ),
        lining,
        "folds",
    )
    opening = rng.uniform(0.05, 0.13)
    for sign in (-1, 1):
        half = outline(
            f"M {sign * 0.03} -0.33 C {sign * 0.12} -0.34 {sign * 0.22} -0.3 {sign * 0.255} -0.2 "
            f"C {sign * 0.3} -0.02 {sign * (flare - 0.07)} {hem - 0.2} {sign * flare} {hem - 0.05} "
            f"Q {sign * (flare * 0.84)} {hem + 0.035} {sign * flare * 0.68} {hem} "
            f"Q {sign * (flare * 0.5)} {hem + 0.035} {sign * opening * 2} {hem} "
            f"C {sign * opening * 1.3} 0.2 {sign * opening * 0.5} -0.1 {sign * 0.03} -0.33 Z"
        )
        b.fill(half, look, "folds", angle=-8 * sign)
        creases(
            b,
            [
                f"M {sign * 0.13} -0.25 Q {sign * 0.2} 0.1 {sign * flare * 0.52} {hem - 0.02}",
                f"M {sign * 0.2} -0.2 Q {sign * 0.28} 0.1 {sign * flare * 0.8} {hem - 0.04}",
            ],
            look,
        )
        b.band(
            outline(
                f"M {sign * 0.03} -0.31 C {sign * opening * 0.5} -0.1 {sign * opening * 1.3} 0.2 "
                f"{sign * (opening * 2 + 0.012)} {hem - 0.02} "
                f"Q {sign * (flare * 0.5)} {hem + 0.015} "
                f"{sign * flare * 0.68} {hem - 0.02} Q {sign * flare * 0.84} {hem + 0.015} "
                f"{sign * (flare - 0.01)} {hem - 0.065}"
            ),
            trim,
            0.04,
        )
    if rng.random() < 0.55:  # a hood
        b.fill(
            outline(
                "M -0.14 -0.28 C -0.2 -0.42 -0.1 -0.5 0 -0.5 "
                "C 0.1 -0.5 0.2 -0.42 0.14 -0.28 Q 0 -0.2 -0.14 -0.28 Z"
            ),
            look,
            "round",
        )
        inside = outline(
            "M -0.085 -0.29 C -0.12 -0.39 -0.06 -0.44 0 -0.44 C 0.06 -0.44 0.12 -0.39 "
            "0.085 -0.29 Q 0 -0.25 -0.085 -0.29 Z"
        )
        b.p.fillPath(inside, look.deep)
        b.band(inside, trim, 0.03)
    else:  # a standing collar
        for sign in (-1, 1):
            b.fill(
                outline(
                    f"M {sign * 0.02} -0.3 L {sign * 0.19} -0.3 Q {sign * 0.2} -0.4 "
                    f"{sign * 0.15} -0.47 Q {sign * 0.09} -0.38 {sign * 0.02} -0.3 Z"
                ),
                look,
                "flat",
            )
            b.band(
                outline(f"M {sign * 0.02} -0.3 Q {sign * 0.09} -0.38 {sign * 0.15} -0.47"),
                trim,
                0.026,
            )
    clasp = trim or tones("#e9e6dc", "#9b9789", "#5f5b50", "#2d2b26", "")
    for x in (-0.035, 0.035):
        b.fill(ellipse(x, -0.275, 0.026, 0.026), clasp, "round")


def hat(b: Brushes, look: Look, trim: Look | None) -> None:
    """A wide-brimmed hat or a fedora, a little from above."""
    rng, p = b.rng, b.p
    brim, tall = rng.uniform(0.42, 0.49), rng.uniform(0.27, 0.36)
    y = 0.14
    rim = outline(
        f"M {-brim} {y - 0.02} Q {-brim * 0.6} {y + 0.22} 0 {y + 0.2} "
        f"Q {brim * 0.6} {y + 0.22} {brim} {y - 0.02} "
        f"Q {brim * 0.6} {y - 0.16} 0 {y - 0.12} Q {-brim * 0.6} {y - 0.16} {-brim} "
        f"{y - 0.02} Z"
    )
    b.fill(rim, look, "flat")
    b.band(
        outline(
            f"M {-brim} {y - 0.02} Q {-brim * 0.6} {y + 0.21} 0 {y + 0.19} "
            f"Q {brim * 0.6} {y + 0.21} {brim} {y - 0.02}"
        ),
        trim,
        0.034,
    )
    p.fillPath(ellipse(0, y + 0.025, 0.27, 0.075), alpha("#000000", 0.35))
    top = y - tall
    dent = rng.uniform(0.0, 0.06)
    crown = outline(
        f"M -0.25 {y + 0.02} C -0.25 {top + 0.1} -0.2 {top - 0.02} -0.12 {top} "
        f"Q 0 {top + dent} 0.1 {top - 0.015} C 0.2 {top - 0.02} 0.25 {top + 0.1} "
        f"0.25 {y + 0.02} Q 0 {y + 0.12} -0.25 {y + 0.02} Z"
    )
    b.fill(crown, look, "tube")
    ribbon = outline(
        f"M -0.252 {y - 0.06} Q 0 {y + 0.035} 0.252 {y - 0.06} L 0.252 {y + 0.02} "
        f"Q 0 {y + 0.125} -0.252 {y + 0.02} Z"
    )
    if trim is not None:
        b.fill(ribbon, trim, "tube")
    else:
        cloth = Look(mix(look.dark, look.deep, 0.2), look.deep, look.deep, look.deep, "")
        b.fill(ribbon, cloth, "tube")
    p.strokePath(
        outline(f"M -0.05 {top + 0.03 + dent / 2} Q 0 {top + 0.1} 0.06 {top + 0.02}"),
        QPen(alpha(look.deep, 0.5), 0.014),
    )


def dress(b: Brushes, look: Look, trim: Look | None) -> None:
    """A dress with straps, a narrow waist and a flared skirt."""
    rng = b.rng
    flare, waist = rng.uniform(0.27, 0.38), rng.uniform(-0.13, -0.07)
    hem = rng.uniform(0.4, 0.48)
    skirt = outline(
        f"M -0.1 {waist} C -0.13 {waist + 0.15} {-flare + 0.02} {hem - 0.2} {-flare} {hem - 0.03} "
        f"Q {-flare * 0.78} {hem + 0.03} {-flare * 0.5} {hem} Q {-flare * 0.25} {hem + 0.03} 0 "
        f"{hem} Q {flare * 0.25} {hem + 0.03} {flare * 0.5} {hem} Q {flare * 0.78} {hem + 0.03} "
        f"{flare} {hem - 0.03} C {flare - 0.02} {hem - 0.2} 0.13 {waist + 0.15} 0.1 {waist} Z"
    )
    b.fill(skirt, look, "folds")
    creases(
        b,
        [
            f"M {x * 0.25} {waist + 0.04} Q {x * 0.6} 0.15 {x} {hem - 0.02}"
            for x in (-flare * 0.72, -flare * 0.3, flare * 0.12, flare * 0.5)
        ],
        look,
    )
    neck = rng.uniform(-0.33, -0.27)
    for sign in (-1, 1):
        b.stroke(
            outline(f"M {sign * 0.12} -0.33 Q {sign * 0.1} -0.42 {sign * 0.085} -0.49"),
            look.plain(),
            0.03,
        )
    bodice = outline(
        f"M -0.155 -0.36 Q -0.09 -0.39 0 {neck} Q 0.09 -0.39 0.155 -0.36 "
        f"Q 0.13 -0.2 0.1 {waist + 0.01} L -0.1 {waist + 0.01} Q -0.13 -0.2 "
        f"-0.155 -0.36 Z"
    )
    b.fill(bodice, look, "tube")
    b.band(outline(f"M -0.155 -0.36 Q -0.09 -0.39 0 {neck} Q 0.09 -0.39 0.155 -0.36"), trim, 0.026)
    belt = box(-0.108, waist - 0.018, 0.216, 0.04, 0.01)
    b.fill(belt, trim or Look(look.dark, look.deep, look.deep, look.deep, ""), "tube")
    b.band(
        outline(
            f"M {-flare + 0.005} {hem - 0.05} Q {-flare * 0.78} {hem + 0.01} "
            f"{-flare * 0.5} {hem - 0.02} Q {-flare * 0.25} {hem + 0.01} 0 {hem - 0.02} "
            f"Q {flare * 0.25} {hem + 0.01} {flare * 0.5} {hem - 0.02} Q {flare * 0.78} "
            f"{hem + 0.01} {flare - 0.005} {hem - 0.05}"
        ),
        trim,
        0.036,
    )


def shoe(b: Brushes, look: Look, trim: Look | None) -> None:
    """A high-heeled shoe from the side, toe to the left."""
    rng, p = b.rng, b.p
    rise = rng.uniform(-0.16, -0.06)
    heel_x = 0.39
    heel = outline(
        f"M {heel_x - 0.13} {rise + 0.2} "
        f"Q {heel_x - 0.03} {rise + 0.3} {heel_x - 0.035} 0.4 L {heel_x + 0.025} 0.4 "
        f"Q {heel_x + 0.05} {rise + 0.25} {heel_x + 0.06} {rise + 0.12} Z"
    )
    b.fill(heel, look.plain(), "tube")
    sole = outline(
        f"M -0.49 0.37 Q -0.46 0.4 -0.3 0.405 Q -0.1 0.4 0.05 {rise + 0.4} "
        f"Q 0.2 {rise + 0.22} {heel_x + 0.05} {rise + 0.19} L {heel_x + 0.05} "
        f"{rise + 0.14} Q 0.1 {rise + 0.2} -0.1 0.33 L -0.48 0.35 Z"
    )
    p.fillPath(sole, mix(look.deep, QColor("#17110d"), 0.4))
    inside = outline(
        f"M -0.24 0.2 Q 0 0.05 0.2 {rise + 0.02} Q 0.33 {rise - 0.1} {heel_x + 0.03} "
        f"{rise - 0.1} L {heel_x + 0.03} {rise + 0.06} Q 0.1 0.2 -0.15 0.26 Z"
    )
    p.fillPath(inside, mix(look.deep, QColor("#d8b48c"), 0.45))
    upper = outline(
        f"M -0.49 0.36 C -0.5 0.28 -0.4 0.22 -0.3 0.19 Q -0.24 0.165 -0.2 0.19 "
        f"C -0.14 0.27 0.03 {rise + 0.3} 0.2 {rise + 0.1} Q 0.3 {rise - 0.07} {heel_x + 0.035} "
        f"{rise - 0.12} Q {heel_x + 0.09} {rise + 0.04} {heel_x + 0.065} {rise + 0.17} "
        f"C 0.25 {rise + 0.18} 0.1 {rise + 0.32} -0.02 0.37 Q -0.3 0.4 -0.49 0.36 Z"
    )
    b.fill(upper, look, "flat", angle=20)
    b.band(
        outline(
            f"M -0.3 0.195 Q -0.24 0.17 -0.2 0.195 C -0.14 0.275 0.03 {rise + 0.305} 0.2 "
            f"{rise + 0.105} Q 0.3 {rise - 0.065} {heel_x + 0.03} {rise - 0.11}"
        ),
        trim,
        0.03,
    )
    if trim is not None:
        b.band(outline(f"M {heel_x - 0.037} 0.38 L {heel_x + 0.027} 0.38"), trim, 0.045)
        b.fill(ellipse(-0.31, 0.235, 0.035, 0.03), trim, "round")


def necklace(b: Brushes, look: Look, trim: Look | None) -> None:
    """A string of beads with a pendant on a jeweller's bust."""
    rng = b.rng
    tone = rng.choice(("#d9d5cd", "#a9abb0", "#6d6f76"))
    stand = QColor(tone)
    bust = outline(
        "M -0.12 -0.5 L 0.12 -0.5 C 0.12 -0.36 0.2 -0.3 0.34 -0.27 C 0.46 -0.22 0.47 "
        "-0.05 0.4 0.12 C 0.34 0.28 0.26 0.36 0.2 0.44 L -0.2 0.44 C -0.26 0.36 -0.34 "
        "0.28 -0.4 0.12 C -0.47 -0.05 -0.46 -0.22 -0.34 -0.27 C -0.2 -0.3 -0.12 -0.36 "
        "-0.12 -0.5 Z"
    )
    b.fill(
        bust,
        Look(
            mix(stand, QColor("#fff"), 0.4),
            stand,
            mix(stand, QColor("#000"), 0.18),
            mix(stand, QColor("#000"), 0.36),
            "matte",
        ),
        "tube",
    )
    wide, deep = rng.uniform(0.16, 0.2), rng.uniform(0.62, 0.74)
    beads = rng.randrange(17, 24)
    cord = QPainterPath(QPointF(-wide, -0.36))
    cord.cubicTo(-wide * 2.0, -0.4 + deep, wide * 2.0, -0.4 + deep, wide, -0.36)
    b.p.strokePath(cord, QPen(QBrush(look.deep), 0.012))
    big = rng.uniform(0.036, 0.044)
    contrast = Look(
        mix(look.contrast, QColor("#ffffff"), 0.6),
        look.contrast,
        mix(look.contrast, QColor("#555"), 0.5),
        QColor("#222"),
        "",
    )
    for i in range(beads):
        t = (i + 0.5) / beads
        at = cord.pointAtPercent(t)
        r = big * (0.62 + 0.38 * math.sin(math.pi * t))
        bead = look.plain()
        if trim is not None and i % 3 == 1:
            bead = trim
        elif look.pattern == "dotted" and i % 2:
            bead = contrast
        b.fill(ellipse(at.x(), at.y(), r, r), bead, "round")
        if look.pattern == "striped":
            b.p.strokePath(
                outline(f"M {at.x() - r:.3f} {at.y():.3f} L {at.x() + r:.3f} {at.y():.3f}"),
                QPen(QBrush(look.contrast), r * 0.7, Qt.PenStyle.SolidLine, _FLAT),
            )
    y = -0.36 + (deep - 0.04) * 0.75
    size = rng.uniform(0.085, 0.115)
    kind = rng.randrange(3)
    if kind == 0:
        gem = outline(
            f"M 0 {y} C {size * 1.5} {y + size * 1.4} {size} {y + size * 2.4} 0 "
            f"{y + size * 2.4} C {-size} {y + size * 2.4} {-size * 1.5} {y + size * 1.4} "
            f"0 {y} Z"
        )
    elif kind == 1:
        gem = ellipse(0, y + size * 1.15, size, size * 1.15)
    else:
        gem = outline(f"M 0 {y} L {size} {y + size} L 0 {y + size * 2.4} L {-size} {y + size} Z")
    b.fill(gem, look, "round")
    b.band(gem, trim, 0.03)
