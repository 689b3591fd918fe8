"""The few colours that a picture, or several, are about."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from desktop.core.colour import LINEAR_SRGB_TO_LMS, LMS_TO_OKLAB, Palette, Swatch

Colour = tuple[int, int, int]

_SAMPLE = 64
"""To each side of what is looked at of a picture."""
_SEEDS = 48
_ROUNDS = 2
_ALIKE = 0.06
"""Distance below which two colours are one to the person who looks at the whole picture."""
_LEAST_SHARE = 0.01
_CORE = 0.03
"""Distance up to which pixels decide how a colour is shown; the others are edges and shades."""

_NEUTRAL = 0.035
"""Chroma up to which a ground is white or grey; lamps tint it a little."""
_STEP = 0.04
"""Between neighbours within a ground: studio grounds fade from light to dark."""
_MOST_OF_BORDER = 0.6
"""Of a picture's edge that its ground takes; what is shown may touch a side."""
_LEAST_CONTENT = 0.02
"""Below which what is left is dust, and the ground is the picture."""
_FLATTENED = 2.0 / 255


def main_colours(images: Sequence[Image.Image], count: int = 6) -> Palette:
    """The colours of what pictures show, the largest share first; each picture counts the same.

    The ground does not count: white, grey or black that reaches from the edge inwards without a
    step, as in a studio, and what transparency was laid on. What is left is reduced by an octree to
    48 colours, from which those are taken in turn that cover much, are vivid, and differ from what
    has been taken; two rounds of k-means in Oklab then say how much belongs to each. A flat colour
    comes out as it is, not as a mean.

    Args:
        images: mode RGB, sRGB; what is clear lies on mid-grey.
        count: at most so many; fewer when the pictures hold fewer.
    """
    if not images:
        return ()
    sheet = Image.new("RGB", (_SAMPLE * len(images), _SAMPLE))
    for place, image in enumerate(images):
        small = image.resize((_SAMPLE, _SAMPLE), Image.Resampling.BOX)
        sheet.paste(small, (place * _SAMPLE, 0))
    pixels = np.asarray(sheet)
    lab = oklab(pixels.reshape(-1, 3).astype(np.float64)).reshape(*pixels.shape)
    shown = np.hstack([_content(part) for part in np.split(lab, len(images), axis=1)]).ravel()
    # An octree takes 1 ms where median cut takes 15; every picture of a library goes through here.
    reduced = np.asarray(sheet.quantize(_SEEDS, method=Image.Quantize.FASTOCTREE)).ravel()[shown]
    levels, colours = pixels.reshape(-1, 3)[shown], lab.reshape(-1, 3)[shown]
    counts = np.bincount(reduced, minlength=256).astype(np.float64)
    there = counts > 0
    seeds = np.stack(
        [np.bincount(reduced, colours[:, axis], minlength=256)[there] for axis in range(3)], axis=1
    )
    centres = _taken(seeds / counts[there, None], counts[there] / len(colours), count)
    owner = np.zeros(len(colours), np.intp)
    for _ in range(_ROUNDS):
        owner = _distances(colours, centres).argmin(axis=1)
        for which in np.unique(owner):
            centres[which] = colours[owner == which].mean(axis=0)
    found: list[tuple[float, Colour]] = []
    for which in np.unique(owner):
        is_own = owner == which
        share = float(is_own.mean())
        if share < _LEAST_SHARE and len(found) > 0:
            continue
        away = np.linalg.norm(colours[is_own] - centres[which], axis=1)
        core = levels[is_own][away <= max(_CORE, float(np.quantile(away, 0.25)))]
        found.append((share, _colour(np.median(core, axis=0))))
    found.sort(key=lambda entry: -entry[0])
    return tuple(Swatch(hex_code(colour), max(1, round(100 * share))) for share, colour in found)


def dominant_colours(images: Sequence[Image.Image], count: int = 6) -> list[Colour]:
    """As ``main_colours``, from dark to light."""
    found = [rgb_of(swatch.colour) for swatch in main_colours(images, count)]
    lightness = oklab(np.array(found, np.float64).reshape(-1, 3))[:, 0]
    return [found[which] for which in np.argsort(lightness, kind="stable")]


def _content(lab: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(h, w): what a picture shows; all of it where it has no ground."""
    is_neutral = np.hypot(lab[..., 1], lab[..., 2]) <= _NEUTRAL
    ground = np.zeros_like(is_neutral)
    if _of_border(is_neutral) >= _MOST_OF_BORDER:
        across = np.abs(np.diff(lab[..., 0], axis=1)) <= _STEP
        down = np.abs(np.diff(lab[..., 0], axis=0)) <= _STEP
        reached = _reached(is_neutral, across, down)
        if _of_border(reached) >= _MOST_OF_BORDER:
            ground = reached
    on_grey = np.abs(lab - _GREY).max(axis=-1) <= _FLATTENED
    if on_grey.mean() >= _LEAST_CONTENT:
        ground |= on_grey  # holes of what is clear, too
    shown = ~ground
    if shown.mean() < _LEAST_CONTENT:
        return np.ones_like(shown)
    # Beside the ground lie mixtures with it; where nearly all is beside it, they are what there is.
    inside = ~_widened(ground)
    return inside if inside.sum() > shown.sum() / 2 else shown


def _of_border(mask: NDArray[np.bool_]) -> float:
    """Share of the edge."""
    return float(np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]]).mean())


def _widened(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """By a pixel to each side."""
    wide = mask.copy()
    wide[1:] |= mask[:-1]
    wide[:-1] |= mask[1:]
    wide[:, 1:] |= mask[:, :-1]
    wide[:, :-1] |= mask[:, 1:]
    return wide


def _reached(
    may_be: NDArray[np.bool_], across: NDArray[np.bool_], down: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Where one comes from the edge, by small steps within ``may_be``.

    A way along a row or a column is gone in strides of 1, 2, 4 … pixels, of which is known before
    which are free.
    """
    reached = np.zeros_like(may_be)
    for edge in (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]):
        reached[edge] = may_be[edge]
    directions = [
        (view, _strides(free, steps))
        for view, free, steps in (
            (reached, may_be, across),
            (reached[:, ::-1], may_be[:, ::-1], across[:, ::-1]),
            (reached.T, may_be.T, down.T),
            (reached[::-1].T, may_be[::-1].T, down[::-1].T),
        )
    ]
    before = -1
    while before != (now := int(np.count_nonzero(reached))):
        before = now
        for view, strides in directions:  # each a view of ``reached``
            for length, is_free in strides:
                view[:, length:] |= is_free & view[:, :-length]
    return reached


def _strides(
    may_be: NDArray[np.bool_], steps: NDArray[np.bool_]
) -> list[tuple[int, NDArray[np.bool_]]]:
    """For each length, where one may come to from so many pixels before."""
    length, is_free = 1, steps & may_be[:, 1:]
    found = [(length, is_free)]
    while 2 * length < may_be.shape[1]:
        is_free = is_free[:, length:] & is_free[:, :-length]
        length *= 2
        found.append((length, is_free))
    return found


def _taken(
    lab: NDArray[np.float64], shares: NDArray[np.float64], count: int
) -> NDArray[np.float64]:
    """(m, 3), m at most ``count``: those that a person would name, of colours and their shares."""
    vividness = np.hypot(lab[:, 1], lab[:, 2])
    worth = np.sqrt(shares) * (0.35 + 4.0 * vividness)
    taken: list[int] = []
    while len(taken) < min(count, len(lab)):
        apart = _distances(lab, lab[taken]).min(axis=1) if taken else np.full(len(lab), 1.0)
        best = int((worth * np.minimum(apart, 0.25)).argmax())
        if apart[best] < _ALIKE:
            break
        taken.append(best)
    return lab[taken]


def _distances(some: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, m)."""
    squares = (some**2).sum(axis=1)[:, None] + (others**2).sum(axis=1)[None]
    return np.sqrt(np.maximum(squares - 2.0 * some @ others.T, 0.0))


def invented_palette(text: str, count: int = 6) -> list[Colour]:
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


def rgb_of(code: str) -> Colour:
    """Of "#RRGGBB"."""
    red, green, blue = bytes.fromhex(code[1:])
    return red, green, blue


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


_TO_LMS = np.array(LINEAR_SRGB_TO_LMS)
_TO_LAB = np.array(LMS_TO_OKLAB)
_GREY = oklab(np.array([[128.0, 128.0, 128.0]]))[0]
"""What is clear was laid on it, ``media.colour.GROUND``."""


def _colour(row: NDArray[np.float64]) -> Colour:
    red, green, blue = (round(float(value)) for value in np.clip(row, 0, 255))
    return red, green, blue
