"""Our preprocessing against open_clip's own, to the last level."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pytest

from desktop.core.pixels import PixelSpec
from desktop.media.encoder_pixels import encoder_pixels
from tests.media.samples import noise

SIZES = [
    *((224, 224), (225, 224), (223, 224), (640, 480), (480, 640), (301, 477), (1000, 333)),
    *((17, 9), (9, 17), (1, 1), (500, 37), (37, 500), (1023, 767), (449, 300)),
]


@pytest.fixture(scope="module")
def transforms() -> Any:
    return pytest.importorskip("open_clip.transform", exc_type=ImportError)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("mode", ["shortest", "squash", "longest"])
@pytest.mark.parametrize("interpolation", ["bicubic", "bilinear"])
@pytest.mark.parametrize("side", [224, 256])
def test_pixels_equal_open_clips(
    transforms: Any,
    size: tuple[int, int],
    mode: Literal["shortest", "squash", "longest"],
    interpolation: Literal["bicubic", "bilinear"],
    side: int,
) -> None:
    image = noise(*size)
    reference = transforms.image_transform(
        side,
        is_train=False,
        mean=(0.0, 0.0, 0.0),
        std=(1.0, 1.0, 1.0),
        resize_mode=mode,
        interpolation=interpolation,
        fill_color=127,
    )
    expected = (reference(image).numpy() * 255).round().astype(np.uint8).transpose(1, 2, 0)
    found = encoder_pixels(image, PixelSpec(side, mode, interpolation, fill=127))
    assert found.shape == (side, side, 3)
    assert found.dtype == np.uint8
    assert found.flags.writeable
    assert np.array_equal(found, expected)


@pytest.mark.parametrize("size", [(4100, 224), (240, 4000)])
def test_a_long_strip_is_cropped_before_it_is_scaled_with_the_same_result(
    transforms: Any, size: tuple[int, int]
) -> None:
    image = noise(*size)
    reference = transforms.image_transform(
        224, is_train=False, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0)
    )
    expected = (reference(image).numpy() * 255).round().transpose(1, 2, 0)
    found = encoder_pixels(image, PixelSpec(224))
    assert np.abs(found.astype(int) - expected.astype(int)).max() <= 1


@pytest.mark.parametrize("size", [(30_000, 1), (1, 30_000)])
@pytest.mark.parametrize("mode", ["shortest", "longest", "squash"])
def test_a_line_of_pixels_does_not_fill_the_memory(
    size: tuple[int, int], mode: Literal["shortest", "squash", "longest"]
) -> None:
    assert encoder_pixels(noise(*size), PixelSpec(224, mode)).shape == (224, 224, 3)
