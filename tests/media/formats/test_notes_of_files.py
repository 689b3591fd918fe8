"""Notes about a picture may be damaged: as long as its pixels are there, it is read."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageCms

from desktop.core.errors import FileDamaged, FileUnsupported
from desktop.media.decode import load_picture
from tests.media import originals
from tests.media.card import CASES, shows_the_card
from tests.media.samples import encoded, mean_difference, noise, png_chunk

KNOWN = originals.known_picture()
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + b" " * 300 + b"</x:xmpmeta>"


def exif() -> bytes:
    made = Image.Exif()
    made[0x010E] = "a note" * 30
    made[0x0112] = 1
    return made.tobytes()


def srgb() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.mark.parametrize(
    "name",
    [
        "09-png-metadata-costs-the-picture/itxt-xmp-3mb.png",
        "09-png-metadata-costs-the-picture/text-bad-crc.png",
        "10-jpeg-without-end-marker/no-eoi.jpg",
    ],
)
@pytest.mark.parametrize("at_least", [0, 64])
def test_files_from_reports_show_their_card(name: str, at_least: int) -> None:
    picture = load_picture(CASES / name, at_least=at_least)
    assert (picture.width, picture.height) == (300, 200)
    assert shows_the_card(picture.image)


def shows_the_known(data: bytes, allowed: float = 3.0) -> bool:
    return mean_difference(load_picture(data).image, KNOWN) <= allowed


# PNG


def png_with(before: bytes = b"", after: bytes = b"", end: bytes = b"") -> bytes:
    data = encoded(KNOWN, "PNG")
    return data[:33] + before + data[33:-12] + after + (end or data[-12:])


def damaged_chunks(kind: bytes, body: bytes) -> Iterator[bytes]:
    whole = png_chunk(kind, body)
    yield whole[:-1] + bytes((whole[-1] ^ 1,))
    yield png_chunk(kind, b"")
    yield png_chunk(kind, body[: len(body) // 2])
    yield png_chunk(kind, bytes(len(body)))
    yield png_chunk(kind, b"\xff" * len(body))
    yield whole * 2
    for length in (0, len(body) + 3, 0x7FFFFFFF, 0xFFFFFFFF):
        yield struct.pack(">I", length) + whole[4:]


PNG_NOTES: dict[bytes, bytes] = {
    **{
        b"gAMA": struct.pack(">I", 45455),
        b"cHRM": bytes(32),
        b"sRGB": b"\0",
        b"sBIT": b"\x08\x08\x08",
    },
    **{b"pHYs": struct.pack(">IIB", 2835, 2835, 1), b"tIME": bytes(7)},
    **{b"bKGD": bytes(6), b"hIST": bytes(8), b"sPLT": b"x\0\x08" + bytes(6)},
    **{b"tEXt": b"Comment\0words", b"zTXt": b"Comment\0\0" + zlib.compress(b"words")},
    **{b"iTXt": b"XML:com.adobe.xmp\0\0\0\0\0" + XMP, b"vpAg": bytes(9), b"eXIf": exif()},
    **{b"acTL": struct.pack(">II", 3, 0), b"fcTL": bytes(26), b"fdAT": bytes(9)},
    b"iCCP": b"icc\0\0" + zlib.compress(srgb()),
}


@pytest.mark.parametrize("kind", PNG_NOTES)
def test_no_chunk_beside_the_pixels_of_a_png_costs_them(kind: bytes) -> None:
    allowed = 255 if kind in {b"gAMA", b"cHRM"} else 3  # these may change the colours
    for chunk in damaged_chunks(kind, PNG_NOTES[kind]):
        assert shows_the_known(png_with(before=chunk), allowed), chunk
        assert shows_the_known(png_with(after=chunk), allowed), chunk


@pytest.mark.parametrize(
    "chunk",
    [
        png_chunk(b"tEXt", b"Comment\0" + b"x" * 3_000_000),
        png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(80_000_000), 9)),
        png_chunk(b"zTXt", b"Comment\0\7?"),
        png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(bytes(3_000_000))),
        png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + b" " * 3_000_000),
        png_chunk(b"iCCP", b"icc\0\0" + zlib.compress(bytes(80_000_000))),
        png_chunk(b"iCCP", b"icc\0\7?"),
        png_chunk(b"iCCP", b"no end of its name"),
        png_chunk(b"tEXt", b"Comment\0" + b"x" * 500_000) * 150,
    ],
    ids=range(9),
)
def test_no_text_or_profile_of_a_png_is_too_long(chunk: bytes) -> None:
    assert shows_the_known(png_with(before=chunk), 0)
    assert shows_the_known(png_with(after=chunk), 0)


def test_a_long_profile_of_a_png_is_used() -> None:
    from tests.media.test_colour import swapped_profile

    profile = swapped_profile()
    long = profile + bytes(1_200_000)
    body = struct.pack(">I", len(long)) + long[4:]
    right = load_picture(encoded(KNOWN, "PNG", icc_profile=profile)).image
    found = load_picture(png_with(png_chunk(b"iCCP", b"icc\0\0" + zlib.compress(body)))).image
    assert mean_difference(right, KNOWN) > 8
    assert mean_difference(found, right) == 0


def test_a_png_without_its_end_or_with_more_behind_it_is_read() -> None:
    data = encoded(KNOWN, "PNG")
    for end in range(1, 17):  # IEND, and the checksum of the pixels
        assert shows_the_known(data[:-end], 0)
    assert shows_the_known(data + b"more" * 99, 0)
    assert shows_the_known(data[:-12] + b"more" * 99, 0)
    with pytest.raises(FileDamaged):
        load_picture(data[:-200])


def test_a_png_packed_for_telephones_says_so() -> None:
    data = encoded(KNOWN, "PNG")
    packed = data[:8] + png_chunk(b"CgBI", b"P\0 \2") + data[8:]
    with pytest.raises(FileUnsupported, match="iPhones"):
        load_picture(packed)


def test_pixels_of_a_png_may_have_notes_between_them() -> None:
    data = encoded(KNOWN, "PNG")
    body = data[41:-16]
    note = png_chunk(b"tEXt", b"a\0b")
    parts = [png_chunk(b"IDAT", body[at : at + 99]) + note for at in range(0, len(body), 99)]
    assert shows_the_known(data[:33] + b"".join(parts) + data[-12:], 0)


def png_of(
    values: NDArray[np.int64],
    depth: int,
    colour_type: int,
    clear: bytes,
    palette: bytes,
    *,
    is_interlaced: bool,
) -> bytes:
    """As the specification of PNG has it, without any library."""
    steps = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2)]
    passes = [*steps, (0, 1, 1, 2)] if is_interlaced else [(0, 0, 1, 1)]
    raw = bytearray()
    for x, y, across, down in passes:
        for row in values[y::down, x::across]:
            bits = np.unpackbits(row.astype(">u2").view(np.uint8).reshape(-1, 2), axis=1)
            if row.size:
                raw += b"\0" + np.packbits(bits[:, 16 - depth :].ravel()).tobytes()
    height, width = values.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, is_interlaced)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            png_chunk(b"IHDR", header),
            png_chunk(b"PLTE", palette) if palette else b"",
            png_chunk(b"tRNS", clear) if clear else b"",
            png_chunk(b"IDAT", zlib.compress(bytes(raw))),
            png_chunk(b"IEND", b""),
        ]
    )


CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
KINDS = [
    *((0, depth) for depth in (1, 2, 4, 8, 16)),
    *((3, depth) for depth in (1, 2, 4, 8)),
    *((colours, depth) for colours in (2, 4, 6) for depth in (8, 16)),
]


@pytest.mark.parametrize(("colour_type", "depth"), KINDS)
@pytest.mark.parametrize("is_interlaced", [False, True])
@pytest.mark.parametrize("has_clear", [False, True])
def test_every_kind_of_png_has_its_colours_and_what_is_clear(
    colour_type: int, depth: int, is_interlaced: bool, has_clear: bool
) -> None:
    generator, most = np.random.default_rng(depth), (1 << depth) - 1
    values = generator.integers(0, most + 1, (13, 17, CHANNELS[colour_type]))
    near = values[3, 4].copy()
    values[5, 6] = near ^ 1  # the colour next to the one that is clear is not clear
    palette, clear = b"", b""
    alpha: NDArray[np.float64] = np.ones((13, 17))
    shown = values * 255 / most
    if colour_type == 3:
        colours = generator.integers(0, 256, (1 << depth, 3)).astype(np.uint8)
        palette, shown = colours.tobytes(), colours[values[..., 0]].astype(np.float64)
        if has_clear:
            clear = bytes((0, 128))
            alpha = np.asarray([0, 128 / 255, *[1] * most])[values[..., 0]]
    elif colour_type in {4, 6}:
        alpha, shown = shown[..., -1] / 255, shown[..., :-1]
    elif has_clear:
        clear = near.astype(">u2").tobytes()
        alpha = 1.0 - (values == near).all(axis=2)
    if shown.shape[2] == 1:
        shown = shown.repeat(3, axis=2)
    right = shown * alpha[..., None] + 128 * (1 - alpha[..., None])
    data = png_of(values, depth, colour_type, clear, palette, is_interlaced=is_interlaced)
    assert np.abs(np.asarray(load_picture(data).image) - right).max() < 1.7


def test_the_transparent_colour_of_16_bits_is_laid_on_grey() -> None:
    picture = load_picture(CASES / "30-png-grey16-transparent-colour" / "grey16-trns.png")
    assert picture.has_alpha
    assert picture.image.getpixel((37, 25)) == (128, 128, 128)
    assert picture.image.getpixel((262, 25)) == (119, 119, 119)


# JPEG


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def jpeg_notes() -> dict[str, bytes]:
    thumbnail = encoded(KNOWN.resize((16, 12)), "JPEG")
    frames = struct.pack("<HHI4s", 0xB000, 7, 4, b"0100") + struct.pack("<HHII", 0xB001, 4, 1, 2)
    frames = b"MPF\0II*\0" + struct.pack("<IH", 8, 3) + frames + bytes(40)
    resources = b"8BIM" + struct.pack(">HHI", 0x3ED, 0, 16) + bytes(16)
    return {
        "Exif": segment(0xE1, exif() + thumbnail),
        "XMP": segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP),
        "ICC": segment(0xE2, b"ICC_PROFILE\0\1\1" + srgb()),
        "MPF": segment(0xE2, frames),
        "Photoshop": segment(0xED, b"Photoshop 3.0\0" + resources),
        "Adobe": segment(0xEE, b"Adobe\0\x64\0\0\0\0\1"),
        "comment": segment(0xFE, b"words" * 9),
        "its own": segment(0xEB, b"JP" + bytes(40)),
    }


def damaged_segments(whole: bytes) -> Iterator[bytes]:
    head, body = whole[:2], whole[4:]
    yield segment(head[1], bytes(len(body)))
    yield segment(head[1], b"\xff" * len(body))
    yield segment(head[1], body[: len(body) // 2])
    yield segment(head[1], b"")
    yield whole[: -len(whole) // 3]
    for length in (0, 1, len(body) - 5, len(body) + 7, 0xFFFF):
        yield head + struct.pack(">H", length) + body


@pytest.mark.parametrize("note", jpeg_notes())
@pytest.mark.parametrize("progressive", [False, True])
def test_no_segment_beside_the_pixels_of_a_jpeg_costs_them(note: str, progressive: bool) -> None:
    data = encoded(KNOWN, "JPEG", quality=95, subsampling=0, progressive=progressive)
    others = jpeg_notes()
    for damaged in damaged_segments(others[note]):
        notes = b"".join(damaged if name == note else part for name, part in others.items())
        assert shows_the_known(data[:20] + notes + data[20:]), damaged[:20]


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("restart", [0, 3])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_jpeg_without_its_end_is_read_and_one_without_pixels_is_not(
    progressive: bool, restart: int, mode: str
) -> None:
    source = noise(100, 75).convert(mode)
    whole = encoded(source, "JPEG", progressive=progressive, restart_marker_blocks=restart)
    right = load_picture(whole).image
    for junk in (b"", b"\xff", b"\0" * 9):
        assert mean_difference(load_picture(whole[:-2] + junk).image, right) == 0
    for missing in (*range(5, 60, 5), *range(60, len(whole) - 700, 60)):
        try:
            picture = load_picture(whole[:-missing])
        except FileDamaged:
            continue
        assert mean_difference(picture.image, right) == 0, missing


def test_a_jpeg_without_its_end_is_read_reduced() -> None:
    whole = encoded(noise(400, 300), "JPEG")
    right = load_picture(whole, at_least=70).image
    assert right.size == (100, 75)
    assert mean_difference(load_picture(whole[:-2], at_least=70).image, right) == 0
    with pytest.raises(FileDamaged):
        load_picture(whole[:-500], at_least=70)


# WebP


def chunk(kind: bytes, body: bytes, length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    return struct.pack("<4sI", kind, size) + body + bytes(len(body) % 2)


def webp(notes: list[bytes], size: Callable[[int], int] = lambda length: length) -> bytes:
    sides = (originals.WIDTH - 1).to_bytes(3, "little") + (originals.HEIGHT - 1).to_bytes(
        3, "little"
    )
    pixels = encoded(KNOWN, "WEBP", lossless=True)[12:]
    inside = b"WEBP" + chunk(b"VP8X", struct.pack("<I", 0x2C) + sides) + notes[0] + pixels
    inside += b"".join(notes[1:])
    return b"RIFF" + struct.pack("<I", size(len(inside)) & 0xFFFFFFFF) + inside


def webp_notes() -> dict[bytes, bytes]:
    return {b"ICCP": srgb(), b"EXIF": exif(), b"XMP ": XMP}


@pytest.mark.parametrize("kind", webp_notes())
def test_no_chunk_beside_the_pixels_of_a_webp_costs_them(kind: bytes) -> None:
    whole = webp_notes()[kind]
    damaged = [chunk(kind, body) for body in (b"", bytes(len(whole)), whole[:9], whole * 40_000)]
    damaged += [chunk(kind, whole, length) for length in (0, 3, len(whole) + 9, 0xFFFFFFF0)]
    damaged += [chunk(b"JUNK", whole), b""]
    for part in damaged:
        notes = [part if name == kind else chunk(name, body) for name, body in webp_notes().items()]
        assert shows_the_known(webp(notes), 0), part[:12]


def test_a_webp_whose_length_is_wrong_or_whose_last_note_is_cut_off_is_read() -> None:
    notes = [chunk(name, body) for name, body in webp_notes().items()]
    for wrong in (-20, -8, -1, 1, 8, 1000, -(1 << 20)):
        assert shows_the_known(webp(notes, lambda length, wrong=wrong: length + wrong), 0)
    for cut in (1, 5, 100, len(notes[2]), len(notes[2]) + 20):
        assert shows_the_known(webp(notes)[:-cut], 0)
    assert shows_the_known(webp(notes) + b"more" * 50, 0)
    plain = encoded(KNOWN, "WEBP", lossless=True)
    with pytest.raises(FileDamaged):
        load_picture(plain[:-60])


def test_a_webp_is_turned_by_what_comes_last_and_is_of_an_odd_length() -> None:
    made = Image.Exif()
    made[0x0112] = 6
    last = made.tobytes()
    last += bytes(1 - len(last) % 2)
    upright = load_picture(webp([chunk(b"ICCP", srgb()), chunk(b"EXIF", last)]))
    assert (upright.width, upright.height) == (originals.HEIGHT, originals.WIDTH)


# All of them


BROKEN = st.one_of(
    st.binary(max_size=300),
    st.sampled_from(
        [b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\xff"]
    ),
    st.binary(max_size=60).map(lambda tail: b"Exif\0\0II*\0\x08\0\0\0" + tail),
)
OPTIONS: dict[str, dict[str, object]] = {
    "AVIF": {"quality": 95, "subsampling": "4:4:4"},
    "TIFF": {},
    "PNG": {},
    "WEBP": {"lossless": True},
    "JPEG": {"quality": 95, "subsampling": 0},
}


@settings(max_examples=80)
@given(
    format_name=st.sampled_from(sorted(OPTIONS)),
    what=st.sampled_from(["exif", "icc_profile", "xmp"]),
    broken=BROKEN,
)
def test_broken_notes_cost_no_format_its_picture(
    format_name: str, what: str, broken: bytes
) -> None:
    options = {**OPTIONS[format_name], what: broken}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            data = encoded(KNOWN, format_name, **options)
    except (ValueError, SyntaxError, OSError, struct.error):
        return  # nobody writes that
    assert sorted(load_picture(data).image.size) == sorted(KNOWN.size)
