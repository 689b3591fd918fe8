"""Colours that a picture states otherwise than by a profile: by code numbers, chromaticities, EXIF.

Code numbers are those of ITU-T H.273, "Coding-independent code points", which PNG (cICP), AVIF and
HEIC (nclx) and videos share. What is bright (PQ, HLG) is brought to sRGB as ``media.light`` says,
everything else relative to its white, and what sRGB cannot show is cut off, as viewers do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from desktop.media.light import (
    MORE_THAN_WHITE,
    WHITE_NITS,
    hlg_nits,
    light_to_srgb,
    pq_nits,
    to_bt709,
)

_STRIP_ROWS = 256


class Curve(Enum):
    """How numbers become light, where it is no power."""

    SRGB = auto()
    PQ = auto()
    HLG = auto()
    LOG_100 = auto()
    LOG_316 = auto()
    CINEMA = auto()


Chromaticities = tuple[float, float, float, float, float, float, float, float]
"""CIE x and y of red, green, blue and white."""

_D65 = (0.3127, 0.3290)
_C = (0.310, 0.316)
_E = (1 / 3, 1 / 3)
BT709: Chromaticities = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, *_D65)
_PRIMARIES: dict[int, Chromaticities] = {
    1: BT709,
    4: (0.67, 0.33, 0.21, 0.71, 0.14, 0.08, *_C),
    5: (0.64, 0.33, 0.29, 0.60, 0.15, 0.06, *_D65),
    6: (0.630, 0.340, 0.310, 0.595, 0.155, 0.070, *_D65),
    7: (0.630, 0.340, 0.310, 0.595, 0.155, 0.070, *_D65),
    8: (0.681, 0.319, 0.243, 0.692, 0.145, 0.049, *_C),
    9: (0.708, 0.292, 0.170, 0.797, 0.131, 0.046, *_D65),
    10: (1.0, 0.0, 0.0, 1.0, 0.0, 0.0, *_E),
    11: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, 0.314, 0.351),
    12: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, *_D65),
    22: (0.630, 0.340, 0.295, 0.605, 0.155, 0.077, *_D65),
}
"""H.273, table 2."""
_TRANSFERS: dict[int, Curve | float] = {
    4: 2.2,
    5: 2.8,
    8: 1.0,
    9: Curve.LOG_100,
    10: Curve.LOG_316,
    16: Curve.PQ,
    17: Curve.CINEMA,
    18: Curve.HLG,
}
"""H.273, table 3. All others are the curves of cameras for usual screens, which viewers read like
sRGB's, so that greys stay what they are."""
_SMALLEST_TRIANGLE = 0.01
_NEARLY_NOTHING = 1e-6
"""In place of a y of 0, as the primaries of XYZ have it, by which nothing can be divided."""
_ALIKE = 0.002
"""By how much chromaticities may differ to count as the same; files round them."""


@dataclass(frozen=True, slots=True)
class StatedColour:
    """What the numbers of a picture mean.

    Attributes:
        primaries: of its three colours and its white.
        transfer: how they become light: a curve, or the power of a gamma.
        is_narrow: black is 16 and white 235 of 255, as in television.
    """

    primaries: Chromaticities
    transfer: Curve | float
    is_narrow: bool = False

    @property
    def is_bright(self) -> bool:
        """True when it may be brighter than paper."""
        return self.transfer in {Curve.PQ, Curve.HLG}

    def to_srgb(
        self, signal: NDArray[np.floating], *, is_pressed: bool | None = None
    ) -> NDArray[np.uint8]:
        """``(h, w, 3)`` as stored, 0 to 1 -> sRGB.

        Args:
            is_pressed: as of ``light_to_srgb``.
        """
        light = self._linear_bt709(signal)
        if self.is_bright:
            return light_to_srgb(light, is_pressed=is_pressed)
        return light_to_srgb(np.minimum(light, 1.0), is_pressed=False)

    def converted(self, values: NDArray[Any]) -> NDArray[np.uint8]:
        """Whole numbers, ``(h, w, 3)`` or ``(h, w)`` for grey -> sRGB, ``(h, w, 3)``."""
        strips = range(0, len(values), _STRIP_ROWS)  # or a large one would take gigabytes
        is_pressed = self.is_bright and any(
            float(self._linear_bt709(self._signal(values, top)).max(initial=0.0)) > MORE_THAN_WHITE
            for top in strips
        )
        out = np.empty((*values.shape[:2], 3), np.uint8)
        for top in strips:
            signal = self._signal(values, top)
            out[top : top + _STRIP_ROWS] = self.to_srgb(signal, is_pressed=is_pressed)
        return out

    def picture(self, image: Image.Image) -> Image.Image:
        """An image in mode RGB, L or I;16 -> mode RGB, sRGB."""
        return Image.fromarray(self.converted(np.asarray(image)))

    def _signal(self, values: NDArray[Any], top: int) -> NDArray[np.float32]:
        """A strip as ``(rows, w, 3)``, 0 to 1."""
        most = float(np.iinfo(values.dtype).max)
        black, white = 0.0, most
        if self.is_narrow:  # H.273, equations 7 to 9
            black, white = ((most + 1) / 256 * level for level in (16, 235))
        strip = values[top : top + _STRIP_ROWS].astype(np.float32)
        strip = np.clip((strip - black) / (white - black), 0.0, 1.0)
        return strip if strip.ndim == 3 else np.repeat(strip[..., np.newaxis], 3, axis=2)

    def _linear_bt709(self, signal: NDArray[np.floating]) -> NDArray[np.floating]:
        """1 for white."""
        signal = np.asarray(signal, np.float32)
        if isinstance(self.transfer, Curve):
            light = _CURVES[self.transfer](signal)
        else:
            light = signal**self.transfer
        return light @ _matrix(self.primaries).T


def stated_by_codes(
    primaries: int, transfer: int, *, is_narrow: bool = False
) -> StatedColour | None:
    """From code numbers; None for what is sRGB, unspecified or unknown."""
    own = _PRIMARIES.get(primaries, BT709), _TRANSFERS.get(transfer, Curve.SRGB)
    return _unless_srgb(StatedColour(*own, is_narrow))


def stated_by_gamma(gamma: float, chromaticities: Chromaticities | None) -> StatedColour | None:
    """From the power by which numbers become light, and what the colours are.

    Args:
        gamma: 0 when it is not stated.
        chromaticities: None when they are not stated; senseless ones are ignored.
    """
    if chromaticities is None or not _are_sensible(chromaticities):
        chromaticities = BT709
    if _are_bt709(chromaticities) and abs(gamma - 2.2) < 0.05:
        # What nearly all programs write for sRGB, libpng among them (PNG_GAMMA_sRGB).
        return None
    transfer = float(gamma) if 0.1 <= gamma <= 10 else Curve.SRGB
    return _unless_srgb(StatedColour(chromaticities, transfer))


ADOBE_RGB = StatedColour((0.64, 0.33, 0.21, 0.71, 0.15, 0.06, *_D65), 563 / 256)
"""Adobe RGB (1998) Color Image Encoding, version 2005-05."""


def _unless_srgb(stated: StatedColour) -> StatedColour | None:
    is_srgb = stated.transfer is Curve.SRGB and _are_bt709(stated.primaries)
    return None if is_srgb and not stated.is_narrow else stated


def _are_bt709(chromaticities: Chromaticities) -> bool:
    pairs = zip(chromaticities, BT709, strict=True)
    return all(abs(one - other) <= _ALIKE for one, other in pairs)


def _are_sensible(chromaticities: Chromaticities) -> bool:
    """True when they span a part of the colours that can be seen, around their white."""
    if not all(-0.2 <= value <= 1.2 for value in chromaticities) or chromaticities[7] < 0.05:
        return False
    red, green, blue = (np.array(chromaticities[at : at + 2]) for at in (0, 2, 4))
    (a, b), (c, d) = green - red, blue - red
    if abs(a * d - b * c) < _SMALLEST_TRIANGLE:
        return False
    try:
        return bool(np.isfinite(_matrix(chromaticities)).all())
    except ArithmeticError:
        return False


@lru_cache(maxsize=16)
def _matrix(chromaticities: Chromaticities) -> NDArray[np.float32]:
    return to_bt709([value or _NEARLY_NOTHING for value in chromaticities])


def _srgb_light(signal: NDArray[np.float32]) -> NDArray[np.floating]:
    return np.where(signal <= 0.04045, signal / 12.92, ((signal + 0.055) / 1.055) ** 2.4)


_CURVES: dict[Curve, Callable[[NDArray[np.float32]], NDArray[np.floating]]] = {
    Curve.SRGB: _srgb_light,
    Curve.PQ: lambda signal: pq_nits(signal) / WHITE_NITS,
    Curve.HLG: lambda signal: hlg_nits(signal) / WHITE_NITS,
    Curve.LOG_100: lambda signal: np.where(signal > 0, 10 ** (2 * (signal - 1)), 0.0),
    Curve.LOG_316: lambda signal: np.where(signal > 0, 10 ** (2.5 * (signal - 1)), 0.0),
    Curve.CINEMA: lambda signal: signal**2.6 * (52.37 / 48),
}
