"""The picture that a reference stands for: all of its file, a page, a part, or a frame that is seen
at a time."""

from __future__ import annotations

from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from PIL import Image

from desktop.core.errors import FileUnsupported
from desktop.core.text import tr
from desktop.files.regular_file import open_regular_file
from desktop.media.colour import flattened
from desktop.media.decode import load_picture, play_animation
from desktop.media.formats.format import DecodeLimits, Needed
from desktop.media.moving_picture import MovingFrame, picture_of
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
    page: int | None = None,
    sandbox: Sandbox | None = None,
) -> Image.Image:
    """Decode it.

    Args:
        source: a file, or the bytes of a picture.
        needed: of the part, where one is wanted; larger ones may be reduced.
        moment_ms: of a video or an animation, the frame that is seen then.
        page: of a file of several; None for the one that stands for it.
        sandbox: as for ``load_picture``.

    Returns:
        Mode RGB, or RGBA where some pixel is not opaque and ``needed`` keeps that.

    Raises:
        FileError: as ``load_picture``, ``play_film`` and ``play_animation``; or a video without a
            moment.
    """
    needed = replace(needed, page=page)
    if moment_ms is not None and isinstance(source, Path):
        frame = _frame(source, moment_ms, sandbox)
        if not needed.keeps_alpha:
            frame = flattened(frame)
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
    """What is seen of it at a time; an animation begins with its first frame, and goes there when
    it is told to."""
    with open_regular_file(path) as file:
        play, argument = (
            (play_film, moment_ms) if is_video(path) else (play_animation, DecodeLimits())
        )
        if sandbox is None:
            found: list[MovingFrame] = []

            def take(frame: MovingFrame) -> int:
                if found or _is_seen(frame, moment_ms):
                    found[:] = [frame]
                    raise _Enough
                found.append(frame)
                return moment_ms

            with suppress(_Enough):
                play(file, path, cast("Any", argument), hand_over=take)
            return picture_of(found[0])
        frames = sandbox.converse(play, file, path, Path(path.name), argument)
        with closing(frames):
            first = next(frames)
            return picture_of(first if _is_seen(first, moment_ms) else frames.send(moment_ms))


def _is_seen(frame: MovingFrame, moment_ms: int) -> bool:
    """Then; a video hands over nothing that comes later."""
    return frame.number < 0 or moment_ms < frame.at_ms + frame.lasts_ms
