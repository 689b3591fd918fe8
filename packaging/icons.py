"""The program's icon in every size and form that the systems want, from one drawing."""

from __future__ import annotations

import io
from pathlib import Path

import resvg_py
from PIL import Image
from product import PROGRAM, ROOT

DRAWING = ROOT / "resources" / "icons" / "plantain.svg"
LINUX_SIDES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
WINDOWS_SIDES = (16, 20, 24, 32, 40, 48, 64, 128, 256)
MACOS_SIDES = (16, 32, 64, 128, 256, 512, 1024)


def drawn(side: int) -> Image.Image:
    """RGBA, ``side`` pixels wide and high; drawn at that size, so that no edge is blurred."""
    data = resvg_py.svg_to_bytes(svg_string=DRAWING.read_text("utf-8"), width=side, height=side)
    image = Image.open(io.BytesIO(bytes(data))).convert("RGBA")
    if image.size != (side, side):
        raise ValueError(f"{DRAWING.name} was drawn {image.size} instead of {side}")
    return image


def write_linux(folder: Path) -> None:
    """The ``hicolor`` theme below ``folder``: a PNG a size, and the drawing itself."""
    for side in LINUX_SIDES:
        place = folder / f"{side}x{side}" / "apps" / f"{PROGRAM}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        drawn(side).save(place, optimize=True)
    place = folder / "scalable" / "apps" / f"{PROGRAM}.svg"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(DRAWING.read_bytes())


def write_windows(path: Path) -> None:
    """One .ico with every size."""
    images = [drawn(side) for side in WINDOWS_SIDES]
    images[-1].save(path, sizes=[image.size for image in images], append_images=images[:-1])


def write_macos(path: Path) -> None:
    """One .icns with every size."""
    images = [drawn(side) for side in MACOS_SIDES]
    images[-1].save(path, append_images=images[:-1])
