"""What a picture is asked for with on the command line, by whatever command."""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path

from desktop.commands.arguments import count, words
from desktop.commands.reference_options import add_reference_options
from desktop.commands.template_options import add_template_options, template_prompts
from desktop.core.brand_kit import BrandKit
from desktop.core.errors import UsageError
from desktop.core.generation_record import AUTO, CHOSEN, GenerationRequest, Reference
from desktop.core.text import tr
from desktop.generation.capabilities import ASPECT_RATIOS, EXTRA_WIDE_RATIOS, SIZES, THINKING
from desktop.generation.provider import providers
from desktop.services.engine import Engine


def add_request_options(parser: argparse.ArgumentParser) -> None:
    """References, template, who makes it and how, brand kit."""
    add_template_options(parser)
    add_reference_options(parser)
    parser.add_argument(
        "--auto-ref", type=count, default=0, metavar="N", help=tr("add the N best from the library")
    )
    parser.add_argument(
        "--generator",
        choices=(*(each.name for each in providers()), "moodboard"),
        default="gemini",
        help=tr("who makes it; “plantain image-models” lists them"),
    )
    parser.add_argument(
        "--image-model", default="", metavar="ID", help=tr("the service's name of the model")
    )
    parser.add_argument(
        *("--ratio", "--aspect-ratio"),
        dest="aspect_ratio",
        choices=(AUTO, *ASPECT_RATIOS, *EXTRA_WIDE_RATIOS),
        default="",
        metavar="W:H|auto",
        help=tr("width to height; auto leaves it to the model"),
    )
    parser.add_argument("--size", choices=SIZES, default="1K")
    parser.add_argument(
        "--thinking", choices=THINKING, default="", help=tr("how long the model may think")
    )
    parser.add_argument(
        "--api",
        choices=("generate-content", "interactions"),
        default="",
        help=tr("by which of Google's APIs; by default the one that the model takes"),
    )
    parser.add_argument(
        "--kit",
        metavar="NAME",
        help=tr("send this brand kit along; “” for none, also where one goes along with all"),
    )


def requests_of(
    arguments: argparse.Namespace, variants: int, engine: Engine
) -> list[GenerationRequest]:
    """One for each variant."""
    prompts = template_prompts(arguments, variants, engine.generation.templates)
    first = prompts[0]
    # By real path, part and moment, so that no picture goes along twice; in the order given.
    chosen: dict[object, Reference] = {}
    for reference in (*first.references, *arguments.product, *arguments.ref):
        absolute = Path(os.path.abspath(reference.path))  # noqa: PTH100
        key = os.path.realpath(reference.path), reference.crop, reference.moment_ms
        said = chosen.get(key, reference)
        chosen[key] = replace(
            said,
            path=absolute,
            reason=CHOSEN,
            role=said.role or reference.role,
            weight=said.weight if said.weight is not None else reference.weight,
        )
    proposed: list[Reference] = []
    if arguments.auto_ref:
        engine.searching.settle()
        known = {os.path.realpath(reference.path) for reference in chosen.values()}
        proposed = [
            reference
            for reference in engine.searching.propose(
                first.prompt, arguments.auto_ref + len(chosen)
            )
            if os.path.realpath(reference.path) not in known
        ]
    references = (*chosen.values(), *proposed[: arguments.auto_ref])
    return [
        GenerationRequest(
            prompt=prompt.prompt,
            references=references,
            generator=arguments.generator,
            model=arguments.image_model,
            aspect_ratio=arguments.aspect_ratio or prompt.ratio or "1:1",
            image_size=arguments.size,
            thinking=arguments.thinking,
            api=arguments.api,
            language=prompt.language,
            template=prompt.template,
            slots=prompt.slots,
        )
        for prompt in prompts
    ]


def kit_of(arguments: argparse.Namespace, engine: Engine) -> BrandKit | None:
    """The one that is named, or that goes along with every new picture; with one that is changed
    goes what is named alone.

    Raises:
        UsageError: there is none of that name, or what the picture shows stays as it is.
    """
    edit: Path | None = getattr(arguments, "edit", None)
    if arguments.kit is None:
        name = "" if edit else engine.generation.kits.default()
    else:
        name = words(arguments.kit)
    if name and edit and arguments.cut_out:
        raise UsageError(
            tr("What is cut out of a picture stays as it is: no kit goes along."),
            safe=tr("Nothing was sent."),
            next_step=tr("Leave out --kit."),
        )
    return engine.generation.kits.named(name) if name else None
