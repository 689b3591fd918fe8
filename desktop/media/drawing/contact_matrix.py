"""A matrix of pictures as one picture: rows and columns named, every cell in its place."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from desktop.core.errors import FileError
from desktop.media.decode import load_picture
from desktop.media.drawing.fonts import Typeface
from desktop.media.drawing.moodboard import ACCENT, INK, PAPER, QUIET
from desktop.media.drawing.typesetting import fit_block
from desktop.media.sandbox.pool import Sandbox

_SIDE = 280
_GAP = 16
_MARGIN = 56
_NAMES = 200
_TOP = 64
_TILE = (228, 228, 226)
_LONGEST_PX = 12_000
"""Of a side; cells of larger matrices are smaller."""


def render_contact_matrix(
    title: str,
    rows: Sequence[str],
    columns: Sequence[str],
    pictures: Sequence[Sequence[Path | None]],
    *,
    sandbox: Sandbox | None = None,
) -> bytes:
    """Draw it.

    Args:
        rows, columns: their names.
        pictures: row by row; None for a cell without one, which stays empty.
        sandbox: as for ``load_picture``.

    Returns:
        PNG bytes.
    """
    most = max(len(rows), len(columns), 1)
    side = min(_SIDE, (_LONGEST_PX - 2 * _MARGIN - _NAMES) // most - _GAP)
    step = side + _GAP
    width = max(2 * _MARGIN + _NAMES + len(columns) * step, 800)
    face = Typeface()
    heading = fit_block(face, title, (36, 30, 24), width - 2 * _MARGIN, 110)
    top = round(_MARGIN + 24 + heading.height + 24)
    height = top + _TOP + len(rows) * step + _MARGIN
    sheet = Image.new("RGB", (width, height), PAPER)
    canvas = ImageDraw.Draw(sheet)
    canvas.rectangle((_MARGIN, _MARGIN, _MARGIN + 47, _MARGIN + 6), fill=ACCENT)
    heading.draw(face, canvas, _MARGIN, _MARGIN + 24, INK)
    for column, name in enumerate(columns):
        block = fit_block(face, name, (17, 15), side, _TOP - 12)
        block.draw(face, canvas, _MARGIN + _NAMES + column * step, top, QUIET)
    for row, name in enumerate(rows):
        upper = top + _TOP + row * step
        block = fit_block(face, name, (17, 15), _NAMES - _GAP, side)
        block.draw(face, canvas, _MARGIN, upper, QUIET)
        for column, picture in enumerate(pictures[row]):
            left = _MARGIN + _NAMES + column * step
            canvas.rectangle((left, upper, left + side - 1, upper + side - 1), fill=_TILE)
            if picture is not None:
                _paste(sheet, picture, left, upper, side, sandbox)
    out = io.BytesIO()
    sheet.save(out, "PNG")
    return out.getvalue()


def _paste(
    sheet: Image.Image, picture: Path, left: int, top: int, side: int, sandbox: Sandbox | None
) -> None:
    """The whole picture in the middle of its cell; one that cannot be read leaves it empty."""
    try:
        image = load_picture(picture, at_least=side, sandbox=sandbox).image
    except FileError:
        return
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    place = (left + (side - image.width) // 2, top + (side - image.height) // 2)
    sheet.paste(image.convert("RGB"), place)
