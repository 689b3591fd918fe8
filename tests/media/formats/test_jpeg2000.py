"""JPEG 2000 of any size, depth and layout, whole and reduced."""

from __future__ import annotations

import struct
from fractions import Fraction
from typing import Any

import av
import imagecodecs
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from desktop.core.errors import FileDamaged
from desktop.media.decode import load_picture
from tests.media import originals
from tests.media.card import CASES, shows_the_card
from tests.media.samples import encoded, mean_difference

WIDTH, HEIGHT = 333, 241
KNOWN = originals.known_picture().resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)


def assert_shows(data: bytes, right: Image.Image, allowed: float) -> None:
    """Whole, reduced by wavelets alone, by them and by averaging, by averaging alone."""
    for at_least in (0, 50, 70, 130):
        picture = load_picture(data, at_least=at_least)
        assert (picture.width, picture.height) == right.size
        assert min(picture.image.size) >= min(at_least, *right.size)
        expected = right.convert("RGB").resize(picture.image.size, Image.Resampling.BOX)
        # What wavelets leave is a little sharper than an average.
        assert mean_difference(picture.image, expected) <= allowed + (3 if at_least else 0)


@pytest.mark.parametrize("at_least", [0, 64, 224])
def test_a_file_from_a_report_shows_its_card(at_least: int) -> None:
    picture = load_picture(CASES / "04-jp2-sizes" / "2048x1537.jp2", at_least=at_least)
    assert (picture.width, picture.height) == (2048, 1537)
    assert shows_the_card(picture.image)


@pytest.mark.parametrize("size", [(257, 193), (256, 192), (513, 255), (500, 333), (101, 499)])
def test_odd_sizes_are_reduced(size: tuple[int, int]) -> None:
    picture = KNOWN.resize(size, Image.Resampling.BICUBIC)
    assert_shows(encoded(picture, "JPEG2000"), picture, 0)


@pytest.mark.parametrize(
    "options",
    [
        {"num_resolutions": 2},
        {"num_resolutions": 1},
        {"tile_size": (64, 64)},
        {"tile_size": (100, 77)},
        {"offset": (17, 9), "tile_size": (128, 128), "tile_offset": (5, 3)},
        {"irreversible": True},
        {"no_jp2": True},
        {"progression": "RPCL"},
        {"mct": 1},
    ],
)
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_tiles_offsets_and_other_layouts(options: dict[str, Any], mode: str) -> None:
    if mode == "L" and "mct" in options:
        return  # mixes three channels
    picture = KNOWN.convert(mode)
    assert_shows(encoded(picture, "JPEG2000", **options), picture, 1)


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 10, 12, 16])
@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
@pytest.mark.parametrize("kind", ["jp2", "j2k"])
def test_white_is_white_and_opaque_at_any_depth(bits: int, mode: str, kind: str) -> None:
    most = (1 << bits) - 1
    picture = KNOWN.copy()
    picture.paste((255, 255, 255), (100, 100, 140, 140))
    values = (np.asarray(picture.convert(mode)).astype(np.uint32) * most + 127) // 255
    made = imagecodecs.jpeg2k_encode(
        values.astype(np.uint8 if bits <= 8 else np.uint16),
        level=0,
        bitspersample=bits,
        codecformat=kind,
    )
    data = bytes(made)
    right = Image.fromarray((values * 255 / most + 0.5).astype(np.uint8), mode)
    assert_shows(data, right, 1)
    found = load_picture(data)
    assert found.image.getpixel((120, 120)) == (255, 255, 255)
    assert not found.has_alpha


@pytest.mark.parametrize(
    ("layout", "allowed"),
    [
        *(("yuv444p", 2), ("yuv422p", 3), ("yuv420p", 3), ("yuv410p", 5), ("yuva420p", 3)),
        *(("ya8", 1), ("rgb48le", 1), ("gray16le", 1)),
    ],
)
def test_what_ffmpeg_writes(layout: str, allowed: float) -> None:
    """Luma and chroma, of which the latter is coarser."""
    even = KNOWN.resize((332, 240), Image.Resampling.BICUBIC)
    context = av.CodecContext.create("jpeg2000", "w")
    context.width, context.height, context.pix_fmt = 332, 240, layout
    context.time_base = Fraction(1, 25)
    context.options = {"format": "jp2"}
    frame = av.VideoFrame.from_image(even).reformat(format=layout, dst_color_range="JPEG")
    packets = [*context.encode(frame), *context.encode(None)]
    is_grey = layout.startswith(("gray", "ya"))
    right = even.convert("L").convert("RGB") if is_grey else even
    assert_shows(b"".join(bytes(packet) for packet in packets), right, allowed)


def test_a_palette_gives_the_colours() -> None:
    few = KNOWN.quantize(64)
    data = encoded(Image.fromarray(np.asarray(few)), "JPEG2000")
    colours: NDArray[np.uint8] = np.asarray(few.getpalette("RGB"), np.uint8)
    entries = struct.pack(">HB3B", len(colours) // 3, 3, 7, 7, 7) + colours.tobytes()
    mapped = b"".join(struct.pack(">HBB", 0, 1, channel) for channel in range(3))
    start = data.index(b"jp2h") - 4
    (length,) = struct.unpack_from(">I", data, start)
    grey, rgb = (struct.pack(">4sBBBI", b"colr", 1, 0, 0, number) for number in (17, 16))
    inside = data[start + 8 : start + length].replace(grey, rgb)
    inside += box(b"pclr", entries) + box(b"cmap", mapped)
    made = data[:start] + box(b"jp2h", inside) + data[start + length :]
    assert mean_difference(load_picture(made).image, few.convert("RGB")) == 0


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body) + 8, kind) + body


def test_missing_pixels_stay_a_reason() -> None:
    for bits in (8, 16):
        values = np.asarray(KNOWN).astype(np.uint16) * (1 if bits == 8 else 257)
        data = bytes(imagecodecs.jpeg2k_encode(values.astype(f"u{bits // 8}"), level=0))
        with pytest.raises(FileDamaged):
            load_picture(data[: len(data) // 20])
