"""The few colours that a picture, or several, are about."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Colour = tuple[int, int, int]

_SAMPLE = 64


def dominant_colours(images: Sequence[Image.Image], count: int = 6) -> list[Colour]:
    """The colours a person would name, from dark to light; each picture counts the same.

    The pictures are reduced to 48 colours, from which those are taken in turn that cover much,
    are vivid, and differ from what has been taken. Distances are Euclidean in Oklab
    (B. Ottosson, 2020).

    Args:
        images: mode RGB, sRGB.
        count: at most so many; fewer when the pictures hold fewer.
    """
    if not images:
        return []
    sheet = Image.new("RGB", (_SAMPLE * len(images), _SAMPLE))
    for place, image in enumerate(images):
        small = image.resize((_SAMPLE, _SAMPLE), Image.Resampling.BOX)
        sheet.paste(small, (place * _SAMPLE, 0))
    # An octree takes 1 ms where median cut and k-means take 15, for colours that differ by what
    # an eye can just tell (0.03 in Oklab); every picture of a library goes through here.
    reduced = sheet.quantize(48, method=Image.Quantize.FASTOCTREE)
    counts = np.bincount(np.asarray(reduced).ravel(), minlength=256).astype(np.float64)
    table = np.array(reduced.getpalette("RGB") or [], dtype=np.float64).reshape(-1, 3)
    counts = counts[: len(table)]
    colours, shares = table[counts > 0], counts[counts > 0] / counts.sum()
    lab = oklab(colours)
    vividness = np.hypot(lab[:, 1], lab[:, 2])
    worth = np.sqrt(shares) * (0.35 + 4.0 * vividness)
    taken: list[int] = []
    while len(taken) < min(count, len(colours)):
        if taken:
            apart = np.linalg.norm(lab[:, None] - lab[taken][None], axis=-1).min(axis=1)
        else:
            apart = np.full(len(lab), 1.0)
        score = worth * np.minimum(apart, 0.25)
        best = int(score.argmax())
        if apart[best] < 0.04:
            break
        taken.append(best)
    taken.sort(key=lambda which: float(lab[which, 0]))
    return [_colour(colours[which]) for which in taken]


def colours_from_words(text: str, count: int = 6) -> list[Colour]:
    """A harmonious palette that the same words always give; it says nothing about their meaning."""
    digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=4).digest()
    hue = digest[0] / 256 * 2 * np.pi
    spread = (0.25 + digest[1] / 256 * 0.5) * np.pi
    lightness = np.linspace(0.32, 0.9, count)
    chroma = 0.055 + 0.06 * np.sin(np.linspace(0.35, np.pi - 0.25, count))
    angles = hue + spread * np.linspace(-0.5, 0.5, count)
    lab = np.stack([lightness, chroma * np.cos(angles), chroma * np.sin(angles)], axis=-1)
    return [_colour(row) for row in _srgb(lab)]


def hex_code(colour: Colour) -> str:
    """ "#RRGGBB"."""
    return "#{:02X}{:02X}{:02X}".format(*colour)


def oklab(colours: NDArray[np.float64]) -> NDArray[np.float64]:
    """Oklab of sRGB.

    Args:
        colours: ``(n, 3)``, 0–255.

    Returns:
        ``(n, 3)``: lightness 0–1, and the green–red and blue–yellow axes.
    """
    value = colours / 255.0
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return np.cbrt(linear @ _TO_LMS.T) @ _TO_LAB.T


def _srgb(lab: NDArray[np.float64]) -> NDArray[np.float64]:
    linear = (lab @ np.linalg.inv(_TO_LAB).T) ** 3 @ np.linalg.inv(_TO_LMS).T
    linear = np.clip(linear, 0.0, 1.0)
    value = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return value * 255.0


_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def _colour(row: NDArray[np.float64]) -> Colour:
    red, green, blue = (round(float(value)) for value in np.clip(row, 0, 255))
    return red, green, blue
