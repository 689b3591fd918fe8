"""``plantain kit``: what every picture of a brand keeps to."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from desktop.commands.arguments import path, positive, words
from desktop.commands.opening import open_library, open_to_read
from desktop.commands.parser import Commands, Json
from desktop.commands.terminal import say
from desktop.config.options import EngineOptions
from desktop.core.asset import displayable
from desktop.core.brand_kit import LOGO, STYLE, BrandKit, KitPicture
from desktop.core.errors import UsageError
from desktop.core.text import listed, moment, number, tr
from desktop.generation.template import colour_code
from desktop.services.engine import Engine
from desktop.services.generation.closeness import Closeness


def add_to(commands: Commands) -> None:
    """``kit list``, ``show``, ``save``, ``delete``, ``default`` and ``score``."""
    kit = commands.group("kit", tr("brand kits: palette, logos, style and what is never shown"))
    kit.add("list", _list, tr("all brand kits"))
    show = kit.add("show", _show, tr("what a kit holds, and its versions"))
    show.add_argument("name", metavar="NAME")
    show.add_argument("--version", type=positive, metavar="N", help=tr("an older one"))
    save = kit.add("save", _save, tr("make a kit, or a new version of one"))
    save.add_argument("name", metavar="NAME")
    for option, metavar, text in (
        ("--colour", "COLOUR", tr("a colour of the palette: a name, or #RRGGBB")),
        ("--avoid", "WORDS", tr("what is never shown")),
    ):
        save.add_argument(option, action="append", metavar=metavar, help=text)
    for option, text in (
        ("--logo", tr("a logo, reproduced as it is")),
        ("--style", tr("a picture whose look is followed")),
    ):
        save.add_argument(option, type=path, action="append", metavar="FILE", help=text)
    save.add_argument("--text", metavar="WORDS", help=tr("how pictures of the brand look"))
    delete = kit.add("delete", _delete, tr("offer a kit no more; its versions stay"))
    delete.add_argument("name", metavar="NAME")
    default = kit.add("default", _default, tr("the kit that goes along with every new prompt"))
    default.add_argument("name", nargs="?", metavar="NAME", help=tr("none: without NAME"))
    export = kit.add("export", _export, tr("a kit with all its versions and pictures as one file"))
    export.add_argument("name", metavar="NAME")
    export.add_argument("file", type=path, metavar="FILE")
    take = kit.add("import", _import, tr("take kits from files that “kit export” wrote"))
    take.add_argument("files", nargs="+", type=path, metavar="FILE")
    score = kit.add("score", _score, tr("how close pictures come to a kit, the closest first"))
    score.add_argument("name", metavar="NAME")
    score.add_argument("files", nargs="+", type=path, metavar="FILE")


def _list(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_to_read(options) as engine:
        kits, default = engine.generation.kits.all(), engine.generation.kits.default()
    if not arguments.json:
        for kit in kits:
            told = tr("{name}, version {version}", name=kit.name, version=str(kit.version))
            say(tr("{kit} (goes along)", kit=told) if kit.name == default else told)
    return {"kits": [_json(kit) for kit in kits], "default": default}


def _show(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_to_read(options) as engine:
        kit = engine.generation.kits.named(words(arguments.name), arguments.version)
        versions = engine.generation.kits.versions(kit.name)
    if not arguments.json:
        say(tr("{name}, version {version}", name=kit.name, version=str(kit.version)))
        say(tr("colours: {colours}", colours=listed(kit.palette)))
        for picture in kit.pictures:
            say(f"{picture.role}: {displayable(picture.path)}")
        say(tr("style: {text}", text=kit.style_text))
        say(tr("never: {things}", things=listed(kit.do_nots)))
        for version, made_at in versions:
            say(tr("version {version}: {moment}", version=str(version), moment=moment(made_at)))
    return {
        **_json(kit),
        "versions": [{"version": version, "made_at": made_at} for version, made_at in versions],
    }


def _save(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    name = words(arguments.name)
    with open_library(options) as engine:
        try:
            kit = engine.generation.kits.named(name)
        except UsageError:
            kit = BrandKit(name)
        kept = {LOGO: arguments.logo, STYLE: arguments.style}
        pictures = [picture for picture in kit.pictures if kept[picture.role] is None]
        pictures += [_picture(engine, each, LOGO) for each in arguments.logo or ()]
        pictures += [_picture(engine, each, STYLE) for each in arguments.style or ()]
        saved = engine.generation.kits.save(
            replace(
                kit,
                palette=kit.palette
                if arguments.colour is None
                else tuple(colour_code(words(each)) or words(each) for each in arguments.colour),
                pictures=tuple(pictures),
                style_text=kit.style_text if arguments.text is None else words(arguments.text),
                do_nots=kit.do_nots
                if arguments.avoid is None
                else tuple(words(each) for each in arguments.avoid),
            )
        )
    if not arguments.json:
        say(tr("{name}, version {version}", name=saved.name, version=str(saved.version)))
    return _json(saved)


def _picture(engine: Engine, file: Path, role: str) -> KitPicture:
    there = Path(os.path.abspath(file))  # noqa: PTH100 - links stay as they are
    if not there.is_file():
        raise UsageError(tr("{path} is no file.", path=displayable(there)))
    asset = engine.catalog.asset_at(there)
    return KitPicture(there, "logo" if role == LOGO else "style", asset.id if asset else None)


def _delete(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        engine.generation.kits.remove(words(arguments.name))
    return {"deleted": arguments.name}


def _default(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        engine.generation.kits.set_default(words(arguments.name or ""))
        return {"default": engine.generation.kits.default()}


def _export(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    target = Path(os.path.abspath(arguments.file))  # noqa: PTH100 - links stay as they are
    with open_to_read(options) as engine:
        count = engine.generation.kit_files.hand_out(words(arguments.name), target)
    if not arguments.json:
        say(displayable(target))
    return {"path": os.fspath(target), "versions": count}


def _import(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        taken = [engine.generation.kit_files.take_in(file) for file in arguments.files]
    if not arguments.json:
        for kit in taken:
            say(tr("{name}, version {version}", name=kit.name, version=str(kit.version)))
    return {"kits": [_json(kit) for kit in taken]}


def _score(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_to_read(options) as engine:
        kit = engine.generation.kits.named(words(arguments.name))
        paths: dict[int, Path] = {}
        for file in arguments.files:
            asset = engine.catalog.asset_at(Path(os.path.abspath(file)))  # noqa: PTH100
            if asset is None:
                raise UsageError(
                    tr("{path} is not in the library.", path=displayable(file)),
                    next_step=tr("Add it with “plantain index”."),
                )
            paths[asset.id] = asset.path
        found = engine.generation.closeness.measure(kit, [*paths])
    if not arguments.json:
        for each in found:
            say(closeness_line(each, paths[each.asset_id]))
    return {
        **kit_json(kit, found),
        "paths": {each.asset_id: os.fspath(paths[each.asset_id]) for each in found},
    }


def closeness_line(measured: Closeness, file: Path) -> str:
    """For people: how close, which picture, why."""
    share = "?" if measured.score is None else f"{number(measured.score * 100)} %"
    return f"{share}  {displayable(file)}  {measured.reason()}"


def kit_json(kit: BrandKit | None, measured: Sequence[Closeness]) -> Json:
    """For programs: the kit that went along, and how close each picture came, the closest first."""
    if kit is None:
        return {}
    told = [
        {
            "asset_id": each.asset_id,
            "score": each.score,
            "colours": each.colours,
            "look": each.look,
            "reason": each.reason(),
        }
        for each in measured
    ]
    return {"kit": kit.name, "kit_version": str(kit.version), "closeness": told}


def _json(kit: BrandKit) -> Json:
    return {
        "name": kit.name,
        "version": kit.version,
        "palette": [*kit.palette],
        "logos": [os.fspath(each.path) for each in kit.pictures if each.role == LOGO],
        "styles": [os.fspath(each.path) for each in kit.pictures if each.role == STYLE],
        "style_text": kit.style_text,
        "do_nots": [*kit.do_nots],
    }
