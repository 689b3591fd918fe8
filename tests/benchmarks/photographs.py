"""Pictures for the benchmarks that read files: camera photographs and small web pictures.

Drawn from a seed and kept in the system's folder for temporary files, so that a second run starts
at once. A few scenes are painted (clouds of several scales, things with hard edges, sensor noise);
every photograph is another crop, side and exposure of one of them, so none equals another.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from PIL import ExifTags, Image, ImageDraw

SEED = 20_261_122
SIZE = (4000, 3000)
_MARGIN = 200
"""What a scene has on every side, for crops that differ."""
_A_SCENE = 20
_SMALL_A_SCENE = 100


def cache_folder() -> Path:
    """Where the benchmarks keep what takes long to make; may be deleted at any time."""
    folder = Path(tempfile.gettempdir()) / "plantain-benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def photographs(count: int, seed: int = SEED) -> Path:
    """A folder of ``count`` JPEG files of 12 megapixels, 1.5 to 2 MB each, with camera EXIF."""
    return _kept(f"photographs-{count}-{seed}", count, _A_SCENE, seed, _write_photograph)


def small_pictures(count: int, seed: int = SEED) -> Path:
    """A folder of ``count`` pictures of 640 to 1024 pixels: JPEG, PNG and WebP in turn."""
    return _kept(f"small-{count}-{seed}", count, _SMALL_A_SCENE, seed + 1, _write_small)


def _kept(
    name: str,
    count: int,
    a_scene: int,
    seed: int,
    write: Callable[[Path, int, Image.Image, np.random.Generator], None],
) -> Path:
    folder = cache_folder() / name
    if folder.exists():
        return folder
    making = folder.with_name(f"{name}.{os.getpid()}.part")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir()

    def fill(first: int) -> None:
        numbers = np.random.default_rng((seed, first))
        whole = scene(numbers)
        for number in range(first, min(count, first + a_scene)):
            write(making, number, whole, numbers)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(fill, range(0, count, a_scene)))
    making.rename(folder)
    return folder


def scene(numbers: np.random.Generator) -> Image.Image:
    """Something like a photograph, ``SIZE`` and a margin around it."""
    width, height = (side + 2 * _MARGIN for side in SIZE)
    image = Image.fromarray(_clouds(numbers, width // 8, height // 8))
    image = image.resize((width, height), Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(image)
    for _ in range(int(numbers.integers(25, 60))):
        _thing(pen, numbers, width, height)
    return _with_grain(image, numbers)


def _clouds(numbers: np.random.Generator, width: int, height: int) -> np.ndarray:
    """(height, width, 3) uint8: noise of falling strength over octaves, as natural scenes have."""
    total = np.zeros((height, width, 3), np.float32)
    for octave in range(2, 8):
        coarse = numbers.random((2**octave, 2**octave, 3), dtype=np.float32) - 0.5
        for channel in range(3):
            layer = Image.fromarray(coarse[..., channel])
            total[..., channel] += (
                np.asarray(layer.resize((width, height), Image.Resampling.BICUBIC))
                * 400
                / octave**1.6
            )
    tint = numbers.uniform(70, 180, 3).astype(np.float32)
    return np.clip(total + tint, 0, 255).astype(np.uint8)


def _thing(pen: ImageDraw.ImageDraw, numbers: np.random.Generator, width: int, height: int) -> None:
    x, y = int(numbers.integers(0, width)), int(numbers.integers(0, height))
    wide, high = (int(side) for side in numbers.integers(60, 900, 2))
    colour = tuple(int(value) for value in numbers.integers(0, 256, 3))
    match int(numbers.integers(0, 4)):
        case 0:
            pen.ellipse((x, y, x + wide, y + high), fill=colour)
        case 1:
            pen.rectangle((x, y, x + wide, y + high), fill=colour)
        case 2:
            for line in range(0, high, 12):  # stripes, the enemy of careless resampling
                pen.line((x, y + line, x + wide, y + line + 5), fill=colour, width=4)
        case _:
            corners = [(x + wide * i % 7, y + high * i % 11) for i in (0, 2, 5, 9)]
            pen.polygon([*corners, (x + wide, y + high)], fill=colour)


def _with_grain(image: Image.Image, numbers: np.random.Generator) -> Image.Image:
    """Noise as a sensor has it, a little stronger than the JPEG's quantisation."""
    tile = numbers.normal(0, 6.5, (512, 512, 1)).astype(np.int16)
    pixels = np.asarray(image)
    out = np.empty_like(pixels)
    for top in range(0, pixels.shape[0], 512):
        strip = pixels[top : top + 512]
        grain = np.tile(tile, (1, -(-strip.shape[1] // 512), 1))[: len(strip), : strip.shape[1]]
        grain = np.roll(grain, int(numbers.integers(0, 512)), axis=1)
        out[top : top + 512] = np.clip(strip + grain, 0, 255)
    return Image.fromarray(out)


def _variant(whole: Image.Image, numbers: np.random.Generator) -> Image.Image:
    left, top = (int(offset) for offset in numbers.integers(0, 2 * _MARGIN, 2))
    image = whole.crop((left, top, left + SIZE[0], top + SIZE[1]))
    if numbers.random() < 0.5:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    gain, lift = numbers.uniform(0.75, 1.2), numbers.uniform(-15, 15)
    return image.point([min(255, max(0, round(v * gain + lift))) for v in range(256)] * 3)


def _write_photograph(
    folder: Path, number: int, whole: Image.Image, numbers: np.random.Generator
) -> None:
    image = _variant(whole, numbers)
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Plantain"
    exif[ExifTags.Base.Model] = "Benchmark 12"
    exif[ExifTags.Base.Orientation] = 6 if number % 5 == 0 else 1
    exif[ExifTags.Base.DateTime] = f"2026:11:22 12:{number // 60 % 60:02}:{number % 60:02}"
    path = folder / f"roll{number // 100:02}" / f"IMG_{number:05}.jpg"
    path.parent.mkdir(exist_ok=True)
    image.save(path, quality=78, exif=exif)


def _write_small(
    folder: Path, number: int, whole: Image.Image, numbers: np.random.Generator
) -> None:
    side = int(numbers.integers(640, 1025))
    shape = [(side, side * 3 // 4), (side * 3 // 4, side), (side, side)][number % 3]
    # A detail of the scene, so that a hundred of them are a hundred different pictures.
    zoom = float(numbers.uniform(1.0, 2.5))
    wide, high = int(shape[0] * zoom), int(shape[1] * zoom)
    left = int(numbers.integers(0, whole.width - wide))
    top = int(numbers.integers(0, whole.height - high))
    image = whole.resize(shape, Image.Resampling.BILINEAR, (left, top, left + wide, top + high))
    suffix, options = _SMALL_KINDS[number % len(_SMALL_KINDS)]
    path = folder / f"{number // 200:02}" / f"{number:05}{suffix}"
    path.parent.mkdir(exist_ok=True)
    image.save(path, **options)


_SMALL_KINDS: tuple[tuple[str, dict[str, Any]], ...] = (
    (".jpg", {"quality": 85}),
    (".jpg", {"quality": 90}),
    (".png", {"compress_level": 3}),
    (".webp", {"quality": 80, "method": 1}),
)


def files(folder: Path) -> Iterator[Path]:
    """Every file below, in a fixed order."""
    return (path for path in sorted(folder.rglob("*")) if path.is_file())
