"""Draw the sample pictures that ship with Plantain: `python -m tests.demo_world.samples`.

About 300 pictures in the folders and under the plain names a designer's disk would have. The
names say nothing about the content, so that whatever search finds, it found by looking. The same
seed draws the same pictures.
"""

from __future__ import annotations

import argparse
import itertools
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage

from tests.demo_world import atmosphere
from tests.demo_world.draw import draw, painter_on, place_thing, to_array
from tests.demo_world.paint import Brushes, alpha, mix
from tests.demo_world.vocabulary import THINGS, Scene, random_scene

SEED = 4_120
FOLDER = Path(__file__).resolve().parents[2] / "resources" / "demo" / "pictures"

FOLDERS: dict[str, tuple[str, ...]] = {
    "Costumes/Autumn fitting": ("cape", "hat", "dress"),
    "Costumes/Shoes": ("shoe",),
    "Accessories": ("watch", "handbag", "necklace", "sunglasses", "backpack"),
    "Vehicles": ("sports car",),
    "Props/Table": ("cup", "teapot", "bottle", "toy figure"),
    "Props/Rooms": ("chair", "lamp", "guitar", "headphones"),
}
ALWAYS: tuple[Scene, ...] = (
    *(Scene("cape", "red", "silk", "gold", s) for s in
      ("beach", "studio", "forest", "night", "snow", "studio")),
    *(Scene("watch", "golden", m, t, s) for m, t, s in (
        ("metal", "none", "studio"), ("metal", "none", "desk"), ("metal", "silver", "beach"),
        ("leather", "none", "night"), ("metal", "none", "forest"))),
    *(Scene("sports car", "blue", m, t, "night") for m, t in
      (("glossy", "none"), ("glossy", "silver"), ("matte", "none"), ("glossy", "striped"))),
    *(Scene("toy figure", c, m, t, "desk") for c, m, t in (
        ("red", "plastic", "none"), ("blue", "plastic", "gold"), ("brown", "wood", "none"),
        ("teal", "plastic", "none"), ("silver", "metal", "none"))),
)  # fmt: skip
SIZES: tuple[tuple[int, int], ...] = (
    (720, 720), (680, 680), (864, 648), (800, 640), (640, 800), (648, 864), (900, 640), (640, 720),
)  # fmt: skip


def names(folder: str, rng: random.Random) -> Iterator[str]:
    """File names without an ending, as cameras and studios give them."""
    style = rng.randrange(3)
    start = rng.randrange(100, 900)
    for i in itertools.count(start, 1):
        if style == 0:
            yield f"IMG_{i:04d}"
        elif style == 1:
            yield f"shoot-{rng.randrange(1, 9):02d}_{i:03d}"
        else:
            yield f"DSC{i + 3000:05d}"


def write(image: QImage, path: Path, kind: str, quality: int) -> None:
    """Write as "jpg", "png" or "webp"; only PNG keeps a transparent ground."""
    if kind == "png" and image.hasAlphaChannel():
        straight = image.convertToFormat(QImage.Format.Format_RGBA8888)
        data = bytes(straight.constBits())
        picture = Image.frombytes("RGBA", (image.width(), image.height()), data)
    else:
        picture = Image.fromarray(to_array(image))
    if kind == "jpg":
        picture.save(path, "JPEG", quality=quality, optimize=True)
    elif kind == "webp":
        picture.save(path, "WEBP", quality=quality, method=4)
    else:
        picture.save(path, "PNG", optimize=True)


def flat_lay(scenes: list[Scene], seed: int, width: int, height: int) -> QImage:
    """Three or four things side by side on a plain ground, as for a campaign."""
    rng = random.Random(f"lay/{seed}")
    image = QImage(width, height, QImage.Format.Format_RGB32)
    painter = painter_on(image)
    short = min(width, height)
    w, h = width / short, height / short
    b = Brushes(painter, rng, short)
    tint = QColor.fromHsvF(rng.random(), rng.uniform(0.06, 0.2), rng.uniform(0.82, 0.95))
    painter.fillRect(QRectF(-w / 2, -h / 2, w, h), mix(tint, QColor("#ffffff"), 0.2))
    b.glow(-0.2, -0.25, 0.9, alpha("#ffffff", 0.55))
    spots = {
        3: ((-0.24, -0.05), (0.24, -0.05), (0.0, 0.44)),
        4: ((-0.23, -0.03), (0.23, -0.03), (-0.23, 0.44), (0.23, 0.44)),
    }[len(scenes)]
    for scene, (x, foot) in zip(scenes, spots, strict=True):
        place_thing(b, scene, x + rng.uniform(-0.02, 0.02), foot, 0.4, rng.uniform(-4, 4))
    atmosphere.vignette(b, w, h, 0.12)
    painter.end()
    return image


def write_all(folder: Path, total: int = 300) -> int:
    """Write every sample below `folder`, replacing what was there.

    Returns:
        How many pictures were written.
    """
    rng = random.Random(SEED)
    fresh = folder.with_name(folder.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    room_of = {thing: room for room, things in FOLDERS.items() for thing in things}
    scenes = list(ALWAYS)
    turn = itertools.cycle(THINGS)
    while len(scenes) < total - 24:
        scenes.append(random_scene(rng, [next(turn)]))
    rng.shuffle(scenes)
    naming = {room: names(room, rng) for room in (*FOLDERS, "Promo")}
    for scene in scenes:
        room = fresh / room_of[scene.thing]
        room.mkdir(parents=True, exist_ok=True)
        width, height = rng.choice(SIZES)
        roll = rng.random()
        stem = room / next(naming[room_of[scene.thing]])
        seed = rng.randrange(1 << 30)
        if roll < 0.04 and scene not in ALWAYS:
            scene = Scene(scene.thing, scene.colour, scene.material, scene.trim, "studio")
            write(draw(scene, seed, 640, 640, is_cut_out=True, centre=0), stem.with_suffix(".png"),
                  "png", 0)  # fmt: skip
        elif roll < 0.06 and scene.setting == "studio":
            write(draw(scene, seed, 640, 640), stem.with_suffix(".png"), "png", 0)
        elif roll < 0.16:
            write(draw(scene, seed, width, height), stem.with_suffix(".webp"), "webp", 84)
        else:
            write(draw(scene, seed, width, height), stem.with_suffix(".jpg"), "jpg", 81)
    promo = fresh / "Promo"
    promo.mkdir(parents=True, exist_ok=True)
    for i in range(24):
        stem = promo / next(naming["Promo"])
        if i < 10:
            things = rng.sample([t for t in THINGS if t != "sports car"], rng.choice((3, 4)))
            lay = [random_scene(rng, [thing]) for thing in things]
            lay = [Scene(s.thing, s.colour, s.material, s.trim, "studio") for s in lay]
            picture = flat_lay(lay, i, *rng.choice(SIZES))
        else:
            picture = draw(random_scene(rng), rng.randrange(1 << 30), *rng.choice(SIZES))
        write(picture, stem.with_suffix(".jpg"), "jpg", 81)
    stale = folder.with_name(folder.name + ".old")
    shutil.rmtree(stale, ignore_errors=True)
    if folder.exists():
        folder.replace(stale)
    fresh.replace(folder)
    shutil.rmtree(stale, ignore_errors=True)
    return sum(1 for path in folder.rglob("*") if path.is_file())


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description="Draw the sample pictures that ship with Plantain."
    )
    parser.add_argument("--out", type=Path, default=FOLDER)
    options = parser.parse_args()
    count = write_all(options.out)
    size = sum(path.stat().st_size for path in options.out.rglob("*") if path.is_file())
    print(f"{count} pictures, {size / 1e6:.1f} MB in {options.out}")


if __name__ == "__main__":
    main()
