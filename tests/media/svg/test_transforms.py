"""Where CSS puts a part of a drawing, and how it turns it."""

from __future__ import annotations

import pytest

from desktop.media.decode import load_picture
from desktop.media.svg.transforms import transform_attribute

RED = (255, 0, 0)


@pytest.mark.parametrize(
    "style",
    [
        "transform:translate(10px,10px)",
        "transform:translateX(10px) translateY(10px)",
        "transform:translate3d(10px, 10px, 5px)",
        "transform:translate(7.5pt, 7.5pt)",
        "transform:translate(20px,20px) rotate(0.5turn)",
        "transform:translate(20px,20px) rotate(200grad)",
        "transform:translate(20px,20px) rotateZ(3.1415926536rad)",
        "transform:translate(20px,10px) scaleX(-1)",
        "transform:translate(10px,20px) scale3d(1,-100%,1)",
        "transform:translate(20px,10px) rotateY(180deg)",
        "transform:matrix(1,0,0,1,10,10)",
        "translate:10px 10px",
        "translate:20px 20px;rotate:180deg",
        "translate:20px 20px;scale:-1",
        "translate:10px;transform:translateY(10px)",
    ],
)
def test_a_part_is_where_css_puts_it(style: str) -> None:
    """In the last quarter of a drawing of 20 by 20, wherever its attribute would put it."""
    part = f'<rect transform="scale(0)" width="10" height="10" fill="red" style="{style}"/>'
    if "transform:" not in style:
        part = part.replace('transform="scale(0)" ', "")
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20">{part}</svg>'
    image = load_picture(drawing.encode(), at_least=20).image
    assert image.getpixel((15, 15)) == RED
    assert {image.getpixel(place) for place in ((5, 5), (15, 5), (5, 15))} == {(128, 128, 128)}


def test_none_takes_the_attribute_away_and_nonsense_leaves_it() -> None:
    for style, place in (("transform:none", (5, 5)), ("transform:spin(3)", (15, 5))):
        drawing = (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"><rect width="10" '
            f'height="10" fill="red" transform="translate(10)" style="{style}"/></svg>'
        )
        assert load_picture(drawing.encode(), at_least=20).image.getpixel(place) == RED


@pytest.mark.parametrize(
    "value",
    ["translate(1e999px)", "rotate(nan)", "scale()", "translate(50%)", "matrix(1)(", "x" * 20_000],
)
def test_what_cannot_be_said_is_not_said(value: str) -> None:
    made = transform_attribute({"transform": value})
    assert made is None or "inf" not in made
