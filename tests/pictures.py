"""Small pictures for tests, each different, drawn from a seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image


def draw(seed: int, size: tuple[int, int] = (64, 48)) -> Image.Image:
    """A blotchy picture, the same for the same seed."""
    numbers = np.random.default_rng(seed)
    coarse = numbers.integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)


def save(path: Path, seed: int, size: tuple[int, int] = (64, 48)) -> Path:
    """Draw into ``path``; its suffix decides the format."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draw(seed, size).save(path)
    return path


def fill(folder: Path, count: int, *, first_seed: int = 0) -> list[Path]:
    """``count`` different PNG files in ``folder``."""
    return [save(folder / f"{n:04}.png", first_seed + n) for n in range(count)]
