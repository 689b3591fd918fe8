"""``plantain rights`` and ``consent``: what may leave this machine, how long, and to whom."""

from __future__ import annotations

import argparse
import os
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.commands.annotate import assets_at
from desktop.commands.arguments import path, words
from desktop.commands.opening import open_library, open_to_read
from desktop.commands.parser import Commands, Json
from desktop.commands.terminal import say
from desktop.config.options import EngineOptions
from desktop.core.annotations import Edits
from desktop.core.asset import displayable
from desktop.core.errors import LibraryError, UsageError
from desktop.core.rights import NO_RIGHTS, Rights, clean_rights, strictest
from desktop.core.text import date, marked, ngettext, tr

if TYPE_CHECKING:
    from desktop.services.engine import Engine

_NEVER_LEAVES = marked("never leaves this machine")


def add_to(commands: Commands) -> None:
    """``rights`` and ``consent``."""
    rights = commands.group("rights", tr("what may be done with pictures, and how long"))
    give = rights.add("set", _set, tr("say it of pictures, of folders, or of a board"))
    private = give.add_mutually_exclusive_group()
    private.add_argument(
        "--private",
        dest="is_private",
        action="store_true",
        default=None,
        help=tr("never leaves this machine"),
    )
    private.add_argument(
        "--not-private", dest="is_private", action="store_false", help=tr("may leave it")
    )
    give.add_argument("--licence", type=words, metavar="TEXT", help=tr("empty for none"))
    give.add_argument(
        "--expires", metavar="DAY", help=tr("last day of use, as 2026-12-31; empty for no end")
    )
    give.add_argument("--board", type=words, metavar="NAME", help=tr("of all that is on it"))
    give.add_argument(
        "paths",
        nargs="*",
        type=path,
        metavar="PATH",
        help=tr("pictures, or folders: what is below one has what is said of it, now and later"),
    )
    show = rights.add("show", _show, tr("what binds a picture, and whether it may be sent"))
    show.add_argument("path", type=path, metavar="PATH")
    rights.add("list", _list, tr("boards and folders of which something is said"))

    consent = commands.group("consent", tr("to which services this library may be sent"))
    consent.add("list", _consents, tr("list the services that you agreed to"))
    withdraw = consent.add("withdraw", _withdraw, tr("agree no longer; you are asked again"))
    withdraw.add_argument("endpoint", type=words, metavar="ADDRESS")


def _set(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    given = {
        name: value
        for name in ("is_private", "licence", "expires")
        if (value := getattr(arguments, name)) is not None
    }
    if not given:
        raise UsageError(
            tr("Nothing is said of these."),
            next_step=tr("Give --private, --not-private, --licence or --expires."),
        )
    if not arguments.paths and arguments.board is None:
        raise UsageError(tr("Name pictures, folders, or a board with --board."))
    with open_library(options) as engine:
        folders, pictures = _sorted_out(engine, arguments.paths)
        said = engine.annotations.of(pictures)
        of_folders = engine.rights.folders()
        boards = {}
        if arguments.board is not None:
            board = engine.annotations.board(arguments.board)
            boards = {arguments.board: replace(board, rights=_with(board.rights, given))}
        undo = engine.annotations.apply(
            Edits(
                rights={i: _with(said[i].rights, given) for i in pictures if i in said},
                folder_rights={f: _with(of_folders.get(f, NO_RIGHTS), given) for f in folders},
                boards=boards,
            )
        )
    changed = len(undo.rights) + len(undo.folder_rights) + len(undo.boards)
    if not arguments.json:
        say(
            ngettext(
                "The rights of {count} picture, folder or board were changed.",
                "The rights of {count} pictures, folders or boards were changed.",
                changed,
            )
        )
    return {"changed": changed}


def _with(rights: Rights, given: Json) -> Rights:
    return clean_rights(replace(rights, **given))


def _sorted_out(engine: Engine, paths: list[Path]) -> tuple[list[str], list[int]]:
    """Folders as ``Asset.folder`` spells them, and ids of pictures.

    Raises: LibraryError: neither is at one of the paths.
    """
    folders: list[str] = []
    pictures: list[Path] = []
    for typed in paths:
        place = Path(os.path.abspath(typed))  # noqa: PTH100 - people know them by these names
        is_picture = engine.catalog.asset_at(place) is not None
        if not is_picture and place.is_dir():
            known = engine.catalog.roots.known_as(place)
            if not engine.catalog.roots.locate(known):
                raise LibraryError(
                    tr("The library has no folder {folder}.", folder=displayable(typed)),
                    safe=tr("Nothing was changed."),
                    next_step=tr("Check the path, or add it first: plantain index PATH."),
                )
            folders.append(os.fspath(known))
        else:
            pictures.append(typed)
    return folders, assets_at(engine, pictures)


def _show(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_to_read(options) as engine:
        [asset_id] = assets_at(engine, [arguments.path])[:1]
        claims = engine.rights.claims([asset_id])[asset_id]
    together = strictest(claim.rights for claim in claims)
    reasons = [reason for claim in claims if (reason := claim.reason())]
    if not arguments.json:
        say(tr("may be sent: {answer}", answer=tr("no") if reasons else tr("yes")))
        for reason in reasons:
            say(f"  {reason}")
        if together.licence:
            say(tr("licence: {licence}", licence=together.licence))
        if together.expires:
            say(tr("until: {day}", day=together.expires))
    return {
        "path": os.fspath(arguments.path),
        "asset_id": asset_id,
        **asdict(together),
        "may_be_sent": not reasons,
        "reasons": reasons,
        "claims": [
            {"origin": claim.origin.value, "name": claim.name, **asdict(claim.rights)}
            for claim in claims
        ],
    }


def _list(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_to_read(options) as engine:
        boards, folders = engine.rights.boards(), engine.rights.folders()
    if not arguments.json:
        for name, rights in (*boards.items(), *folders.items()):
            said = (
                tr(_NEVER_LEAVES) if rights.is_private else "",
                rights.licence,
                tr("until {day}", day=rights.expires) if rights.expires else "",
            )
            say(f"{displayable(name)}: {', '.join(filter(None, said))}")
    return {
        "boards": [{"board": name, **asdict(rights)} for name, rights in boards.items()],
        "folders": [{"folder": folder, **asdict(rights)} for folder, rights in folders.items()],
    }


def _consents(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_to_read(options) as engine:
        agreed = engine.generation.sending_rules.agreed()
    if not arguments.json:
        for endpoint, given_at in agreed.items():
            say(tr("{endpoint}, since {day}", endpoint=endpoint, day=date(given_at)))
    return {"consents": [{"endpoint": e, "given_at": at} for e, at in agreed.items()]}


def _withdraw(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        if arguments.endpoint not in engine.generation.sending_rules.agreed():
            raise LibraryError(
                tr("You did not agree to {place}.", place=arguments.endpoint),
                safe=tr("Nothing was changed."),
                next_step=tr("See: {command}", command="plantain consent list"),
            )
        engine.generation.sending_rules.withdraw(arguments.endpoint)
    if not arguments.json:
        say(tr("Nothing more is sent there from the window unless you agree again."))
    return {"withdrawn": arguments.endpoint}
