"""Text is drawn whichever fonts are here; what no font has shows, and is never just left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from desktop.core.errors import FileUnsupported
from desktop.media.decode import load_picture
from desktop.media.formats import svg
from desktop.media.installed_fonts import InstalledFont, installed_fonts
from desktop.media.svg.markup import read_drawing
from desktop.media.svg.typesetting import typefaces_for
from tests.media.card import CASES

HAS_CHINESE = any(font.has("香") for font in installed_fonts())
NOBODYS = "\U000e8000"
"""A character that is not assigned, and that no font has."""


def text(words: str, attributes: str = "", style: str = "") -> bytes:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 100"><style>{style}</style>'
        '<rect width="300" height="100" fill="#fff"/>'
        f'<text x="10" y="70" font-size="60" {attributes}>{words}</text></svg>'
    ).encode()


def ink(data: bytes) -> float:
    """How much of the drawing is dark, per cent."""
    pixels = np.asarray(load_picture(data, at_least=100).image.convert("L"))
    return float((pixels < 128).mean() * 100)


@pytest.mark.parametrize("name", ["arial.svg", "dejavu-control.svg", "none.svg"])
def test_the_cases_of_text_without_its_font(name: str) -> None:
    picture = load_picture(CASES / "02-svg-text-without-its-font" / name, at_least=100).image
    reds = (np.asarray(picture) == (221, 34, 34)).all(axis=2).mean()
    assert reds > 0.03


@pytest.mark.parametrize(
    "attributes",
    [
        'font-family="Arial"',
        "font-family=\"'Myriad Pro'\"",
        'font-family="No Such, Nor This"',
        'style="font-family:Gilroy"',
        'style="font: bold 60px/1.2 Circular, Helvetica"',
        'style="font-family:system-ui"',
        'font-family="-apple-system, BlinkMacSystemFont"',
        'font-family="fantasy"',
        'font-family="cursive"',
        'font-family="微软雅黑"',
        'font-family="it\'s &quot;odd&quot; \\"',
        'font-family=""',
        'font-weight="900" font-style="italic"',
    ],
)
def test_text_is_drawn_whatever_font_it_names(attributes: str) -> None:
    assert ink(text("Logo", attributes)) > 2


def test_a_shorthand_sets_the_size_whatever_else_it_says() -> None:
    plain = ink(text("Logo", 'style="font:60px Arial"'))
    for font in ("60px/1.2 Arial", "normal 60px / normal Arial", "60px/72px 'Arial', sans-serif"):
        assert ink(text("Logo", f'style="font:{font}"')) == pytest.approx(plain, abs=0.01)


def test_units_of_paper_are_what_they_are() -> None:
    assert ink(text("Logo", 'style="font-size:45pt"')) == pytest.approx(ink(text("Logo")), abs=0.1)
    wide = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><rect {}/></svg>'
    rect = wide.format('width="1in" height="25.4mm"').encode()
    assert load_picture(rect, at_least=8).image.getpixel((6, 6)) == (0, 0, 0)
    line = wide.format('width="96" height="96" fill="none" style="stroke:#f00;stroke-width:72pt"')
    assert load_picture(line.encode(), at_least=8).image.getpixel((1, 4)) == (255, 0, 0)


def test_a_name_tells_the_kind_that_stands_in() -> None:
    for name, kind in (
        ("Arial", "sans-serif"),
        ("Gilroy", "sans-serif"),
        ("Adobe Garamond Pro", "serif"),
        ("Times New Roman MT", "serif"),
        ("Noto Serif Display", "serif"),
        ("SimSun", "serif"),
        ("Source Code Pro", "monospace"),
        ("Brush Script", "cursive"),
    ):
        root = read_drawing(text("a", f'font-family="{name}, Missing"'), Path("x.svg"))
        typefaces_for(root, [a_font("Other")], Path("x.svg"))
        element = root.find("text")
        assert element is not None
        assert element.get("style") == f"font-family:{kind}"


def a_font(family: str) -> InstalledFont:
    """A font with a name and no characters."""
    letters = family.encode("utf-16-be")
    name = b"\0\0\0\1\0\x12" + b"\0\3\0\1\4\x09\0\1" + len(letters).to_bytes(2, "big") + b"\0\0"
    directory = b"\0\1\0\0\0\1" + bytes(6) + b"name" + bytes(4) + (28).to_bytes(4, "big")
    directory += (len(name) + len(letters)).to_bytes(4, "big")
    return InstalledFont(memoryview(directory + name + letters), 0, Path(f"{family}.ttf"))


def test_fonts_that_are_here_are_used_as_they_are_named() -> None:
    root = read_drawing(text("a", 'font-family="Brand Sans Pro"'), Path("x.svg"))
    fonts = [a_font("Other"), a_font("Brand Sans Pro")]
    chosen = typefaces_for(root, fonts, Path("x.svg"))
    assert chosen is not None
    assert "Brand Sans Pro.ttf" in chosen.files
    element = root.find("text")
    assert element is not None
    assert element.get("style") == "font-family:'Brand Sans Pro',sans-serif"


@pytest.mark.skipif(not HAS_CHINESE, reason="no Chinese font is installed here")
def test_one_character_that_no_font_has_costs_only_itself() -> None:
    """resvg looks for no other font after the first character that none has."""
    whole, alone = ink(text("香蕉")), ink(text("香"))
    assert ink(text(f"{NOBODYS}香")) > alone + 0.5  # a box, and the character
    assert whole > alone + 0.5


def test_what_no_font_has_shows_as_a_box() -> None:
    assert ink(text(NOBODYS)) > 0.5
    assert ink(text("<tspan>" + NOBODYS + "</tspan>")) > 0.5


def test_text_without_any_font_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(svg, "installed_fonts", tuple)
    with pytest.raises(FileUnsupported, match="no font to draw it with"):
        load_picture(text("Logo"), at_least=100)
    assert load_picture(text(" \n "), at_least=100).format == "SVG"
