"""A decoded frame of a video to an upright 8-bit sRGB picture with square pixels.

What is stored wide or bright (BT.2020, PQ, HLG) is brought to sRGB in light (see
``media.stated_colour``).
"""

from __future__ import annotations

import struct
from fractions import Fraction
from typing import Any, cast

import numpy as np
from av.sidedata.sidedata import Type
from av.video.frame import VideoFrame
from av.video.reformatter import (
    ColorRange,
    Colorspace,
    ColorTrc,
    Interpolation,
    VideoReformatter,
)
from PIL import Image

from desktop.media.colour import to_srgb
from desktop.media.stated_colour import stated_by_codes

_UNSPECIFIED = 2
"""AVCOL_SPC_UNSPECIFIED, AVCOL_PRI_UNSPECIFIED."""
_HIGH_DEFINITION = 720
"""Rows from which a video that does not tell its colour matrix has BT.709's, as players assume."""
_SCALING = Interpolation.AREA | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
_TELEVISION = frozenset({2, 4, 5, 6, 7})
"""Unspecified, and ITU-T H.273's for NTSC and PAL."""
_BRIGHT = frozenset({ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67})
_TURNS: dict[tuple[int, int, int, int], Image.Transpose] = {
    (0, -1, 1, 0): Image.Transpose.ROTATE_90,
    (-1, 0, 0, -1): Image.Transpose.ROTATE_180,
    (0, 1, -1, 0): Image.Transpose.ROTATE_270,
    (-1, 0, 0, 1): Image.Transpose.FLIP_LEFT_RIGHT,  # of cameras that look at their owner
    (1, 0, 0, -1): Image.Transpose.FLIP_TOP_BOTTOM,
    (0, 1, 1, 0): Image.Transpose.TRANSPOSE,
    (0, -1, -1, 0): Image.Transpose.TRANSVERSE,
}
"""Signs of a, b, c, d of the matrix by which (x, y) is shown at (ax + cy, bx + dy)."""
_ON_THEIR_SIDE = frozenset(
    {Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270}
    | {Image.Transpose.TRANSPOSE, Image.Transpose.TRANSVERSE}
)
_MATRIX = struct.Struct("=9i")
"""AV_FRAME_DATA_DISPLAYMATRIX: a, b, u, c, d, v, x, y, w."""


class FrameConverter:
    """Frames of one video to pictures.

    Args:
        pixel_aspect: width of a pixel over its height.
        shorter, longer: least length of either side, pixels; a frame that is larger is reduced.
        keeps_alpha: do not lay what is clear on a ground.
    """

    def __init__(
        self, pixel_aspect: Fraction, shorter: int, longer: int, *, keeps_alpha: bool = False
    ) -> None:
        self._keeps_alpha = keeps_alpha
        self._pixel_aspect = pixel_aspect
        self._shorter = shorter
        self._longer = longer
        self._reformatter = VideoReformatter()

    def upright_size(self, frame: VideoFrame) -> tuple[int, int]:
        """Width and height at which the video is shown, pixels."""
        width = max(1, round(frame.width * self._pixel_aspect))
        return (frame.height, width) if _turn(frame) in _ON_THEIR_SIDE else (width, frame.height)

    def picture(self, frame: VideoFrame) -> tuple[Image.Image, bool]:
        """Mode RGB (RGBA where alpha is kept), upright; and whether some pixel of the frame was
        not opaque."""
        width = max(1, round(frame.width * self._pixel_aspect))
        size = _reduced((width, frame.height), self._shorter, self._longer)
        has_alpha = any(component.is_alpha for component in frame.format.components)
        # Frames tell their colours by the same code numbers as pictures.
        stated = stated_by_codes(frame.color_primaries, frame.color_trc)
        if stated is not None and not _is_usual(frame):
            # Planar, since FFmpeg 8.1 spoils all rows of rgb48 but the first (accurate rounding).
            deep = self._reformatted(frame, size, "gbrp16le").to_ndarray().astype(np.float32)
            image = Image.fromarray(stated.to_srgb(deep / 65535.0, is_pressed=stated.is_bright))
        else:
            pixels = self._reformatted(frame, size, "rgba" if has_alpha else "rgb24")
            image = Image.fromarray(pixels.to_ndarray())
        image, is_transparent = to_srgb(image, None, keeps_alpha=self._keeps_alpha)
        turn = _turn(frame)
        return (image if turn is None else image.transpose(turn)), is_transparent

    def _reformatted(self, frame: VideoFrame, size: tuple[int, int], form: str) -> VideoFrame:
        matrix = None
        if frame.colorspace == _UNSPECIFIED and frame.height >= _HIGH_DEFINITION:
            matrix = Colorspace.ITU709
        return self._reformatter.reformat(
            frame,
            *size,
            form,
            src_colorspace=matrix,
            dst_color_range=ColorRange.JPEG,
            interpolation=_SCALING,
            threads=1,
        )


def _turn(frame: VideoFrame) -> Image.Transpose | None:
    """What makes it upright; None where it is."""
    stated: Any = cast("Any", frame.side_data).get(Type.DISPLAYMATRIX)
    data = b"" if stated is None else bytes(stated)
    if len(data) < _MATRIX.size:
        return None
    a, b, _, c, d, *_ = (float(each) for each in _MATRIX.unpack_from(data))
    most = max(abs(a), abs(b), abs(c), abs(d)) or 1.0
    return _TURNS.get((round(a / most), round(b / most), round(c / most), round(d / most)))


def _reduced(size: tuple[int, int], shorter: int, longer: int) -> tuple[int, int]:
    scale = min(1.0, max(shorter / min(size), longer / max(size)))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _is_usual(frame: VideoFrame) -> bool:
    """True for the colours of television before HDTV, which players show as they are."""
    return frame.color_primaries in _TELEVISION and frame.color_trc not in _BRIGHT
