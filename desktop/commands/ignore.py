"""``plantain ignore``: rules for what is hidden in every folder."""

from __future__ import annotations

import argparse
import os

from desktop.commands.opening import open_library, open_to_read
from desktop.commands.parser import Commands, Json
from desktop.commands.terminal import say
from desktop.config.options import EngineOptions
from desktop.core.asset import displayable
from desktop.core.text import ngettext, tr

_EXAMPLES_SHOWN = 10


def add_to(commands: Commands) -> None:
    """Make the commands known."""
    ignore = commands.group("ignore", tr("what is ignored in every folder, as in .gitignore"))
    ignore.add("list", _ignore_list, tr("the rules, in order; the last one that matches decides"))
    for name, run, text in (
        ("add", _ignore_add, tr("hide what a pattern matches; nothing is deleted")),
        ("remove", _ignore_remove, tr("show again what a pattern hid")),
        ("preview", _ignore_preview, tr("what a pattern would hide; changes nothing")),
    ):
        ignore.add(name, run, text).add_argument("pattern", metavar="PATTERN")


def _ignore_list(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_to_read(options) as engine:
        patterns = engine.ignore_rules.patterns()
    if not arguments.json:
        for pattern in patterns:
            say(displayable(pattern))
        if not patterns:
            say(
                tr(
                    "There are no rules; only hidden files and the systems' own folders are "
                    "ignored."
                )
            )
    return {"patterns": list(patterns)}


def _ignore_preview(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_to_read(options) as engine:
        preview = engine.ignore_rules.preview(arguments.pattern)
    if not arguments.json:
        for asset in preview.examples[:_EXAMPLES_SHOWN]:
            say(displayable(asset.path))
        more = preview.hides - min(len(preview.examples), _EXAMPLES_SHOWN)
        if more > 0:
            say(tr("… and {more} more", more=more))
        say(
            ngettext(
                "“{pattern}” would hide {count} picture.",
                "“{pattern}” would hide {count} pictures.",
                preview.hides,
                pattern=arguments.pattern,
            )
        )
        if preview.shows:
            say(
                ngettext(
                    "It would show {count} that is hidden now.",
                    "It would show {count} that are hidden now.",
                    preview.shows,
                )
            )
    return {
        "pattern": preview.pattern,
        "hides": preview.hides,
        "shows": preview.shows,
        "examples": [os.fspath(asset.path) for asset in preview.examples],
    }


def _ignore_add(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        done = engine.ignore_rules.add(arguments.pattern)
    if not arguments.json:
        say(
            ngettext(
                "{count} picture is hidden by “{pattern}”; nothing was deleted.",
                "{count} pictures are hidden by “{pattern}”; nothing was deleted.",
                done.hides,
                pattern=arguments.pattern,
            )
        )
        if done.shows:
            say(ngettext("{count} is shown again.", "{count} are shown again.", done.shows))
    return {"pattern": done.pattern, "hides": done.hides, "shows": done.shows}


def _ignore_remove(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        shown = engine.ignore_rules.remove(arguments.pattern)
    if not arguments.json:
        say(
            ngettext(
                "The rule is gone; {count} picture is shown again.",
                "The rule is gone; {count} pictures are shown again.",
                shown,
            )
        )
    return {"pattern": arguments.pattern, "shows": shown}
