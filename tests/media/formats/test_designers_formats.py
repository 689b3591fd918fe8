"""Every format against one known picture: the same pixels, upright, in the right colours."""

from __future__ import annotations

import builtins
import importlib
import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from desktop.core.errors import FileDamaged, FileTooLarge, FileUnsupported
from desktop.media.decode import load_picture
from desktop.media.formats.format import DecodeLimits, Needed
from desktop.media.sandbox.pool import Sandbox
from tests.media import originals
from tests.media.samples import as_array, encoded, mean_difference
from tests.media.test_colour import swapped_profile

KNOWN = originals.known_picture()
EXACT, ROUNDED, LOSSY = 0.0, 1.0, 3.0
"""Mean difference in levels of 255 that the format itself makes unavoidable."""


FORMATS: list[tuple[str, str, Callable[[], bytes], float]] = [
    ("x.tif", "TIFF", lambda: encoded(KNOWN, "TIFF"), EXACT),
    ("lzw.tif", "TIFF", lambda: encoded(KNOWN, "TIFF", compression="tiff_lzw"), EXACT),
    ("16bit.tif", "TIFF", lambda: originals.tiff_16(KNOWN), EXACT),
    ("x.heic", "HEIC", lambda: originals.heic(KNOWN), LOSSY),
    ("x.avif", "AVIF", lambda: encoded(KNOWN, "AVIF", quality=95, subsampling="4:4:4"), LOSSY),
    ("x.psd", "PSD", lambda: originals.psd(KNOWN), EXACT),
    ("16bit.psd", "PSD", lambda: originals.psd(KNOWN, depth=16), EXACT),
    ("large.psb", "PSD", lambda: originals.psd(KNOWN, version=2), EXACT),
    ("x.svg", "SVG", lambda: originals.svg(KNOWN), EXACT),
    ("x.svgz", "SVG", lambda: originals.svgz(KNOWN), EXACT),
    ("bitmap.svg", "SVG", lambda: originals.svg_with_bitmap(KNOWN), EXACT),
    ("x.pdf", "PDF", lambda: originals.pdf(KNOWN), EXACT),
    ("drawing.ai", "PDF", lambda: originals.pdf(KNOWN), EXACT),
    ("x.jp2", "JP2", lambda: encoded(KNOWN, "JPEG2000"), EXACT),
    ("x.j2k", "JP2", lambda: encoded(KNOWN, "JPEG2000", no_jp2=True), EXACT),
    ("x.ico", "ICO", lambda: encoded(KNOWN, "ICO", sizes=[(64, 48)]), EXACT),
    ("bmp.ico", "ICO", lambda: encoded(KNOWN, "ICO", sizes=[(64, 48)], bitmap_format="bmp"), EXACT),
    ("x.tga", "TGA", lambda: encoded(KNOWN, "TGA"), EXACT),
    ("rle.tga", "TGA", lambda: encoded(KNOWN, "TGA", compression="tga_rle"), EXACT),
    ("x.dng", "RAW", lambda: originals.dng(KNOWN), LOSSY),
]
each_format = pytest.mark.parametrize(
    ("name", "format_name", "make", "allowed"), FORMATS, ids=[case[0] for case in FORMATS]
)
NATURAL = Needed(shorter=originals.HEIGHT, longer=originals.WIDTH)


@each_format
def test_the_known_picture_comes_out_of_every_format(
    name: str,
    format_name: str,
    make: Callable[[], bytes],
    allowed: float,
    tmp_path: Path,
    sandbox: Sandbox,
) -> None:
    path = tmp_path / name
    path.write_bytes(make())
    picture = load_picture(path, at_least=NATURAL, sandbox=sandbox)
    assert picture.format == format_name
    assert picture.image.mode == "RGB"
    assert mean_difference(picture.image, KNOWN) <= allowed
    times = 2 if format_name == "RAW" else 1  # its preview is half the size of what it states
    assert (picture.width, picture.height) == (originals.WIDTH * times, originals.HEIGHT * times)
    assert not picture.has_alpha


@each_format
def test_a_name_of_another_format_changes_nothing(
    name: str, format_name: str, make: Callable[[], bytes], allowed: float, tmp_path: Path
) -> None:
    if format_name == "TGA":
        allowed_name = tmp_path / "x.jpg"  # our samples have the footer of TGA 2.0
    else:
        allowed_name = tmp_path / ("x.png" if format_name != "RAW" else "x.tif")
    allowed_name.write_bytes(make())
    picture = load_picture(allowed_name, at_least=NATURAL)
    assert picture.format == format_name
    assert mean_difference(picture.image, KNOWN) <= allowed


def deep_tiffs() -> dict[str, bytes]:
    rgb = np.asarray(KNOWN)
    clear = np.full((*rgb.shape[:2], 1), 255, np.uint8)
    rgba, inks = np.concatenate([rgb, clear], axis=2), np.asarray(KNOWN.convert("CMYK"))
    cmyka = np.concatenate([inks, clear], axis=2)
    deep, floats = "<u2", (rgb / 255).astype("<f4")
    return {
        "16 bits, alpha": originals.tiff(rgba.astype(deep) * 257, photometric=2, extra=2),
        "16 bits, CMYK": originals.tiff(inks.astype(deep) * 257, photometric=5),
        "16 bits, planar": originals.tiff(rgb.astype(deep) * 257, photometric=2, planar=True),
        "8 bits, planar": originals.tiff(rgb, photometric=2, planar=True),
        "an unused channel": originals.tiff(rgba, photometric=2, extra=0),
        "CMYK, alpha": originals.tiff(cmyka, photometric=5, extra=2),
        "32-bit floats": originals.tiff(floats, photometric=2),
        "16-bit floats": originals.tiff(floats.astype("<f2"), photometric=2),
    }


@pytest.mark.parametrize("kind", deep_tiffs())
def test_the_known_picture_comes_out_of_every_kind_of_tiff(kind: str, sandbox: Sandbox) -> None:
    picture = load_picture(deep_tiffs()[kind], sandbox=sandbox)
    assert mean_difference(picture.image, KNOWN) <= ROUNDED
    assert not picture.has_alpha


ALL_WAYS = range(1, 9)
CAMERAS_WAYS = (1, 3, 6, 8)  # no camera mirrors


@pytest.mark.parametrize(
    ("format_name", "orientation"),
    [
        *((name, way) for name in ("AVIF", "TIFF", "HEIC") for way in ALL_WAYS),
        *((name, way) for name in ("RAW", "RAW, turned preview") for way in CAMERAS_WAYS),
    ],
)
def test_pictures_are_turned_upright(format_name: str, orientation: int) -> None:
    stored = sideways(KNOWN, orientation)
    exif = Image.Exif()
    exif[0x0112] = orientation
    if format_name.startswith("RAW"):
        data = originals.dng(
            stored, orientation=orientation, turned_preview="turned" in format_name
        )
    elif format_name == "HEIC":
        data = originals.heic(stored, exif=exif.tobytes())
    elif format_name == "AVIF":
        data = encoded(stored, "AVIF", quality=95, subsampling="4:4:4", exif=exif.tobytes())
    else:
        data = encoded(stored, "TIFF", exif=exif)
    picture = load_picture(data)
    assert picture.image.size == KNOWN.size
    assert mean_difference(picture.image, KNOWN) <= LOSSY
    assert picture.width > picture.height


@pytest.mark.parametrize("format_name", ["TIFF", "PSD", "JP2", "HEIC", "AVIF", "RAW", "JPEG"])
def test_colours_are_converted_to_srgb(format_name: str) -> None:
    profile = swapped_profile()
    reference = converted(KNOWN, profile)
    assert mean_difference(reference, KNOWN) > 8  # or the test would prove nothing
    data = {
        "TIFF": lambda: encoded(KNOWN, "TIFF", icc_profile=profile),
        "PSD": lambda: originals.psd(KNOWN, profile=profile),
        "JP2": lambda: originals.jp2_with_profile(KNOWN, profile),
        "HEIC": lambda: originals.heic(KNOWN, icc_profile=profile),
        "AVIF": lambda: encoded(
            KNOWN, "AVIF", quality=95, subsampling="4:4:4", icc_profile=profile
        ),
        "RAW": lambda: originals.dng(KNOWN, profile=profile),
        "JPEG": lambda: encoded(KNOWN, "JPEG", quality=95, subsampling=0, icc_profile=profile),
    }[format_name]()
    assert mean_difference(load_picture(data).image, reference) <= LOSSY


@pytest.mark.parametrize("format_name", ["TIFF", "PSD", "JPEG"])
def test_printing_inks_become_screen_colours(format_name: str) -> None:
    inks = KNOWN.convert("CMYK")
    data = originals.psd(inks) if format_name == "PSD" else encoded(inks, format_name, quality=95)
    picture = load_picture(data)
    assert mean_difference(picture.image, inks.convert("RGB")) <= LOSSY


def test_lab_of_photoshop_becomes_screen_colours() -> None:
    to_lab = ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
    )
    lab = ImageCms.applyTransform(KNOWN, to_lab)
    assert lab is not None
    assert mean_difference(load_picture(originals.psd(lab)).image, KNOWN) <= LOSSY


def test_grey_stays_grey() -> None:
    grey = KNOWN.convert("L")
    for data in (
        originals.psd(grey),
        originals.psd(grey, depth=16),
        encoded(grey, "TGA"),
        encoded(grey, "JPEG2000"),
        encoded(Image.fromarray(np.asarray(grey).astype(np.uint16) * 257), "JPEG2000"),
    ):
        assert mean_difference(load_picture(data).image, grey) <= ROUNDED


@pytest.mark.parametrize("name", ["x.psd", "x.tga", "x.ico", "x.tif", "x.jp2", "x.heic", "x.avif"])
def test_transparency_lies_on_mid_grey(name: str, tmp_path: Path) -> None:
    clear = KNOWN.convert("RGBA")
    mask = np.full((originals.HEIGHT, originals.WIDTH), 255, np.uint8)
    mask[20:30] = 0
    clear.putalpha(Image.fromarray(mask))
    make: dict[str, Callable[[], bytes]] = {
        "x.psd": lambda: originals.psd(clear),
        "x.tga": lambda: encoded(clear, "TGA"),
        "x.ico": lambda: encoded(clear, "ICO", sizes=[(64, 48)]),
        "x.tif": lambda: encoded(clear, "TIFF"),
        "x.jp2": lambda: encoded(clear, "JPEG2000"),
        "x.heic": lambda: originals.heic(clear),
        "x.avif": lambda: encoded(clear, "AVIF", quality=95, subsampling="4:4:4"),
    }
    path = tmp_path / name
    path.write_bytes(make[name]())
    picture = load_picture(path)
    assert picture.has_alpha
    pixels = as_array(picture.image)
    assert abs(pixels[22:28] - 128).max() <= 2
    assert abs(pixels[:18] - as_array(KNOWN)[:18]).mean() <= LOSSY


def test_the_fourth_byte_of_a_tga_that_means_nothing_hides_nothing(tmp_path: Path) -> None:
    data = bytearray(encoded(KNOWN.convert("RGBA"), "TGA"))
    data[17] &= 0xF0  # no bits of it are alpha
    data[18 + 3 :: 4] = bytes(len(data[18 + 3 :: 4]))
    path = tmp_path / "x.tga"
    path.write_bytes(bytes(data[: 18 + 64 * 48 * 4]))
    picture = load_picture(path)
    assert not picture.has_alpha
    assert mean_difference(picture.image, KNOWN) == 0


def test_a_drawing_without_a_ground_lies_on_mid_grey() -> None:
    drawing = (
        b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">'
        b'<rect width="20" height="20" fill="#fff"/></svg>'
    )
    picture = load_picture(drawing, at_least=Needed(longer=400))
    assert picture.has_alpha
    assert (picture.width, picture.height) == (40, 20)
    assert picture.image.size == (400, 200)
    assert picture.image.getpixel((100, 100)) == (255, 255, 255)
    assert picture.image.getpixel((300, 100)) == (128, 128, 128)


@pytest.mark.parametrize(
    ("size", "stated"),
    [
        ('width="1in" height="72pt"', (96, 96)),
        ('width="10mm" height="1cm" viewBox="0 0 5 5"', (38, 38)),
        ('width="100%" height="100%" viewBox="0 0 30 20"', (30, 20)),
        ('width="60" viewBox="0 0 30 20"', (60, 40)),
        ("", (300, 150)),
    ],
)
def test_a_drawing_has_the_size_that_it_states(size: str, stated: tuple[int, int]) -> None:
    picture = load_picture(f'<svg xmlns="http://www.w3.org/2000/svg" {size}/>'.encode(), at_least=8)
    assert (picture.width, picture.height) == stated


def test_text_in_a_drawing_is_set_also_where_no_file_can_be_opened(sandbox: Sandbox) -> None:
    drawing = (
        b'<svg xmlns="http://www.w3.org/2000/svg" width="80" height="40">'
        b'<rect width="80" height="40" fill="#fff"/>'
        b'<text x="5" y="30" font-size="30" font-family="sans-serif">Logo</text></svg>'
    )
    here = load_picture(drawing, at_least=200)
    there = load_picture(drawing, at_least=200, sandbox=sandbox)
    assert (as_array(here.image) == as_array(there.image)).all()


def test_entities_as_illustrator_writes_them_are_understood() -> None:
    drawing = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        "<!-- Generator: Adobe Illustrator -->\n"
        '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/svg11.dtd" [\n'
        ' <!ENTITY ns_svg "http://www.w3.org/2000/svg">\n]>\n'
        '<svg xmlns="&ns_svg;" width="10" height="10">'
        '<rect width="10" height="10" fill="red"/></svg>'
    )
    assert load_picture(drawing.encode()).image.getpixel((5, 5)) == (255, 0, 0)
    utf16 = drawing.replace("utf-8", "utf-16").encode("utf-16")
    assert load_picture(utf16).image.getpixel((5, 5)) == (255, 0, 0)


def test_frames_and_pages_are_counted() -> None:
    frames = [KNOWN, KNOWN.rotate(180), KNOWN.convert("L").convert("RGB")]
    many = {"save_all": True, "append_images": frames[1:]}
    for format_name, count in (
        ("PNG", 3),
        ("WEBP", 3),
        ("AVIF", 3),
        ("GIF", 0),
        ("TIFF", 0),
    ):
        picture = load_picture(encoded(KNOWN, format_name, **many))
        assert picture.frame_count == count, format_name
        assert mean_difference(picture.image, KNOWN) <= 12  # the first one; GIF has few colours
    assert load_picture(originals.pdf(KNOWN, pages=5), at_least=64).frame_count == 5
    assert load_picture(encoded(KNOWN, "ICO", sizes=[(16, 12), (64, 48)])).frame_count == 1


def test_the_largest_picture_of_an_icon_is_shown() -> None:
    icon = encoded(KNOWN, "ICO", sizes=[(16, 12), (32, 24), (64, 48)])
    assert load_picture(icon).image.size == (64, 48)


def test_large_pictures_are_reduced_while_decoding() -> None:
    large = KNOWN.resize((1600, 1200), Image.Resampling.BICUBIC)
    for data in (
        encoded(large, "JPEG2000"),
        originals.psd(large),
        originals.heic(large),
        encoded(large, "TIFF"),
    ):
        picture = load_picture(data, at_least=250)
        assert (picture.width, picture.height) == (1600, 1200)
        assert picture.image.size == (400, 300)
        assert mean_difference(picture.image.resize(KNOWN.size), KNOWN) <= 6


def test_a_page_is_drawn_as_large_as_it_is_needed() -> None:
    page = originals.pdf(KNOWN, points=10)
    picture = load_picture(page, at_least=Needed(shorter=224, longer=512))
    assert (picture.width, picture.height) == (640, 480)
    assert picture.image.size == (512, 384)


def test_a_file_named_raw_that_is_a_plain_tiff_is_read_as_one(tmp_path: Path) -> None:
    path = tmp_path / "x.nef"
    path.write_bytes(encoded(KNOWN, "TIFF"))
    assert mean_difference(load_picture(path).image, KNOWN) == 0


def test_a_photoshop_document_without_its_merged_picture_says_what_to_do() -> None:
    with pytest.raises(FileUnsupported, match="merged picture") as caught:
        load_picture(originals.psd(KNOWN, has_merged=False))
    assert "Maximize Compatibility" in caught.value.next_step


def test_a_document_with_a_password_says_so() -> None:
    with pytest.raises(FileUnsupported, match="password"):
        load_picture(originals.locked_pdf())


@pytest.mark.parametrize(
    ("data", "module", "library"),
    [
        (lambda: originals.heic(KNOWN), "pillow_heif", "pillow-heif"),
        (lambda: originals.psd(KNOWN), "psd_tools", "psd-tools"),
        (lambda: originals.svg(KNOWN), "resvg_py", "resvg-py"),
        (lambda: originals.pdf(KNOWN), "pypdfium2", "pypdfium2"),
        (lambda: originals.dng(KNOWN), "rawpy", "rawpy"),
    ],
)
def test_a_format_whose_library_is_missing_names_it(
    data: Callable[[], bytes], module: str, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = data()
    importlib.import_module(module)  # it is installed, whatever ran before
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.split(".")[0] == module:
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(FileUnsupported, match=f"needs the library {library}") as caught:
        load_picture(made)
    assert library in caught.value.next_step
    assert module in sys.modules


def test_headers_that_claim_too_much_are_refused_before_anything_is_decoded() -> None:
    limits = DecodeLimits(max_pixels=1000, max_header_pixels=1000)
    for name, format_name, make, _ in FORMATS:
        if format_name == "SVG" or name == "x.dng":
            continue  # drawn as small as needed; of a RAW picture only the preview is decoded
        with pytest.raises(FileTooLarge):
            load_picture(make(), limits=limits)


@each_format
def test_a_file_cut_off_anywhere_never_shows_half_a_picture(
    name: str, format_name: str, make: Callable[[], bytes], allowed: float, tmp_path: Path
) -> None:
    data = make()
    path = tmp_path / name
    for share in (0.02, 0.3, 0.6):
        path.write_bytes(data[: int(len(data) * share)])
        try:
            picture = load_picture(path, at_least=NATURAL)
        except (FileDamaged, FileUnsupported, FileTooLarge):
            continue
        assert format_name in {"RAW", "JP2", "PDF"}  # whole without its end, or repaired
        assert min(picture.image.size) > 0


def sideways(image: Image.Image, orientation: int) -> Image.Image:
    """As it is stored so that ``orientation`` turns it upright."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    return image.transpose(undo[orientation]) if orientation in undo else image


def converted(image: Image.Image, profile: bytes) -> Image.Image:
    """The reference: LittleCMS itself, on the original."""
    done = ImageCms.profileToProfile(
        image,
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
    )
    assert done is not None
    return done
