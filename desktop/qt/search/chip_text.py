"""What a chip says of its condition, in words instead of in the language of queries."""

from __future__ import annotations

import re
from typing import NamedTuple

from desktop.core.annotations import Flag
from desktop.core.asset import Kind, displayable_name
from desktop.core.filter import Filter, Range, Shape
from desktop.core.text import marked, tr

_KINDS = {
    Kind.STILL: marked("Still pictures"),
    Kind.ANIMATION: marked("Animations"),
    Kind.DOCUMENT: marked("Documents"),
    Kind.VIDEO: marked("Videos"),
}
_SHAPES = {
    Shape.LANDSCAPE: marked("Landscape"),
    Shape.PORTRAIT: marked("Portrait"),
    Shape.SQUARE: marked("Square"),
}
_STATES = {
    ("is_generated", True): ("sparkles", marked("Generated")),
    ("is_missing", True): ("unlink", marked("Missing")),
    ("is_offline", True): ("unplug", marked("Offline")),
    ("is_duplicate", True): ("copy", marked("Duplicates")),
    ("is_tagged", True): ("tag", marked("With tags")),
    ("is_tagged", False): ("tag", marked("Without tags")),
    ("is_readable", True): ("", marked("Readable")),
    ("is_readable", False): ("triangle-alert", marked("Unreadable")),
    ("is_elsewhere", True): ("", marked("Teammates’")),
    ("is_private", True): ("lock", marked("Never leaves this machine")),
    ("is_expired", True): ("calendar-x", marked("Licence ended")),
    ("is_made_from_expired", True): ("calendar-x", marked("Made from what has ended")),
}
_FLAGS = {
    Flag.FAVOURITE: ("heart", marked("Favourites")),
    Flag.KEPT: ("circle-check", marked("Kept")),
    Flag.REJECTED: ("circle-x", marked("Rejected")),
}
_AMOUNTS = {
    "rating": marked("Stars {range}"),
    "dated": marked("Date {range}"),
    "modified": marked("Changed {range}"),
    "added": marked("Added {range}"),
    "size": marked("Size {range}"),
    "pixels": marked("Pixels {range}"),
    "ratio": marked("Ratio {range}"),
}
_WRITTEN = {
    "text": marked("Text “{words}”"),
    "camera": marked("Camera {words}"),
    "lens": marked("Lens {words}"),
    "copyright": marked("Copyright {words}"),
    "keyword": marked("Keyword {words}"),
    "prompt": marked("Prompt {words}"),
    "model": marked("Model {words}"),
    "made_from": marked("Made from {words}"),
    "kit": marked("Kit {words}"),
}
_UNIT = re.compile(r"(?<=\d)(?=[A-Za-z]+(\.\.|$))")
"""Where one begins, right behind its number."""
_SIGNS = {">=": "≥ ", "<=": "≤ ", ">": "> ", "<": "< "}


class ChipText(NamedTuple):
    """What is to be seen of a condition.

    Attributes:
        words: for the person.
        icon: its name; empty for none.
        colour: "#1A2B3C", shown as a swatch; empty for none.
        tag: the one that it is about; empty for none.
    """

    words: str
    icon: str = ""
    colour: str = ""
    tag: str = ""


def chip_text(wanted: Filter, text: str) -> ChipText:
    """A condition in words.

    Args:
        text: as a person would type it; stands in for what has no words of its own.
    """
    match [*wanted.said().items()]:
        case [("none_of", [inner])]:
            shown = chip_text(inner, text.removeprefix("-"))
            return shown._replace(words=tr("not {what}", what=shown.words))
        case [("folder", folder)]:
            return ChipText(displayable_name(folder), "folder")
        case [("board", name)]:
            return ChipText(name, "layout-dashboard")
        case [("tag", name)]:
            return ChipText(name, "tag", tag=name)
        case [("phrase", phrase)]:
            return ChipText(tr("“{text}”", text=phrase))
        case [(name, words)] if name in _WRITTEN:
            return ChipText(tr(_WRITTEN[name], words=words))
        case [("rating", Range(least=0, most=0))]:
            return ChipText(tr("Not rated"), "star")
        case [("kinds", [kind])]:
            return ChipText(tr(_KINDS[kind]), "images")
        case [("formats", [name])]:
            return ChipText(name, "image")
        case [("flag", flag)]:
            icon, words = _FLAGS[flag]
            return ChipText(tr(words), icon)
        case [("shape", shape)]:
            return ChipText(tr(_SHAPES[shape]), "square")
        case [("near", near)]:
            return ChipText(text.partition(":")[2] or near.colour, colour=near.colour)
        case [(name, value)] if (name, value) in _STATES:
            icon, words = _STATES[name, value]
            return ChipText(tr(words), icon)
        case [(name, _)] if name in _AMOUNTS and ":" in text:
            return ChipText(
                tr(_AMOUNTS[name], range=spoken(text.partition(":")[2])),
                "star" if name == "rating" else "",
            )
        case _:
            return ChipText(text or tr("A condition"))


def spoken(value: str) -> str:
    """A range as people write one, with a space before each unit."""
    value = _UNIT.sub(" ", value)
    for sign, shown in _SIGNS.items():
        if value.startswith(sign):
            return shown + value.removeprefix(sign)
    least, between, most = value.partition("..")
    if not between:
        return value
    if not least:
        return f"≤ {most}"
    return f"{least} – {most}" if most else f"≥ {least}"
