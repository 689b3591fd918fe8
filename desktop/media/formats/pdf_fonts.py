"""Fonts for PDFium that a document names and does not bring along: the installed ones.

PDFium would open their files while it draws, which a decoder process does not allow, so they are
handed to it as bytes. What it asks for, and how, is in its ``fpdf_sysfontinfo.h``.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, cast

from desktop.media.installed_fonts import InstalledFont, installed_fonts, plain_name

_SAMPLES = {
    128: "あ込",  # FXFONT_SHIFTJIS_CHARSET
    129: "한글",  # FXFONT_HANGEUL_CHARSET
    134: "这们",  # FXFONT_GB2312_CHARSET
    136: "這們",  # FXFONT_CHINESEBIG5_CHARSET
    161: "Ωλ",  # FXFONT_GREEK_CHARSET
    163: "ơạ",  # FXFONT_VIETNAMESE_CHARSET
    177: "אב",  # FXFONT_HEBREW_CHARSET
    178: "عر",  # FXFONT_ARABIC_CHARSET
    204: "Жя",  # FXFONT_CYRILLIC_CHARSET
    222: "กข",  # FXFONT_THAI_CHARSET
    238: "ęř",  # FXFONT_EASTERNEUROPEAN_CHARSET
}
"""For each of Windows' character sets some characters that a font for it has."""
_HAN = frozenset({128, 134, 136})
_FIXED_PITCH, _ROMAN = 1, 16
_STYLES = re.compile(
    r"[-,_ ]*(bold|italic|oblique|regular|roman|book|light|medium|demi|semi|black|heavy|std|pro"
    r"|psmt|mt|ps)+$",
    re.IGNORECASE,
)
_BOLD = re.compile("bold|heavy|black", re.IGNORECASE)
_ITALIC = re.compile("italic|oblique", re.IGNORECASE)
_TTCF = int.from_bytes(b"ttcf", "big")


class FontShelf:
    """Gives PDFium installed fonts.

    Args:
        fonts: to choose from.
    """

    def __init__(self, fonts: Sequence[InstalledFont]) -> None:
        self._fonts = fonts
        self._callbacks: Any = None
        self._must_have = ""

    @contextmanager
    def giving_fonts_with(self, characters: str) -> Generator[None]:
        """Meanwhile, what is asked for in vain is answered by a font that has these."""
        self._must_have = characters
        try:
            yield
        finally:
            self._must_have = ""

    def install(self) -> None:
        """Let PDFium ask this shelf from now on, and nothing else."""
        from pypdfium2 import raw

        structure = cast("Any", raw.FPDF_SYSFONTINFO)
        info = structure()
        kinds: dict[str, Any] = dict(structure._fields_)
        info.version = 2  # it is asked for each font instead of listing all
        functions: dict[str, Callable[..., int | None]] = {
            "MapFont": self._map_font,
            "GetFont": self._get_font,
            "GetFontData": self._get_font_data,
            "GetFaceName": self._get_face_name,
            "GetFontCharset": _nothing,
            "DeleteFont": _nothing,
        }
        for name, function in functions.items():
            setattr(info, name, kinds[name](function))
        raw.FPDF_SetSystemFontInfo(info)
        self._callbacks = info

    def choose(
        self, name: str, charset: int, *, weight: int, is_italic: bool, pitch: int = 0
    ) -> InstalledFont | None:
        """The installed font for what a document asks for.

        Args:
            name: as the document calls it.
            charset: Windows' number of what it must be able to write.
            pitch: PDFium's flags of the style.
        """
        bold, italic = bool(_BOLD.search(name)), bool(_ITALIC.search(name))
        weight, is_italic = max(weight, 700 if bold else 0) or 400, is_italic or italic
        family = name
        while shorter := _STYLES.sub("", family):
            if shorter == family:
                break
            family = shorter
        wanted = {plain_name(name), plain_name(family)} - {""}
        candidates = [font for font in self._fonts if font.names & wanted]
        sample = _SAMPLES.get(charset, "")
        if sample:
            candidates = [font for font in candidates if font.has(sample)] or [
                font for font in self._fonts if font.has(sample)
            ]
        if not candidates and charset in _HAN:
            candidates = [font for font in self._fonts if font.has("中")]
        if self._must_have and not any(font.has(self._must_have) for font in candidates):
            candidates = self._most_of(self._must_have) or candidates

        def distance(font: InstalledFont) -> float:
            return (
                abs(font.weight - weight)
                + 300 * (font.is_italic != is_italic)
                + 500 * (font.is_monospaced != bool(pitch & _FIXED_PITCH))
                + 500 * (font.is_serif != bool(pitch & _ROMAN))
            )

        return min(candidates, key=distance, default=None)

    def _most_of(self, characters: str) -> list[InstalledFont]:
        """The fonts that have more of these characters than any other; none when none has any."""
        having = [sum(font.has(character) for character in characters) for font in self._fonts]
        most = max(having, default=0)
        return [font for font, count in zip(self._fonts, having, strict=True) if count == most > 0]

    def _map_font(
        self,
        _this: object,
        weight: int,
        is_italic: int,
        charset: int,
        pitch: int,
        face: Any,
        _is_exact: object,
    ) -> int | None:
        name = _text(face)
        font = self.choose(name, charset, weight=weight, is_italic=bool(is_italic), pitch=pitch)
        return None if font is None else self._fonts.index(font) + 1

    def _get_font(self, _this: object, face: Any) -> int | None:
        name = plain_name(_text(face))
        found = (n for n, font in enumerate(self._fonts, 1) if name in font.names)
        return next(found, None)

    def _get_font_data(
        self, _this: object, number: int | None, table: int, buffer: Any, size: int
    ) -> int:
        if not number:
            return 0
        font = self._fonts[number - 1]
        if table == _TTCF:
            data = font.file if font.is_in_collection else font.file[:0]
        elif table == 0:
            data = font.file[font.start :]
        else:
            data = font.table(table.to_bytes(4, "big"))
        if buffer and size >= len(data):
            ctypes.memmove(buffer, bytes(data), len(data))
        return len(data)

    def _get_face_name(self, _this: object, number: int | None, buffer: Any, size: int) -> int:
        if not number:
            return 0
        name = min(self._fonts[number - 1].names, default="").encode() + b"\0"
        if buffer and size >= len(name):
            ctypes.memmove(buffer, name, len(name))
        return len(name)


@lru_cache(maxsize=1)
def font_shelf() -> FontShelf:
    """The shelf of this process, from which PDFium takes its fonts."""
    shelf = FontShelf(installed_fonts())
    shelf.install()
    return shelf


def _nothing(_this: object, _font: object) -> int:
    """What there is to say of a font's character set, and to do when PDFium is done with it."""
    return 0


def _text(face: Any) -> str:
    return (ctypes.cast(face, ctypes.c_char_p).value or b"").decode("utf-8", "replace")
