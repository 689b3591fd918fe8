from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from desktop.core.colour import Swatch, merged_palette
from desktop.core.colour import oklab as oklab_of
from desktop.media.colour import GROUND
from desktop.media.palette import (
    dominant_colours,
    hex_code,
    invented_palette,
    main_colours,
    oklab,
)
from tests.colours import difference, palette_share
from tests.media.samples import noise


def test_the_colours_of_a_flag_are_found_from_dark_to_light() -> None:
    flag = Image.new("RGB", (90, 60), (0, 0, 60))
    flag.paste((200, 30, 30), (30, 0, 60, 60))
    flag.paste((250, 240, 200), (60, 0, 90, 60))
    found = dominant_colours([flag], 6)
    assert len(found) == 3
    for colour, expected in zip(found, [(0, 0, 60), (200, 30, 30), (250, 240, 200)], strict=True):
        assert np.abs(np.array(colour) - expected).max() < 12


def test_a_small_vivid_spot_is_not_lost() -> None:
    image = Image.new("RGB", (100, 100), (200, 200, 200))
    image.paste((245, 197, 24), (0, 0, 18, 18))
    assert any(red - blue > 120 for red, _, blue in dominant_colours([image]))


def product(ground: Image.Image) -> Image.Image:
    """An orange thing with a blue button on it."""
    drawing = ImageDraw.Draw(ground)
    drawing.ellipse((150, 100, 350, 300), fill="#FF8800")
    drawing.ellipse((210, 160, 270, 220), fill="#2040C0")
    return ground


STUDIO = Image.fromarray(np.tile(np.linspace(150, 235, 384)[:, None], 512).astype(np.uint8))
GROUNDS = {
    "white": Image.new("RGB", (512, 384), "white"),
    "black": Image.new("RGB", (512, 384), (8, 8, 8)),
    "a studio that fades": STUDIO.convert("RGB"),
    "what is clear lies on": Image.new("RGB", (512, 384), GROUND),
}


@pytest.mark.parametrize("ground", GROUNDS)
def test_what_is_shown_counts_and_not_its_ground(ground: str) -> None:
    found = main_colours([product(GROUNDS[ground].copy())])
    assert found[0].colour == "#FF8800"
    assert found[0].share >= 80
    assert any(difference(swatch.colour, "#2040C0") < 0.02 for swatch in found)
    assert not any(difference(swatch.colour, "#FFFFFF") < 0.15 for swatch in found)


def test_a_hole_of_what_is_clear_is_ground_too() -> None:
    ring = Image.new("RGB", (500, 500), GROUND)
    drawing = ImageDraw.Draw(ring)
    drawing.ellipse((20, 20, 480, 480), fill="#111111")
    drawing.ellipse((150, 150, 350, 350), fill=GROUND)
    assert main_colours([ring]) == (("#111111", 100),)


def test_a_coloured_ground_was_chosen_and_counts() -> None:
    found = main_colours([product(Image.new("RGB", (512, 384), "#F5C518"))])
    assert found[0].colour == "#F5C518"


def test_a_thing_that_touches_an_edge_is_still_before_a_ground() -> None:
    table = Image.new("RGB", (400, 400), "white")
    table.paste((30, 110, 60), (100, 200, 300, 400))
    assert main_colours([table]) == (("#1E6E3C", 100),)


def test_where_there_is_nothing_before_the_ground_it_is_the_picture() -> None:
    assert main_colours([Image.new("RGB", (90, 60), "white")]) == (("#FFFFFF", 100),)
    half = Image.new("RGB", (90, 60), "white")
    half.paste((200, 16, 46), (0, 0, 45, 60))
    assert {swatch.colour for swatch in main_colours([half])} == {"#FFFFFF", "#C8102E"}


def test_shares_are_percent_and_the_largest_comes_first() -> None:
    stripes = Image.new("RGB", (640, 640), (0, 0, 160))
    stripes.paste((200, 30, 30), (0, 0, 640, 320))
    stripes.paste((30, 160, 60), (0, 0, 640, 64))
    found = main_colours([stripes])
    assert [swatch.share for swatch in found[:3]] == pytest.approx([50, 40, 10], abs=2)
    assert palette_share(found, "#0000A0", 0.05) == found[0].share
    assert palette_share(found, "#0000A0", 2.0) == sum(swatch.share for swatch in found)


def test_several_palettes_become_one_in_which_each_counts_the_same() -> None:
    red, blue = (Swatch("#C8102E", 100),), (Swatch("#2040C0", 60), Swatch("#CB1530", 40))
    assert merged_palette([red, blue]) == (("#C8102E", 70), ("#2040C0", 30))
    assert merged_palette([]) == ()
    many = tuple(Swatch(f"#{level:02X}0000", 10) for level in range(0, 250, 25))
    assert len(merged_palette([many])) <= 6


def test_every_picture_counts_the_same_whatever_its_size() -> None:
    large, small = Image.new("RGB", (900, 900), "red"), Image.new("RGB", (9, 9), "blue")
    assert len(dominant_colours([large, small])) == 2


@pytest.mark.parametrize("count", [1, 3, 6])
def test_no_more_colours_than_asked_for(count: int) -> None:
    assert len(dominant_colours([noise(80, 80)], count)) == count
    assert len(invented_palette("banana", count)) == count


def test_no_pictures_have_no_colours_and_odd_pictures_do() -> None:
    assert dominant_colours([]) == []
    assert dominant_colours([Image.new("RGB", (1, 1), (9, 9, 9))]) == [(9, 9, 9)]


def test_words_always_give_the_same_colours() -> None:
    assert invented_palette("香蕉 \udce9") == invented_palette("香蕉 \udce9")
    assert invented_palette("a") != invented_palette("b")


def test_oklab_agrees_with_its_published_values() -> None:
    # B. Ottosson, "A perceptual color space for image processing": white, red, blue.
    found = oklab(np.array([[255.0, 255.0, 255.0], [255.0, 0.0, 0.0], [0.0, 0.0, 255.0]]))
    expected = [[1.0, 0.0, 0.0], [0.62796, 0.22486, 0.12585], [0.45201, -0.03246, -0.31153]]
    assert np.allclose(found, expected, atol=1e-3)
    codes = [oklab_of(code) for code in ("#FFFFFF", "#FF0000", "#0000FF")]
    assert np.allclose(codes, expected, atol=1e-3)


def test_a_colour_has_a_code() -> None:
    assert hex_code((245, 197, 24)) == "#F5C518"
