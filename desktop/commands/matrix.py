"""``plantain matrix``: every row with every column, through the queue, onto one sheet."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from desktop.commands.arguments import path, words
from desktop.commands.generation_queue import told, wait_json, wait_line, work_off
from desktop.commands.opening import interruptible, open_library, open_to_read
from desktop.commands.parser import Commands, Json
from desktop.commands.reference_options import ROLES, read_role
from desktop.commands.request_options import add_request_options, kit_of, requests_of
from desktop.commands.template_options import template_values
from desktop.commands.terminal import follow, say
from desktop.config.options import EngineOptions
from desktop.core.asset import displayable
from desktop.core.brand_kit import attached
from desktop.core.cancellation import CancelToken
from desktop.core.errors import UsageError
from desktop.core.failure import in_english
from desktop.core.generation_record import GenerationRequest
from desktop.core.matrix import Entry, Fill, Matrix
from desktop.core.text import english, ngettext, number, tr
from desktop.generation.template import slot_filler, slot_values, spoken
from desktop.services.engine import Engine
from desktop.services.generation.matrices import MatrixView


def add_to(commands: Commands) -> None:
    """``matrix create``, ``list``, ``show`` and ``resume``."""
    matrix = commands.group("matrix", tr("one picture for each row in each column"))
    create = matrix.add("create", _create, tr("create all of them, one after the other"))
    create.add_argument("prompt", nargs="?", default="", metavar="PROMPT")
    for axis, one in (("rows", "row"), ("columns", "column")):
        create.add_argument(
            f"--{one}",
            dest=axis,
            action="append",
            default=[],
            metavar="WORDS",
            help=tr("words of one; {place} in the prompt says where they go", place=f"{{{one}}}"),
        )
        create.add_argument(
            f"--{one}-picture", dest=f"{axis}_pictures", type=path, action="append", default=[],
            metavar="FILE", help=tr("a picture that goes along in one"),
        )  # fmt: skip
        create.add_argument(
            f"--{axis}-role",
            type=read_role,
            default=None,
            metavar="|".join(ROLES),
            help=tr("what their pictures are for"),
        )
        create.add_argument(
            f"--{axis}-fill",
            dest=f"{axis}_slot",
            default="",
            metavar="SLOT",
            help=tr("they fill this slot of the template; without words, all that it offers"),
        )
    add_request_options(create)
    create.add_argument("--sheet", type=path, metavar="FILE.png", help=tr("save all on one sheet"))
    create.add_argument(
        "--dry-run",
        action="store_true",
        help=tr("say how many there would be and what they would cost; send nothing"),
    )
    matrix.add("list", _list, tr("those that there are, the newest first"))
    for name, run, text in (
        ("show", _show, tr("what came of one")),
        ("resume", _resume, tr("go on with one, and ask again for what failed at no cost")),
    ):
        command = matrix.add(name, run, text)
        command.add_argument("id", type=int, metavar="MATRIX")
        command.add_argument("--sheet", type=path, metavar="FILE.png")


def _create(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine, interruptible() as cancel:
        matrix = _matrix(arguments, engine)
        if arguments.dry_run:
            return _rehearsed(matrix, engine, cancel, is_json=arguments.json)
        made = engine.generation.matrices.begin(matrix)
        if not arguments.json:
            say(tr("Matrix {id}: “plantain matrix resume {id}” goes on with it.", id=str(made)))
        return _worked_off(made, arguments, engine, cancel)


def _resume(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine, interruptible() as cancel:
        engine.generation.matrices.retry(_view(engine, arguments.id))
        engine.generation.queue.resume()
        return _worked_off(arguments.id, arguments, engine, cancel)


def _list(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_to_read(options) as engine:
        views = [
            engine.generation.matrices.view(row) for row in engine.generation.matrices.latest()
        ]
    if not arguments.json:
        for view in views:
            say(f"{view.matrix.id}  {_progress(view)}  {' '.join(view.matrix.title.split())[:60]}")
    return {"matrices": [_json(view) for view in views]}


def _show(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_to_read(options) as engine:
        view = _view(engine, arguments.id)
        _write_sheet(arguments.sheet, view, engine)
    if not arguments.json:
        _tell(view)
    return _json(view)


def _worked_off(
    made: int, arguments: argparse.Namespace, engine: Engine, cancel: CancelToken
) -> Json:
    pictures, failed = work_off(engine, cancel)
    view = _view(engine, made)
    _write_sheet(arguments.sheet, view, engine)
    wait = engine.generation.queue.view().wait
    if not arguments.json:
        say(_progress(view))
        if wait is not None:
            say(wait_line(wait))
    return {
        **told(pictures, engine, is_json=arguments.json),
        **_json(view),
        "failed": [english(error.message) for error in failed],
        "wait": wait_json(wait),
    }


# -- what is asked for ---------------------------------------------------------------------------


def _matrix(arguments: argparse.Namespace, engine: Engine) -> Matrix:
    """Raises: UsageError: neither rows nor columns, or a slot that the template lacks."""
    [base] = requests_of(arguments, 1, engine)
    kit = kit_of(arguments, engine)
    base = attached(base, kit) if kit is not None else base
    rows, columns = (
        _entries(
            getattr(arguments, axis),
            getattr(arguments, f"{axis}_pictures"),
            words(getattr(arguments, f"{axis}_slot")),
            getattr(arguments, f"{axis}_role") or "",
            base,
            engine,
        )
        for axis in ("rows", "columns")
    )
    if not rows and not columns:
        raise UsageError(
            tr("A matrix needs rows or columns."),
            next_step=tr("Name them with --row and --column, each once for every one of them."),
        )
    return Matrix(
        base, rows or (Entry(""),), columns or (Entry(""),), _fill(arguments, base, engine)
    )


def _entries(
    given: Sequence[str],
    pictures: Sequence[Path],
    slot: str,
    role: str,
    base: GenerationRequest,
    engine: Engine,
) -> tuple[Entry, ...]:
    said = [words(each).strip() for each in given]
    if slot:
        if not base.template:
            raise UsageError(
                tr("There is no template whose slot “{slot}” could be filled.", slot=slot),
                next_step=tr("Name it with --template."),
            )
        template = engine.generation.templates.all().named(base.template)
        found = template.slot(slot)
        if not said and not pictures:
            said = [*slot_values(found, template.language(spoken()))]
        if not said and not pictures:
            raise UsageError(
                tr("The slot “{slot}” offers nothing by itself.", slot=slot),
                next_step=tr("Name its values with --row or --column."),
            )
    absolute = [Path(os.path.abspath(each)) for each in pictures]  # noqa: PTH100 - links stay
    return (
        *(Entry(each, slot=slot) for each in said if each),
        *(Entry(displayable(each.name), each, slot=slot, role=role) for each in absolute),
    )


def _fill(arguments: argparse.Namespace, base: GenerationRequest, engine: Engine) -> Fill | None:
    if not base.template:
        return None
    template = engine.generation.templates.all().named(base.template)
    values = template_values(arguments.slots, template)
    return slot_filler(template, values, spoken(), words(arguments.prompt).strip())


def _rehearsed(matrix: Matrix, engine: Engine, cancel: CancelToken, *, is_json: bool) -> Json:
    requests = [request for _, _, request in matrix.requests()]
    engine.generation.matrices.check(requests)
    rehearsal = follow(engine.generation.rehearsing.rehearse_all(requests, cancel))
    total, place = rehearsal.estimated_usd, rehearsal.destination
    if not is_json:
        for request in requests:
            say(tr("prompt: {prompt}", prompt=request.sent_text))
        say(ngettext("{count} picture", "{count} pictures", len(requests)))
        price = tr("not known") if total is None else f"${number(total, 4)}"
        say(tr("estimated cost: {price}", price=price))
        say(tr("Nothing was sent."))
    return {
        "dry_run": True,
        "count": len(requests),
        "cost_usd": total,
        "endpoint": place.endpoint,
        "api": place.api,
        "model": place.model,
        "rows": [entry.words for entry in matrix.rows],
        "columns": [entry.words for entry in matrix.columns],
        "prompts": [request.sent_text for request in requests],
        "slots": [dict(request.slots) for request in requests],
    }


# -- what came of it -----------------------------------------------------------------------------


def _view(engine: Engine, wanted: int) -> MatrixView:
    row = engine.generation.matrices.of(wanted)
    if row is None:
        raise UsageError(
            tr("There is no matrix {id}.", id=str(wanted)),
            next_step=tr("See: {command}", command="plantain matrix list"),
        )
    return engine.generation.matrices.view(row)


def _write_sheet(place: Path | None, view: MatrixView, engine: Engine) -> None:
    if place is not None and view.done:
        engine.generation.matrices.write_sheet(view, place)


def _progress(view: MatrixView) -> str:
    total = sum(len(row) for row in view.cells)
    return tr("{done} of {total}", done=view.done, total=total)


def _tell(view: MatrixView) -> None:
    for row, cells in zip(view.matrix.rows, view.cells, strict=True):
        for column, cell in zip(view.matrix.columns, cells, strict=True):
            where = " × ".join(filter(None, (row, column)))
            said = cell.failure.sentence() if cell.failure else cell.state.value
            what = displayable(cell.asset.path) if cell.asset else said
            say(f"{where}: {what}")


def _json(view: MatrixView) -> Json:
    return {
        "matrix": view.matrix.id,
        "prompt": view.matrix.title,
        "rows": [*view.matrix.rows],
        "columns": [*view.matrix.columns],
        "count": sum(len(row) for row in view.cells),
        "done": view.done,
        "cells": [
            {
                "row": row,
                "column": column,
                "state": cell.state.value,
                "attempt_id": cell.attempt,
                "path": os.fspath(cell.asset.path) if cell.asset else None,
                "asset_id": cell.asset.id if cell.asset else None,
                "error": in_english(cell.failure),
            }
            for row, cells in enumerate(view.cells)
            for column, cell in enumerate(cells)
        ],
    }
