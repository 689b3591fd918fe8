"""JSON from outside, decoded into a checked value, or refused in one way.

Whatever stands in the file (half of it, another program's, brackets upon brackets, numbers without
end, halves of surrogate pairs), the caller gets a value of the type it asked for or a
``MalformedJson``.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Container
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec

from desktop.core.text import tr

T = TypeVar("T")

_MAX_DEPTH = 64
"""Levels; what Plantain writes has eight."""
_INT64_DIGITS = 19
_PLACE = re.compile(r"^(?P<what>.*) - at `\$?\.?(?P<where>.*)`$", re.DOTALL)


class MalformedJson(ValueError):
    """The text is not JSON, or not what was asked for; the message says where, for the person."""


def decode_json(data: bytes | str, kind: type[T], *, names: Container[str] = ()) -> T:
    """A value of the type ``kind`` from JSON.

    Raises:
        MalformedJson: as ``parse_json`` and ``checked``.
    """
    return checked(parse_json(data), kind, names=names)


def parse_json(data: bytes | str) -> object:
    """JSON as it stands, not checked yet: a number may still be endless, a text half a character.

    Args:
        data: UTF-8 when bytes.

    Raises:
        MalformedJson: it is no JSON.
    """
    try:
        text = data.decode() if isinstance(data, bytes) else data
        return json.loads(text, parse_int=_whole_number)
    except UnicodeDecodeError as error:
        raise MalformedJson(tr("It is no text in UTF-8.")) from error
    except ValueError as error:
        raise MalformedJson(tr("It is not valid JSON ({error}).", error=error)) from error
    except RecursionError as error:
        raise MalformedJson(tr("It is nested too deeply.")) from error


def checked(value: object, kind: type[T], *, names: Container[str] = ()) -> T:
    """What ``parse_json`` gave, as a value of the type ``kind``.

    ``kind`` is anything that msgspec knows: data classes, mappings, unions, constrained numbers.
    Keys that a data class has no field for are passed over. A number is finite and a whole one
    fits into 64 bits; a text is Unicode.

    Args:
        names: keys whose text is a file name: in it stand, as lone surrogates, the bytes that are
            no UTF-8 (``surrogateescape``), and no zero byte.

    Raises:
        MalformedJson: the message names the place.
    """
    _check(value, names)
    try:
        return msgspec.convert(value, kind, dec_hook=_path)
    except msgspec.ValidationError as error:
        found = _PLACE.match(str(error))
        what, where = (found["what"], found["where"]) if found else (str(error), "")
        raise MalformedJson(
            tr("“{where}” is not as it should be ({what}).", where=where, what=what)
            if where
            else tr("It is not as it should be ({what}).", what=what)
        ) from error
    except RecursionError as error:
        raise MalformedJson(tr("It is nested too deeply.")) from error


def path_text(path: Path) -> str:
    """A path as JSON holds it, the same on every system, other than ``os.fsdecode``."""
    return os.fsencode(path).decode("utf-8", "surrogateescape")


def text_path(text: str) -> Path:
    """The path that ``path_text`` wrote."""
    return Path(os.fsdecode(text.encode("utf-8", "surrogateescape")))


def _whole_number(digits: str) -> int | float:
    """Without the quadratic time that thousands of digits take; ``checked`` refuses infinity."""
    return int(digits) if len(digits) <= _INT64_DIGITS + 1 else math.inf


def _path(kind: type, value: object) -> Path:
    if kind is not Path or not isinstance(value, str):
        raise TypeError("Expected a path")
    return text_path(value)


def _check(value: object, names: Container[str]) -> None:
    """What no type says: depth, numbers, texts. Raises: MalformedJson."""
    left: list[tuple[object, str, int]] = [(value, "", 0)]
    while left:
        item, key, depth = left.pop()
        if isinstance(item, str):
            _check_text(item, key, is_name=key in names)
        elif isinstance(item, float):
            if not math.isfinite(item):
                raise MalformedJson(
                    tr("“{key}” holds a number that is none, or is too large.", key=key)
                )
        elif isinstance(item, int):
            if not -(2**63) <= item < 2**63:
                raise MalformedJson(tr("“{key}” holds a number that is too large.", key=key))
        elif isinstance(item, dict | list):
            if depth == _MAX_DEPTH:
                raise MalformedJson(tr("It is nested too deeply."))
            if isinstance(item, dict):
                for name, inner in cast("dict[str, Any]", item).items():
                    _check_text(name, key, is_name=False)
                    left.append((inner, name, depth + 1))
            else:
                left += [(inner, key, depth + 1) for inner in cast("list[Any]", item)]


def _check_text(text: str, key: str, *, is_name: bool) -> None:
    if text.isascii() and not (is_name and "\0" in text):
        return
    try:
        text.encode("utf-8", "surrogateescape" if is_name else "strict")
    except UnicodeEncodeError as error:
        raise MalformedJson(tr("It holds a text that is no Unicode.")) from error
    if is_name and "\0" in text:
        raise MalformedJson(tr("“{key}” is no path.", key=key))
