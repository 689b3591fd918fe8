"""An export as a table for a spreadsheet: a row a picture, and one for all else that was entered.

A cell that a spreadsheet would take for a formula begins with an apostrophe, which reading takes
away. What a spreadsheet made of the file when it saved it is read as well; see ``spreadsheet``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from desktop.core.annotations import clean_name, join_names, split_names
from desktop.core.asset import displayable
from desktop.core.errors import LibraryError, UsageError
from desktop.core.rights import Rights
from desktop.core.text import tr
from desktop.files.checked_json import MalformedJson, parse_json
from desktop.files.record_json import dump_record
from desktop.library.exchange.exported import FORMAT, VERSION, Exported, known_version
from desktop.library.exchange.exported_search import raw_search
from desktop.library.exchange.spreadsheet import decimal_number, read_rows, whole_number

_FORMULA = "=+-@\t\r'＝＋－＠"
_COLUMNS = (
    *("kind", "root", "path", "content", "rating", "tags", "note", "boards", "made", "created_at"),
)
_NEWER_COLUMNS = ("is_private", "licence", "expires", "flags")
"""That a table of an older Plantain has not."""


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


def raw_csv(text: str, largest: int) -> tuple[dict[str, Any], int]:
    """As ``raw_json``; no cell has more characters than ``largest``. Raises: csv.Error as well."""
    csv.field_size_limit(largest)
    try:
        rows = list(read_rows(text, _COLUMNS, _NEWER_COLUMNS))
    except KeyError as error:
        raise MalformedJson(tr("It has other columns.")) from error
    formats = [cells for _, cells in rows if cells["kind"] == "format" and cells["path"] == FORMAT]
    if not formats:
        raise MalformedJson(tr("It is another program's."))
    version = known_version(whole_number(formats[0]["rating"]))
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


def _stars(cell: str) -> object:
    """A number, or what stands instead of one, for whoever reads it to tell of."""
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
