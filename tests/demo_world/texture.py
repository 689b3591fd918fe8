"""Weaves, grains, dots and stripes as small repeating tiles.

Tiles are made by numpy at about the pixel size they are needed in, so that a small training
picture and an 800-pixel sample show the same weave.
"""

from __future__ import annotations

import functools
import math

import numpy as np
from PySide6.QtGui import QImage

TILE = 0.48
"""Side of a texture tile in units; every pitch below divides it, so tiles join without a seam."""


@functools.lru_cache(maxsize=256)
def tile(kind: str, pixels: int, ink: int) -> QImage:
    """A `pixels`-square repeating ARGB32 tile of one texture; `ink` is its 0xRRGGBB if flat."""
    y, x = np.mgrid[0:pixels, 0:pixels] / pixels  # 0..1 over one tile
    tau = 2 * math.pi
    noise = np.random.default_rng(sum(map(ord, kind)))
    if kind == "wool":  # chevrons, as in knitting
        zigzag = np.abs(2 * ((x * 9) % 1) - 1)
        relief = np.cos(tau * (y * 9 + 0.55 * zigzag)) * 0.34 - (zigzag > 0.9) * 0.15
    elif kind == "cotton":
        relief = np.sign(np.cos(tau * 11 * x) * np.cos(tau * 11 * y)) * 0.12
    elif kind == "straw":  # strands over and under
        cx, cy = np.floor(x * 8), np.floor(y * 8)
        across = (cx + cy) % 2 == 0
        along = np.where(across, (y * 8) % 1, (x * 8) % 1)
        relief = np.cos(tau * (along - 0.5)) * 0.32 - 0.1
    elif kind in ("leather", "velvet", "matte"):
        grains = {"leather": 26, "velvet": 64, "matte": 84}[kind]
        depth = {"leather": 0.20, "velvet": 0.13, "matte": 0.09}[kind]
        coarse = noise.normal(size=(grains, grains))
        grid = np.linspace(0, grains, pixels, endpoint=False)
        low = grid.astype(int)
        part = grid - low
        high = (low + 1) % grains
        rows = coarse[low] * (1 - part)[:, None] + coarse[high] * part[:, None]
        relief = rows[:, low] * (1 - part) + rows[:, high] * part
        if kind == "leather":  # creases where the noise changes sign
            relief = np.tanh(relief) * 0.5 * depth - 0.30 * np.clip(1 - 3 * np.abs(relief), 0, 1)
        else:
            relief = np.tanh(relief) * depth
    elif kind == "wood":  # long fibres with a slow wave
        wave = x * 7 + 0.16 * np.sin(tau * y) + 0.22 * np.sin(tau * (y + 2 * x))
        relief = -0.36 * np.clip(np.cos(tau * wave) - 0.1, 0, 1)
        fibres = noise.normal(size=pixels) * 0.07
        relief = relief + fibres[None, :]
    elif kind == "dotted":
        a = np.hypot((x * 4) % 1 - 0.5, (y * 4) % 1 - 0.5)
        b = np.hypot((x * 4 + 0.5) % 1 - 0.5, (y * 4 + 0.5) % 1 - 0.5)
        cover = np.clip((0.235 - np.minimum(a, b)) * pixels / 4 + 0.5, 0, 1)
        return _of_ink(cover, ink)
    elif kind == "striped":
        cover = np.clip((np.abs(((y * 4) % 1) - 0.5) * -1 + 0.2) * pixels / 4 + 0.5, 0, 1)
        return _of_ink(cover, ink)
    else:
        raise ValueError(f"no texture called {kind!r}")
    cover = np.clip(np.abs(relief), 0, 0.8)
    return _of_ink(cover, np.where(relief > 0, 255, 0))


def _of_ink(cover: np.ndarray, ink: int | np.ndarray) -> QImage:
    """A premultiplied tile from coverage (n, n) 0..1 and either one 0xRRGGBB or a grey map."""
    n = cover.shape[0]
    bgra = np.empty((n, n, 4), np.float64)
    for channel in range(3):
        tone = (ink >> (8 * channel)) & 255 if isinstance(ink, int) else ink
        bgra[..., channel] = tone * cover
    bgra[..., 3] = 255 * cover
    data = bgra.round().astype(np.uint8).tobytes()
    return QImage(data, n, n, 4 * n, QImage.Format.Format_ARGB32_Premultiplied).copy()
