"""What a file says about its picture beside the pixels: camera, rights, description, place.

Names as in the IPTC Photo Metadata Standard 2023.1 and Exif 3.0, in plain words; where a file says
the same in several ways, it is told once.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import cast

from desktop.core.annotations import name_key

VERSION = 2
"""Of what is read; files that an older Plantain read are read again for it, without being encoded
again."""

MOST_CHARACTERS = 10_000
"""Of one text; whole books are found in descriptions."""
_MOST_OF_A_NAME = 300
_MOST_NAMES = 1_000
_LINES = frozenset({"description", "usage_terms"})
"""Texts that may have several lines."""
_NOT_SHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Metadata:
    """Empty, zero or None: the file does not say.

    Attributes:
        camera: maker and model ("Canon EOS R5").
        focal_length: millimetres; ``focal_length_35`` as of a frame of 36 × 24 mm.
        aperture: the f-number.
        exposure: seconds.
        iso: sensitivity.
        taken_at: "2025-03-14T09:26:53", as the camera's clock showed it, with its offset where the
            file tells ("+08:00").
        software: that wrote the file last.
        usage_terms: what one may do with the picture; ``licence`` the address that says it.
        keywords: in their order, each once.
        location: a spot in the ``city``.
        latitude, longitude: degrees, north and east; both or none.
    """

    camera: str = ""
    lens: str = ""
    focal_length: float = 0.0
    focal_length_35: float = 0.0
    aperture: float = 0.0
    exposure: float = 0.0
    iso: int = 0
    taken_at: str = ""
    software: str = ""
    title: str = ""
    headline: str = ""
    description: str = ""
    creator: tuple[str, ...] = ()
    credit: str = ""
    source: str = ""
    copyright: str = ""
    usage_terms: str = ""
    licence: str = ""
    keywords: tuple[str, ...] = ()
    location: str = ""
    city: str = ""
    state: str = ""
    country: str = ""
    latitude: float | None = None
    longitude: float | None = None

    @property
    def words(self) -> str:
        """All by which the picture is to be found."""
        texts = (
            *(self.camera, self.lens, self.title, self.headline, self.description),
            *(*self.creator, self.credit, self.source, self.copyright, *self.keywords),
            *(self.location, self.city, self.state, self.country),
        )
        return " ".join(filter(None, texts))

    @property
    def taken_s(self) -> int:
        """``taken_at`` as whole seconds since the epoch, 0 where it is not known.

        The day that people remember is the one that the camera showed, so the clock is read as if
        it had stood where this computer is.
        """
        try:
            shown = datetime.fromisoformat(self.taken_at).replace(tzinfo=None)
            return max(0, int(shown.timestamp()))
        except (ValueError, OverflowError, OSError):
            return 0


NO_METADATA = Metadata()
_NAMES = {field.name: field.default for field in fields(Metadata)}


def merged(parts: Iterable[Metadata]) -> Metadata:
    """Of each field the first that says something; keywords of all."""
    parts = tuple(parts)
    taken: dict[str, object] = {}
    for name, unsaid in _NAMES.items():
        said = (value for part in parts if (value := getattr(part, name)) != unsaid)
        taken[name] = next(said, unsaid)
    taken["keywords"] = tuple(word for part in parts for word in part.keywords)
    # Two halves of different places are no place.
    place = next((p for p in parts if p.latitude is not None and p.longitude is not None), None)
    taken["latitude"] = place and place.latitude
    taken["longitude"] = place and place.longitude
    return replace(NO_METADATA, **taken)


def cleaned(told: Metadata) -> Metadata:
    """The same with nothing in it that could not be kept or shown, whoever made it.

    Raises:
        TypeError, ValueError: a field is not of its type.
    """
    clean: dict[str, object] = {}
    for name, unsaid in _NAMES.items():
        value: object = getattr(told, name)
        match unsaid:
            case str():
                clean[name] = _text(value, has_lines=name in _LINES)
            case tuple():
                clean[name] = _names(value)
            case int():
                clean[name] = int(_number(value, 1e9))
            case float():
                clean[name] = round(_number(value, 1e7), 7)
            case _:
                clean[name] = None if value is None else _degrees(value, name)
    if clean["latitude"] is None or clean["longitude"] is None:
        clean["latitude"] = clean["longitude"] = None
    clean["taken_at"] = _moment(cast("str", clean["taken_at"]))
    return replace(NO_METADATA, **clean)


def _text(value: object, *, has_lines: bool) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    text = _NOT_SHOWN.sub(" ", value[: 2 * MOST_CHARACTERS].replace("\r\n", "\n"))
    text = unicodedata.normalize("NFC", text.replace("\r", "\n"))
    if has_lines:
        return "\n".join(line.rstrip() for line in text.split("\n")).strip()[:MOST_CHARACTERS]
    return _SPACES.sub(" ", text).strip()[:MOST_CHARACTERS]


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, tuple):
        raise TypeError("not a list of texts")
    listed = cast("tuple[object, ...]", value)[:_MOST_NAMES]
    names = (_text(each, has_lines=False)[:_MOST_OF_A_NAME].strip() for each in listed)
    first: dict[str, str] = {}
    for name in filter(None, names):
        first.setdefault(name_key(name), name)
    return tuple(first.values())


def _number(value: object, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("not a number")
    return value if math.isfinite(value) and 0 < value <= most else 0


def _degrees(value: object, name: str) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("not a number")
    most = 90 if name == "latitude" else 180
    return round(float(value), 7) if math.isfinite(value) and abs(value) <= most else None


def _moment(text: str) -> str:
    """Empty for what is no moment, or one that cameras show whose clock was never set."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return ""
    return moment.isoformat(timespec="seconds") if 1800 < moment.year < 9000 else ""
