"""Text in a drawing that is not SVG's own: HTML in ``foreignObject``, and Inkscape's ``flowRoot``.

Charts have all their labels so, and resvg draws nothing of it. Here its lines are set as SVG text:
in their box, size, colour and alignment, as browsers do; of other layout of pages nothing is kept.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree

_FOREIGN = frozenset({"foreignObject", "flowRoot"})
_LINES_OF_THEIR_OWN = frozenset(
    {"div", "p", "br", "li", "ul", "ol", "pre", "table", "tr", "section", "flowPara", "flowDiv"}
    | {"flowLine", *(f"h{level}" for level in range(1, 7))}
)
_NO_TEXT = frozenset(
    {"style", "script", "title", "head", "svg", "select", "option", "template", "flowRegion"}
    | {"iframe", "audio", "video", "object"}
)
_KEPT = ("font-family", "font-weight", "font-style", "color")
_SIZE = re.compile(r"([\d.]+)(px|pt|em|rem|%)?", re.IGNORECASE)
_NUMBER = re.compile(r"\s*([+-]?[\d.]+)(?:px)?\s*")
_USUAL_SIZE = 16.0
_LINE_HEIGHT, _BASELINE = 1.2, 0.95
"""In sizes of the font: from line to line, and from the top of a line to where letters stand."""
_NARROW, _WIDE = 0.5, 1.0
"""About how wide a letter is; Chinese, Japanese and Korean ones are squares."""
_TOLERANCE = 1.1
"""Boxes are made to fit their text, whose width is only estimated here."""
_MOST_LINES = 1000


class _Box(NamedTuple):
    x: float
    y: float
    width: float
    height: float


def set_foreign_text(root: ElementTree.Element) -> None:
    """Replace what is not SVG by text that is, in place; its styles must have been worked out."""
    for parent in list(root.iter()):
        # Of a switch, another child is what its author drew for those who cannot show this one.
        has_instead = parent.tag == "switch" and len(parent) > 1
        for at, child in enumerate(list(parent)):
            if child.tag in _FOREIGN and not has_instead:
                parent[at] = _as_text(child)


def _as_text(element: ElementTree.Element) -> ElementTree.Element:
    group = ElementTree.Element(
        "g", {name: value for name, value in element.items() if name in {"transform", "style"}}
    )
    group.tail = element.tail
    box = _box(element)
    styles = [_declared(each) for each in _to_text(element)]
    size = _font_size(styles)
    words = " ".join(
        f"{name}:{value}" for style in styles for name, value in style.items() if value
    )
    is_unbroken = "white-space:nowrap" in words or "white-space:pre" in words.split()
    width = 0.0 if is_unbroken else box.width / size * _TOLERANCE
    lines = [part for line in _lines(element) for part in _wrapped(line, width) if part][
        :_MOST_LINES
    ]
    kept = {name: value for style in styles for name, value in style.items() if name in _KEPT}
    is_centred = bool(re.search(r"(?:text-align|justify-content):(?:safe |unsafe )?center", words))
    x = box.x + box.width / 2 if is_centred else box.x
    y = box.y
    if re.search(r"(?:align-items:(?:safe |unsafe )?center|vertical-align:middle)", words):
        y += max(0.0, (box.height - len(lines) * size * _LINE_HEIGHT) / 2)
    style = ";".join(f"{name}:{value}" for name, value in kept.items())
    if element.tag == "foreignObject":
        style += ";fill:currentColor"
    for number, line in enumerate(lines):
        baseline = y + size * (_BASELINE + number * _LINE_HEIGHT)
        place = {"x": f"{x:.6g}", "y": f"{baseline:.6g}"}
        text = ElementTree.SubElement(group, "text", place)
        text.set("style", f"font-size:{size:.6g}px;{style}".strip(";"))
        text.set("text-anchor", "middle" if is_centred else "start")
        text.text = line
    return group


def _box(element: ElementTree.Element) -> _Box:
    stated = element
    if element.tag == "flowRoot":
        stated = next((each for each in element.iter("rect")), element)
    found = (_NUMBER.fullmatch(stated.get(name, "")) for name in _Box._fields)
    return _Box(*(float(each[1]) if each and each[1].count(".") < 2 else 0.0 for each in found))


def _to_text(element: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """It, and those in each other down to the one that holds its first letters."""
    while True:
        yield element
        if (element.text or "").strip():
            return
        inner = next((each for each in element if _has_text(each)), None)
        if inner is None:
            return
        element = inner


def _has_text(element: ElementTree.Element) -> bool:
    return _name(element) not in _NO_TEXT and bool("".join(element.itertext()).strip())


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _declared(element: ElementTree.Element) -> dict[str, str]:
    pairs = (each.partition(":") for each in element.get("style", "").split(";"))
    own = {name.strip().lower(): value.strip() for name, _, value in pairs}
    return {name: value for name, value in element.items() if name in _KEPT} | own


def _font_size(styles: list[dict[str, str]]) -> float:
    size = _USUAL_SIZE
    for style in styles:
        found = _SIZE.fullmatch(style.get("font-size", ""))
        if found is None or found[1].count(".") > 1 or found[1] == ".":
            continue
        number, unit = float(found[1]), (found[2] or "px").lower()
        factors = {"px": 1.0, "pt": 96 / 72, "em": size, "rem": _USUAL_SIZE, "%": size / 100}
        size = number * factors[unit]
    return size if 0.1 <= size <= 10_000 else _USUAL_SIZE


def _lines(element: ElementTree.Element) -> list[str]:
    """As its blocks and line breaks part them, spaces as HTML has them."""
    lines = [""]

    def add(part: ElementTree.Element) -> None:
        is_block = _name(part) in _LINES_OF_THEIR_OWN
        if is_block:
            lines.append("")
        if _name(part) not in _NO_TEXT:
            lines[-1] += part.text or ""
            for child in part:
                add(child)
                lines[-1] += child.tail or ""
        if is_block:
            lines.append("")

    add(element)
    return [" ".join(line.split()) for line in lines]


def _wrapped(line: str, width: float) -> Iterator[str]:
    """Broken at spaces, so that no part is wider than ``width`` sizes of the font, where that is
    possible; 0 breaks nothing."""
    if not width:
        yield line
        return
    part = ""
    for word in line.split(" "):
        longer = f"{part} {word}".strip()
        if part and _width(longer) > width:
            yield part
            longer = word
        part = longer
    yield part


def _width(text: str) -> float:
    return sum(
        _WIDE if unicodedata.east_asian_width(letter) in "WF" else _NARROW for letter in text
    )
