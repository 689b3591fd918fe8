"""``plantain flag``: pictures that are kept, rejected or favourites."""

from __future__ import annotations

import argparse

from desktop.commands.annotate import add_paths, assets_at, told_change
from desktop.commands.opening import open_library, open_to_read
from desktop.commands.parser import Commands, Json
from desktop.commands.terminal import say
from desktop.config.options import EngineOptions
from desktop.core.annotations import Flag
from desktop.core.text import ngettext, tr


def add_to(commands: Commands) -> None:
    """Make the commands known."""
    flag = commands.group("flag", tr("favourites, and what is kept or rejected"))
    flag.add("list", _list, tr("how many pictures have each flag"))
    for name, run, text in (
        ("add", _add, tr("flag pictures; what is kept is no longer rejected")),
        ("remove", _remove, tr("take a flag off pictures")),
    ):
        parser = flag.add(name, run, text)
        parser.add_argument("flag", choices=[*map(str, Flag)], metavar="FLAG", help=_names())
        add_paths(parser)


def _names() -> str:
    return tr("one of {names}", names=", ".join(Flag))


def _list(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_to_read(options) as engine:
        counts = engine.annotations.flag_counts()
    told = {flag.value: counts.get(flag, 0) for flag in Flag}
    if not arguments.json:
        for name, count in told.items():
            say(f"{count:6,}  {name}")
    return {"flags": told}


def _add(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    return _flag(arguments, options, has=True)


def _remove(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    return _flag(arguments, options, has=False)


def _flag(arguments: argparse.Namespace, options: EngineOptions, *, has: bool) -> Json:
    with open_library(options) as engine:
        flagged = assets_at(engine, arguments.paths)
        undo = engine.annotations.flag(flagged, Flag(arguments.flag), has)
    count = len({asset_id for asset_id, _ in undo.flags})
    told = ngettext("{count} picture changed.", "{count} pictures changed.", count)
    return told_change(arguments, count, told)
