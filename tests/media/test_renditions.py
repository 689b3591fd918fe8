"""One decode feeds the thumbnail, the encoder, the palette and the perceptual hash."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from desktop.core.pixels import PixelSpec
from desktop.media.decode import Needed, load_picture
from desktop.media.encoder_pixels import encoder_pixels
from desktop.media.perceptual_hash import parse_hash, perceptual_hash
from desktop.media.renditions import load_renditions
from tests.media.samples import encoded, mean_difference, noise

SPEC = PixelSpec(64)


def bits(one: str, other: str) -> int:
    """In which the hashes of two whole pictures differ."""
    first, second = parse_hash(one), parse_hash(other)
    assert first is not None
    assert second is not None
    return (first[0] ^ second[0]).bit_count()


class TestNeeded:
    @pytest.mark.parametrize(
        ("needed", "size", "factor"),
        [
            (Needed(), (4000, 3000), 1),
            (Needed(shorter=512), (4000, 3000), 5),
            (Needed(224, 512), (4000, 3000), 7),
            (Needed(224, 512), (3000, 4000), 7),
            (Needed(224, 512), (10_000, 500), 2),
            (Needed(224, 512), (300, 200), 1),
            (Needed(longer=512), (5120, 10), 10),
        ],
    )
    def test_both_sides_count(self, needed: Needed, size: tuple[int, int], factor: int) -> None:
        assert needed.factor(size) == factor

    @pytest.mark.parametrize("size", [(4001, 3001), (2999, 1801), (6000, 513), (517, 515)])
    def test_a_jpeg_stays_as_large_as_needed(self, size: tuple[int, int]) -> None:
        data = encoded(Image.new("RGB", size, "teal"), "JPEG")
        image = load_picture(data, at_least=Needed(224, 512)).image
        assert min(image.size) >= min(224, *size)
        assert max(image.size) >= 512
        assert max(image.size) <= max(size)


class TestReducing:
    @pytest.mark.parametrize("mode", ["RGB", "L", "P", "1", "LA", "RGBA", "CMYK", "PA", "I;16"])
    def test_every_mode_looks_as_it_does_in_full(self, mode: str) -> None:
        source = noise(600, 500)
        alpha = Image.linear_gradient("L").resize(source.size)
        match mode:
            case "RGBA" | "LA":
                source = source.convert(mode)
                source.putalpha(alpha)
            case "PA":
                source = source.quantize(64).convert("PA")
            case "I;16":
                grey = np.asarray(source.convert("L")).astype(np.uint16) * 257
                source = Image.fromarray(grey)
            case "P":
                source = source.quantize(64)
            case _:
                source = source.convert(mode)
        data = encoded(source, "TIFF" if mode in {"CMYK", "PA", "I;16"} else "PNG")
        full = load_picture(data).image
        small = load_picture(data, at_least=100).image
        ideal = full.resize(small.size, Image.Resampling.BOX)
        assert mean_difference(small, ideal) < 3

    def test_a_transparent_colour_of_a_palette_is_laid_on_grey_before_averaging(self) -> None:
        source = Image.new("P", (400, 400), 0)
        source.putpalette([255, 0, 255, 0, 0, 0])
        data = encoded(source, "PNG", transparency=0)
        picture = load_picture(data, at_least=100)
        assert picture.has_alpha
        assert picture.image.getpixel((50, 50)) == (128, 128, 128)

    def test_memory_is_asked_for_by_the_pixels_that_are_decoded(self) -> None:
        asked: list[int] = []

        def room(amount: int) -> AbstractContextManager[None]:
            asked.append(amount)
            return nullcontext()

        large = Image.new("RGB", (2048, 2048))
        load_picture(encoded(large, "PNG"), at_least=100, room=room)
        load_picture(encoded(large, "JPEG"), at_least=100, room=room)
        # The stored pixels, and the reduced ones with what is made of them.
        assert asked == [2048 * 2048 * 4 + 103 * 103 * 8, 256 * 256 * 4 + 128 * 128 * 8]


class TestViews:
    def test_the_encoder_sees_what_it_would_of_the_full_picture(self, tmp_path: Path) -> None:
        path = tmp_path / "photo.jpg"
        photo = noise(1600, 1200)
        photo.save(path, quality=92)
        pixels = load_renditions(path, 256, SPEC).encoder_pixels(SPEC)
        ideal = encoder_pixels(Image.open(path), SPEC)
        assert np.abs(pixels.astype(int) - ideal.astype(int)).mean() < 2

    def test_a_panorama_keeps_enough_for_the_encoder(self) -> None:
        data = encoded(noise(3000, 200), "PNG")
        views = load_renditions(data, 256, SPEC)
        assert views.thumbnail.size == (256, 17)
        ideal = encoder_pixels(load_picture(data).image, SPEC)
        difference = views.encoder_pixels(SPEC).astype(int) - ideal.astype(int)
        assert np.abs(difference).mean() < 6

    def test_the_palette_names_the_colours(self) -> None:
        flag = Image.new("RGB", (64, 64), (200, 16, 46))
        flag.paste((255, 255, 255), (0, 0, 64, 20))
        assert load_renditions(encoded(flag, "PNG"), 64, None).palette() == (
            ("#C8102E", 69),
            ("#FFFFFF", 31),
        )


class TestPerceptualHash:
    def test_scaling_recompressing_and_grading_hardly_change_it(self) -> None:
        photo = _shapes(1)
        known = perceptual_hash(photo)
        assert parse_hash(known) is not None
        assert bits(known, perceptual_hash(photo.resize((200, 150)))) <= 4
        assert bits(known, perceptual_hash(photo.point(lambda v: int(v * 0.8 + 20)))) <= 4
        data = encoded(photo, "JPEG", quality=30)
        assert bits(known, load_renditions(data, 256, None).perceptual_hash()) <= 6

    def test_other_pictures_have_others(self) -> None:
        hashes = [perceptual_hash(_shapes(seed)) for seed in range(12)]
        apart = [bits(a, b) for n, a in enumerate(hashes) for b in hashes[:n]]
        assert min(apart) > 8
        assert 24 < np.mean(apart) < 40

    def test_it_is_the_difference_hash(self) -> None:
        rising = Image.linear_gradient("L").rotate(90).convert("RGB")
        across = 0xFFFFFFFF_00000000  # darker to the right everywhere, downwards nowhere
        hashes = [parse_hash(perceptual_hash(rising.rotate(by))) for by in (0, 180)]
        assert set(hashes) == {(across, across, 0), (0, 0, across)}


def _shapes(seed: int) -> Image.Image:
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((640, 480), Image.Resampling.BICUBIC)
