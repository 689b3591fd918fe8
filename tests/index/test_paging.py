"""Reading a collection page by page, whatever order its answers come in."""

from __future__ import annotations

import random

import numpy as np
import pytest

from desktop.index.paging import KEY_END, pages


@pytest.mark.parametrize("are_keys_spread", [False, True])
@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 5_000])
@pytest.mark.parametrize("seed", [1, 2])
def test_every_row_comes_once(count: int, seed: int, are_keys_spread: bool) -> None:
    numbers = np.random.default_rng(seed)
    end = KEY_END if are_keys_spread else count * 2 + 10
    keys = random.Random(seed).sample(range(end), count)
    asked = 0

    def ask(begin: int, end: int, limit: int) -> list[int]:
        nonlocal asked
        asked += 1
        inside = np.array([key for key in keys if begin <= key < end], np.int64)
        return numbers.permutation(inside)[:limit].tolist()

    found = [
        key for page in pages(ask, count, 100, are_keys_spread=are_keys_spread) for key in page
    ]
    assert sorted(found) == sorted(keys)
    assert asked <= 3 * count // 100 + 2


def test_a_great_gap_in_the_keys_costs_few_questions() -> None:
    keys = [*range(1, 51), *range(10_000_000, 10_000_050)]
    asked = 0

    def ask(begin: int, end: int, limit: int) -> list[int]:
        nonlocal asked
        asked += 1
        return [key for key in reversed(keys) if begin <= key < end][:limit]

    found = [key for page in pages(ask, 100, 100, are_keys_spread=False) for key in page]
    assert sorted(found) == keys
    assert asked < 40
