"""What is in a folder and is no picture is counted; what is one is found, whatever it is called."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from desktop.library.folders.passed_over import PassedOverFiles
from desktop.library.folders.scan import FoundFile, PassedOver, scan
from desktop.media.decode import load_picture
from desktop.media.formats import registry
from desktop.media.formats.registry import is_picture, is_told_by_name, told_by_content
from desktop.services.reports import passed_over_in_words
from tests.media import originals
from tests.media.samples import encoded
from tests.movies import RED, movie_bytes

CASES = Path(__file__).parents[1] / "data" / "cases" / "27-readable-under-another-suffix"
KNOWN = originals.known_picture()
JPEG = encoded(KNOWN, "JPEG", quality=95)


def look(folder: Path) -> tuple[set[str], dict[str, int]]:
    """Names that are found, and how many of which suffix are passed over."""
    found: set[str] = set()
    passed_over: dict[str, int] = {}
    for each in scan(folder, is_picture, holds_picture=told_by_content):
        if isinstance(each, FoundFile):
            found.add(os.fsdecode(each.relative_path))
        elif isinstance(each, PassedOver):
            passed_over[each.suffix] = passed_over.get(each.suffix, 0) + 1
    return found, passed_over


@pytest.mark.parametrize(
    "name",
    [
        *("photo", "photo.jpg ", "photo.JPG.", "photo.mpo", "photo.jps", "photo.jpg_large"),
        *("photo.jpg_orig", "photo.download", "photo.bak", "photo.jpeg (1)", "photo.dat"),
        *("a sentence. with a full stop", "照片", "photo.jpg\u3000", "photo.ts", "photo.png"),
    ],
)
def test_a_picture_is_found_whatever_it_is_called(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(JPEG)
    assert look(tmp_path) == ({name}, {})
    assert load_picture(tmp_path / name).format == "JPEG"


@pytest.mark.parametrize(
    ("make", "format_name"),
    [
        (lambda: encoded(KNOWN, "PNG"), "PNG"),
        (lambda: encoded(KNOWN, "WEBP"), "WEBP"),
        (lambda: encoded(KNOWN, "AVIF"), "AVIF"),
        (lambda: encoded(KNOWN, "BMP"), "BMP"),
        (lambda: encoded(KNOWN, "DIB"), "BMP"),
        (lambda: encoded(KNOWN, "TIFF"), "TIFF"),
        (lambda: originals.psd(KNOWN), "PSD"),
        (lambda: originals.svg(KNOWN), "SVG"),
        (lambda: originals.pdf(KNOWN), "PDF"),
        (lambda: encoded(KNOWN, "ICO", sizes=[(64, 48)]), "ICO"),
        (lambda: movie_bytes(".mp4", [(RED, 0.5)]), "MP4"),
        (lambda: movie_bytes(".ts", [(RED, 0.5)]), "MPEG-TS"),
    ],
)
def test_the_first_bytes_tell_of_a_file_without_a_suffix(
    make: object, format_name: str, tmp_path: Path
) -> None:
    (tmp_path / "download").write_bytes(make())  # type: ignore[operator]
    assert look(tmp_path)[0] == {"download"}
    found = registry.find_format((tmp_path / "download").read_bytes())
    assert found is not None
    assert found.name == format_name


def test_what_designers_programs_call_otherwise_is_known_by_its_name() -> None:
    for name in ("a.mpo", "a.jps", "a.jpg_large", "a.avifs", "a.dib", "a.psdt", "a.png ", "a.ait"):
        assert is_picture(name), name


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"x", b"BM and more words of a text", b"P1 is the first of three points\n"),
        *(
            b"PK\x03\x04" + bytes(40),
            b"\n\n\nan empty line or two",
            b"GIF",
            b"RIFF\0\0\0\0WAVEfmt ",
        ),
        *(b"OggS" + bytes(24) + b"\x01vorbis", b"%!PS-Adobe-3.0", b"<html><body>", bytes(600)),
        *(b"\0\0\0\x18ftypM4A ", b"\x7fELF" + bytes(90), b"SQLite format 3\0" + bytes(90)),
    ],
)
def test_what_only_seems_to_be_a_picture_is_passed_over(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(content)
    assert look(tmp_path) == (set(), {"": 1})


def test_every_kind_is_counted_once_and_hidden_files_are_not(tmp_path: Path) -> None:
    for name in ("a.xd", "b.XD", "c.xyz", "readme", ".hidden.xyz", "sub/d.xyz", "x.Mr. Smith goes"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"words")
    _, counts = look(tmp_path)
    assert counts.pop(".xd", 0) in (0, 2)  # once read, no more passed over
    assert counts == {".xyz": 2, "": 2}


def test_nothing_is_opened_whose_name_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []
    real = registry.open_guarded

    def watched(path: Path) -> object:
        opened.append(path)
        return real(path)

    monkeypatch.setattr(registry, "open_guarded", watched)
    for name in ("a.png", "b.txt", "c.zip", "d.mp3", "e.xmp", "f.unknown"):
        (tmp_path / name).write_bytes(b"words")
    look(tmp_path)
    assert [path.name for path in opened] == ["f.unknown"]
    assert is_told_by_name("a.png")


def test_pipes_and_broken_links_without_a_suffix_are_passed_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "nothing")
    assert look(tmp_path) == (set(), {"": 2})


def test_what_was_counted_is_remembered_by_folder(tmp_path: Path) -> None:
    store = PassedOverFiles(tmp_path / "passed-over.json")
    assert store.total([1, 2]) == {}
    store.remember({1: {".c4d": 9, "": 1}, 2: {".c4d": 1}})
    store.remember({2: {".fig": 3}})
    assert store.total([1, 2]) == {".c4d": 9, ".fig": 3, "": 1}
    assert list(store.total([1, 2])) == [".c4d", ".fig", ""], "the most frequent first"
    assert store.total([2]) == {".fig": 3}
    for nonsense in (b"", b"[]", b'{"1": {"x": "y"}}', b'{"1": {"x": 1e999}}', b"\xff"):
        (tmp_path / "passed-over.json").write_bytes(nonsense)
        assert store.total([1, 2]) == {}


def test_one_sentence_says_it() -> None:
    assert passed_over_in_words({}) == ""
    assert passed_over_in_words({".c4d": 1}) == (
        "1 file of a kind that Plantain does not read was passed over: .c4d 1."
    )
    assert passed_over_in_words({".c4d": 9, "": 3}) == (
        "12 files of kinds that Plantain does not read were passed over: "
        ".c4d 9, without a suffix 3."
    )
    many = {f".{number}": 1 for number in range(20)}
    assert passed_over_in_words(many).endswith(".5 1, and others.")


@pytest.mark.parametrize("name", ["control.jpg", "photo.mpo", "windows.dib"])
def test_a_card_under_another_suffix(name: str, tmp_path: Path) -> None:
    shutil.copy(CASES / name, tmp_path)
    assert look(tmp_path) == ({name}, {})
    image = load_picture(tmp_path / name).image
    right, bottom = image.width - 4, image.height - 4
    for at, colour in {
        (3, 3): (220, 40, 40),
        (right, 3): (40, 170, 60),
        (3, bottom): (40, 70, 210),
        (right, bottom): (240, 200, 40),
    }.items():
        assert image.getpixel(at) == pytest.approx(colour, abs=3)
