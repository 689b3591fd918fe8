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

_FILE = "file"


def add_to(commands: Commands) -> None:
    """Make the commands known."""
    group = commands.group("server", "keep the vectors on a Milvus server, for one or for a team")
    test = group.add("test", _test, "connect and say what is there; changes nothing")
    test.add_argument("uri", nargs="?", default="", metavar="URI", help="the one in use")
    add_certificate(test)
    use = group.add("use", _use, "keep the vectors there from now on, and send them all")
    use.add_argument("uri", metavar="URI|file", help="https://host:port, or the word “file”")
    add_certificate(use)
    group.add("token", _token, "save user:password or an API key in the system's key store")


def add_certificate(parser: argparse.ArgumentParser) -> None:
    """The option of every command that is given a server."""
    parser.add_argument(
        "--certificate",
        type=path,
        metavar="FILE",
        help="PEM of the server's own certificate, when no public authority signed it",
    )


def _test(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_to_read(options) as engine:
        found = engine.places.test(arguments.uri, given_certificate(arguments))
    if not arguments.json:
        say(
            f"{found.uri} answers in {found.milliseconds:.0f} ms: Milvus {found.version}. "
            + (
                "This library's vectors are there."
                if found.has_collection
                else "There is nothing of this library yet."
            )
        )
    return asdict(found)


def _use(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    uri = "" if arguments.uri == _FILE else arguments.uri
    with open_library(options) as engine, interruptible() as cancel:
        engine.places.keep_at(uri, given_certificate(arguments))
        sent = follow(engine.moving.run(cancel))
    where = uri or "the library's own file"
    say(f"The vectors are kept in {where} from now on: {sent:,} were sent.", to=sys.stderr)
    return {"store_uri": uri, "sent": sent}


def _token(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    # Never an argument: what is typed there stays in the shell's history.
    token = getpass.getpass("Token (empty to forget it): ") if sys.stdin.isatty() else input()
    with open_to_read(options) as engine:
        engine.places.save_token(token)
    say("The token is saved." if token.strip() else "The token is forgotten.", to=sys.stderr)
    return {"has_token": bool(token.strip())}


def given_certificate(arguments: argparse.Namespace) -> str | None:
    """Absolute, so that it means the same from any folder; None when none was given."""
    given: Path | None = arguments.certificate
    return None if given is None else os.path.abspath(given)  # noqa: PTH100
