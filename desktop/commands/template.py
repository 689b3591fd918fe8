"""``plantain template``: prompts with gaps, to be filled and sent by ``plantain generate``."""

from __future__ import annotations

import argparse
import os

from desktop.commands.arguments import path, words
from desktop.commands.opening import open_to_read
from desktop.commands.parser import Commands, Json
from desktop.commands.terminal import say
from desktop.config.options import EngineOptions
from desktop.config.paths import resource
from desktop.core.errors import PlantainError, SettingsError
from desktop.core.text import listed, marked, tr
from desktop.generation.template import CATEGORIES, PromptTemplate, Slot, SlotKind, spoken
from desktop.generation.template_files import TemplateFiles

_KINDS: dict[SlotKind, str] = {
    "text": marked("text"),
    "colour": marked("colour"),
    "asset": marked("picture"),
    "choice": marked("choice"),
    "wildcard": marked("one value for each variant"),
}


def add_to(commands: Commands) -> None:
    """``template list``, ``show``, ``import``, ``export``, ``delete`` and ``history``."""
    template = commands.group(
        "template", tr("prompts with gaps to fill, shipped ones and your own")
    )
    template.add("list", _list, tr("all templates, by what they are for"))
    show = template.add("show", _show, tr("a template's prompt and what fills its gaps"))
    show.add_argument("name", metavar="NAME")
    taking = template.add("import", _import, tr("take templates from files"))
    taking.add_argument("files", nargs="+", type=path, metavar="FILE")
    taking.add_argument(
        "--replace", action="store_true", help=tr("in place of those of the same name")
    )
    export = template.add("export", _export, tr("write a template to a file"))
    export.add_argument("name", metavar="NAME")
    export.add_argument("file", type=path, metavar="FILE")
    delete = template.add("delete", _delete, tr("remove a template of your own"))
    delete.add_argument("name", metavar="NAME")
    template.add("history", _history, tr("the prompts that were used, the newest first"))


def _files(options: EngineOptions) -> TemplateFiles:
    """Without a library: templates belong to the person."""
    return TemplateFiles(resource("prompts"), options.profile.prompts)


def _list(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    found = _files(options).all()
    if not arguments.json:
        category = ""
        for template in found.usable:
            if template.category != category:
                category = template.category
                say(tr("{title}:", title=tr(CATEGORIES[template.category])))
            say(f"  {template.name}  {template.label(spoken())}")
        for bad in found.bad:
            say(bad.sentence)
    return {
        "templates": [
            {
                "name": template.name,
                "title": template.label(spoken()),
                "category": template.category,
                "languages": [*template.prompt.languages],
                "slots": [slot.name for slot in template.slots],
            }
            for template in found.usable
        ],
        "unusable": [{"path": os.fspath(bad.path), "reason": bad.sentence} for bad in found.bad],
    }


def _show(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    template = _files(options).all().named(words(arguments.name))
    if not arguments.json:
        _tell(template)
    language = template.language(spoken())
    return {
        "name": template.name,
        "title": template.label(language),
        "note": template.note.said(language),
        "category": template.category,
        "language": language,
        "prompt": template.prompt.said(language),
        "ratio": template.ratio,
        "slots": [
            {
                "name": slot.name,
                "kind": slot.kind,
                "title": slot.title.said(language),
                "default": _starts_with(slot),
                "options": [option.said(language) for option in slot.options],
            }
            for slot in template.slots
        ],
    }


def _tell(template: PromptTemplate) -> None:
    language = template.language(spoken())
    say(template.label(language))
    if note := template.note.said(language):
        say(note)
    say(template.prompt.said(language))
    for slot in template.slots:
        say(
            tr(
                "--set {slot}=…  {kind}: {start}",
                slot=slot.name,
                kind=tr(_KINDS[slot.kind]),
                start=listed(option.said(language) for option in slot.options)
                or _starts_with(slot),
            )
        )


def _starts_with(slot: Slot) -> str:
    if slot.kind == "colour":
        return slot.colour
    if slot.kind == "choice":
        return slot.options[0].said(spoken())
    return slot.default.said(spoken())


def _import(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    files = _files(options)
    taken: list[str] = []
    failed: list[Json] = []
    for file in arguments.files:
        try:
            taken.append(files.take_in(file, replaces=arguments.replace).name)
        except PlantainError as error:
            if len(arguments.files) == 1:
                raise
            failed.append({"path": os.fspath(file), "reason": error.message})
    if taken == [] and failed:
        raise SettingsError(
            tr("None of these files could be imported: {reason}", reason=failed[0]["reason"]),
            safe=tr("Nothing was changed."),
        )
    if not arguments.json:
        for name in taken:
            say(tr("imported: {name}", name=name))
        for bad in failed:
            say(bad["reason"])
    return {"imported": taken, "failed": failed, "exit_code": 1 if failed else 0}


def _export(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    _files(options).hand_out(words(arguments.name), arguments.file)
    return {"path": os.fspath(arguments.file)}


def _delete(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    _files(options).delete(words(arguments.name))
    return {"deleted": arguments.name}


def _history(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_to_read(options) as engine:
        history = engine.generation.attempts.history()
    if not arguments.json:
        for request in history:
            say(request.prompt)
    return {
        "prompts": [
            {
                "prompt": request.prompt,
                "template": request.template,
                "slots": dict(request.slots),
                "kit": request.kit,
            }
            for request in history
        ]
    }
