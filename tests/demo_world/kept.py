"""Things that stand: vehicles, figures, furniture. Same conventions as `worn`."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen

from tests.demo_world.paint import Brushes, Look, alpha, box, ellipse, mix, outline, tones

_RUBBER = Look(QColor("#4a4c52"), QColor("#24252a"), QColor("#15161a"), QColor("#08080a"), "")
_STEEL = Look(QColor("#ffffff"), QColor("#c2c7cc"), QColor("#80868d"), QColor("#3d4248"), "metal")


def sports_car(b: Brushes, look: Look, trim: Look | None) -> None:
    """A low two-seater from the side, nose to the left; the roof is down or up."""
    rng, p = b.rng, b.p
    is_open = rng.random() < 0.75
    belt = rng.uniform(-0.02, 0.02)
    p.fillPath(ellipse(0, 0.245, 0.46, 0.03), alpha("#000000", 0.55))
    glass = QColor("#a9c9dc")
    if is_open:
        for x in (0.02, 0.13):
            p.fillPath(
                outline(
                    f"M {x} {belt + 0.03} Q {x + 0.01} {belt - 0.085} {x + 0.05} "
                    f"{belt - 0.09} Q {x + 0.085} {belt - 0.08} {x + 0.075} "
                    f"{belt + 0.03} Z"
                ),
                QColor("#3a2a22"),
            )
        screen = outline(
            f"M -0.15 {belt + 0.01} L -0.055 {belt - 0.135} L -0.035 {belt - 0.13} "
            f"L -0.07 {belt + 0.01} Z"
        )
        p.fillPath(screen, alpha(glass, 0.75))
        p.strokePath(
            outline(f"M -0.15 {belt + 0.015} L -0.053 {belt - 0.137}"), QPen(look.deep, 0.014)
        )
    else:
        roof = outline(
            f"M -0.17 {belt + 0.02} C -0.08 {belt - 0.13} -0.02 {belt - 0.175} 0.1 "
            f"{belt - 0.165} C 0.2 {belt - 0.155} 0.27 {belt - 0.06} 0.33 "
            f"{belt + 0.02} Z"
        )
        b.fill(roof, look, "flat")
        b.gradient(
            outline(
                f"M -0.125 {belt + 0.01} C -0.06 {belt - 0.105} -0.01 {belt - 0.14} "
                f"0.055 {belt - 0.138} L 0.06 {belt + 0.01} Z M 0.082 {belt + 0.01} "
                f"L 0.078 {belt - 0.138} C 0.15 {belt - 0.135} 0.2 {belt - 0.08} 0.25 "
                f"{belt + 0.01} Z"
            ),
            [(0, QColor("#dbeaf2")), (0.5, QColor("#54707f")), (1, QColor("#22303a"))],
            (0, 0),
            (0.4, 1),
        )
    nose = rng.uniform(0.1, 0.13)
    body = outline(
        f"M -0.49 {nose + 0.06} C -0.495 {nose - 0.02} -0.45 {nose - 0.05} -0.38 {nose - 0.075} "
        f"C -0.28 {belt + 0.005} -0.2 {belt} -0.13 {belt + 0.005} L 0.2 {belt + 0.005} "
        f"C 0.3 {belt - 0.035} 0.4 {belt - 0.03} 0.45 {belt + 0.005} "
        f"Q 0.49 {belt + 0.06} 0.485 0.18 Q 0.48 0.225 0.44 0.225 L -0.45 0.225 "
        f"Q -0.49 0.22 -0.49 {nose + 0.06} Z"
    )
    b.fill(body, look, "bar")
    b.gradient(body, [(0.62, alpha("#000000", 0)), (1, alpha("#000000", 0.5))], (0, 0), (0, 1))
    p.strokePath(
        outline(
            f"M -0.1 {belt + 0.02} Q -0.13 0.1 -0.09 0.2 L 0.14 0.2 Q 0.19 0.1 0.16 {belt + 0.02}"
        ),
        QPen(alpha(look.deep, 0.75), 0.007),
    )
    p.strokePath(
        outline(f"M -0.42 {nose - 0.01} Q 0 {belt + 0.07} 0.47 {belt + 0.065}"),
        QPen(alpha(look.light, 0.75), 0.009),
    )
    b.fill(box(0.1, belt + 0.06, 0.05, 0.014, 0.006), _STEEL, "bar")
    if trim is not None:
        b.band(outline("M -0.485 0.2 L 0.482 0.2"), trim, 0.034)
        b.band(
            outline(f"M -0.42 {nose - 0.02} Q -0.05 {belt + 0.06} 0.475 {belt + 0.045}"),
            trim,
            0.024,
        )
    lamp = ellipse(-0.425, nose - 0.012, 0.04, 0.022)
    b.gradient(lamp, [(0, QColor("#fffdf0")), (1, QColor("#d6cda0"))])
    p.strokePath(lamp, QPen(look.deep, 0.007))
    p.fillPath(box(0.455, belt + 0.045, 0.028, 0.03, 0.008), QColor("#d32a20"))
    r = rng.uniform(0.098, 0.11)
    for x in (-0.29, 0.29):
        p.fillPath(ellipse(x, 0.19, r * 1.16, r * 1.16), mix(look.deep, QColor("#000"), 0.7))
        b.fill(ellipse(x, 0.2, r, r), _RUBBER, "round")
        hub = trim or _STEEL
        b.fill(ellipse(x, 0.2, r * 0.66, r * 0.66), hub, "round")
        for i in range(5):
            p.save()
            p.translate(x, 0.2)
            p.rotate(72 * i + 10)
            p.fillPath(
                outline(f"M -0.008 {-r * 0.16} L 0 {-r * 0.6} L 0.03 {-r * 0.5} Z"),
                alpha("#101114", 0.75),
            )
            p.restore()
        b.fill(ellipse(x, 0.2, r * 0.15, r * 0.15), hub, "round")


def toy_figure(b: Brushes, look: Look, trim: Look | None) -> None:
    """A toy person with a large head, standing on a round base."""
    rng, p = b.rng, b.p
    grey = QColor("#8d8a84")
    base = Look(
        mix(look.light, grey, 0.35),
        mix(look.base, grey, 0.35),
        mix(look.dark, grey, 0.35),
        mix(look.deep, grey, 0.35),
        look.material,
    )
    b.fill(
        outline("M -0.3 0.36 L -0.3 0.41 C -0.3 0.51 0.3 0.51 0.3 0.41 L 0.3 0.36 Z"), base, "tube"
    )
    b.fill(ellipse(0, 0.36, 0.3, 0.075), base, "flat")
    b.band(ellipse(0, 0.365, 0.29, 0.072), trim, 0.024)
    p.fillPath(ellipse(0.02, 0.36, 0.18, 0.04), alpha("#000000", 0.35))
    for sign in (-1, 1):
        b.fill(box(sign * 0.07 - 0.055, 0.16, 0.11, 0.2, 0.04), look.plain(), "tube")
        b.fill(ellipse(sign * 0.08, 0.36, 0.075, 0.036), look.plain(), "round")
    lift = rng.choice((0.0, 0.0, -0.24))
    for sign in (-1, 1):
        end = lift if sign > 0 else 0.0
        b.stroke(
            outline(
                f"M {sign * 0.13} 0.0 Q {sign * 0.23} {0.04 + end * 0.4} {sign * 0.24} {0.15 + end}"
            ),
            look.plain(),
            0.075,
        )
        b.fill(
            ellipse(sign * 0.24, 0.165 + end, 0.045, 0.045),
            tones("#ffe6cf", "#f0c39b", "#bd8a61", "#7a5337", ""),
            "round",
        )
    torso = outline("M -0.14 -0.06 Q 0 -0.11 0.14 -0.06 L 0.165 0.19 Q 0 0.26 -0.165 0.19 Z")
    b.fill(torso, look, "tube")
    if trim is not None:
        b.band(outline("M -0.155 0.13 Q 0 0.18 0.155 0.13"), trim, 0.036)
        b.band(outline("M 0 -0.085 L 0 0.15"), trim, 0.024)
    else:
        p.fillPath(
            outline("M -0.158 0.11 Q 0 0.16 0.158 0.11 L 0.162 0.15 Q 0 0.2 -0.162 0.15 Z"),
            look.deep,
        )
    skin = tones("#ffecd8", "#f3c9a2", "#c9966c", "#7a5337", "")
    head = ellipse(0, -0.255, 0.19, 0.185)
    b.fill(head, skin, "round")
    kind = rng.randrange(3)
    if kind == 0:  # a helmet
        cap = outline(
            "M -0.205 -0.25 C -0.215 -0.53 0.215 -0.53 0.205 -0.25 Q 0 -0.34 -0.205 -0.25 Z"
        )
    elif kind == 1:  # a pointed hood
        cap = outline(
            "M -0.2 -0.22 C -0.23 -0.4 -0.08 -0.45 0.03 -0.5 C 0.12 -0.45 0.22 -0.38 0.2 "
            "-0.22 Q 0.13 -0.37 0 -0.37 Q -0.13 -0.37 -0.2 -0.22 Z"
        )
    else:  # hair with a fringe
        cap = outline(
            "M -0.2 -0.2 C -0.24 -0.52 0.24 -0.52 0.2 -0.2 Q 0.17 -0.31 0.1 -0.32 Q 0.02 "
            "-0.29 -0.04 -0.33 Q -0.13 -0.28 -0.2 -0.2 Z"
        )
    b.fill(cap, look, "round")
    if trim is not None:
        b.band(
            outline(
                "M -0.2 -0.255 Q 0 -0.345 0.2 -0.255"
                if kind == 0
                else "M -0.195 -0.23 Q -0.13 -0.37 0 -0.37 Q 0.13 -0.37 0.195 -0.23"
            ),
            trim,
            0.028,
        )
    for x in (-0.07, 0.07):
        p.fillPath(ellipse(x, -0.235, 0.021, 0.028), QColor("#24201e"))
        p.fillPath(ellipse(x - 0.007, -0.245, 0.007, 0.008), QColor("#ffffff"))
        p.fillPath(ellipse(x * 1.6, -0.185, 0.026, 0.016), alpha("#e8705a", 0.45))
    smile = QPen(QColor("#7c3b2c"), 0.012)
    smile.setCapStyle(Qt.PenCapStyle.RoundCap)
    p.strokePath(outline("M -0.04 -0.17 Q 0 -0.14 0.04 -0.17"), smile)


def chair(b: Brushes, look: Look, trim: Look | None) -> None:
    """A chair turned a little to the side: back, seat and four legs."""
    rng = b.rng
    legs = Look(look.base, look.dark, look.deep, look.deep, "", look.is_metallic)
    frame = look.plain() if look.material != "velvet" else legs
    lean = rng.uniform(0.0, 0.05)
    kind = rng.randrange(3)
    for x, y0, y1 in ((-0.14, 0.1, 0.36), (0.27, 0.1, 0.36)):
        b.stroke(outline(f"M {x} {y0} L {x + lean} {y1}"), legs, 0.04)
    if kind == 0:  # a full rounded back
        back = outline(
            f"M -0.2 0.06 L {-0.23 - lean} -0.34 Q {-0.2 - lean} -0.49 0.02 -0.49 "
            f"Q {0.24 - lean} -0.49 {0.27 - lean} -0.34 L 0.24 0.06 Z"
        )
        b.fill(back, look, "flat")
        b.band(back, trim, 0.034)
    else:
        for x in (-0.2, 0.24):
            b.stroke(outline(f"M {x} 0.08 L {x - lean} -0.47"), frame, 0.05)
        rails = ((-0.47, 0.14), (-0.25, 0.1), (-0.08, 0.08)) if kind == 1 else ((-0.47, 0.36),)
        for y, h in rails:
            rail = outline(
                f"M {-0.21 - lean} {y} Q 0.02 {y - 0.05} {0.25 - lean} {y} "
                f"L {0.245 - lean} {y + h} Q 0.02 {y + h - 0.035} {-0.2 - lean} "
                f"{y + h} Z"
            )
            b.fill(rail, look, "flat", angle=90)
            b.band(rail, trim, 0.024)
    seat = outline("M -0.22 0.02 L 0.26 0.02 L 0.33 0.16 L -0.31 0.16 Z")
    b.fill(seat, look, "flat", angle=90)
    edge = outline("M -0.31 0.16 L 0.33 0.16 L 0.325 0.215 L -0.305 0.215 Z")
    b.fill(edge, look, "bar")
    if trim is not None:
        b.band(outline("M -0.31 0.165 L 0.33 0.165"), trim, 0.03)
    for x in (-0.27, 0.29):
        slant = 0.03 if x > 0 else -0.03
        b.stroke(outline(f"M {x} 0.22 L {x + slant} 0.47"), frame, 0.05)
        if trim is not None:
            b.stroke(outline(f"M {x + slant * 0.8} 0.43 L {x + slant} 0.47"), trim, 0.052)


def guitar(b: Brushes, look: Look, trim: Look | None) -> None:
    """A guitar standing upright, or leaning once the whole is turned."""
    rng, p = b.rng, b.p
    is_electric = look.material == "plastic"
    neck = Look(QColor("#9a6b42"), QColor("#6d4526"), QColor("#4a2d17"), QColor("#2a180b"), "")
    b.fill(box(-0.028, -0.4, 0.056, 0.45, 0.0), neck, "tube")
    b.fill(
        outline("M -0.045 -0.38 L -0.055 -0.5 Q 0 -0.47 0.055 -0.5 L 0.045 -0.38 Z"),
        look.plain(),
        "flat",
    )
    for i in range(3):
        for sign in (-1, 1):
            p.fillPath(ellipse(sign * 0.066, -0.475 + 0.035 * i, 0.014, 0.011), QColor("#d9d4c6"))
    u, o = rng.uniform(0.155, 0.18), rng.uniform(0.22, 0.25)
    if is_electric:
        body = outline(
            f"M -0.03 0.02 C -0.05 -0.03 -0.09 -0.11 {-u} -0.09 C {-u - 0.06} -0.02 "
            f"{-u + 0.03} 0.12 -0.14 0.17 C {-o - 0.04} 0.24 {-o - 0.02} 0.47 0 0.47 "
            f"C {o + 0.02} 0.47 {o + 0.04} 0.26 0.14 0.17 C {u - 0.03} 0.12 {u + 0.03} "
            f"0.03 {u} -0.05 C 0.1 -0.08 0.06 0.0 0.03 0.03 Z"
        )
    else:
        body = outline(
            f"M 0 -0.05 C {u} -0.08 {u + 0.03} 0.08 0.125 0.13 C {o + 0.03} 0.2 "
            f"{o + 0.04} 0.47 0 0.47 C {-o - 0.04} 0.47 {-o - 0.03} 0.2 -0.125 0.13 "
            f"C {-u - 0.03} 0.08 {-u} -0.08 0 -0.05 Z"
        )
    b.fill(body, look, "round" if is_electric else "flat", angle=3)
    p.strokePath(body, QPen(alpha(look.deep, 0.9), 0.018))
    b.band(body, trim, 0.03)
    b.fill(box(-0.028, -0.15, 0.056, 0.25), neck, "tube")
    if is_electric:
        b.fill(
            outline("M -0.09 0.1 L 0.1 0.08 Q 0.13 0.2 0.09 0.3 L -0.08 0.28 Z"),
            tones("#fff", "#efece4", "#c4bfb3", "#77736a", ""),
        )
        b.fill(box(-0.028, -0.15, 0.056, 0.25), neck, "tube")
        for y in (0.14, 0.23):
            b.fill(box(-0.06, y, 0.12, 0.035, 0.012), _RUBBER, "bar")
    else:
        p.fillPath(ellipse(0, 0.15, 0.07, 0.07), QColor("#1b110a"))
        p.strokePath(ellipse(0, 0.15, 0.077, 0.077), QPen(trim.base if trim else look.light, 0.016))
    b.fill(box(-0.075, 0.33, 0.15, 0.035, 0.01), _STEEL if is_electric else neck, "bar")
    for i in range(4):
        x = -0.018 + 0.012 * i
        p.strokePath(outline(f"M {x} -0.46 L {x * 1.5} 0.345"), QPen(alpha("#f2ecd8", 0.8), 0.004))
    for i in range(7):
        p.strokePath(
            outline(f"M -0.028 {-0.37 + 0.06 * i} L 0.028 {-0.37 + 0.06 * i}"),
            QPen(alpha("#e8e2d0", 0.6), 0.005),
        )


def lamp(b: Brushes, look: Look, trim: Look | None) -> None:
    """A table lamp: a lit shade over a stem and a foot."""
    rng, p = b.rng, b.p
    top, low = rng.uniform(0.12, 0.2), rng.uniform(0.27, 0.34)
    b.glow(0, -0.05, 0.55, alpha("#ffdf9a", 0.4))
    stem_look = trim or look.plain()
    if rng.random() < 0.5:
        b.fill(
            outline(
                "M -0.03 0.0 Q -0.03 0.08 -0.1 0.16 C -0.17 0.26 -0.12 0.36 -0.06 0.38 "
                "L 0.06 0.38 C 0.12 0.36 0.17 0.26 0.1 0.16 Q 0.03 0.08 0.03 0.0 Z"
            ),
            look,
            "tube",
        )
    else:
        b.fill(box(-0.022, -0.05, 0.044, 0.45), stem_look, "tube")
        b.fill(ellipse(0, 0.12, 0.05, 0.05), look.plain(), "round")
    foot = outline("M -0.05 0.37 Q -0.19 0.39 -0.2 0.45 Q 0 0.5 0.2 0.45 Q 0.19 0.39 0.05 0.37 Z")
    b.fill(foot, look.plain(), "tube")
    shade = outline(f"M {-top} -0.46 Q 0 -0.43 {top} -0.46 L {low} -0.02 Q 0 0.05 {-low} -0.02 Z")
    b.fill(shade, look, "tube")
    b.gradient(shade, [(0, alpha("#fff0c0", 0)), (1, alpha("#fff0c0", 0.5))], (0, 0), (0, 1))
    p.fillPath(
        outline(f"M {-low} -0.02 Q 0 0.05 {low} -0.02 Q 0 0.075 {-low} -0.02 Z"), QColor("#fff3c9")
    )
    if trim is not None:
        b.band(outline(f"M {-low + 0.004} -0.035 Q 0 0.035 {low - 0.004} -0.035"), trim, 0.04)
        b.band(outline(f"M {-top} -0.445 Q 0 -0.415 {top} -0.445"), trim, 0.034)
