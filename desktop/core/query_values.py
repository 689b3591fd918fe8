"""Numbers, ratios and days as they are typed behind a colon, and ranges of them.

Each reader raises ``WrongValue`` where a text is none; ``takes`` and ``instead`` are as there.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta, tzinfo

from desktop.core.filter import Range

_BOUNDS = re.compile(r"(?P<sign>>=|<=|>|<|=)?(?P<one>.*?)(?:(?P<to>\.\.)(?P<other>.*))?")
_AMOUNT = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[A-Za-z]*)")
_DAY = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?)?")
_RATIO = re.compile(r"(?P<width>\d+(?:\.\d+)?)(?:[:x/](?P<height>\d+(?:\.\d+)?))?")
# What is offered where a value is like none that its field takes.
A_DATE, A_SIZE, AN_AREA, A_RATIO = "2025-03", ">2MB", ">12MP", "16:9"


class WrongValue(Exception):
    """A value that its field cannot take.

    Args:
        takes: what it takes, for the person.
        instead: one that it takes, the nearest where one is near.
    """

    def __init__(self, takes: str, instead: str) -> None:
        super().__init__(takes)
        self.takes = takes
        self.instead = instead


def nearest(value: str, known: Iterable[str]) -> str:
    """The known word that is most like a value, or the first one."""
    words = [str(word) for word in known]
    return (difflib.get_close_matches(value.casefold(), words, 1, cutoff=0.4) or words)[0]


def range_of(value: str, read: Callable[[str], tuple[int, int]], takes: str, instead: str) -> Range:
    """``read`` gives the first and the last number that a value stands for."""
    match = _BOUNDS.fullmatch(value)
    if match is None or not (match["one"] or match["other"]) or (match["sign"] and match["to"]):
        raise WrongValue(takes, instead)
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


def amount(text: str, units: dict[str, int], takes: str, instead: str) -> tuple[int, int]:
    """A number with one of ``units`` behind it, as the first and the last that it stands for."""
    match = _AMOUNT.fullmatch(text)
    unit = units.get(match["unit"].casefold()) if match else None
    if match is None or unit is None or len(match["number"]) > 15:
        raise WrongValue(takes, instead)
    exact = round(float(match["number"]) * unit)
    return exact, exact


def quotient(text: str, takes: str) -> float:
    """Width by height: "16:9", "4x3", "1.5"."""
    match = _RATIO.fullmatch(text)
    width, height = (float(match["width"]), float(match["height"] or 1)) if match else (0.0, 0.0)
    if not 0 < width < 1e6 or not 0 < height < 1e6:
        raise WrongValue(takes, A_RATIO)
    return width / height


def days(text: str, zone: tzinfo | None, takes: str) -> tuple[int, int]:
    """First and last second of a day, a month or a year."""
    match = _DAY.fullmatch(text)
    if match is None:
        raise WrongValue(takes, A_DATE)
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
        raise WrongValue(takes, match["year"] if 1 < year < 9999 else A_DATE) from None


def _month_after(start: datetime) -> datetime:
    """The first day of the month after."""
    return (start + timedelta(days=31)).replace(day=1)


def _stamp(moment: datetime, zone: tzinfo | None) -> int:
    """Whole seconds since the epoch; without a zone the computer's, summer time included."""
    return round((moment if zone is None else moment.replace(tzinfo=zone)).timestamp())
