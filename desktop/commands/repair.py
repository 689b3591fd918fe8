"""``plantain repair``: look at every page of a library, and put right what is not whole."""

from __future__ import annotations

import argparse
import sys

from desktop.commands.opening import open_library
from desktop.commands.parser import Commands, Json
from desktop.commands.terminal import say
from desktop.config.options import EngineOptions
from desktop.core.errors import LibraryDamaged, LibraryError
from desktop.core.text import ngettext, tr


def add_to(commands: Commands) -> None:
    """Make the command known."""
    parser = commands.add("repair", _repair, tr("check a library, and repair what is damaged"))
    parser.add_argument(
        "--yes", action="store_true", help=tr("restore the last backup without asking")
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
            tr("The catalogue has faults that no repair is known for: {found}.", found=found),
            safe=tr("Your pictures are untouched."),
            next_step=tr("Make a backup of it, and write to the developers of Plantain."),
        )
    if not arguments.json:
        for line in done or [tr("Everything is intact; there was nothing to repair.")]:
            say(line)
    return {"repaired": done}


def _look(options: EngineOptions, done: list[str]) -> str:
    """What is wrong with the catalogue; the index is put right, and that told in ``done``."""
    with open_library(options) as engine:
        found = engine.library.damage()
        if not found:
            repaired = engine.index_check.repair()
            if repaired:
                done.append(
                    ngettext(
                        "{count} row of the vector store did not fit the catalogue, and does now.",
                        "{count} rows of the vector store did not fit the catalogue, and do now.",
                        repaired,
                    )
                )
        return found


def _restore(options: EngineOptions, *, is_agreed: bool) -> list[str]:
    from desktop.library.opening import plan_repair, repair

    plan = plan_repair(options.library)
    say(plan.sentence(), to=sys.stderr)
    if not is_agreed and not _agrees():
        raise LibraryError(
            tr("Nothing was repaired."),
            safe=tr("Nothing was changed."),
            next_step=tr("Run “plantain repair --yes” to do it."),
        )
    aside = repair(options.library, plan)
    what = (
        tr("Your last backup is restored.") if plan.backup else tr("A new catalogue was created.")
    )
    lines: list[str] = [what]
    if aside:
        lines.append(tr("The damaged catalogue is kept as {aside}.", aside=aside))
    return lines


def _agrees() -> bool:
    if not sys.stdin.isatty():
        return False
    say(tr("Do it? [y/N] "), to=sys.stderr)
    # Whatever the language: who was told of [y/N] types that, who thinks in Chinese may not.
    return sys.stdin.readline().strip().lower() in {"y", "yes", tr("yes").lower()}
