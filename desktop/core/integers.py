"""Whole numbers as SQLite and Milvus keep them: 64 bits, with a sign.

Python's own have no end, and neither have those that a file, a disk or a server may state.
"""

from __future__ import annotations

LEAST, MOST = -(2**63), 2**63 - 1
MOST_SIDE = 2**31 - 1
"""The longest side of a picture, pixels, so that the product of both is still a number here."""


def as_int64(value: int) -> int:
    """The nearest number that fits."""
    # As nearly all do; asked twice for every file of a scan.
    return value if LEAST <= value <= MOST else min(max(value, LEAST), MOST)
