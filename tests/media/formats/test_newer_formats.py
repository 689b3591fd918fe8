"""The known picture in formats of film, games and older systems: right to the pixel, in the sandbox
that they are decoded in."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from pathlib import Path

import imagecodecs
import numpy as np
import OpenEXR
import pytest
from PIL import Image

from desktop.core.errors import FileDamaged, FileError, FileTooLarge, FileUnsupported
from desktop.media.decode import load_picture
from desktop.media.formats.jpeg_xl_header import read_header
from desktop.media.light import light_to_srgb, to_bt709, xyz_to_bt709
from desktop.media.sandbox.pool import Sandbox
from tests.media import newer_originals as newer
from tests.media import originals
from tests.media.samples import as_array, encoded, largest_difference, mean_difference

KNOWN = originals.known_picture()
RGB = np.asarray(KNOWN)
GREY, INK = KNOWN.convert("L"), KNOWN.convert("1")
LIGHT = newer.linear(KNOWN)
CLEAR = np.dstack([RGB, np.repeat(np.uint8(255) * (np.arange(48) < 24), 64).reshape(48, 64)])
RGBE, LOSSY = 1.0, 3.0
"""Mean difference that the format makes unavoidable: RGBE keeps 8 bits for the brightest colour."""


FORMATS: list[tuple[str, str, Callable[[], bytes], Image.Image, float]] = [
    ("x.jxl", "JXL", lambda: _jxl(RGB), KNOWN, 0),
    ("box.jxl", "JXL", lambda: _boxed_jxl(), KNOWN, LOSSY),
    ("deep.jxl", "JXL", lambda: _deep_jxl(), KNOWN, 0),
    ("float.jxl", "JXL", lambda: _jxl(LIGHT), KNOWN, 0),
    ("grey.jxl", "JXL", lambda: _jxl(np.asarray(GREY)), GREY, 0),
    ("moving.jxl", "JXL", lambda: _jxl(np.stack([RGB, RGB[::-1]])), KNOWN, 0),
    ("x.jxr", "JXR", lambda: _jxr(RGB), KNOWN, 0),
    ("light.jxr", "JXR", lambda: _jxr(LIGHT), KNOWN, 0),
    *(
        (
            f"{packing}.exr",
            "EXR",
            lambda packing=packing: newer.exr(KNOWN, compression=packing),
            KNOWN,
            0,
        )
        for packing in ("none", "rle", "zip1", "zip16")
    ),
    ("half.exr", "EXR", lambda: newer.exr(KNOWN, format="half"), KNOWN, 0),
    ("x.hdr", "HDR", lambda: newer.radiance(LIGHT), KNOWN, RGBE),
    ("packed.hdr", "HDR", lambda: newer.by_ffmpeg("hdr", "gbrpf32le", LIGHT), KNOWN, RGBE),
    ("x.dds", "DDS", lambda: encoded(KNOWN, "DDS"), KNOWN, 0),
    ("bc1.dds", "DDS", lambda: encoded(KNOWN, "DDS", pixel_format="DXT1"), KNOWN, LOSSY),
    (
        "bc3.dds",
        "DDS",
        lambda: encoded(KNOWN.convert("RGBA"), "DDS", pixel_format="DXT5"),
        KNOWN,
        LOSSY,
    ),
    ("x.qoi", "QOI", lambda: newer.by_ffmpeg("qoi", "rgb24", RGB), KNOWN, 0),
    ("x.pcx", "PCX", lambda: newer.by_ffmpeg("pcx", "rgb24", RGB), KNOWN, 0),
    ("ink.pcx", "PCX", lambda: encoded(INK, "PCX"), INK, 0),
    ("x.sgi", "SGI", lambda: newer.by_ffmpeg("sgi", "rgb24", RGB), KNOWN, 0),
    ("x.rgb", "SGI", lambda: encoded(KNOWN, "SGI"), KNOWN, 0),
    ("deep.sgi", "SGI", lambda: newer.sgi_deep(KNOWN), KNOWN, 0),
    ("x.bw", "SGI", lambda: newer.sgi_deep(GREY), GREY, 0),
    ("deep.rgba", "SGI", lambda: newer.sgi_deep(KNOWN.convert("RGBA")), KNOWN, 0),
    ("x.cur", "CUR", lambda: newer.cursor(KNOWN), KNOWN, 0),
    ("png.cur", "CUR", lambda: _png_cursor(), KNOWN, 0),
    ("x.dib", "BMP", lambda: newer.headless_bitmap(KNOWN), KNOWN, 0),
    *(
        (f"{kind}.pnm", "PNM", lambda kind=kind: newer.netpbm(kind, KNOWN), like, 0)
        for kind, like in {
            **dict.fromkeys(("P1", "P4"), INK),
            **dict.fromkeys(("P2", "P5"), GREY),
            **dict.fromkeys(("P3", "P6", "P6 deep", "P7", "PF", "PF big"), KNOWN),
        }.items()
    ),
    *(
        (
            f"ffmpeg.{codec}",
            "PNM",
            lambda codec=codec, form=form: newer.by_ffmpeg(codec, form, RGB),
            KNOWN,
            0,
        )
        for codec, form in (("ppm", "rgb24"), ("pam", "rgb24"))
    ),
    ("ffmpeg.pfm", "PNM", lambda: newer.by_ffmpeg("pfm", "gbrpf32le", LIGHT), KNOWN, 0),
]
each_format = pytest.mark.parametrize(
    ("name", "format_name", "make", "like", "allowed"), FORMATS, ids=[case[0] for case in FORMATS]
)


def _jxl(values: np.ndarray) -> bytes:
    return bytes(imagecodecs.jpegxl_encode(values, lossless=True))


def _boxed_jxl() -> bytes:
    return bytes(imagecodecs.jpegxl_encode(RGB, usecontainer=True))


def _jxr(values: np.ndarray) -> bytes:
    return bytes(imagecodecs.jpegxr_encode(values, level=1.0))


def _deep_jxl() -> bytes:
    return _jxl((LIGHT * 65535 + 0.5).astype(np.uint16))  # which this encoder states as light


def _png_cursor() -> bytes:
    picture = encoded(KNOWN, "PNG")
    return struct.pack("<HHH4BHHII", 0, 2, 1, 64, 48, 0, 0, 3, 4, len(picture), 22) + picture


@each_format
def test_the_known_picture_comes_out(
    name: str,
    format_name: str,
    make: Callable[[], bytes],
    like: Image.Image,
    allowed: float,
    tmp_path: Path,
    sandbox: Sandbox,
) -> None:
    path = tmp_path / name
    path.write_bytes(make())
    picture = load_picture(path, sandbox=sandbox)
    assert picture.format == format_name
    assert mean_difference(picture.image, like) <= allowed
    assert (picture.width, picture.height) == KNOWN.size
    assert not picture.has_alpha
    assert picture.frame_count == (0 if name == "moving.jxl" else 1)
    called = tmp_path / "x.png"
    called.write_bytes(path.read_bytes())
    assert load_picture(called).format == format_name, "whatever its name"


@each_format
def test_what_is_cut_off_has_a_reason(
    name: str, format_name: str, make: Callable[[], bytes], like: Image.Image, allowed: float
) -> None:
    whole = make()
    for share in (0.1, 0.3 if name == "moving.jxl" else 0.6):
        with pytest.raises((FileDamaged, FileUnsupported)) as caught:
            load_picture(whole[: int(len(whole) * share)])
        assert caught.value.message.endswith(".")


@pytest.mark.parametrize(
    "make",
    [
        lambda: _jxl(CLEAR),
        lambda: newer.by_ffmpeg("qoi", "rgba", CLEAR),
        lambda: newer.by_ffmpeg("pam", "rgba", CLEAR),
        lambda: newer.by_ffmpeg("sgi", "rgba", CLEAR),
        lambda: encoded(Image.fromarray(CLEAR), "DDS"),
        lambda: imagecodecs.jpegxr_encode(CLEAR, level=1.0),
        lambda: newer.cursor(Image.fromarray(CLEAR)),
    ],
    ids=["JXL", "QOI", "PAM", "SGI", "DDS", "JXR", "CUR"],
)
def test_transparency_lies_on_mid_grey(make: Callable[[], bytes]) -> None:
    picture = load_picture(make())
    assert picture.has_alpha
    pixels = as_array(picture.image)
    assert abs(pixels[24:] - 128).max() <= 1
    assert abs(pixels[:24] - as_array(KNOWN)[:24]).max() <= 1


@pytest.mark.parametrize(
    ("resolution", "light"),
    [
        (b"+Y %d +X %d", LIGHT[::-1]),
        (b"-Y %d -X %d", LIGHT[:, ::-1]),
        (b"+X %d -Y %d", LIGHT.swapaxes(0, 1)),
        (b"-X %d +Y %d", LIGHT[::-1, ::-1].swapaxes(0, 1)),
    ],
)
def test_radiance_rows_run_as_they_say(resolution: bytes, light: np.ndarray) -> None:
    data = newer.radiance(np.ascontiguousarray(light), resolution)
    assert mean_difference(load_picture(data).image, KNOWN) <= RGBE


class TestDds:
    @pytest.mark.parametrize(
        ("kind", "make"),
        [
            (2, lambda rgba, light: light.astype("<f4")),
            (6, lambda rgba, light: light[..., :3].astype("<f4")),
            (10, lambda rgba, light: light.astype("<f2")),
            (11, lambda rgba, light: rgba.astype("<u2") * 257),
            (28, lambda rgba, light: rgba),
            (29, lambda rgba, light: rgba),
            (87, lambda rgba, light: rgba[..., [2, 1, 0, 3]]),
            (88, lambda rgba, light: rgba[..., [2, 1, 0, 3]] & np.array([255, 255, 255, 0], "u1")),
            (91, lambda rgba, light: rgba[..., [2, 1, 0, 3]]),
            (93, lambda rgba, light: rgba[..., [2, 1, 0, 3]]),
            (b"q\0\0\0", lambda rgba, light: light.astype("<f2")),
            (b"t\0\0\0", lambda rgba, light: light.astype("<f4")),
            (b"$\0\0\0", lambda rgba, light: rgba.astype("<u2") * 257),
        ],
    )
    def test_pixels_that_are_not_packed(
        self,
        kind: int | bytes,
        make: Callable[[np.ndarray, np.ndarray], np.ndarray],
        sandbox: Sandbox,
    ) -> None:
        rgba = np.asarray(KNOWN.convert("RGBA"))
        light = np.dstack([LIGHT, np.ones((48, 64), np.float32)])
        data = newer.texture(kind, make(rgba, light))
        assert mean_difference(load_picture(data, sandbox=sandbox).image, KNOWN) <= 0.6
        with pytest.raises(FileDamaged):
            load_picture(data[:-9])

    @pytest.mark.parametrize(("kind", "form"), [(41, "<f4"), (54, "<f2"), (56, "<u2"), (61, "u1")])
    def test_grey_that_is_not_packed(self, kind: int, form: str) -> None:
        grey = np.asarray(GREY)
        whole = {"<u2": grey.astype("<u2") * 257, "u1": grey}
        stored = whole.get(form, newer.linear(GREY.convert("RGB"))[..., 0].astype(form))
        assert mean_difference(load_picture(newer.texture(kind, stored)).image, GREY) <= 0.6

    def test_what_says_that_it_is_srgb_is_unpacked_too(self) -> None:
        packed = encoded(KNOWN, "DDS", pixel_format="DXT1")[128:]
        right = load_picture(encoded(KNOWN, "DDS", pixel_format="DXT1")).image
        for kind in (71, 72):
            data = newer.texture(kind, np.frombuffer(packed, np.uint8))
            assert largest_difference(load_picture(data).image, right) == 0

    def test_a_layout_that_is_not_known_has_a_reason(self) -> None:
        with pytest.raises(FileUnsupported, match="stored in a way"):
            load_picture(newer.texture(104, np.zeros(9999, np.uint8)))


def test_inks_of_ghostscript_are_no_transparency() -> None:
    inks = KNOWN.convert("CMYK")
    head = b"P7\nWIDTH 64\nHEIGHT 48\nDEPTH 4\nMAXVAL 255\nTUPLTYPE CMYK\nENDHDR\n"
    picture = load_picture(head + inks.tobytes())
    assert mean_difference(picture.image, KNOWN) <= 1
    assert not picture.has_alpha


@pytest.mark.parametrize("kind", ["icon", "cursor"])
def test_a_bitmap_whose_alpha_is_nothing_shows_what_its_mask_says(kind: str) -> None:
    """As programs before Windows XP wrote 32 bits."""
    cursor = bytearray(newer.cursor(KNOWN.convert("RGBA")))
    cursor[2] = 1 if kind == "icon" else 2
    header, pixels = 22 + 40, 64 * 48 * 4
    assert int.from_bytes(cursor[22 + 14 : 22 + 16], "little") == 32
    cursor[header + 3 : header + pixels : 4] = bytes(64 * 48)
    if kind == "icon":
        cursor[10:14] = struct.pack("<HH", 1, 32)
    mask = np.zeros((48, 64), np.uint8)
    assert mean_difference(load_picture(bytes(cursor)).image, KNOWN) == 0
    mask[24:] = 1  # rows come from below
    cursor[header + pixels :] = np.packbits(mask[::-1], axis=1).tobytes()
    picture = load_picture(bytes(cursor))
    assert picture.has_alpha
    assert (as_array(picture.image)[24:] == 128).all()
    assert mean_difference(picture.image.crop((0, 0, 64, 24)), KNOWN.crop((0, 0, 64, 24))) == 0


def test_radiance_in_xyz() -> None:
    xyz = (LIGHT @ np.linalg.inv(xyz_to_bt709()).T).astype(np.float32)
    data = newer.radiance(np.maximum(xyz, 0)).replace(b"rle_rgbe", b"rle_xyze")
    assert mean_difference(load_picture(data).image, KNOWN) <= 2 * RGBE


class TestLight:
    def test_what_is_brighter_than_white_is_pressed_and_keeps_its_hue(self) -> None:
        light = np.array([[[0.5, 0.5, 0.5], [1, 1, 1], [4, 4, 4], [8, 2, 0]]], np.float32)
        grey, white, bright, flame = light_to_srgb(light)[0].astype(int)
        assert grey.tolist() == [188] * 3, "up to 80 % nothing changes"
        assert 240 < white[0] < bright[0] <= 255
        assert flame[0] == 255
        assert 120 < flame[1] < 150
        assert flame[2] == 0

    def test_an_ordinary_picture_stays_what_it_is(self) -> None:
        assert largest_difference(Image.fromarray(light_to_srgb(LIGHT)), KNOWN) == 0

    def test_no_number_and_negative_light_are_black(self) -> None:
        light = np.array([[[np.nan, -1, 0], [np.inf, 0, 0]]], np.float32)
        black, red = light_to_srgb(light)[0].tolist()
        assert black == [0, 0, 0]
        assert red == [255, 0, 0]

    def test_other_primaries_become_ours(self) -> None:
        same = to_bt709((0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329))
        np.testing.assert_allclose(same, np.eye(3), atol=1e-6)
        # ITU-R BT.2087
        wide = to_bt709((0.708, 0.292, 0.170, 0.797, 0.131, 0.046, 0.3127, 0.329))
        np.testing.assert_allclose(wide[0], [1.6605, -0.5876, -0.0728], atol=2e-3)
        np.testing.assert_allclose(xyz_to_bt709() @ np.ones(3), np.ones(3), atol=1e-5)
        for nonsense in ((0.0,) * 8, (float("nan"),) * 8, (1e30,) * 8):
            with pytest.raises(ArithmeticError):
                to_bt709(nonsense)


def exr(header: Mapping[str, object], channels: Mapping[str, object], path: Path) -> bytes:
    """By OpenEXR itself, for what FFmpeg does not write."""
    head = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage, **header}
    OpenEXR.File(head, dict(channels)).write(str(path))
    return path.read_bytes()


class TestExr:
    @pytest.mark.parametrize("packing", ["PIZ", "PXR24", "B44A", "DWAA", "DWAB", "ZIPS"])
    def test_every_packing(self, packing: str, tmp_path: Path, sandbox: Sandbox) -> None:
        head = {"compression": getattr(OpenEXR, f"{packing}_COMPRESSION")}
        data = exr(head, {"RGB": LIGHT.astype(np.float16)}, tmp_path / "x.exr")
        assert mean_difference(load_picture(data, sandbox=sandbox).image, KNOWN) <= LOSSY

    def test_colours_of_a_layer_and_of_other_primaries(self, tmp_path: Path) -> None:
        acescg = (0.713, 0.293, 0.165, 0.83, 0.128, 0.044, 0.32168, 0.33767)
        light = (LIGHT @ np.linalg.inv(to_bt709(acescg)).T).astype(np.float32)
        channels = {f"beauty.{name}": light[..., at].copy() for at, name in enumerate("RGB")}
        data = exr(
            {"chromaticities": acescg}, {**channels, "Z": LIGHT[..., 0].copy()}, tmp_path / "x.exr"
        )
        assert mean_difference(load_picture(data).image, KNOWN) <= 0.5

    @pytest.mark.parametrize(
        "name",
        ["beauty", "ViewLayer.Combined", "Composite.Combined", "rgba", "RenderLayer.Beauty", ""],
    )
    def test_the_picture_is_shown_and_no_pass_beside_it(self, name: str, tmp_path: Path) -> None:
        before = f"{name}." if name else ""
        own = {f"{before}{each}": LIGHT[..., at].copy() for at, each in enumerate("RGB")}
        black = np.zeros((48, 64), np.float32)
        passes = {
            f"{layer}.{each}": black
            for layer in ("Albedo", "ViewLayer.AO", "zzz", "Composite.Shadow")
            for each in "RGB"
        }
        data = exr({}, passes | own, tmp_path / "x.exr")
        assert mean_difference(load_picture(data).image, KNOWN) <= 0.5

    def test_the_part_is_shown_that_is_called_the_picture(self, tmp_path: Path) -> None:
        head = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
        parts = [
            OpenEXR.Part(dict(head), {"RGB": LIGHT * 0}, "albedo"),
            OpenEXR.Part(dict(head), {"RGB": LIGHT}, "rgba.beauty"),
        ]
        path = tmp_path / "x.exr"
        OpenEXR.File(parts).write(str(path))
        assert mean_difference(load_picture(path).image, KNOWN) <= 0.5

    def test_depth_alone_is_shown_as_grey(self, tmp_path: Path) -> None:
        depth = np.tile(np.linspace(0, 900, 64, dtype=np.float32), (48, 1))
        image = load_picture(exr({}, {"Z": depth}, tmp_path / "x.exr")).image
        assert image.getpixel((0, 9)) == (0, 0, 0)
        assert image.getpixel((63, 9)) == (255, 255, 255)

    def test_alpha_was_multiplied_in_and_a_window_is_placed(self, tmp_path: Path) -> None:
        half = np.full((48, 64, 1), 0.5, np.float32)
        windows = {
            "dataWindow": (np.array([10, 20], "i4"), np.array([73, 67], "i4")),
            "displayWindow": (np.array([0, 0], "i4"), np.array([99, 79], "i4")),
        }
        channels = {"RGBA": np.dstack([LIGHT * half, half])}
        picture = load_picture(exr(windows, channels, tmp_path / "x.exr"))
        assert picture.image.size == (100, 80)
        assert picture.image.getpixel((2, 2)) == (128, 128, 128)
        shown = picture.image.crop((10, 20, 74, 68))
        assert (
            largest_difference(
                shown, Image.blend(KNOWN, Image.new("RGB", KNOWN.size, (128,) * 3), 0.5)
            )
            <= 1
        )

    def test_a_window_without_end_is_too_large(self, tmp_path: Path) -> None:
        data = exr({}, {"RGB": LIGHT}, tmp_path / "x.exr")
        own = struct.pack("<4i", 0, 0, 63, 47)
        for window in ((0, 0, 1 << 20, 1 << 20), (0, 0, 0x7FFFFFFF, 0x7FFFFFFF), (5, 5, 0, 0)):
            with pytest.raises(FileError):
                load_picture(data.replace(own, struct.pack("<4i", *window)))


class TestJpegXl:
    def test_the_header_tells_size_and_colours(self) -> None:
        header = read_header(_jxl(RGB))
        assert (header.size, header.transfer, header.is_lossy) == ((64, 48), 13, False)
        assert read_header(_deep_jxl()).transfer == 8
        for width, height in ((1920, 1080), (1000, 777), (256, 256), (8, 24), (3, 2000)):
            blank = np.zeros((height, width), np.uint8)
            assert read_header(_jxl(blank)).size == (width, height)

    def test_a_size_without_end_is_too_large(self) -> None:
        vast = b"\xff\x0a" + int("1" * 30 + "11" + "0", 2).to_bytes(5, "little") + bytes(40)
        with pytest.raises(FileTooLarge, match="megapixels"):
            load_picture(vast)

    def test_pq_is_brought_to_srgb(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from dataclasses import replace

        from desktop.media.formats import jpeg_xl

        stated = replace(read_header(_jxl(RGB)), transfer=16)
        monkeypatch.setattr(jpeg_xl, "read_header", lambda _: stated)
        code = np.full((8, 8, 3), round(0.5807 * 65535), np.uint16)
        image = load_picture(_jxl(code)).image
        assert image.getpixel((4, 4)) == pytest.approx((247,) * 3, abs=8)


def test_headers_that_promise_gigabytes_are_refused() -> None:
    vast = {
        "QOI": b"qoif" + struct.pack(">IIBB", 60_000, 60_000, 3, 0) + bytes(7) + b"\x01",
        "PNM": b"P6 60000 60000 255\n" + bytes(99),
        "HDR": b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 60000 +X 60000\n" + bytes(99),
        "SGI": struct.pack(">HBBHHHHII", 474, 1, 1, 3, 65_535, 65_535, 3, 0, 255) + bytes(600),
        "DDS": encoded(KNOWN, "DDS").replace(
            struct.pack("<II", 48, 64), struct.pack("<II", 60_000, 60_000)
        ),
        "PAM": b"P7\nWIDTH 99999\nHEIGHT 99999\nDEPTH 4\nMAXVAL 255\nENDHDR\n" + bytes(9),
    }
    for name, data in vast.items():
        with pytest.raises(FileTooLarge, match="megapixels"):
            load_picture(data)
            pytest.fail(name)


def test_the_largest_picture_of_a_macos_icon_is_shown() -> None:
    square = KNOWN.resize((128, 128))
    icon = encoded(square, "ICNS")
    picture = load_picture(icon)
    assert (picture.format, picture.image.size) == ("ICNS", (1024, 1024))
    assert mean_difference(picture.image.resize((128, 128)), square) <= LOSSY


def test_an_old_macos_icon() -> None:
    """Planes of red, green and blue, each packed by itself: runs of literal bytes."""
    square = KNOWN.resize((16, 16))
    planes = b"".join(
        bytes([127]) + band.tobytes()[:128] + bytes([127]) + band.tobytes()[128:]
        for band in square.split()
    )
    mask = bytes([255]) * 256
    parts = struct.pack(">4sI", b"is32", 8 + len(planes)) + planes
    parts += struct.pack(">4sI", b"s8mk", 8 + len(mask)) + mask
    icon = struct.pack(">4sI", b"icns", 8 + len(parts)) + parts
    assert largest_difference(load_picture(icon).image, square) == 0
