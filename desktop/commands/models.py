"""``plantain model``: the models that pictures are searched with."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from desktop.commands.arguments import path
from desktop.commands.opening import interruptible, open_library
from desktop.commands.parser import Commands, Json
from desktop.commands.terminal import follow, say
from desktop.config.options import EngineOptions

if TYPE_CHECKING:
    from desktop.wiring import Engine


def add_to(commands: Commands) -> None:
    """Make the commands known."""
    group = commands.group("model", "the models that pictures are searched with")
    group.add("list", _list, "what there is")
    get = group.add("import", _import, "install a checkpoint from a file")
    get.add_argument("file", type=path, metavar="FILE")
    get.add_argument("--name", default="", help="what to call it")
    get.add_argument("--architecture", default="", help="open_clip's name of its shape")
    for name, run, text in (
        ("download", _download, "install from the hub (HF_ENDPOINT is honoured)"),
        ("use", _use, "choose the model to use"),
    ):
        group.add(name, run, text).add_argument("name", metavar="NAME")


def _list(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with _open(options) as engine:
        entries = engine.models.list()
        in_use = engine.model.installed()
    name = in_use.manifest.name if in_use else None
    if not arguments.json:
        for entry in entries:
            state = "installed" if entry.is_installed else f"{entry.size_bytes / 1e6:.0f} MB to get"
            mark = "*" if entry.name == name else " "
            say(f"{mark} {entry.name:24} {state:16} {entry.licence:12} {entry.description}")
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
    say(f"Imported as “{entry.name}”. Use it with: plantain model use {entry.name}", to=sys.stderr)
    return asdict(entry)


def _download(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with (
        open_library(replace(options, model="", is_read_only=True)) as engine,
        interruptible() as cancel,
    ):
        entry = follow(
            engine.models.download(
                arguments.name, endpoint=os.environ.get("HF_ENDPOINT"), cancel=cancel
            )
        )
    say(f"“{entry.name}” is installed.", to=sys.stderr)
    return asdict(entry)


def _use(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with _open(options) as engine:
        engine.use_model(arguments.name)
        status = engine.status()
    change = status.model_change
    if change is not None:
        then = (
            f" {change.old} answers searches until it has encoded what there is "
            f"({change.done:,} of {change.total:,} pictures so far). Run: plantain index"
        )
    elif status.pending:
        then = f" It has yet to encode {status.pending:,} pictures. Run: plantain index"
    else:
        then = ""
    say(f"“{arguments.name}” is in use from now on.{then}", to=sys.stderr)
    return {"model": arguments.name, "change": asdict(change) if change else None}


def _open(options: EngineOptions) -> AbstractContextManager[Engine]:
    """The library in use may be open elsewhere, and the model in use may be what is broken."""
    return open_library(replace(options, model="", is_read_only=True))
