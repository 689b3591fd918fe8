"""Colours and style sheets of drawings mean what they mean in a browser."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from desktop.media.decode import load_picture
from desktop.media.svg.colours import srgb
from desktop.media.svg.markup import read_drawing
from desktop.media.svg.styles import resolve_styles
from tests.media.card import CASES

RED, GREEN, BLUE = (255, 0, 0), (0, 128, 0), (0, 0, 255)
BLACK, GREY = (0, 0, 0), (128, 128, 128)


def painted(inside: str, attributes: str = "") -> tuple[int, ...]:
    """The colour in the middle of a drawing of 10 by 10."""
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10" {attributes}>{inside}'
    picture = load_picture(f"{drawing}</svg>".encode(), at_least=10)
    pixel = picture.image.getpixel((5, 5))
    assert isinstance(pixel, tuple)
    return pixel


def rect(attributes: str) -> str:
    return f'<rect width="10" height="10" {attributes}/>'


@pytest.mark.parametrize(
    "colour",
    [
        # From the tests of CSS Color 4 (web-platform-tests, css/css-color): each is "green".
        "hsl(120deg 100% 25%)",
        "hwb(120 0% 49.8039%)",
        "lab(46.2775% -47.5621 48.5837)",
        "lch(46.2775% 67.9892 134.3912)",
        "oklab(51.975% -0.1403 0.10768)",
        "oklch(51.975% 0.17686 142.495)",
        "color(srgb 0 .50196 0)",
        "color(srgb-linear 0 .21586 0)",
        "color(display-p3 0.21604 0.49418 0.13151)",
        "color(a98-rgb 0.281363 0.498012 0.116746)",
        "color(prophoto-rgb 0.230479 0.395789 0.129968)",
        "color(xyz-d50 0.08312 0.154746 0.020961)",
        "color(xyz 0.07719 0.15438 0.02573)",
        "rgb(0 128 0)",
        "rgb(0, 128, 0)",
        "GREEN",
        "light-dark(green, red)",
        # CSS Color 5 and Values 4: taken from another, mixed in any space, calculated.
        "rgb(from green r g b)",
        "hsl(from lime h s calc(l - 24.9020))",
        "hwb(from green h w b / alpha)",
        "lab(from green l a b)",
        "lch(from green l c h)",
        "oklab(from green l a b / 100%)",
        "oklch(from green l c calc(h + 360))",
        "color(from green srgb r g b)",
        "color(from green display-p3 r g b)",
        "color(from green prophoto-rgb r g b)",
        "color(from green rec2020 r g b)",
        "color(from green xyz-d50 x y z)",
        "rgb(calc(5 - 5) calc(2 * (60 + 4)) min(0, 7))",
        "rgba(0, calc(256 / 2), 0, calc(50% * 2))",
        "color-mix(green, green)",
        "color-mix(in lab, green, green 30%)",
        "color-mix(in hwb longer hue, green, green)",
        "color-mix(in display-p3, green calc(100%), red)",
    ],
)
def test_each_way_to_write_green_is_green(colour: str) -> None:
    assert srgb(colour) == "#008000"
    assert painted(rect(f'fill="{colour}"')) == GREEN
    assert painted(rect(f'style="fill:red;fill:{colour}"')) == GREEN


@pytest.mark.parametrize(
    ("colour", "hexadecimal"),
    [
        ("rgb(255 0 0 / 50%)", "#ff000080"),
        ("hsla(0, 100%, 50%, .5)", "#ff000080"),
        ("color-mix(in srgb, red, blue)", "#800080"),
        ("color-mix(in srgb, red 25%, blue)", "#4000bf"),
        ("color-mix(in oklab, white, black)", "#636363"),
        ("color-mix(in hsl, red 30%, blue)", "#9900ff"),
        ("color-mix(in srgb, transparent, red)", "#ff000080"),
        ("device-cmyk(0 1 1 0)", "#ff0000"),
        ("color(display-p3 1 0 0)", "#ff0000"),
        ("CanvasText", "#000000"),
        ("transparent", "#00000000"),
        ("currentcolor", "currentColor"),
    ],
)
def test_colours_of_css_become_hexadecimal(colour: str, hexadecimal: str) -> None:
    assert srgb(colour) == hexadecimal


@pytest.mark.parametrize(
    "colour",
    [
        *("", "none", "ff0000", "#12345", "color()", "lab()", "oklch(1 2 foo)", "rgb(1e400,0,0)"),
        *("color(display-p3 1e300 0 0)", "color-mix(in srgb, red)", "color(unknown 1 1 1)"),
        *("color-mix(in srgb, red 0%, blue 0%)", "((((", "light-dark(red)", "rgb(from x r g b)"),
        *("rgb(from red r g)", "rgb(calc(1 / 0) 0 0)", "color(from red no-space r g b)"),
    ],
)
def test_what_is_no_colour_is_left_out(colour: str) -> None:
    assert srgb(colour) is None
    if colour != "none":
        assert painted(rect(f'style="fill:#00f;fill:{colour}"')) == BLUE
    assert painted('<g fill="#00f">' + rect(f'fill="{colour}"') + "</g>") == (
        GREY if colour == "none" else BLUE
    )


@pytest.mark.parametrize(
    ("inside", "colour"),
    [
        (rect('fill="var(--a, red)"'), RED),
        (rect('style="--a:red;fill:var(--a)"'), RED),
        ('<g style="--a: var(--b); --b: red">' + rect('fill="var(--a)"') + "</g>", RED),
        (rect('fill="var(--a, var(--b, rgb(255, 0, 0)))"'), RED),
        ('<g fill="red">' + rect('fill="var(--a)"') + "</g>", RED),
        (rect('style="--a:var(--b);--b:var(--a);fill:var(--a, red)"'), RED),
        (rect('style="--a:255 0;fill:rgb(var(--a) 0)"'), RED),
        (rect('fill="blue" style="color:red;fill:currentColor"'), RED),
        (rect('fill="url(#none) color(srgb 1 0 0)"'), RED),
        (rect('fill="red icc-color(ACMECMYK, 0, 1, 1, 0)"'), RED),
        (rect('fill="blue" style="fill:inherit"'), BLACK),
        ('<g fill="red">' + rect('fill="blue" style="fill:unset"') + "</g>", RED),
        ('<g fill="red">' + rect('fill="blue" style="fill:initial"') + "</g>", BLACK),
        (rect('fill="red" style="opacity:calc(0);opacity:oops"'), RED),
        ('<rect fill="red" style="width:10px;height:10px"/>', RED),
        (rect('fill="red device-cmyk(0, 1, 1, 0)"'), RED),
        (rect('style="color:red;fill:color-mix(in srgb, currentColor, currentcolor)"'), RED),
        ('<g color="red">' + rect('fill="rgb(from currentColor r g b)"') + "</g>", RED),
        ('<path fill="red" style="d:path(&quot;M0 0H10V10H0z&quot;)"/>', RED),
    ],
)
def test_values_are_worked_out_as_css_does(inside: str, colour: tuple[int, ...]) -> None:
    assert painted(inside) == colour


@pytest.mark.parametrize(
    ("sheet", "colour"),
    [
        (":root{--a:red} .a{fill:var(--a)}", RED),
        (".a{fill:red;fill:color(unknown 1 2 3)}", RED),
        ("rect{fill:blue} .a{fill:red} *{fill:lime}", RED),
        ("rect{fill:red!important} #i{fill:blue}", RED),
        ("g > rect:not(.b):nth-child(1){fill:red}", RED),
        ("rect:hover{fill:blue} rect{fill:red}", RED),
        ("rect{fill:red} @media print{rect{fill:blue}}", RED),
        ("rect{fill:blue} @media screen{rect{fill:red}}", RED),
        ("rect{fill:red} @media (prefers-color-scheme: dark){rect{fill:blue}}", RED),
        ("@supports (color: color(display-p3 1 1 1)){rect{fill:color(display-p3 1 0 0)}}", RED),
        ("rect{fill:red} @supports not (color: red){rect{fill:blue}}", RED),
        ("@import url(x.css); @font-face{src:url(x)} }{ nonsense; rect{fill:red}", BLACK),
        ("@import url(x.css); @font-face{src:url(x)} rect{fill:red}", RED),
        ("<!-- rect{fill:red} -->", RED),
        ("@media (min-width: 600px){rect{fill:red}}", RED),
        ("rect{fill:red} @media (max-width: 600px){rect{fill:blue}}", RED),
        (
            '@property --a{syntax:"<color>";inherits:true;initial-value:red} rect{fill:var(--a)}',
            RED,
        ),
        ("@property --a{initial-value:blue} svg{--a:red} rect{fill:var(--a)}", RED),
        ("g{fill:blue; rect{fill:red}}", RED),
        ("g{& > .a{fill:red}} rect{fill:blue}", RED),
        ("rect, circle{&.a{@media screen{fill:red}}}", RED),
        ("g{" + "& &{" * 40 + "fill:blue" + "}" * 41 + " rect{fill:red}", RED),
        ('@namespace svg url("http://www.w3.org/2000/svg"); svg|rect{fill:red}', RED),
        ("a{b:" + "(" * 20_000, BLACK),
        ("@supports " + "(a:(" * 20_000 + "{a{b:c}}", BLACK),
        ("@media " + "screen and " * 50_000 + "{rect{fill:red}}", BLACK),
        ("@media screen{" * 5_000 + "rect{fill:red}" + "}" * 5_000, BLACK),
        (":not(" * 5_000 + "a" + ")" * 5_000 + "{fill:red} rect{fill:red}", RED),
    ],
)
def test_style_sheets_are_honoured(sheet: str, colour: tuple[int, ...]) -> None:
    inside = f"<style><![CDATA[{sheet}]]></style><g>" + rect('id="i" class="a"') + "</g>"
    assert painted(inside) == colour


def test_sheets_for_other_media_or_in_other_languages_are_not() -> None:
    for attribute in ('media="print"', 'type="text/less"'):
        inside = f"<style {attribute}>rect{{fill:red}}</style>" + rect('fill="#00f"')
        assert painted(inside) == BLUE


def test_variables_that_double_without_end_cost_nothing() -> None:
    doubling = "".join(f"--v{n}:{f'var(--v{n + 1})' * 10};" for n in range(30))
    inside = f'<g style="{doubling}--v30:x">' + rect('fill="var(--v0, red)"') + "</g>"
    assert painted(inside) == RED


def test_what_is_understood_already_is_left_as_it_is() -> None:
    same = b'<svg><path fill="#abc" stroke="none" d="M0 0"/><use href="#a" opacity=".5"/></svg>'
    root = read_drawing(same, Path("x.svg"))
    before = ElementTree.tostring(root)
    resolve_styles(root)
    assert ElementTree.tostring(root) == before


def test_the_cases_of_colours_that_became_black() -> None:
    folder = CASES / "05-svg-unknown-colours-become-black"
    variables = load_picture(folder / "css-var.svg", at_least=200).image
    assert [variables.getpixel((x, 100)) for x in (75, 225)] == [(221, 34, 34), (34, 68, 221)]
    # Wider than sRGB: as every browser shows it on a screen of sRGB.
    figma = load_picture(folder / "figma-display-p3.svg", at_least=200).image
    assert figma.getpixel((150, 100)) == (241, 0, 7)
