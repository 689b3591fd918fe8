"""The frame that stands for an animation is the first with something on it."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from desktop.media.decode import Picture, load_picture
from tests.media.originals import known_picture
from tests.media.samples import as_array, encoded, mean_difference

CASES = Path(__file__).parents[2] / "data" / "cases"
CARD = known_picture()
OTHER = CARD.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
FORMATS = ("GIF", "PNG", "WEBP", "AVIF", "JXL")
CLEAR = (0, 0, 0, 0)


def plain(colour: Sequence[int]) -> Image.Image:
    return Image.new("RGB" if len(colour) == 3 else "RGBA", CARD.size, tuple(colour))


def behind(colour: Sequence[int], share: float) -> Image.Image:
    """The card behind so much of a plain colour."""
    return Image.blend(plain(colour), CARD, share)


def animation(format_name: str, frames: Sequence[Image.Image]) -> bytes:
    out = io.BytesIO()
    if format_name == "JXL":
        pixels = np.stack([np.asarray(frame.convert("RGBA")) for frame in frames])
        return bytes(imagecodecs.jpegxl_encode(pixels, lossless=True))
    mode = "RGBA" if any(frame.mode == "RGBA" for frame in frames) else "RGB"
    first, *rest = (frame.convert(mode) for frame in frames)
    options: dict[str, dict[str, object]] = {"GIF": {"disposal": 2}, "WEBP": {"lossless": True}}
    first.save(
        *(out, format_name),
        save_all=True,
        append_images=rest,
        duration=100,
        **options.get(format_name, {}),
    )
    return out.getvalue()


def shown(format_name: str, frames: Sequence[Image.Image]) -> Picture:
    return load_picture(animation(format_name, frames))


def is_card(image: Image.Image) -> bool:
    return mean_difference(image, CARD) <= 12  # GIF has few colours


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize(
    "nothing",
    [CLEAR, (0, 0, 0), (255, 255, 255), (128, 128, 128), (20, 90, 160), (255, 255, 255, 0)],
)
def test_frames_with_nothing_on_them_are_passed_over(
    format_name: str, nothing: tuple[int, ...]
) -> None:
    frames = [plain(nothing)] * 2 + [plain((9, 9, 9)), CARD, OTHER]
    assert is_card(shown(format_name, frames).image)


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (90, 20, 60)])
@pytest.mark.parametrize("begins", [0.0, 0.1])
def test_what_fades_in_is_shown_when_it_has(
    format_name: str, colour: tuple[int, int, int], begins: float
) -> None:
    fade = [behind(colour, begins + step * (1 - begins) / 10) for step in range(10)]
    assert is_card(shown(format_name, [*fade, CARD, CARD, behind(colour, 0.5), OTHER]).image)


def test_a_fade_out_of_transparency_is_one_too() -> None:
    steps = [Image.new("RGBA", CARD.size, CLEAR)]
    for opacity in (40, 80, 120, 160, 200, 255):
        step = CARD.convert("RGBA")
        step.putalpha(opacity)
        steps.append(step)
    picture = shown("WEBP", steps)
    assert is_card(picture.image)
    assert not picture.has_alpha, "this frame is opaque"


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_cut_ends_a_fade(format_name: str) -> None:
    frames = [plain((0, 0, 0)), behind((0, 0, 0), 0.4), OTHER, OTHER]
    assert not is_card(shown(format_name, frames).image)
    assert mean_difference(shown(format_name, frames).image, behind((0, 0, 0), 0.4)) <= 12


@pytest.mark.parametrize("format_name", FORMATS)
def test_the_first_frame_stands_for_what_begins_with_something(format_name: str) -> None:
    assert is_card(shown(format_name, [CARD, OTHER, CARD]).image)


@pytest.mark.parametrize("format_name", FORMATS)
def test_where_there_never_is_anything_the_first_frame_is_shown(format_name: str) -> None:
    image = shown(format_name, [plain((0, 0, 0)), plain((1, 1, 1)), plain((2, 2, 2))]).image
    assert np.asarray(image).max() <= 2


def test_a_few_small_lines_are_something() -> None:
    lines = plain((255, 255, 255))
    lines.paste((0, 0, 0), (30, 20, 34, 24))
    assert mean_difference(shown("GIF", [plain((255, 255, 255)), lines, lines]).image, lines) < 1


def test_what_is_broken_further_on_costs_only_itself() -> None:
    whole = animation("GIF", [plain((0, 0, 0)), CARD, OTHER, CARD])
    assert is_card(load_picture(whole[: -len(whole) // 3]).image)


def test_an_empty_default_picture_before_an_animation_is_passed_over() -> None:
    out = io.BytesIO()
    empty = Image.new("RGBA", CARD.size, CLEAR)
    empty.save(out, "PNG", save_all=True, default_image=True, append_images=[CARD, OTHER])
    assert is_card(load_picture(out.getvalue()).image)


def test_the_search_ends_in_an_animation_of_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from desktop.media.formats import animation as module

    monkeypatch.setattr(module, "_MAX_FRAMES", 3)
    nothing = [plain((0, 0, grey)) for grey in range(8)]
    assert not is_card(shown("GIF", [*nothing, CARD]).image)


def test_a_banner_that_begins_clear() -> None:
    [banner] = (CASES / "16-animation-that-begins-empty").glob("*.gif")
    image = load_picture(banner).image
    right, bottom = image.width - 4, image.height - 4
    corners = [image.getpixel(at) for at in ((3, 3), (right, 3), (3, bottom), (right, bottom))]
    assert corners == [(220, 40, 40), (40, 170, 60), (40, 70, 210), (240, 200, 40)]


def test_what_the_first_frame_of_a_gif_leaves_out_is_clear() -> None:
    """Nothing says what is there; browsers show what lies behind."""
    upper = CARD.crop((0, 0, 64, 24)).quantize(16)
    small = encoded(upper, "GIF")
    whole = small[:6] + struct.pack("<HH", 64, 48) + small[10:]
    picture = load_picture(whole)
    assert picture.has_alpha
    assert (as_array(picture.image)[24:] == 128).all()
    assert mean_difference(picture.image.crop((0, 0, 64, 24)), upper.convert("RGB")) == 0
    assert not load_picture(small).has_alpha
    two = small[:6] + struct.pack("<HH", 64, 48) + small[10:-1] + small[small.index(b",") :]
    assert load_picture(two).has_alpha
