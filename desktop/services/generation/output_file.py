"""The file that a person named for a picture: whether it can be written, before it is paid for."""

from __future__ import annotations

import os
from pathlib import Path

from desktop.core.errors import UsageError
from desktop.core.generation_record import GenerationRequest
from desktop.core.text import marked, tr
from desktop.services.generation.keeping import SUFFIXES

_OTHER_NAME = marked("Choose another name.")
_WRITTEN = {*SUFFIXES.values(), ".jpeg"} - {".gif"}


def output_file(out: Path, request: GenerationRequest, generated: Path) -> Path:
    """Where it will be, absolute.

    Args:
        out: as it was named; without a suffix, the picture's kind decides.
        generated: the library's folder of pictures, the only one of its own that takes any.

    Raises:
        UsageError: it exists, or no picture of this request is written there.
    """
    out = Path(os.path.abspath(out))  # noqa: PTH100 - links stay as they are
    if out.suffix.lower() not in {"", *_WRITTEN}:
        raise UsageError(
            tr("Pictures are not written as “{suffix}”.", suffix=out.suffix),
            next_step=tr("Use .png, .jpg or .webp, or no suffix at all."),
        )
    if out.is_relative_to(generated.parent) and not out.is_relative_to(generated):
        raise UsageError(
            tr("{out} is inside Plantain's own folder.", out=out), next_step=tr(_OTHER_NAME)
        )
    with_suffix = (out.with_suffix(suffix) for suffix in SUFFIXES.values())
    for path in (out, *(() if out.suffix else with_suffix)):
        if os.path.lexists(path):
            raise UsageError(tr("{path} exists already.", path=path), next_step=tr(_OTHER_NAME))
    if request.edit and out.suffix.lower() in {".jpg", ".jpeg"}:
        raise UsageError(
            tr("A JPEG keeps neither every pixel nor what is clear."),
            next_step=tr("Use .png or .webp, or no suffix at all."),
        )
    return out


def numbered(out: Path | None, number: int) -> Path | None:
    """The file for one of several variants: x.png, x-2.png …"""
    if out is None or number == 1:
        return out
    return out.with_name(f"{out.stem}-{number}{out.suffix}")
