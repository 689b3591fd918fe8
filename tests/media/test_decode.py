from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from desktop.media.decode import DecodeLimits, Picture, decode_file, load_picture
from desktop.media.formats.format import Needed
from tests.lent import SharedDecoders
from tests.media.samples import (
    as_array,
    encoded,
    largest_difference,
    mean_difference,
    noise,
    png_bomb,
)

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")


@pytest.mark.parametrize("format_name", FORMATS)
def test_every_format_is_read_from_a_file_and_from_bytes(format_name: str, tmp_path: Path) -> None:
    source = noise(90, 60)
    data = encoded(source, format_name)
    path = tmp_path / "picture.dat"
    path.write_bytes(data)
    for picture in (load_picture(path), load_picture(data)):
        assert (picture.width, picture.height) == (90, 60)
        assert picture.image.mode == "RGB"
        assert picture.image.size == (90, 60)
        assert picture.format == format_name
        assert picture.content_hash == hashlib.blake2b(data, digest_size=16).hexdigest()
        assert picture.frame_count == 1
        assert not picture.has_alpha
        assert mean_difference(picture.image, source) < 12


def test_a_file_is_read_from_its_beginning_whoever_has_read_of_it(
    decoders: SharedDecoders, tmp_path: Path
) -> None:
    path = tmp_path / "half.png"
    path.write_bytes(encoded(Image.new("RGB", (9, 6), "red"), "PNG"))
    with path.open("rb") as file:
        file.read()  # as a decoder that then ended
        found = decoders.run(
            *(decode_file, file, path, Path("half.png"), Needed(), DecodeLimits(), None),
            room=nullcontext,
        )
    assert (found.width, found.height) == (9, 6)


def test_the_name_does_not_decide_the_format(tmp_path: Path) -> None:
    path = tmp_path / "really-a-jpeg.png"
    path.write_bytes(encoded(noise(20, 20), "JPEG"))
    assert load_picture(path).format == "JPEG"


def oriented_pixels(orientation: int, upright: Image.Image) -> Image.Image:
    """How a camera would have stored ``upright`` under this EXIF orientation (its inverse)."""
    pixels = np.asarray(upright)
    stored = {
        1: lambda p: p,
        2: np.fliplr,
        3: lambda p: np.rot90(p, 2),
        4: np.flipud,
        5: lambda p: p.transpose(1, 0, 2),
        6: lambda p: np.rot90(p, 1),
        7: lambda p: np.rot90(p, 2).transpose(1, 0, 2),
        8: lambda p: np.rot90(p, -1),
    }[orientation](pixels)
    return Image.fromarray(np.ascontiguousarray(stored))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_name", ["PNG", "WEBP", "TIFF", "JPEG"])
def test_exif_orientation_is_applied(format_name: str, orientation: int) -> None:
    upright = noise(64, 40)
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"lossless": True} if format_name == "WEBP" else {}
    stored = oriented_pixels(orientation, upright)
    picture = load_picture(encoded(stored, format_name, exif=exif, **options))
    assert (picture.width, picture.height) == (64, 40)
    assert picture.image.size == (64, 40)
    if format_name == "JPEG":
        assert mean_difference(picture.image, upright) < 8
    else:
        assert largest_difference(picture.image, upright) == 0


@pytest.mark.parametrize(
    "exif", [b"Exif\x00\x00garbage", b"Exif\x00\x00MM\x00*\xff\xff\xff\xff", b""]
)
def test_broken_exif_does_not_cost_the_picture(exif: bytes) -> None:
    assert load_picture(encoded(noise(32, 16), "JPEG", exif=exif)).width == 32


def test_a_reduced_jpeg_keeps_both_sides_and_reports_its_true_upright_size() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encoded(noise(2400, 1600), "JPEG", exif=exif)
    picture = load_picture(data, at_least=380)
    assert (picture.width, picture.height) == (1600, 2400)
    assert picture.image.width < 1600
    assert min(picture.image.size) >= 380
    assert picture.image.width / picture.image.height == pytest.approx(2 / 3, rel=0.01)


@pytest.mark.parametrize("size", [(1000, 30), (30, 1000), (999, 401), (640, 640)])
@pytest.mark.parametrize("format_name", ["JPEG", "PNG"])
@pytest.mark.parametrize("at_least", [1, 224, 399, 5000])
def test_reduction_never_goes_below_what_was_asked(
    size: tuple[int, int], format_name: str, at_least: int
) -> None:
    picture = load_picture(encoded(noise(*size), format_name), at_least=at_least)
    assert (picture.width, picture.height) == size
    assert min(picture.image.size) >= min(at_least, *size)


def test_a_reduced_picture_looks_like_the_full_one() -> None:
    data = encoded(noise(1200, 900), "JPEG", quality=95)
    small = load_picture(data, at_least=200).image
    full = load_picture(data).image.resize(small.size, Image.Resampling.BOX)
    assert mean_difference(small, full) < 2


def test_transparency_is_laid_on_mid_grey() -> None:
    image = Image.new("RGBA", (40, 20), (255, 0, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, 20, 20))
    image.putpixel((30, 10), (255, 255, 255, 128))
    picture = load_picture(encoded(image, "PNG"))
    assert picture.has_alpha
    assert picture.image.getpixel((5, 5)) == (255, 0, 0)
    assert picture.image.getpixel((35, 5)) == (128, 128, 128)
    assert picture.image.getpixel((30, 10)) == (192, 192, 192)


def test_an_alpha_channel_that_hides_nothing_is_no_transparency() -> None:
    assert not load_picture(encoded(noise(8, 8).convert("RGBA"), "PNG")).has_alpha


def test_grey_with_alpha_palette_with_alpha_and_a_transparent_colour_are_flattened() -> None:
    grey = Image.new("LA", (4, 4), (10, 0))
    palette = Image.new("P", (4, 4), 1)
    palette.putpalette([0, 0, 0, 200, 10, 10])
    keyed = Image.new("RGB", (4, 4), (1, 2, 3))
    for image, options in (
        (grey, {}),
        (palette, {"transparency": 1}),
        (palette, {"transparency": b"\xff\x00"}),
        (keyed, {"transparency": (1, 2, 3)}),
    ):
        picture = load_picture(encoded(image, "PNG", **options))
        assert picture.has_alpha
        assert picture.image.getpixel((1, 1)) == (128, 128, 128)


def test_a_palette_picture_gets_its_colours() -> None:
    image = Image.new("P", (4, 4), 1)
    image.putpalette([0, 0, 0, 200, 10, 10])
    assert load_picture(encoded(image, "PNG")).image.getpixel((0, 0)) == (200, 10, 10)


@pytest.mark.parametrize("format_name", ["PNG", "TIFF"])
def test_sixteen_bit_grey_is_scaled_and_not_clipped(format_name: str) -> None:
    ramp = np.linspace(0, 65535, 256).astype(np.uint16)[None, :].repeat(4, axis=0)
    picture = load_picture(encoded(Image.fromarray(ramp), format_name))
    values = as_array(picture.image)[0, :, 0]
    assert np.abs(values - np.arange(256)).max() <= 1


def test_big_endian_float_and_32_bit_tiffs_are_scaled() -> None:
    ramp = np.linspace(0, 1, 16, dtype=np.float32)[None, :].repeat(4, axis=0)
    for pixels in (ramp, (ramp * 65535).astype(np.int32), (ramp * 2_000_000_000).astype(np.int32)):
        values = as_array(load_picture(encoded(Image.fromarray(pixels), "TIFF")).image)[0, :, 0]
        assert values[0] == 0
        assert values[-1] == 255
        assert np.all(np.diff(values) > 0)


def test_not_a_number_in_a_float_tiff_is_black() -> None:
    pixels = np.full((4, 4), np.nan, dtype=np.float32)
    pixels[0, 0] = 1.0
    image = load_picture(encoded(Image.fromarray(pixels), "TIFF")).image
    assert image.getpixel((0, 0)) == (255, 255, 255)
    assert image.getpixel((3, 3)) == (0, 0, 0)


@pytest.mark.parametrize("mode", ["1", "L", "CMYK", "YCbCr", "LAB", "RGBX"])
def test_other_colour_models_become_rgb(mode: str) -> None:
    source = noise(32, 32) if mode not in {"LAB"} else None
    image = source.convert(mode) if source else Image.new("LAB", (32, 32), (128, 128, 128))
    picture = load_picture(encoded(image, "TIFF"))
    assert picture.image.mode == "RGB"
    if mode == "LAB":
        red, green, blue = as_array(picture.image)[5, 5]
        assert 100 < red < 140
        assert abs(red - green) < 5
        assert abs(green - blue) < 5


def test_a_cmyk_jpeg_is_not_inverted() -> None:
    white = Image.new("CMYK", (16, 16), (0, 0, 0, 0))
    cyan = Image.new("CMYK", (16, 16), (255, 0, 0, 0))
    assert as_array(load_picture(encoded(white, "JPEG")).image).min() > 250
    red, _, blue = as_array(load_picture(encoded(cyan, "JPEG")).image)[8, 8]
    assert red < 10
    assert blue > 245


@pytest.mark.parametrize("format_name", ["GIF", "WEBP", "PNG", "TIFF"])
def test_an_animation_shows_its_first_frame(format_name: str) -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "blue", "lime")]
    options = {"lossless": True} if format_name == "WEBP" else {}
    data = encoded(frames[0], format_name, save_all=True, append_images=frames[1:], **options)
    picture = load_picture(data)
    assert picture.image.getpixel((3, 3)) == (255, 0, 0)
    assert picture.frame_count in {0, 3}


def test_a_phones_multi_picture_file_is_a_jpeg() -> None:
    data = encoded(noise(64, 48), "MPO", save_all=True, append_images=[noise(32, 24)])
    picture = load_picture(data)
    assert (picture.format, picture.width, picture.height) == ("JPEG", 64, 48)


def test_a_picture_between_pillows_own_limit_and_ours_opens_without_a_warning() -> None:
    # Pillow's global limit warns from 89 megapixels; a one-bit picture of that size is cheap.
    picture = load_picture(png_bomb(10_000, 9_500), limits=DecodeLimits())
    assert picture.width == 10_000


def test_a_phones_200_megapixel_jpeg_opens_when_it_can_be_reduced() -> None:
    limits = DecodeLimits(max_pixels=100_000, max_header_pixels=10_000_000)
    data = encoded(noise(1600, 1200), "JPEG")
    assert load_picture(data, at_least=150, limits=limits).width == 1600


def test_many_threads_decode_at_once_and_agree() -> None:
    files = [encoded(noise(300, 200, seed), name) for seed, name in enumerate(FORMATS)]
    expected = [as_array(load_picture(data, at_least=100).image) for data in files]
    problems: list[object] = []

    def work(turn: int) -> None:
        for step in range(12):
            which = (turn + step) % len(files)
            try:
                found = as_array(load_picture(files[which], at_least=100).image)
                if not np.array_equal(found, expected[which]):
                    problems.append(which)
            except Exception as error:  # noqa: BLE001 - reported by the assertion below
                problems.append(error)

    run_in_threads(work, 6)
    assert not problems


def run_in_threads(work: Callable[[int], None], count: int) -> None:
    threads = [threading.Thread(target=work, args=(turn,)) for turn in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_the_picture_carries_no_metadata_along() -> None:
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    picture: Picture = load_picture(encoded(noise(16, 16), "JPEG", exif=exif, comment=b"secret"))
    assert not picture.image.info
