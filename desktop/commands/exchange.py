"""``plantain export`` and ``import-annotations``: what people entered, out and in."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from desktop.commands.arguments import path
from desktop.commands.opening import open_library, open_unchanged
from desktop.commands.parser import Commands, Json
from desktop.commands.terminal import say
from desktop.config.options import EngineOptions
from desktop.core.asset import displayable
from desktop.core.text import listed, ngettext, tr


def add_to(commands: Commands) -> None:
    """Make the commands known."""
    export = commands.add(
        "export", _export, tr("tags, ratings, notes, boards and lineage, as JSON or CSV")
    )
    export.add_argument("target", type=path, metavar="FILE.json|FILE.csv|DIR")
    back = commands.add("import-annotations", _import, tr("import what was exported"))
    back.add_argument("file", type=path, metavar="FILE")
    back.add_argument(
        "--with-folders",
        action="store_true",
        help=tr("add its folders, as they were shared, and its ignore rules too"),
    )


def _export(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    target: Path = arguments.target
    targets = [target]
    if target.suffix.lower() not in {".json", ".csv"}:
        targets = [target / f"plantain-annotations{suffix}" for suffix in (".json", ".csv")]
    with open_unchanged(options) as engine:
        exported = engine.exchange.export_to(*targets)
    for problem in exported.problems:
        say(tr("left out: {problem}", problem=problem), to=sys.stderr)
    if not arguments.json:
        say(
            ngettext(
                "Exported the tags, ratings, notes and boards of {count} picture to {files}.",
                "Exported the tags, ratings, notes and boards of {count} pictures to {files}.",
                len(exported.assets),
                files=listed(displayable(place) for place in targets),
            )
        )
    return {
        "paths": [os.fspath(place) for place in targets],
        "assets": len(exported.assets),
        "boards": len(exported.boards),
        "problems": list(exported.problems),
    }


def _import(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    from desktop.library.exchange.export_file import read_export

    exported = read_export(arguments.file)
    with open_library(options) as engine:
        report = engine.exchange.merge(exported, with_places=arguments.with_folders)
    for problem in report.problems:
        say(tr("passed over: {problem}", problem=problem), to=sys.stderr)
    names = {root.path: root.name for root in exported.roots}
    for place in report.folders:
        say(
            tr(
                "folder of the file, not added: {place} (shared as “{name}”)",
                place=displayable(place),
                name=names[place],
            )
            if names[place]
            else tr("folder of the file, not added: {place}", place=displayable(place)),
            to=sys.stderr,
        )
    for rule in report.rules:
        say(tr("ignore rule of the file, not added: {rule}", rule=rule), to=sys.stderr)
    if report.folders or report.rules:
        say(tr("To add them too, use --with-folders."), to=sys.stderr)
    for place in report.unknown:
        say(tr("not in the library: {place}", place=displayable(place)), to=sys.stderr)
    for place in report.away:
        say(
            tr("not added, because it is not there: {place}", place=displayable(place)),
            to=sys.stderr,
        )
    if not arguments.json:
        say(
            ngettext(
                "Imported the tags, ratings, notes and boards of {count} picture; {unknown} are "
                "not in the library.",
                "Imported the tags, ratings, notes and boards of {count} pictures; {unknown} are "
                "not in the library.",
                report.found,
                unknown=len(report.unknown),
            )
        )
    return {
        "found": report.found,
        "changed": len(report.undo.asset_ids),
        "unknown": [displayable(place) for place in report.unknown],
        "away": [displayable(place) for place in report.away],
        "folders": [displayable(place) for place in report.folders],
        "rules": list(report.rules),
        "problems": [str(problem) for problem in report.problems],
    }
