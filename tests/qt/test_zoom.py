"""How a picture lies in its view."""

from __future__ import annotations

import pytest

from desktop.qt.preview.zoom import (
    FITTED,
    LARGEST_SCALE,
    Lengths,
    Zoom,
    at_scale,
    fit_scale,
    moved,
    placed,
)

WIDE, SMALL, VIEW = Lengths(4000, 1000), Lengths(100, 50), Lengths(1000, 800)


def test_all_is_seen_in_the_middle_and_a_small_picture_is_not_enlarged() -> None:
    assert fit_scale(WIDE, VIEW) == 0.25
    assert placed(FITTED, WIDE, VIEW) == (0, 275, 0.25)
    assert placed(FITTED, SMALL, VIEW) == (450, 375, 1)


@pytest.mark.parametrize("point", [(0.0, 400.0), (250.0, 390.0), (999.0, 300.0)])
def test_what_is_under_the_pointer_stays_under_it(point: tuple[float, float]) -> None:
    def under(zoom: Zoom) -> float:
        at = placed(zoom, WIDE, VIEW)
        return (point[0] - at.left) / at.scale

    near = at_scale(FITTED, 1.0, point, WIDE, VIEW)
    assert placed(near, WIDE, VIEW).scale == 1
    assert under(near) == pytest.approx(under(FITTED))
    assert under(at_scale(near, 4.0, point, WIDE, VIEW)) == pytest.approx(under(FITTED))


def test_it_is_neither_smaller_than_its_view_nor_endlessly_large() -> None:
    middle = (500.0, 400.0)
    assert placed(at_scale(FITTED, 0.01, middle, WIDE, VIEW), WIDE, VIEW).scale == 0.25
    assert placed(at_scale(FITTED, 1e9, middle, WIDE, VIEW), WIDE, VIEW).scale == LARGEST_SCALE
    assert placed(at_scale(FITTED, 0.5, middle, SMALL, VIEW), SMALL, VIEW).scale == 1


def test_it_is_pushed_no_further_than_its_border() -> None:
    near = at_scale(FITTED, 1.0, (500.0, 400.0), WIDE, VIEW)
    assert placed(moved(near, (1e6, 1e6), WIDE, VIEW), WIDE, VIEW)[:2] == (0, 0)
    assert placed(moved(near, (-1e6, -1e6), WIDE, VIEW), WIDE, VIEW)[:2] == (-3000, -200)
    assert moved(FITTED, (50, 50), WIDE, VIEW) == FITTED, "what is seen whole stays"


def test_pictures_of_other_sizes_show_the_same_place() -> None:
    near = at_scale(FITTED, 1.0, (100.0, 400.0), WIDE, VIEW)
    other = Lengths(2000, 500)
    left = placed(near, other, VIEW).left / placed(near, other, VIEW).scale / other.width
    assert left == pytest.approx(placed(near, WIDE, VIEW).left / WIDE.width)
