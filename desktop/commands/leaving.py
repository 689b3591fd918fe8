"""``plantain backup``, ``restore``, ``relocate``, ``export``, ``import-annotations``, ``sidecars``:
a library that can be kept, moved and left."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.commands.annotating import assets_at
from desktop.commands.arguments import path
from desktop.commands.opening import interruptible, open_library
from desktop.commands.parser import Commands, Json
from desktop.commands.terminal import follow, say
from desktop.config.options import EngineOptions
from desktop.config.paths import ProfilePaths, default_profile
from desktop.core.asset import displayable
from desktop.core.errors import LibraryError

if TYPE_CHECKING:
    from desktop.services.sidecars import SidecarReport
    from desktop.wiring import Engine


def add_to(commands: Commands) -> None:
    """Make the commands known."""
    backup = commands.add("backup", _backup, "the whole library as one file, while it is in use")
    backup.add_argument("file", type=path, metavar="FILE.zip")
    backup.add_argument(
        "--with-thumbnails", action="store_true", help="larger, and shown at once when restored"
    )
    restore = commands.add("restore", _restore, "make a new library from a back-up")
    restore.add_argument("file", type=path, metavar="FILE.zip")
    restore.add_argument("folder", type=path, metavar="NEW_LIBRARY_DIR")

    relocate = commands.add("relocate", _relocate, "a folder of the library is elsewhere now")
    relocate.add_argument("old", type=path, metavar="OLD")
    relocate.add_argument("new", type=path, metavar="NEW")
    relocate.add_argument(
        "--force", action="store_true", help="even if few of its pictures are there"
    )

    export = commands.add("export", _export, "all that people entered, as JSON or CSV")
    export.add_argument("target", type=path, metavar="FILE.json|FILE.csv|DIR")
    back = commands.add("import-annotations", _import, "take over what was exported")
    back.add_argument("file", type=path, metavar="FILE")

    sidecars = commands.group("sidecars", "XMP files beside the pictures, for other programs")
    for name, run, text in (
        ("write", _sidecars_write, "write tags, stars and notes beside the pictures"),
        ("read", _sidecars_read, "take over what other programs wrote there"),
    ):
        sidecars.add(name, run, text).add_argument(
            "paths", nargs="*", type=path, metavar="PATH", help="none: the whole library"
        )


def _backup(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with _open_as_it_is(options) as engine, interruptible() as cancel:
        made = follow(
            engine.back_up.run(arguments.file, cancel, with_thumbnails=arguments.with_thumbnails)
        )
    if not arguments.json:
        say(
            f"Backed up to {displayable(made.path)}: {made.size / 1e6:,.1f} MB with "
            f"{made.generated:,} generated pictures, in {made.seconds:.1f} s. Your own pictures "
            "are not in it."
        )
    return {"path": os.fspath(made.path), "size": made.size, "generated": made.generated}


def _restore(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    from desktop.services.restoring import restore  # SQLite, which the window imports later

    with interruptible() as cancel:
        made = follow(restore(arguments.file, arguments.folder, cancel))
    # On a new computer the settings come back too; nobody's own are replaced.
    own = ProfilePaths(options.profile_dir or default_profile()).settings
    if not own.exists():
        own.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(made.settings, own)
    if not arguments.json:
        say(
            f"Restored {made.files:,} files ({made.size / 1e6:,.1f} MB) of {made.made_at}. "
            f"Open it with: plantain --library {displayable(made.folder)}"
        )
    return {"folder": os.fspath(made.folder), "files": made.files, "made_at": made.made_at}


def _relocate(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine, interruptible() as cancel:
        moved = engine.relocating.relocate(arguments.old, arguments.new, is_forced=arguments.force)
        report = follow(engine.indexing.run([moved.folder], cancel))
    if not arguments.json:
        say(
            f"{moved.assets:,} pictures are in {displayable(moved.folder)} now; "
            f"{report.missing:,} of them are missing there."
        )
    return {
        "folder": os.fspath(moved.folder),
        "assets": moved.assets,
        "found": moved.found,
        "asked": moved.asked,
        "missing": report.missing,
        "added": report.added,
    }


def _export(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    from desktop.library.keeping.export_file import to_csv, to_json, write_export

    target: Path = arguments.target
    writers = {".json": to_json, ".csv": to_csv}
    if target.suffix.lower() in writers:
        targets = [target]
    else:
        targets = [target / f"plantain-annotations{suffix}" for suffix in writers]
    with _open_as_it_is(options) as engine:
        exported = engine.exchange.collect()
    for place in targets:
        write_export(place, writers[place.suffix.lower()](exported))
    if not arguments.json:
        say(
            f"Exported what was entered about {len(exported.assets):,} pictures to "
            f"{', '.join(displayable(place) for place in targets)}."
        )
    return {
        "paths": [os.fspath(place) for place in targets],
        "assets": len(exported.assets),
        "boards": len(exported.boards),
    }


def _import(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    from desktop.library.keeping.export_file import read_export

    exported = read_export(arguments.file)
    with open_library(options) as engine:
        report = engine.exchange.merge(exported)
    for place in report.unknown:
        say(f"not in the library: {displayable(place)}", to=sys.stderr)
    for place in report.away:
        say(f"not added, because it is not there: {displayable(place)}", to=sys.stderr)
    if not arguments.json:
        say(
            f"Took over what was said about {report.found:,} pictures; "
            f"{len(report.unknown):,} are not in the library."
        )
    return {
        "found": report.found,
        "changed": len(report.undo.asset_ids),
        "unknown": [displayable(place) for place in report.unknown],
        "away": [displayable(place) for place in report.away],
    }


def _sidecars_write(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine, interruptible() as cancel:
        ids = _chosen(engine, arguments.paths)
        report = follow(engine.sidecars.write(ids, cancel))
    return _told(arguments, report, "side-cars were written")


def _sidecars_read(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine, interruptible() as cancel:
        ids = _chosen(engine, arguments.paths)
        report = follow(engine.sidecars.read(ids, cancel))
    return _told(arguments, report, "pictures learned something")


@contextmanager
def _open_as_it_is(options: EngineOptions) -> Generator[Engine]:
    """Nothing in the library is changed, so it may be open elsewhere meanwhile."""
    with open_library(replace(options, is_read_only=True)) as engine:
        if not engine.library.catalog.exists():
            raise LibraryError(
                f"There is no library at {displayable(engine.library.folder)}.",
                safe="Nothing was written.",
                next_step="Name the one that you mean with --library.",
            )
        yield engine


def _chosen(engine: Engine, paths: Sequence[Path]) -> list[int]:
    if paths:
        return assets_at(engine, paths)
    ids = [asset.id for asset in engine.catalog.all_assets()]
    if not ids:
        raise LibraryError(
            "There are no pictures in the library.", next_step="Add some: plantain index PATH."
        )
    return ids


def _told(arguments: argparse.Namespace, report: SidecarReport, what: str) -> Json:
    for failure in report.failed:
        say(f"left alone {displayable(failure.path)}: {failure.reason}", to=sys.stderr)
    if not arguments.json:
        say(f"{report.changed:,} {what}, {report.unchanged:,} said the same already.")
    return {
        "changed": report.changed,
        "unchanged": report.unchanged,
        "failed": [{"path": displayable(f.path), "reason": f.reason} for f in report.failed],
    }
