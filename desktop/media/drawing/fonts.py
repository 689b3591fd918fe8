"""Fonts for the pictures that Plantain draws itself: found on the system, mixed per character.

Latin is set in the font that Pillow carries, so boards look alike everywhere; what it lacks comes
from the first font found that has it, Chinese first of all. No fontconfig, no bundled megabytes:
a machine whose people read Chinese has a Chinese font.
"""

from __future__ import annotations

import math
import os
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from desktop.media.installed_fonts import font_folders

# File name and face inside a collection, best first. Simplified Chinese is face 2 of Noto's.
_CJK_FONTS: tuple[tuple[str, int], ...] = (
    ("PingFang.ttc", 0),
    ("Hiragino Sans GB.ttc", 0),
    ("msyh.ttc", 0),
    ("NotoSansCJK-Regular.ttc", 2),
    ("NotoSansCJKsc-Regular.otf", 0),
    ("NotoSansSC-Regular.otf", 0),
    ("NotoSansSC-Regular.ttf", 0),
    ("NotoSansSC-VF.ttf", 0),
    ("SourceHanSansSC-Regular.otf", 0),
    ("SourceHanSans.ttc", 2),
    ("SourceHanSansCN-Regular.otf", 0),
    ("wqy-microhei.ttc", 0),
    ("wqy-zenhei.ttc", 0),
    ("DroidSansFallbackFull.ttf", 0),
    ("DroidSansFallback.ttf", 0),
    ("STHeiti Light.ttc", 0),
    ("Songti.ttc", 0),
    ("simhei.ttf", 0),
    ("simsun.ttc", 0),
    ("msjh.ttc", 0),
    ("uming.ttc", 0),
    ("Arial Unicode.ttf", 0),
    ("unifont.ttf", 0),
)
# Greek, Cyrillic, Arabic, Hebrew, Indic, Thai, Korean, symbols.
_OTHER_FONTS: tuple[tuple[str, int], ...] = (
    *(("NotoSans-Regular.ttf", 0), ("segoeui.ttf", 0), ("HelveticaNeue.ttc", 0)),
    *(("DejaVuSans.ttf", 0), ("LiberationSans-Regular.ttf", 0), ("arial.ttf", 0)),
    *(("NotoSansArabic-Regular.ttf", 0), ("NotoSansHebrew-Regular.ttf", 0)),
    *(("NotoSansDevanagari-Regular.ttf", 0), ("Nirmala.ttc", 0), ("Nirmala.ttf", 0)),
    *(("NotoSansThai-Regular.ttf", 0), ("LeelawUI.ttf", 0), ("malgun.ttf", 0)),
    *(("AppleSDGothicNeo.ttc", 0), ("GeezaPro.ttc", 0), ("Kohinoor.ttc", 0)),
    *(("NotoEmoji-Regular.ttf", 0), ("seguiemj.ttf", 0), ("seguisym.ttf", 0)),
    *(("Symbola.ttf", 0), ("Apple Symbols.ttf", 0)),
)

_PROBE_SIZE = 24.0
_UNDRAWABLE = "\u25a1"
_NOWHERE = "\U0010fffe"


def find_fonts(folders: Sequence[Path]) -> list[tuple[Path, int]]:
    """The fonts of our list that lie in ``folders`` or below, with their face, best first."""
    found: dict[str, Path] = {}
    for folder in folders:
        for here, _, names in os.walk(folder):
            for name in names:
                found.setdefault(name.lower(), Path(here) / name)
    wanted = (*_CJK_FONTS[:19], *_OTHER_FONTS, *_CJK_FONTS[19:])
    return [(found[name.lower()], face) for name, face in wanted if name.lower() in found]


@lru_cache(maxsize=1)
def _system_fonts() -> tuple[tuple[Path, int], ...]:
    return tuple(find_fonts(font_folders()))


class Typeface:
    """Text in any script: measures and draws one line, choosing a font for each character.

    Any text is accepted; pass it through ``drawable`` once before it is cut into lines.

    Not thread-safe, because FreeType's faces are not: make one per picture that is drawn.

    Args:
        fallbacks: font files with their face; None searches the system once per process.
    """

    def __init__(self, fallbacks: Sequence[tuple[Path, int]] | None = None) -> None:
        self._fallbacks = tuple(_system_fonts() if fallbacks is None else fallbacks)
        self._fonts: dict[tuple[int, float], ImageFont.FreeTypeFont | None] = {}
        self._blanks: dict[int, tuple[float, bytes]] = {}
        self._choices: dict[str, int] = {}

    def measure(self, text: str, size: float) -> float:
        """Width of a line, pixels."""
        scale = _scale_for(size)
        return sum(font.getlength(run) for run, font in self._runs(text, size * scale)) / scale

    def draw(
        self,
        canvas: ImageDraw.ImageDraw,
        place: tuple[float, float],
        text: str,
        size: float,
        fill: tuple[int, int, int],
    ) -> float:
        """Draw a line; ``place`` is the left end of its baseline. Returns its width, pixels."""
        scale = _scale_for(size)
        runs = self._runs(text, size * scale)
        width = sum(font.getlength(run) for run, font in runs) / scale
        left, baseline = math.floor(place[0]), math.floor(place[1])
        above = math.ceil(size * 1.25)
        shape = (math.ceil(width + size) + 1, above + math.ceil(size * 0.6))
        mask = Image.new("L", (shape[0] * scale, shape[1] * scale))
        pen = ImageDraw.Draw(mask)
        x, y = (place[0] - left) * scale, (above + place[1] - baseline) * scale
        for run, font in runs:
            pen.text((x, y), run, fill=255, font=font, anchor="ls")
            x += font.getlength(run)
        canvas.bitmap((left, baseline - above), mask.reduce(scale), fill=fill)
        return width

    def drawable(self, text: str) -> str:
        """The text with line breaks and controls as spaces, and a box for what no font has."""
        out: list[str] = []
        for character in text:
            category = unicodedata.category(character)
            if character.isspace() or category == "Cc":
                out.append(" ")
            elif 0xFE00 <= ord(character) <= 0xFE0F or category == "Cf":
                # Joiners shape Arabic and Indic letters; anywhere else they would show as boxes.
                if out and character in "\u200c\u200d" and unicodedata.category(out[-1]) == "Lo":
                    out.append(character)
            elif category == "Cs" or self._choose(character) < 0:
                if not out or out[-1] != _UNDRAWABLE:
                    out.append(_UNDRAWABLE)
            else:
                out.append(character)
        return " ".join("".join(out).split())

    def _runs(self, text: str, size: float) -> list[tuple[str, ImageFont.FreeTypeFont]]:
        runs: list[tuple[str, int]] = []
        for character in text:
            category = unicodedata.category(character)
            if character.isspace() or category == "Cc":
                character = " "
            stays = character == " " or category in {"Mn", "Me", "Mc", "Cf"}
            choice = runs[-1][1] if stays and runs else self._choose(character)
            if choice < 0:
                character, choice = _UNDRAWABLE, max(0, self._choose(_UNDRAWABLE))
            if runs and runs[-1][1] == choice:
                runs[-1] = (runs[-1][0] + character, choice)
            else:
                runs.append((character, choice))
        return [(run, self._require(choice, size)) for run, choice in runs]

    def _choose(self, character: str) -> int:
        """Which font has this character: 0 is Pillow's, -1 none."""
        known = self._choices.get(character)
        if known is None:
            candidates = range(len(self._fallbacks) + 1)
            known = next((which for which in candidates if self._has(which, character)), -1)
            self._choices[character] = known
        return known

    def _has(self, which: int, character: str) -> bool:
        if character == " ":
            return which == 0
        font = self._font(which, _PROBE_SIZE)
        if font is None:
            return False
        # Pillow does not show a font's character map; a missing glyph is drawn as the same box
        # as one that is missing everywhere.
        if which not in self._blanks:
            self._blanks[which] = _drawn(font, _NOWHERE)
        return _drawn(font, character) != self._blanks[which]

    def _require(self, which: int, size: float) -> ImageFont.FreeTypeFont:
        font = self._font(which, size) or self._font(0, size)
        if font is None:  # Pillow without FreeType; our builds and every wheel have it
            raise RuntimeError("Pillow was built without FreeType")
        return font

    def _font(self, which: int, size: float) -> ImageFont.FreeTypeFont | None:
        key = (which, size)
        if key not in self._fonts:
            self._fonts[key] = self._load(which, size)
        return self._fonts[key]

    def _load(self, which: int, size: float) -> ImageFont.FreeTypeFont | None:
        if which == 0:
            font = ImageFont.load_default(size)
            return font if isinstance(font, ImageFont.FreeTypeFont) else None
        path, face = self._fallbacks[which - 1]
        try:
            return ImageFont.truetype(path, size, index=face)
        except (OSError, ValueError):
            return None  # removed, damaged, or without scalable outlines


def _scale_for(size: float) -> int:
    """Small type is drawn four times larger and reduced: FreeType would round the distance of its
    letters to whole pixels, which looks careless."""
    return 4 if size < 34 else 1


def _drawn(font: ImageFont.FreeTypeFont, character: str) -> tuple[float, bytes]:
    side = round(_PROBE_SIZE * 2)
    cell = Image.new("L", (side, side))
    try:
        ImageDraw.Draw(cell).text((6, side - 16), character, fill=255, font=font, anchor="ls")
        return font.getlength(character), cell.tobytes()
    except (OSError, ValueError):
        return 0.0, b""
