"""Colours that are stated by numbers, against formulas of the standards written down here again.

The matrices are those of "CSS Color Module Level 4" (W3C), section 18: fractions, from the
chromaticities of each space.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from desktop.media.decode import load_picture
from desktop.media.stated_colour import (
    ADOBE_RGB,
    BT709,
    Curve,
    StatedColour,
    stated_by_codes,
    stated_by_gamma,
)
from tests.media import originals
from tests.media.samples import as_array, encoded, png_chunk
from tests.media.test_colour import srgb_profile, swapped_profile

CASES = Path(__file__).parents[1] / "data" / "cases" / "08-still-colour-statements-ignored"
Floats = NDArray[np.float64]

XYZ_TO_SRGB = np.array(
    [
        [12831 / 3959, -329 / 214, -1974 / 3959],
        [-851781 / 878810, 1648619 / 878810, 36519 / 878810],
        [705 / 12673, -2585 / 12673, 705 / 667],
    ]
)
P3_TO_XYZ = np.array(
    [
        [608311 / 1250200, 189793 / 714400, 198249 / 1000160],
        [35783 / 156275, 247089 / 357200, 198249 / 2500400],
        [0, 32229 / 714400, 5220557 / 5000800],
    ]
)
BT2020_TO_XYZ = np.array(
    [
        [63426534 / 99577255, 20160776 / 139408157, 47086771 / 278816314],
        [26158966 / 99577255, 472592308 / 697040785, 8267143 / 139408157],
        [0, 19567812 / 697040785, 295819943 / 278816314],
    ]
)
ADOBE_TO_XYZ = np.array(
    [
        [573536 / 994567, 263643 / 1420810, 187206 / 994567],
        [591459 / 1989134, 6239551 / 9945670, 374412 / 4972835],
        [53769 / 1989134, 351524 / 4972835, 4929758 / 4972835],
    ]
)


def card() -> NDArray[np.uint8]:
    """Corners in red, green, blue and yellow, and a row of greys; none brighter than white."""
    pixels = np.full((48, 64, 3), 30, np.uint8)
    pixels[:16, :16], pixels[:16, -16:] = (220, 40, 40), (40, 170, 60)
    pixels[-16:, :16], pixels[-16:, -16:] = (40, 70, 210), (240, 200, 40)
    pixels[20:28] = np.linspace(0, 253, 64).astype(np.uint8)[:, np.newaxis]
    return pixels


def light_of(srgb: NDArray[np.uint8]) -> Floats:
    value = srgb / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def srgb_of(light: Floats) -> Floats:
    light = np.clip(light, 0, 1)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def pq_of(nits: Floats) -> Floats:
    """SMPTE ST 2084, equation 5.2."""
    power = (np.clip(nits, 0, None) / 10000) ** 0.1593017578125
    return ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375


def hlg_of(nits: Floats) -> Floats:
    """ITU-R BT.2100: the inverse of its OOTF at 1,000 cd/m², then its OETF."""
    display = np.clip(nits, 0, None) / 1000
    luminance = display @ np.array([0.2627, 0.678, 0.0593])
    scene = display * np.maximum(luminance, 1e-9)[..., np.newaxis] ** ((1 - 1.2) / 1.2)
    with np.errstate(invalid="ignore"):
        upper = 0.17883277 * np.log(12 * scene - 0.28466892) + 0.55991073
    return np.where(scene <= 1 / 12, np.sqrt(3 * scene), upper)


def within(space: NDArray[np.float64]) -> Floats:
    """The card's light in another space."""
    return light_of(card()) @ np.linalg.inv(XYZ_TO_SRGB @ space).T


SPACES: dict[str, tuple[int, int, Callable[[], Floats]]] = {
    "Display P3": (12, 13, lambda: srgb_of(within(P3_TO_XYZ))),
    "BT.2020": (9, 13, lambda: srgb_of(within(BT2020_TO_XYZ))),
    "linear": (1, 8, lambda: light_of(card())),
    "gamma 2.2": (1, 4, lambda: light_of(card()) ** (1 / 2.2)),
    "gamma 2.8": (1, 5, lambda: light_of(card()) ** (1 / 2.8)),
    "PQ": (9, 16, lambda: pq_of(203 * within(BT2020_TO_XYZ))),
    "PQ of P3": (12, 16, lambda: pq_of(203 * within(P3_TO_XYZ))),
    "HLG": (9, 18, lambda: hlg_of(203 * within(BT2020_TO_XYZ))),
}
"""Code numbers of primaries and transfer, and the card as it is stored so."""
each_space = pytest.mark.parametrize("space", SPACES)
SRGB_LIKE = [(1, 13), (1, 1), (2, 2), (1, 6), (2, 13), (255, 255), (0, 0)]


def stored(space: str, levels: int) -> NDArray[np.uint16]:
    return (np.clip(SPACES[space][2](), 0, 1) * levels + 0.5).astype(np.uint16)


def png(values: NDArray[np.uint16], *chunks: bytes, depth: int = 8, colour_type: int = 2) -> bytes:
    """A PNG file of these values, with these chunks after its header."""
    rows = values.astype(np.uint8) if depth == 8 else values.astype(">u2").view(np.uint8)
    rows = rows.reshape(values.shape[0], -1)
    lines = np.concatenate([np.zeros((len(rows), 1), np.uint8), rows], axis=1).tobytes()
    header = struct.pack(">IIBBBBB", values.shape[1], values.shape[0], depth, colour_type, 0, 0, 0)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            png_chunk(b"IHDR", header),
            *chunks,
            png_chunk(b"IDAT", zlib.compress(lines)),
            png_chunk(b"IEND", b""),
        ]
    )


def cicp(primaries: int, transfer: int) -> bytes:
    return png_chunk(b"cICP", bytes((primaries, transfer, 0, 1)))


def gama(power: float) -> bytes:
    return png_chunk(b"gAMA", struct.pack(">I", round(power * 100_000)))


def chrm(*white_red_green_blue: float) -> bytes:
    values = [round(value * 100_000) for value in white_red_green_blue]
    return png_chunk(b"cHRM", struct.pack(">8I", *values))


SRGB_CHUNK = png_chunk(b"sRGB", b"\0")
P3_CHRM = chrm(0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06)
SRGB_CHRM = chrm(0.3127, 0.329, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)


def off_by(data: bytes, right: NDArray[np.uint8] | None = None) -> int:
    """Largest difference from the card, levels."""
    right = card() if right is None else right
    return int(np.abs(as_array(load_picture(data).image) - right).max())


@pytest.mark.parametrize("name", ["gama-1.0.png", "nclx-display-p3.avif"])
def test_the_card_of_the_case_looks_as_expected(name: str) -> None:
    right = as_array(Image.open(CASES / "expected.png"))
    found = as_array(load_picture(CASES / name).image)
    assert np.abs(found - right)[4:-4, 4:-4].mean() < 2
    for y, x in ((5, 5), (5, -5), (-5, 5), (-5, -5)):
        assert np.abs(found[y, x] - right[y, x]).max() <= 5  # lossy, colour halved


@each_space
def test_code_numbers_in_a_png_are_honoured(space: str) -> None:
    codes = SPACES[space][:2]
    assert off_by(png(stored(space, 65535), cicp(*codes), depth=16)) <= 1
    # In 8 bits a step of light among shadows is many levels of sRGB.
    data = png(stored(space, 255), cicp(*codes))
    difference = np.abs(as_array(load_picture(data).image) - card())
    assert difference.mean() < 2.5
    assert difference.max() <= (13 if space == "linear" else 6)


@each_space
def test_code_numbers_in_avif_and_heic_are_honoured(space: str) -> None:
    pixels = Image.fromarray(stored(space, 255).astype(np.uint8))
    for data in (
        encoded(pixels, "AVIF", quality=100, subsampling="4:4:4"),
        originals.heic(pixels),
    ):
        marked = with_codes(data, *SPACES[space][:2])
        found = as_array(load_picture(marked).image)
        flat = (slice(4, 12), slice(4, 12)), (slice(4, 12), slice(-12, -4))
        for place in flat:
            assert np.abs(found[place] - card()[place]).mean() < 7


def with_codes(data: bytes, primaries: int, transfer: int) -> bytes:
    """Other code numbers in place of those that the encoder wrote."""
    at = data.index(b"colrnclx") + 8
    return data[:at] + struct.pack(">HH", primaries, transfer) + data[at + 4 :]


def test_bright_heic_of_10_bits_keeps_its_shadows() -> None:
    import pillow_heif

    values = stored("PQ", 1023).astype("<u2") << 6
    frame = pillow_heif.from_bytes(mode="RGB;16", size=(64, 48), data=values.tobytes())
    out = io.BytesIO()
    frame.save(out, quality=100, chroma=444)
    found = as_array(load_picture(with_codes(out.getvalue(), 9, 16)).image)
    assert np.abs(found[20:28, 2:] - card()[20:28, 2:]).mean() < 2


@pytest.mark.parametrize("codes", SRGB_LIKE)
def test_what_is_srgb_or_unknown_changes_not_one_level(codes: tuple[int, int]) -> None:
    assert stated_by_codes(*codes) is None
    assert off_by(png(card().astype(np.uint16), cicp(*codes))) == 0


@pytest.mark.parametrize("power", [1.0, 1 / 1.8, 1 / 2.6, 0.3])
def test_gamma_is_honoured_in_colour_grey_and_palette(power: float) -> None:
    deep = (light_of(card()) ** power * 65535 + 0.5).astype(np.uint16)
    assert off_by(png(deep, gama(power), depth=16)) <= 1
    grey = np.tile(np.arange(256, dtype=np.uint16), (4, 1))
    right = (srgb_of((grey / 255) ** (1 / power)) * 255 + 0.5).astype(np.int16)
    for depth, values in ((8, grey), (16, grey * 257)):
        found = as_array(load_picture(png(values, gama(power), depth=depth, colour_type=0)).image)
        assert np.abs(found - right[..., np.newaxis]).max() <= 1
    palette = Image.fromarray(deep.astype(np.float32).astype(np.uint16).__rshift__(8).astype("u1"))
    data = encoded(palette.quantize(16), "PNG")
    marked = data[:33] + gama(power) + data[33:]
    plain = as_array(load_picture(data).image) / 255
    right = srgb_of(plain ** (1 / power)) * 255
    assert np.abs(as_array(load_picture(marked).image) - right).max() <= 1


def test_gamma_that_programs_write_for_srgb_changes_not_one_level() -> None:
    for chunks in ((gama(0.45455),), (gama(0.45455), SRGB_CHRM), (SRGB_CHRM,), (gama(0.4545),)):
        assert off_by(png(card().astype(np.uint16), *chunks)) == 0


def test_chromaticities_are_honoured() -> None:
    values = (within(P3_TO_XYZ).clip(0, 1) ** (1 / 2.2) * 255 + 0.5).astype(np.uint16)
    found = as_array(load_picture(png(values, gama(1 / 2.2), P3_CHRM)).image)
    assert np.abs(found - card()).max() <= 6  # 8 bits, in the shadows
    assert np.abs(found - card())[:16].mean() < 1


@pytest.mark.parametrize(
    "senseless",
    [
        chrm(*[0.0] * 8),
        chrm(*[0.33] * 8),
        png_chunk(b"cHRM", b"\xff" * 32),
        chrm(0.3, 0.0, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06),
        gama(0),
        png_chunk(b"gAMA", b"\xff" * 4),
        png_chunk(b"cICP", b"\xff" * 4),
        png_chunk(b"cICP", bytes((9, 16, 9, 1))),
    ],
)
def test_senseless_statements_are_ignored(senseless: bytes) -> None:
    assert off_by(png(card().astype(np.uint16), senseless)) == 0


def test_which_statement_counts() -> None:
    """PNG, third edition: cICP, iCCP, sRGB, then gAMA and cHRM."""
    icc = png_chunk(b"iCCP", b"x\0\0" + zlib.compress(swapped_profile()))
    broken = png_chunk(b"iCCP", b"x\0\0" + b"no profile at all")
    p3 = stored("Display P3", 255)
    assert off_by(png(p3, icc, SRGB_CHUNK, gama(1), cicp(12, 13))) <= 3
    plain = card().astype(np.uint16)
    by_profile = as_array(load_picture(png(plain, icc, SRGB_CHUNK, gama(1))).image)
    assert abs(by_profile[5, 5, 2] - 220) < 12  # red and blue changed places
    assert off_by(png(plain, SRGB_CHUNK, gama(1), P3_CHRM)) == 0
    linear = (light_of(card()) * 255 + 0.5).astype(np.uint16)
    assert off_by(png(linear, broken, gama(1))) <= 13


def test_what_comes_after_the_pixels_says_nothing_of_them() -> None:
    whole = png(card().astype(np.uint16))
    clear = png_chunk(b"tRNS", struct.pack(">3H", *card()[5, 5]))
    for chunk in (gama(1), P3_CHRM, cicp(9, 16), clear):
        picture = load_picture(whole[:-12] + chunk + whole[-12:])
        assert np.abs(as_array(picture.image) - card()).max() == 0
        assert not picture.has_alpha


@pytest.mark.parametrize("depth", [8, 16])
def test_black_and_white_of_television_are_black_and_white(depth: int) -> None:
    step = 1 << depth - 8
    narrow = (16 + card() * (219 / 255)) * step
    codes = png_chunk(b"cICP", bytes((1, 13, 0, 0)))
    assert off_by(png(narrow.round().astype(np.uint16), codes, depth=depth)) <= 16 // depth
    beyond = np.array([[[0] * 3, [16 * step] * 3, [235 * step] * 3, [256 * step - 1] * 3]])
    found = as_array(load_picture(png(beyond.astype(np.uint16), codes, depth=depth)).image)
    assert found[0, :, 0].tolist() == [0, 0, 255, 255]


@pytest.mark.parametrize("depth", [8, 16])
def test_grey_and_alpha_have_a_gamma_too(depth: int) -> None:
    most = (1 << depth) - 1
    grey = np.linspace(0, 1, 256)
    values = np.stack([grey * most, np.full(256, most)], axis=-1)[np.newaxis]
    right = srgb_of(grey.round(12) ** 2) * 255
    data = png(values.round().astype(np.uint16), gama(0.5), depth=depth, colour_type=4)
    found = as_array(load_picture(data).image)[0]
    assert np.abs(found - right[:, np.newaxis]).max() <= 3


def test_transparency_stays_where_colours_are_stated() -> None:
    rgba = np.dstack([stored("PQ", 65535), np.full((48, 64), 65535, np.uint16)])
    rgba[:, 32:, 3] = 0
    picture = load_picture(png(rgba, cicp(9, 16), depth=16, colour_type=6))
    assert picture.has_alpha
    found = as_array(picture.image)
    assert np.abs(found[:, :32] - card()[:, :32]).max() <= 1
    assert (found[:, 32:] == 128).all()


@pytest.mark.parametrize("says", ["R03", "2"])
def test_adobe_rgb_by_exif_is_honoured(says: str) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0xA001] = 2 if says == "2" else 0xFFFF
    if says == "R03":
        exif.get_ifd(0x8769)[0xA005] = {1: "R03"}
    values = (within(ADOBE_TO_XYZ).clip(0, 1) ** (256 / 563) * 255 + 0.5).astype(np.uint8)
    pixels = Image.fromarray(values)
    data = encoded(pixels, "JPEG", quality=100, subsampling=0, exif=exif)
    difference = np.abs(as_array(load_picture(data).image) - card())
    assert difference[:16].mean() < 1.5
    assert np.abs(values.astype(np.int16) - card())[:16].mean() > 3  # or this would prove nothing
    with_profile = encoded(
        Image.fromarray(card()), "JPEG", quality=100, subsampling=0, exif=exif,
        icc_profile=srgb_profile(),
    )  # fmt: skip
    assert np.abs(as_array(load_picture(with_profile).image) - card())[2:14, 2:14].mean() < 1.5


def bmp(
    pixels: NDArray[np.uint8], kind: int, endpoints: Floats, gamma: float, icc: bytes = b""
) -> bytes:
    """With the fifth header, rows from below."""
    height, width = pixels.shape[:2]
    rows = pixels[::-1, :, ::-1].tobytes()
    start = 14 + 124
    header = struct.pack("<IiiHHIIiiII", 124, width, height, 1, 24, 0, len(rows), 0, 0, 0, 0)
    header += struct.pack("<4II", 0, 0, 0, 0, kind)
    header += struct.pack("<9i", *(round(value * 2**30) for value in endpoints.T.flat))
    header += struct.pack("<3I", *[round(gamma * 65536)] * 3)
    header += struct.pack("<IIII", 4, 124 + len(rows) if icc else 0, len(icc), 0)
    whole = start + len(rows) + len(icc)
    return struct.pack("<2sIHHI", b"BM", whole, 0, 0, start) + header + rows + icc


def test_colours_that_a_bmp_states_are_honoured() -> None:
    values = (within(ADOBE_TO_XYZ).clip(0, 1) ** (256 / 563) * 255 + 0.5).astype(np.uint8)
    stated = bmp(values, 0, ADOBE_TO_XYZ, 563 / 256)
    assert np.abs(as_array(load_picture(stated).image) - card())[:16].mean() < 1
    none = np.zeros((3, 3))
    assert off_by(bmp(card(), 0, none, 0)) == 0
    assert off_by(bmp(card(), 0x73524742, ADOBE_TO_XYZ, 1)) == 0  # LCS_sRGB
    swapped = as_array(load_picture(bmp(card(), 0x4D424544, none, 0, swapped_profile())).image)
    assert abs(swapped[5, 5, 2] - 220) < 12


def test_what_is_brighter_than_white_is_pressed_and_keeps_its_order() -> None:
    nits = np.linspace(0, 4000, 256)
    signal = np.repeat(pq_of(nits)[np.newaxis, :, np.newaxis], 3, axis=2)
    stated = stated_by_codes(9, 16)
    assert stated is not None
    levels = stated.to_srgb(signal)[0, :, 0].astype(int)
    assert (np.diff(levels) >= 0).all()
    assert levels[-1] == 255
    assert levels[13] < 250  # 203 cd/m² is white paper, and there is room above


def test_grey_stays_grey_and_white_white_from_every_white() -> None:
    for codes in (4, 5, 6, 8, 9, 10, 11, 12, 22):
        stated = stated_by_codes(codes, 13)
        assert stated is not None
        ramp = np.repeat(np.linspace(0, 1, 64)[np.newaxis, :, np.newaxis], 3, axis=2)
        found = stated.to_srgb(ramp).astype(int)
        assert np.ptp(found, axis=2).max() <= 1
        assert np.abs(found[0, :, 0] - np.linspace(0, 255, 64)).max() <= 1


def test_adobe_rgb_and_gamma_make_sense() -> None:
    assert stated_by_gamma(2.2, None) is None
    assert stated_by_gamma(2.2, BT709) is None
    assert stated_by_gamma(0, None) is None
    assert StatedColour(BT709, Curve.SRGB).to_srgb(np.full((1, 1, 3), 0.5)).tolist() == [
        [[128] * 3]
    ]
    assert ADOBE_RGB.to_srgb(np.array([[[0.0, 1.0, 0.0]]])).tolist() == [[[0, 255, 0]]]
