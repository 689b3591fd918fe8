"""Kinds of common formats that few programs write, and Pillow alone does not read."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from typing import Any

import imagecodecs
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from desktop.core.errors import FileError
from desktop.media.decode import load_picture
from desktop.media.formats.format import Needed
from tests.media.card import CORNERS, corners, shows_the_card
from tests.media.samples import encoded

WIDTH, HEIGHT = 50, 34
"""No multiple of what rows are filled up to."""
PIXELS = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
for _number, _colour in enumerate(CORNERS):
    _y, _x = divmod(_number, 2)
    _rows = slice(_y * HEIGHT // 2, (_y + 1) * HEIGHT // 2)
    PIXELS[_rows, _x * WIDTH // 2 : (_x + 1) * WIDTH // 2] = _colour
CARD = Image.fromarray(PIXELS)
NUMBERS = np.repeat(np.repeat([[0, 1], [2, 3]], HEIGHT // 2, 0), WIDTH // 2, 1).astype(np.uint8)
"""Each corner by the number of its colour."""


def bmp(
    pixels: bytes,
    depth: int,
    packing: int = 0,
    *,
    length: int = 40,
    masks: Sequence[int] = (),
    colours: bytes = b"",
    is_upright: bool = False,
) -> bytes:
    height = -HEIGHT if is_upright else HEIGHT
    head = struct.pack("<IiiHH", length, WIDTH, height, 1, depth)
    head += struct.pack("<IIiiII", packing, len(pixels), 0, 0, len(colours) // 4, 0)
    stated = struct.pack(f"<{len(masks)}I", *masks)
    head = head[:length] if length < 40 else head + stated.ljust(max(0, length - 40), b"\0")
    body = head + colours
    return b"BM" + struct.pack("<IHHI", 0, 0, 0, 14 + len(body)) + body + pixels


def rows(values: NDArray[Any]) -> bytes:
    """From below, each filled up to four bytes."""
    return b"".join(
        row.tobytes() + bytes(-len(row.tobytes()) % 4) for row in np.ascontiguousarray(values[::-1])
    )


def masked(depth: int, masks: Sequence[int], opacity: float = 1.0) -> bytes:
    words = np.zeros((HEIGHT, WIDTH), np.uint64)
    planes = [*np.moveaxis(PIXELS / 255, 2, 0), np.full((HEIGHT, WIDTH), opacity)]
    for mask, plane in zip(masks, planes, strict=False):
        lowest = (mask & -mask).bit_length() - 1
        values = (plane * (mask >> lowest) + 0.5).astype(np.uint64)
        words |= values << np.uint64(lowest)
    return rows(words.astype(f"<u{depth // 8}"))


MASKS = [
    (16, (0xF800, 0x7E0, 0x1F)),
    (16, (0x1F, 0x7E0, 0xF800)),
    (16, (0xFC00, 0x3E0, 0x1F)),
    (32, (0xFF000000, 0xFF0000, 0xFF00)),
    (32, (0xFF00, 0xFF0000, 0xFF)),
    (32, (0x3FF00000, 0xFFC00, 0x3FF)),
    (32, (0xFFE00000, 0x1FFC00, 0x3FF)),
    (32, (0x7F0000, 0x7F00, 0x7F)),
]


@pytest.mark.parametrize(("depth", "masks"), MASKS)
@pytest.mark.parametrize("length", [40, 52, 56, 108, 124])
def test_a_bmp_has_its_colours_by_whatever_masks(
    depth: int, masks: tuple[int, ...], length: int
) -> None:
    data = bmp(masked(depth, masks), depth, 3, length=length, masks=masks)
    assert shows_the_card(load_picture(data).image, allowed=5)


@pytest.mark.parametrize(("length", "packing"), [(40, 6), (56, 3), (124, 3)])
@pytest.mark.parametrize(
    "masks", [(0xFF, 0xFF00, 0xFF0000, 0xFF000000), (0xF00, 0xF0, 0xF, 0xF000)]
)
def test_a_bmp_has_its_transparency_by_a_mask(
    length: int, packing: int, masks: tuple[int, ...]
) -> None:
    depth = 32 if masks[3] > 0xFFFF else 16
    for opacity, shown in ((0.5, 128), (1.0, 255), (0.0, 255)):  # an empty one means nothing
        data = bmp(masked(depth, masks, opacity), depth, packing, length=length, masks=masks)
        image = load_picture(data, at_least=Needed(keeps_alpha=True)).image
        assert abs(np.asarray(image.convert("RGBA"), int)[3, 3, 3] - shown) < 9
        assert shows_the_card(image.convert("RGB"), allowed=9)


def test_a_bmp_may_hold_a_jpeg_or_a_png() -> None:
    for packing, name in ((4, "JPEG"), (5, "PNG")):
        for depth in (0, 24):
            inside = encoded(CARD, name)
            assert shows_the_card(load_picture(bmp(inside, depth, packing)).image, allowed=6)


def test_bmp_of_two_bits_of_sixty_four_of_runs_and_with_a_short_header() -> None:
    table = b"".join(bytes((*colour[::-1], 0)) for colour in CORNERS)
    quads = np.pad(NUMBERS, ((0, 0), (0, -WIDTH % 4))).reshape(HEIGHT, -1, 4)
    two = (quads * np.array([64, 16, 4, 1], np.uint8)).sum(axis=2, dtype=np.uint8)
    assert shows_the_card(load_picture(bmp(rows(two), 2, colours=table)).image, allowed=0)

    light = np.where(
        PIXELS / 255 <= 0.04045, PIXELS / 255 / 12.92, ((PIXELS / 255 + 0.055) / 1.055) ** 2.4
    )
    words = np.dstack([light[..., ::-1], np.ones((HEIGHT, WIDTH))]) * 8192 + 0.5
    assert shows_the_card(load_picture(bmp(rows(words.astype("<i2")), 64)).image, allowed=2)

    blue_first = PIXELS[..., ::-1]
    short = bmp(rows(blue_first), 24, length=16)
    assert shows_the_card(load_picture(short).image, allowed=0)

    half = WIDTH // 2
    runs = b"".join(bytes((half, *row[0], half, *row[-1], 0, 0)) for row in blue_first[::-1])
    assert shows_the_card(load_picture(bmp(runs + b"\0\1", 24, 4, length=64)).image, allowed=0)
    whole = b"".join(b"\0" + bytes((WIDTH,)) + row.tobytes() + b"\0\0" for row in blue_first[::-1])
    assert shows_the_card(load_picture(bmp(whole + b"\0\1", 24, 4, length=64)).image, allowed=0)


def test_a_bmp_of_masks_that_breaks_off_says_so() -> None:
    depth, masks = MASKS[2]
    whole = bmp(masked(depth, masks), depth, 3, masks=masks)
    for end in (60, len(whole) // 2, len(whole) - 1):
        with pytest.raises(FileError, match="damaged or incomplete"):
            load_picture(whole[:end])


# -- PCX -----------------------------------------------------------------------------------------


def pcx(planes: Sequence[NDArray[Any]], bits: int, version: int = 5) -> bytes:
    stride = (WIDTH * bits + 15) // 16 * 2
    table = b"".join(map(bytes, CORNERS)).ljust(48, b"\0")
    head = struct.pack("<4B6H", 10, version, 1, bits, 0, 0, WIDTH - 1, HEIGHT - 1, 72, 72) + table
    head += struct.pack("<2B2H", 0, len(planes), stride, 1)
    body = bytearray()
    for y in range(HEIGHT):
        for plane in planes:
            row = bytearray(stride)
            for x, value in enumerate(plane[y].tolist()):
                row[x * bits // 8] |= value << (8 - bits - x * bits % 8)
            for value in row:
                body += bytes((0xC1, value)) if value >= 0xC0 else bytes((value,))
    return head.ljust(128, b"\0") + bytes(body)


NOTHING = np.zeros_like(NUMBERS)
COLOURS = [np.ascontiguousarray(PIXELS[..., channel]) for channel in range(3)]
EGA = ((0, 0, 0), (0, 0, 170), (0, 170, 0), (0, 170, 170))


@pytest.mark.parametrize(
    ("planes", "bits"),
    [
        ([NUMBERS & 1, NUMBERS >> 1], 1),
        ([NUMBERS & 1, NUMBERS >> 1, NOTHING], 1),
        ([NUMBERS & 1, NUMBERS >> 1, NOTHING, NOTHING], 1),
        ([NUMBERS], 2),
        ([NUMBERS, NOTHING], 2),
        ([NUMBERS], 4),
        (COLOURS, 8),
        ([*COLOURS, NOTHING], 8),
        ([*COLOURS, NOTHING + 255], 8),
    ],
)
def test_a_pcx_has_its_bits_side_by_side_or_in_planes(
    planes: list[NDArray[Any]], bits: int
) -> None:
    data = pcx(planes, bits)
    assert shows_the_card(load_picture(data).image, allowed=0)
    with pytest.raises(FileError, match="damaged or incomplete"):
        load_picture(data[: len(data) // 2])


def test_a_pcx_of_four_bits_a_colour() -> None:
    planes = [plane >> 4 for plane in COLOURS]
    assert shows_the_card(load_picture(pcx(planes, 4)).image, allowed=15)
    assert shows_the_card(load_picture(pcx([*planes, NOTHING + 15], 4)).image, allowed=15)


def test_a_pcx_without_a_palette_has_that_of_the_adapter() -> None:
    planes = [NUMBERS & 1, NUMBERS >> 1, NOTHING, NOTHING]
    assert corners(load_picture(pcx(planes, 1, version=3)).image) == [*EGA]


# -- JPEG ----------------------------------------------------------------------------------------


def deep(bits: int, pixels: NDArray[np.uint8] = PIXELS) -> NDArray[np.uint16]:
    return (pixels * (((1 << bits) - 1) / 255) + 0.5).astype(np.uint16)


JPEGS = {
    "12 bits": imagecodecs.jpeg_encode(deep(12), level=98, bitspersample=12),
    "16 bits without loss": imagecodecs.jpeg_encode(deep(16), lossless=True, bitspersample=16),
    "12 bits without loss": imagecodecs.jpeg_encode(deep(12), lossless=True, bitspersample=12),
    "8 bits without loss": imagecodecs.jpeg_encode(PIXELS, lossless=True),
    "LS": imagecodecs.jpegls_encode(PIXELS),
    "LS of 16 bits": imagecodecs.jpegls_encode(deep(16)),
}


@pytest.mark.parametrize("name", JPEGS)
def test_jpeg_of_many_bits_or_without_loss(name: str) -> None:
    data = bytes(JPEGS[name])
    assert shows_the_card(load_picture(data).image, allowed=3)
    if "loss" in name or "LS" in name:
        with pytest.raises(FileError):
            load_picture(data[:200])


def test_a_jpeg_ls_without_its_end_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its decoder thinks for ten seconds over 140 bytes of it."""
    asked: list[bytes] = []
    monkeypatch.setattr(imagecodecs, "jpegls_decode", asked.append)
    with pytest.raises(FileError, match="damaged or incomplete"):
        load_picture(bytes(JPEGS["LS of 16 bits"])[:140])
    assert not asked


def test_pixels_that_cannot_be_decoded_are_no_empty_picture() -> None:
    data = bytes(JPEGS["12 bits"])
    tables = data.index(b"\xff\xc4")
    with pytest.raises(FileError, match="damaged or incomplete"):
        load_picture(data[: tables + 5] + b"\xff" * 16 + data[tables + 21 :])


@pytest.mark.parametrize("name", ["12 bits", "16 bits without loss", "LS"])
def test_what_is_said_beside_such_pixels_counts(name: str) -> None:
    """Turned upright by EXIF, and with the colours of its profile."""
    exif = Image.Exif()
    exif[0x0112] = 3
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    like = io.BytesIO()
    CARD.save(like, "JPEG", exif=exif, icc_profile=srgb.tobytes())
    notes = like.getvalue()
    end = notes.index(b"\xff\xdb")
    data = notes[:end] + bytes(JPEGS[name])[2:]
    turned = load_picture(data).image.transpose(Image.Transpose.ROTATE_180)
    assert shows_the_card(turned, allowed=4)


def test_grey_of_many_bits() -> None:
    grey = np.asarray(CARD.convert("L"))
    for data in (
        imagecodecs.jpeg_encode(deep(12, grey), level=98, bitspersample=12),
        imagecodecs.jpegls_encode(deep(16, grey)),
    ):
        shown = np.asarray(load_picture(bytes(data)).image.convert("L"), int)
        assert np.abs(shown - grey).max() <= 3
