"""``plantain model``: the models that pictures are searched with."""

from __future__ import annotations

import argparse
import sys
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from desktop.commands.arguments import path
from desktop.commands.opening import interruptible, open_library
from desktop.commands.parser import Commands, Json
from desktop.commands.terminal import column, follow, say
from desktop.config.options import EngineOptions
from desktop.core.errors import DownloadFailed
from desktop.core.text import ngettext, sentences, size, tr

if TYPE_CHECKING:
    from desktop.services.engine import Engine


def add_to(commands: Commands) -> None:
    """Make the commands known."""
    group = commands.group("model", tr("the embedding models that pictures are searched with"))
    group.add("list", _list, tr("what there is"))
    get = group.add("import", _import, tr("install a checkpoint from a file"))
    get.add_argument("file", type=path, metavar="FILE")
    get.add_argument("--name", default="", help=tr("what to call it"))
    get.add_argument(
        "--architecture", default="", help=tr("its architecture, as open_clip names it")
    )
    fetch = group.add("download", _download, tr("install from the hub or a mirror of it"))
    fetch.add_argument("name", metavar="NAME")
    fetch.add_argument(
        "--mirror", default="", metavar="ADDRESS", help=tr("where to fetch it from, this time")
    )
    use = group.add("use", _use, tr("choose the model to use"))
    use.add_argument("name", metavar="NAME")


def _list(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with _open(options) as engine:
        entries = engine.models.list()
        in_use = engine.model.installed()
    name = in_use.manifest.name if in_use else None
    if not arguments.json:
        for entry in entries:
            state = (
                tr("installed")
                if entry.is_installed
                else tr("{size} to get", size=size(entry.size_bytes))
            )
            mark = "*" if entry.name == name else " "
            about = f"{column(tr(entry.licence), 12)} {tr(entry.description)}"
            say(f"{mark} {entry.name:24} {column(state, 16)} {about}")
    return {"models": [asdict(entry) for entry in entries], "in_use": name}


def _import(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with (
        open_library(replace(options, model="", is_read_only=True)) as engine,
        interruptible() as cancel,
    ):
        entry = follow(
            engine.models.import_file(
                arguments.file,
                name=arguments.name,
                architecture=arguments.architecture,
                cancel=cancel,
            )
        )
    say(
        tr("Imported as “{name}”. Use it with: plantain model use {name}", name=entry.name),
        to=sys.stderr,
    )
    return asdict(entry)


def _download(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with (
        open_library(replace(options, model="", is_read_only=True)) as engine,
        interruptible() as cancel,
    ):
        try:
            entry = follow(
                engine.models.download(arguments.name, endpoint=arguments.mirror, cancel=cancel)
            )
        except DownloadFailed as error:
            commands = tr(
                "`plantain model download {name}` goes on where it stopped; `--mirror ADDRESS` "
                "says from where, and `plantain model import FILE` takes a file.",
                name=arguments.name,
            )
            raise DownloadFailed(
                error.message, safe=error.safe, next_step=sentences(error.next_step, commands)
            ) from error
    say(tr("“{name}” is installed.", name=entry.name), to=sys.stderr)
    return asdict(entry)


def _use(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with _open(options) as engine:
        engine.model_switch.use(arguments.name)
        status = engine.status.read()
    change = status.model_change
    if change is not None:
        then = tr(
            "Searches use {old} until {new} has indexed everything ({done} of {total} pictures so "
            "far). Run: plantain index",
            old=change.old,
            new=change.new,
            done=change.done,
            total=change.total,
        )
    elif status.pending:
        then = ngettext(
            "It has yet to encode {count} picture. Run: plantain index",
            "It has yet to encode {count} pictures. Run: plantain index",
            status.pending,
        )
    else:
        then = ""
    in_use = tr("“{name}” is in use from now on.", name=arguments.name)
    say(sentences(in_use, then), to=sys.stderr)
    return {"model": arguments.name, "change": asdict(change) if change else None}


def _open(options: EngineOptions) -> AbstractContextManager[Engine]:
    """The library in use may be open elsewhere, and the model in use may be what is broken."""
    return open_library(replace(options, model="", is_read_only=True))
