"""Products of our own with made faults, placed into scenes of the demo world.

A product is drawn from parts (body, cap, label with words) or is a thing of the demo world. Its
picture is the packshot, on white or cut out. The same product, true or with one fault, then stands
in a scene: smaller, turned, in another light, behind a lens and JPEG, as an honest generator would
have drawn it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont
from PySide6.QtGui import QImage

from desktop.core.colour_difference import difference, lab
from tests.demo_world import places
from tests.demo_world.draw import draw, painter_on, to_array
from tests.demo_world.paint import Brushes
from tests.demo_world.vocabulary import SETTINGS, Scene
from tests.written_pictures import CHINESE, LATIN

SIDE = 900
"""Of a packshot, pixels."""
SCENE = 1024
_NAMES = (
    *("AURORA", "VELVET", "LUMEN", "ORCHID", "HARBOR", "SOLENE", "BERGAMOT", "NORDIC", "MIRELLE"),
    *("CASSIS", "OBSIDIAN", "FLORIS", "极光", "晨露", "山茶花", "白桃乌龙"),
)
_BELOW = (
    *("EAU DE PARFUM", "BODY LOTION", "DARK ROAST", "SINGLE ORIGIN", "SEA SALT", "COLD PRESSED"),
    *("HAND CREAM 50ML", "VITAMIN C 12", "SINCE 1986"),
)
_INSTEAD = {
    taken[0]: taken[1:]
    for taken in (
        *("A4R", "B8R", "CG", "DOP", "EFB", "FEP", "G6C", "HNM", "I1L", "KX", "LIT", "MNH", "NMH"),
        *("O0Q", "PRF", "RPB", "S5Z", "TYI", "UVO", "VYU", "XK", "0O8", "1I7", "2Z5", "5S6", "6G8"),
        *("8B3", "94", "极板", "光先", "晨震", "露霜", "山出", "茶菜", "花化", "白百", "桃挑"),
        *("乌鸟", "龙尤"),
    )
}
"""What a letter is taken for, by an eye that is as hurried as a generator."""
_THINGS = ("teapot", "cup", "handbag", "backpack", "hat", "chair", "lamp", "toy figure")
_COLOURS = (
    *("#C81E2C", "#2350C4", "#2C8A3E", "#E2AF35", "#7636B0", "#12A0A0", "#F27A18", "#74431F"),
    *("#2B2D33", "#DDD6C8", "#E98FB2", "#5B6B5A"),
)
Shift = tuple[float, float, float]
"""By how much a colour is another, CIELAB."""
KINDS = ("bottle", "jar", "box", "tube")


@dataclass(frozen=True)
class Product:
    """What is drawn; see ``packshot``."""

    kind: str
    seed: int
    body: str = "#2350C4"
    cap: str = "#E2AF35"
    label: str = "#F4F1EA"
    ink: str = "#202020"
    lines: tuple[str, ...] = ()
    font: str = LATIN[0]
    wide: float = 1.0
    cap_tall: float = 1.0
    shoulder: float = 0.5
    scene: Scene | None = None
    cut: float = 0.0


def product(chance: random.Random) -> Product:
    """Any product."""
    seed = chance.randrange(1 << 30)
    if chance.random() < 0.3:
        thing = chance.choice(_THINGS)
        colour = chance.choice(("red", "blue", "green", "teal", "purple", "orange"))
        made = Scene(thing, colour, "glossy", chance.choice(("gold", "silver", "none")), "studio")
        return Product("thing", seed, scene=made)
    body, cap = chance.sample(_COLOURS, 2)
    label, ink = chance.choice((("#F4F1EA", "#202020"), ("#16202E", "#F2F2F2"),
                                ("#E9DDC2", "#7A1F1F"), ("#DDE5DC", "#2F4A34")))  # fmt: skip
    name = chance.choice(_NAMES)
    return Product(
        chance.choice(KINDS),
        seed,
        body,
        cap,
        label,
        ink,
        (name, chance.choice(_BELOW)),
        CHINESE if not name.isascii() else chance.choice(LATIN[:3]),
        chance.uniform(0.85, 1.15),
        chance.uniform(0.8, 1.2),
        chance.random(),
    )


def with_other_letter(it: Product, chance: random.Random) -> tuple[Product, str, str]:
    """One letter is another; also the line before and after."""
    at = 0 if chance.random() < 0.7 else 1
    line = it.lines[at]
    place = chance.choice([n for n, letter in enumerate(line) if letter in _INSTEAD])
    changed = line[:place] + chance.choice(_INSTEAD[line[place]]) + line[place + 1 :]
    lines = tuple(changed if number == at else each for number, each in enumerate(it.lines))
    return replace(it, lines=lines), line, changed


def shift(it: Product, chance: random.Random) -> tuple[str, Shift]:
    """Another colour for a part, or for all of a thing: 9 to 18 ΔE2000 away."""
    part = "all" if it.scene is not None else chance.choice(("body", "cap", "label"))
    colour = "#8A6A6A" if it.scene is not None else getattr(it, part)
    before = lab(*_levels(colour))
    while True:
        by = chance.uniform(-30, 30), chance.uniform(-45, 45), chance.uniform(-45, 45)
        if it.scene is not None:
            by = 0.0, *by[1:]  # all of it lighter or darker is what light does
        if 9 <= difference(before, lab(*_levels(moved(colour, by)))) <= 18:
            return part, by


def _levels(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def with_other_shape(it: Product, chance: random.Random) -> Product:
    """Wider or narrower by a quarter, another kind of vessel, or a part of it missing."""
    if it.scene is not None:
        if chance.random() < 0.5:
            return replace(it, wide=chance.choice((0.74, 1.32)))
        return replace(it, cut=chance.uniform(0.16, 0.24))
    if chance.random() < 0.5:
        return replace(it, kind=chance.choice([kind for kind in KINDS if kind != it.kind]))
    return replace(it, wide=it.wide * chance.choice((0.74, 1.3)), cap_tall=it.cap_tall * 1.25)


def packshot(it: Product, shift: tuple[str, Shift] | None = None) -> Image.Image:
    """RGBA, SIDE × SIDE.

    Args:
        shift: a part ("body", "cap", "label"; of a thing, all of it) and by how much its colour
            is another, CIELAB.
    """
    if it.scene is not None:
        return _thing(it, shift)
    return _vessel(it, shift)


def _thing(it: Product, shift: tuple[str, Shift] | None) -> Image.Image:
    assert it.scene is not None
    image = draw(it.scene, it.seed, SIDE, SIDE, is_cut_out=True, centre=0.0)
    image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    data = np.frombuffer(image.constBits(), np.uint8, SIDE * SIDE * 4).reshape(SIDE, SIDE, 4).copy()
    # Its shadow is no part of it.
    data[..., 3] = np.where(data[..., 3] > 235, data[..., 3], 0)
    picture = Image.fromarray(data)
    picture = _cleaned(picture)
    if shift is not None:
        picture = _shifted(picture, shift[1])
    if it.cut:
        left, _, right, _ = picture.getbbox() or (0, 0, SIDE, SIDE)
        edge = left + (right - left) * it.cut
        picture.paste((0, 0, 0, 0), (0, 0, round(edge), SIDE))
    if it.wide != 1.0:
        wide = picture.resize((round(SIDE * it.wide), SIDE), Image.Resampling.LANCZOS)
        picture = Image.new("RGBA", (SIDE, SIDE))
        picture.paste(wide, ((SIDE - wide.width) // 2, 0))
    return picture


def _cleaned(picture: Image.Image) -> Image.Image:
    alpha = picture.getchannel("A").filter(ImageFilter.MedianFilter(5))
    picture.putalpha(ImageChops.darker(alpha, picture.getchannel("A")))
    return picture


def _vessel(it: Product, shift: tuple[str, Shift] | None) -> Image.Image:
    colours = {"body": it.body, "cap": it.cap, "label": it.label}
    if shift is not None:
        colours[shift[0]] = moved(colours[shift[0]], shift[1])
    page = Image.new("RGBA", (SIDE, SIDE))
    middle, low = SIDE // 2, 850
    w = {"bottle": 150, "jar": 225, "box": 190, "tube": 130}[it.kind] * it.wide
    tall = {"bottle": 520, "jar": 330, "box": 560, "tube": 600}[it.kind]
    cap_w = w * {"bottle": 0.42, "jar": 1.02, "box": 1.0, "tube": 0.72}[it.kind]
    cap_h = {"bottle": 130, "jar": 90, "box": 60, "tube": 110}[it.kind] * it.cap_tall
    top = low - tall
    body = Image.new("L", (SIDE, SIDE))
    pen = ImageDraw.Draw(body)
    if it.kind == "box":
        pen.rectangle((middle - w, top, middle + w, low), 255)
    elif it.kind == "tube":
        pen.polygon(((middle - cap_w, low), (middle + cap_w, low), (middle + w, top),
                     (middle - w, top)), 255)  # fmt: skip
    else:
        round_by = w * (0.35 + 0.6 * it.shoulder)
        pen.rounded_rectangle((middle - w, top, middle + w, low), min(round_by, tall / 2), 255)
        pen.rectangle((middle - w, low - tall // 2, middle + w, low - 20), 255)
    cap = Image.new("L", (SIDE, SIDE))
    if it.kind == "tube":
        box = (middle - cap_w, low - 4, middle + cap_w, low + min(cap_h, 46))
    else:
        box = (middle - cap_w, top - cap_h + 6, middle + cap_w, top + 6)
    ImageDraw.Draw(cap).rounded_rectangle(box, 12, 255)
    for mask, colour in ((cap, colours["cap"]), (body, colours["body"])):
        page.paste(_rounded_shade(colour, middle, w, it.kind == "box"), (0, 0), mask)
    height = min(tall * 0.55, 250)
    label = (middle - w * 0.86, low - tall * 0.16 - height, middle + w * 0.86, low - tall * 0.16)
    shape = Image.new("L", (SIDE, SIDE))
    ImageDraw.Draw(shape).rounded_rectangle(label, 8, 255)
    page.paste(_rounded_shade(colours["label"], middle, w, True), (0, 0), shape)
    _write(page, it, label)
    return page


def _write(page: Image.Image, it: Product, label: tuple[float, float, float, float]) -> None:
    pen = ImageDraw.Draw(page)
    left, top, right, low = label
    for number, line in enumerate(it.lines):
        size = 96 if number == 0 else 46
        while True:
            face = ImageFont.truetype(it.font, size)
            if face.getlength(line) < (right - left) * 0.88 or size < 14:
                break
            size -= 2
        y = top + (low - top) * (0.36 if number == 0 else 0.72)
        pen.text(((left + right) / 2, y), line, fill=it.ink, font=face, anchor="mm")


def _rounded_shade(colour: str, middle: int, w: float, is_flat: bool) -> Image.Image:
    base = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)], np.float64)
    x = (np.arange(SIDE) - middle) / max(w, 1.0)
    light = 1.0 - 0.06 * x if is_flat else 1.06 - 0.42 * np.clip(np.abs(x + 0.25), 0, 1.3) ** 2
    row = np.clip(base[None] * light[:, None], 0, 255).astype(np.uint8)
    return Image.fromarray(np.repeat(row[None], SIDE, axis=0))


def lab_of(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """CIELAB (D65) of sRGB 0–255, by the formulas of CIE 15, independent of the product's own."""
    value = rgb / 255.0
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    xyz = linear @ _TO_XYZ.T / _WHITE
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]),
                     200 * (f[..., 1] - f[..., 2])], axis=-1)  # fmt: skip


def rgb_of(lab: NDArray[np.float64]) -> NDArray[np.float64]:
    """The way back, clipped."""
    y = (lab[..., 0] + 16) / 116
    f = np.stack([y + lab[..., 1] / 500, y, y - lab[..., 2] / 200], axis=-1)
    xyz = np.where(f**3 > 216 / 24389, f**3, (116 * f - 16) * 27 / 24389) * _WHITE
    linear = np.clip(xyz @ np.linalg.inv(_TO_XYZ).T, 0, 1)
    value = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.clip(value * 255, 0, 255)


_TO_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
                    [0.0193339, 0.1191920, 0.9503041]])  # fmt: skip
_WHITE = _TO_XYZ.sum(axis=1)


def moved(colour: str, by: Shift) -> str:
    """ "#RRGGBB" moved in CIELAB."""
    rgb = np.array([[int(colour[at : at + 2], 16) for at in (1, 3, 5)]], np.float64)
    red, green, blue = (round(float(v)) for v in rgb_of(lab_of(rgb) + np.array([by]))[0])
    return f"#{red:02X}{green:02X}{blue:02X}"


def _shifted(picture: Image.Image, by: Shift) -> Image.Image:
    data = np.asarray(picture).copy()
    data[..., :3] = rgb_of(lab_of(data[..., :3].astype(np.float64)) + np.array(by)).round()
    return Image.fromarray(data)


def ground(setting: str, seed: int) -> Image.Image:
    """A place of the demo world with nothing in it."""
    image = QImage(SCENE, SCENE, QImage.Format.Format_RGB32)
    chance = random.Random(seed)
    painter = painter_on(image)
    brushes = Brushes(painter, chance, SCENE)
    places.PAINTERS[setting](brushes, 1.0, 1.0, places.horizon(setting, chance))
    painter.end()
    return Image.fromarray(to_array(image))


def placed(picture: Image.Image, chance: random.Random) -> Image.Image:
    """The product in a scene; RGB, SCENE × SCENE."""
    page = ground(chance.choice([*SETTINGS]), chance.randrange(1 << 30))
    left, top, right, low = picture.getbbox() or (0, 0, SIDE, SIDE)
    thing = picture.crop((left, top, right, low))
    height = SCENE * chance.uniform(0.42, 0.72)
    scale = min(height / thing.height, SCENE * 0.7 / thing.width)
    thing = thing.resize((round(thing.width * scale), round(thing.height * scale)),
                         Image.Resampling.LANCZOS)  # fmt: skip
    thing = _lit(thing, chance)
    thing = _leaning(thing, chance)
    thing = thing.rotate(chance.uniform(-7, 7), Image.Resampling.BICUBIC, expand=True)
    x = round(chance.uniform(0.06, 0.94) * max(1, SCENE - thing.width))
    y = round(min(SCENE - thing.height, chance.uniform(0.55, 0.95) * (SCENE - thing.height)))
    shadow = Image.new("L", page.size)
    ImageDraw.Draw(shadow).ellipse(
        (x, y + thing.height * 0.93, x + thing.width, y + thing.height * 1.05), 130
    )
    page.paste((12, 12, 16), (0, 0), shadow.filter(ImageFilter.GaussianBlur(14)))
    page.paste(thing, (x, y), thing)
    page = page.filter(ImageFilter.GaussianBlur(chance.uniform(0.2, 0.7)))
    data = np.asarray(page).astype(np.float64)
    grain = np.random.default_rng(chance.randrange(1 << 30)).normal(0, 2.0, data.shape)
    return Image.fromarray(np.clip(data + grain, 0, 255).astype(np.uint8))


def _lit(thing: Image.Image, chance: random.Random) -> Image.Image:
    """Another light: brightness ± 12 %, each channel ± 3 %, falling off across by up to 8 %."""
    data = np.asarray(thing).astype(np.float64)
    gain = chance.uniform(0.88, 1.1) * np.array([chance.uniform(0.97, 1.03) for _ in range(3)])
    across = np.linspace(1, chance.uniform(0.92, 1.08), thing.width)
    linear = (data[..., :3] / 255) ** 2.2 * gain * across[None, :, None]
    data[..., :3] = np.clip(linear, 0, 1) ** (1 / 2.2) * 255
    return Image.fromarray(data.round().astype(np.uint8))


def _leaning(thing: Image.Image, chance: random.Random) -> Image.Image:
    """A little perspective: each corner up to 3 % inwards."""
    w, h = thing.size

    def inside() -> float:
        return chance.uniform(-0.03, 0.0)

    quad = (w * inside(), h * inside(), w * inside(), h * (1 - inside()),
            w * (1 - inside()), h * (1 - inside()), w * (1 - inside()), h * inside())  # fmt: skip
    return thing.transform((w, h), Image.Transform.QUAD, quad, Image.Resampling.BICUBIC)
