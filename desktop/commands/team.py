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
from desktop.commands.terminal import follow, say
from desktop.config.options import EngineOptions
from desktop.core.asset import displayable


def add_to(commands: Commands) -> None:
    """Make the commands known."""
    group = commands.group("team", "share folders, tags, ratings and notes with others")
    join = group.add("join", _join, "meet the others of a team at a Milvus server")
    join.add_argument("name", type=words, metavar="NAME", help="the same for every member")
    join.add_argument("uri", metavar="URI")
    add_certificate(join)
    group.add("leave", _leave, "be in no team; what is here stays here, what was sent stays there")
    root = group.add("root", _root, "share a folder, under a name that is the same for all")
    root.add_argument("name", type=words, metavar="NAME")
    root.add_argument("path", type=path, metavar="PATH", help="where this folder is here")
    private = group.add("private", _private, "share a folder no more")
    private.add_argument("name", type=words, metavar="NAME")
    sync = group.add("sync", _sync, "take in what is new, and send what the others do not know")
    sync.add_argument(
        "--full", action="store_true", help="look at everything again, not only at what is new"
    )
    group.add("status", _status, "the team, its folders and its pictures")


def _join(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        engine.places.join(arguments.name, arguments.uri, given_certificate(arguments))
        team = engine.settings.team
    say(
        f"This library is in the team “{team}”. Share a folder with “plantain team root NAME "
        "PATH”, then “plantain team sync”.",
        to=sys.stderr,
    )
    return {"team": team, "uri": arguments.uri}


def _leave(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        engine.places.leave()
    say("This library is in no team.", to=sys.stderr)
    return {"team": ""}


def _root(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    folder = Path(os.path.abspath(arguments.path))  # noqa: PTH100 - resolve() would follow links
    with open_library(options) as engine:
        root = engine.team_book.share(arguments.name, folder)
    say(f"{displayable(folder)} is shared as “{root.name}”.", to=sys.stderr)
    return {"name": root.name, "path": os.fspath(folder)}


def _private(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        engine.team_book.keep_private(arguments.name)
    say(f"“{arguments.name}” is shared no more.", to=sys.stderr)
    return {"name": arguments.name}


def _sync(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine, interruptible() as cancel:
        report = follow(engine.team.sync(cancel, is_full=arguments.full))
    if not arguments.json:
        say(
            f"{report.received} pictures taken in, {report.sent} sent, of {report.told} what was "
            f"said; the team has {report.here + report.elsewhere}, {report.elsewhere} of them not "
            "in the folders here."
        )
    return asdict(report)


def _status(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_to_read(options) as engine:
        settings, roots = engine.settings, engine.team_book.roots()
        here, elsewhere = engine.team_book.counts()
    if not arguments.json:
        say(f"{settings.team} at {settings.team_uri}" if settings.team else "In no team.")
        for root in roots:
            say(f"  {root.name:24} {displayable(root.path) if root.path else 'not here'}")
        say(f"{here} pictures in the folders here, {elsewhere} elsewhere.")
    return {
        "team": settings.team,
        "uri": settings.team_uri,
        "roots": [
            {"name": root.name, "path": os.fspath(root.path) if root.path else None}
            for root in roots
        ],
        "here": here,
        "elsewhere": elsewhere,
    }
