"""Pages as a viewer shows them: their text, turn, crop and forms; true reasons for the others."""

from __future__ import annotations

import base64
import zlib
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from desktop.core.errors import FileDamaged, FileUnsupported
from desktop.media import installed_fonts
from desktop.media.decode import load_picture, page_sizes
from desktop.media.formats import pdf_fonts
from desktop.media.formats.format import DecodeLimits, Needed
from desktop.media.formats.pdf_fonts import FontShelf, font_shelf
from desktop.media.formats.pdf_units import user_unit
from tests.media import originals, pdfs
from tests.media.samples import as_array, encoded, mean_difference

CASES = Path(__file__).parents[2] / "data" / "cases" / "07-pdf-text-without-embedded-font"
RED = "1 0 0 rg"
AS_STATED = Needed(shorter=200)


def drawn(data: bytes) -> NDArray[np.int16]:
    return as_array(load_picture(data, at_least=AS_STATED).image)


def ink(pixels: NDArray[np.int16]) -> float:
    """How much of it is dark, 0 to 1."""
    return float((pixels.min(axis=-1) < 128).mean())


def has_font_for(characters: str) -> bool:
    return any(font.has(characters) for font in installed_fonts.installed_fonts())


needs_chinese = pytest.mark.skipif(not has_font_for("红色披风"), reason="no Chinese font here")
needs_all = pytest.mark.skipif(
    not all(map(has_font_for, ("红披", "紅風", "赤い", "빨간", "АБ"))), reason="fonts are missing"
)


@needs_chinese
def test_text_in_a_font_that_is_not_embedded_is_drawn() -> None:
    pixels = drawn((CASES / "cjk.pdf").read_bytes())
    assert ink(pixels[60:110, 20:180]) > 0.1
    assert ink(pixels[120:]) == 0


@needs_all
@pytest.mark.parametrize("kind", pdfs.unembedded())
def test_no_text_is_lost_for_want_of_an_embedded_font(kind: str) -> None:
    pixels = drawn(pdfs.unembedded()[kind])
    assert ink(pixels[70:140, 20:60]) > 0.02  # the first letter
    assert ink(pixels[70:140, 20:140]) > 0.04


def test_a_font_that_is_installed_is_used() -> None:
    font = next(font for font in installed_fonts.installed_fonts() if font.has("ABC"))
    shelf = FontShelf(installed_fonts.installed_fonts())
    chosen = shelf.choose(max(font.names), 0, weight=font.weight, is_italic=font.is_italic)
    assert chosen is not None
    assert chosen.names & font.names


def test_text_that_no_font_here_can_write_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    document = pdfs.unembedded()["cyrillic, unknown"]
    monkeypatch.setattr(font_shelf(), "_fonts", ())
    with pytest.raises(FileUnsupported, match="neither in the document nor on this") as caught:
        load_picture(document, at_least=AS_STATED)
    assert "embedded" in caught.value.next_step
    assert pdf_fonts.font_shelf() is font_shelf()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (pdfs.text("红".encode("utf-16-be"), before="1 1 1 rg"), "white on white"),
        (pdfs.text("红".encode("utf-16-be"), before="3 Tr"), "laid invisibly over a scan"),
        (pdfs.text("红".encode("utf-16-be"), at=(900, 900)), "off the page"),
    ],
)
def test_text_that_is_not_meant_to_be_seen_is_not_missed(
    content: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(font_shelf(), "_fonts", ())
    song = pdfs.composite_font("STSong-Light", "GB1", "UniGB-UCS2-H")
    assert ink(drawn(pdfs.page(content, fonts=[song]))) == 0, why


def test_a_page_is_turned_and_cropped_as_it_says() -> None:
    square = f"{RED} 100 100 50 50 re f"
    turned = load_picture(pdfs.page(square, more="/Rotate 90"), at_least=Needed(shorter=200))
    assert (turned.width, turned.height) == (200, 300)
    assert tuple(as_array(turned.image)[125, 125]) == (255, 0, 0)
    cropped = load_picture(
        pdfs.page(square, more="/CropBox [100 100 200 150]"), at_least=Needed(shorter=50)
    )
    assert (cropped.width, cropped.height) == (100, 50)
    assert tuple(as_array(cropped.image)[25, 25]) == (255, 0, 0)
    assert tuple(as_array(cropped.image)[25, 75]) == (255, 255, 255)


def test_a_crop_that_lies_outside_of_the_page_shows_the_page() -> None:
    page = pdfs.page(f"{RED} 0 0 300 200 re f", more="/CropBox [900 900 950 950]")
    picture = load_picture(page, at_least=AS_STATED)
    assert (picture.width, picture.height) == (300, 200)
    assert (as_array(picture.image) == (255, 0, 0)).all()


def test_a_form_shows_what_was_filled_in() -> None:
    field = (
        "<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (Ada) /F 4 /Rect [50 50 250 150] "
        "/DA (/Helv 60 Tf 0 g) /AP << /N 6 0 R >> >>"
    )
    shape = (
        "<< /Type /XObject /Subtype /Form /BBox [0 0 200 100] /Length 27 >>\n"
        f"stream\n{RED} 0 0 200 100 re f\nendstream"
    )
    data = pdfs.page(
        "",
        more="/Annots [5 0 R]",
        catalog="/AcroForm << /Fields [5 0 R] >>",
        others=[field, shape],
    )
    assert tuple(drawn(data)[100, 150]) == (255, 0, 0)


NOTICE = (
    "This is an Adobe\xae Illustrator\xae File that was saved without PDF Content.",
    "To Place or open this file in other applications, it should be re-saved from Adobe",
)
GERMAN_NOTICE = (
    "Dies ist eine Adobe\xae Illustrator\xae-Datei, die ohne PDF-Inhalt",
    "gespeichert wurde.",
)


def notice(lines: tuple[str, ...], *, xmp: str = "", more: str = "") -> bytes:
    content = "".join(
        pdfs.text(line.encode("latin-1"), size=12, at=(10, 150 - 20 * number))
        for number, line in enumerate(lines)
    )
    marks = [f"<< /Length {len(xmp)} >>\nstream\n{xmp}\nendstream", "<< /AIPrivateData1 1 >>"]
    return pdfs.page(content + more, fonts=[pdfs.simple_font("Helvetica")], others=marks)


def thumbnail_note(image: Image.Image, prefix: str = "xmp") -> str:
    coded = base64.b64encode(encoded(image, "JPEG", quality=95)).decode()
    lines = "&#xA;".join(coded[at : at + 76] for at in range(0, len(coded), 76))
    return f"<{prefix}GImg:image>{lines}</{prefix}GImg:image>"


def test_an_illustrator_file_without_content_says_so() -> None:
    case = CASES.parent / "29-ai-without-pdf-content" / "no-pdf-content.ai"
    for data in (case.read_bytes(), notice(NOTICE), notice(GERMAN_NOTICE)):
        with pytest.raises(FileUnsupported, match="without the PDF content") as caught:
            load_picture(data, at_least=AS_STATED)
        assert "Create PDF Compatible File" in caught.value.next_step


@pytest.mark.parametrize("prefix", ["xmp", "xap"])
@pytest.mark.parametrize("lines", [NOTICE, GERMAN_NOTICE])
def test_the_preview_stands_for_an_illustrator_file_without_content(
    lines: tuple[str, ...], prefix: str
) -> None:
    known = originals.known_picture()
    data = notice(lines, xmp="<broken/>" + thumbnail_note(known, prefix))
    picture = load_picture(data, at_least=AS_STATED)
    assert picture.is_preview
    assert (picture.width, picture.height) == known.size
    assert mean_difference(picture.image, known) < 6


def test_a_page_that_speaks_of_illustrator_is_a_page() -> None:
    about = ("How Adobe Illustrator writes PDF",)
    for data in (notice(about, more=f" {RED} 0 0 50 50 re f"), notice(("Adobe PDF",))):
        assert not load_picture(data, at_least=AS_STATED).is_preview


BOXES = ("[0 0 0 0]", "[0 0 1e30 5]", "[0 0 nan nan]", "[9 9 0 0]")


@pytest.mark.parametrize("box", BOXES)
def test_odd_page_sizes_give_a_page_or_a_true_reason(box: str) -> None:
    picture = load_picture(pdfs.page("", box=box), at_least=AS_STATED)
    assert min(picture.width, picture.height) > 0


def test_a_page_that_is_larger_than_any_page_says_so() -> None:
    with pytest.raises(FileDamaged, match="larger than any page"):
        load_picture(pdfs.page("", box="[0 0 1000000000 1000000000]"), at_least=AS_STATED)


def test_a_document_without_pages_says_so() -> None:
    with pytest.raises(FileDamaged, match="no pages"):
        load_picture(pdfs.page("", count=0))


def test_a_font_file_that_is_cut_off_costs_nothing(tmp_path: Path) -> None:
    font = next(iter(installed_fonts.installed_fonts()), None)
    whole = bytes(font.file) if font else b"\0\1\0\0" + bytes(100)
    for length in (0, 3, 12, 40, 300):
        (tmp_path / f"{length}.ttf").write_bytes(whole[:length])
    for font in installed_fonts.fonts_in([tmp_path, tmp_path / "gone"]):
        assert not font.has("A")
        assert font.weight == 400
        assert font.names == frozenset()


@pytest.mark.parametrize(
    ("more", "size"),
    [
        ("", (300, 200)),
        ("/UserUnit 10", (3000, 2000)),
        ("/UserUnit 0.5 /Rotate 90", (100, 150)),
        ("/UserUnit .1", (30, 20)),
        ("/UserUnit (x)", (300, 200)),
        ("/UserUnit -3", (300, 200)),
        ("/UserUnit 999999999", (300, 200)),
        ("/UserUnit 2 /Other << /UserUnit 3 >>", (300, 200)),  # nobody knows which
    ],
)
def test_a_page_is_as_large_as_its_unit_makes_it(
    more: str, size: tuple[int, int], tmp_path: Path
) -> None:
    data = pdfs.page(f"{RED} 0 0 300 200 re f", more=more)
    picture = load_picture(data, at_least=AS_STATED)
    assert (picture.width, picture.height) == size
    path = tmp_path / "x.pdf"
    path.write_bytes(data)
    with path.open("rb") as file:
        assert page_sizes(file, path, DecodeLimits()) == [size]


def test_a_unit_that_is_packed_in_a_stream_of_objects_is_found() -> None:
    packed = zlib.compress(b"3 0 << /Type /Page /UserUnit 10 >>")
    head = b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode >>\nstream\n"
    assert user_unit(b"%PDF-1.6\n5 0 obj\n" + head + packed + b"\nendstream", 1) == 10
    assert user_unit(head + packed[:9] + b"\nendstream", 1) == 1
    assert user_unit(head + b"no zlib", 1) == 1
    assert user_unit(head + packed, 2) == 1, "the other page says nothing"
