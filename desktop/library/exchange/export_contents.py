"""From the plain values of a file to what they say, each item by itself: what cannot be understood
costs itself alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeVar, cast

from desktop.core.annotations import Flag, check_rating, clean_name, clean_note, clean_tag
from desktop.core.asset import displayable
from desktop.core.errors import UsageError
from desktop.core.rights import Rights, clean_day, clean_licence, clean_rights
from desktop.core.text import tr
from desktop.files.checked_json import MalformedJson, checked
from desktop.files.record_json import record_from
from desktop.library.exchange.export_v1 import record_from_v1
from desktop.library.exchange.exported import (
    Exported,
    ExportedAsset,
    ExportedBoard,
    ExportedFolder,
    ExportedRoot,
    ExportedTag,
)
from desktop.library.exchange.exported_search import read_search

T = TypeVar("T")

_NAMES = frozenset({"root", "path"})
"""Keys whose text is a file name, see ``checked_json.checked``."""


def contents_of(raw: dict[str, Any], version: int) -> Exported:
    """What a file of this version says. Raises: MalformedJson: nothing of it can be read."""
    problems: list[str] = raw["problems"]

    def each(part: str, read: Callable[[Any], T]) -> list[T | None]:
        """Each item of a part, None where it is none: the guard of every item."""
        found: list[T | None] = []
        for number, item in enumerate(raw[part], start=1):
            try:
                found.append(read(item))
            except (ValueError, TypeError, LookupError, UsageError) as error:
                problems.append(
                    tr("{part} {number}: {error}", part=part, number=number, error=error)
                )
                found.append(None)
        return found

    assets = each("assets", lambda item: _asset(item, version, problems))
    places = {old: new for new, old in enumerate(at for at, asset in enumerate(assets) if asset)}

    def board(item: Any) -> ExportedBoard:
        read = checked(item, ExportedBoard)
        if not all(0 <= place < len(assets) for place in read.assets):
            raise MalformedJson(tr("A board has a picture that is not in the file."))
        kept = (places[place] for place in read.assets if place in places)
        return ExportedBoard(
            clean_name(read.name),
            read.created_at,
            tuple(dict.fromkeys(kept)),
            clean_rights(read.rights),
        )

    def folder(item: Any) -> ExportedFolder:
        read = checked(item, ExportedFolder, names=_NAMES)
        return replace(read, rights=clean_rights(read.rights))

    exported = Exported(
        roots=_kept(each("roots", lambda item: checked(item, ExportedRoot, names=_NAMES))),
        ignore_rules=_kept(each("ignore_rules", lambda item: checked(item, str))),
        boards=_kept(each("boards", board)),
        assets=_kept(assets),
        folders=_kept(each("folders", folder)),
        searches=_kept(each("searches", read_search)),
        tags=_kept(each("tags", _coloured)),
        problems=tuple(problems),
    )
    if problems and exported == Exported(problems=exported.problems):
        raise MalformedJson(problems[0])
    return exported


def _kept(found: Iterable[T | None]) -> tuple[T, ...]:
    return tuple(item for item in found if item is not None)


def _asset(raw: Any, version: int, problems: list[str]) -> ExportedAsset:
    """One picture, without those of its fields that are none.

    Raises: MalformedJson: where it is cannot be understood, or nothing is left of it.
    """
    if not isinstance(raw, dict):
        raise MalformedJson(tr("It is no picture."))
    fields = cast("dict[str, Any]", raw)
    place = {name: fields.get(name) for name in ("root", "path", "content")}
    asset = checked(place, ExportedAsset, names=_NAMES)
    wrong: list[str] = []

    def one(field: str, value: Any, read: Callable[[Any], T], otherwise: T) -> T:
        try:
            return otherwise if value is None else read(value)
        except (ValueError, TypeError, LookupError, UsageError) as error:
            path = displayable(asset.path)
            wrong.append(tr("{path}: {field}: {error}", path=path, field=field, error=error))
            return otherwise

    said = one("rights", fields.get("rights"), lambda value: checked(value, dict[str, Any]), {})
    record = record_from if version > 1 else record_from_v1
    tags = one("tags", fields.get("tags"), lambda value: checked(value, list[Any]), [])
    cleaned = [one("tags", tag, lambda value: clean_name(checked(value, str)), "") for tag in tags]
    whole = replace(
        asset,
        rating=one("rating", fields.get("rating"), lambda v: check_rating(checked(v, int)), 0),
        note=one("note", fields.get("note"), lambda v: clean_note(checked(v, str)), ""),
        tags=tuple(filter(None, cleaned)),
        flags=one("flags", fields.get("flags"), _flags, ()),
        # Ids would be another library's.
        rights=Rights(
            one("rights", said.get("is_private"), lambda value: checked(value, bool), False),
            one("rights", said.get("licence"), lambda v: clean_licence(checked(v, str)), ""),
            one("rights", said.get("expires"), lambda v: clean_day(checked(v, str)), ""),
        ),
        made=one("made", fields.get("made"), lambda value: record(value).portable(), None),
    )
    if wrong and whole == asset:
        raise MalformedJson(wrong[0])
    problems += wrong
    return whole


def _coloured(item: Any) -> ExportedTag:
    tag = checked(item, ExportedTag)
    return replace(tag, name=clean_tag(tag.name))


def _flags(value: Any) -> tuple[Flag, ...]:
    return tuple(Flag(checked(each, str)) for each in checked(value, list[Any]))
