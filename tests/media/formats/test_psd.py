"""Photoshop documents: every mode, and what stands for one whose merged picture is not there."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from PIL import Image, ImageCms

from desktop.core.errors import FileDamaged, FileUnsupported
from desktop.media.decode import load_picture
from desktop.media.formats import psd_layers
from tests.media import originals, psds
from tests.media.formats.test_inside_and_outside import CARD
from tests.media.samples import as_array, mean_difference

CASES = Path(__file__).parents[2] / "data" / "cases" / "15-psd-without-or-with-blank-composite"
KNOWN = originals.known_picture()
GREY = KNOWN.convert("L")
WHOLE = (0, 0)


def planes(image: Image.Image) -> list[np.ndarray]:
    return [np.asarray(band) for band in image.split()]


def lab_planes() -> list[np.ndarray]:
    transform = ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
    )
    lab = ImageCms.applyTransform(KNOWN, transform)
    assert lab is not None
    return planes(lab)


def modes() -> dict[str, tuple[bytes, Image.Image, float]]:
    """A document, what it should look like, and by how many levels it may differ on average."""
    inks = KNOWN.convert("CMYK")
    ink_planes = [255 - plane for plane in planes(inks)]
    indexed = KNOWN.quantize(256)
    table = np.array(indexed.getpalette() or [], np.uint8).reshape(-1, 3)
    table = np.vstack([table, np.zeros((256 - len(table), 3), np.uint8)])
    alpha = np.full((48, 64), 77, np.uint8)
    black = np.where(np.asarray(GREY) < 128, 0, 255).astype(np.uint8)
    rgb, shown_inks = planes(KNOWN), inks.convert("RGB")
    found = {
        "bitmap": (psds.document(psds.BITMAP, [black], depth=1), Image.fromarray(black), 0.0),
        "indexed": (
            psds.document(psds.INDEXED, planes(indexed), palette=table.T.tobytes()),
            indexed.convert("RGB"),
            0.0,
        ),
        "duotone": (psds.document(psds.DUOTONE, planes(GREY), palette=bytes(532)), GREY, 0.0),
        "multichannel": (psds.document(psds.MULTICHANNEL, ink_planes), shown_inks, 1.0),
        "an alpha channel": (psds.document(psds.RGB, [*rgb, alpha]), KNOWN, 0.0),
        "two alpha channels": (psds.document(psds.RGB, [*rgb, alpha, alpha]), KNOWN, 0.0),
        "grey, an alpha channel": (psds.document(psds.GREY, [np.asarray(GREY), alpha]), GREY, 0.0),
        "inks, a spot channel": (psds.document(psds.CMYK, [*ink_planes, alpha]), shown_inks, 1.0),
    }
    for depth in (8, 16, 32):
        found[f"RGB, {depth} bits"] = (psds.document(psds.RGB, rgb, depth=depth), KNOWN, 1.0)
        grey = [np.asarray(GREY)]
        found[f"grey, {depth} bits"] = (psds.document(psds.GREY, grey, depth=depth), GREY, 1.0)
    for depth in (8, 16):
        document = psds.document(psds.CMYK, ink_planes, depth=depth)
        found[f"inks, {depth} bits"] = (document, shown_inks, 1.0)
        found[f"Lab, {depth} bits"] = (
            psds.document(psds.LAB, lab_planes(), depth=depth),
            KNOWN,
            2.0,
        )
    large = psds.document(psds.RGB, rgb, depth=16, version=2)
    return found | {"PSB": (large, KNOWN, 1.0)}


MODES = modes()


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_is_shown_as_photoshop_does(mode: str) -> None:
    data, right, allowed = MODES[mode]
    picture = load_picture(data)
    assert mean_difference(picture.image, right) <= allowed
    assert not picture.has_alpha
    assert not picture.is_preview


def test_a_duotone_has_the_colours_of_its_preview() -> None:
    large = GREY.resize((320, 240), Image.Resampling.BICUBIC)
    share = np.asarray(large)[..., np.newaxis] / 255
    inks = Image.fromarray((np.array([20, 40, 120]) * (1 - share) + 250 * share).astype(np.uint8))
    preview = psds.thumbnail(inks.resize((160, 120), Image.Resampling.BOX))
    data = psds.document(psds.DUOTONE, [np.asarray(large)], palette=bytes(532), resources=preview)
    picture = load_picture(data)
    assert mean_difference(picture.image, inks) <= 3
    assert picture.image.size == (320, 240)
    assert not picture.is_preview


def test_the_document_of_the_case_shows_its_card() -> None:
    picture = load_picture(CASES / "max-compat-off-with-thumbnail.psd")
    found = as_array(picture.image)
    corners = [found[y, x] for y in (5, -5) for x in (5, -5)]
    assert np.abs(np.array(corners) - np.array(CARD)).max() <= 6
    assert (picture.width, picture.height) == (90, 60)


@pytest.mark.parametrize("blank", [None, "white", "black", "grey"])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("depth", [8, 16])
def test_layers_stand_for_a_merged_picture_that_is_missing_or_blank(
    blank: str | None, mode: str, depth: Literal[8, 16]
) -> None:
    ground = {"RGB": "white", "L": 255, "CMYK": (0, 0, 0, 0)}[mode]
    half = KNOWN.convert(mode).crop((0, 0, 32, 48))
    merged = Image.new("RGB", KNOWN.size, blank).convert(mode) if blank else None
    layers = [(Image.new(mode, KNOWN.size, ground), WHOLE), (half, WHOLE)]
    data = psds.layered(layers, KNOWN.size, mode=mode, depth=depth, merged=merged)
    picture = load_picture(data)
    right = Image.new("RGB", KNOWN.size, "white")
    right.paste(half.convert("RGB"), WHOLE)
    assert mean_difference(picture.image, right) <= 2
    assert not picture.is_preview


def test_what_no_layer_covers_is_clear() -> None:
    half = KNOWN.crop((0, 0, 32, 48))
    picture = load_picture(psds.layered([(half, WHOLE)], KNOWN.size))
    assert picture.has_alpha
    assert (as_array(picture.image)[:, 40:] == 128).all()
    assert mean_difference(picture.image.crop((0, 0, 32, 48)), half) <= 1


@pytest.mark.parametrize("is_old", [False, True])
def test_the_preview_decides_whether_the_layers_were_put_together_rightly(is_old: bool) -> None:
    small = KNOWN.resize((32, 24), Image.Resampling.BOX)
    data = psds.layered([(KNOWN, WHOLE)], KNOWN.size, preview=small, is_old_preview=is_old)
    assert mean_difference(load_picture(data).image, KNOWN) <= 1
    other = KNOWN.rotate(180)  # as where an effect or an adjustment is not understood
    data = psds.layered([(other, WHOLE)], KNOWN.size, preview=small, is_old_preview=is_old)
    picture = load_picture(data)
    assert picture.is_preview
    assert (picture.width, picture.height) == KNOWN.size
    assert picture.image.size == (32, 24)
    assert mean_difference(picture.image, small) <= 6


def test_layers_that_would_take_too_long_leave_it_to_the_preview(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(psd_layers, "_MOST_BESIDE_A_PREVIEW", 1000)
    small = KNOWN.resize((32, 24), Image.Resampling.BOX)
    assert load_picture(psds.layered([(KNOWN, WHOLE)], KNOWN.size, preview=small)).is_preview
    assert not load_picture(psds.layered([(KNOWN, WHOLE)], KNOWN.size)).is_preview


def test_the_preview_stands_where_there_are_no_layers() -> None:
    small = KNOWN.resize((32, 24), Image.Resampling.BOX)
    data = psds.with_resource(originals.psd(KNOWN, has_merged=False), psds.thumbnail(small))
    picture = load_picture(data)
    assert picture.is_preview
    assert mean_difference(picture.image, small) <= 4


def test_a_document_in_one_colour_is_that_colour() -> None:
    red = Image.new("RGB", KNOWN.size, (200, 10, 20))
    for data in (originals.psd(red), psds.layered([(red, WHOLE)], red.size, merged=red)):
        assert mean_difference(load_picture(data).image, red) <= 1


def test_a_preview_that_is_cut_off_is_no_picture() -> None:
    head = struct.pack(">6I2H", 1, 64, 48, 192, 9216, 100, 24, 1)
    broken = psds.psd_resource(1036, head + b"\xff\xd8\xff\xe0" + bytes(96))
    with pytest.raises(FileUnsupported, match="merged picture"):
        load_picture(psds.with_resource(originals.psd(KNOWN, has_merged=False), broken))


@pytest.mark.parametrize("mode", ["CMYK", "LAB"])
def test_inks_and_lab_may_be_clear(mode: str) -> None:
    """Photoshop lays inks that are half clear on white, and keeps how clear they were."""
    alpha = np.full((48, 64), 255)
    alpha[:16], alpha[16:32] = 0, 128
    share = alpha[..., np.newaxis] / 255
    if mode == "CMYK":
        inks = np.asarray(KNOWN.convert("CMYK")) * share
        colours = [255 - inks[..., at] for at in range(4)]
    else:
        colours = lab_planes()
    data = psds.document(
        getattr(psds, mode),
        [np.asarray(plane, np.float64).round().astype(np.uint8) for plane in (*colours, alpha)],
        has_transparency=True,
    )
    picture = load_picture(data)
    assert picture.has_alpha
    right = np.asarray(KNOWN) * share + 128 * (1 - share)
    assert mean_difference(picture.image, Image.fromarray(right.round().astype(np.uint8))) <= 3
    assert load_picture(data, at_least=20).has_alpha


def test_the_clear_colour_of_a_palette_is_clear() -> None:
    palette = bytes([200, 10, 0]).ljust(256) + bytes(512)
    numbers = np.tile(np.array([0, 1], np.uint8), (48, 32))
    clear = psds.psd_resource(1047, struct.pack(">H", 1))
    picture = load_picture(psds.document(psds.INDEXED, [numbers], palette=palette, resources=clear))
    assert picture.has_alpha
    assert picture.image.getpixel((0, 0)) == (200, 0, 0)
    assert picture.image.getpixel((1, 0)) == (128, 128, 128)


def test_damaged_notes_and_layers_do_not_cost_the_picture() -> None:
    good = psds.psd_resource(1039, b"no profile")
    for notes in (b"8BIM" + b"\xff" * 30, b"no resource", good + b"8BIM\x04\x0c\0\0\xff\xff"):
        picture = load_picture(originals.psd(KNOWN, notes=notes))
        assert mean_difference(picture.image, KNOWN) == 0
    plain = originals.psd(KNOWN)
    at = 26 + 4 + 4
    broken = struct.pack(">I", 40) + b"\xff" * 40
    assert mean_difference(load_picture(plain[:at] + broken + plain[at + 4 :]).image, KNOWN) == 0
    with pytest.raises(FileDamaged):
        load_picture(plain[:at] + broken + plain[at + 4 : -5000])


def test_a_channel_that_is_said_to_be_transparency_is() -> None:
    clear = KNOWN.convert("RGBA")
    clear.putalpha(Image.fromarray(np.tile(np.array([0, 255], np.uint8), (48, 32))))
    assert load_picture(originals.psd(clear)).has_alpha
