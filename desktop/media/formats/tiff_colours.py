"""What the numbers of a TIFF page mean, and how they become 8 bits a channel.

By "TIFF Revision 6.0" (Adobe 1992), sections 4 to 6, 16, 18, 20 to 23, and its supplements for
ICC L*a*b* and floating point.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from desktop.media.formats.lab_white import as_of_d50, is_d50
from desktop.media.formats.tiff_ycbcr import YCbCr, ycbcr_of

if TYPE_CHECKING:
    from tifffile import TiffPage

_WHITE_IS_ZERO, _PALETTE, _SEPARATED, _YCBCR, _CIE_LAB, _ICC_LAB = 0, 3, 5, 6, 8, 9
_CHANNELS = {0: 1, 1: 1, 2: 3, _PALETTE: 1, 4: 1, _SEPARATED: 4, _YCBCR: 3, 8: 3, 9: 3, 34892: 3}
"""Photometric interpretation -> channels of colour; 4 is a mask, 34892 a linear raw picture."""
_MODES = {1: "L", 3: "RGB", 4: "CMYK"}
_PREMULTIPLIED, _SEPARATE_ALPHA, _COREL_ALPHA = 1, 2, 999
_JPEG = frozenset({6, 7, 34892, 33007})
_CMYK_INKS = 1
_WHITE_POINT = 318
_THREE_BYTES = 24


class UnknownColours(Exception):
    """Nobody here knows what the numbers mean; the text names it."""


@dataclass(frozen=True, slots=True)
class Colours:
    """How values become pixels.

    Attributes:
        photometric: the tag PhotometricInterpretation, or what decoding has made of it.
        channels: of colour; those after them say other things.
        alpha: which channel says how clear a pixel is; None for none.
        is_premultiplied: colours are darkened where they are clear.
        black, white: values of either; None while they are to be found, by ``within``.
        palette: (colours, 3), 8 bits.
        ycbcr: how these become RGB, where it is not as in JPEG.
        lab_white: x and y of the white of Lab, where it is another one than D50.
    """

    photometric: int
    channels: int
    alpha: int | None
    is_premultiplied: bool
    black: float
    white: float | None
    palette: NDArray[np.uint8] | None = None
    ycbcr: YCbCr | None = None
    lab_white: tuple[float, float] | None = None

    @property
    def mode(self) -> str:
        """Pillow's name of the pixels."""
        if self.photometric in {_CIE_LAB, _ICC_LAB}:
            return "LAB"
        mode = "RGB" if self.palette is not None else _MODES[self.channels]
        return {"L": "LA", "RGB": "RGBA"}.get(mode, mode) if self.alpha is not None else mode

    @property
    def needs_range(self) -> bool:
        """True where nothing states what is white."""
        return self.white is None

    def within(self, bands: Iterable[NDArray[Any]]) -> Colours:
        """With black and white by the values there are: signed, of 32 bits and more, or floats."""
        lowest, highest, median, kind = _range(band[..., : self.channels] for band in bands)
        if kind.kind == "f":
            return replace(self, white=_white_of_floats(highest, median, self.channels))
        limits = np.iinfo(kind)
        if lowest < 0:
            is_full = highest - lowest > limits.max
            black, white = (limits.min, limits.max) if is_full else (lowest, highest)
            return replace(self, black=float(black), white=float(max(white, black + 1)))
        if kind.itemsize < 4:
            return replace(self, white=float(limits.max))
        if highest <= 65535:  # 16 bits widened
            return replace(self, white=65535.0)
        is_full = kind.kind == "u" and highest >= 1 << 24
        return replace(self, white=float(limits.max if is_full else highest))

    def pixels(self, values: NDArray[Any]) -> NDArray[np.uint8]:
        """(rows, width, samples) to (rows, width[, channels of ``mode``])."""
        colours = self._colours(values[..., : self.channels])
        if self.alpha is None:
            return colours[..., 0] if colours.shape[-1] == 1 else colours
        alpha = self.opacity(values)
        if self.is_premultiplied and self.mode != "LAB":
            divided = colours.astype(np.uint32) * 255 + alpha // 2
            colours = np.minimum(divided // np.maximum(alpha, 1), 255).astype(np.uint8)
        return colours if self.has_alpha_apart else np.concatenate([colours, alpha], axis=-1)

    @property
    def has_alpha_apart(self) -> bool:
        """True where Pillow's pixels have no channel for how clear they are."""
        return self.alpha is not None and self.mode in {"LAB", "CMYK"}

    def opacity(self, values: NDArray[Any]) -> NDArray[np.uint8]:
        """(rows, width, samples) to (rows, width, 1); where there is an alpha."""
        at = self.alpha or 0
        white = self.white
        if self.photometric in {_CIE_LAB, _ICC_LAB}:
            white = float(np.iinfo(values.dtype).max) if values.dtype.kind == "u" else 1.0
        return replace(self, white=white)._levels(values[..., at : at + 1])

    def _colours(self, values: NDArray[Any]) -> NDArray[np.uint8]:
        if self.palette is not None:
            numbers = values[..., 0].astype(np.intp)
            return self.palette[np.minimum(numbers, len(self.palette) - 1)]
        if self.photometric in {_CIE_LAB, _ICC_LAB}:
            lab = _lab(values, self.photometric)
            return lab if self.lab_white is None else as_of_d50(lab, self.lab_white)
        levels = self._levels(values)
        if self.photometric == _WHITE_IS_ZERO:
            return 255 - levels
        if self.ycbcr is not None:
            return self.ycbcr.to_rgb(levels)
        if self.photometric == _YCBCR:
            return np.asarray(Image.fromarray(levels, "YCbCr").convert("RGB"))
        return levels

    def _levels(self, values: NDArray[Any]) -> NDArray[np.uint8]:
        white = 255.0 if self.white is None else self.white
        if values.dtype == np.bool_:
            return values.view(np.uint8) * np.uint8(255)
        if values.dtype == np.uint8 and white == 255 and not self.black:
            return np.ascontiguousarray(values)
        exact = np.float64 if values.dtype.itemsize > 4 else np.float32
        scaled = values.astype(exact)
        if values.dtype.kind == "f":
            np.nan_to_num(scaled, copy=False, nan=0.0, posinf=white, neginf=0.0)
        scaled -= exact(self.black)
        scaled *= exact(255 / (white - self.black))
        scaled += exact(0.5)
        return np.clip(scaled, 0, 255, out=scaled).astype(np.uint8)


def colours_of(page: TiffPage) -> Colours:
    """What the tags of a page say.

    Raises:
        UnknownColours: in no way that is known here.
    """
    photometric, samples = int(page.photometric), int(page.samplesperpixel)
    channels = _CHANNELS.get(photometric)
    if photometric == _SEPARATED and page.tags.valueof(332, _CMYK_INKS) != _CMYK_INKS:
        channels = None  # other inks than those of CMYK
    if channels is None or channels > samples or page.dtype is None:
        raise UnknownColours(str(getattr(page.photometric, "name", photometric)))
    if photometric == _YCBCR and page.compression in _JPEG:
        photometric = 2  # libjpeg has converted it
    alpha, is_premultiplied = _alpha(page, channels)
    kind = np.dtype(page.dtype)
    bits = cast("int | tuple[int, ...]", page.bitspersample)
    white: float | None = None
    if kind.kind in "ub" and (kind.itemsize < 4 or bits == _THREE_BYTES):
        white = float((1 << bits) - 1) if isinstance(bits, int) else 255.0
    if photometric in {_CIE_LAB, _ICC_LAB}:
        white = 1.0
    palette = _palette(page) if photometric == _PALETTE else None
    if palette is not None and kind.kind not in "ub":
        raise UnknownColours("PALETTE")
    ycbcr = ycbcr_of(page) if photometric == _YCBCR else None
    return Colours(
        *(photometric, channels, alpha, is_premultiplied, 0.0, white, palette, ycbcr),
        _white_of_lab(page) if photometric == _CIE_LAB else None,
    )


def _white_of_lab(page: TiffPage) -> tuple[float, float] | None:
    stated = page.tags.valueof(_WHITE_POINT)
    if not isinstance(stated, tuple) or len(cast("tuple[Any, ...]", stated)) != 4:
        return None
    x_over, x_under, y_over, y_under = cast("tuple[int, ...]", stated)
    if not (x_under and y_under):
        return None
    white = x_over / x_under, y_over / y_under
    is_colour = 0.1 < white[0] < 0.7 and 0.1 < white[1] < 0.7
    return white if is_colour and not is_d50(white) else None


def _alpha(page: TiffPage, channels: int) -> tuple[int | None, bool]:
    """The channel that says how clear a pixel is, and whether colours are darkened by it."""
    kinds = [int(kind) for kind in page.extrasamples]
    for number, kind in enumerate(kinds):
        if kind in {_PREMULTIPLIED, _SEPARATE_ALPHA, _COREL_ALPHA}:
            return channels + number, kind == _PREMULTIPLIED
    return None, False


def _palette(page: TiffPage) -> NDArray[np.uint8]:
    if page.colormap is None:
        raise ValueError("no colours")
    stored = np.asarray(page.colormap).reshape(3, -1).T
    # Of 16 bits; some programs write 8, as libtiff knows, too.
    return (stored if stored.max(initial=0) < 256 else stored >> 8).astype(np.uint8)


def _range(bands: Iterable[NDArray[Any]]) -> tuple[float, float, float, np.dtype[Any]]:
    """Lowest, highest, about the median of the finite values; their type."""
    lowest, highest = np.inf, -np.inf
    kind: np.dtype[Any] = np.dtype(np.float32)
    samples: list[NDArray[Any]] = []
    for band in bands:
        kind = band.dtype
        values = band[np.isfinite(band)] if kind.kind == "f" else band.ravel()
        if values.size:
            lowest, highest = min(lowest, float(values.min())), max(highest, float(values.max()))
            samples.append(values[:: max(1, values.size // 1000)].astype(np.float64))
    if not samples:
        return 0.0, 1.0, 0.0, kind
    # Not by numpy.median, which imports more of numpy at its first call.
    in_order = np.sort(np.concatenate(samples))
    return lowest, highest, float(in_order[len(in_order) // 2]), kind


def _white_of_floats(highest: float, median: float, channels: int) -> float:
    """1.0 by convention; in colour also where highlights are brighter, which are cut off. Else
    that of 8 or 16 bits, or the brightest pixel there is."""
    if highest <= 1.0 or (channels > 1 and median <= 1.0):
        return 1.0
    return next((white for white in (255.0, 65535.0) if highest <= white), highest)


def _lab(values: NDArray[Any], photometric: int) -> NDArray[np.uint8]:
    """L* of 0 to 100 as 0 to 255, a* and b* as signed bytes: what Pillow makes LAB of."""
    signed = np.array([0, 128, 128], np.uint8)
    if values.dtype.kind == "f":
        found = values.astype(np.float32)
        np.nan_to_num(found, copy=False)
        found *= np.array([2.55, 1, 1], np.float32)
        found += np.array([0, 128, 128], np.float32)
    elif values.dtype.itemsize == 1:
        stored = np.ascontiguousarray(values).view(np.uint8)
        return stored if photometric == _CIE_LAB else stored ^ signed
    else:
        stored = np.ascontiguousarray(values)
        if photometric == _CIE_LAB:
            found = stored.view(np.int16).astype(np.float32) / 256 + 128
            found[..., 0] = stored.view(np.uint16)[..., 0] / np.float32(257)
        else:
            found = stored.view(np.uint16).astype(np.float32) / 256
            found[..., 0] *= np.float32(255 * 256 / 0xFF00)
    return np.clip(found + 0.5, 0, 255).astype(np.uint8) ^ signed
