"""A picture's sources and products, as far as an overview goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from desktop.core.lineage_graph import Key, LineageGraph, LineageNode, Walk, walk


def walked(sources: Mapping[Key, Sequence[Key]], start: Key = 1, most: int = 200) -> Walk:
    def products(key: Key) -> list[Key]:
        return [made for made, used in sources.items() if key in used]

    return walk(start, lambda key: sources.get(key, ()), products, most=most)


def test_it_goes_both_ways_over_three_generations_and_counts_what_comes_next() -> None:
    chain: dict[Key, list[Key]] = {number + 1: [number] for number in range(-5, 7)}
    there = walked(chain)
    assert there.generations == {1: 0, 0: -1, -1: -2, -2: -3, 2: 1, 3: 2, 4: 3}
    assert (0, 1) in there.links
    assert (3, 4) in there.links
    assert len(there.links) == 6
    assert there.left_out == 2


def test_what_was_made_from_it_has_room_beside_many_sources() -> None:
    used: dict[Key, list[Key]] = {
        1: list(range(100, 120)),
        **{made: [1] for made in range(200, 220)},
    }
    there = walked(used, most=21)
    steps = list(there.generations.values())
    assert (steps.count(-1), steps.count(1)) == (10, 10)
    assert there.left_out == 20


def test_a_picture_that_is_met_twice_is_there_once_with_all_its_lines() -> None:
    there = walked({4: [2, 3], 3: [1], 2: [1]})
    assert there.generations == {1: 0, 2: 1, 3: 1, 4: 2}
    assert there.links == {(1, 2), (1, 3), (2, 4), (3, 4)}
    assert there.left_out == 0


def test_a_circle_of_copies_ends() -> None:
    there = walked({1: [2, 1], 2: [1]})
    assert there.generations == {1: 0, 2: -1}
    assert there.links == {(2, 1), (1, 2)}


def graph() -> LineageGraph:
    """Sources a and b of the picture in the middle; c, d and e made from it; f from e."""
    names = {"middle": 0, "a": -1, "b": -1, "c": 1, "d": 1, "e": 1, "f": 2, "g": 2}
    nodes = tuple(LineageNode(step, Path(name)) for name, step in names.items())
    links = frozenset({(1, 0), (2, 0), (0, 3), (0, 4), (0, 5), (5, 6), (3, 7)})
    return LineageGraph(nodes, links)


def test_a_column_is_in_the_order_of_what_it_hangs_on() -> None:
    assert graph().columns() == {-1: [1, 2], 0: [0], 1: [3, 4, 5], 2: [7, 6]}


def test_the_arrows_follow_the_lines() -> None:
    there = graph()

    def go(place: int, *steps: tuple[int, int]) -> str:
        for right, down in steps:
            place = there.step(place, right, down)
        return there.nodes[place].name

    left, right, up, down = (-1, 0), (1, 0), (0, -1), (0, 1)
    assert go(0, left) == "a"
    assert go(0, left, down) == "b"
    assert go(0, left, left) == "a", "there is nothing further"
    assert go(0, right) == "d", "it is level with the middle"
    assert go(0, right, down, right) == "f"
    assert go(0, right, up, up, right) == "g", "and not above the first"
    assert go(6, left, left) == "middle"
