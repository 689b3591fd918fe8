"""What an image model gives back when it is asked to change a part of a picture, with the truth.

Scenes of the demo's world on a ground with structure; the edit is known, and so is every harm that
is done to the answer: it is shifted, scaled, bent a little, drifted in tone, has noise, and other
things were changed in it as well.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.demo_world.draw import draw, to_array
from tests.demo_world.vocabulary import THINGS, random_scene

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Case:
    """
    Attributes:
        picture: that was to be changed in the ``region``.
        wanted: the picture with the edit and no harm.
        answer: what came.
        strays: where else the answer shows something new, in the picture's pixels.
    """

    picture: Pixels
    region: Mask
    wanted: Pixels
    answer: Pixels
    strays: Mask


def picture(seed: int, width: int, height: int, count: int = 3) -> Pixels:
    """A scene with some structure all over, as a photograph has."""
    rng = random.Random(seed)
    things = rng.sample([*THINGS], count)
    drawn = to_array(draw(random_scene(rng, things), seed, width, height))[..., :3]
    noise = np.random.default_rng(seed)
    clouds = sum(
        cv2.resize(
            noise.normal(0, 1, (height // step + 2, width // step + 2)).astype(np.float32),
            (width, height),
            interpolation=cv2.INTER_CUBIC,
        )
        * strength
        for step, strength in ((64, 9.0), (16, 5.0), (5, 3.0))
    )
    return np.clip(drawn + np.asarray(clouds)[..., None], 0, 255).astype(np.uint8)


def region(rng: np.random.Generator, height: int, width: int) -> Mask:
    """An ellipse, a rectangle, or a stroke of a brush."""
    mask = np.zeros((height, width), np.uint8)
    x, y = int(rng.uniform(0.35, 0.65) * width), int(rng.uniform(0.35, 0.65) * height)
    across, down = int(rng.uniform(0.1, 0.2) * width), int(rng.uniform(0.1, 0.2) * height)
    kind = rng.integers(3)
    if kind == 0:
        cv2.ellipse(mask, (x, y), (across, down), float(rng.uniform(0, 180)), 0, 360, 1, -1)
    elif kind == 1:
        cv2.rectangle(mask, (x - across, y - down), (x + across, y + down), 1, -1)
    else:
        end = (x + across, y - down)
        cv2.line(mask, (x - across, y + down), end, 1, int(0.12 * min(width, height)))
    return mask.astype(bool)


def case(
    seed: int,
    *,
    size: tuple[int, int] = (640, 480),
    shift: float = 8,
    scale: float = 0.01,
    tone: float = 0.1,
    strays: int = 2,
    bend: float = 1.0,
    answer_scale: float = 1.0,
    noise: float = 1.5,
) -> Case:
    """One answer, each harm as strong as said, in a random direction."""
    rng = np.random.default_rng(seed)
    width, height = size
    base = picture(seed, width, height)
    mask = region(rng, height, width)
    other = picture(seed + 1, width, height)
    wanted = np.where(mask[..., None], other, base)
    changed, spots = wanted.copy(), np.zeros((height, width), np.uint8)
    for _ in range(strays):
        spot = np.zeros_like(spots)
        side = int(rng.uniform(0.03, 0.07) * width)
        at = int(rng.uniform(0.08, 0.92) * width), int(rng.uniform(0.08, 0.92) * height)
        cv2.circle(spot, at, side, 1, -1)
        spot[cv2.dilate(mask.astype(np.uint8), np.ones((25, 25))) > 0] = 0
        colour = (changed[at[1], at[0]].astype(int) + 128) % 256
        changed[spot > 0] = colour
        spots |= spot
    return Case(
        base,
        mask,
        wanted,
        _harmed(changed, rng, shift, scale, tone, bend, answer_scale, noise),
        spots.astype(bool),
    )


def _harmed(
    changed: Pixels,
    rng: np.random.Generator,
    shift: float,
    scale: float,
    tone: float,
    bend: float,
    answer_scale: float,
    noise: float,
) -> Pixels:
    height, width = changed.shape[:2]
    factor = 1 + scale * rng.choice((-1, 1))
    towards = rng.uniform(0, 2 * np.pi)
    dx, dy = shift * np.cos(towards), shift * np.sin(towards)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    wave = bend * np.sin(2 * np.pi * (y / height + rng.uniform()))
    from_x = (x - width / 2) / factor + width / 2 - dx + wave
    from_y = (y - height / 2) / factor + height / 2 - dy
    moved = cv2.remap(
        changed,
        from_x.astype(np.float32),
        from_y.astype(np.float32),
        cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REFLECT,
    )
    if answer_scale != 1:
        moved = cv2.resize(
            moved, None, fx=answer_scale, fy=answer_scale, interpolation=cv2.INTER_AREA
        )
    gains = 1 + tone * rng.uniform(-1, 1, 3)
    gains[rng.integers(3)] = 1 + tone * rng.choice((-1, 1))
    toned = moved.astype(np.float32) * gains + rng.normal(0, noise, moved.shape)
    return np.clip(np.rint(toned), 0, 255).astype(np.uint8)
