"""``plantain tag``, ``rate``, ``note``, ``board`` and ``show``: what people say about pictures."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.commands.arguments import count, path, words
from desktop.commands.opening import open_library, open_to_read
from desktop.commands.parser import Commands, Json
from desktop.commands.terminal import say
from desktop.config.options import EngineOptions
from desktop.core.annotations import NameCount
from desktop.core.asset import displayable
from desktop.core.errors import LibraryError

if TYPE_CHECKING:
    from desktop.wiring import Engine


def add_to(commands: Commands) -> None:
    """Make the commands known."""
    tag = commands.group("tag", "what pictures are tagged with")
    tag.add("list", _tag_list, "every tag, and how many pictures have it")
    for name, run, text in (
        ("add", _tag_add, "tag pictures"),
        ("remove", _tag_remove, "take a tag off pictures"),
    ):
        parser = tag.add(name, run, text)
        parser.add_argument("tag", type=words, metavar="TAG")
        _add_paths(parser)
    rename = tag.add("rename", _tag_rename, "give a tag another name, everywhere")
    rename.add_argument("tag", type=words, metavar="OLD")
    rename.add_argument("new", type=words, metavar="NEW")

    rate = commands.add("rate", _rate, "give pictures stars")
    rate.add_argument("stars", type=count, metavar="STARS", help="1 to 5; 0 for none")
    _add_paths(rate)
    note = commands.add("note", _note, "write something down about a picture")
    note.add_argument("text", type=words, metavar="TEXT", help="empty for none")
    _add_paths(note)
    show = commands.add("show", _show, "all that is known of a picture")
    show.add_argument("path", type=path, metavar="PATH")

    board = commands.group("board", "pictures put together in an order")
    board.add("list", _board_list, "every board, and how many pictures are on it")
    for name, run, text in (
        ("show", _board_show, "the pictures of a board, in their order"),
        ("create", _board_create, "a new board"),
        ("rename", _board_rename, "give a board another name"),
        ("delete", _board_delete, "the pictures on it stay in the library"),
        ("add", _board_add, "put pictures on a board, or move them on it"),
        ("remove", _board_remove, "take pictures off a board"),
    ):
        parser = board.add(name, run, text)
        parser.add_argument("board", type=words, metavar="NAME")
        if name == "rename":
            parser.add_argument("new", type=words, metavar="NEW")
        if name == "create":
            parser.add_argument("paths", nargs="*", type=path, metavar="PATH")
        if name in {"add", "remove"}:
            _add_paths(parser)
        if name == "add":
            parser.add_argument("--at", type=count, metavar="N", help="before this place, from 0")


def _add_paths(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths", nargs="+", type=path, metavar="PATH", help="pictures, or folders of them"
    )


def _counted(names: Sequence[NameCount], arguments: argparse.Namespace) -> list[Json]:
    """Tell names and how many pictures have each."""
    if not arguments.json:
        for name in names:
            say(f"{name.count:6,}  {name.name}")
    return [asdict(name) for name in names]


# -- tags, stars, notes ------------------------------------------------------------------------


def _tag_list(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_to_read(options) as engine:
        tags = engine.annotations.tags()
    return {"tags": _counted(tags, arguments)}


def _tag_add(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        undo = engine.annotations.tag(assets_at(engine, arguments.paths), [arguments.tag])
    return _changed(arguments, "tagged", len(undo.tags))


def _tag_remove(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        undo = engine.annotations.untag(assets_at(engine, arguments.paths), [arguments.tag])
    return _changed(arguments, "no longer tagged", len(undo.tags))


def _tag_rename(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        undo = engine.annotations.rename_tag(arguments.tag, arguments.new)
    return _changed(arguments, "tagged anew", len(undo.asset_ids))


def _rate(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        undo = engine.annotations.rate(assets_at(engine, arguments.paths), arguments.stars)
    return _changed(arguments, "rated", len(undo.ratings))


def _note(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        undo = engine.annotations.annotate(assets_at(engine, arguments.paths), arguments.text)
    return _changed(arguments, "noted", len(undo.notes))


def _show(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_to_read(options) as engine:
        asset = engine.catalog.asset_at(_absolute(arguments.path))
        if asset is None:
            raise _unknown(arguments.path)
        details = engine.browsing.details(asset.id)
    said, made = details.annotation, details.lineage
    known = {
        "path": os.fspath(asset.path),
        "asset_id": asset.id,
        "format": asset.format,
        "width": asset.width,
        "height": asset.height,
        "size": asset.size,
        "content_hash": asset.content_hash,
        "is_missing": asset.is_missing,
        "failure": asset.failure,
        "rating": said.rating,
        "tags": list(said.tags),
        "note": said.note,
        "boards": list(said.boards),
        "prompt": made.request.prompt if made else None,
        "model": made.model if made else None,
        "references": [os.fspath(r.path) for r in made.request.references] if made else [],
        "used_in": [os.fspath(other.path) for other in details.used_in],
    }
    if not arguments.json:
        say(displayable(asset.path))
        for name, value in known.items():
            if name != "path" and value not in ("", None, [], False, 0):
                text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
                say(f"{name.replace('_', ' '):13} {text}")
    return known


# -- boards ------------------------------------------------------------------------------------


def _board_list(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_to_read(options) as engine:
        boards = engine.annotations.boards()
    return {"boards": _counted(boards, arguments)}


def _board_show(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_to_read(options) as engine:
        ids = engine.annotations.board(arguments.board).asset_ids
        assets = engine.catalog.assets_by_id(ids)
    paths = [assets[asset_id].path for asset_id in ids]
    if not arguments.json:
        for place in paths:
            say(displayable(place))
    return {"board": arguments.board, "paths": [os.fspath(place) for place in paths]}


def _board_create(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        ids = assets_at(engine, arguments.paths)
        engine.annotations.create_board(arguments.board, ids)
    return _changed(arguments, "on the new board", len(ids))


def _board_rename(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        engine.annotations.rename_board(arguments.board, arguments.new)
        on_it = len(engine.annotations.board(arguments.new).asset_ids)
    return _changed(arguments, "on the renamed board", on_it)


def _board_delete(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        on_it = len(engine.annotations.board(arguments.board).asset_ids)
        engine.annotations.delete_board(arguments.board)
    return _changed(arguments, "no longer on a board that is gone", on_it)


def _board_add(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        ids = assets_at(engine, arguments.paths)
        engine.annotations.put_on_board(arguments.board, ids, arguments.at)
    return _changed(arguments, "put on the board", len(ids))


def _board_remove(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        ids = set(assets_at(engine, arguments.paths))
        on_it = ids & {*engine.annotations.board(arguments.board).asset_ids}
        engine.annotations.take_off_board(arguments.board, on_it)
    return _changed(arguments, "taken off the board", len(on_it))


# -- pictures ----------------------------------------------------------------------------------


def assets_at(engine: Engine, paths: Sequence[Path]) -> list[int]:
    """Ids of the assets at these paths, each a file's or a folder's; in this order, none twice.

    Raises:
        LibraryError: the library has no picture at one of them.
    """
    ids: dict[int, None] = {}
    for typed in paths:
        place = _absolute(typed)
        if (asset := engine.catalog.asset_at(place)) is not None:
            ids[asset.id] = None
            continue
        located = engine.catalog.locate(place)
        below = b"" if located is None or located[1] == Path() else os.fsencode(located[1])
        found = list(engine.catalog.ids_at(located[0].id, below)) if located else []
        if not found:
            raise _unknown(typed)
        ids.update(dict.fromkeys(found))
    return list(ids)


def _absolute(typed: Path) -> Path:
    # Not resolved: people know their folders by the names they use.
    return Path(os.path.abspath(typed))  # noqa: PTH100


def _unknown(typed: Path) -> LibraryError:
    return LibraryError(
        f"The library has no picture at {displayable(typed)}.",
        safe="Nothing was changed.",
        next_step="Check the path, or add it first: plantain index PATH.",
    )


def _changed(arguments: argparse.Namespace, what: str, number: int) -> Json:
    if not arguments.json:
        say(f"{number:,} {'picture' if number == 1 else 'pictures'} {what}.")
    return {"changed": number}
