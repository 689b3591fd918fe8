"""``plantain propose``: references for a prompt, thing by thing."""

from __future__ import annotations

import argparse
import os

from desktop.commands.arguments import positive, words
from desktop.commands.opening import open_to_read
from desktop.commands.parser import Commands, Json
from desktop.commands.terminal import say
from desktop.config.options import EngineOptions
from desktop.core.asset import displayable
from desktop.core.errors import UsageError
from desktop.core.text import number, tr

_EACH = 3


def add_to(commands: Commands) -> None:
    """``propose``."""
    propose = commands.add(
        "propose", _propose, tr("find references for each thing that a prompt names")
    )
    propose.add_argument("prompt", metavar="PROMPT")
    propose.add_argument(
        "-k", type=positive, default=_EACH, metavar="N", help=tr("how many for each thing (3)")
    )


def _propose(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    prompt = words(arguments.prompt)
    if not prompt.strip():
        raise UsageError(
            tr("The prompt is empty."), next_step=tr("Say what the picture is to show.")
        )
    with open_to_read(options) as engine:
        engine.searching.settle()
        things = engine.searching.propose_each(prompt, arguments.k).things
    if not arguments.json:
        for thing in things:
            if thing.is_missing:
                say(tr("“{words}”: your library has nothing of the kind", words=thing.words))
                continue
            say(tr("“{words}”:", words=thing.words))
            for reference in thing.references:
                score = number(reference.score or 0.0, 3)
                say(f"  {score}  {displayable(reference.path)}  {tr(reference.reason)}")
    return {
        "things": [
            {
                "words": thing.words,
                "references": [
                    {
                        "path": os.fspath(reference.path),
                        "asset_id": reference.asset_id,
                        "score": reference.score,
                        "reason": reference.reason,
                    }
                    for reference in thing.references
                ],
                "missing": thing.is_missing,
            }
            for thing in things
        ]
    }
