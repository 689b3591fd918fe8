"""What a video is to the library."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

from desktop.core.metadata import NO_METADATA, Metadata

MAX_SCENES = 60
"""Most frames of one video."""


@dataclass(frozen=True, slots=True)
class KeyFrame:
    """What stands for a scene: mode RGB, upright, sRGB, with its time from the beginning."""

    position_ms: int
    image: Image.Image


@dataclass(frozen=True, slots=True)
class Video:
    """A video as the library sees it.

    Attributes:
        frames: one for each scene, by time, the first of them good to show; never empty.
        width, height: at which it is shown: upright, with square pixels.
        format: the name of its ``VideoFormat``.
        duration_ms: at least 1.
        has_alpha: some pixel that was seen is not opaque.
        metadata: what its container says.
    """

    frames: tuple[KeyFrame, ...]
    width: int
    height: int
    format: str
    duration_ms: int
    has_alpha: bool
    metadata: Metadata = NO_METADATA
