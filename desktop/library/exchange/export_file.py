"""What people entered, as a file that outlives Plantain: JSON, or CSV for a spreadsheet.

Both hold everything and are read back exactly. A picture is known by the hash of its bytes and by
its path below a root. Names that are not Unicode keep their bytes: as lone surrogates in JSON
("\\udce9"), as the bytes themselves in CSV. A CSV cell that a spreadsheet would take for a formula
begins with an apostrophe, which reading takes away. What a spreadsheet made of the file when it
saved it is read as well; see ``spreadsheet``.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar, cast

from desktop.core.annotations import (
    Flag,
    TagColour,
    check_rating,
    clean_name,
    clean_note,
    clean_tag,
    join_names,
    split_names,
)
from desktop.core.asset import displayable
from desktop.core.errors import LibraryError, UsageError
from desktop.core.generation_record import GenerationRecord
from desktop.core.rights import NO_RIGHTS, Rights, clean_day, clean_licence, clean_rights
from desktop.core.text import tr
from desktop.files.checked_json import MalformedJson, checked, parse_json
from desktop.files.new_file import new_file
from desktop.files.record_json import dump_record, plain_record, record_from
from desktop.files.regular_file import open_guarded, read_up_to
from desktop.library.exchange.export_v1 import record_from_v1
from desktop.library.exchange.exported_search import ExportedSearch, raw_search, read_search
from desktop.library.exchange.spreadsheet import decimal_number, decoded, read_rows, whole_number

T = TypeVar("T")

FORMAT = "plantain-export"
VERSION = 3
"""1 had the record of a generation in parts; up to 2, commas separated the tags of a CSV cell, and
no tag could hold one."""
_MAX_BYTES = 1 << 30

_NAMES = frozenset({"root", "path"})
"""Keys whose text is a file name, see ``checked_json.checked``."""

_PARTS = ("roots", "ignore_rules", "boards", "assets")
_NEWER_PARTS = ("folders", "searches", "tags")
"""That a file of an older Plantain has not."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_FORMULA = "=+-@\t\r'＝＋－＠"
_COLUMNS = (
    *("kind", "root", "path", "content", "rating", "tags", "note", "boards", "made", "created_at"),
)
_NEWER_COLUMNS = ("is_private", "licence", "expires", "flags")
"""That a table of an older Plantain has not."""


@dataclass(frozen=True, slots=True)
class ExportedAsset:
    """One picture and what was said about it.

    Attributes:
        root: path of its root; empty for the library's own folder of generated pictures.
        path: below the root.
        content: hex digest of its bytes; empty when the file was never read.
        flags: none in a table of an older Plantain.
        rights: what was said of the picture itself.
        made: how it was made, without ids of assets.
    """

    root: str
    path: str
    content: str
    rating: int = 0
    note: str = ""
    tags: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()
    made: GenerationRecord | None = None
    rights: Rights = NO_RIGHTS


@dataclass(frozen=True, slots=True)
class ExportedFolder:
    """A folder of which something is said; ``path`` is absolute."""

    path: str
    rights: Rights


@dataclass(frozen=True, slots=True)
class ExportedBoard:
    """A board; ``assets`` are places in ``Exported.assets``."""

    name: str
    created_at: float
    assets: tuple[int, ...]
    rights: Rights = NO_RIGHTS


@dataclass(frozen=True, slots=True)
class ExportedRoot:
    """A folder; ``name`` is the one by which a team shares it."""

    path: str
    kind: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class ExportedTag:
    """A tag that has a colour."""

    name: str
    colour: TagColour


@dataclass(frozen=True, slots=True)
class Exported:
    """Everything that people entered into one library.

    Attributes:
        problems: what of a file could not be read, and why; never written.
    """

    roots: tuple[ExportedRoot, ...] = ()
    ignore_rules: tuple[str, ...] = ()
    boards: tuple[ExportedBoard, ...] = ()
    assets: tuple[ExportedAsset, ...] = ()
    folders: tuple[ExportedFolder, ...] = ()
    searches: tuple[ExportedSearch, ...] = ()
    tags: tuple[ExportedTag, ...] = ()
    problems: tuple[str, ...] = ()


def to_json(exported: Exported) -> bytes:
    """UTF-8, readable as it is."""
    assets = [
        {**dataclasses.asdict(replace(asset, made=None)), "made": _plain_made(asset)}
        for asset in exported.assets
    ]
    document: dict[str, Any] = {
        **{"format": FORMAT, "version": VERSION},
        **dataclasses.asdict(replace(exported, assets=())),
        "assets": assets,
    }
    del document["problems"]
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    # A lone surrogate is not UTF-8; JSON has another way to write it.
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode() + b"\n"


def to_csv(exported: Exported) -> bytes:
    """One row a picture, and one for each root, rule and board; UTF-8 with a mark for Excel."""
    places: dict[int, list[str]] = {}
    for board in exported.boards:
        for position, asset in enumerate(board.assets):
            places.setdefault(asset, []).append(f"{board.name}|{position}")
    rows: list[dict[str, str]] = [
        {"kind": "format", "path": FORMAT, "rating": str(VERSION)},
        *({"kind": "root", "root": r.path, "path": r.kind, "note": r.name} for r in exported.roots),
        *({"kind": "ignore", "path": rule} for rule in exported.ignore_rules),
        *(
            {
                **{"kind": "board", "path": board.name, "created_at": repr(board.created_at)},
                **_rights_cells(board.rights),
            }
            for board in exported.boards
        ),
        *(
            {"kind": "folder", "path": folder.path, **_rights_cells(folder.rights)}
            for folder in exported.folders
        ),
        *(
            {"kind": "search", "path": search.name, "note": search.text, "made": search.rest()}
            for search in exported.searches
        ),
        *({"kind": "tag", "path": tag.name, "note": tag.colour} for tag in exported.tags),
    ]
    for number, asset in enumerate(exported.assets):
        rows.append(
            {
                "kind": "picture",
                "root": asset.root,
                "path": asset.path,
                "content": asset.content,
                "rating": str(asset.rating),
                "tags": join_names(asset.tags),
                "note": asset.note,
                "boards": join_names(places.get(number, ())),
                "made": "" if asset.made is None else dump_record(asset.made),
                "flags": join_names(asset.flags),
                **_rights_cells(asset.rights),
            }
        )
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, (*_COLUMNS, *_NEWER_COLUMNS), restval="")
    writer.writeheader()
    writer.writerows({name: _harmless(cell) for name, cell in row.items()} for row in rows)
    return written.getvalue().encode("utf-8-sig", "surrogateescape")


def from_bytes(data: bytes) -> Exported:
    """Read either of the two; a row or a field that cannot be understood costs itself alone.

    Raises:
        LibraryError: it is neither, nothing of it can be understood (the message says where), or
            it is from a newer Plantain.
    """
    try:
        text = decoded(data)
        raw, version = _raw_json(text) if text.lstrip().startswith("{") else _raw_csv(text)
        return _exported(raw, version)
    except (ValueError, csv.Error, UsageError) as error:
        raise LibraryError(
            tr("This is not an export of Plantain's that can be read: {error}", error=error),
            safe=tr("Nothing was changed."),
            next_step=tr("Export again, or correct the file."),
        ) from error


def write_export(path: Path, data: bytes) -> None:
    """Save an export, whole or not at all, over nothing. Raises: LibraryError."""
    with new_file(path, tr("The export")) as file:
        file.write(data)


def read_export(path: Path) -> Exported:
    """Raises: LibraryError: there is no such file, or as ``from_bytes``."""
    try:
        with open_guarded(path) as file:
            data = read_up_to(file, _MAX_BYTES + 1)
    except OSError as error:
        raise LibraryError(
            tr("{path} cannot be read: {reason}.", path=displayable(path), reason=error.strerror),
            safe=tr("Nothing was changed."),
        ) from error
    if len(data) > _MAX_BYTES:
        raise LibraryError(
            tr("{path} is too large for an export.", path=displayable(path)),
            safe=tr("Nothing was changed."),
        )
    return from_bytes(data)


def _plain_made(asset: ExportedAsset) -> dict[str, Any] | None:
    return None if asset.made is None else plain_record(asset.made)


# -- JSON and CSV as the same plain values -----------------------------------------------------


def _raw_json(data: str) -> tuple[dict[str, Any], int]:
    """The document and its version."""
    parsed = parse_json(data)
    if not isinstance(parsed, dict):
        raise MalformedJson(tr("It is another program's."))
    raw = cast("dict[str, Any]", parsed)
    if raw.get("format") != FORMAT:
        raise MalformedJson(tr("It is another program's."))
    version = _known_version(checked(raw.get("version"), int))
    if missing := {*_PARTS} - raw.keys():
        raise MalformedJson(tr("It has no “{key}”.", key=min(missing)))
    if wrong := [key for key in _PARTS if not isinstance(raw[key], list)]:
        raise MalformedJson(tr("“{key}” is no list.", key=wrong[0]))
    raw["problems"] = []
    for key in _NEWER_PARTS:
        if not isinstance(raw.setdefault(key, []), list):
            raise MalformedJson(tr("“{key}” is no list.", key=key))
    return raw, version


def _raw_csv(text: str) -> tuple[dict[str, Any], int]:
    csv.field_size_limit(_MAX_BYTES)
    try:
        rows = list(read_rows(text, _COLUMNS, _NEWER_COLUMNS))
    except KeyError as error:
        raise MalformedJson(tr("It has other columns.")) from error
    formats = [cells for _, cells in rows if cells["kind"] == "format" and cells["path"] == FORMAT]
    if not formats:
        raise MalformedJson(tr("It is another program's."))
    version = _known_version(whole_number(formats[0]["rating"]))
    split = split_names if version > 2 else _split_at_commas
    roots: list[dict[str, Any]] = []
    rules: list[str] = []
    assets: list[dict[str, Any]] = []
    folders: list[dict[str, Any]] = []
    searches: list[dict[str, Any]] = []
    tags: list[dict[str, Any]] = []
    created: dict[str, float] = {}
    said: dict[str, dict[str, Any]] = {}
    places: dict[str, list[tuple[int, int]]] = {}
    problems: list[str] = []
    for line, row in rows:
        cells = {name: _plain(cell) for name, cell in row.items()}
        try:
            match cells["kind"]:
                case "format" if cells["path"] == FORMAT:
                    pass
                case "root":
                    root, kind = cells["root"], cells["path"]
                    roots.append({"path": root, "kind": kind, "name": cells["note"]})
                case "ignore":
                    rules.append(cells["path"])
                case "board":
                    name = clean_name(cells["path"])
                    created[name] = decimal_number(cells["created_at"])
                    said[name] = _raw_rights(cells)
                case "folder":
                    folders.append({"path": cells["path"], "rights": _raw_rights(cells)})
                case "search":
                    searches.append(raw_search(cells["path"], cells["note"], cells["made"]))
                case "tag":
                    tags.append({"name": cells["path"], "colour": cells["note"]})
                case "picture":
                    for place in split(cells["boards"]):
                        board, _, position = place.rpartition("|")
                        places.setdefault(clean_name(board), []).append(
                            (whole_number(position), len(assets))
                        )
                    assets.append(_raw_picture(cells, split(cells["tags"])))
                case other:
                    raise MalformedJson(
                        tr("“{path}” is no kind of row.", path=displayable(Path(other)))
                    )
        except LibraryError:
            raise  # of a newer Plantain, as a whole
        except (ValueError, UsageError) as error:
            problems.append(tr("Line {number}: {error}", number=line, error=error))
    boards = [
        {
            "name": name,
            "created_at": created.get(name, 0.0),
            "assets": [asset for _, asset in sorted(places.get(name, ()))],
            "rights": said.get(name, {}),
        }
        for name in {**created, **places}
    ]
    raw: dict[str, Any] = {"roots": roots, "ignore_rules": rules, "boards": boards}
    raw |= {"assets": assets, "folders": folders, "searches": searches, "tags": tags}
    return {**raw, "problems": problems}, version


def _raw_picture(cells: Mapping[str, str], tags: list[str]) -> dict[str, Any]:
    return {
        **{name: cells[name] for name in ("root", "path", "content", "note")},
        "rating": _stars(cells["rating"]),
        "tags": tags,
        "flags": split_names(cells["flags"]),
        "made": _unparsed(cells["made"]) if cells["made"] else None,
        "rights": _raw_rights(cells),
    }


def _rights_cells(rights: Rights) -> dict[str, str]:
    is_private = "1" if rights.is_private else ""
    return {"is_private": is_private, "licence": rights.licence, "expires": rights.expires}


def _raw_rights(cells: Mapping[str, str]) -> dict[str, Any]:
    # Whatever stands there: a spreadsheet may have made a word of it, and no picture becomes free
    # by that.
    is_private = cells["is_private"].strip().casefold() not in {"", "0", "false"}
    return {"is_private": is_private, "licence": cells["licence"], "expires": cells["expires"]}


def _coloured(item: Any) -> ExportedTag:
    tag = checked(item, ExportedTag)
    return replace(tag, name=clean_tag(tag.name))


def _flags(value: Any) -> tuple[Flag, ...]:
    return tuple(Flag(checked(each, str)) for each in checked(value, list[Any]))


def _stars(cell: str) -> object:
    """A number, or what stands instead of one, for ``_asset`` to tell of."""
    try:
        return whole_number(cell or "0")
    except ValueError:
        return cell


def _unparsed(cell: str) -> object:
    """As ``_stars``."""
    try:
        return parse_json(cell)
    except MalformedJson:
        return cell


def _split_at_commas(cell: str) -> list[str]:
    return [name for part in cell.split(",") if (name := part.strip())]


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(tuple(_FORMULA)) else cell


def _plain(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(tuple(_FORMULA)) else cell


# -- what a file may hold ----------------------------------------------------------------------


def _known_version(version: int) -> int:
    if version > VERSION:
        raise LibraryError(
            tr("This export was made by a newer Plantain."),
            safe=tr("Nothing was changed."),
            next_step=tr("Update Plantain."),
        )
    return version


def _exported(raw: dict[str, Any], version: int) -> Exported:
    """Raises: MalformedJson: there is nothing in it that can be read."""
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
