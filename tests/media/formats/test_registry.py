from __future__ import annotations

import ast
import inspect
import os
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import pytest

from desktop.media.formats import registry as formats
from desktop.media.formats.foreign import describe_foreign
from desktop.media.formats.format import Format, PictureFormat
from desktop.media.formats.pillow import quiet_decoders


def name_of(head: bytes, called: str = "") -> str:
    found = formats.find_format(head, called)
    return found.name if found else ""


@pytest.mark.parametrize(
    "name",
    ["a.jpg", "A.JPG", "b.JpEg", "c.jpe", "d.jfif", "e.png", "f.WebP", "g.gif", "h.bmp", "i.TIF"],
)
def test_a_picture_is_known_by_its_suffix_in_any_letter_case(name: str) -> None:
    assert formats.is_picture(name)
    assert formats.is_picture(Path("/some/where") / name)
    assert formats.is_picture(name.encode())


@pytest.mark.parametrize("name", ["a.txt", "jpg", ".jpg", "a.jpg.part", "a.docx", "a.", ""])
def test_other_names_are_no_pictures(name: str) -> None:
    assert not formats.is_picture(name)


def test_a_name_that_is_not_utf8_is_judged_by_its_suffix_all_the_same() -> None:
    raw = b"caf\xe9.png"
    assert formats.is_picture(raw)
    assert formats.is_picture(os.fsdecode(raw))


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "JPEG"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "PNG"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "WEBP"),
        (b"RIFF\x10\x00\x00\x00WAVEfmt ", ""),
        (b"%!PS-Adobe-3.0 EPSF", ""),
        (b"II*\x00\x08\x00\x00\x00", "TIFF"),
        (b"", ""),
    ],
)
def test_the_content_decides_which_decoder_runs(head: bytes, name: str) -> None:
    assert name_of(head) == name


@pytest.mark.parametrize(
    ("head", "description"),
    [
        (b"%!PS-Adobe-3.0", "a PostScript document"),
        (b"PK\x03\x04", "a ZIP archive"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:00",
            "a pointer of Git LFS, without the picture itself",
        ),
        ("shopping list: 香蕉".encode()[:-1], "text"),
        (b"\x00\x01\x02\x03", ""),
    ],
)
def test_what_a_foreign_file_is_can_be_said(head: bytes, description: str) -> None:
    assert describe_foreign(head) == description


def test_pillows_remarks_are_silenced_and_everyone_elses_are_not() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        quiet_decoders()
        quiet_decoders()
        warnings.warn_explicit(
            "odd tag", UserWarning, "TiffImagePlugin.py", 1, "PIL.TiffImagePlugin"
        )
        with pytest.raises(UserWarning):
            warnings.warn_explicit("ours", UserWarning, "x.py", 1, "desktop.media.x")


def test_silencing_from_many_threads_leaves_one_filter() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        threads = [threading.Thread(target=quiet_decoders) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        ours = [entry for entry in warnings.filters if "PIL" in str(entry[3])]
        assert len(ours) == 1


def test_importing_the_room_changes_no_warning_filter() -> None:
    code = (
        "import warnings, numpy; before = list(warnings.filters)\n"
        "import desktop.media.decode, desktop.media.thumbnails\n"
        "assert list(warnings.filters) == before, warnings.filters"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", ["a.heic", "b.PSB", "c.svgz", "d.ai", "e.CR3", "f.tga", "g.avif"])
def test_designers_formats_are_known_by_their_names(name: str) -> None:
    assert formats.is_picture(name)


@pytest.mark.parametrize(
    ("head", "called", "name"),
    [
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "", "HEIC"),
        (b"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1avif", "", "AVIF"),
        (b"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1heic", "", "HEIC"),
        (b"\x00\x00\x00\x18ftypcrx \x00\x00\x00\x01crx isom", "", "RAW"),
        (b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42", "", "MP4"),
        (b"8BPS\x00\x02", "", "PSD"),
        (b"8BPS\x00\x03", "", ""),
        (b"%PDF-1.7\n", "", "PDF"),
        (b"\xef\xbb\xbf%PDF-1.7\n", "", "PDF"),
        (b'<?xml version="1.0"?>\n<!-- a > b -->\n<svg xmlns=', "", "SVG"),
        (b"<svg:svg xmlns:svg=", "", "SVG"),
        (b"<svgfoo>", "", ""),
        (b"<html><svg>", "", ""),
        (b"II*\x00\x10\x00\x00\x00CR\x02\x00", "", "RAW"),
        (b"II*\x00\x08\x00\x00\x00", "x.NEF", "RAW"),
        (b"FUJIFILMCCD-RAW 0201", "", "RAW"),
        (
            b"\x00\x00\x01\x00\x01\x00\x10\x10\x00\x00\x01\x00\x20\x00" + b"\x00" * 4 + b"\x16",
            "",
            "",
        ),
    ],
)
def test_the_content_tells_designers_formats_apart(head: bytes, called: str, name: str) -> None:
    assert name_of(head, called) == name


def test_no_two_formats_share_a_name_or_a_suffix() -> None:
    names = [entry.name for entry in formats.FORMATS]
    suffixes = [suffix for entry in formats.FORMATS for suffix in entry.suffixes]
    assert len(set(names)) == len(names)
    assert len(set(suffixes)) == len(suffixes)
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in suffixes)


def test_every_format_can_be_told_by_something() -> None:
    assert not [e.name for e in formats.FORMATS if not (e.signatures or e.recognise)]


@pytest.mark.parametrize("entry", formats.FORMATS, ids=lambda entry: entry.name)
def test_a_format_lists_what_it_imports_late_for_the_sandbox(entry: Format) -> None:
    if not isinstance(entry, PictureFormat):
        return
    module = sys.modules[entry.open.__module__]
    late: set[str] = set()
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.FunctionDef):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Import):
                    late |= {alias.name for alias in inner.names}
                elif isinstance(inner, ast.ImportFrom):
                    late.add(inner.module or "")
    known = {"PIL", "desktop.media.formats", "desktop.media.formats.pillow"}  # by media.decode
    listed = {*entry.libraries, *(f"{name}.constants" for name in entry.libraries)}
    of_other_formats = {name for other in formats.FORMATS for name in other.libraries}
    assert late <= known | listed | of_other_formats


def test_knowing_the_formats_loads_none_of_their_libraries() -> None:
    code = (
        "import sys\n"
        "from desktop.media.formats.registry import FORMATS, is_picture\n"
        "assert is_picture('a.psd')\n"
        "heavy = {name.split('.')[0] for entry in FORMATS for name in entry.libraries}\n"
        "heavy = heavy - {'desktop'} | {'numpy'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
