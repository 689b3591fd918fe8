"""Where CSS puts parts of a drawing about an origin, by shares and by calculations: as plain
attributes say it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from desktop.media.decode import load_picture
from desktop.media.formats.format import Needed

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20">'
BAR = '<rect x="10" y="4" width="16" height="4" fill="red"'


def drawn(inside: str, head: str = HEAD) -> np.ndarray:
    data = f"{head}{inside}</svg>".encode()
    image = load_picture(data, at_least=Needed(200, keeps_alpha=True)).image
    return np.asarray(image.convert("RGBA"), int)


def same(one: str, other: str) -> bool:
    first, second = drawn(one), drawn(other)
    return bool(second[..., 3].any()) and float(np.abs(first - second).mean()) < 0.05


@pytest.mark.parametrize(
    ("style", "transform"),
    [
        ("transform:rotate(90deg);transform-origin:18px 6px", "rotate(90 18 6)"),
        ("transform:rotate(90deg);transform-origin:center", "rotate(90 20 10)"),
        ("transform:rotate(90deg);transform-origin:50% 50%", "rotate(90 20 10)"),
        ("transform:rotate(45deg);transform-origin:top left", "rotate(45)"),
        ("transform:rotate(-45deg);transform-origin:top right", "rotate(-45 40 0)"),
        ("transform:rotate(-45deg);transform-origin:right top", "rotate(-45 40 0)"),
        ("transform:rotate(-45deg);transform-origin:bottom", "rotate(-45 20 20)"),
        ("rotate:90deg;transform-origin:calc(50% - 2px) 6px", "rotate(90 18 6)"),
        ("scale:2;transform-origin:10px 4px", "translate(-10 -4) scale(2)"),
        (
            "transform-box:fill-box;transform-origin:center;transform:rotate(90deg)",
            "rotate(90 18 6)",
        ),
        ("transform-box:fill-box;transform:rotate(90deg)", "rotate(90 10 4)"),
        ("transform-box:fill-box;transform-origin:100% 0;rotate:20deg", "rotate(20 26 4)"),
        ("transform-box:view-box;transform-origin:center;rotate:20deg", "rotate(20 20 10)"),
        ("transform:translate(25%,50%)", "translate(10 10)"),
        ("translate:25% 50%", "translate(10 10)"),
        ("transform-box:fill-box;translate:25% 50%", "translate(4 2)"),
        ("transform:translateX(calc(25% - 2px)) translateY(min(10px, 5px))", "translate(8 5)"),
        ("transform:rotate(calc(0.25turn - 45deg))", "rotate(45)"),
    ],
)
def test_a_part_turns_about_its_origin(style: str, transform: str) -> None:
    assert same(f'{BAR} style="{style}"/>', f'{BAR} transform="{transform}"/>')


def test_the_attribute_turns_about_its_origin_too() -> None:
    stated = f'{BAR} transform="rotate(90)" transform-origin="18 6"/>'
    assert same(stated, f'{BAR} transform="rotate(90 18 6)"/>')


TURN = "transform-box:fill-box;transform-origin:center;transform:rotate(30deg)"


@pytest.mark.parametrize(
    ("part", "middle"),
    [
        ('<circle cx="20" cy="10" r="6" {}/>', "20 10"),
        ('<ellipse cx="50%" cy="10" rx="8" ry="2" {}/>', "20 10"),
        ('<polygon points="10,4 30,4 20,14" {}/>', "20 9"),
        ('<line x1="10" y1="4" x2="30" y2="10" stroke="red" {}/>', "20 7"),
        ('<path d="M10 4h20v8H10z" {}/>', "20 8"),
        ('<path d="M10 4C10 16 30 16 30 4z" {}/>', "20 8.5"),
        ('<path d="M10 4Q20 16 30 4z" {}/>', "20 7"),
        ('<path d="m12 10a8 4 0 1116 0z" {}/>', "20 8"),
        ('<g {}><rect x="10" y="2" width="4" height="4"/><rect x="20" y="8" width="10" height="6"'
         "/></g>", "20 8"),
        ('<g {}><rect width="4" height="4" transform="translate(10 2)"/><circle cx="28" cy="12"'
         ' r="2"/></g>', "20 8"),
        ('<defs><rect id="a" width="8" height="4"/></defs><use href="#a" x="16" y="8" {}/>',
         "20 10"),
    ],
)  # fmt: skip
def test_the_box_of_every_kind_of_part_is_known(part: str, middle: str) -> None:
    assert same(part.format(f'style="{TURN}"'), part.format(f'transform="rotate(30 {middle})"'))


@pytest.mark.parametrize(
    ("stated", "plain"),
    [
        ('<rect x="calc(50% - 10px)" y="2" width="calc(100% / 4)" height="max(4px, 2px)"/>',
         '<rect x="10" y="2" width="10" height="4"/>'),
        ('<rect style="x:calc(25%);y:clamp(1px, 2px, 3px);width:calc(2 * 5px);height:4px"/>',
         '<rect x="10" y="2" width="10" height="4"/>'),
        ('<circle cx="calc(100% - 10px)" cy="50%" r="calc(2px + 1px)"/>',
         '<circle cx="30" cy="10" r="3"/>'),
        ('<rect x="1rem" width="0.5rem" height="4"/>', '<rect x="16" width="8" height="4"/>'),
        ('<path d="M4 10H36" stroke="red" style="stroke-width:calc(1px + 2px)"/>',
         '<path d="M4 10H36" stroke="red" stroke-width="3"/>'),
        ('<svg x="20" width="20" height="10" viewBox="0 0 100 50"><rect width="calc(50% + 0px)"'
         ' height="20"/></svg>',
         '<svg x="20" width="20" height="10" viewBox="0 0 100 50"><rect width="50" height="20"'
         "/></svg>"),
    ],
)  # fmt: skip
def test_calculations_say_places_and_sizes(stated: str, plain: str) -> None:
    assert same(stated, plain)


def test_what_cannot_be_worked_out_counts_as_not_stated() -> None:
    for value in ("calc(x)", "calc(1px / 0)", "calc(1e308px * 1e308)", "calc()", "var(--x)"):
        assert same(f'<rect x="{value}" width="9" height="9"/>', '<rect width="9" height="9"/>')
    for origin in ("nonsense", "1e999px 0", "calc(1/0) 0", "x" * 5_000):
        stated = f'{BAR} style="transform:rotate(9deg);transform-origin:{origin}"/>'
        assert same(stated, f'{BAR} transform="rotate(9)"/>')


def test_deep_nesting_and_long_chains_are_bounded() -> None:
    deep = f'<g style="{TURN}">' * 300 + BAR + "/>" + "</g>" * 300
    drawn(deep)
    chain = "".join(f'<g id="c{n}"><use href="#c{n + 1}"/></g>' for n in range(120))
    drawn(f'<defs>{chain}</defs><g style="{TURN}">{BAR}/><use href="#c0"/></g>')


@pytest.mark.timeout(60)
def test_parts_that_use_each_other_are_measured_once() -> None:
    names = [f"n{number}" for number in range(14)]
    groups = "".join(
        f'<g id="{name}" style="{TURN}">' + f'<use href="#{inner}"/>' * 2 + "</g>"
        for name, inner in pairwise(names)
    )
    drawn(f'<defs>{groups}<rect id="{names[-1]}" width="9" height="9"/></defs><g style="{TURN}">'
          f'<rect width="9" height="9"/><use href="#{names[8]}"/></g>')  # fmt: skip
