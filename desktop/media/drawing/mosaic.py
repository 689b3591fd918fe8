"""Pictures of any shape laid side by side so that together they fill a box.

A layout is a tree of rows and columns. A row of pictures has the sum of their aspect ratios, a
column the harmonic counterpart, so the shape of every tree is known without laying it out; a
dynamic programme over neighbouring pictures keeps the best tree for each shape, and the one that
comes closest to the box, with pictures of similar size, is taken.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

_BUCKETS_PER_E = 5.0
_NARROWEST, _WIDEST = 0.12, 9.0


@dataclass(frozen=True, slots=True)
class Box:
    """Left, top, width, height, pixels."""

    left: float
    top: float
    width: float
    height: float

    @property
    def aspect(self) -> float:
        return self.width / self.height


@dataclass(frozen=True, slots=True)
class _Node:
    aspect: float
    smallest: float  # share of the area that the smallest picture gets
    count: int
    is_row: bool = False
    parts: tuple[_Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Mosaic:
    """A layout; ``misfit`` is how far its shape is from the box's, 0 for equal (|ln| of ratio)."""

    root: _Node
    misfit: float
    unevenness: float

    def boxes(self, box: Box, gap: float) -> list[Box]:
        """One box per picture, in the order given; shapes are off by ``misfit`` in all."""
        found: list[Box] = []
        _place(self.root, box, gap, found)
        return found


class Arrangements:
    """The layouts worth considering for pictures in this order.

    Args:
        aspects: width / height of one picture or more.
    """

    def __init__(self, aspects: Sequence[float]) -> None:
        count = len(aspects)
        best: dict[tuple[int, int], list[_Node]] = {
            (start, start + 1): [_Node(aspects[start], 1.0, 1)] for start in range(count)
        }
        for length in range(2, count + 1):
            for start in range(count - length + 1):
                end = start + length
                buckets: dict[int, _Node] = {}
                for cut in range(start + 1, end):
                    for first in best[start, cut]:
                        for second in best[cut, end]:
                            _keep(buckets, first, second, is_row=True)
                            _keep(buckets, first, second, is_row=False)
                best[start, end] = list(buckets.values())
        self._roots = best[0, count]

    def closest(self, target: float) -> Mosaic:
        """The best layout for a box of this aspect ratio."""
        root = min(self._roots, key=lambda node: _badness(node, target))
        misfit = abs(math.log(root.aspect / target))
        return Mosaic(root, misfit, -math.log(root.smallest * root.count))


def _keep(buckets: dict[int, _Node], first: _Node, second: _Node, *, is_row: bool) -> None:
    if is_row:
        aspect = first.aspect + second.aspect
        share = first.aspect / aspect
    else:
        aspect = 1 / (1 / first.aspect + 1 / second.aspect)
        share = aspect / first.aspect
    if not _NARROWEST <= aspect <= _WIDEST:
        return
    smallest = min(first.smallest * share, second.smallest * (1 - share))
    key = round(math.log(aspect) * _BUCKETS_PER_E)
    known = buckets.get(key)
    if known is not None and known.smallest >= smallest:
        return
    # Rows within rows are one row, so that all gaps of it are alike.
    parts = (
        *(first.parts if first.parts and first.is_row == is_row else (first,)),
        *(second.parts if second.parts and second.is_row == is_row else (second,)),
    )
    buckets[key] = _Node(aspect, smallest, first.count + second.count, is_row, parts)


def _badness(node: _Node, target: float) -> float:
    return 4.0 * abs(math.log(node.aspect / target)) - math.log(node.smallest * node.count)


def _place(node: _Node, box: Box, gap: float, found: list[Box]) -> None:
    if not node.parts:
        found.append(box)
        return
    gaps = gap * (len(node.parts) - 1)
    weights = [part.aspect if node.is_row else 1 / part.aspect for part in node.parts]
    room = (box.width if node.is_row else box.height) - gaps
    position = box.left if node.is_row else box.top
    for part, weight in zip(node.parts, weights, strict=True):
        extent = max(1.0, room * weight / sum(weights))
        if node.is_row:
            inner = Box(position, box.top, extent, box.height)
        else:
            inner = Box(box.left, position, box.width, extent)
        _place(part, inner, gap, found)
        position += extent + gap
