"""Which frame stands for an animation: the first with something on it.

Banners, stickers and screen recordings begin with a clear, black or white frame, or fade in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count, islice

from PIL import Image, ImageFile

from desktop.media.formats.format import Raster, Source
from desktop.media.formats.pillow import DECODER_ERRORS
from desktop.media.look import contrast, is_plain, look_of, shows_the_same

_MAX_FRAMES = 200
_MAX_PIXELS = 200_000_000
"""What may be decoded to find it."""
_CLEARER = 1.005
"""By how much the contrast must grow to count; less is the noise of a lossy encoder."""
_LONGEST_MS = 600_000
_PATIENCE = 3
"""Frames without growth after which a fade is over; some show each step twice."""


def showing_something(source: Source) -> Source:
    """The same picture; of an animation, the frame that stands for it."""

    def load() -> Raster:
        raster = source.load()
        if raster.frame_count == 1 or not isinstance(raster.image, ImageFile.ImageFile):
            return raster
        return replace(raster, image=poster(raster.image.copy(), _later_frames(raster.image)))

    return replace(source, load=load, frames=_frames_of(source))


def _frames_of(source: Source) -> Callable[[], Iterator[tuple[Raster, int]]]:
    """All pictures of what a plug-in opened, one after the other."""
    raster: Raster | None = None

    def frames() -> Iterator[tuple[Raster, int]]:
        nonlocal raster
        raster = raster or source.load()
        animation = raster.image
        if not isinstance(animation, ImageFile.ImageFile):
            yield raster, 0
            return
        # The picture for those who know no animations is not always a part of it.
        first = 1 if getattr(animation, "default_image", False) else 0
        for number in count(first):
            try:
                animation.seek(number)
                animation.load()
            except DECODER_ERRORS:
                if number == first:
                    raise
                return  # it ends here, or the next one is broken
            yield replace(raster, image=animation.copy()), _milliseconds(animation)

    return frames


def _milliseconds(animation: ImageFile.ImageFile) -> int:
    lasts: object = animation.info.get("duration")
    return round(lasts) if isinstance(lasts, int | float) and 0 < lasts < _LONGEST_MS else 0


def poster(first: Image.Image, later: Iterator[Image.Image]) -> Image.Image:
    """The first frame with something on it, and if that fades in, where it has; the first of all
    where there never is anything.

    Args:
        later: the other frames, decoded as they are asked for.
    """
    best, look = first, look_of(first.convert("RGBA"))
    waited = 0
    most = min(_MAX_FRAMES, _MAX_PIXELS // (first.width * first.height))
    try:
        for frame in islice(later, most):
            next_look = look_of(frame.convert("RGBA"))
            is_nothing = is_plain(look)
            if not (is_nothing or shows_the_same(look, next_look)):
                break
            if contrast(next_look) > contrast(look) * _CLEARER:
                best, look, waited = frame, next_look, 0
            elif not is_nothing:
                waited += 1
                if waited == _PATIENCE:
                    break
    except DECODER_ERRORS:
        pass  # it ends here, or the next frame is broken; those before are good
    return best


def _later_frames(animation: ImageFile.ImageFile) -> Iterator[Image.Image]:
    for number in count(1):
        animation.seek(number)
        animation.load()
        yield animation.copy()
