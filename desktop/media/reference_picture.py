"""The picture that a reference stands for: all of its file, a part, or a frame of a video."""

from __future__ import annotations

from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

from PIL import Image

from desktop.core.errors import FileUnsupported
from desktop.core.text import tr
from desktop.files.regular_file import open_regular_file
from desktop.media.decode import load_picture
from desktop.media.formats.format import Needed
from desktop.media.moving_picture import MovingFrame
from desktop.media.sandbox.pool import Sandbox
from desktop.media.video.renditions import is_video, play_film

Part = tuple[float, float, float, float]
"""Left, top, right, bottom as shares of width and height, as ``Reference.crop``."""
_LEAST = 0.02
"""Share of a side below which a part is decoded no larger: it would take all pixels of any file."""


class _Enough(Exception):
    """The frame is there."""


def reference_picture(
    source: Path | bytes,
    needed: Needed,
    *,
    part: Part | None = None,
    moment_ms: int | None = None,
    sandbox: Sandbox | None = None,
) -> Image.Image:
    """Decode it.

    Args:
        source: a file, or the bytes of a picture.
        needed: of the part, where one is wanted; larger ones may be reduced.
        moment_ms: of a video, the frame that is seen then.
        sandbox: as for ``load_picture``.

    Returns:
        Mode RGB, or RGBA where some pixel is not opaque and ``needed`` keeps that.

    Raises:
        FileError: as ``load_picture`` and ``play_film``; or a video without a moment.
    """
    if moment_ms is not None and isinstance(source, Path):
        frame = _frame(source, moment_ms, sandbox)
        return frame if part is None else frame.crop(_box(part, frame.size))
    if isinstance(source, Path) and is_video(source):
        raise FileUnsupported(
            source,
            tr("Of a video a single frame can go along, and none was chosen."),
            next_step=tr("Choose a frame in the preview, or give its time with --at."),
        )
    if part is None:
        return load_picture(source, at_least=needed, sandbox=sandbox).image
    left, top, right, bottom = part
    share = max(min(right - left, bottom - top), _LEAST)
    larger = replace(
        needed, shorter=round(needed.shorter / share), longer=round(needed.longer / share)
    )
    image = load_picture(source, at_least=larger, sandbox=sandbox).image
    return image.crop(_box(part, image.size))


def _box(part: Part, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """In pixels; at least one of them, and none outside."""
    width, height = size
    left = min(max(round(part[0] * width), 0), width - 1)
    top = min(max(round(part[1] * height), 0), height - 1)
    right = min(max(round(part[2] * width), left + 1), width)
    bottom = min(max(round(part[3] * height), top + 1), height)
    return left, top, right, bottom


def _frame(path: Path, moment_ms: int, sandbox: Sandbox | None) -> Image.Image:
    with open_regular_file(path) as file:
        if sandbox is None:
            found: list[MovingFrame] = []

            def take(frame: MovingFrame) -> None:
                found.append(frame)
                raise _Enough

            with suppress(_Enough):
                play_film(file, path, moment_ms, hand_over=take)
            return _image(found[0])
        parts = sandbox.converse(play_film, file, path, Path(path.name), moment_ms)
        with closing(parts):
            return _image(next(parts))


def _image(frame: MovingFrame) -> Image.Image:
    size = frame.width, frame.height
    if frame.has_alpha:
        return Image.frombytes("RGBa", size, frame.pixels, "raw", "BGRa").convert("RGBA")
    return Image.frombytes("RGB", size, frame.pixels, "raw", "BGRX")
