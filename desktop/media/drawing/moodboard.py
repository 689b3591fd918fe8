"""The offline mood board: references laid out with the prompt and their colours.

Nothing here is generated; the board says so on itself. It gives people without a key, without a
network or without money something they would make anyway before the first draft.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageOps

from desktop.core.text import marked, tr
from desktop.media.decode import load_picture
from desktop.media.drawing.fonts import Typeface
from desktop.media.drawing.mosaic import Arrangements, Box, Mosaic
from desktop.media.drawing.typesetting import fit_block, shorten, wrap
from desktop.media.palette import Colour, dominant_colours, hex_code, invented_palette

PAPER: Colour = (240, 240, 238)
INK: Colour = (28, 28, 28)
QUIET: Colour = (112, 112, 110)
ACCENT: Colour = (245, 197, 24)

BOARD_NOTE = marked("Mood board · laid out from your references, not generated")
TYPE_BOARD_NOTE = marked("Mood board · set from your words, without references, not generated")

_MOST_PICTURES = 14


@dataclass(frozen=True, slots=True)
class _Tile:
    """A picture, or a colour where there are no pictures."""

    image: Image.Image
    caption: str
    score: str


def render_board(
    prompt: str,
    pictures: Sequence[bytes],
    labels: Sequence[str],
    scores: Sequence[float | None],
    aspect_ratio: str,
    long_side: int,
) -> bytes:
    """Draw a board.

    Args:
        prompt: set as type; as large as it fits.
        pictures: encoded references, at most 14 are shown; none makes a board of type and colour.
        labels: a caption for each picture; empty for none.
        scores: cosine similarity of each; None is not shown.
        aspect_ratio: width:height ("16:9").
        long_side: pixels, 256 or more.

    Returns:
        PNG bytes.

    Raises:
        FileError: a picture cannot be read.
        ValueError: not an aspect ratio, too small, or lists of different lengths.
    """
    width, height = _canvas_size(aspect_ratio, long_side)
    if not len(pictures) == len(labels) == len(scores):
        raise ValueError("pictures, labels and scores differ in length")
    unit = math.sqrt(width * height) / 1000
    need = max(64, round(max(width, height) / max(1.0, math.sqrt(len(pictures)))))
    images = [load_picture(data, at_least=need).image for data in pictures[:_MOST_PICTURES]]
    colours = dominant_colours(images) if images else invented_palette(prompt)
    tiles = [
        _Tile(image, label, "" if score is None else f"{score:.2f}")
        for image, label, score in zip(images, labels, scores, strict=False)
    ]
    if not images:
        tiles = [_Tile(Image.new("RGB", (8, 8), colour), "", "") for colour in colours]
    margin = 40 * unit
    inner = Box(margin, margin, width - 2 * margin, height - 2 * margin)
    layout = _choose_layout(tiles, inner, unit, is_typographic=not images)
    board = Image.new("RGB", (width, height), PAPER)
    canvas = ImageDraw.Draw(board)
    face = Typeface()
    boxes = layout.mosaic.boxes(layout.pictures, 12 * unit)
    for tile, box in zip(tiles, boxes, strict=True):
        _draw_tile(board, canvas, face, tile, box, unit)
    note = tr(BOARD_NOTE if images else TYPE_BOARD_NOTE)
    _draw_words(canvas, face, prompt, colours, note, layout, unit)
    out = io.BytesIO()
    board.save(out, "PNG")
    return out.getvalue()


def _canvas_size(aspect_ratio: str, long_side: int) -> tuple[int, int]:
    across, _, down = aspect_ratio.partition(":")
    if not (across.isdecimal() and down.isdecimal() and int(across) and int(down)):
        raise ValueError(f"not an aspect ratio: {aspect_ratio!r}")
    if long_side < 256:
        raise ValueError("a board needs a long side of 256 pixels or more")
    ratio = int(across) / int(down)
    if not 0.1 <= ratio <= 10:
        raise ValueError(f"an aspect ratio that no board can have: {aspect_ratio!r}")
    if ratio >= 1:
        return long_side, round(long_side / ratio)
    return round(long_side * ratio), long_side


@dataclass(frozen=True, slots=True)
class _Layout:
    mosaic: Mosaic
    pictures: Box
    words: Box
    is_beside: bool


def _choose_layout(
    tiles: Sequence[_Tile], inner: Box, unit: float, *, is_typographic: bool
) -> _Layout:
    """Words beside or below the pictures, with whatever share makes the pictures fit best."""
    # Very long or tall pictures are cropped to something that leaves room for the others.
    aspects = [min(2.6, max(0.4, tile.image.width / tile.image.height)) for tile in tiles]
    if is_typographic:
        aspects = [1.5, 0.75, 1.0, 1.0, 0.8, 1.6][: len(tiles)]
    arrangements = Arrangements(aspects)
    space = 28 * unit
    found: list[tuple[float, _Layout]] = []
    for is_beside in (True, False):
        for percent in range(24, 56, 4):
            share = percent / 100
            if is_beside:
                words = Box(inner.left, inner.top, inner.width * share - space, inner.height)
                left = inner.left + inner.width * share
                pictures = Box(left, inner.top, inner.width * (1 - share), inner.height)
            else:
                tall = inner.height * (1 - share)
                pictures = Box(inner.left, inner.top, inner.width, tall)
                top = inner.top + tall + space
                words = Box(inner.left, top, inner.width, inner.height * share - space)
            if words.width < 210 * unit or words.height < 170 * unit:
                continue
            mosaic = arrangements.closest(pictures.aspect)
            cost = 4 * mosaic.misfit + mosaic.unevenness + 2.5 * share
            found.append((cost, _Layout(mosaic, pictures, words, is_beside)))
    return min(found, key=lambda candidate: candidate[0])[1]


def _draw_tile(
    board: Image.Image,
    canvas: ImageDraw.ImageDraw,
    face: Typeface,
    tile: _Tile,
    box: Box,
    unit: float,
) -> None:
    size = _small(13, unit)
    has_caption = bool(tile.caption or tile.score)
    below = size + 9 * unit if has_caption else 0.0
    left, top = round(box.left), round(box.top)
    right, bottom = round(box.left + box.width), round(box.top + box.height - below)
    shape = (max(1, right - left), max(1, bottom - top))
    board.paste(ImageOps.fit(tile.image, shape, Image.Resampling.LANCZOS), (left, top))
    if not has_caption:
        return
    baseline = bottom + size + 2 * unit
    score_width = face.measure(tile.score, size)
    room = box.width - (score_width + 8 * unit if tile.score else 0)
    caption = shorten(face, tile.caption, size, room)
    if room > 24 * unit:
        face.draw(canvas, (left, baseline), caption, size, QUIET)
    if tile.score and score_width < box.width:
        face.draw(canvas, (right - score_width, baseline), tile.score, size, QUIET)


def _draw_words(
    canvas: ImageDraw.ImageDraw,
    face: Typeface,
    prompt: str,
    colours: Sequence[Colour],
    note: str,
    layout: _Layout,
    unit: float,
) -> None:
    words = layout.words
    bar = 6 * unit
    canvas.rectangle(_corners(words.left, words.top, 44 * unit, bar), fill=ACCENT)
    note_size = _small(13, unit)
    note_lines = wrap(face, note, note_size, words.width, 3)
    bottom = words.top + words.height
    for turn, line in enumerate(reversed(note_lines)):
        baseline = bottom - 3 * unit - turn * note_size * 1.4
        face.draw(canvas, (words.left, baseline), line, note_size, QUIET)
    floor = bottom - len(note_lines) * note_size * 1.4 - 18 * unit
    top = words.top + bar + 20 * unit
    if layout.is_beside or words.width < 620 * unit:
        is_wide = words.width > 430 * unit
        strip_height = min((96 if is_wide else 150) * unit, (floor - top) * 0.36)
        strip = Box(words.left, floor - strip_height, words.width, strip_height)
        text = Box(words.left, top, words.width, strip.top - top - 20 * unit)
    else:
        strip = Box(
            words.left + words.width * 0.62, words.top, words.width * 0.38, floor - words.top
        )
        text = Box(words.left, top, words.width * 0.56, floor - top)
    _draw_strip(canvas, face, colours, strip, unit)
    sizes = tuple(step * unit for step in (84, 72, 60, 52, 46, 40, 35, 31, 27, 24, 21, 18, 16, 14))
    fit_block(face, prompt, sizes, text.width, text.height).draw(
        face, canvas, text.left, text.top, INK
    )


def _draw_strip(
    canvas: ImageDraw.ImageDraw,
    face: Typeface,
    colours: Sequence[Colour],
    strip: Box,
    unit: float,
) -> None:
    """Swatches with their codes, in one row or two, whichever leaves room for the codes."""
    if not colours:
        return
    size = _small(12, unit)
    widest = max(face.measure(hex_code(colour), size) for colour in colours)
    rows = 1 if strip.width / len(colours) >= widest + 8 * unit else 2
    columns = math.ceil(len(colours) / rows)
    gap = 8 * unit
    cell_width = (strip.width - gap * (columns - 1)) / columns
    cell_height = (strip.height - gap * (rows - 1)) / rows
    has_codes = cell_width >= widest and cell_height >= 30 * unit
    for which, colour in enumerate(colours):
        row, column = divmod(which, columns)
        left = strip.left + column * (cell_width + gap)
        top = strip.top + row * (cell_height + gap)
        fill_height = cell_height - (size + 5 * unit if has_codes else 0)
        canvas.rectangle(_corners(left, top, cell_width, fill_height), fill=colour)
        if has_codes:
            baseline = top + cell_height - 2 * unit
            face.draw(canvas, (left, baseline), hex_code(colour), size, QUIET)


def _small(size: float, unit: float) -> float:
    """Size of small type: in proportion to the board, but never too small to read."""
    return max(11.0, size * unit)


def _corners(left: float, top: float, width: float, height: float) -> tuple[int, int, int, int]:
    return (
        round(left),
        round(top),
        max(round(left), round(left + width) - 1),
        max(round(top), round(top + height) - 1),
    )
