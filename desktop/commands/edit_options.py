"""What ``plantain generate`` takes to change a picture, and what it tells of it."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import replace

from desktop.commands.arguments import path
from desktop.commands.parser import Json
from desktop.core.asset import displayable
from desktop.core.errors import AnswerMisfit, UsageError
from desktop.core.generation_record import AUTO, GenerationRequest
from desktop.core.text import number, tr
from desktop.services.generation.editing import Editing
from desktop.services.reports import GeneratedPicture


def add_edit_options(parser: argparse.ArgumentParser) -> None:
    """``--edit FILE --region MASK.png`` and ``--cut-out``."""
    parser.add_argument(
        "--edit", type=path, metavar="FILE", help=tr("change this picture instead of a new one")
    )
    parser.add_argument(
        "--region",
        type=path,
        metavar="MASK",
        help=tr("with --edit: only where this picture is white; all else stays, to the pixel"),
    )
    parser.add_argument(
        "--cut-out",
        action="store_true",
        help=tr("on a clear ground, by two requests; with --edit, of what that picture shows"),
    )


def edited(
    arguments: argparse.Namespace, requests: Sequence[GenerationRequest], editing: Editing
) -> list[GenerationRequest]:
    """The requests as edits, where the options ask for one.

    Raises:
        UsageError: the options do not go together, or the region does not fit the picture.
        FileError: one of the files cannot be read.
    """
    if arguments.region and not arguments.edit:
        raise UsageError(
            tr("--region needs a picture to change."), next_step=tr("Name it with --edit.")
        )
    if arguments.edit and bool(arguments.region) == arguments.cut_out:
        raise UsageError(
            tr("--edit needs either a part to change or something to cut out."),
            next_step=tr("Give --region or --cut-out."),
        )
    ratio = arguments.aspect_ratio or AUTO
    if arguments.region:
        first = editing.change_part(requests[0], arguments.edit, arguments.region)
        base = first.references[:2]
        return [
            replace(
                first,
                prompt=each.prompt,
                slots=each.slots,
                references=(*base, *each.references),
                aspect_ratio=ratio,
            )
            for each in requests
        ]
    if arguments.cut_out:
        made = [editing.on_white(each, arguments.edit) for each in requests]
        if arguments.edit:
            made = [replace(each, aspect_ratio=ratio) for each in made]
        return made
    return list(requests)


def edits_json(made: Sequence[GeneratedPicture]) -> Json:
    """What is told of edits beside the pictures; empty where there are none."""
    if made[0].edited is None:
        return {}
    return {
        "edits": [
            {
                "path": os.fspath(each.asset.path),
                "whole_answer": os.fspath(report.whole.path),
                "changed_elsewhere": report.changed_elsewhere,
            }
            for each in made
            if (report := each.edited) is not None
        ]
    }


def edit_lines(picture: GeneratedPicture) -> list[str]:
    """The same for people."""
    report = picture.edited
    if report is None or report.misfit or report.whole.id == picture.asset.id:
        return []
    told = [tr("the model's whole answer: {path}", path=displayable(report.whole.path))]
    if report.changed_elsewhere:
        told.append(
            tr(
                "It had changed {percent} % of the picture elsewhere; that was left as it was.",
                percent=number(100 * report.changed_elsewhere, 1),
            )
        )
    return [str(line) for line in told]


def misfit_of(made: Sequence[GeneratedPicture]) -> AnswerMisfit | None:
    """The first answer that could not be used; it is in the library all the same."""
    for each in made:
        if each.edited is not None and each.edited.misfit:
            return AnswerMisfit(
                each.edited.misfit,
                safe=tr(
                    "The model's whole answer is kept: {path}",
                    path=displayable(each.edited.whole.path),
                ),
                next_step=tr("Use it as it is, or try again in other words."),
            )
    return None
