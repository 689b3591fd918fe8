"""What people entered, as a file that outlives Plantain: JSON, or CSV for a spreadsheet.

Both hold everything and are read back exactly. A picture is known by the hash of its bytes and by
its path below a root. Names that are not Unicode keep their bytes: as lone surrogates in JSON
("\\udce9"), as the bytes themselves in CSV. A CSV cell that a spreadsheet would take for a formula
begins with an apostrophe, which reading takes away.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from desktop.core.annotations import check_rating, clean_name, clean_note
from desktop.core.asset import displayable
from desktop.core.errors import LibraryError, UsageError
from desktop.library.new_file import new_file

FORMAT = "plantain-export"
VERSION = 1
_MAX_BYTES = 1 << 30

_SURROGATE = re.compile("[\ud800-\udfff]")
_FORMULA = "=+-@\t\r'＝＋－＠"
_COLUMNS = (
    *("kind", "root", "path", "content", "rating", "tags", "note", "boards", "made", "created_at"),
)


@dataclass(frozen=True, slots=True)
class ExportedReference:
    """A picture that went into another; ``content`` is empty when it was not in the library."""

    path: str
    content: str
    score: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class ExportedLineage:
    """How a picture was made; see ``library.lineage.LineageRecord``."""

    prompt: str
    generator: str
    model: str
    settings: Mapping[str, str]
    text: str
    usage: Mapping[str, int]
    references: tuple[ExportedReference, ...]
    created_at: float


@dataclass(frozen=True, slots=True)
class ExportedAsset:
    """One picture and what was said about it.

    Attributes:
        root: path of its root; empty for the library's own folder of generated pictures.
        path: below the root.
        content: hex digest of its bytes; empty when the file was never read.
    """

    root: str
    path: str
    content: str
    rating: int = 0
    note: str = ""
    tags: tuple[str, ...] = ()
    made: ExportedLineage | None = None


@dataclass(frozen=True, slots=True)
class ExportedBoard:
    """A board; ``assets`` are places in ``Exported.assets``."""

    name: str
    created_at: float
    assets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ExportedRoot:
    """A folder; ``name`` is the one by which a team shares it."""

    path: str
    kind: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Exported:
    """Everything that people entered into one library."""

    roots: tuple[ExportedRoot, ...] = ()
    ignore_rules: tuple[str, ...] = ()
    boards: tuple[ExportedBoard, ...] = ()
    assets: tuple[ExportedAsset, ...] = ()


def to_json(exported: Exported) -> bytes:
    """UTF-8, readable as it is."""
    document = {"format": FORMAT, "version": VERSION, **dataclasses.asdict(exported)}
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
            {"kind": "board", "path": board.name, "created_at": repr(board.created_at)}
            for board in exported.boards
        ),
    ]
    for number, asset in enumerate(exported.assets):
        made = "" if asset.made is None else json.dumps(dataclasses.asdict(asset.made))
        rows.append(
            {
                "kind": "picture",
                "root": asset.root,
                "path": asset.path,
                "content": asset.content,
                "rating": str(asset.rating),
                "tags": ", ".join(asset.tags),
                "note": asset.note,
                "boards": ", ".join(places.get(number, ())),
                "made": made,
            }
        )
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, _COLUMNS, restval="")
    writer.writeheader()
    writer.writerows({name: _harmless(cell) for name, cell in row.items()} for row in rows)
    return written.getvalue().encode("utf-8-sig", "surrogateescape")


def from_bytes(data: bytes) -> Exported:
    """Read either of the two.

    Raises:
        LibraryError: it is neither, was changed into what cannot be understood (the message says
            where), or is from a newer Plantain.
    """
    try:
        if data.lstrip().startswith(b"{"):
            return _from_json(data)
        return _from_csv(data)
    except (ValueError, TypeError, KeyError, RecursionError, csv.Error, UsageError) as error:
        raise LibraryError(
            f"This is not an export of Plantain's that can be read: {error}",
            safe="Nothing was changed.",
            next_step="Export again, or correct the file.",
        ) from error


def write_export(path: Path, data: bytes) -> None:
    """Save an export, whole or not at all, over nothing. Raises: LibraryError."""
    with new_file(path, "The export") as file:
        file.write(data)


def read_export(path: Path) -> Exported:
    """Raises: LibraryError: there is no such file, or as ``from_bytes``."""
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise LibraryError(
            f"{displayable(path)} cannot be read: {error.strerror}.", safe="Nothing was changed."
        ) from error
    if len(data) > _MAX_BYTES:
        raise LibraryError(
            f"{displayable(path)} is too large for an export.", safe="Nothing was changed."
        )
    return from_bytes(data)


# -- JSON --------------------------------------------------------------------------------------


def _from_json(data: bytes) -> Exported:
    raw = _object(json.loads(data))
    if raw.get("format") != FORMAT:
        raise ValueError("it is another program's.")
    _check_version(raw["version"])
    assets = tuple(_asset(_object(item)) for item in _list(raw["assets"]))
    boards: list[ExportedBoard] = []
    for item in map(_object, _list(raw["boards"])):
        on_it = tuple(_whole(i) for i in _list(item["assets"]))
        if not all(0 <= i < len(assets) for i in on_it):
            raise ValueError("a board has a picture that is not in the file.")
        boards.append(_board(_text(item["name"]), _number(item["created_at"]), on_it))
    roots = [_object(item) for item in _list(raw["roots"])]
    return Exported(
        tuple(ExportedRoot(_path(r["path"]), _text(r["kind"]), _text(r["name"])) for r in roots),
        tuple(_text(rule) for rule in _list(raw["ignore_rules"])),
        tuple(boards),
        assets,
    )


def _asset(raw: Mapping[str, Any]) -> ExportedAsset:
    made = raw["made"]
    return ExportedAsset(
        _path(raw["root"]),
        _path(raw["path"]),
        _text(raw["content"]),
        check_rating(_whole(raw["rating"])),
        clean_note(_text(raw["note"])),
        tuple(clean_name(_text(tag)) for tag in _list(raw["tags"])),
        None if made is None else _lineage(_object(made)),
    )


def _lineage(raw: Mapping[str, Any]) -> ExportedLineage:
    references = [_object(item) for item in _list(raw["references"])]
    return ExportedLineage(
        prompt=_text(raw["prompt"]),
        generator=_text(raw["generator"]),
        model=_text(raw["model"]),
        settings={key: _text(value) for key, value in _object(raw["settings"]).items()},
        text=_text(raw["text"]),
        usage={key: _whole(value) for key, value in _object(raw["usage"]).items()},
        references=tuple(
            ExportedReference(
                _path(r["path"]),
                _text(r["content"]),
                None if r["score"] is None else _number(r["score"]),
                _text(r["reason"]),
            )
            for r in references
        ),
        created_at=_number(raw["created_at"]),
    )


# -- CSV ---------------------------------------------------------------------------------------


def _from_csv(data: bytes) -> Exported:
    text = data.decode("utf-8-sig", "surrogateescape")
    csv.field_size_limit(_MAX_BYTES)
    reader = csv.DictReader(io.StringIO(text, newline=""), restval="", strict=True)
    if not {*_COLUMNS} <= {*(reader.fieldnames or ())}:
        raise ValueError("it has other columns.")
    roots: list[ExportedRoot] = []
    rules: list[str] = []
    assets: list[ExportedAsset] = []
    created: dict[str, float] = {}
    places: dict[str, list[tuple[int, int]]] = {}
    is_ours = False
    for row in reader:
        cells = {name: _plain(row[name]) for name in _COLUMNS}
        try:
            match cells["kind"]:
                case "format":
                    is_ours = cells["path"] == FORMAT
                    _check_version(int(cells["rating"]))
                case "root":
                    roots.append(
                        ExportedRoot(_path(cells["root"]), cells["path"], _text(cells["note"]))
                    )
                case "ignore":
                    rules.append(_text(cells["path"]))
                case "board":
                    created[clean_name(cells["path"], "board")] = _number(
                        float(cells["created_at"])
                    )
                case "picture":
                    for place in filter(None, map(str.strip, cells["boards"].split(","))):
                        board, _, position = place.rpartition("|")
                        places.setdefault(clean_name(board, "board"), []).append(
                            (int(position), len(assets))
                        )
                    assets.append(_picture(cells))
                case other:
                    raise ValueError(f"“{other}” is no kind of row.")
        except (ValueError, KeyError, TypeError, UsageError) as error:
            raise ValueError(f"line {reader.line_num}: {error}") from error
    if not is_ours:
        raise ValueError("it is another program's.")
    boards = {**created, **dict.fromkeys(places.keys() - created.keys(), 0.0)}
    return Exported(
        tuple(roots),
        tuple(rules),
        tuple(
            _board(name, at, tuple(asset for _, asset in sorted(places.get(name, ()))))
            for name, at in boards.items()
        ),
        tuple(assets),
    )


def _picture(cells: Mapping[str, str]) -> ExportedAsset:
    return ExportedAsset(
        _path(cells["root"]),
        _path(cells["path"]),
        _text(cells["content"]),
        check_rating(int(cells["rating"] or 0)),
        clean_note(cells["note"]),
        tuple(clean_name(tag) for tag in cells["tags"].split(",") if tag.strip()),
        _lineage(_object(json.loads(cells["made"]))) if cells["made"] else None,
    )


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(tuple(_FORMULA)) else cell


def _plain(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(tuple(_FORMULA)) else cell


# -- what a file may hold ----------------------------------------------------------------------


def _check_version(version: object) -> None:
    if _whole(version) > VERSION:
        raise LibraryError(
            "This export was made by a newer Plantain.",
            safe="Nothing was changed.",
            next_step="Update Plantain.",
        )


def _board(name: str, created_at: float, assets: Sequence[int]) -> ExportedBoard:
    return ExportedBoard(clean_name(name, "board"), created_at, tuple(dict.fromkeys(assets)))


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("something in it is not as it was written.")
    return cast("dict[str, Any]", value)


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("something in it is not as it was written.")
    return cast("list[Any]", value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("there is something else where a text should be.")
    value.encode()  # raises for half of a surrogate pair, which only a path may have
    return value


def _path(value: object) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise TypeError("there is something else where a path should be.")
    value.encode("utf-8", "surrogateescape")
    return value


def _whole(value: object) -> int:
    if type(value) is not int:
        raise TypeError("there is something else where a whole number should be.")
    return value


def _number(value: object) -> float:
    if type(value) not in (int, float) or not math.isfinite(number := cast("float", value)):
        raise TypeError("there is something else where a number should be.")
    return float(number)
