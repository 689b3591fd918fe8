"""What each condition of the query language means: a value to a filter."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import tzinfo

from desktop.core.annotations import MAX_RATING, Flag
from desktop.core.asset import PREVIEW_FORMATS, Kind
from desktop.core.colour import oklab
from desktop.core.colour_words import COLOUR_WORDS, colour_named
from desktop.core.filter import ALIKE, EVERYTHING, Filter, Near, Range, Ratio, Shape
from desktop.core.query_values import (
    A_DATE,
    A_RATIO,
    A_SIZE,
    AN_AREA,
    WrongValue,
    amount,
    days,
    nearest,
    quotient,
    range_of,
)
from desktop.core.text import listed, tr

SAME_FAMILY = 0.2
"""Distance in Oklab for a vivid colour that is named: red is also the dark red of a velvet cape,
and neither orange nor brown. A pale or a grey one has no such family."""
_VIVID = 0.1
"""Chroma in Oklab of a colour whose name stands for a family."""
LESS_ALIKE = 2 * ALIKE
"""Distance in Oklab for ``color:…~``."""
RATIO_WITHIN = 0.02

_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}
_PIXELS = {"": 1, "px": 1, "kp": 10**3, "mp": 10**6, "gp": 10**9}
_DIGITS = 9
"""Of a number of stars; thousands take long, and are refused by ``int``."""
_COLOUR = re.compile(
    r"(?P<colour>[^~>%]+)(?P<less>~(?P<within>\d{1,2})?)?(?:>=?(?P<share>\d{1,3})%)?"
)
_SPELLED = {"JPG": "JPEG", "TIF": "TIFF", "HEIF": "HEIC"} | {
    name.upper(): name for name in (*PREVIEW_FORMATS, "WebM")
}
STATES: dict[str, Filter] = {
    "generated": Filter(is_generated=True),
    "missing": Filter(is_missing=True),
    "offline": Filter(is_offline=True),
    "duplicate": Filter(is_duplicate=True),
    "tagged": Filter(is_tagged=True),
    "untagged": Filter(is_tagged=False),
    "unrated": Filter(rating=Range(0, 0)),
    "favourite": Filter(flag=Flag.FAVOURITE),
    "kept": Filter(flag=Flag.KEPT),
    "rejected": Filter(flag=Flag.REJECTED),
    "readable": Filter(is_readable=True),
    "unreadable": Filter(is_readable=False),
    "teammates": Filter(is_elsewhere=True),
    "private": Filter(is_private=True),
    "expired": Filter(is_expired=True),
    "made-from-expired": Filter(is_made_from_expired=True),
}


def _name(field: str) -> Callable[[str, tzinfo | None], Filter]:
    def read(value: str, _: tzinfo | None) -> Filter:
        takes = tr("Write a name after the colon; one with spaces in quotes.")
        if not value.replace("\0", ""):
            raise WrongValue(takes, "")
        if "\0" in value:
            raise WrongValue(takes, value.replace("\0", ""))
        try:
            # The name of a folder may hold bytes that are no text, as halves of characters.
            value.encode("utf-8", "surrogateescape" if field == "folder" else "strict")
        except UnicodeEncodeError:
            raise WrongValue(takes, value.encode("utf-8", "replace").decode()) from None
        return replace(EVERYTHING, **{field: value})

    return read


def _type(value: str, _: tzinfo | None) -> Filter:
    try:
        return Filter(kinds=(Kind(value.casefold()),))
    except ValueError:
        pass
    if not value.isalnum():
        kinds = listed([kind.value for kind in Kind])
        takes = tr("Write a format, such as “type:jpeg”, or one of {kinds}.", kinds=kinds)
        raise WrongValue(takes, nearest(value, Kind))
    short = value.upper()
    return Filter(formats=(_SPELLED.get(short, short),))


def _rating(value: str, _: tzinfo | None) -> Filter:
    takes = tr("Stars are 0 to {most}, as in “rating:>=3” or “rating:1..3”.", most=MAX_RATING)

    def stars(text: str) -> tuple[int, int]:
        if not text.isdecimal():
            raise WrongValue(takes, f">={MAX_RATING - 2}")
        if len(text) > _DIGITS or int(text) > MAX_RATING:
            raise WrongValue(takes, str(MAX_RATING))
        return int(text), int(text)

    return Filter(rating=range_of(value, stars, takes, f">={MAX_RATING - 2}"))


def _date(field: str) -> Callable[[str, tzinfo | None], Filter]:
    def read(value: str, zone: tzinfo | None) -> Filter:
        takes = tr("Dates are written as in “date:2025”, “date:2025-03” or “date:2025-03-14..”.")

        def seconds(text: str) -> tuple[int, int]:
            return days(text, zone, takes)

        return replace(EVERYTHING, **{field: range_of(value, seconds, takes, A_DATE)})

    return read


def _size(value: str, _: tzinfo | None) -> Filter:
    takes = tr("Sizes are written as in “size:>2MB” or “size:100kB..2MB”.")

    def read(text: str) -> tuple[int, int]:
        return amount(text, _UNITS, takes, A_SIZE)

    return Filter(size=range_of(value, read, takes, A_SIZE))


def _pixels(value: str, _: tzinfo | None) -> Filter:
    takes = tr("Pixels are written as in “pixels:>12MP”.")

    def read(text: str) -> tuple[int, int]:
        return amount(text, _PIXELS, takes, AN_AREA)

    return Filter(pixels=range_of(value, read, takes, AN_AREA))


def _ratio(value: str, _: tzinfo | None) -> Filter:
    takes = tr("Ratios are written as in “ratio:16:9” or “ratio:1.5..2”.")
    least, sep, most = value.partition("..")
    if not sep:
        exact = quotient(least, takes)
        return Filter(ratio=Ratio(exact * (1 - RATIO_WITHIN), exact * (1 + RATIO_WITHIN)))
    if not least and not most:
        raise WrongValue(takes, A_RATIO)
    return Filter(
        ratio=Ratio(
            quotient(least, takes) if least else None, quotient(most, takes) if most else None
        )
    )


def _shape(value: str, _: tzinfo | None) -> Filter:
    try:
        return Filter(shape=Shape(value.casefold()))
    except ValueError:
        shapes = listed([shape.value for shape in Shape])
        takes = tr("Write one of {shapes}.", shapes=shapes)
        raise WrongValue(takes, nearest(value, Shape)) from None


def _colour(value: str, _: tzinfo | None) -> Filter:
    match = _COLOUR.fullmatch(value)
    near = _near(match) if match else None
    if near is None:
        name = match["colour"].strip() if match else value
        takes = tr(
            "Colours are written as in “color:#ff8800”, “color:orange~” or “color:navy~12>30%”."
        )
        raise WrongValue(takes, nearest(name, COLOUR_WORDS))
    return Filter(near=near)


def _near(match: re.Match[str]) -> Near | None:
    """None where the colour is none, or the share more than the whole."""
    name = match["colour"].strip()
    named = colour_named(name)
    code = named or name
    if re.fullmatch("#[0-9A-Fa-f]{3}", code):
        code = "#" + "".join(2 * digit for digit in code[1:])
    is_family = named is not None and math.hypot(*oklab(named)[1:]) >= _VIVID
    distance = SAME_FAMILY if is_family else ALIKE
    if match["within"]:
        distance = int(match["within"]) / 100
    elif match["less"]:
        distance = SAME_FAMILY + ALIKE if is_family else LESS_ALIKE
    share = int(match["share"] or 0)
    try:
        return Near(code.upper(), distance, share) if share <= 100 else None
    except ValueError:
        return None


def _state(value: str, _: tzinfo | None) -> Filter:
    found = STATES.get(value.casefold())
    if found is None:
        raise WrongValue(
            tr("Write one of {states}.", states=listed([*STATES])), nearest(value, STATES)
        )
    return found


FIELDS: dict[str, Callable[[str, tzinfo | None], Filter]] = {
    "tag": _name("tag"),
    "board": _name("board"),
    "folder": _name("folder"),
    "text": _name("text"),
    "type": _type,
    "rating": _rating,
    "date": _date("dated"),
    "modified": _date("modified"),
    "added": _date("added"),
    "size": _size,
    "pixels": _pixels,
    "ratio": _ratio,
    "shape": _shape,
    "color": _colour,
    "camera": _name("camera"),
    "lens": _name("lens"),
    "copyright": _name("copyright"),
    "keyword": _name("keyword"),
    "prompt": _name("prompt"),
    "model": _name("model"),
    "from": _name("made_from"),
    "kit": _name("kit"),
    "is": _state,
}
"""The name before a colon to what reads the value behind it; the zone is that of its days."""
