"""Which fonts the text of a drawing is set in, when those that it names are not here.

resvg draws nothing of a text whose font is missing, and gives up looking for other fonts at the
first character that none has. So it is handed exactly the font files that it needs: those that the
drawing names, one of each generic kind that it falls back to, and one for each character that these
lack. What no font has shows as a box, as in browsers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from desktop.core.errors import FileTooLarge, FileUnsupported
from desktop.core.text import number, tr
from desktop.media.installed_fonts import InstalledFont, plain_name

_SERIF = ("Times New Roman", "Times", "Liberation Serif", "Noto Serif", "DejaVu Serif", "Georgia")
_SANS = (
    *("Arial", "Helvetica", "Helvetica Neue", "Liberation Sans", "Noto Sans", "DejaVu Sans"),
    *("Segoe UI", "Roboto", "Open Sans", "Cantarell", "Ubuntu"),
)
_MONO = ("Courier New", "Menlo", "Liberation Mono", "Noto Sans Mono", "DejaVu Sans Mono")
_CURSIVE = ("Comic Sans MS", "Snell Roundhand", "Apple Chancery", "Z003", "URW Chancery L")
_FANTASY = ("Impact", "Papyrus")
_GENERIC: dict[str, tuple[str, ...]] = {
    "serif": (*_SERIF, *_SANS),
    "sans-serif": (*_SANS, *_SERIF),
    "monospace": (*_MONO, *_SANS, *_SERIF),
    "cursive": (*_CURSIVE, *_SANS, *_SERIF),
    "fantasy": (*_FANTASY, *_SANS, *_SERIF),
}
"""Of each kind what stands for it, best first: what browsers and office programs install."""
_OTHER_GENERIC = {
    **dict.fromkeys(("system-ui", "ui-sans-serif", "-apple-system", "ui-rounded"), "sans-serif"),
    **dict.fromkeys(("blinkmacsystemfont", "emoji"), "sans-serif"),
    **dict.fromkeys(("ui-serif", "math", "fangsong"), "serif"),
    "ui-monospace": "monospace",
}
_HINTS: tuple[tuple[str, str], ...] = (
    ("monospace", r"mono|code|courier|consol|menlo|typewriter|terminal|等宽|等寬"),
    ("cursive", r"script|hand|brush|comic|chancery|pacifico|lobster|calligra|楷|行书"),
    (
        "serif",
        r"(?<!sans)(?<!sans[ -])serif|times|roman|georgia|garamond|palatino|baskerville|bodoni"
        r"|didot|caslon|cambria|minion|playfair|merriweather|slab|song|sim?sun|ming|mincho|batang"
        r"|宋|明體|明朝|바탕",
    ),
)
"""What the name of a font tells of its kind; most are sans."""
_REGULAR = 400
_MOST_LETTERS = 100_000
_MOST_SOUGHT = 300
"""Characters that no font has, until others like them are taken for such without a search."""
_LONGEST_STYLE = 10_000
_BOX = "\u25a1"
_SIZED_FAMILY = re.compile(r".*?(?:\d[\w.%]*|\b(?:small|medium|large))(?:\s*/\s*\S+)?\s+(.+)", re.S)
_FAMILY = re.compile(r"(?:^|;)font(-family)?:([^;]*)", re.IGNORECASE)


class Typefaces(NamedTuple):
    """What resvg is told about fonts.

    Attributes:
        files: font files, best first.
        generic: kind -> an installed family.
    """

    files: list[str]
    generic: dict[str, str]


def typefaces_for(
    root: ElementTree.Element, fonts: Sequence[InstalledFont], path: Path
) -> Typefaces | None:
    """Choose fonts, and write the choice into the drawing; None when it sets no text.

    Args:
        fonts: those installed, best first.
        path: for errors.

    Raises:
        FileUnsupported: there is text, and no font at all.
        FileTooLarge: there is more text than any drawing has.
    """
    texts = [element for element in root.iter() if element.tag == "text"]
    words = ["".join(element.itertext()) for element in texts]
    if sum(map(len, words)) > _MOST_LETTERS:
        raise FileTooLarge(
            path,
            tr(
                "The drawing has more than {count} letters of text, more than is safe to draw.",
                count=number(_MOST_LETTERS),
            ),
            next_step=tr("Save a simpler copy to have it in the library."),
        )
    characters = {character for character in set("".join(words)) if _is_drawn(character)}
    if not characters:
        return None
    if not fonts:
        raise FileUnsupported(
            path,
            tr("The drawing has text, and no font to draw it with is installed here."),
            next_step=tr("Install a font, then index again with --retry-failed."),
        )
    fonts = sorted(fonts, key=lambda font: (font.is_italic, abs(font.weight - _REGULAR)))
    families = {
        plain_name(name): name for font in reversed(fonts) for name in font.families if name
    }
    generic = {kind: _stand_in(names, fonts, families) for kind, names in _GENERIC.items()}
    named = {plain_name(family) for family in generic.values()}
    for element in root.iter():
        named |= _name_fallback(element, families)
    chosen = [font for font in fonts if named & font.names]
    lacking: set[str] = set()
    for character in sorted({*characters, _BOX}):
        if not any(font.has(character) for font in chosen):
            is_sought = len(lacking) < _MOST_SOUGHT
            having = (font for font in fonts if font.has(character))
            other = next(having, None) if is_sought else None
            if other is None:
                lacking.add(character)
            else:
                chosen.append(other)
    if lacking - {_BOX} and _BOX not in lacking:
        _box(texts, lacking)
    return Typefaces(list(dict.fromkeys(str(font.path) for font in chosen)), generic)


def _stand_in(
    names: Sequence[str], fonts: Sequence[InstalledFont], families: dict[str, str]
) -> str:
    found = next((name for name in names if plain_name(name) in families), None)
    if found is not None:
        return families[plain_name(found)]
    return next((font for font in fonts if font.has("a") and font.families), fonts[0]).families[0]


def _is_drawn(character: str) -> bool:
    """Not a space, a control, a joiner or a selector of variants."""
    is_selector = "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
    category = unicodedata.category(character)
    return category[0] != "Z" and category not in {"Cc", "Cf", "Cs"} and not is_selector


def _name_fallback(element: ElementTree.Element, families: dict[str, str]) -> set[str]:
    """End the families that an element names with a generic one; returns those installed."""
    stated = element.get("font-family")
    style = element.get("style", "")
    if len(style) > _LONGEST_STYLE:
        return set()
    for is_family, value in _FAMILY.findall(style):
        shorthand = None if is_family else _SIZED_FAMILY.fullmatch(value.strip())
        stated = value if is_family else shorthand[1] if shorthand else stated
    if stated is None or stated.strip().lower() == "inherit":
        return set()
    names = [name.strip(" \t\r\n\"'\\") for name in stated.split(",")]
    present = [plain for name in names if (plain := plain_name(name)) in families]
    kinds = [_OTHER_GENERIC.get(name.lower(), name.lower()) for name in names]
    kind = next((kind for kind in kinds if kind in _GENERIC), None) or _kind_of(stated.lower())
    wanted = ",".join([*(f"'{families[plain]}'" for plain in present), kind])
    element.attrib.pop("font-family", None)
    element.set("style", f"{style};font-family:{wanted}".removeprefix(";"))
    return set(present)


def _kind_of(name: str) -> str:
    return next((kind for kind, hint in _HINTS if re.search(hint, name)), "sans-serif")


def _box(texts: list[ElementTree.Element], lacking: set[str]) -> None:
    table = str.maketrans(dict.fromkeys(lacking, _BOX))
    for text in texts:
        for element in text.iter():
            element.text = element.text and element.text.translate(table)
            if element is not text:
                element.tail = element.tail and element.tail.translate(table)
