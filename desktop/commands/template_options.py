"""What ``plantain generate`` takes of a template, and the prompts that it gives."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from desktop.commands.arguments import words
from desktop.core.errors import UsageError
from desktop.core.generation_record import Reference
from desktop.core.text import tr
from desktop.generation.template import PromptTemplate, filled, spoken
from desktop.generation.template_files import TemplateFiles


@dataclass(frozen=True, slots=True)
class Prompt:
    """The words of one variant, and what a template said beside them; fields as in
    ``GenerationRequest``. ``ratio``: that suits it; empty for any."""

    prompt: str
    template: str = ""
    slots: Mapping[str, str] = field(default_factory=dict[str, str])
    language: str = ""
    ratio: str = ""
    references: tuple[Reference, ...] = ()


def add_template_options(parser: argparse.ArgumentParser) -> None:
    """``--template NAME --set slot=value``."""
    parser.add_argument(
        "--template",
        default="",
        metavar="NAME",
        help=tr("fill this template; PROMPT, where given, follows it"),
    )
    parser.add_argument(
        "--set",
        dest="slots",
        action="append",
        default=[],
        metavar="SLOT=VALUE",
        help=tr("what fills a gap: words, a colour, a file, a choice, or several with | between"),
    )


def template_prompts(
    arguments: argparse.Namespace, variants: int, templates: TemplateFiles
) -> list[Prompt]:
    """The words of each variant.

    Raises:
        UsageError: no words at all, no such template or slot, or a value that does not fit.
    """
    typed = words(arguments.prompt).strip()
    if not arguments.template:
        if arguments.slots:
            raise UsageError(
                tr("--set needs a template."), next_step=tr("Name it with --template.")
            )
        return [Prompt(typed)] * variants
    template = templates.all().named(words(arguments.template))
    values = template_values(arguments.slots, template)
    found: list[Prompt] = []
    for variant in range(variants):
        made = filled(template, values, spoken(), variant)
        prompt = f"{made.prompt}\n\n{typed}" if typed else made.prompt
        found.append(
            Prompt(
                prompt, template.name, made.slots, made.language, template.ratio, made.references
            )
        )
    return found


def template_values(given: list[str], template: PromptTemplate) -> dict[str, str]:
    """Slot -> what ``--set`` puts there. Raises: UsageError."""
    values: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise UsageError(
                tr("“{text}” does not say what fills which slot.", text=words(text)),
                next_step=tr("Write it as SLOT=VALUE."),
            )
        slot = template.slot(words(name).strip())
        if slot.kind == "asset":
            if value and not Path(value).is_file():
                raise UsageError(
                    tr(
                        "The slot “{slot}” needs a picture, and {path} is no file.",
                        slot=slot.name,
                        path=words(value),
                    ),
                    next_step=tr("Name a file, or leave it empty to describe it in words."),
                )
            values[slot.name] = os.path.abspath(value) if value else ""  # noqa: PTH100
        else:
            values[slot.name] = words(value)
    return values
