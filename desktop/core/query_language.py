"""What a person types to search: words, and conditions on what may be found.

::

    query     = { term } ;
    term      = [ "-" ] ( condition | phrase | word ) ;
    condition = field ":" value ;
    phrase    = '"' characters '"' ;      found as it stands in a name, tag, note or prompt
    value     = '"' characters '"' | characters without space ;

    tag:NAME  board:NAME  folder:NAME     a folder by its name or its whole path, those below too
    text:WORDS                            written in the picture: a label, a poster
    type:jpeg                             a format, or still, animation, document, video
    rating:4  rating:>=3  rating:1..3     stars; 0: not rated
    date:2025  date:2025-03..  date:..2025-03-14    when it was taken, as the file says; where it
                                          does not, when the file was changed
    modified:2025-03                      when the file was changed
    added:2025-03                         when the library first saw it
    size:>2MB  size:100kB..2MB            of the file; 1 kB is 1000 bytes
    pixels:>12MP                          width times height, in millions
    ratio:16:9  ratio:1.5..               width by height, within 2 %
    shape:landscape                       or portrait, square
    color:#ff8800  color:navy  color:米色  one of its main colours is about this one; a vivid one by
                                          its name stands for its family
    color:red~  color:red~12              also what is less like it; 12 hundredths in Oklab at most,
                                          of which an eye can just tell 2
    color:red>30%  color:red~12>30%       so much of what it shows before its ground is
    camera:"canon r5"  lens:85mm          words of what the camera wrote into the file
    copyright:doe                         words of the notice in the file
    keyword:harbour                       that another program wrote into the file
    prompt:"red cape"  model:banana       words of the prompt that it was made with, of the model
    from:aurora.png                       made from a reference with this in its name or folder
    kit:"Spring 2027"                     made with this brand kit
    is:generated                          or missing, offline, duplicate, tagged, untagged,
                                          unrated, favourite, kept, rejected, readable,
                                          unreadable, teammates, private (never leaves this
                                          machine), expired (its licence is over),
                                          made-from-expired

All terms hold together. ``-`` turns a term round; before a word it leaves out what has that word.
A word that merely contains a colon ("12:30", a web address) is a word.

``core.query_writing`` is the way back.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from desktop.core.annotations import MAX_RATING, Flag
from desktop.core.asset import PREVIEW_FORMATS, Kind
from desktop.core.colour import oklab
from desktop.core.colour_words import COLOUR_WORDS, colour_named
from desktop.core.errors import UsageError
from desktop.core.filter import ALIKE, EVERYTHING, Filter, Near, Range, Ratio, Shape
from desktop.core.text import listed, tr

SAME_FAMILY = 0.2
"""Distance in Oklab for a vivid colour that is named: red is also the dark red of a velvet cape,
and neither orange nor brown. A pale or a grey one has no such family."""
_VIVID = 0.1
"""Chroma in Oklab of a colour whose name stands for a family."""
LESS_ALIKE = 2 * ALIKE
"""Distance in Oklab for ``color:…~``."""
RATIO_WITHIN = 0.02

_TERM = re.compile(
    r"""(?P<minus>-?)(?:(?P<field>[A-Za-z]+):(?P<value>"[^"]*"?|\S*)|"(?P<phrase>[^"]*)"?"""
    r"""|(?P<word>\S+))"""
)
_BOUNDS = re.compile(r"(?P<sign>>=|<=|>|<|=)?(?P<one>.*?)(?:(?P<to>\.\.)(?P<other>.*))?")
_AMOUNT = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[A-Za-z]*)")
_DAY = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?)?")
_RATIO = re.compile(r"(?P<width>\d+(?:\.\d+)?)(?:[:x/](?P<height>\d+(?:\.\d+)?))?")
_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}
_PIXELS = {"": 1, "px": 1, "kp": 10**3, "mp": 10**6, "gp": 10**9}
_COLOUR = re.compile(
    r"(?P<colour>[^~>%]+)(?P<less>~(?P<within>\d{1,2})?)?(?:>=?(?P<share>\d{1,3})%)?"
)
# What is offered where a value is like none that its field takes.
_A_DATE, _A_SIZE, _AN_AREA, _A_RATIO = "2025-03", ">2MB", ">12MP", "16:9"
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


class QueryError(UsageError):
    """A condition means nothing; the message says which, and what could have been meant.

    Attributes:
        start, end: where it stands in the text.
        instead: what could stand there.
    """

    def __init__(self, message: str, next_step: str, start: int, end: int, instead: str) -> None:
        super().__init__(message, next_step=next_step)
        self.start = start
        self.end = end
        self.instead = instead


@dataclass(frozen=True, slots=True)
class Term:
    """A word, a phrase or a condition, as it was typed.

    Attributes:
        start, end: where it stands in the text.
        filter: what it means; None for a word that is looked for by meaning.
    """

    text: str
    start: int
    end: int
    filter: Filter | None = None


@dataclass(frozen=True, slots=True)
class Parsed:
    """What was typed, taken apart.

    Attributes:
        words: what is looked for by meaning, in their order, without conditions and phrases.
        filter: among what.
    """

    words: str
    filter: Filter = EVERYTHING


class _Wrong(Exception):
    """A value that its field cannot take.

    Args:
        takes: what it takes, for the person.
        instead: one that it takes, the nearest where one is near.
    """

    def __init__(self, takes: str, instead: str) -> None:
        super().__init__(takes)
        self.takes = takes
        self.instead = instead


def parse(text: str, zone: tzinfo | None = None) -> Parsed:
    """Take apart what was typed.

    Args:
        zone: in which days begin and end; the computer's when None.

    Raises:
        QueryError: a condition means nothing.
    """
    found = [*terms(text, zone)]
    parts = [term.filter for term in found if term.filter is not None]
    return Parsed(
        " ".join(term.text for term in found if term.filter is None),
        _joined([part for part in parts if part != EVERYTHING]),
    )


def terms(text: str, zone: tzinfo | None = None) -> Iterator[Term]:
    """What was typed, one by one in its order; for arguments and errors see ``parse``."""
    for match in _TERM.finditer(text):
        part = _meaning(match, zone)
        if part is not None and part != EVERYTHING and match["minus"]:
            part = ~part
        yield Term(match.group(), *match.span(), part)


def colours_asked(text: str) -> dict[str, Near]:
    """The colours that must be there, each by its name as it was typed: "color:navy~>30%" ->
    {"navy": …}. Raises: QueryError."""
    return {
        re.split("[~>]", term.text.partition(":")[2])[0].strip(' "'): term.filter.near
        for term in terms(text)
        if term.filter is not None and term.filter.near is not None
    }


@dataclass(frozen=True, slots=True)
class Typing:
    """The term in which the cursor is.

    Attributes:
        start, end: where it stands in the text.
        field: what is before its colon; empty for none.
        value: what is behind it, without quotes, or the word.
        is_condition: it is more than a word, and means something only when it is whole.
    """

    start: int
    end: int
    field: str
    value: str
    is_condition: bool


def typing_at(text: str, cursor: int) -> Typing | None:
    """What is being typed; None between two terms."""
    for match in _TERM.finditer(text):
        if match.start() <= cursor <= match.end():
            name = (match["field"] or "").casefold()
            value = match["value"] if name else match["phrase"] or match["word"] or ""
            is_condition = bool(name or match["minus"] or match["phrase"] is not None)
            return Typing(*match.span(), name, value.strip('"'), is_condition)
    return None


def _joined(parts: list[Filter]) -> Filter:
    if len(parts) < 2:
        return parts[0] if parts else EVERYTHING
    return Filter(every=tuple(parts))


def _meaning(match: re.Match[str], zone: tzinfo | None) -> Filter | None:
    """None for a plain word."""
    if match["phrase"] is not None:
        return Filter(phrase=match["phrase"].strip()) if match["phrase"].strip() else EVERYTHING
    if match["field"] is None:
        is_left_out = match["minus"] and match["word"].strip("-")
        return Filter(phrase=match["word"]) if is_left_out else None
    name, value = match["field"].casefold(), match["value"].strip('"').strip()
    field = _FIELDS.get("color" if name == "colour" else name)
    start, end = match.span()
    if field is None:
        near = difflib.get_close_matches(name, _FIELDS, 1, cutoff=0.6)
        if not near:
            return Filter(phrase=match.group()[1:]) if match["minus"] else None
        raise QueryError(
            tr("There is no condition “{name}:”.", name=match["field"]),
            tr("Did you mean “{name}:”?", name=near[0]),
            start,
            end,
            f"{match['minus']}{near[0]}:{match['value']}",
        )
    try:
        return field(value, zone)
    except _Wrong as wrong:
        raise QueryError(
            tr("“{condition}” means nothing.", condition=match.group()),
            wrong.takes,
            start,
            end,
            f"{match['minus']}{match['field']}:{wrong.instead}",
        ) from None


# -- fields: a value to a filter -----------------------------------------------------------------


def _name(field: str) -> Callable[[str, tzinfo | None], Filter]:
    def read(value: str, _: tzinfo | None) -> Filter:
        if not value:
            raise _Wrong(tr("Write a name after the colon; one with spaces in quotes."), "")
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
        raise _Wrong(takes, _nearest(value, Kind))
    short = value.upper()
    return Filter(formats=(_SPELLED.get(short, short),))


def _rating(value: str, _: tzinfo | None) -> Filter:
    takes = tr("Stars are 0 to {most}, as in “rating:>=3” or “rating:1..3”.", most=MAX_RATING)

    def stars(text: str) -> tuple[int, int]:
        if not text.isdecimal() or int(text) > MAX_RATING:
            raise _Wrong(takes, str(MAX_RATING) if text.isdecimal() else f">={MAX_RATING - 2}")
        return int(text), int(text)

    return Filter(rating=_range(value, stars, takes, f">={MAX_RATING - 2}"))


def _date(field: str) -> Callable[[str, tzinfo | None], Filter]:
    def read(value: str, zone: tzinfo | None) -> Filter:
        takes = tr("Dates are written as in “date:2025”, “date:2025-03” or “date:2025-03-14..”.")

        def seconds(text: str) -> tuple[int, int]:
            return _days(text, zone, takes)

        return replace(EVERYTHING, **{field: _range(value, seconds, takes, _A_DATE)})

    return read


def _size(value: str, _: tzinfo | None) -> Filter:
    takes = tr("Sizes are written as in “size:>2MB” or “size:100kB..2MB”.")

    def amount(text: str) -> tuple[int, int]:
        return _amount(text, _UNITS, takes, _A_SIZE)

    return Filter(size=_range(value, amount, takes, _A_SIZE))


def _pixels(value: str, _: tzinfo | None) -> Filter:
    takes = tr("Pixels are written as in “pixels:>12MP”.")

    def amount(text: str) -> tuple[int, int]:
        return _amount(text, _PIXELS, takes, _AN_AREA)

    return Filter(pixels=_range(value, amount, takes, _AN_AREA))


def _ratio(value: str, _: tzinfo | None) -> Filter:
    takes = tr("Ratios are written as in “ratio:16:9” or “ratio:1.5..2”.")
    least, sep, most = value.partition("..")
    if not sep:
        exact = _quotient(least, takes)
        return Filter(ratio=Ratio(exact * (1 - RATIO_WITHIN), exact * (1 + RATIO_WITHIN)))
    if not least and not most:
        raise _Wrong(takes, _A_RATIO)
    return Filter(
        ratio=Ratio(
            _quotient(least, takes) if least else None, _quotient(most, takes) if most else None
        )
    )


def _shape(value: str, _: tzinfo | None) -> Filter:
    try:
        return Filter(shape=Shape(value.casefold()))
    except ValueError:
        shapes = listed([shape.value for shape in Shape])
        takes = tr("Write one of {shapes}.", shapes=shapes)
        raise _Wrong(takes, _nearest(value, Shape)) from None


def _colour(value: str, _: tzinfo | None) -> Filter:
    match = _COLOUR.fullmatch(value)
    near = _near(match) if match else None
    if near is None:
        name = match["colour"].strip() if match else value
        takes = tr(
            "Colours are written as in “color:#ff8800”, “color:orange~” or “color:navy~12>30%”."
        )
        raise _Wrong(takes, _nearest(name, COLOUR_WORDS))
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
        raise _Wrong(
            tr("Write one of {states}.", states=listed([*STATES])), _nearest(value, STATES)
        )
    return found


_FIELDS: dict[str, Callable[[str, tzinfo | None], Filter]] = {
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
FIELDS = tuple(_FIELDS)
"""The names before a colon, for whoever helps to type them."""


# -- values --------------------------------------------------------------------------------------


def _nearest(value: str, known: Iterable[str]) -> str:
    """The known word that is most like a value, or the first one."""
    words = [str(word) for word in known]
    return (difflib.get_close_matches(value.casefold(), words, 1, cutoff=0.4) or words)[0]


def _range(value: str, read: Callable[[str], tuple[int, int]], takes: str, instead: str) -> Range:
    """``read`` gives the first and the last number that a value stands for."""
    match = _BOUNDS.fullmatch(value)
    if match is None or not (match["one"] or match["other"]) or (match["sign"] and match["to"]):
        raise _Wrong(takes, instead)
    if match["to"]:
        least = read(match["one"])[0] if match["one"] else None
        most = read(match["other"])[1] if match["other"] else None
        return Range(least, most)
    first, last = read(match["one"])
    return {
        ">": Range(last + 1),
        ">=": Range(first),
        "<": Range(None, first - 1),
        "<=": Range(None, last),
    }.get(match["sign"] or "", Range(first, last))


def _amount(text: str, units: dict[str, int], takes: str, instead: str) -> tuple[int, int]:
    match = _AMOUNT.fullmatch(text)
    unit = units.get(match["unit"].casefold()) if match else None
    if match is None or unit is None or len(match["number"]) > 15:
        raise _Wrong(takes, instead)
    exact = round(float(match["number"]) * unit)
    return exact, exact


def _quotient(text: str, takes: str) -> float:
    match = _RATIO.fullmatch(text)
    width, height = (float(match["width"]), float(match["height"] or 1)) if match else (0.0, 0.0)
    if not 0 < width < 1e6 or not 0 < height < 1e6:
        raise _Wrong(takes, _A_RATIO)
    return width / height


def _days(text: str, zone: tzinfo | None, takes: str) -> tuple[int, int]:
    """First and last second of a day, a month or a year."""
    match = _DAY.fullmatch(text)
    if match is None:
        raise _Wrong(takes, _A_DATE)
    year, month, day = int(match["year"]), int(match["month"] or 1), int(match["day"] or 1)
    try:
        start = datetime(year, month, day)
        if match["day"]:
            end = start + timedelta(days=1)
        elif match["month"]:
            end = _month_after(start)
        else:
            end = start.replace(year=year + 1)
        return _stamp(start, zone), _stamp(end, zone) - 1
    except (ValueError, OverflowError, OSError):
        raise _Wrong(takes, match["year"] if 1 < year < 9999 else _A_DATE) from None


def _month_after(start: datetime) -> datetime:
    """The first day of the month after."""
    return (start + timedelta(days=31)).replace(day=1)


def _stamp(moment: datetime, zone: tzinfo | None) -> int:
    """Whole seconds since the epoch; without a zone the computer's, summer time included."""
    return round((moment if zone is None else moment.replace(tzinfo=zone)).timestamp())
