"""What the command line takes as a number, a path or words; said no to before anything starts."""

from __future__ import annotations

import argparse
from pathlib import Path

from desktop.core.text import tr

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
