"""What decoding may take, and what its callers need of a picture."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DecodeLimits:
    """What is refused before it can hurt.

    Attributes:
        max_bytes: size of a file.
        max_pixels: pixels that a decoder may allocate, after a JPEG's reduction.
        max_header_pixels: pixels that a header may claim before the reduction, so that the
            200-megapixel JPEGs of telephones still open.
    """

    max_bytes: int = 512 * 1024 * 1024
    max_pixels: int = 120_000_000
    max_header_pixels: int = 400_000_000


@dataclass(frozen=True, slots=True)
class Needed:
    """How large a picture must stay; the rest may go while decoding, which is much faster.

    Attributes:
        shorter, longer: least length of either side, pixels; 0 asks for nothing.
    """

    shorter: int = 0
    longer: int = 0

    def factor(self, size: tuple[int, int]) -> int:
        """By how much both sides of a picture of ``size`` may be divided; 1 for not at all."""
        shorter, longer = sorted(size)
        factors = [
            have // need for have, need in ((shorter, self.shorter), (longer, self.longer)) if need
        ]
        return max(1, min(factors, default=1))


Room = Callable[[int], AbstractContextManager[object]]
"""Waits until so many bytes may be taken for decoding; they are given back on leaving."""
