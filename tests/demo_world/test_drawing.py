"""The drawing is deterministic, complete, and the same at every size."""

import random

import numpy as np
import pytest
from PIL import Image

from tests.demo_world.draw import DRAWERS, draw, to_array
from tests.demo_world.vocabulary import THINGS, TRIMS, Scene, random_scene


def test_every_thing_has_a_drawer() -> None:
    assert set(DRAWERS) == set(THINGS)


def test_the_same_seed_draws_the_same_picture() -> None:
    scene = Scene("cape", "red", "silk", "gold", "beach")
    once, again = (to_array(draw(scene, 5, 120, 96)) for _ in range(2))
    assert once.shape == (96, 120, 3)
    assert np.array_equal(once, again)
    assert not np.array_equal(once, to_array(draw(scene, 6, 120, 96)))


@pytest.mark.parametrize("thing", list(THINGS))
def test_every_material_and_trim_can_be_drawn_and_seen(thing: str) -> None:
    for material in THINGS[thing].materials:
        seen = set()
        for trim in TRIMS:
            pixels = to_array(draw(Scene(thing, "blue", material, trim, "studio"), 1, 96, 96))
            assert pixels.std() > 10
            seen.add(pixels.tobytes())
        assert len(seen) == len(TRIMS)


def test_a_large_picture_reduced_looks_like_a_small_one() -> None:
    rng = random.Random(3)
    for _ in range(8):
        scene, seed = random_scene(rng), rng.randrange(1000)
        small, large = (
            np.asarray(
                Image.fromarray(to_array(draw(scene, seed, side, side))).resize(
                    (80, 80), Image.Resampling.BICUBIC
                ),
                dtype=np.float32,
            )
            for side in (160, 640)
        )
        assert np.abs(small - large).mean() < 6


def test_a_cut_out_has_a_transparent_ground() -> None:
    image = draw(Scene("cup", "red", "ceramic", "none", "studio"), 1, 128, 128, is_cut_out=True)
    assert image.hasAlphaChannel()
    assert image.pixelColor(2, 2).alpha() == 0
    assert image.pixelColor(64, 64).alpha() == 255
