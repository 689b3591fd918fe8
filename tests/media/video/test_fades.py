"""A film that fades in is shown as it is then; light alone makes no other scene."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from desktop.media.look import differs_in_light_only, look_of
from desktop.media.video.renditions import read_video
from desktop.media.video.video import Video
from tests.media.originals import known_picture
from tests.media.samples import mean_difference, noise
from tests.movies import LOSSLESS, Recipe, movie_bytes

CASES = Path(__file__).parents[2] / "data" / "cases"
SIZE = (160, 96)
CARD = known_picture().resize(SIZE)
OTHER = noise(*SIZE, seed=3)
BLACK, WHITE, WINE = (0, 0, 0), (255, 255, 255), (90, 20, 60)


def read(data: bytes) -> Video:
    return read_video(io.BytesIO(data), Path("clip"), 256, 512)


def fade(
    colour: tuple[int, int, int], seconds: float, begins: float = 0.0
) -> list[tuple[Image.Image, float]]:
    """The card out of a plain colour."""
    steps = round(seconds * 10)
    plain = Image.new("RGB", SIZE, colour)
    return [
        (Image.blend(plain, CARD, begins + (1 - begins) * step / steps), 0.1)
        for step in range(steps)
    ]


@pytest.mark.parametrize("recipe", [Recipe(), LOSSLESS])
@pytest.mark.parametrize("colour", [BLACK, WHITE, WINE])
@pytest.mark.parametrize(("seconds", "begins"), [(0.8, 0.0), (3.0, 0.0), (3.0, 0.2)])
def test_a_fade_in_is_one_scene_and_its_end_the_poster(
    recipe: Recipe, colour: tuple[int, int, int], seconds: float, begins: float
) -> None:
    suffix = ".mp4" if recipe.codec == "libx264" else ".mkv"
    scenes = [*fade(colour, seconds, begins), (CARD, 2.0), *reversed(fade(colour, 1.0))]
    [frame] = read(movie_bytes(suffix, scenes, recipe)).frames
    assert mean_difference(frame.image, CARD) < 8


def test_dipping_to_black_between_two_scenes_leaves_two() -> None:
    other = [(Image.blend(Image.new("RGB", SIZE), OTHER, step / 10), 0.1) for step in range(10)]
    scenes = [(CARD, 1.0), *reversed(fade(BLACK, 1.0)), *other, (OTHER, 1.0)]
    first, second = read(movie_bytes(".mkv", scenes, LOSSLESS)).frames
    assert mean_difference(first.image, CARD) < 2
    assert mean_difference(second.image, OTHER) < 8
    assert first.position_ms < second.position_ms


def test_a_lamp_that_is_switched_on_and_off_is_one_scene() -> None:
    dim = ImageEnhance.Brightness(OTHER).enhance(0.3)
    lamp = [(dim, 1.0), (OTHER, 1.0)] * 3
    [frame] = read(movie_bytes(".mkv", lamp, LOSSLESS)).frames
    assert mean_difference(frame.image, OTHER) < 1


def test_plain_colours_stand_for_nothing_beside_pictures() -> None:
    scenes = [(WINE, 1.0), (CARD, 1.0), (WHITE, 1.0)]
    [frame] = read(movie_bytes(".mkv", scenes, LOSSLESS)).frames
    assert mean_difference(frame.image, CARD) < 1


def test_black_bars_do_not_make_two_scenes_one() -> None:
    def between_bars(image: Image.Image) -> Image.Image:
        wide = Image.new("RGB", SIZE)
        wide.paste(image.resize((160, 60)), (0, 18))
        return wide

    scenes = [(between_bars(CARD), 1.0), (between_bars(OTHER), 1.0)]
    assert len(read(movie_bytes(".mkv", scenes, LOSSLESS)).frames) == 2


def landscape(sky: tuple[int, int, int], ground: tuple[int, int, int], horizon: int) -> Image.Image:
    """Bright above and dark below, with something in it."""
    y = np.clip((np.arange(96) - horizon) / 24 + 0.5, 0, 1)[:, None, None]
    pixels = np.array(sky) * (1 - y) + np.array(ground) * y + np.zeros((96, 160, 1))
    pixels[horizon - 20 : horizon, horizon : horizon + 30] = ground
    return Image.fromarray(pixels.astype(np.uint8))


def test_landscapes_that_are_bright_above_and_dark_below_are_two_scenes() -> None:
    day, dusk = (
        landscape((150, 190, 240), (60, 90, 40), 44),
        landscape((240, 150, 90), (30, 20, 40), 66),
    )
    assert not differs_in_light_only(look_of(day), look_of(dusk))
    assert len(read(movie_bytes(".mkv", [(day, 1.0), (dusk, 1.0)], LOSSLESS)).frames) == 2


def test_a_film_that_fades_in() -> None:
    [film] = (CASES / "17-video-that-fades-in").glob("*.mp4")
    with film.open("rb") as file:
        [frame] = read_video(file, film, 256, 512).frames
    image = frame.image
    right, bottom = image.width - 4, image.height - 4
    found = [image.getpixel(at) for at in ((3, 3), (right, 3), (3, bottom), (right, bottom))]
    for corner, colour in zip(
        found, [(220, 40, 40), (40, 170, 60), (40, 70, 210), (240, 200, 40)], strict=True
    ):
        assert corner == pytest.approx(colour, abs=8)
