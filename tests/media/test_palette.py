from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from desktop.media.palette import colours_from_words, dominant_colours, hex_code, oklab
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


def test_every_picture_counts_the_same_whatever_its_size() -> None:
    large, small = Image.new("RGB", (900, 900), "red"), Image.new("RGB", (9, 9), "blue")
    assert len(dominant_colours([large, small])) == 2


@pytest.mark.parametrize("count", [1, 3, 6])
def test_no_more_colours_than_asked_for(count: int) -> None:
    assert len(dominant_colours([noise(80, 80)], count)) == count
    assert len(colours_from_words("banana", count)) == count


def test_no_pictures_have_no_colours_and_odd_pictures_do() -> None:
    assert dominant_colours([]) == []
    assert dominant_colours([Image.new("RGB", (1, 1), (9, 9, 9))]) == [(9, 9, 9)]


def test_words_always_give_the_same_colours() -> None:
    assert colours_from_words("香蕉 \udce9") == colours_from_words("香蕉 \udce9")
    assert colours_from_words("a") != colours_from_words("b")


def test_oklab_agrees_with_its_published_values() -> None:
    # B. Ottosson, "A perceptual color space for image processing": white, red, blue.
    found = oklab(np.array([[255.0, 255.0, 255.0], [255.0, 0.0, 0.0], [0.0, 0.0, 255.0]]))
    expected = [[1.0, 0.0, 0.0], [0.62796, 0.22486, 0.12585], [0.45201, -0.03246, -0.31153]]
    assert np.allclose(found, expected, atol=1e-3)


def test_a_colour_has_a_code() -> None:
    assert hex_code((245, 197, 24)) == "#F5C518"
