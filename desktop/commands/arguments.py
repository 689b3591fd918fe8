"""What the command line takes as a number, a path or words; said no to before anything starts."""

from __future__ import annotations

import argparse
import math
from pathlib import Path

from desktop.core.query import Crop
from desktop.core.text import tr
from desktop.core.timecode import milliseconds

MOST = 10_000
"""Hits or references that may be asked for; a store answers at most 16,384 rows."""


def positive(text: str) -> int:
    number = _whole(text)
    if not 1 <= number <= MOST:
        raise argparse.ArgumentTypeError(tr("must be 1 to {most}", most=MOST))
    return number


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(tr("“{text}” is not a whole number", text=text)) from None


def count(text: str) -> int:
    number = _whole(text)
    if not 0 <= number <= MOST:
        raise argparse.ArgumentTypeError(tr("must be 0 to {most}", most=MOST))
    return number


def path(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError(tr("must not be empty"))
    return Path(text)


def words(typed: str) -> str:
    """What was typed, without bytes that no encoding here can hold."""
    return typed.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def number(text: str) -> float:
    """A finite one."""
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise argparse.ArgumentTypeError(tr("“{text}” is not a number", text=text))
    return found


def part(text: str) -> Crop:
    """Of a picture: x, y, width and height in percent."""
    shares = [number(each.removesuffix("%")) / 100 for each in text.split(",")]
    if len(shares) == 4:
        left, top, width, height = shares
        is_inside = left >= 0 and top >= 0 and max(left + width, top + height) <= 1 + 1e-9
        if is_inside and width > 0 and height > 0:
            return Crop(left, top, width, height)
    raise argparse.ArgumentTypeError(
        tr("must be four numbers within 0 to 100, such as 50,0,50,100")
    )


def moment(text: str) -> int:
    """Of a video, in milliseconds."""
    try:
        return milliseconds(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            tr("“{written}” is no time: give seconds, or minutes:seconds", written=text)
        ) from error
