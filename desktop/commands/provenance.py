"""``plantain credentials`` and ``register``: where pictures come from, and what a model made."""

from __future__ import annotations

import argparse
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.commands.arguments import path
from desktop.commands.opening import open_to_read
from desktop.commands.parser import Commands, Json
from desktop.commands.terminal import say
from desktop.config.options import EngineOptions
from desktop.core.asset import displayable
from desktop.core.errors import UsageError
from desktop.core.system_errors import system_reason
from desktop.core.text import date, ngettext, tr
from desktop.files.regular_file import read_guarded

if TYPE_CHECKING:
    from desktop.services.curation.credentials import Certificate


def add_to(commands: Commands) -> None:
    """Make the commands known."""
    credentials = commands.group("credentials", tr("Content Credentials: who signed a picture"))
    show = credentials.add("show", _show, tr("what they say, and whether it can be believed"))
    show.add_argument("path", type=path, metavar="FILE")
    sign = credentials.add("sign", _sign, tr("write a signed copy of a picture"))
    sign.add_argument("path", type=path, metavar="FILE")
    sign.add_argument("out", type=path, metavar="OUT")
    add_certificate_options(sign)
    register = commands.add("register", _register, tr("list the pictures that an AI model made"))
    register.add_argument(
        "--out", type=path, metavar="FILE", help=tr("write it there: CSV by its name, else JSON")
    )


def add_certificate_options(parser: argparse.ArgumentParser) -> None:
    """``--certificate PEM --key PEM``."""
    parser.add_argument(
        "--certificate",
        type=path,
        metavar="PEM",
        help=tr("your certificate and those above it; by default one that Plantain makes"),
    )
    parser.add_argument("--key", type=path, metavar="PEM", help=tr("its key, ECDSA on P-256"))


def certificate_in(arguments: argparse.Namespace) -> Certificate | None:
    """That of the options; None where they name none. Raises: UsageError."""
    if (arguments.certificate is None) is not (arguments.key is None):
        raise UsageError(tr("A certificate and its key belong together: give both, or neither."))
    if arguments.certificate is None:
        return None
    try:
        return read_guarded(arguments.certificate), read_guarded(arguments.key)
    except OSError as error:
        raise UsageError(
            tr("The certificate cannot be read: {reason}.", reason=system_reason(error))
        ) from error


def _show(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_to_read(options) as engine:
        found = engine.curation.credentials.of(_absolute(arguments.path))
    if not arguments.json:
        say(found.sentence() if found else tr("It has no Content Credentials."))
        for title in found.ingredients if found else ():
            say(tr("made from: {title}", title=displayable(title)))
    told = None if found is None else {**asdict(found), "validity": found.validity.value}
    return {"path": os.fspath(arguments.path), "credentials": told}


def _sign(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    own = certificate_in(arguments)
    source, target = _absolute(arguments.path), _absolute(arguments.out)
    with open_to_read(options) as engine:
        asset = engine.catalog.asset_at(source)
        record = engine.lineage.of(asset.id) if asset else None
        engine.curation.credentials.hand_out(source, target, record, own)
    if not arguments.json:
        say(displayable(target))
    return {"path": os.fspath(target)}


def _register(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_to_read(options) as engine:
        if arguments.out is not None:
            entries = engine.curation.register.write(_absolute(arguments.out))
        else:
            entries = engine.curation.register.entries()
    if not arguments.json:
        if arguments.out is not None:
            say(displayable(_absolute(arguments.out)))
        for entry in entries if arguments.out is None else ():
            made = f"{date(entry.created_at)}  {entry.model}"
            say(f"{made}  {displayable(entry.path)}")
        say(ngettext("{count} picture", "{count} pictures", len(entries)))
    return {"pictures": [entry.plain() for entry in entries]}


def _absolute(typed: Path) -> Path:
    # Not resolved: people know their folders by the names they use.
    return Path(os.path.abspath(typed))  # noqa: PTH100
