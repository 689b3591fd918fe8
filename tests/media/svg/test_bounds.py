"""Numbers, depths and repetitions that nobody checked cost the drawing itself, and say why."""

from __future__ import annotations

from contextlib import suppress

import pytest

from desktop.core.errors import FileError, FileTooLarge, FileUnsupported
from desktop.media.decode import Picture, load_picture

RED = '<rect width="20" height="20" fill="red"/>'


def drawn(inside: str, attributes: str = 'viewBox="0 0 20 20"') -> Picture:
    data = f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}>{inside}</svg>'.encode()
    return load_picture(data, at_least=20)


NUMBERS = (
    *("1e30", "-1e30", "1e999", "NaN", "Infinity", "9" * 400, str(2**63), "1e-300", "0", "0x10"),
    *("1,5", "٣"),
)


@pytest.mark.parametrize("number", NUMBERS, ids=[number[:8] for number in NUMBERS])
def test_no_number_in_a_head_keeps_a_drawing_from_being_shown(number: str) -> None:
    for attributes in (
        f'width="{number}" height="{number}"',
        f'width="{number}"',
        f'viewBox="0 0 {number} {number}"',
        f'viewBox="{number} {number} 20 20"',
        f'viewBox="0 0 {number} 20" width="20" height="20"',
    ):
        picture = drawn(RED, attributes)
        assert 1 <= picture.width <= 2**24
        assert 1 <= picture.height <= 2**24


@pytest.mark.parametrize("number", NUMBERS, ids=[number[:8] for number in NUMBERS])
def test_no_number_inside_does_more_than_end_its_own_drawing(number: str) -> None:
    inside = (
        f'<g transform="scale({number})"><path d="M0 0L{number} {number}" stroke="red" '
        f'stroke-width="{number}" stroke-dasharray="{number} 1"/></g><circle r="{number}"/>',
        f'<text font-size="{number}" x="{number}" y="9">a</text><rect width="{number}"/>',
        f'<pattern id="p" width="{number}" height="{number}"><rect width="9" height="9"/></pattern>'
        f'<linearGradient id="g" x2="{number}"><stop offset="{number}"/></linearGradient>'
        '<rect width="20" height="20" fill="url(#p)" stroke="url(#g)"/>',
        f"<style>rect{{width:{number}px;opacity:{number};stroke-width:{number}rem;"
        f"fill:hsl({number} {number}% 5%)}}</style>{RED}",
    )
    for each in inside:
        for attributes in ('viewBox="0 0 20 20"', ""):
            with suppress(FileError):
                drawn(each, attributes)


def test_what_the_renderer_did_not_foresee_is_a_reason() -> None:
    with pytest.raises(FileUnsupported, match="larger or smaller than can be drawn"):
        drawn('<circle r="1e30"/>')


def test_depth_within_the_limit_is_drawn() -> None:
    assert drawn("<g>" * 500 + RED + "</g>" * 500).image.getpixel((9, 9)) == (255, 0, 0)
    chain = "".join(f'<g id="g{n + 1}"><use href="#g{n}"/></g>' for n in range(100))
    repeated = f'<defs><g id="g0">{RED}</g>{chain}</defs><use href="#g100"/>'
    assert drawn(repeated).image.getpixel((9, 9)) == (255, 0, 0)


def test_what_repeats_itself_is_drawn_without_that() -> None:
    for loop in (
        '<g id="a"><use href="#a"/></g>',
        '<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>',
    ):
        assert drawn(loop + RED).image.getpixel((9, 9)) == (255, 0, 0)


def tenfold(first: str, each: str, last: str) -> str:
    """What refers to what refers to ten of the one before, nine times."""
    made = "".join(each.format(n=n, m=n + 1) for n in range(9))
    return f"<defs>{first}{made}</defs>{last}"


def referring(tag: str, attribute: str) -> str:
    part = f'<rect width="5" height="5" {attribute}="url(#g{{n}})"/>' * 10
    return tenfold(
        f'<{tag} id="g0" width="1" height="1"><path d="M0 0h9v9z"/></{tag}>',
        f'<{tag} id="g{{m}}" width=".1" height=".1">{part}</{tag}>',
        f'<rect width="20" height="20" {attribute}="url(#g9)"/>',
    )


@pytest.mark.parametrize(
    "inside",
    [
        tenfold(
            '<g id="g0"><path d="M0 0h9v9z"/></g>',
            '<g id="g{m}">' + '<use href="#g{n}"/>' * 10 + "</g>",
            '<use href="#g9"/>',
        ),
        referring("pattern", "fill"),
        referring("mask", "mask"),
        referring("clipPath", "clip-path"),
        tenfold(
            '<marker id="g0"><path d="M0 0h9v9z"/></marker>',
            '<marker id="g{m}"><path d="'
            + "M0 0L1 1" * 10
            + '" marker-mid="url(#g{n})"/></marker>',
            '<path d="M0 0L1 1L2 2" style="marker:url(#g9)"/>',
        ),
        "<style>g{mask:url(#g)}</style>" + '<mask id="g">' + RED * 2000 + "</mask>" + "<g/>" * 1000,
    ],
)
def test_repetitions_of_repetitions_are_a_limit(inside: str) -> None:
    with pytest.raises(FileTooLarge, match="repeats its parts"):
        drawn(inside)


def test_depth_by_repetition_is_a_limit() -> None:
    chain = "".join(f'<g id="g{n + 1}"><use href="#g{n}"/></g>' for n in range(2_000))
    with pytest.raises(FileTooLarge, match=r"levels deep|repeats"):
        drawn(f'<g id="g0">{RED}</g>{chain}')


def test_books_are_no_drawings() -> None:
    with pytest.raises(FileTooLarge, match="letters of text"):
        drawn("<text>" + "a" * 200_000 + "</text>")


def test_many_characters_that_no_font_has_are_not_looked_for_one_by_one() -> None:
    assert drawn("<text>" + "".join(map(chr, range(0xE8000, 0xE9000))) + "</text>" + RED)
