"""``plantain repair``: look at every page of a library, and put right what is not whole."""

from __future__ import annotations

import argparse
import sys

from desktop.commands.opening import open_library
from desktop.commands.parser import Commands, Json
from desktop.commands.terminal import say
from desktop.config.options import EngineOptions
from desktop.core.errors import LibraryDamaged, LibraryError


def add_to(commands: Commands) -> None:
    """Make the command known."""
    parser = commands.add("repair", _repair, "check a library, and put right what is not whole")
    parser.add_argument(
        "--yes", action="store_true", help="restore the last back-up without asking"
    )


def _repair(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    done: list[str] = []
    try:
        found = _look(options, done)
    except LibraryDamaged as error:
        say(error.headline, to=sys.stderr)
        done += _restore(options, is_agreed=arguments.yes)
        found = _look(options, done)
    if found:
        raise LibraryError(
            f"The catalogue has faults that no repair is known for: {found}.",
            safe="Your pictures are untouched.",
            next_step="Make a back-up of it, and write to the makers of Plantain.",
        )
    if not arguments.json:
        for line in done or ["Everything is whole; there was nothing to repair."]:
            say(line)
    return {"repaired": done}


def _look(options: EngineOptions, done: list[str]) -> str:
    """What is wrong with the catalogue; the index is put right, and that told in ``done``."""
    with open_library(options) as engine:
        found = engine.damage()
        if not found:
            done += engine.repair_index()
        return found


def _restore(options: EngineOptions, *, is_agreed: bool) -> list[str]:
    from desktop.wiring import plan_repair, repair

    plan = plan_repair(options)
    say(plan.sentence(), to=sys.stderr)
    if not is_agreed and not _agrees():
        raise LibraryError(
            "Nothing was repaired.",
            safe="Nothing was changed.",
            next_step="Run “plantain repair --yes” to do it.",
        )
    aside = repair(options, plan)
    what = "Your last back-up is restored." if plan.backup else "A new catalogue was begun."
    lines = [what]
    if aside:
        lines.append(f"The damaged catalogue is kept as {aside}.")
    return lines


def _agrees() -> bool:
    if not sys.stdin.isatty():
        return False
    say("Do it? [y/N] ", to=sys.stderr)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
