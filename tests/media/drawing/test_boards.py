from __future__ import annotations

import io
import itertools
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from desktop.core.errors import FileError
from desktop.media.drawing import contact_sheet
from desktop.media.drawing import moodboard as board
from desktop.media.drawing.contact_sheet import SheetCell, render_contact_sheet
from desktop.media.drawing.moodboard import render_board
from desktop.media.drawing.mosaic import Arrangements, Box
from tests.media.samples import as_array, encoded, noise

RATIOS = {
    "1:1": (1024, 1024),
    "2:3": (683, 1024),
    "16:9": (1024, 576),
    "9:16": (576, 1024),
    "21:9": (1024, 439),
    "1:8": (128, 1024),
    "8:1": (1024, 128),
}


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def references(count: int) -> list[bytes]:
    shapes = [(300, 200), (200, 300), (250, 250), (600, 120), (90, 400)]
    return [encoded(noise(*shapes[i % 5], seed=i), "JPEG") for i in range(count)]


def render(prompt: str, count: int, ratio: str = "1:1", long_side: int = 512) -> Image.Image:
    labels = [f"picture {i}.jpg" for i in range(count)]
    scores = [0.3 if i % 2 else None for i in range(count)]
    return opened(render_board(prompt, references(count), labels, scores, ratio, long_side))


@pytest.mark.parametrize(("ratio", "size"), RATIOS.items())
def test_a_board_has_the_shape_and_size_asked_for(ratio: str, size: tuple[int, int]) -> None:
    image = render("ripe bananas", 4, ratio, 1024)
    assert image.format == "PNG"
    assert image.size == size


@pytest.mark.parametrize("count", [*range(7), 9, 14, 20])
@pytest.mark.parametrize("ratio", ["1:1", "21:9", "9:16"])
def test_any_number_of_references_makes_a_board(count: int, ratio: str) -> None:
    image = render("a banana on linen", count, ratio)
    pixels = as_array(image)
    paper = np.abs(pixels - np.array(board.PAPER)).max(axis=-1) <= 2
    assert 0.1 < paper.mean() < 0.8


def test_the_accent_and_the_colours_of_the_references_are_on_the_board() -> None:
    red = encoded(Image.new("RGB", (90, 60), (200, 20, 30)), "PNG")
    image = opened(render_board("red", [red], ["red.png"], [0.3], "1:1", 512))
    colours = {colour for _, colour in image.getcolors(1_000_000) or []}
    assert board.ACCENT in colours
    assert (200, 20, 30) in colours


def test_a_board_is_the_same_every_time() -> None:
    assert render("same", 3).tobytes() == render("same", 3).tobytes()
    assert render("same", 0).tobytes() != render("other", 0).tobytes()


@pytest.mark.parametrize(
    "prompt",
    [
        "x",
        "香蕉" * 800,
        "word " * 600,
        "unbroken" * 300,
        "emoji 🍌🍌🍌 \udce9 \x00 \n\n end",
        "مرحبا بالعالم नमस्ते Привет",
        "",
    ],
)
@pytest.mark.parametrize("long_side", [256, 512])
def test_any_prompt_can_be_set(prompt: str, long_side: int) -> None:
    for ratio in ("16:9", "9:16"):
        assert render(prompt, 2, ratio, long_side).width


def test_words_never_reach_into_the_margin() -> None:
    image = render("mmmmmmmm wwwwwwww " * 60, 5, "1:1", 800)
    edge = as_array(image)[:, -24:]
    assert np.abs(edge - np.array(board.PAPER)).max() == 0


@pytest.mark.parametrize("ratio", ["", "16", "a:b", "0:1", "-1:2", "1:1:1", "500:1"])
def test_what_is_no_aspect_ratio_is_refused(ratio: str) -> None:
    with pytest.raises(ValueError, match="ratio"):
        render_board("x", [], [], [], ratio, 512)


def test_lists_of_different_lengths_and_tiny_boards_are_refused() -> None:
    with pytest.raises(ValueError, match="length"):
        render_board("x", references(2), ["a"], [None, None], "1:1", 512)
    with pytest.raises(ValueError, match="256"):
        render_board("x", [], [], [], "1:1", 100)


def test_a_broken_reference_is_a_file_error() -> None:
    with pytest.raises(FileError):
        render_board("x", [b"not a picture"], ["x"], [None], "1:1", 512)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 14])
@pytest.mark.parametrize("target", [0.6, 1.0, 1.8])
def test_a_mosaic_fills_its_box_without_overlaps(count: int, target: float) -> None:
    aspects = [(1.5, 0.67, 1.0, 2.4, 0.5)[i % 5] for i in range(count)]
    mosaic = Arrangements(aspects).closest(target)
    outer = Box(10, 20, 600 * target, 600)
    boxes = mosaic.boxes(outer, gap=0)
    assert len(boxes) == count
    assert sum(box.width * box.height for box in boxes) == pytest.approx(outer.width * outer.height)
    for a, b in itertools.combinations(boxes, 2):
        across = min(a.left + a.width, b.left + b.width) - max(a.left, b.left)
        down = min(a.top + a.height, b.top + b.height) - max(a.top, b.top)
        assert across < 0.001 or down < 0.001


@pytest.mark.parametrize("count", [5, 8, 11, 14])
def test_a_mosaic_of_several_pictures_hardly_crops_any(count: int) -> None:
    aspects = [(1.5, 0.67, 1.0, 1.78, 0.8)[i % 5] for i in range(count)]
    for target in (0.7, 1.0, 1.6):
        boxes = Arrangements(aspects).closest(target).boxes(Box(0, 0, 1000 * target, 1000), gap=8)
        for aspect, box in zip(aspects, boxes, strict=True):
            assert 0.75 < box.aspect / aspect < 1.34
        areas = [box.width * box.height for box in boxes]
        assert min(areas) > sum(areas) / count / 5


def cells(count: int) -> list[SheetCell]:
    return [
        SheetCell(data, f"picture {place}.jpg", f"similarity {0.3 - place / 100:.3f}")
        for place, data in enumerate(references(count))
    ]


@pytest.mark.parametrize("count", [0, 1, 2, 5, 13, 30])
def test_a_sheet_grows_with_its_cells(count: int) -> None:
    image = opened(render_contact_sheet(cells(count), title="ripe 香蕉"))
    assert image.format == "PNG"
    assert image.width >= 800


def test_columns_can_be_chosen() -> None:
    narrow = opened(render_contact_sheet(cells(6), title="x", columns=2))
    wide = opened(render_contact_sheet(cells(6), title="x", columns=6))
    assert narrow.width < wide.width
    assert narrow.height > wide.height


def test_a_cell_that_cannot_be_read_does_not_spoil_the_sheet(tmp_path: Path) -> None:
    odd = [
        SheetCell(b"text", "notes.png"),
        SheetCell(tmp_path / "gone", "🍌\udcff\n.png", "x" * 200),
        SheetCell(encoded(Image.new("RGB", (5000, 1)), "PNG"), "a very long name " * 20, ""),
    ]
    assert opened(render_contact_sheet(odd, title="\udce9 " + "long " * 300)).width


def test_a_sheet_shows_the_whole_picture_in_its_colours() -> None:
    lime = encoded(Image.new("RGB", (400, 100), (0, 255, 0)), "PNG")
    image = opened(render_contact_sheet([SheetCell(lime, "lime.png")], title="lime"))
    pixels = as_array(image)
    is_lime = (pixels == np.array((0, 255, 0))).all(axis=-1)
    rows, columns = np.nonzero(is_lime)
    assert np.ptp(columns) / np.ptp(rows) == pytest.approx(4, rel=0.05)


def test_a_sheet_of_thousands_stops_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contact_sheet, "_MOST_CELLS", 4)
    small = opened(render_contact_sheet(cells(4), title="x"))
    assert opened(render_contact_sheet(cells(9), title="x")).size == small.size
