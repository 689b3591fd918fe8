"""Text in pictures is found and read, in a process that reaches nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from desktop.core.cancellation import CancelToken
from desktop.core.errors import Cancelled, FileDamaged, FileUnreadable
from desktop.media.text_recognition.text_reader import TextReader
from tests.written_pictures import CHINESE, LATIN, is_there, poster, product

needs_fonts = pytest.mark.skipif(
    not all(map(is_there, LATIN)), reason="fonts-wqy-microhei and fonts-dejavu-core write it"
)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TextReader]:
    made = TextReader()
    small = kept(product(0, (64, 48)), tmp_path_factory.mktemp("small") / "small.jpg")
    made.may_have_text(small)  # its process outlives each test
    yield made
    made.close()


def kept(image: Image.Image, path: Path) -> Path:
    image.save(path)
    return path


@needs_fonts
@pytest.mark.parametrize("angle", [0, 8, -15])
def test_words_are_read_in_either_script_and_at_an_angle(
    reader: TextReader, tmp_path: Path, angle: float
) -> None:
    page = poster(["AURORA silk perfume", "极光丝绸香水"], CHINESE, letters=72, angle=angle)
    lines = reader.read(kept(page, tmp_path / "poster.png"))
    read = " ".join(line.text for line in lines)
    assert "AURORA silk perfume" in read
    assert "极光丝绸香水" in read
    assert all(line.confidence > 0.8 for line in lines)


@needs_fonts
def test_it_is_told_where_a_line_stands(reader: TextReader, tmp_path: Path) -> None:
    page = poster(["AURORA"], LATIN[0], letters=90, size=(1_000, 600))
    [line] = reader.read(kept(page, tmp_path / "poster.png"))
    xs, ys = zip(*line.corners, strict=True)
    assert len(line.corners) == 4
    assert min(xs) == pytest.approx(0.1, abs=0.03)
    assert min(ys) == pytest.approx(100 / 600 + 0.03, abs=0.04)
    assert max(ys) - min(ys) == pytest.approx(90 / 600, abs=0.06)


@needs_fonts
def test_an_upright_line_is_read_in_a_photograph_that_was_turned(
    reader: TextReader, tmp_path: Path
) -> None:
    page = poster(["Keep away from heat"], LATIN[1]).rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise
    page.save(tmp_path / "turned.jpg", exif=exif)
    [line] = reader.read(tmp_path / "turned.jpg")
    assert line.text == "Keep away from heat"


@needs_fonts
def test_a_glance_tells_a_poster_from_a_picture_without_a_letter(
    reader: TextReader, tmp_path: Path
) -> None:
    small = poster(["AURORA silk perfume", "for the evening"], LATIN[1])
    small.thumbnail((512, 512))
    assert reader.may_have_text(kept(small, tmp_path / "poster.jpg"))
    for seed in range(4):
        still = product(seed)
        still.thumbnail((512, 512))
        assert not reader.may_have_text(kept(still, tmp_path / f"{seed}.jpg"))


def test_what_has_no_text_has_no_lines(reader: TextReader, tmp_path: Path) -> None:
    assert reader.read(kept(product(1), tmp_path / "still.png")) == ()


def test_a_file_that_cannot_be_read_says_why(reader: TextReader, tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50))
    with pytest.raises(FileDamaged):
        reader.read(broken)
    with pytest.raises(FileUnreadable):
        reader.read(tmp_path / "gone.png")


def test_reading_stops_when_told(reader: TextReader, tmp_path: Path) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        reader.read(kept(product(2), tmp_path / "still.png"), cancel)
