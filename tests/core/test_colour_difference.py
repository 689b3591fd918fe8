"""ΔE2000 by its authors' own figures, and in which way a colour is another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.core.colour_difference import Direction, difference, direction, lab, srgb

# G. Sharma, W. Wu, E. N. Dalal, 2005, table 1: the pairs at which implementations go wrong.
PUBLISHED = (
    ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
    ((50.0, -1.3802, -84.2814), (50.0, 0.0, -82.7485), 1.0000),
    ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
    ((50.0, 2.4900, -0.0010), (50.0, -2.4900, 0.0009), 7.1792),
    ((50.0, 2.4900, -0.0010), (50.0, -2.4900, 0.0011), 7.2195),
    ((50.0, -0.0010, 2.4900), (50.0, 0.0011, -2.4900), 4.7461),
    ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
    ((50.0, 2.5, 0.0), (58.0, 24.0, 15.0), 19.4535),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
)


@pytest.mark.parametrize(("one", "other", "published"), PUBLISHED)
def test_it_is_as_published(
    one: tuple[float, float, float], other: tuple[float, float, float], published: float
) -> None:
    assert difference(one, other) == pytest.approx(published, abs=1e-4)
    assert difference(other, one) == pytest.approx(published, abs=1e-4)


LEVELS = st.integers(0, 255)


@given(LEVELS, LEVELS, LEVELS)
def test_levels_come_back(red: int, green: int, blue: int) -> None:
    assert srgb(lab(red, green, blue)) == (red, green, blue)
    assert difference(lab(red, green, blue), lab(red, green, blue)) == 0


@pytest.mark.parametrize(
    ("after", "word"),
    [
        ((200, 200, 200), Direction.LIGHTER),
        ((70, 70, 70), Direction.DARKER),
        ((140, 128, 100), Direction.WARMER),
        ((110, 125, 160), Direction.COOLER),
        ((100, 140, 110), Direction.GREENER),
        ((155, 115, 128), Direction.REDDER),
    ],
)
def test_a_grey_goes_there(after: tuple[int, int, int], word: Direction) -> None:
    assert direction(lab(*after), lab(128, 128, 128)) is word


def test_a_colour_is_paler_or_more_vivid() -> None:
    assert direction(lab(200, 90, 90), lab(210, 30, 40)) is Direction.PALER
    assert direction(lab(210, 30, 40), lab(190, 90, 90)) is Direction.MORE_VIVID
