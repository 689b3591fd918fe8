from __future__ import annotations

import struct

import numpy as np
import pytest
from numpy.typing import NDArray
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


def grey_profile(gamma: float) -> bytes:
    """A profile for grey pictures, of the second version: white point and a power."""
    tags = {
        b"desc": b"desc\0\0\0\0\0\0\0\x05grey\0" + bytes(79),
        b"wtpt": b"XYZ \0\0\0\0" + s15(0.9642) + s15(1.0) + s15(0.8249),
        b"kTRC": b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)),
    }
    body, table = b"", struct.pack(">I", len(tags))
    for name, data in tags.items():
        table += struct.pack(">4sII", name, 128 + 4 + 12 * len(tags) + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    head = struct.pack(">I4sI4s4s4s", 132 + 12 * len(tags) + len(body), bytes(4), 0x02400000,
                       b"mntr", b"GRAY", b"XYZ ")  # fmt: skip
    head += bytes(12) + b"acsp" + bytes(28) + s15(0.9642) + s15(1.0) + s15(0.8249)
    return head.ljust(128, b"\0") + table + body


def table_profile(space: bytes, labs: list[tuple[float, float, float]], version: int = 2) -> bytes:
    """A profile that is a table alone, of the perceptual intent, as printers' are.

    Args:
        labs: the colour at each corner; the last channel runs fastest.
    """
    channels = len(labs).bit_length() - 1
    straight = bytes(range(256))
    table = bytes(
        value
        for light, a, b in labs
        for value in (round(light * 2.55), round(a) + 128, round(b) + 128)
    )
    identity = b"".join(s15(float(row == column)) for row in range(3) for column in range(3))
    tag = b"mft1\0\0\0\0" + bytes((channels, 3, 2, 0)) + identity
    tag += straight * channels + table + straight * 3
    head = struct.pack(">I4sI4s4s4s", 128 + 16 + len(tag), bytes(4), version << 24,
                       b"prtr", space, b"Lab ")  # fmt: skip
    head += bytes(12) + b"acsp" + bytes(28) + s15(0.9642) + s15(1.0) + s15(0.8249)
    entry = struct.pack(">I4sII", 1, b"A2B0", 144, len(tag))
    return head.ljust(128, b"\0") + entry + tag


def inked(corner: int) -> tuple[float, float, float]:
    """Lab of a corner of cyan, magenta, yellow and black; a simple press."""
    cyan, magenta, yellow, black = ((corner >> shift) & 1 for shift in (3, 2, 1, 0))
    if black:
        return 10.0, 0.0, 0.0
    light = 95 - 35 * cyan - 40 * magenta - 5 * yellow
    return max(15.0, light), 70.0 * magenta - 35 * cyan, 85.0 * yellow - 45 * cyan


@pytest.mark.parametrize("version", [2, 4])
def test_a_table_for_inks_is_honoured(version: int) -> None:
    profile = table_profile(b"CMYK", [inked(corner) for corner in range(16)], version)

    def shown(*inks: int) -> NDArray[np.int16]:
        return as_array(to_srgb(Image.new("CMYK", (4, 4), inks), profile)[0])[1, 1]

    assert shown(0, 0, 0, 0).min() > 235
    assert shown(0, 0, 0, 255).max() < 30
    red, green, blue = shown(255, 0, 0, 0)
    assert red < 40
    assert 120 < green < 190  # of a press, not the screen's (0, 255, 255)
    assert 180 < blue < 255
    red, green, blue = shown(0, 255, 0, 0)
    assert red > 180
    assert green < 60


def test_a_table_for_colours_is_honoured() -> None:
    corners = [(100.0 * (n.bit_count() / 3), 0.0, 0.0) for n in range(8)]
    profile = table_profile(b"RGB ", corners)
    grey = to_srgb(Image.new("RGB", (4, 4), (255, 0, 0)), profile)[0].getpixel((1, 1))
    assert isinstance(grey, tuple)
    assert max(grey) - min(grey) <= 3
    assert abs(grey[0] - 79) <= 4  # L* 33.3


@pytest.mark.parametrize("mode", ["L", "LA"])
def test_a_profile_for_grey_is_honoured_with_and_without_transparency(mode: str) -> None:
    grey = Image.new(mode, (8, 8), 128 if mode == "L" else (128, 255))
    linear = to_srgb(grey, grey_profile(1.0))[0].getpixel((1, 1))
    assert linear == (188, 188, 188)  # half the light


def test_lab_with_a_broken_or_foreign_profile_is_shown_all_the_same() -> None:
    lab = Image.new("LAB", (8, 8), (255, 128, 128))
    for profile in (b"no profile", srgb_profile(), None):
        white = to_srgb(lab, profile)[0].getpixel((1, 1))
        assert isinstance(white, tuple)
        assert min(white) >= 254


def test_a_profile_for_bright_pictures_is_read_by_its_code_numbers() -> None:
    profile = bytearray(srgb_profile())
    (count,) = struct.unpack_from(">I", profile, 128)
    # In place of the copyright notice, as ICC.1:2022 has it.
    entry = next(132 + 12 * n for n in range(count) if profile[132 + 12 * n :][:4] == b"cprt")
    (start,) = struct.unpack_from(">I", profile, entry + 4)
    profile[entry : entry + 4] = b"cicp"
    profile[start : start + 12] = b"cicp\0\0\0\0" + bytes((9, 16, 0, 1))
    paper = Image.new("RGB", (8, 8), (148, 148, 148))  # 203 cd/m² as PQ has it
    assert to_srgb(paper, bytes(profile))[0].getpixel((1, 1)) == pytest.approx((255,) * 3, abs=1)
    profile[start + 8 : start + 10] = bytes((1, 13))
    assert to_srgb(paper, bytes(profile))[0].getpixel((1, 1)) == (148, 148, 148)
