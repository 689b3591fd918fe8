from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from desktop.media.drawing.fonts import Typeface, find_fonts, font_folders
from desktop.media.drawing.typesetting import ELLIPSIS, fit_block, shorten, wrap

HAS_CHINESE = "\u25a1" not in Typeface().drawable("香蕉")
needs_chinese = pytest.mark.skipif(not HAS_CHINESE, reason="no Chinese font on this machine")


@pytest.fixture
def face() -> Typeface:
    return Typeface()


def ink(face: Typeface, text: str, size: float = 40) -> bytes:
    image = Image.new("RGB", (400, 80), "white")
    face.draw(ImageDraw.Draw(image), (5, 60), text, size, (0, 0, 0))
    return image.tobytes()


def test_fonts_are_looked_for_below_folders_and_best_first(tmp_path: Path) -> None:
    deep = tmp_path / "truetype" / "x"
    deep.mkdir(parents=True)
    (deep / "DejaVuSans.ttf").touch()
    (deep / "MSYH.TTC").touch()
    (deep / "Unheard.ttf").touch()
    found = find_fonts([tmp_path, tmp_path / "not there"])
    assert found == [(deep / "MSYH.TTC", 0), (deep / "DejaVuSans.ttf", 0)]


def test_every_system_has_font_folders() -> None:
    assert all(folder.is_absolute() for folder in font_folders())


def test_a_broken_font_file_is_passed_over(tmp_path: Path) -> None:
    broken = tmp_path / "msyh.ttc"
    broken.write_bytes(b"not a font")
    face = Typeface([(broken, 0)])
    assert face.measure("banana 香蕉", 20) > 0
    assert face.drawable("香蕉") == "\u25a1"


@needs_chinese
def test_english_and_chinese_share_a_line(face: Typeface) -> None:
    assert face.drawable("ripe 香蕉 leaf") == "ripe 香蕉 leaf"
    assert ink(face, "香蕉") != ink(face, "苹果")
    whole = face.measure("ripe 香蕉", 40)
    assert whole == pytest.approx(face.measure("ripe ", 40) + face.measure("香蕉", 40), abs=0.6)


def test_what_no_font_has_becomes_one_box_and_controls_become_spaces() -> None:
    face = Typeface([])
    assert face.drawable("a🍌🍌b") == "a\u25a1b"
    assert face.drawable("caf\udce9\udcff.png") == "caf\u25a1.png"
    assert face.drawable("  a\x00\n\tb\u200b\ufe0f ") == "a b"


@pytest.mark.parametrize("size", [11.0, 16.5, 33.0, 34.0, 60.0])
def test_type_is_as_wide_as_it_was_measured(face: Typeface, size: float) -> None:
    image = Image.new("L", (900, 100))
    width = face.draw(ImageDraw.Draw(image.convert("RGB")), (5, 60), "Hxgpi nnn", size, (9, 9, 9))
    assert width == pytest.approx(face.measure("Hxgpi nnn", size))
    canvas = Image.new("RGB", (900, 100))
    face.draw(ImageDraw.Draw(canvas), (5, 60), "HHHH", size, (255, 255, 255))
    box = canvas.getbbox()
    assert box is not None
    assert abs(box[3] - 60) <= 1
    assert box[0] >= 5
    assert box[2] <= 5 + face.measure("HHHH", size) + 1


def test_lines_break_between_words(face: Typeface) -> None:
    lines = wrap(face, "the quick brown fox jumps over the lazy dog", 20, 150, 10)
    assert len(lines) > 1
    assert " ".join(lines) == "the quick brown fox jumps over the lazy dog"
    assert all(face.measure(line, 20) <= 150 for line in lines)


@needs_chinese
def test_chinese_breaks_anywhere_but_never_before_a_comma(face: Typeface) -> None:
    text = "夏日香蕉主题海报，温暖的自然光，留白，（手绘）风格。"
    for width in range(60, 220, 7):
        lines = wrap(face, text, 20, width, 50)
        assert "".join(lines) == text
        for line in lines[1:]:
            assert line[0] not in "，。）"
        for line in lines:
            assert not line.endswith("（")


def test_a_word_wider_than_the_line_is_cut(face: Typeface) -> None:
    lines = wrap(face, "a" * 100, 20, 100, 50)
    assert "".join(lines) == "a" * 100
    assert all(face.measure(line, 20) <= 100 for line in lines)


def test_too_many_lines_end_in_an_ellipsis(face: Typeface) -> None:
    lines = wrap(face, "word " * 100, 20, 150, 3)
    assert len(lines) == 3
    assert lines[-1].endswith(ELLIPSIS)
    assert face.measure(lines[-1], 20) <= 150


def test_a_long_file_name_keeps_its_beginning_and_its_ending(face: Typeface) -> None:
    name = shorten(face, "a-very-long-file-name-of-a-poster-final.tiff", 20, 200)
    assert name.startswith("a-very")
    assert name.endswith(".tiff")
    assert ELLIPSIS in name
    assert face.measure(name, 20) <= 200
    assert shorten(face, "short.png", 20, 200) == "short.png"
    assert shorten(face, "香蕉" * 50, 20, 120).count(ELLIPSIS) == 1
    assert shorten(face, "anything", 20, 1) == ELLIPSIS


def test_type_is_as_large_as_fits(face: Typeface) -> None:
    sizes = (60.0, 40.0, 20.0, 12.0)
    assert fit_block(face, "banana", sizes, 400, 100).size == 60
    long = fit_block(face, "banana " * 40, sizes, 400, 200)
    assert long.size < 60
    assert long.height <= 200
    endless = fit_block(face, "banana " * 4000, sizes, 400, 200)
    assert endless.size == 12
    assert endless.lines[-1].endswith(ELLIPSIS)
    assert endless.height <= 200
