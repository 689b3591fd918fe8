"""The box around a part of a drawing, in its own coordinates and without its strokes, as
``transform-box: fill-box`` means it (CSS Transforms 1, section 9; SVG 2, 8.10)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, pairwise
from xml.etree import ElementTree

from desktop.media.svg.calculations import length_of
from desktop.media.svg.extent import Box

Viewport = tuple[float, float]
"""Width and height of what lengths are shares of."""
Point = tuple[float, float]
Matrix = tuple[float, float, float, float, float, float]

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_COMMAND = re.compile(r"([a-zA-Z])([^a-zA-Z]*(?:[eE][+-]?\d[^a-zA-Z]*)*)")
_FUNCTION = re.compile(r"([a-zA-Z]+)\s*\(([^()]*)\)")
_STEPS = 24
"""Points of a curve that are looked at."""
_MOST_NUMBERS = 200_000
_DEEPEST = 100
"""Parts in parts, or used by parts, that are not known yet."""
_MOST_POINTS = 1_000_000
"""Of a whole drawing: a second or two."""
_GROUPS = frozenset({"g", "a", "svg", "switch", "symbol"})
_LETTER = 0.55
"""How wide one is, of its size; nothing here sets text."""
_TEXT_SIZE = 16.0


class Boxes:
    """Of the parts of one drawing, each found once, those within before those around them.

    Args:
        by_id: the parts that have an id.
    """

    def __init__(self, by_id: Mapping[str, ElementTree.Element]) -> None:
        self._by_id = by_id
        self._known: dict[ElementTree.Element, Box | None] = {}
        self._points_left = _MOST_POINTS
        self._depth = 0

    def of(self, element: ElementTree.Element, viewport: Viewport | None) -> Box | None:
        """None for what has no size, or none that is known."""
        if element in self._known or self._depth > _DEEPEST:
            return self._known.get(element)
        self._known[element] = None  # for one that uses itself
        self._depth += 1
        points = list(islice(self._points(element, viewport), self._points_left))
        self._depth -= 1
        self._points_left -= len(points)
        if points:
            across, down = zip(*points, strict=True)
            left, top = min(across), min(down)
            self._known[element] = Box(left, top, max(across) - left, max(down) - top)
        return self._known[element]

    def _points(self, element: ElementTree.Element, viewport: Viewport | None) -> Iterator[Point]:
        """Between which the part lies."""

        def length(name: str, share: int = 0) -> float:
            whole = None
            if viewport is not None:
                whole = (*viewport, math.hypot(*viewport) / math.sqrt(2))[share]
            try:
                return length_of(element.get(name, "0"), whole)
            except (ValueError, ArithmeticError):
                return 0.0

        match element.tag:
            case "rect" | "image" | "foreignObject":
                x, y = length("x"), length("y", 1)
                yield from ((x, y), (x + length("width"), y + length("height", 1)))
            case "circle" | "ellipse":
                is_circle = element.tag == "circle"
                across = length("r", 2) if is_circle else length("rx")
                down = length("r", 2) if is_circle else length("ry", 1)
                x, y = length("cx"), length("cy", 1)
                yield from ((x - across, y - down), (x + across, y + down))
            case "line":
                yield from ((length("x1"), length("y1", 1)), (length("x2"), length("y2", 1)))
            case "polygon" | "polyline":
                numbers = _numbers(element.get("points", ""))
                yield from zip(numbers[::2], numbers[1::2], strict=False)
            case "path":
                yield from _of_path(element.get("d", ""))
            case "text":
                yield from _of_text(element, length("x"), length("y", 1))
            case "use":
                used = self._by_id.get(element.get("href", "").removeprefix("#"))
                inner = None if used is None else self.of(used, viewport)
                if used is not None and inner is not None:
                    x, y = length("x"), length("y", 1)
                    yield from ((px + x, py + y) for px, py in _placed(used, inner))
            case tag if tag in _GROUPS:
                for child in element:
                    inner = self.of(child, viewport)
                    if inner is not None:
                        yield from _placed(child, inner)
            case _:
                pass


def _placed(element: ElementTree.Element, box: Box) -> Iterator[Point]:
    """The corners of its box, where its transform puts them."""
    a, b, c, d, e, f = _matrix(element.get("transform", ""))
    right, below = box.x + box.width, box.y + box.height
    for x, y in ((box.x, box.y), (right, box.y), (box.x, below), (right, below)):
        yield a * x + c * y + e, b * x + d * y + f


def _matrix(text: str) -> Matrix:
    made: Matrix = (1, 0, 0, 1, 0, 0)
    for name, inside in _FUNCTION.findall(text):
        n = [*_numbers(inside), 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
        given = len(n) - 6
        match name:
            case "matrix":
                steps: list[Matrix] = [(n[0], n[1], n[2], n[3], n[4], n[5])]
            case "translate":
                steps = [(1, 0, 0, 1, n[0], n[1])]
            case "scale":
                steps = [(n[0], 0, 0, n[1] if given > 1 else n[0], 0, 0)]
            case "rotate":
                turn = math.radians(n[0])
                cos, sin = math.cos(turn), math.sin(turn)
                back: Matrix = (1, 0, 0, 1, -n[1], -n[2])
                steps = [(1, 0, 0, 1, n[1], n[2]), (cos, sin, -sin, cos, 0, 0), back]
            case "skewX":
                steps = [(1, 0, math.tan(math.radians(n[0])), 1, 0, 0)]
            case "skewY":
                steps = [(1, math.tan(math.radians(n[0])), 0, 1, 0, 0)]
            case _:
                steps = []
        for step in steps:
            made = _product(made, step)
    return made


def _product(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return (
        *(a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j),
        *(a * k + c * m + e, b * k + d * m + f),
    )


def _of_text(element: ElementTree.Element, x: float, y: float) -> Iterator[Point]:
    """About where its letters are."""
    found = re.search(r"font-size\s*:\s*([\d.]+)", element.get("style", ""))
    try:
        size = float(found[1] if found else element.get("font-size", _TEXT_SIZE))
    except ValueError:
        size = _TEXT_SIZE
    width = _LETTER * size * len("".join(element.itertext()).strip())
    stated = element.get("style", "") + element.get("text-anchor", "")
    x -= width if "end" in stated else width / 2 if "middle" in stated else 0
    yield from ((x, y - 0.9 * size), (x + width, y + 0.25 * size))


def _numbers(text: str) -> list[float]:
    found = (float(each) for each in _NUMBER.findall(text)[:_MOST_NUMBERS])
    return [each for each in found if math.isfinite(each)]


def _of_path(text: str) -> Iterator[Point]:
    """Points on a path and, of each curve, some between its ends (SVG 2, 9.3)."""
    at = start = control = (0.0, 0.0)
    before = ""
    for command, inside in _COMMAND.findall(text):
        kind = command.upper()
        size = _SIZES.get(kind)
        if size is None:
            return
        if kind == "Z":
            at, before = start, kind
            continue
        numbers = _arc_numbers(inside) if kind == "A" else _numbers(inside)
        for place in range(0, len(numbers) - size + 1, size):
            part = numbers[place : place + size]
            base = at if command.islower() else (0.0, 0.0)
            end = _end(kind, part, base, at)
            match kind:
                case "C" | "S":
                    first = at
                    if kind == "C":
                        first = (part[0] + base[0], part[1] + base[1])
                    elif before in "CS":
                        first = (2 * at[0] - control[0], 2 * at[1] - control[1])
                    control = (part[-4] + base[0], part[-3] + base[1])
                    yield from _curve((at, first, control, end))
                case "Q" | "T":
                    if kind == "Q":
                        control = (part[0] + base[0], part[1] + base[1])
                    else:
                        mirrored = (2 * at[0] - control[0], 2 * at[1] - control[1])
                        control = mirrored if before in "QT" else at
                    yield from _curve((at, control, end))
                case "A":
                    yield from _arc(at, part, end)
                case _:
                    pass
            if kind == "M" and place == 0:
                start = end
            at, before = end, kind
            yield at


_SIZES = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}


def _end(kind: str, part: Sequence[float], base: Point, at: Point) -> Point:
    if kind == "H":
        return part[0] + base[0], at[1]
    if kind == "V":
        return at[0], part[0] + base[1]
    return part[-2] + base[0], part[-1] + base[1]


def _curve(points: Sequence[Point]) -> Iterator[Point]:
    """By de Casteljau."""
    for step in range(1, _STEPS):
        t = step / _STEPS
        row: list[Point] = list(points)
        while len(row) > 1:
            row = [(a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t) for a, b in pairwise(row)]
        yield row[0]


def _arc_numbers(text: str) -> list[float]:
    """Flags may stand without a space before what follows."""
    numbers: list[float] = []
    at = 0
    while (found := re.compile(r"[\s,]*").match(text, at)) and found.end() < len(text):
        at = found.end()
        is_flag = len(numbers) % 7 in (3, 4)
        match = re.compile("[01]").match(text, at) if is_flag else _NUMBER.match(text, at)
        if match is None or len(numbers) > _MOST_NUMBERS:
            break
        numbers.append(float(match[0]))
        at = match.end()
    return numbers


def _arc(start: Point, part: Sequence[float], end: Point) -> Iterable[Point]:
    """SVG 2, appendix B.2.4 and B.2.5."""
    across, down = abs(part[0]), abs(part[1])
    if not across or not down or start == end:
        return
    turn = math.radians(part[2])
    cos, sin = math.cos(turn), math.sin(turn)
    half = (start[0] - end[0]) / 2, (start[1] - end[1]) / 2
    x, y = cos * half[0] + sin * half[1], cos * half[1] - sin * half[0]
    reach = (x / across) ** 2 + (y / down) ** 2
    if reach > 1:
        across, down = across * math.sqrt(reach), down * math.sqrt(reach)
    scale = math.sqrt(max(0.0, 1 / min(1.0, reach) - 1)) if reach else 0.0
    if (part[3] != 0) == (part[4] != 0):
        scale = -scale
    cx, cy = scale * across * y / down, -scale * down * x / across
    first = math.atan2((y - cy) / down, (x - cx) / across)
    last = math.atan2((-y - cy) / down, (-x - cx) / across)
    sweep = (last - first) % math.tau
    if part[4] == 0:
        sweep -= math.tau
    middle = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    for step in range(1, 2 * _STEPS):
        angle = first + sweep * step / (2 * _STEPS)
        px, py = cx + across * math.cos(angle), cy + down * math.sin(angle)
        yield cos * px - sin * py + middle[0], sin * px + cos * py + middle[1]
