"""``plantain server``: the library's vectors on a Milvus server, and back in a file."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from dataclasses import asdict
from pathlib import Path

from desktop.commands.arguments import path
from desktop.commands.opening import interruptible, open_library, open_to_read
from desktop.commands.parser import Commands, Json
from desktop.commands.terminal import follow, say
from desktop.config.options import EngineOptions
from desktop.core.text import number, sentences, tr

_FILE = "file"


def add_to(commands: Commands) -> None:
    """Make the commands known."""
    group = commands.group(
        "server", tr("keep the vectors on a Milvus server, for one or for a team")
    )
    test = group.add("test", _test, tr("connect and say what is there; changes nothing"))
    test.add_argument("uri", nargs="?", default="", metavar="URI", help=tr("the one in use"))
    add_certificate(test)
    use = group.add("use", _use, tr("keep the vectors there from now on, and send them all"))
    use.add_argument("uri", metavar="URI|file", help=tr("https://host:port, or the word “file”"))
    add_certificate(use)
    take_over = group.add(
        "take-over", _take_over, tr("write there from now on, instead of another copy of it")
    )
    take_over.add_argument("uri", nargs="?", default="", metavar="URI", help=tr("the one in use"))
    add_certificate(take_over)
    group.add("own", _own, tr("make this copy a library of its own, with vectors of its own"))
    group.add("token", _token, tr("save user:password or an API key in the system's key store"))


def add_certificate(parser: argparse.ArgumentParser) -> None:
    """The option of every command that is given a server."""
    parser.add_argument(
        "--certificate",
        type=path,
        metavar="FILE",
        help=tr("PEM of the server's own certificate, when no public authority signed it"),
    )


def _test(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_to_read(options) as engine:
        found = engine.endpoints.test(arguments.uri, given_certificate(arguments))
    if not arguments.json:
        say(
            sentences(
                tr(
                    "{uri} answers in {milliseconds} ms: Milvus {version}.",
                    uri=found.uri,
                    milliseconds=number(found.milliseconds),
                    version=found.version,
                ),
                found.other_copy
                or (
                    tr("This library's vectors are there.")
                    if found.has_collection
                    else tr("There is nothing of this library yet.")
                ),
            )
        )
    return asdict(found)


def _use(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    uri = "" if arguments.uri == _FILE else arguments.uri
    with open_library(options) as engine, interruptible() as cancel:
        engine.endpoints.keep_at(uri, given_certificate(arguments))
        sent = follow(engine.store_migration.run(cancel))
    where = uri or tr("the library's own file")
    say(
        tr(
            "The vectors are kept in {where} from now on: {sent} were sent.", where=where, sent=sent
        ),
        to=sys.stderr,
    )
    return {"store_uri": uri, "sent": sent}


def _take_over(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine, interruptible() as cancel:
        certificate, endpoints = given_certificate(arguments), engine.endpoints
        follow(engine.copies.take_over(cancel, arguments.uri, certificate))
        uri = arguments.uri or endpoints.uri
        if uri != endpoints.uri or certificate not in (None, endpoints.certificate):
            endpoints.keep_at(uri, certificate)
        sent = follow(engine.store_migration.run(cancel))
        uri = engine.endpoints.uri
    say(
        tr(
            "This copy of the library writes on {uri} from now on: {sent} were sent.",
            uri=uri,
            sent=sent,
        ),
        to=sys.stderr,
    )
    return {"store_uri": uri, "sent": sent}


def _own(_: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine, interruptible() as cancel:
        engine.copies.separate()
        sent = follow(engine.store_migration.run(cancel))
        library = engine.catalog.library_id()
    say(
        tr("This copy is a library of its own from now on: {sent} vectors were sent.", sent=sent),
        to=sys.stderr,
    )
    return {"library": library, "sent": sent}


def _token(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    # Never an argument: what is typed there stays in the shell's history.
    token = getpass.getpass(tr("Token (empty to forget it): ")) if sys.stdin.isatty() else input()
    with open_to_read(options) as engine:
        engine.endpoints.token.save(token)
    say(
        tr("The token is saved.") if token.strip() else tr("The token is forgotten."), to=sys.stderr
    )
    return {"has_token": bool(token.strip())}


def given_certificate(arguments: argparse.Namespace) -> str | None:
    """Absolute, so that it means the same from any folder; None when none was given."""
    given: Path | None = arguments.certificate
    return None if given is None else os.path.abspath(given)  # noqa: PTH100
