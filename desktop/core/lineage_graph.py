"""The pictures that one was made from and those that were made from it, over generations.

A breadth-first walk in each direction: what is near is there before what is far. A picture that is
met again (by another way, or because a copy closes a circle) keeps the place where it was met
first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.core.asset import Asset, displayable
from desktop.core.generation_record import GenerationRecord

GENERATIONS = 3
"""Steps each way; more are seen from a picture at the edge."""
MOST = 200
"""Pictures in one graph; more are no longer an overview."""

Key = int | Path
"""Id of an asset, or a file that is not in the library."""
Neighbours = Callable[[Key], Sequence[Key]]


@dataclass(frozen=True, slots=True)
class Walk:
    """Which pictures a graph has.

    Attributes:
        generations: each picture with its steps from the one in the middle, in the order in which
            they were met; below zero for what that one was made from.
        links: pairs of a picture and one that was made from it.
        left_out: pictures next to those that are there, which are not.
    """

    generations: dict[Key, int]
    links: frozenset[tuple[Key, Key]]
    left_out: int


def walk(
    start: Key,
    sources: Neighbours,
    products: Neighbours,
    *,
    generations: int = GENERATIONS,
    most: int = MOST,
) -> Walk:
    """Go both ways from a picture.

    Args:
        sources: what a picture was made from; ``products``, what was made from it.
        most: pictures in all. What the first was made from gets half of them at most, so that
            there is room for what came of it.
    """
    found: dict[Key, int] = {start: 0}
    links: set[tuple[Key, Key]] = set()
    beyond: set[Key] = set()
    for neighbours, sign, limit in ((sources, -1, 1 + (most - 1) // 2), (products, 1, most)):
        level = [start]
        for distance in range(1, generations + 2):
            is_beyond = distance > generations
            following: list[Key] = []
            for key in level:
                for other in neighbours(key):
                    if other not in found:
                        if is_beyond or len(found) >= limit:
                            beyond.add(other)
                            continue
                        found[other] = sign * distance
                        following.append(other)
                    if other != key:
                        links.add((other, key) if sign < 0 else (key, other))
            level = following
    return Walk(found, frozenset(links), len(beyond - found.keys()))


@dataclass(frozen=True, slots=True)
class LineageNode:
    """One picture of a graph.

    Attributes:
        generation: see ``Walk``.
        asset: in the library; None for a file from outside it, which is at ``path``.
        record: how it was made; None for a picture that Plantain did not make.
        maker: model or generator that made it, for people; empty likewise.
    """

    generation: int
    path: Path
    asset: Asset | None = None
    record: GenerationRecord | None = None
    maker: str = ""

    @property
    def name(self) -> str:
        return self.asset.filename if self.asset else displayable(self.path.name)


@dataclass(frozen=True, slots=True)
class LineageGraph:
    """What is shown of a picture's lineage.

    Attributes:
        nodes: the picture itself first.
        links: pairs of places in ``nodes``: a picture, and one that was made from it.
        left_out: see ``Walk``.
    """

    nodes: tuple[LineageNode, ...]
    links: frozenset[tuple[int, int]] = frozenset()
    left_out: int = 0

    def columns(self) -> dict[int, list[int]]:
        """Generation -> places in ``nodes``, from the earliest generation on, each from the top.

        In each column the pictures are in the order of those that they hang on, nearer the middle
        (the barycentre heuristic of layered graphs): few lines cross.
        """
        columns: dict[int, list[int]] = {}
        for place, node in enumerate(self.nodes):
            columns.setdefault(node.generation, []).append(place)
        height: dict[int, float] = {}
        for generation in sorted(columns, key=abs):
            column = columns[generation]
            nearer = generation - 1 if generation > 0 else generation + 1
            means = {
                place: _mean(
                    [
                        height[other]
                        for other in self._beside(place)
                        if self.nodes[other].generation == nearer and other in height
                    ]
                )
                for place in column
            }
            column.sort(key=means.__getitem__)
            height |= {place: (row + 0.5) / len(column) for row, place in enumerate(column)}
        return dict(sorted(columns.items()))

    def step(self, place: int, right: int, down: int) -> int:
        """The place where an arrow key leads, or the same place where there is nothing.

        To the side it leads along a line, where there is one, to the one that is most level.

        Args:
            right: -1, 0 or 1; ``down`` likewise.
        """
        columns = self.columns()
        generation = self.nodes[place].generation
        column = columns[generation]
        row = column.index(place)
        if down:
            return column[min(max(row + down, 0), len(column) - 1)]
        if generation + right not in columns:
            return place
        beside = columns[generation + right]
        linked = [other for other in beside if other in self._beside(place)]
        level = row - len(column) / 2  # columns are centred on one line
        return min(
            linked or beside, key=lambda other: abs(beside.index(other) - len(beside) / 2 - level)
        )

    def _beside(self, place: int) -> set[int]:
        return {a + b - place for a, b in self.links if place in (a, b)}


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 1.0
