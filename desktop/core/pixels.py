"""What an encoder wants a picture to look like; joins ``media`` and ``embedding``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class PixelSpec:
    """The geometry of an encoder's input; normalisation stays inside the encoder.

    Attributes:
        size: side of the square input, pixels.
        resize_mode: ``shortest`` scales the shorter side to ``size`` and crops the centre;
            ``squash`` ignores the aspect ratio; ``longest`` scales the longer side and pads.
        interpolation: resampling filter.
        fill: grey level of the padding for ``longest``, 0–255.
    """

    size: int
    resize_mode: Literal["shortest", "longest", "squash"] = "shortest"
    interpolation: Literal["bicubic", "bilinear"] = "bicubic"
    fill: int = 0
