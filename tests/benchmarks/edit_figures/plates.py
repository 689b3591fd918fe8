"""Pictures whose transparency is known, as an image model would give them back on two grounds."""

from __future__ import annotations

import random

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from tests.demo_world.draw import draw
from tests.demo_world.vocabulary import THINGS, random_scene

Rgba = NDArray[np.uint8]
Pixels = NDArray[np.uint8]


def known(seed: int, width: int = 640, height: int = 480) -> Rgba:
    """A drawn thing with its own edges, part of it blurred like hair and part of it like glass."""
    rng = random.Random(seed)
    thing = rng.choice([*THINGS])
    image = draw(random_scene(rng, [thing]), seed, width, height, is_cut_out=True)
    image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    drawn = np.frombuffer(image.constBits(), np.uint8).reshape(height, width, 4).copy()
    alpha = drawn[..., 3].astype(np.float32)
    soft = cv2.GaussianBlur(alpha, (0, 0), 4.0)
    alpha[:, : width // 3] = np.minimum(soft, alpha)[:, : width // 3]
    glass = np.zeros((height, width), np.float32)
    cv2.circle(glass, (width // 2, height // 2), height // 8, 1.0, -1)
    alpha *= 1 - 0.55 * cv2.GaussianBlur(glass, (0, 0), 2.0)
    drawn[..., 3] = np.rint(np.clip(alpha, 0, 255))
    return drawn


def plate(picture: Rgba, ground: int, seed: int, *, noise: float = 2.5, shift: float = 0) -> Pixels:
    """``picture`` on a ground of that brightness; ``shift`` in pixels, in a random direction."""
    rng = np.random.default_rng(seed)
    alpha = picture[..., 3:].astype(np.float32) / 255
    laid = picture[..., :3] * alpha + ground * (1 - alpha)
    if shift:
        towards = rng.uniform(0, 2 * np.pi)
        by = np.array([[1, 0, shift * np.cos(towards)], [0, 1, shift * np.sin(towards)]])
        laid = cv2.warpAffine(
            laid,
            by,
            (laid.shape[1], laid.shape[0]),
            flags=cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        )
    return np.clip(np.rint(laid + rng.normal(0, noise, laid.shape)), 0, 255).astype(np.uint8)
