"""What the details say of one picture, or of several: fixed rows, and a text for each.

The rows are the same whatever is selected, so that each stands where it stood.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from itertools import chain
from operator import attrgetter

from desktop.core.asset import PREVIEW, Asset, displayable
from desktop.core.filter import Filter
from desktop.core.metadata import Metadata
from desktop.core.query_language import QueryError, parse
from desktop.core.rights import Claim, strictest
from desktop.core.text import date, listed, marked, moment, number, sentences, size, tr
from desktop.core.timecode import timecode
from desktop.qt.widgets.asset_text import several_text

Rows = Mapping[str, str]
"""Name of a row -> what people read before it, marked for the catalogue."""

FILE: Rows = {
    "format": marked("Format"),
    "dimensions": marked("Dimensions"),
    "duration": marked("Duration"),
    "size": marked("Size"),
    "modified": marked("Modified"),
    "added": marked("Added"),
    "folder": marked("Folder"),
}
CAMERA: Rows = {
    "camera": marked("Camera"),
    "lens": marked("Lens"),
    "exposure": marked("Exposure"),
    "taken": marked("Taken"),
    "place": marked("Place"),
}
RIGHTS: Rows = {
    "title": marked("Title"),
    "description": marked("Description"),
    "creator": marked("Creator"),
    "credit": marked("Credit"),
    "copyright": marked("Copyright"),
    "usage": marked("Usage"),
    "licence": marked("Licence"),
    "until": marked("Use until"),
    "sending": marked("May be sent"),
    "credentials": marked("Credentials"),
}
_FIELDS = {
    "camera": ("camera",),
    "lens": ("lens",),
    "exposure": ("focal_length", "focal_length_35", "aperture", "exposure", "iso"),
    "taken": ("taken_at",),
    "place": ("location", "city", "state", "country", "latitude", "longitude"),
    "title": ("title", "headline"),
    "description": ("description",),
    "creator": ("creator",),
    "credit": ("credit", "source"),
    "copyright": ("copyright",),
    "usage": ("usage_terms", "licence"),
}
"""Row -> what of the metadata it tells."""


def file_facts(asset: Asset, position_ms: int | None = None) -> dict[str, str]:
    """Row of ``FILE`` -> text; what is not known is left out.

    Args:
        position_ms: of a video that was found, where the frame is that fits.
    """
    facts = {
        "size": size(asset.size),
        "modified": moment(asset.modified_ns / 1e9),
        "added": moment(asset.added_at),
        "folder": displayable(asset.folder),
    }
    if asset.format:
        name, several = asset.format.removesuffix(PREVIEW), several_text(asset)
        preview = tr("by the preview inside the file") if asset.is_preview else ""
        facts["format"] = listed(filter(None, (name, several, preview)))
    if asset.width and asset.height:
        facts["dimensions"] = _dimensions(asset)
    if asset.duration_ms:
        found = "" if position_ms is None else tr("found at {time}", time=timecode(position_ms))
        facts["duration"] = listed(filter(None, (timecode(asset.duration_ms), found)))
    return facts


def file_facts_of(assets: Sequence[Asset]) -> dict[str, str]:
    """As ``file_facts``, of several: what all share, from when to when, and how large together.

    For lanes: 100,000 take a tenth of a second.
    """
    facts = {
        "size": tr("{size} together", size=size(sum(map(attrgetter("size"), assets)))),
        "modified": _span(asset.modified_ns / 1e9 for asset in assets),
        "added": _span(map(attrgetter("added_at"), assets)),
    }
    for row, values in (
        ("format", {asset.format.removesuffix(PREVIEW) for asset in assets}),
        ("folder", {asset.folder for asset in assets}),
        ("dimensions", {(asset.width, asset.height) for asset in assets}),
    ):
        if len(values) > 1:
            facts[row] = different()
        elif row == "dimensions" and assets[0].width:
            facts[row] = _dimensions(assets[0])
        elif row != "dimensions" and (value := str(next(iter(values)))):
            facts[row] = displayable(value)
    lengths = [asset.duration_ms for asset in assets if asset.duration_ms]
    if lengths:
        facts["duration"] = tr("{time} together", time=timecode(sum(lengths)))
    return facts


def metadata_facts(told: Metadata, differing: Collection[str] = ()) -> dict[str, str]:
    """Row of ``CAMERA`` and ``RIGHTS`` -> text; what is not known is left out.

    Args:
        differing: names of the fields that are not the same in all files.
    """
    facts = {
        "camera": told.camera,
        "lens": told.lens,
        "exposure": _exposure(told),
        "taken": moment(told.taken_s) if told.taken_at else "",
        "place": _place(told),
        "title": told.title or told.headline,
        "description": told.description,
        "creator": listed(told.creator),
        "credit": told.credit or told.source,
        "copyright": told.copyright,
        "usage": told.usage_terms or told.licence,
    }
    for row, names in _FIELDS.items():
        if any(name in differing for name in names):
            facts[row] = different()
    return {row: text for row, text in facts.items() if text}


def rights_facts(claims: Sequence[Claim]) -> dict[str, str]:
    """The rows of ``RIGHTS`` that tell what a person said of a picture, or of what it is in."""
    rights = strictest(claim.rights for claim in claims)
    reasons = (claim.reason() for claim in claims)
    reason = next(filter(None, reasons), "")
    facts = {
        "licence": rights.licence,
        "until": rights.expires,
        "sending": sentences(tr("No."), reason) if reason else tr("Yes"),
    }
    return {row: text for row, text in facts.items() if text}


def same_day(field: str, stamp: float, *, is_month: bool = False) -> Filter | None:
    """What is of the day, or the month, of a time, where this computer is; None: it is not known.

    Args:
        field: "date", "modified" or "added", as in a query.
        stamp: seconds since the epoch; 0: not known.
    """
    if not stamp:
        return None
    try:
        at = datetime.fromtimestamp(stamp).astimezone()
        return parse(f"{field}:{at:%Y-%m}" if is_month else f"{field}:{at:%Y-%m-%d}").filter
    except (OverflowError, OSError, ValueError, QueryError):  # of a year that no calendar has
        return None


def different() -> str:
    """Instead of a text that is not the same for all."""
    return tr("Different")


def every_row() -> Iterable[str]:
    """What people read before the rows of all sections."""
    return (tr(name) for name in chain(FILE.values(), CAMERA.values(), RIGHTS.values()))


def _dimensions(asset: Asset) -> str:
    return tr("{width} × {height} px", width=asset.width, height=asset.height)


def _span(moments: Iterable[float]) -> str:
    known = list(moments)
    first, last = date(min(known)), date(max(known))
    return first if first == last else f"{first} – {last}"


def _exposure(told: Metadata) -> str:
    """ "85 mm · f/2.8 · 1/250 s · ISO 400"."""
    parts: list[str] = []
    if told.focal_length:
        parts.append(tr("{length} mm", length=_short(told.focal_length)))
    if told.aperture:
        parts.append(f"f/{_short(told.aperture)}")
    if told.exposure:
        parts.append(tr("{time} s", time=_shutter(told.exposure)))
    if told.iso:
        parts.append(f"ISO {told.iso}")
    return " · ".join(parts)


def _shutter(seconds: float) -> str:
    """As on the wheel of a camera: "1/250", "0.3", "2"."""
    if seconds >= 0.3:
        return _short(seconds)
    fraction = Fraction(seconds).limit_denominator(16_000)
    return f"1/{round(fraction.denominator / max(1, fraction.numerator))}"


def _short(value: float) -> str:
    return number(value, 0 if abs(value - round(value)) < 0.05 else 1)


def _place(told: Metadata) -> str:
    names = listed(filter(None, (told.location, told.city, told.state, told.country)))
    if told.latitude is None or told.longitude is None:
        return names
    up, along = (number(abs(angle), 4) for angle in (told.latitude, told.longitude))
    north = tr("{degrees}° N", degrees=up) if told.latitude >= 0 else tr("{degrees}° S", degrees=up)
    east = (
        tr("{degrees}° E", degrees=along)
        if told.longitude >= 0
        else tr("{degrees}° W", degrees=along)
    )
    return " · ".join(filter(None, (names, listed((north, east)))))
