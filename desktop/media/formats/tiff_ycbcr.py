"""YCbCr in TIFF that is not packed as JPEG: fewer colours than brightnesses, and other white.

By "TIFF Revision 6.0" (Adobe 1992), sections 20 and 21.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tifffile import TiffPage

_COEFFICIENTS, _REFERENCES = 529, 532
_USUAL_LUMA = (0.299, 0.587, 0.114)
_USUAL_REFERENCES = (0.0, 255.0, 128.0, 255.0, 128.0, 255.0)
_ALIKE = 0.002


@dataclass(frozen=True, slots=True)
class YCbCr:
    """What the numbers mean.

    Attributes:
        luma: shares of red, green and blue in the brightness.
        references: black and white of Y, middle and end of Cb and of Cr.
    """

    luma: tuple[float, float, float]
    references: tuple[float, ...]

    def to_rgb(self, levels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """(rows, width, 3) as stored -> the same in RGB."""
        red_share, green_share, blue_share = self.luma
        black, white, blue_middle, blue_end, red_middle, red_end = self.references
        y, cb, cr = (levels[..., channel].astype(np.float32) for channel in range(3))
        y = (y - black) * (255 / (white - black))
        red = y + (cr - red_middle) * (127 / (red_end - red_middle)) * (2 - 2 * red_share)
        blue = y + (cb - blue_middle) * (127 / (blue_end - blue_middle)) * (2 - 2 * blue_share)
        green = (y - blue_share * blue - red_share * red) / green_share
        rgb = np.stack([red, green, blue], axis=-1) + 0.5
        return np.clip(rgb, 0, 255).astype(np.uint8)


def ycbcr_of(page: TiffPage) -> YCbCr | None:
    """What a page states; None where that is as in JPEG, or makes no sense."""
    luma = _ratios(page.tags.valueof(_COEFFICIENTS), _USUAL_LUMA)
    references = _ratios(page.tags.valueof(_REFERENCES), _USUAL_REFERENCES)
    pairs = zip(references[::2], references[1::2], strict=True)
    if min(luma) < 0.01 or any(low >= high for low, high in pairs):
        return None
    is_usual = np.allclose(luma, _USUAL_LUMA, atol=_ALIKE) and references == _USUAL_REFERENCES
    red, green, blue = luma
    return None if is_usual else YCbCr((red, green, blue), references)


def _ratios(value: object, usual: tuple[float, ...]) -> tuple[float, ...]:
    """Numerators and denominators, one after the other, as numbers."""
    if not isinstance(value, tuple):
        return usual
    numbers = cast("Sequence[Any]", value)
    if len(numbers) == len(usual):  # some programs write plain numbers
        return tuple(float(number) for number in numbers)
    if len(numbers) != 2 * len(usual) or not all(numbers[1::2]):
        return usual
    return tuple(float(a) / float(b) for a, b in zip(numbers[::2], numbers[1::2], strict=True))


def spread(packed: bytes, steps: tuple[int, int], rows: int, width: int) -> NDArray[np.uint8]:
    """Blocks of several brightnesses and one colour to (rows, width, 3).

    Args:
        steps: pixels that share a colour, across and down.

    Raises:
        ValueError: pixels are missing.
    """
    across, down = steps
    blocks = -(-rows // down), -(-width // across)
    each = across * down + 2
    stored = np.frombuffer(packed, np.uint8, blocks[0] * blocks[1] * each).reshape(*blocks, each)
    y = stored[..., :-2].reshape(*blocks, down, across).swapaxes(1, 2)
    y = y.reshape(blocks[0] * down, blocks[1] * across)
    colours = stored[..., -2:].repeat(down, axis=0).repeat(across, axis=1)
    return np.concatenate([y[..., np.newaxis], colours], axis=-1)[:rows, :width]
