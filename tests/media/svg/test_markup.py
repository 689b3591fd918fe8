"""A drawing is known and read however it is written down; what cannot be is told why."""

from __future__ import annotations

import codecs
import gzip
from pathlib import Path

import pytest

from desktop.core.errors import FileDamaged, FileTooLarge
from desktop.media.decode import load_picture
from desktop.media.formats.format import Needed
from desktop.media.formats.registry import find_format
from desktop.media.sandbox.pool import Sandbox
from desktop.media.svg.markup import begins_drawing, read_drawing
from tests.media.card import CASES

BODY = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 30 20"><title>{}</title>'
    '<rect width="30" height="20" fill="#d22"/></svg>'
)
RED = (221, 34, 34)


def title(data: bytes) -> str | None:
    return read_drawing(data, Path("x.svg")).findtext("title")


def declared(encoding: str, words: str) -> str:
    return f'<?xml version="1.0" encoding="{encoding}"?>' + BODY.format(words)


@pytest.mark.parametrize(
    ("declaration", "codec", "words"),
    [
        ("GBK", "gbk", "设计稿"),
        ("gb2312", "gb18030", "香蕉〇䶮"),
        ("GB18030", "gb18030", "𠮷"),
        ("Big5", "big5", "設計"),
        ("Shift_JIS", "cp932", "デザイン①"),
        ("x-sjis", "cp932", "バナナ"),
        ("EUC-JP", "euc_jp", "デザイン"),
        ("ISO-2022-JP", "iso2022_jp", "デザイン"),
        ("EUC-KR", "cp949", "디자인똠"),
        ("windows-1250", "cp1250", "žluťoučký"),
        ("windows-1251", "cp1251", "дизайн"),
        ("windows-1252", "cp1252", "“é”"),
        ("windows-1253", "cp1253", "Σχέδιο"),
        ("windows-1255", "cp1255", "שלום"),
        ("windows-1256", "cp1256", "تصميم"),
        ("windows-874", "cp874", "ออกแบบ"),
        ("KOI8-R", "koi8_r", "дизайн"),
        ("ISO-8859-1", "cp1252", "café"),
        ("iso-8859-2", "iso8859_2", "łódź"),
        ("macintosh", "mac_roman", "é†"),
        ("utf-8", "utf-8", "香蕉"),
        ("utf-8", "utf_8_sig", "香蕉"),
        ("utf-16", "utf-16", "香蕉"),
        ("utf-16", "utf-16-le", "香蕉"),
        ("utf-16", "utf-16-be", "香蕉"),
        ("utf-32", "utf-32", "香蕉"),
        # Left over from before a conversion.
        ("GBK", "utf-8", "香蕉设计"),
        ("ISO-8859-1", "utf-8", "香蕉"),
        ("utf-16", "utf-8", "香蕉"),
        ("utf-8", "gbk", "香蕉设计"),
        ("utf-8", "cp1252", "café"),
        ("no-such-code", "utf-8", "香蕉"),
    ],
)
def test_every_encoding_is_read(declaration: str, codec: str, words: str) -> None:
    data = declared(declaration, words).encode(codec)
    assert title(data) == words
    assert find_format(data) is not None


def test_encodings_are_read_where_no_file_can_be_opened(sandbox: Sandbox) -> None:
    for declaration, codec in (("GBK", "gbk"), ("Shift_JIS", "cp932"), ("windows-1257", "cp1257")):
        data = declared(declaration, "a").encode(codec)
        assert load_picture(data, at_least=20, sandbox=sandbox).image.getpixel((9, 9)) == RED
    case = CASES / "19-svg-recognition-and-encodings" / "windows-1253.svg"
    assert load_picture(case, at_least=20, sandbox=sandbox).image.getpixel((9, 9)) == RED


def test_bytes_that_no_code_knows_cost_a_letter_and_not_the_drawing() -> None:
    data = declared("windows-1253", "a@b").encode("cp1253").replace(b"@", b"\xd2\xff")
    assert (title(data) or "").startswith("a")


PLAIN = BODY.format("a")


@pytest.mark.parametrize(
    "text",
    [
        "\n\n  <?xml version='1.0'?>\n" + PLAIN,
        "<!--" + "licence " * 10_000 + "-->" + PLAIN,
        "<!-- a --><?xml-stylesheet href='x.css'?><!-- <svg> -->" + PLAIN,
        "<!DOCTYPE svg [<!ENTITY a ']>'> <!-- ]> --> <?x ]>?>]>" + PLAIN,
        '<!DOCTYPE svg [<!ENTITY ns "http://www.w3.org/2000/svg">]>'
        + PLAIN.replace('"http://www.w3.org/2000/svg"', '"&ns;"'),
        '<!DOCTYPE svg [<!ENTITY a "a"><!ENTITY b "&a;">]>' + PLAIN.replace(">a<", ">&b;<"),
        "<!DOCTYPE svg [<!ENTITY r \"<rect width='30' height='20' fill='#d22'/>\">]>"
        + BODY.format("a").replace('<rect width="30" height="20" fill="#d22"/>', "&r;"),
        PLAIN.replace("<", "<svg:").replace("<svg:/", "</svg:").replace("xmlns", "xmlns:svg"),
        PLAIN.replace(' xmlns="http://www.w3.org/2000/svg"', ""),
        PLAIN.replace("http://www", "https://www"),
        PLAIN.replace("<rect", '<rect inkscape:label="unbound"'),
        PLAIN + "\n<!-- the end -->\n",
        PLAIN + "\x00\x00",
        PLAIN + "<p>more</p>",
        "\ufeff" + PLAIN,
    ],
)
def test_what_surrounds_a_drawing_does_not_hide_it(text: str) -> None:
    for data in (text.encode(), gzip.compress(text.encode()), text.encode("utf-16")):
        found = find_format(data)
        assert found is not None
        assert found.name == "SVG"
        picture = load_picture(data, at_least=20)
        assert picture.image.getpixel((9, 9)) == RED


def test_a_head_that_is_longer_than_what_was_read_is_believed_by_its_name() -> None:
    head = b"<!--" + b"licence " * 2000
    assert begins_drawing(head, is_named_so=True)
    assert not begins_drawing(head, is_named_so=False)
    assert not begins_drawing(b"just words " * 200, is_named_so=True)
    assert not begins_drawing(b"<!DOCTYPE html><html><svg>", is_named_so=True)
    assert not begins_drawing(codecs.BOM_UTF8, is_named_so=False)


@pytest.mark.parametrize("text", [PLAIN[:-9], "<svg>", PLAIN.replace("</title>", ""), "<svg <>"])
def test_a_drawing_that_breaks_off_is_damaged(text: str) -> None:
    with pytest.raises(FileDamaged, match="damaged or incomplete"):
        read_drawing(text.encode(), Path("x.svg"))


def test_more_parts_than_are_safe_are_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.media.svg.markup._MAX_ELEMENTS", 50)
    with pytest.raises(FileTooLarge, match="more than 50 parts"):
        read_drawing(("<svg>" + "<g/>" * 50 + "</svg>").encode(), Path("x.svg"))


def test_only_the_attribute_of_xml_itself_keeps_white_space() -> None:
    """A drawing whose writer has dropped the prefix would set its words out of sight."""
    body = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"><text {} font-size="20" '
        'x="0" y="18">\n        <tspan>M</tspan></text></svg>'
    )

    def ink(attribute: str) -> bool:
        image = load_picture(body.format(attribute).encode(), at_least=Needed(20, keeps_alpha=True))
        return image.image.convert("RGBA").getchannel("A").getextrema() != (0, 0)

    assert ink('space="preserve"')
    assert not ink('xml:space="preserve"')
