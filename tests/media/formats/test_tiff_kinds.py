"""TIFF in all its kinds, written by tifffile with imagecodecs, or by libtiff through Pillow."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import imagecodecs
import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image, ImageCms

from desktop.core.errors import FileDamaged, FileTooLarge, FileUnsupported
from desktop.media.decode import load_picture
from desktop.media.formats.format import DecodeLimits, Needed
from tests.media import originals
from tests.media.card import CASES, CORNERS, shows_the_card
from tests.media.samples import encoded

KNOWN = originals.known_picture().resize((160, 120), Image.Resampling.BICUBIC)
RGB = np.asarray(KNOWN)
GREY = np.asarray(KNOWN.convert("L"))
EXACT, ROUNDED, LOSSY = 0.6, 1.0, 3.0
"""Mean difference in levels of 255 that is allowed; 0.6 because reducing rounds, too."""


def written(
    values: NDArray[Any], *, byteorder: Any = None, big: bool = False, **tags: Any
) -> bytes:
    out = io.BytesIO()
    with tifffile.TiffWriter(out, bigtiff=big, byteorder=byteorder) as file:
        file.write(values, metadata=None, **tags)
    return out.getvalue()


def assert_shows(
    data: bytes,
    right: NDArray[Any] | Image.Image,
    allowed: float = EXACT,
    *,
    is_clear: bool = False,
) -> None:
    image = right if isinstance(right, Image.Image) else Image.fromarray(right.astype(np.uint8))
    image = image.convert("RGB")
    for at_least, expected in ((0, image), (50, image.reduce(2))):
        picture = load_picture(data, at_least=at_least)
        assert (picture.width, picture.height) == image.size
        assert picture.has_alpha == is_clear
        assert picture.image.size == expected.size
        difference = np.asarray(picture.image).astype(int) - np.asarray(expected)
        assert np.abs(difference).mean() <= allowed


PACKINGS = [
    *((None, None), ("lzw", None), ("lzw", True), ("zlib", True), ("zstd", True)),
    ("packbits", None),
]
LAYOUTS = [
    *(("contig", None, "<"), ("contig", (64, 48), ">")),
    *(("separate", None, ">"), ("separate", (64, 48), "<")),
]


@pytest.mark.parametrize(("packing", "predictor"), PACKINGS)
@pytest.mark.parametrize("kind", ["u1", "u2", "u4", "f2", "f4", "f8"])
def test_colours_of_any_depth_packing_and_layout(
    kind: str, packing: str | None, predictor: bool | None
) -> None:
    white = 1.0 if kind[0] == "f" else float(np.iinfo(kind).max)
    values = (RGB / 255 * white).astype(kind)
    for planar, tile, order in LAYOUTS:
        data = written(
            np.moveaxis(values, -1, 0) if planar == "separate" else values,
            photometric="rgb",
            planarconfig=planar,
            compression=packing,
            predictor=predictor,
            tile=tile,
            rowsperstrip=None if tile else 17,
            byteorder=order,
        )
        assert_shows(data, RGB, ROUNDED if kind == "f2" else EXACT)


@pytest.mark.parametrize(
    ("packing", "options", "allowed"),
    [
        ("jpeg", {"level": 95}, LOSSY),
        ("webp", {"lossless": True}, EXACT),
        ("jpegxl", {"lossless": True}, EXACT),
        ("jpeg2000", {"level": 0}, EXACT),
        ("lerc", {}, EXACT),
        ("png", {}, EXACT),
        ("lzma", {}, EXACT),
        ("jpegxr", {"level": 1.0}, LOSSY),
    ],
)
@pytest.mark.parametrize("tile", [None, (64, 48)])
def test_pictures_of_other_formats_inside(
    packing: str, options: dict[str, Any], allowed: float, tile: tuple[int, int] | None
) -> None:
    data = written(
        *(RGB,),
        photometric="rgb",
        compression=packing,
        compressionargs=options,
        tile=tile,
        rowsperstrip=None if tile else 48,
        big=tile is None,
    )
    assert_shows(data, RGB, allowed)


@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
@pytest.mark.parametrize("bits", [1, 4, 8, 16, 32, "f2", "f4", "f8"])
@pytest.mark.parametrize("packing", [None, "lzw", "zlib"])
def test_grey_of_any_depth_is_as_bright_as_it_says(
    photometric: str, bits: int | str, packing: str | None
) -> None:
    tags: dict[str, Any] = {"photometric": photometric, "compression": packing, "rowsperstrip": 13}
    most = 1.0 if isinstance(bits, str) else float((1 << bits) - 1)
    values = (
        GREY / 255 * most if isinstance(bits, str) else GREY.astype(np.int64) * int(most) // 255
    )
    right = values * 255 / most
    stored = most - values if photometric == "miniswhite" else values
    if bits == 4 and packing:
        return  # nobody here writes that
    if isinstance(bits, str):
        data = written(stored.astype(bits), **tags)
    elif bits == 1:
        data = written(stored.astype(bool), **tags)
    elif bits == 4:
        data = written(stored.astype(np.uint8), bitspersample=4, **tags)
    else:
        data = written(stored.astype(f"u{bits // 8}"), **tags)
    assert_shows(data, right, ROUNDED)


def _by_hand(stored: bytes, tags: dict[int, tuple[int, ...]]) -> bytes:
    """A file of one strip as large as the known picture, of what nobody here writes.

    Args:
        tags: numbers of 2 bytes; of 529 and 532 fractions.
    """
    height, width = GREY.shape
    body = bytearray(stored + bytes(len(stored) % 2))
    tags = {256: (width,), 257: (height,), 273: (8,), 278: (height,), **tags}
    entries = b""
    for number, values in sorted({**tags, 279: (len(stored),)}.items()):
        kind, code = (5, "I") if number in {529, 532} else (4, "I") if number == 279 else (3, "H")
        packed = struct.pack(f"<{len(values)}{code}", *values)
        count = len(values) // 2 if kind == 5 else len(values)
        if len(packed) > 4:
            place = 8 + len(body)
            body += packed
            packed = struct.pack("<I", place)
        entries += struct.pack("<HHI", number, kind, count) + packed.ljust(4, b"\0")
    directory = struct.pack("<H", len(entries) // 12) + entries + bytes(4)
    return struct.pack("<2sHI", b"II", 42, 8 + len(body)) + bytes(body) + directory


def _ycbcr(
    stored: bytes,
    steps: tuple[int, int],
    packing: int = 1,
    more: dict[int, tuple[int, ...]] | None = None,
) -> bytes:
    """Pixels share colours as ``steps`` says."""
    own = {258: (8, 8, 8), 259: (packing,), 262: (6,), 277: (3,), 530: steps}
    return _by_hand(stored, {**own, **(more or {})})


def _shared(ycbcr: NDArray[np.uint8], across: int, down: int) -> tuple[bytes, NDArray[np.uint8]]:
    """As blocks, and what comes of them again: sides are divisible by both."""
    height, width, _ = ycbcr.shape
    colours = ycbcr[::down, ::across, 1:]
    y = ycbcr[..., 0].reshape(height // down, down, width // across, across).swapaxes(1, 2)
    blocks = np.concatenate([y.reshape(*colours.shape[:2], -1), colours], axis=-1)
    again = ycbcr.copy()
    again[..., 1:] = colours.repeat(down, axis=0).repeat(across, axis=1)
    return blocks.tobytes(), again


@pytest.mark.parametrize("steps", [(1, 1), (2, 1), (2, 2), (1, 2), (4, 1), (4, 4)])
@pytest.mark.parametrize("packing", [1, 5, 8])
def test_colours_that_several_pixels_share(steps: tuple[int, int], packing: int) -> None:
    stored, again = _shared(np.asarray(KNOWN.convert("YCbCr")), *steps)
    pack: Any = {1: bytes, 5: imagecodecs.lzw_encode, 8: zlib.compress}[packing]
    packed = bytes(pack(stored))
    assert_shows(
        _ycbcr(packed, steps, packing), Image.fromarray(again, "YCbCr").convert("RGB"), EXACT
    )
    with pytest.raises(FileDamaged):
        load_picture(_ycbcr(packed[: len(packed) // 2], steps, packing))


def test_brightness_and_white_of_television() -> None:
    rgb = RGB.astype(float)
    y = rgb @ [0.2126, 0.7152, 0.0722]
    cb, cr = (rgb[..., 2] - y) / 1.8556, (rgb[..., 0] - y) / 1.5748
    luma = {529: (2126, 10000, 7152, 10000, 722, 10000)}
    full = np.stack([y, cb + 128, cr + 128], axis=-1).round().clip(0, 255).astype("u1")
    assert_shows(_ycbcr(full.tobytes(), (1, 1), more=luma), RGB, 2)
    studio = np.stack([16 + y * 219 / 255, cb * 224 / 255 + 128, cr * 224 / 255 + 128], axis=-1)
    references = {532: (16, 1, 235, 1, 128, 1, 240, 1, 128, 1, 240, 1)}
    data = _ycbcr(studio.round().astype("u1").tobytes(), (1, 1), more=luma | references)
    assert_shows(data, RGB, 2)
    usual = np.asarray(KNOWN.convert("YCbCr")).tobytes()
    assert_shows(_ycbcr(usual, (1, 1), more={529: (0, 0) * 3, 532: (9, 1, 9, 1) * 3}), RGB, 2)


def test_numbers_of_three_bytes_are_as_bright_as_they_say() -> None:
    values = RGB.astype("<u4") * 0x8080  # half as bright
    data = written(values, photometric="rgb", bitspersample=24)
    assert_shows(data, RGB * (0x8080 / 0x10101), ROUNDED)


@pytest.mark.parametrize(("order", "number"), [("big", 1), ("little", 2)])
def test_a_palette_of_two_colours_in_either_order_of_bits(order: Any, number: int) -> None:
    one, other = np.array([200, 20, 30]), np.array([10, 90, 220])
    bits = GREY > 100
    palette = tuple(int(each) * 257 for pair in zip(one, other, strict=True) for each in pair)
    own = {258: (1,), 259: (1,), 262: (3,), 266: (number,), 277: (1,), 320: palette}
    data = _by_hand(np.packbits(bits, axis=1, bitorder=order).tobytes(), own)
    assert_shows(data, np.where(bits[..., None], other, one), EXACT)


def test_a_file_of_which_nothing_was_written_is_no_black_picture() -> None:
    whole = written(RGB, photometric="rgb", compression="lzw", rowsperstrip=120)
    at = whole.index(struct.pack("<HHI", 279, 4, 1)) + 8
    with pytest.raises(FileDamaged):
        load_picture(whole[:at] + bytes(4) + whole[at + 4 :])


@pytest.mark.parametrize("bits", [10, 12, 14])
def test_packed_bits_of_scanners(bits: int) -> None:
    values = (RGB.astype(np.int64) * ((1 << bits) - 1) // 255).astype(np.uint16)
    assert_shows(written(values, photometric="rgb", bitspersample=bits), RGB, ROUNDED)


@pytest.mark.parametrize(("kind", "step"), [("i1", 1), ("i2", 257), ("i4", 16843009)])
def test_signed_numbers_are_dark_where_they_are_low(kind: str, step: int) -> None:
    values = (GREY.astype(np.int64) * step + np.iinfo(kind).min).astype(kind)
    data = written(values, photometric="minisblack", compression="lzw", predictor=True)
    assert_shows(data, GREY, 6)  # where they do not reach the ends, those that are there count


@pytest.mark.parametrize("kind", ["u1", "u2", "f4"])
@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_the_channel_that_says_what_is_clear_is_found_among_others(kind: str, planar: str) -> None:
    most = 1.0 if kind == "f4" else float(np.iinfo(kind).max)
    alpha = np.full((*GREY.shape, 1), 255.0)
    alpha[20:40], alpha[50:60] = 0, 128
    share = alpha / 255
    right = RGB * share + 128 * (1 - share)
    spot = 255 - alpha
    for extras, planes, expected, is_clear in (
        (["unassalpha"], [RGB, alpha], right, True),
        (["assocalpha"], [RGB * share, alpha], right, True),
        (["unspecified", "unassalpha"], [RGB, spot, alpha], right, True),
        (["unspecified"] * 3, [RGB, spot, alpha, spot], RGB, False),
    ):
        values = (np.concatenate(planes, axis=-1) / 255 * most).astype(kind)
        values = np.moveaxis(values, -1, 0) if planar == "separate" else values
        data = written(
            values, photometric="rgb", planarconfig=planar, extrasamples=extras, compression="lzw"
        )
        assert_shows(data, expected, 1.5, is_clear=is_clear)
    grey = (np.concatenate([GREY[..., None], alpha], axis=-1) / 255 * most).astype(kind)
    data = written(
        grey, photometric="minisblack", planarconfig="contig", extrasamples=["unassalpha"]
    )
    assert_shows(
        data, GREY[..., None].repeat(3, -1) * share + 128 * (1 - share), 1.5, is_clear=True
    )


def test_inks_of_any_depth() -> None:
    inks = KNOWN.convert("CMYK")
    for kind, most in (("u1", 255), ("u2", 65535), ("f4", 1)):
        values = (np.asarray(inks) / 255 * most).astype(kind)
        for packing in (None, "lzw"):
            assert_shows(written(values, photometric="separated", compression=packing), inks)


@pytest.mark.parametrize("kind", ["u1", "u2", "f4"])
@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("extra", ["unassalpha", "assocalpha"])
def test_inks_may_be_clear(kind: str, planar: str, extra: str) -> None:
    most = 1.0 if kind == "f4" else float(np.iinfo(kind).max)
    inks = np.asarray(KNOWN.convert("CMYK")).astype(float)
    alpha = np.full((*GREY.shape, 1), 255.0)
    alpha[20:40], alpha[50:60] = 0, 128
    share = alpha / 255
    stored = inks * share if extra == "assocalpha" else inks
    values = (np.concatenate([stored, alpha], axis=-1) / 255 * most).astype(kind)
    data = written(
        np.moveaxis(values, -1, 0) if planar == "separate" else values,
        photometric="separated",
        planarconfig=planar,
        extrasamples=[extra],
        compression="lzw",
    )
    assert_shows(data, RGB * share + 128 * (1 - share), 1.5, is_clear=True)
    kept = load_picture(data, at_least=Needed(shorter=50, keeps_alpha=True))
    assert kept.image.getchannel("A").getextrema() == (0, 255)


def test_lab_in_each_of_its_writings() -> None:
    """Three ways to write a* and b*: signed bytes, bytes with 128 added, fractions."""
    to_lab = ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
    )
    made = ImageCms.applyTransform(KNOWN, to_lab)
    assert made is not None
    signed = np.asarray(made)  # as Pillow gives it out
    light, a, b = np.moveaxis(signed.astype(np.float64), -1, 0)
    a, b = (np.where(plane < 128, plane, plane - 256) for plane in (a, b))
    wide = np.stack([light * 257, a * 256, b * 256], axis=-1).astype(np.int64).astype(np.uint16)
    icc = np.stack([light * 0xFF00 / 255, (a + 128) * 256, (b + 128) * 256], axis=-1)
    fractions = np.stack([light / 2.55, a, b], axis=-1).astype(np.float32)
    for values, photometric in (
        (signed, "cielab"),
        (signed ^ np.array([0, 128, 128], np.uint8), "icclab"),
        (wide, "cielab"),
        (icc.astype(np.uint16), "icclab"),
        (fractions, "cielab"),
    ):
        assert_shows(written(values, photometric=photometric, compression="zlib"), KNOWN, LOSSY)


@pytest.mark.parametrize("kind", ["u1", "u2"])
@pytest.mark.parametrize("most", [255, 65535])
def test_a_palette_of_8_or_16_bits(kind: str, most: int) -> None:
    few = KNOWN.quantize(200)
    colours = np.asarray(few.getpalette("RGB")).reshape(-1, 3).T
    palette = np.zeros((3, np.iinfo(kind).max + 1), np.uint16)
    palette[:, : colours.shape[1]] = colours.astype(np.int64) * most // 255
    values = np.asarray(few).astype(kind)
    data = written(values, photometric="palette", colormap=palette, compression="lzw")
    assert_shows(data, few)


@pytest.mark.parametrize(
    "packing",
    [
        *(None, "tiff_lzw", "tiff_deflate", "tiff_lzma", "tiff_ccitt", "packbits", "jpeg"),
        *("group3", "group4", "zstd"),
    ],
)
def test_what_libtiff_writes(packing: str | None) -> None:
    """Against Pillow, which reads with libtiff, too."""
    modes = (
        ("1",) if packing in {"tiff_ccitt", "group3", "group4"} else ("1", "L", "P", "LA", "RGB")
    )
    others = () if len(modes) == 1 else ("RGBA", "CMYK", "YCbCr", "RGBX")
    for mode in (*modes, *others):
        if packing == "jpeg" and mode in {"1", "P"}:
            continue
        options = {"compression": packing} if packing else {}
        data = encoded(KNOWN.convert(mode), "TIFF", **options)
        reference = Image.open(io.BytesIO(data)).convert("RGB")
        assert_shows(data, reference, ROUNDED)


def pages(*written_pages: tuple[NDArray[Any], int], below: NDArray[Any] | None = None) -> bytes:
    """Each page with its NewSubfileType, and one below the first."""
    out = io.BytesIO()
    with tifffile.TiffWriter(out) as file:
        for number, (values, kind) in enumerate(written_pages):
            subifds = 1 if below is not None and number == 0 else None
            file.write(values, subfiletype=kind, metadata=None, subifds=subifds, photometric="rgb")
            if subifds:
                file.write(below, subfiletype=0, metadata=None, photometric="rgb")
    return out.getvalue()


def as_mask(data: bytes) -> bytes:
    """The first page, flagged as a reduced copy, flagged as a mask instead."""
    return data.replace(struct.pack("<HHII", 254, 4, 1, 1), struct.pack("<HHII", 254, 4, 1, 4), 1)


def test_the_page_that_is_shown_is_no_copy_and_no_mask() -> None:
    small, other = RGB[::4, ::4], RGB[::-1, ::-1].copy()
    for data, count in (
        (pages((small, 1), (RGB, 0)), 1),
        (pages((small, 1), (RGB, 2), (other, 2)), 0),
        (pages((RGB, 0), (small, 1)), 1),
        (pages((RGB, 0), (other, 0), (small, 1)), 0),
        (as_mask(pages((other, 1), (RGB, 0))), 1),
        (pages((small, 1), below=RGB), 1),
        (pages((small, 1), (RGB, 1)), 1),
    ):
        assert_shows(data, RGB)
        assert load_picture(data).frame_count == count


@pytest.mark.parametrize(
    "name",
    [
        "11-tiff-32-bit-of-photoshop/float32-zip-predictor3.tif",
        "13-tiff-preview-is-the-first-page/preview-first.tif",
        "14-limits-and-unknown-compressions-called-damage/rgb-webp.tif",
    ],
)
@pytest.mark.parametrize("at_least", [0, 64])
def test_files_from_reports_show_their_card(name: str, at_least: int) -> None:
    picture = load_picture(CASES / name, at_least=at_least)
    assert shows_the_card(picture.image)
    assert picture.width == (1200 if "preview" in name else 300)


def test_grey_of_reports_is_as_bright_as_their_card() -> None:
    folder = CASES / "12-tiff-white-is-zero-above-8-bits"
    control = np.asarray(load_picture(folder / "grey8-miniswhite-control.tif").image).astype(int)
    found = np.asarray(load_picture(folder / "grey16-miniswhite.tif").image)
    assert np.abs(control - found).max() <= 1
    lab = load_picture(CASES / "11-tiff-32-bit-of-photoshop" / "lab16.tif").image
    assert lab.getpixel((11, 7)) == (87, 87, 87)  # L* 36.9


def test_a_page_of_140_megapixels_takes_what_its_strips_take() -> None:
    page = load_picture(CASES / "28-a0-at-300-dpi" / "a0-1bit.tif", at_least=224)
    assert (page.width, page.height) == (14043, 9933)
    assert page.image.getcolors() == [(320 * 226, (255, 255, 255))]
    # A seventh of what its pixels take, one byte each.
    limits = DecodeLimits(max_pixels=20_000_000 // 8)
    assert (
        load_picture(CASES / "28-a0-at-300-dpi" / "a0-1bit.tif", at_least=64, limits=limits).width
        == 14043
    )


def test_what_is_too_large_says_what_it_takes_and_what_is_safe() -> None:
    limits = DecodeLimits(max_pixels=10_000)
    with pytest.raises(FileTooLarge, match=r"160 × 120 pixels and takes .* more than the 80\.0 kB"):
        load_picture(written(RGB, photometric="rgb", compression="lzw"), limits=limits)


def test_a_packing_that_nobody_reads_is_no_damage() -> None:
    data = bytearray(written(RGB, photometric="rgb"))
    place = data.index(struct.pack("<HHIH", 259, 3, 1, 1))
    for number, name in ((34676, "SGILOG"), (32895, "IT8CTPAD"), (4242, "4242")):
        data[place + 8 : place + 10] = struct.pack("<H", number)
        with pytest.raises(FileUnsupported, match=rf"rare kind of TIFF picture \({name}"):
            load_picture(bytes(data))


@pytest.mark.parametrize("packing", [None, "lzw", "zlib", "jpeg", "webp", "zstd"])
def test_missing_pixels_stay_a_reason(packing: str | None) -> None:
    data = written(RGB, photometric="rgb", compression=packing, rowsperstrip=48)
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        page = file.pages.first
        end = page.dataoffsets[-1] + page.databytecounts[-1]
    with pytest.raises(FileDamaged):
        load_picture(data[: end - 100])


def test_lab_of_another_white_has_its_colours() -> None:
    """As ImageMagick writes it; each step of 8 bits is several levels of a dark blue."""
    encoded_light = np.array(CORNERS, np.float64)[[[0, 1], [2, 3]]].repeat(8, 0).repeat(8, 1) / 255
    light = np.where(
        encoded_light <= 0.04045, encoded_light / 12.92, ((encoded_light + 0.055) / 1.055) ** 2.4
    )
    to_xyz = np.array([[41.24, 35.76, 18.05], [21.26, 71.52, 7.22], [1.93, 11.92, 95.05]]) / 100
    x, y, z = np.moveaxis(np.cbrt(light @ to_xyz.T / to_xyz.sum(axis=1)), 2, 0)
    lab = np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1).astype(np.float32)
    white = (318, "2I", 2, (3127, 10_000, 3290, 10_000), True)
    for tags, is_right in (([white], True), ([], False)):
        data = written(lab, photometric="cielab", extratags=tags)
        assert shows_the_card(load_picture(data).image, allowed=18) is is_right
