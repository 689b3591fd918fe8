"""Reading more rows than one answer may hold.

Milvus bounds limit + offset, and Milvus Lite answers in no order, so that a page tells nothing of
where the next one begins. Rows are asked for by ranges of their keys instead, so narrow that an
answer is never cut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

KEY_END = 2**62
"""Above every key that Plantain makes."""
_FEW = 4
"""A range with less than one in so many of the rows that it may hold is widened."""


def pages(
    ask: Callable[[int, int, int], list[Any]], total: int, limit: int, *, are_keys_spread: bool
) -> Iterator[list[Any]]:
    """Every row, some at a time, none twice.

    Args:
        ask: (first key, end of keys, limit) -> the rows between, in any order.
        total: how many rows there are; with that many it is done.
        limit: rows that one answer may hold.
        are_keys_spread: evenly over all numbers, as digests are; otherwise dense from 1 on.
    """
    begin, found = 0, 0
    # Half full on average, so that a range is seldom looked at twice.
    width = KEY_END * limit // (2 * max(total, 1)) if are_keys_spread else limit
    while found < total and begin < KEY_END:
        page = ask(begin, min(begin + width, KEY_END), limit)
        if len(page) >= limit and width > limit:  # it may have been cut
            width //= 2
            continue
        if page:
            yield page
        found += len(page)
        begin += width
        if len(page) * _FEW < limit:
            width *= 2
