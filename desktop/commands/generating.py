"""``plantain generate``: a picture from a prompt and references."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import asdict
from pathlib import Path

from desktop.commands.arguments import count, path, words
from desktop.commands.opening import interruptible, open_library
from desktop.commands.parser import Commands, Json
from desktop.commands.terminal import follow, say
from desktop.config.options import EngineOptions
from desktop.core.asset import displayable
from desktop.generation.request import ASPECT_RATIOS, GenerationRequest, Reference


def add_to(commands: Commands) -> None:
    """``generate``."""
    generate = commands.add("generate", _generate, "create a picture from a prompt and references")
    generate.add_argument("prompt", metavar="PROMPT")
    generate.add_argument("--ref", type=path, action="append", default=[], metavar="FILE")
    generate.add_argument(
        "--auto-ref", type=count, default=0, metavar="N", help="add the N best from the library"
    )
    generate.add_argument("--generator", choices=("gemini", "moodboard"), default="gemini")
    generate.add_argument("--image-model", default="", metavar="ID", help="Gemini model id")
    generate.add_argument("--aspect-ratio", choices=ASPECT_RATIOS, default="1:1", metavar="W:H")
    generate.add_argument("--size", choices=("512", "1K", "2K", "4K"), default="1K")
    generate.add_argument("--out", type=path, metavar="FILE")


def _generate(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    prompt = words(arguments.prompt)
    # By real path, so that no picture goes along twice; in the order given.
    chosen = {os.path.realpath(path): Path(os.path.abspath(path)) for path in arguments.ref}  # noqa: PTH100
    with open_library(options) as engine, interruptible() as cancel:
        proposed = [
            reference
            for reference in engine.searching.propose(prompt, arguments.auto_ref + len(chosen))
            if os.path.realpath(reference.path) not in chosen
        ]
        request = GenerationRequest(
            prompt=prompt,
            references=(
                *(Reference(path, reason="chosen by you") for path in chosen.values()),
                *proposed[: arguments.auto_ref],
            ),
            generator=arguments.generator,
            model=arguments.image_model,
            aspect_ratio=arguments.aspect_ratio,
            image_size=arguments.size,
        )
        made = follow(engine.generating.run(request, cancel, out=arguments.out))
    if not made.is_searchable:
        say("It cannot be found by meaning yet; run “plantain index” later.", to=sys.stderr)
    if not arguments.json:
        for reference in request.references:
            score = "" if reference.score is None else f" ({reference.score:.3f})"
            say(f"reference: {displayable(reference.path)}, {reference.reason}{score}")
        for asset in (made.asset, *made.others):
            say(f"{made.generator}: {displayable(asset.path)}")
        if made.text:
            say(made.text)
    return {
        "path": os.fspath(made.asset.path),
        "asset_id": made.asset.id,
        "text": made.text,
        "generator": request.generator,
        "model": made.model,
        "references": [
            {"path": os.fspath(r.path), "score": r.score, "reason": r.reason}
            for r in request.references
        ],
        "usage": asdict(made.usage),
    }
