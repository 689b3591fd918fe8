"""Copies of a picture are alike; others on the same ground are not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PIL import Image, ImageDraw, ImageOps

from desktop.media.colour import GROUND
from desktop.media.likeness import are_alike, look_at
from desktop.media.perceptual_hash import parse_hash, perceptual_hash
from tests import pictures


def drawing(kind: int) -> Image.Image:
    """Something small in the middle of what was clear."""
    image = Image.new("RGB", (400, 400), GROUND)
    draw = ImageDraw.Draw(image)
    match kind:
        case 0:
            draw.ellipse((150, 150, 250, 250), "red", "black", 6)
        case 1:
            draw.polygon([(150, 250), (200, 150), (250, 250)], "blue")
        case 2:
            draw.rectangle((150, 190, 250, 210), "yellow")
        case _:
            draw.line((150, 150, 250, 250), "white", 8)
            draw.line((150, 250, 250, 150), "white", 8)
    return image


def differing_bits(one: Image.Image, other: Image.Image) -> int:
    first, second = parse_hash(perceptual_hash(one)), parse_hash(perceptual_hash(other))
    assert first is not None
    assert second is not None
    return min((a ^ b).bit_count() for a in first for b in second)


@pytest.mark.parametrize(
    "copy",
    [
        lambda image: image.resize((200, 150)),
        lambda image: image.crop((10, 8, 390, 292)),
        ImageOps.mirror,
        lambda image: image.point([min(255, level + 12) for level in range(256)] * 3),
    ],
    ids=["resized", "cropped", "mirrored", "graded"],
)
def test_a_copy_is_alike(copy: Callable[[Image.Image], Image.Image]) -> None:
    picture = pictures.draw(3, (400, 300))
    assert differing_bits(picture, copy(picture)) <= 8
    assert are_alike(look_at(picture), look_at(copy(picture)))


@pytest.mark.parametrize("one", range(4))
@pytest.mark.parametrize("other", range(4))
def test_drawings_on_one_ground_are_alike_only_to_themselves(one: int, other: int) -> None:
    looks = look_at(drawing(one)), look_at(drawing(other).resize((300, 300)))
    assert are_alike(*looks) == (one == other)


def test_an_icon_and_its_copy_of_half_the_size_are_alike() -> None:
    for kind in range(4):
        icon = drawing(kind).crop((140, 140, 260, 260)).resize((60, 60), Image.Resampling.BOX)
        half = icon.resize((30, 30), Image.Resampling.LANCZOS)
        assert are_alike(look_at(icon), look_at(half))
        assert not are_alike(look_at(half), look_at(drawing(kind + 1 if kind < 3 else 0)))


def test_a_hash_of_other_rules_is_not_compared() -> None:
    assert parse_hash("0123456789abcdef") is None
    assert parse_hash("") is None
    assert parse_hash("2:" + "0" * 48) == (0, 0, 0)
