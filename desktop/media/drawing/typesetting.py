"""Lines of text that fit a box: wrapping with and without spaces, ellipses, size."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from PIL import ImageDraw

from desktop.media.drawing.fonts import Typeface

_NEVER_FIRST = frozenset("，。、；：！？）】》」』”’…·%,.;:!?)]}ーっゃゅょッャュョ々〉—")
_NEVER_LAST = frozenset("（【《「『“‘([{〈")
_BREAK_AFTER = frozenset("-_/\\.")
ELLIPSIS = "…"
_MOST_CHARACTERS = 6000


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Wrapped lines at one size; ``leading`` is the distance of baselines, pixels."""

    lines: tuple[str, ...]
    size: float
    leading: float

    @property
    def height(self) -> float:
        return self.leading * len(self.lines)

    def draw(
        self,
        face: Typeface,
        canvas: ImageDraw.ImageDraw,
        left: float,
        top: float,
        fill: tuple[int, int, int],
    ) -> None:
        baseline = top + self.size * 0.92
        for line in self.lines:
            face.draw(canvas, (left, baseline), line, self.size, fill)
            baseline += self.leading


def fit_block(
    face: Typeface, text: str, sizes: tuple[float, ...], width: float, height: float
) -> TextBlock:
    """The text at the first of ``sizes`` (large to small) at which it fits the box whole.

    At the smallest size what does not fit is cut with an ellipsis.
    """
    text = face.drawable(text[:_MOST_CHARACTERS])
    smallest = sizes[-1]
    length = face.measure(text, smallest) / smallest
    block = TextBlock((), smallest, smallest * 1.36)
    for size in sizes:
        leading = size * (1.22 if size > smallest * 1.6 else 1.36)
        room = max(1, int(height // leading))
        if size != smallest and length * size > width * room:
            continue  # longer than all lines together, whatever the breaks
        lines, is_whole = _wrap(face, text, size, width, room)
        block = TextBlock(tuple(lines), size, leading)
        if is_whole and not _breaks_words(face, text, size, width):
            return block
    return block


def wrap(face: Typeface, text: str, size: float, width: float, max_lines: int) -> list[str]:
    """Lines no wider than ``width``; the last ends in an ellipsis when the text goes on."""
    return _wrap(face, face.drawable(text), size, width, max_lines)[0]


def shorten(face: Typeface, text: str, size: float, width: float) -> str:
    """One line; a long file name loses its middle, so that its ending can still be told."""
    text = face.drawable(text)
    if face.measure(text, size) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if face.measure(_without_middle(text, middle), size) <= width:
            low = middle
        else:
            high = middle - 1
    return _without_middle(text, low)


def _without_middle(text: str, kept: int) -> str:
    tail = min(kept // 3, 12)
    head = kept - tail
    return text[:head].rstrip() + ELLIPSIS + (text[len(text) - tail :].lstrip() if tail else "")


def _wrap(
    face: Typeface, text: str, size: float, width: float, max_lines: int
) -> tuple[list[str], bool]:
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        for part in _narrow(face, piece, size, width):
            if face.measure((line + part).rstrip(), size) <= width or not line:
                line += part
                continue
            if len(lines) == max_lines - 1:
                return [*lines, _with_ellipsis(face, line, size, width)], False
            lines.append(line.rstrip())
            line = part
    if line.strip():
        lines.append(line.rstrip())
    return lines, True


def _with_ellipsis(face: Typeface, line: str, size: float, width: float) -> str:
    line = line.rstrip()
    while line and face.measure(line + ELLIPSIS, size) > width:
        line = line[:-1].rstrip()
    return line + ELLIPSIS


def _breaks_words(face: Typeface, text: str, size: float, width: float) -> bool:
    return any(face.measure(piece.rstrip(), size) > width for piece in _pieces(face.drawable(text)))


def _pieces(text: str) -> list[str]:
    """The text cut wherever a line may end; trailing spaces stay with their word."""
    pieces: list[str] = []
    start = 0
    for position in range(1, len(text)):
        if _may_break(text[position - 1], text[position]):
            pieces.append(text[start:position])
            start = position
    return [*pieces, text[start:]] if text else []


def _may_break(before: str, after: str) -> bool:
    if after == " ":
        return False
    if before == " ":
        return True
    if after in _NEVER_FIRST or before in _NEVER_LAST:
        return False
    if before in _BREAK_AFTER:
        return after.isalpha()
    return _is_wide(before) or _is_wide(after)


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in {"W", "F"}


def _narrow(face: Typeface, piece: str, size: float, width: float) -> list[str]:
    """A piece wider than a line cut by force."""
    if face.measure(piece.rstrip(), size) <= width:
        return [piece]
    parts: list[str] = []
    part = ""
    for character in piece:
        if part and face.measure(part + character, size) > width:
            parts.append(part)
            part = ""
        part += character
    return [*parts, part]
