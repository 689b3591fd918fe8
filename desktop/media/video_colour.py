"""A decoded frame of a video to an upright 8-bit sRGB picture with square pixels.

What is stored wide or bright (BT.2020, PQ, HLG) is brought to sRGB in light: 203 cd/m² become white
(ITU-R BT.2408), and what is brighter is pressed together below it rather than cut off.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import (
    ColorPrimaries,
    ColorRange,
    Colorspace,
    ColorTrc,
    Interpolation,
    VideoReformatter,
)
from numpy.typing import NDArray
from PIL import Image

from desktop.media.colour import to_srgb

_UNSPECIFIED = 2
"""AVCOL_SPC_UNSPECIFIED, AVCOL_PRI_UNSPECIFIED."""
_HIGH_DEFINITION = 720
"""Rows from which a video that does not tell its colour matrix has BT.709's, as players assume."""
_SCALING = Interpolation.AREA | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
_TURNS = {
    1: Image.Transpose.ROTATE_90,
    2: Image.Transpose.ROTATE_180,
    3: Image.Transpose.ROTATE_270,
}
_WHITE_NITS = 203.0
_KNEE = 0.8
_BT2020_TO_BT709 = np.array(
    [
        [1.660491, -0.587641, -0.072850],
        [-0.124550, 1.132900, -0.008349],
        [-0.018151, -0.100579, 1.118730],
    ],
    np.float32,
)
"""ITU-R BT.2087, of linear light."""


class FrameConverter:
    """Frames of one video to pictures.

    Args:
        pixel_aspect: width of a pixel over its height.
        shorter, longer: least length of either side, pixels; a frame that is larger is reduced.
    """

    def __init__(self, pixel_aspect: Fraction, shorter: int, longer: int) -> None:
        self._pixel_aspect = pixel_aspect
        self._shorter = shorter
        self._longer = longer
        self._reformatter = VideoReformatter()

    def upright_size(self, frame: VideoFrame) -> tuple[int, int]:
        """Width and height at which the video is shown, pixels."""
        width = max(1, round(frame.width * self._pixel_aspect))
        return (frame.height, width) if _quarters(frame) % 2 else (width, frame.height)

    def picture(self, frame: VideoFrame) -> tuple[Image.Image, bool]:
        """Mode RGB, upright; and whether some pixel of the frame was not opaque."""
        width = max(1, round(frame.width * self._pixel_aspect))
        size = _reduced((width, frame.height), self._shorter, self._longer)
        has_alpha = any(component.is_alpha for component in frame.format.components)
        if _is_wide(frame):
            # Planar, since FFmpeg 8.1 spoils all rows of rgb48 but the first (accurate rounding).
            deep = self._reformatted(frame, size, "gbrp16le").to_ndarray().astype(np.float32)
            image = Image.fromarray(_to_srgb(deep / 65535.0, frame.color_trc))
        else:
            pixels = self._reformatted(frame, size, "rgba" if has_alpha else "rgb24")
            image = Image.fromarray(pixels.to_ndarray())
        image, is_transparent = to_srgb(image, None)
        turn = _TURNS.get(_quarters(frame))
        return (image.transpose(turn) if turn else image), is_transparent

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


def _quarters(frame: VideoFrame) -> int:
    """Counter-clockwise quarter turns that make it upright, 0 to 3."""
    return round(frame.rotation / 90) % 4


def _reduced(size: tuple[int, int], shorter: int, longer: int) -> tuple[int, int]:
    scale = min(1.0, max(shorter / min(size), longer / max(size)))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _is_wide(frame: VideoFrame) -> bool:
    return frame.color_primaries == ColorPrimaries.BT2020 or frame.color_trc in {
        ColorTrc.SMPTE2084,
        ColorTrc.ARIB_STD_B67,
    }


def _to_srgb(signal: NDArray[np.floating], transfer: int) -> NDArray[np.uint8]:
    """(h, w, 3) of BT.2020 as it is stored, 0 to 1 -> sRGB."""
    light: NDArray[np.floating]
    if transfer == ColorTrc.SMPTE2084:
        light = _pq_nits(signal) / _WHITE_NITS
    elif transfer == ColorTrc.ARIB_STD_B67:
        light = _hlg_nits(signal) / _WHITE_NITS
    else:
        # The same curve both ways, so that greys stay what they are.
        light = np.where(signal <= 0.04045, signal / 12.92, ((signal + 0.055) / 1.055) ** 2.4)
    light = np.maximum(light @ _BT2020_TO_BT709.T, 0.0)
    # The brightest of the three is pressed below 1 and takes the others along: hues stay.
    peak = light.max(axis=-1, keepdims=True)
    above = np.maximum(peak - _KNEE, 0.0) / (1.0 - _KNEE)
    pressed = np.minimum(peak, _KNEE) + (1.0 - _KNEE) * (1.0 - np.exp(-above))
    light = light * (pressed / np.maximum(peak, 1e-6))
    coded = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.clip(coded * 255.0 + 0.5, 0, 255).astype(np.uint8)


def _pq_nits(signal: NDArray[np.floating]) -> NDArray[np.floating]:
    """SMPTE ST 2084, equation 4.1."""
    root = np.clip(signal, 0.0, 1.0) ** (1 / 78.84375)
    base = np.maximum(root - 0.8359375, 0.0) / (18.8515625 - 18.6875 * root)
    return 10_000.0 * base ** (1 / 0.1593017578125)


def _hlg_nits(signal: NDArray[np.floating]) -> NDArray[np.floating]:
    """ITU-R BT.2100, table 5, on a display of 1,000 cd/m² (system gamma 1.2)."""
    scene = np.where(
        signal <= 0.5,
        signal**2 / 3.0,
        (np.exp((signal - 0.55991073) / 0.17883277) + 0.28466892) / 12.0,
    )
    luminance = scene @ np.array([0.2627, 0.678, 0.0593], np.float32)
    return 1_000.0 * np.maximum(luminance, 1e-6)[..., np.newaxis] ** 0.2 * scene
