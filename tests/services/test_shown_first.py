from __future__ import annotations

from desktop.services.indexing.shown_first import ShownFirst


def test_what_is_in_view_comes_first_and_each_comes_once() -> None:
    order = ShownFirst()
    order.show([7, 8, 99])
    parts = order.parts(range(1, 10), 4)
    assert next(parts) == [7, 8, 1, 2]
    order.show([9, 1, 5])  # scrolled on; 1 was had already
    assert next(parts) == [9, 5, 3, 4]
    assert list(parts) == [[6]]


def test_more_in_view_than_a_part_holds() -> None:
    order = ShownFirst()
    order.show([4, 3, 2])
    assert list(order.parts([1, 2, 3, 4], 2)) == [[4, 3], [2, 1]]


def test_nothing_waits() -> None:
    assert list(ShownFirst().parts([], 5)) == []
