"""What decoders mean by what they raise: damage, a limit of their own, or a kind they do not know.

Most raise the same types for all three, so their words decide. Those here are of Pillow, libheif,
libavif, libjpeg, libtiff, OpenJPEG, LibRaw and PDFium in their versions of 2026.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from enum import Enum, auto

_LIMIT = re.compile(
    r"out of memory|(?:cannot|could not|failed to) allocate|memory allocation|insufficient memory"
    r"|not enough memory|security limit|limit exceeded|too (?:large|big|many pixels)"
    r"|exceeds? (?:the |its )?(?:max|limit|allowed|size limit)|decompression bomb",
    re.IGNORECASE,
)
_UNKNOWN = re.compile(
    r"unsupported|not (?:yet )?(?:supported|implemented)|unimplemented|cannot handle"
    r"|unknown (?:compression|pixel mode|raw mode|codec)|no decoder|requires the '"
    r"|not identified by this driver",  # Pillow: the header was read, and says nothing known
    re.IGNORECASE,
)
_MOST_CAUSES = 8


class Meaning(Enum):
    """Why a decoder gave up."""

    DAMAGE = auto()
    LIMIT = auto()
    UNKNOWN_KIND = auto()


def meaning_of(error: BaseException) -> Meaning:
    """Why a decoder gave up, by the error and those that led to it."""
    causes = list(_causes(error))
    if any(_is_about_memory(cause) for cause in causes):
        return Meaning.LIMIT
    said = " ".join(str(cause) for cause in causes)
    if _LIMIT.search(said):
        return Meaning.LIMIT
    if _UNKNOWN.search(said) or any(isinstance(cause, NotImplementedError) for cause in causes):
        return Meaning.UNKNOWN_KIND
    return Meaning.DAMAGE


def _is_about_memory(error: BaseException) -> bool:
    return isinstance(error, MemoryError) or (
        isinstance(error, OSError) and error.errno == errno.ENOMEM
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    found: BaseException | None = error
    for _ in range(_MOST_CAUSES):
        if found is None:
            return
        yield found
        found = found.__cause__ or found.__context__
