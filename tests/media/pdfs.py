"""PDF documents of one page, written by hand, that name fonts without bringing them along."""

from __future__ import annotations

from collections.abc import Sequence

SIMPLE = "<< /Type /Font /Subtype /{kind} /BaseFont /{name} {encoding} >>"
COMPOSITE = (
    "<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /{encoding} /DescendantFonts "
    "[<< /Type /Font /Subtype /CIDFontType{kind} /BaseFont /{name} /DW 1000 /CIDSystemInfo "
    "<< /Registry (Adobe) /Ordering ({ordering}) /Supplement 0 >> /FontDescriptor "
    "<< /Type /FontDescriptor /FontName /{name} /Flags {flags} /FontBBox [0 -250 1000 900] "
    "/ItalicAngle 0 /Ascent 900 /Descent -250 /CapHeight 700 /StemV 80 >> >>] >>"
)


def simple_font(name: str, *, kind: str = "Type1", encoding: str = "/WinAnsiEncoding") -> str:
    return SIMPLE.format(kind=kind, name=name, encoding=f"/Encoding {encoding}" if encoding else "")


def described_font(name: str, *, flags: int, encoding: str = "/WinAnsiEncoding") -> str:
    """A TrueType font with widths and a description, as office programs write it."""
    widths = " ".join(["600"] * 224)
    return (
        f"<< /Type /Font /Subtype /TrueType /BaseFont /{name} /Encoding {encoding} /FirstChar 32 "
        f"/LastChar 255 /Widths [{widths}] /FontDescriptor << /Type /FontDescriptor "
        f"/FontName /{name} /Flags {flags} /FontBBox [0 -250 1000 900] /ItalicAngle 0 "
        "/Ascent 900 /Descent -250 /CapHeight 700 /StemV 80 >> >>"
    )


def composite_font(name: str, ordering: str, encoding: str, *, kind: int = 0) -> str:
    return COMPOSITE.format(name=name, ordering=ordering, encoding=encoding, kind=kind, flags=6)


def differences(*glyphs: str) -> str:
    names = "".join(f"/{glyph}" for glyph in glyphs)
    return f"<< /Type /Encoding /Differences [65 {names}] >>"


def page(
    content: str,
    *,
    fonts: Sequence[str] = (),
    box: str = "[0 0 300 200]",
    more: str = "",
    catalog: str = "",
    count: int = 1,
    others: Sequence[str] = (),
) -> bytes:
    """A document of one page.

    Args:
        fonts: their dictionaries; the content calls them /F0, /F1 …
        more: further entries of the page, ``catalog`` of the document.
        others: further objects, from number 5 on.
    """
    named = " ".join(f"/F{number} {font}" for number, font in enumerate(fonts))
    kids = "[3 0 R]" if count else "[]"
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        f"<< /Type /Pages /Kids {kids} /Count {count} >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox {box} {more} /Contents 4 0 R "
        f"/Resources << /Font << {named} >> >> >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        *others,
    ]
    out = bytearray(b"%PDF-1.4\n")
    places: list[int] = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF".encode()
    return bytes(out)


def text(string: bytes, *, size: int = 60, at: tuple[int, int] = (20, 80), before: str = "") -> str:
    return f"{before} BT /F0 {size} Tf {at[0]} {at[1]} Td <{string.hex()}> Tj ET"


BASE_14 = (
    *("Courier", "Courier-Bold", "Courier-Oblique", "Courier-BoldOblique"),
    *("Helvetica", "Helvetica-Bold", "Helvetica-Oblique", "Helvetica-BoldOblique"),
    *("Times-Roman", "Times-Bold", "Times-Italic", "Times-BoldItalic", "Symbol", "ZapfDingbats"),
)


def unembedded() -> dict[str, bytes]:
    """Text of some script in a font that is not in the document."""
    cyrillic = differences("afii10017", "afii10018", "afii10019")
    found = {name: page(text(b"ABC"), fonts=[simple_font(name, encoding="")]) for name in BASE_14}
    found |= {
        name: page(text(b"ABC"), fonts=[simple_font(name, kind="TrueType")])
        for name in ("Arial", "ArialMT", "TimesNewRomanPSMT", "DejaVuSans")
    }
    for name, font in (
        ("cyrillic, Helvetica", simple_font("Helvetica", encoding=cyrillic)),
        ("cyrillic, Arial", described_font("ArialMT", flags=32, encoding=cyrillic)),
        ("cyrillic, unknown", described_font("Unheard", flags=32, encoding=cyrillic)),
        ("cyrillic, symbolic", described_font("Unheard", flags=4, encoding=cyrillic)),
    ):
        found[name] = page(text(b"ABC"), fonts=[font])
    for name, ordering, encoding, written in (
        ("STSong-Light", "GB1", "UniGB-UCS2-H", "红色披风"),
        ("MSung-Light", "CNS1", "UniCNS-UCS2-H", "紅色披風"),
        ("HeiseiMin-W3", "Japan1", "UniJIS-UCS2-H", "赤いマント"),
        ("HYSMyeongJo-Medium", "Korea1", "UniKS-UCS2-H", "빨간망토"),
        ("SimSun", "GB1", "UniGB-UCS2-H", "红色披风"),
        ("MS-Gothic", "Japan1", "90ms-RKSJ-H", "赤い"),
        ("SimHei", "GB1", "GBK-EUC-H", "红色"),
    ):
        codec = {"90ms-RKSJ-H": "shift_jis", "GBK-EUC-H": "gbk"}.get(encoding, "utf-16-be")
        font = composite_font(name, ordering, encoding)
        found[f"{name}, {encoding}"] = page(text(written.encode(codec), size=50), fonts=[font])
    identity = composite_font("ArialMT", "Identity", "Identity-H", kind=2)
    found["identity"] = page(text(bytes([0, 36, 0, 37, 0, 38])), fonts=[identity])
    return found
