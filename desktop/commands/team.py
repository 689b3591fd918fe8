"""``plantain team``: share folders, tags, ratings and notes with others over a Milvus server."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import asdict
from pathlib import Path

from desktop.commands.arguments import path, words
from desktop.commands.opening import interruptible, open_library, open_to_read
from desktop.commands.parser import Commands, Json
from desktop.commands.server import add_certificate, given_certificate
from desktop.commands.terminal import column, follow, say
from desktop.config.options import EngineOptions
from desktop.core.asset import displayable
from desktop.core.text import tr


def add_to(commands: Commands) -> None:
    """Make the commands known."""
    group = commands.group("team", tr("share folders, tags, ratings and notes with others"))
    join = group.add("join", _join, tr("join a team on a Milvus server"))
    join.add_argument("name", type=words, metavar="NAME", help=tr("the same for every member"))
    join.add_argument("uri", metavar="URI")
    add_certificate(join)
    group.add(
        "leave", _leave, tr("leave the team; what is here stays here, what was sent stays there")
    )
    root = group.add("root", _root, tr("share a folder, under a name that is the same for all"))
    root.add_argument("name", type=words, metavar="NAME")
    root.add_argument("path", type=path, metavar="PATH", help=tr("where this folder is here"))
    private = group.add("private", _private, tr("stop sharing a folder"))
    private.add_argument("name", type=words, metavar="NAME")
    sync = group.add("sync", _sync, tr("receive what is new, and send what the others do not have"))
    sync.add_argument(
        "--full", action="store_true", help=tr("compare everything, not only what is new")
    )
    group.add("status", _status, tr("the team, its folders and its pictures"))


def _join(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        engine.endpoints.join(arguments.name, arguments.uri, given_certificate(arguments))
        team = engine.endpoints.state().chosen.team
    say(
        tr(
            "This library is in the team “{team}”. Share a folder with “plantain "
            "team root NAME PATH”, then “plantain team sync”.",
            team=team,
        ),
        to=sys.stderr,
    )
    return {"team": team, "uri": arguments.uri}


def _leave(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        engine.endpoints.leave()
    say(tr("This library is in no team."), to=sys.stderr)
    return {"team": ""}


def _root(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    folder = Path(os.path.abspath(arguments.path))  # noqa: PTH100 - resolve() would follow links
    with open_library(options) as engine:
        root = engine.team_tables.roots.share(arguments.name, folder)
    say(
        tr("{folder} is shared as “{name}”.", folder=displayable(folder), name=root.name),
        to=sys.stderr,
    )
    return {"name": root.name, "path": os.fspath(folder)}


def _private(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        engine.team_tables.roots.keep_private(arguments.name)
    say(tr("“{name}” is no longer shared.", name=arguments.name), to=sys.stderr)
    return {"name": arguments.name}


def _sync(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine, interruptible() as cancel:
        report = follow(engine.team.sync(cancel, is_full=arguments.full))
    for name in report.outside:
        say(tr("not sent, because it leads out of its folder: {name}", name=name), to=sys.stderr)
    for name in report.too_long:
        say(tr("not sent, because too much is said of it: {name}", name=name), to=sys.stderr)
    for name in report.left_out:
        say(tr("left out, because what was sent is no picture: {name}", name=name), to=sys.stderr)
    if not arguments.json:
        say(
            tr(
                "{received} pictures received, {sent} sent, and the tags, ratings or notes of "
                "{told} more; the team has {all}, {elsewhere} of them not in folders here.",
                received=report.received,
                sent=report.sent,
                told=report.told,
                all=report.here + report.elsewhere,
                elsewhere=report.elsewhere,
            )
        )
    return asdict(report)


def _status(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_to_read(options) as engine:
        state = engine.endpoints.state()
    chosen = state.chosen
    if not arguments.json:
        say(
            tr("{team} at {uri}", team=chosen.team, uri=chosen.team_uri)
            if chosen.team
            else tr("Not in a team.")
        )
        for root in state.roots:
            at = displayable(root.path) if root.path else tr("not here")
            say(f"  {column(root.name, 24)} {at}")
        say(
            tr(
                "{here} pictures in the folders here, {elsewhere} elsewhere.",
                here=state.here,
                elsewhere=state.elsewhere,
            )
        )
    return {
        "team": chosen.team,
        "uri": chosen.team_uri,
        "roots": [
            {"name": root.name, "path": os.fspath(root.path) if root.path else None}
            for root in state.roots
        ],
        "here": state.here,
        "elsewhere": state.elsewhere,
    }
