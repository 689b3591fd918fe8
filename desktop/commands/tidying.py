"""``plantain duplicates``, ``trash`` and ``ignore``: pictures that are not wanted."""

from __future__ import annotations

import argparse
import os

from desktop.commands.arguments import count, path
from desktop.commands.opening import interruptible, open_library, open_to_read
from desktop.commands.parser import Commands, Json
from desktop.commands.terminal import follow, say, say_failures
from desktop.config.options import EngineOptions
from desktop.core.asset import Asset, displayable
from desktop.core.errors import UsageError

_MOST_BITS = 16
_EXAMPLES_SHOWN = 10


def add_to(commands: Commands) -> None:
    """Make the commands known."""
    duplicates = commands.add(
        "duplicates", _duplicates, "pictures that are in the library more than once"
    )
    duplicates.add_argument(
        "--near", action="store_true", help="those that look the same: scaled, recompressed"
    )
    duplicates.add_argument(
        "--distance", type=count, metavar="BITS", help="how different, of 64 bits (6)"
    )

    trash = commands.add("trash", _trash, "move pictures of the library to the system's bin")
    trash.add_argument("paths", nargs="+", type=path, metavar="PATH")

    ignore = commands.group("ignore", "what is passed over in every folder, as in .gitignore")
    ignore.add("list", _ignore_list, "the rules, in order; the last one that matches decides")
    for name, run, text in (
        ("add", _ignore_add, "hide what a pattern matches; nothing is deleted"),
        ("remove", _ignore_remove, "show again what a pattern hid"),
        ("preview", _ignore_preview, "what a pattern would hide; changes nothing"),
    ):
        ignore.add(name, run, text).add_argument("pattern", metavar="PATTERN")


def _duplicates(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    distance: int | None = arguments.distance
    if distance is not None and (not arguments.near or distance > _MOST_BITS):
        raise UsageError(
            f"--distance goes with --near and is at most {_MOST_BITS}.",
            next_step="Leave it out for the usual 6.",
        )
    with open_to_read(options) as engine:
        finder = engine.duplicates
        if not arguments.near:
            groups = finder.exact()
        else:
            groups = finder.near() if distance is None else finder.near(distance)
    spare = sum(group.spare_bytes for group in groups)
    if not arguments.json:
        for number, group in enumerate(groups, start=1):
            say(f"{number}.")
            for place, asset in enumerate(group.assets):
                mark = "keep " if place == 0 else "     "
                size = f"{asset.width} × {asset.height}, {asset.size / 1e6:.1f} MB"
                say(f"   {mark} {displayable(asset.path)}  ({size})")
        more = sum(len(group.assets) - 1 for group in groups)
        say(
            f"{len(groups)} groups; {more} pictures and {spare / 1e6:.1f} MB to gain."
            if groups
            else "No duplicates."
        )
    return {
        "groups": [
            {
                "is_exact": group.is_exact,
                "keep": group.assets[0].id,
                "assets": [_described(asset) for asset in group.assets],
            }
            for group in groups
        ],
        "spare_bytes": spare,
    }


def _trash(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine, interruptible() as cancel:
        assets = engine.trashing.find(arguments.paths)
        report = follow(engine.trashing.run([asset.id for asset in assets], cancel))
    say_failures(report.failed)
    if not arguments.json:
        say(f"{len(report.binned)} moved to the bin, {len(report.failed)} left where they were.")
    return {
        "binned": list(report.binned),
        "failed": [{"path": displayable(f.path), "reason": f.reason} for f in report.failed],
        "exit_code": 1 if report.failed else 0,
    }


def _ignore_list(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_to_read(options) as engine:
        patterns = engine.ignoring.patterns()
    if not arguments.json:
        for pattern in patterns:
            say(displayable(pattern))
        if not patterns:
            say("There are no rules; only hidden files and the systems' own folders are ignored.")
    return {"patterns": list(patterns)}


def _ignore_preview(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_to_read(options) as engine:
        preview = engine.ignoring.preview(arguments.pattern)
    if not arguments.json:
        for asset in preview.examples[:_EXAMPLES_SHOWN]:
            say(displayable(asset.path))
        more = preview.hides - min(len(preview.examples), _EXAMPLES_SHOWN)
        if more > 0:
            say(f"… and {more:,} more")
        say(f"“{arguments.pattern}” would hide {preview.hides:,} pictures.")
        if preview.shows:
            say(f"It would show {preview.shows:,} that are hidden now.")
    return {
        "pattern": preview.pattern,
        "hides": preview.hides,
        "shows": preview.shows,
        "examples": [os.fspath(asset.path) for asset in preview.examples],
    }


def _ignore_add(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        done = engine.ignoring.add(arguments.pattern)
    if not arguments.json:
        say(f"{done.hides:,} pictures are hidden by “{arguments.pattern}”; nothing was deleted.")
        if done.shows:
            say(f"{done.shows:,} are shown again.")
    return {"pattern": done.pattern, "hides": done.hides, "shows": done.shows}


def _ignore_remove(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        shown = engine.ignoring.remove(arguments.pattern)
    if not arguments.json:
        say(f"The rule is gone; {shown:,} pictures are shown again.")
    return {"pattern": arguments.pattern, "shows": shown}


def _described(asset: Asset) -> Json:
    return {
        "id": asset.id,
        "path": os.fspath(asset.path),
        "size": asset.size,
        "width": asset.width,
        "height": asset.height,
    }
