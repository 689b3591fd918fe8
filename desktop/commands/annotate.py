"""``plantain tag``, ``rate``, ``note``, ``board`` and ``show``: what people say about pictures."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, cast

from desktop.commands.arguments import count, path, words
from desktop.commands.opening import interruptible, open_library, open_to_read
from desktop.commands.parser import Commands, Json
from desktop.commands.provenance import add_certificate_options, certificate_in
from desktop.commands.terminal import column, say
from desktop.config.options import EngineOptions
from desktop.core.annotations import NameCount
from desktop.core.asset import displayable
from desktop.core.errors import LibraryError
from desktop.core.progress import finish
from desktop.core.text import clauses, marked, ngettext, tr
from desktop.library.folders.spelling import DiskNames

if TYPE_CHECKING:
    from desktop.services.engine import Engine


def add_to(commands: Commands) -> None:
    """Make the commands known."""
    tag = commands.group("tag", tr("manage tags"))
    tag.add("list", _tag_list, tr("list every tag, and how many pictures have it"))
    for name, run, text in (
        ("add", _tag_add, tr("tag pictures")),
        ("remove", _tag_remove, tr("take a tag off pictures")),
    ):
        parser = tag.add(name, run, text)
        parser.add_argument("tag", type=words, metavar="TAG")
        add_paths(parser)
    rename = tag.add("rename", _tag_rename, tr("give a tag another name, everywhere"))
    rename.add_argument("tag", type=words, metavar="OLD")
    rename.add_argument("new", type=words, metavar="NEW")

    merge = tag.add("merge", _tag_rename, tr("put one tag in the place of another, everywhere"))
    merge.add_argument("tag", type=words, metavar="TAG")
    merge.add_argument("new", type=words, metavar="INTO")

    rate = commands.add("rate", _rate, tr("give pictures stars"))
    rate.add_argument("stars", type=count, metavar="STARS", help=tr("1 to 5; 0 for none"))
    add_paths(rate)
    note = commands.add("note", _note, tr("write a note about a picture"))
    note.add_argument("text", type=words, metavar="TEXT", help=tr("empty for none"))
    add_paths(note)
    show = commands.add("show", _show, tr("everything known about a picture"))
    show.add_argument("path", type=path, metavar="PATH")

    board = commands.group("board", tr("boards: pictures collected in an order"))
    board.add("list", _board_list, tr("every board, and how many pictures are on it"))
    for name, run, text in (
        ("show", _board_show, tr("the pictures of a board, in their order")),
        ("create", _board_create, tr("a new board")),
        ("rename", _board_rename, tr("give a board another name")),
        ("delete", _board_delete, tr("delete a board; its pictures stay in the library")),
        ("add", _board_add, tr("put pictures on a board, or move them on it")),
        ("remove", _board_remove, tr("take pictures off a board")),
    ):
        parser = board.add(name, run, text)
        parser.add_argument("board", type=words, metavar="NAME")
        if name == "rename":
            parser.add_argument("new", type=words, metavar="NEW")
        if name == "create":
            parser.add_argument("paths", nargs="*", type=path, metavar="PATH")
        if name in {"add", "remove"}:
            add_paths(parser)
        if name == "add":
            parser.add_argument(
                "--at", type=count, metavar="N", help=tr("before this place, from 0")
            )

    sheet = board.add("sheet", _board_sheet, tr("a board as a contact sheet, PNG or PDF"))
    sheet.add_argument("board", type=words, metavar="NAME")
    sheet.add_argument("file", type=path, metavar="FILE")
    copies = board.add("copies", _board_copies, tr("copy a board's files, with a list of credits"))
    copies.add_argument("board", type=words, metavar="NAME")
    copies.add_argument("folder", type=path, metavar="FOLDER")
    copies.add_argument(
        "--sign", action="store_true", help=tr("sign each copy with Content Credentials")
    )
    add_certificate_options(copies)


def add_paths(parser: argparse.ArgumentParser) -> None:
    """Take pictures, as ``assets_at`` finds them."""
    parser.add_argument(
        "paths", nargs="+", type=path, metavar="PATH", help=tr("pictures, or folders of them")
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
    told = ngettext("{count} picture tagged.", "{count} pictures tagged.", len(undo.tags))
    return told_change(arguments, len(undo.tags), told)


def _tag_remove(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        undo = engine.annotations.untag(assets_at(engine, arguments.paths), [arguments.tag])
    told = ngettext(
        "{count} picture no longer tagged.", "{count} pictures no longer tagged.", len(undo.tags)
    )
    return told_change(arguments, len(undo.tags), told)


def _tag_rename(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        undo = engine.annotations.rename_tag(arguments.tag, arguments.new)
    told = ngettext(
        "The tags of {count} picture were changed.",
        "The tags of {count} pictures were changed.",
        len(undo.asset_ids),
    )
    return told_change(arguments, len(undo.asset_ids), told)


def _rate(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        undo = engine.annotations.rate(assets_at(engine, arguments.paths), arguments.stars)
    told = ngettext("{count} picture rated.", "{count} pictures rated.", len(undo.ratings))
    return told_change(arguments, len(undo.ratings), told)


def _note(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        undo = engine.annotations.annotate(assets_at(engine, arguments.paths), arguments.text)
    told = ngettext(
        "The note of {count} picture was changed.",
        "The notes of {count} pictures were changed.",
        len(undo.notes),
    )
    return told_change(arguments, len(undo.notes), told)


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
        "is_preview": asset.is_preview,
        "width": asset.width,
        "height": asset.height,
        "size": asset.size,
        "content_hash": asset.content_hash,
        "is_missing": asset.is_missing,
        "failure": asset.failure,
        "rating": said.rating,
        "tags": list(said.tags),
        "flags": sorted(said.flags),
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
                say(f"{column(tr(_KNOWN[name]), 13)} {_told(name, value)}")
    return known


def _told(name: str, value: object) -> str:
    if value is True:
        return tr("yes")
    if isinstance(value, list):
        return clauses(map(str, cast("list[object]", value)))
    return tr(value) if name == "failure" and isinstance(value, str) else str(value)


_KNOWN = {
    "asset_id": marked("asset id"),
    "format": marked("format"),
    "is_preview": marked("is a preview"),
    "width": marked("width"),
    "height": marked("height"),
    "size": marked("size"),
    "content_hash": marked("content hash"),
    "is_missing": marked("is missing"),
    "failure": marked("failure"),
    "rating": marked("rating"),
    "tags": marked("tags"),
    "flags": marked("flags"),
    "note": marked("note"),
    "boards": marked("boards"),
    "prompt": marked("prompt"),
    "model": marked("model"),
    "references": marked("references"),
    "used_in": marked("used in"),
}
"""What the parts of ``plantain show`` are called for people."""


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
    told = ngettext(
        "{count} picture on the new board.", "{count} pictures on the new board.", len(ids)
    )
    return told_change(arguments, len(ids), told)


def _board_rename(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        engine.annotations.rename_board(arguments.board, arguments.new)
        on_it = len(engine.annotations.board(arguments.new).asset_ids)
    told = ngettext(
        "{count} picture on the renamed board.", "{count} pictures on the renamed board.", on_it
    )
    return told_change(arguments, on_it, told)


def _board_delete(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        on_it = len(engine.annotations.board(arguments.board).asset_ids)
        engine.annotations.delete_board(arguments.board)
    told = ngettext(
        "The board is deleted; its {count} picture stays in the library.",
        "The board is deleted; its {count} pictures stay in the library.",
        on_it,
    )
    return told_change(arguments, on_it, told)


def _board_add(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        ids = assets_at(engine, arguments.paths)
        engine.annotations.put_on_board(arguments.board, ids, arguments.at)
    told = ngettext(
        "{count} picture put on the board.", "{count} pictures put on the board.", len(ids)
    )
    return told_change(arguments, len(ids), told)


def _board_remove(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        ids = set(assets_at(engine, arguments.paths))
        on_it = ids & {*engine.annotations.board(arguments.board).asset_ids}
        engine.annotations.take_off_board(arguments.board, on_it)
    told = ngettext(
        "{count} picture taken off the board.", "{count} pictures taken off the board.", len(on_it)
    )
    return told_change(arguments, len(on_it), told)


def _board_sheet(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    file = _absolute(arguments.file)
    with open_to_read(options) as engine:
        shown = engine.browsing.board(arguments.board)
        engine.contact_sheets.write_board(arguments.board, shown, file)
    if not arguments.json:
        say(displayable(file))
    return {"board": arguments.board, "path": os.fspath(file)}


def _board_copies(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    own = certificate_in(arguments)
    with open_to_read(options) as engine, interruptible() as cancel:
        certificate = (own or engine.curation.credentials.certificate()) if arguments.sign else None
        shown = engine.browsing.board(arguments.board)
        steps = engine.curation.board_copies.run(
            shown, _absolute(arguments.folder), cancel, certificate=certificate
        )
        report = finish(steps)
    if not arguments.json:
        for copy in report.copied:
            say(displayable(copy))
        for failure in (*report.failed, *report.unsigned):
            say(tr("{file}: {reason}", file=displayable(failure.path), reason=failure.reason))
    return {
        "board": arguments.board,
        "paths": [os.fspath(copy) for copy in report.copied],
        "unsigned": [os.fspath(failure.path) for failure in report.unsigned],
        "failed": [os.fspath(failure.path) for failure in report.failed],
    }


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
        located = engine.catalog.roots.locate(place, DiskNames())
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
        tr("The library has no picture at {typed}.", typed=displayable(typed)),
        safe=tr("Nothing was changed."),
        next_step=tr("Check the path, or add it first: plantain index PATH."),
    )


def told_change(arguments: argparse.Namespace, count: int, told: str) -> Json:
    """How many pictures were changed, in words or as JSON."""
    if not arguments.json:
        say(told)
    return {"changed": count}
