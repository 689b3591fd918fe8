"""What a drawing shows, whatever it says or does not say about its size."""

from __future__ import annotations

import pytest

from desktop.media.decode import load_picture
from desktop.media.formats.format import Needed
from tests.media.card import CASES, CORNERS, corners, shows_the_card

CARD = "".join(
    f'<rect x="{x}" y="{y}" width="150" height="100" fill="rgb{colour}"/>'
    for colour, (x, y) in zip(CORNERS, ((0, 0), (150, 0), (0, 100), (150, 100)), strict=True)
)


def shown(attributes: str, inside: str = CARD) -> tuple[bool, tuple[int, int]]:
    """Whether the whole card is shown, and the size that the picture has."""
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}>{inside}</svg>'
    picture = load_picture(drawing.encode(), at_least=Needed(longer=300))
    return shows_the_card(picture.image), (picture.width, picture.height)


@pytest.mark.parametrize(
    "attributes",
    [
        "",
        'width="100%" height="100%"',
        'width="100%"',
        'width="auto" height="auto"',
        'viewBox=""',
        'viewBox="0 0 0 0"',
        'viewBox="0 0 -300 200"',
        'viewBox="0 0 nan 200"',
        'viewBox="0 0 1e30 1e30"',
        'viewBox="0 0 300"',
        'viewBox="0,0,300,200"',
        'viewBox=" 0  0 300,200 " width="0" height="0"',
        'viewBox="0 0 300 200" width="-5" height="100%"',
        'viewBox="0 0 300 200" width="1e30" height="1e30"',
        'viewBox="0 0 300 200" width="NaN" height="Infinity"',
        f'viewBox="0 0 300 200" width="{"9" * 400}" height="{2**63}"',
        'width="1e30"',
        'width="0" height="0"',
        'width="300"',
        'height="200"',
    ],
)
def test_all_of_a_drawing_is_shown(attributes: str) -> None:
    assert shown(attributes) == (True, (300, 200))


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('width="300" height="200"', (300, 200)),
        ('width="+300px" height="200.4"', (300, 200)),
        ('width="600" viewBox="0 0 300 200"', (600, 400)),
        ('height="20mm" viewBox="0 0 300 200"', (113, 76)),
        ('width="1e2mm" height="100%" viewBox="0 0 300 200"', (378, 252)),
        ('width="30rem" viewBox="0 0 300 200"', (480, 320)),
        ('width="90Q" viewBox="0 0 300 200"', (85, 57)),
    ],
)
def test_a_size_that_is_stated_counts(attributes: str, size: tuple[int, int]) -> None:
    assert shown(attributes) == (True, size)


@pytest.mark.parametrize(
    "transform",
    [
        *("translate(-150 -100)", "translate(5000 0)", "translate(-90000 -7000)", "scale(.1)"),
        *("scale(50) translate(-20 9)", "translate(1e5 1e5) scale(1e-2)"),
    ],
)
def test_it_is_found_wherever_it_lies(transform: str) -> None:
    assert shown("", f'<g transform="{transform}">{CARD}</g>')[0]


def test_lines_and_text_are_all_inside_without_a_size() -> None:
    line = '<path d="M40 50H90" stroke="#f00" stroke-width="4"/>'
    assert shown("", line)[1] == (50, 4)
    text = '<text x="500" y="900" font-size="40">Logo</text>'
    width, height = shown("", text)[1]
    assert 60 < width < 160
    assert 20 < height < 50


def test_a_ground_as_large_as_the_picture_does_not_hide_the_drawing() -> None:
    ground = '<rect width="100%" height="100%" fill="#000"/>'
    assert shown('width="100%" height="100%"', ground + CARD) == (True, (300, 200))
    assert shown("", ground)[1] == (300, 150)


@pytest.mark.parametrize("inside", ["", "<g/>", '<rect width="1e30" height="1e30"/>'])
def test_what_shows_nothing_has_the_size_of_browsers(inside: str) -> None:
    assert shown("", inside)[1] == (300, 150)


def test_the_case_without_a_view_box() -> None:
    case = CASES / "06-svg-without-viewbox" / "no-size.svg"
    picture = load_picture(case, at_least=Needed(longer=300))
    assert (picture.width, picture.height) == (300, 200)
    expected = [(221, 34, 34), (34, 170, 68), (34, 68, 221), (255, 204, 51)]
    assert corners(picture.image) == expected
