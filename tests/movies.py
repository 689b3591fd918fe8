"""Small videos with known scenes, made on the spot."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image

Colour = tuple[int, int, int]

_MUXERS = {
    **{".mp4": "mp4", ".mov": "mov", ".webm": "webm", ".mkv": "matroska", ".avi": "avi"},
    **{".wmv": "asf", ".mpg": "mpeg", ".m2v": "mpeg2video", ".flv": "flv", ".ogv": "ogg"},
    **{".3gp": "3gp", ".mxf": "mxf", ".ts": "mpegts", ".m2ts": "mpegts"},
}

RED, GREEN, BLUE = (200, 30, 30), (20, 150, 40), (30, 40, 190)


@dataclass(frozen=True)
class Recipe:
    """How a movie is made.

    Attributes:
        codec: FFmpeg's name of the encoder.
        form: of its pixels.
        rate: frames a second.
        options: for the encoder.
        tags: attributes of the encoder's context (``color_trc`` …).
    """

    codec: str = "libx264"
    form: str = "yuv420p"
    rate: int = 10
    options: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, Any] = field(default_factory=dict)

    def using(self, codec: str, form: str) -> Recipe:
        return replace(self, codec=codec, form=form)

    def at(self, rate: int) -> Recipe:
        return replace(self, rate=rate)


LOSSLESS = Recipe("ffv1", "bgr0")


def picture(content: Colour | Image.Image, size: tuple[int, int]) -> Image.Image:
    """A plain colour, or a picture made to fit."""
    if isinstance(content, Image.Image):
        return content.convert("RGB").resize(size)
    return Image.new("RGB", size, content)


def make_movie(
    path: Path,
    scenes: Sequence[tuple[Colour | Image.Image, float]],
    recipe: Recipe = Recipe(),
    size: tuple[int, int] = (160, 96),
) -> Path:
    """Write a video of still scenes, each (what is seen, seconds); the container by the suffix."""
    path.write_bytes(movie_bytes(path.suffix, scenes, recipe, size))
    return path


def movie_bytes(
    suffix: str,
    scenes: Sequence[tuple[Colour | Image.Image, float]],
    recipe: Recipe = Recipe(),
    size: tuple[int, int] = (160, 96),
) -> bytes:
    """As ``make_movie``, without a file."""
    written = io.BytesIO()
    options = {"mpegts_m2ts_mode": "1"} if suffix == ".m2ts" else {}
    with av.open(written, "w", format=_MUXERS[suffix], options=options) as container:
        stream: Any = container.add_stream(recipe.codec, rate=recipe.rate)
        stream.width, stream.height = size
        stream.pix_fmt = recipe.form
        stream.options = dict(recipe.options)
        for name, value in recipe.tags.items():
            setattr(stream.codec_context, name, value)
        time = 0
        for content, seconds in scenes:
            pixels = np.asarray(picture(content, size))
            for _ in range(round(seconds * recipe.rate)):
                frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
                frame.pts, frame.time_base = time, Fraction(1, recipe.rate)
                time += 1
                container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return written.getvalue()
