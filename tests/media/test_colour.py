from __future__ import annotations

import struct

import pytest
from PIL import Image, ImageCms

from desktop.media.colour import to_srgb
from desktop.media.decode import load_picture
from tests.media.samples import as_array, encoded, largest_difference, noise


def s15(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def swapped_profile() -> bytes:
    """An sRGB profile whose red and blue primaries are exchanged: the plainest visible change."""
    data = bytearray(srgb_profile())
    count = struct.unpack_from(">I", data, 128)[0]
    offsets: dict[bytes, int] = {}
    for entry in range(count):
        tag, offset, _ = struct.unpack_from(">4sII", data, 132 + 12 * entry)
        offsets[tag] = offset
    red, blue = offsets[b"rXYZ"], offsets[b"bXYZ"]
    data[red : red + 20], data[blue : blue + 20] = data[blue : blue + 20], data[red : red + 20]
    return bytes(data)


def srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.mark.parametrize("format_name", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_an_embedded_profile_is_honoured(format_name: str) -> None:
    data = encoded(
        Image.new("RGB", (16, 16), (250, 10, 10)), format_name, icc_profile=swapped_profile()
    )
    red, _, blue = as_array(load_picture(data).image)[8, 8]
    assert blue > 230
    assert red < 40


def test_an_srgb_profile_changes_not_one_level() -> None:
    source = noise(64, 64)
    picture = load_picture(encoded(source, "PNG", icc_profile=srgb_profile()))
    assert largest_difference(picture.image, source) == 0


@pytest.mark.parametrize("profile", [b"not a profile", b"\x00" * 200, srgb_profile()[:300]])
def test_a_broken_profile_is_ignored(profile: bytes) -> None:
    source = noise(16, 16)
    picture = load_picture(encoded(source, "PNG", icc_profile=profile))
    assert largest_difference(picture.image, source) == 0


def test_a_profile_made_for_another_kind_of_picture_is_ignored() -> None:
    grey = Image.new("L", (8, 8), 77)
    assert to_srgb(grey, srgb_profile())[0].getpixel((1, 1)) == (77, 77, 77)
    ink = Image.new("CMYK", (8, 8), (0, 0, 0, 0))
    assert to_srgb(ink, srgb_profile())[0].getpixel((1, 1)) == (255, 255, 255)


def test_transparent_pixels_are_converted_too() -> None:
    image = Image.new("RGBA", (8, 8), (250, 10, 10, 255))
    image.putpixel((0, 0), (0, 0, 0, 0))
    flat, has_alpha = to_srgb(image, swapped_profile())
    assert has_alpha
    assert flat.getpixel((0, 0)) == (128, 128, 128)
    assert as_array(flat)[5, 5, 2] > 230
