"""``plantain generate``: a picture from a prompt and references."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from desktop.commands.arguments import path, positive
from desktop.commands.edit_options import (
    add_edit_options,
    edit_lines,
    edited,
    edits_json,
    misfit_of,
)
from desktop.commands.kit import closeness_line, kit_json
from desktop.commands.opening import interruptible, open_library
from desktop.commands.parser import Commands, Json
from desktop.commands.request_options import add_request_options, kit_of, requests_of
from desktop.commands.terminal import error_json, follow, say, say_error
from desktop.config.options import EngineOptions
from desktop.core.asset import displayable
from desktop.core.brand_kit import attached
from desktop.core.cancellation import CancelToken
from desktop.core.errors import PlantainError, UsageError
from desktop.core.generation_record import GenerationRequest
from desktop.core.text import number, size, tr
from desktop.files.record_json import plain_record
from desktop.generation.cost import total_usd
from desktop.services.generation.rehearsal import Rehearsal
from desktop.services.reports import GeneratedPicture

_MOST = 50


def add_to(commands: Commands) -> None:
    """``generate``."""
    generate = commands.add(
        "generate", _generate, tr("create a picture from a prompt and references")
    )
    generate.add_argument("prompt", nargs="?", default="", metavar="PROMPT")
    add_request_options(generate)
    generate.add_argument(
        "--count",
        type=positive,
        default=1,
        metavar="N",
        help=tr("so many variants, each a request"),
    )
    add_edit_options(generate)
    generate.add_argument("--out", type=path, metavar="FILE")
    generate.add_argument(
        "--dry-run",
        action="store_true",
        help=tr("say what would be sent and what it would cost; send nothing"),
    )


def _generate(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    variants: int = arguments.count
    if variants > _MOST:
        raise UsageError(
            tr(
                "At most {most} variants are made at a time; you asked for {count}.",
                most=_MOST,
                count=variants,
            ),
            safe=tr("Nothing was sent."),
            next_step=tr("Ask for fewer, or run the command again for the rest."),
        )
    with open_library(options) as engine, interruptible() as cancel:
        requests = edited(
            arguments, requests_of(arguments, variants, engine), engine.generation.editing
        )
        kit = kit_of(arguments, engine)
        if kit is not None:
            requests = [attached(each, kit) for each in requests]
        request = requests[0]
        if arguments.dry_run:
            rehearsal = follow(engine.generation.rehearsing.rehearse(request, cancel))
            return _rehearsed(rehearsal, requests, is_json=arguments.json)
        if not arguments.json:
            _tell_references(request)
        made: list[GeneratedPicture] = []

        def take(picture: GeneratedPicture) -> None:
            made.append(picture)
            if not arguments.json:  # which tells it all at the end
                _tell(picture)

        failed: PlantainError | None = None
        generating = engine.generation.generating
        try:
            follow(generating.run_all(requests, cancel, out=arguments.out, on_made=take))
        except PlantainError as error:
            if not made:
                raise
            failed = error  # those before it are there, and paid for
        # The pictures are saved: a Ctrl+C that comes this late changes nothing.
        ids = [asset_id for picture in made for asset_id in picture.asset_ids]
        is_searchable = follow(engine.indexing.make_searchable(ids, CancelToken()))
        paths = {picture.asset.id: picture.asset.path for picture in made}
        measured = engine.generation.closeness.measure(kit, [*paths]) if kit else []
    if not is_searchable:
        say(tr("It cannot be found by meaning yet; run “plantain index” later."), to=sys.stderr)
    failed = failed or misfit_of(made)
    if failed is not None:
        say_error(failed)
    if not arguments.json:
        for each in measured:
            say(closeness_line(each, paths[each.asset_id]))
    told = {**_made(request, made), **edits_json(made), **kit_json(kit, measured)}
    return told if failed is None else {**told, "error": error_json(failed), "exit_code": 1}


def _tell_references(request: GenerationRequest) -> None:
    for reference in request.references:
        score = "" if reference.score is None else f" ({number(reference.score, 3)})"
        told = tr(
            "reference: {path}, {reason}",
            path=displayable(reference.path),
            reason=tr(reference.reason),
        )
        say(f"{told}{score}")


def _tell(picture: GeneratedPicture) -> None:
    for asset in picture.drafts if picture.edited is None else ():
        say(tr("draft: {path}", path=displayable(asset.path)))
    say(f"{picture.generator}: {displayable(picture.asset.path)}")
    for line in edit_lines(picture):
        say(line)
    if picture.record.text:
        say(picture.record.text)
    if picture.cost_usd:
        say(tr("cost: ${usd}", usd=number(picture.cost_usd, 4)))


def _made(request: GenerationRequest, made: list[GeneratedPicture]) -> Json:
    first = made[0]
    return {
        "path": os.fspath(first.asset.path),
        "asset_id": first.asset.id,
        "text": first.record.text,
        "generator": request.generator,
        "model": first.record.model,
        "references": [
            {"path": os.fspath(r.path), "score": r.score, "reason": r.reason}
            for r in request.references
        ],
        "usage": plain_record(first.record)["usage"],
        "images": [
            {
                "path": os.fspath(asset.path),
                "asset_id": asset.id,
                "is_final": asset is picture.asset,
            }
            for picture in made
            for asset in picture.assets
        ],
        "cost_usd": total_usd(picture.cost_usd for picture in made),
        "attempt_id": first.record.attempt,
        "attempt_ids": [key for picture in made for key in picture.attempt_ids],
    }


def _rehearsed(
    rehearsal: Rehearsal, requests: Sequence[GenerationRequest], *, is_json: bool
) -> Json:
    request, destination = rehearsal.request, rehearsal.destination
    each = rehearsal.estimated_usd
    total = None if each is None else each * len(requests)
    prompts = [request.sent_text for request in requests]
    if not is_json:
        place = destination.endpoint or tr("nowhere: it is made on this computer")
        say(tr("to: {place}", place=f"{place} {destination.api}".strip()))
        say(tr("model: {model}", model=destination.model))
        for prompt in dict.fromkeys(prompts):
            say(tr("prompt: {prompt}", prompt=prompt))
        for reference, image in zip(request.references, rehearsal.images, strict=True):
            say(
                tr(
                    "picture: {path}, {width} × {height}, {size} as {kind}, {hash}",
                    path=displayable(reference.path),
                    width=image.width,
                    height=image.height,
                    size=size(len(image.data)),
                    kind=image.mime_type,
                    hash=reference.sent_hash[:16],
                )
            )
        price = tr("not known") if total is None else f"${number(total, 4)}"
        say(tr("estimated cost: {price}", price=price))
        say(tr("Nothing was sent."))
    return {
        "dry_run": True,
        "endpoint": destination.endpoint,
        "api": destination.api,
        "model": destination.model,
        "generator": request.generator,
        "prompt": prompts[0],
        "prompts": prompts,
        "edit": request.edit,
        "kit": request.kit,
        "kit_version": request.kit_version,
        "template": request.template,
        "slots": dict(request.slots),
        "aspect_ratio": request.aspect_ratio,
        "image_size": request.image_size,
        "thinking": request.thinking,
        "count": len(requests),
        "references": [
            {
                "path": os.fspath(reference.path),
                "mime_type": image.mime_type,
                "bytes": len(image.data),
                "width": image.width,
                "height": image.height,
                "sent_hash": reference.sent_hash,
                "score": reference.score,
                "reason": reference.reason,
                "role": reference.role,
                "label": reference.label,
                "caption": image.caption,
            }
            for reference, image in zip(request.references, rehearsal.images, strict=True)
        ],
        "cost_usd": total,
    }
