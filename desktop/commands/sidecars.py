"""``plantain sidecars``: XMP files beside the pictures, for other programs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.commands.annotate import assets_at
from desktop.commands.arguments import path
from desktop.commands.opening import interruptible, open_library
from desktop.commands.parser import Commands, Json
from desktop.commands.terminal import follow, say
from desktop.config.options import EngineOptions
from desktop.core.asset import displayable
from desktop.core.errors import LibraryError
from desktop.core.text import ngettext, sentences, tr

if TYPE_CHECKING:
    from desktop.services.curation.sidecars import SidecarReport
    from desktop.services.engine import Engine


def add_to(commands: Commands) -> None:
    """Make the commands known."""
    sidecars = commands.group("sidecars", tr("XMP files beside the pictures, for other programs"))
    for name, run, text in (
        ("write", _sidecars_write, tr("write tags, stars and notes beside the pictures")),
        ("read", _sidecars_read, tr("import what other programs wrote there")),
    ):
        sidecars.add(name, run, text).add_argument(
            "paths", nargs="*", type=path, metavar="PATH", help=tr("none: the whole library")
        )


def _sidecars_write(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine, interruptible() as cancel:
        ids = _chosen(engine, arguments.paths)
        report = follow(engine.curation.sidecars.write(ids, cancel))
    told = ngettext(
        "{count} sidecar was written.", "{count} sidecars were written.", report.changed
    )
    return _told(arguments, report, told)


def _sidecars_read(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine, interruptible() as cancel:
        ids = _chosen(engine, arguments.paths)
        report = follow(engine.curation.sidecars.read(ids, cancel))
    told = ngettext(
        "{count} picture was updated from sidecars.",
        "{count} pictures were updated from sidecars.",
        report.changed,
    )
    return _told(arguments, report, told)


def _chosen(engine: Engine, paths: Sequence[Path]) -> list[int]:
    if paths:
        return assets_at(engine, paths)
    ids = [asset.id for asset in engine.catalog.all_assets()]
    if not ids:
        raise LibraryError(
            tr("There are no pictures in the library."),
            next_step=tr("Add some: plantain index PATH."),
        )
    return ids


def _told(arguments: argparse.Namespace, report: SidecarReport, told: str) -> Json:
    for failure in report.failed:
        say(
            tr(
                "left alone {path}: {reason}", path=displayable(failure.path), reason=failure.reason
            ),
            to=sys.stderr,
        )
    if not arguments.json:
        rest = ngettext(
            "{count} was up to date already.", "{count} were up to date already.", report.unchanged
        )
        say(sentences(told, rest))
    return {
        "changed": report.changed,
        "unchanged": report.unchanged,
        "failed": [{"path": displayable(f.path), "reason": f.reason} for f in report.failed],
    }
