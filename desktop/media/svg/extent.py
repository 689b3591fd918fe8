"""How large a drawing says it is, and which part of its plane it shows."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree

if TYPE_CHECKING:
    from PIL import Image

Render = Callable[[ElementTree.Element], "Image.Image"]
"""Draws a tree whose root states its size in pixels; RGBA."""


class Box(NamedTuple):
    """A rectangle of the plane, in the units of the drawing (CSS pixels)."""

    x: float
    y: float
    width: float
    height: float


class Extent(NamedTuple):
    """Size in CSS pixels, and what it shows."""

    width: float
    height: float
    box: Box


_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_LENGTH = re.compile(
    r"\s*\+?([0-9]+\.?[0-9]*|\.[0-9]+)((?:[eE][+-]?[0-9]+)?)\s*(px|pt|pc|mm|cm|in|q|rem|em|ex|ch)?\s*",
    re.IGNORECASE,
)
PIXELS = {
    "": 1.0,
    "px": 1.0,
    "pt": 96 / 72,
    "pc": 16.0,
    "mm": 96 / 25.4,
    "cm": 96 / 2.54,
    "in": 96.0,
    "q": 96 / 101.6,
    "em": 16.0,
    "rem": 16.0,
    "ex": 8.0,
    "ch": 8.0,
}
"""How many CSS pixels one of each unit is, where 16 are an em."""
_LARGEST = 2.0**24
"""What is beyond is no size: 4 km, and the last whole number that resvg's floats hold exactly."""
_SMALLEST = 1e-6
UNSTATED = (300.0, 150.0)
"""What browsers give a picture that says nothing about its size (CSS 2.2, 10.3.2)."""

_LONGEST = 1000
_PLACE = ("width", "height")
_SIZED = frozenset({"rect", "image", "svg", "use", "ellipse", "circle"})
_COARSE, _FINE = 128, 512
"""Pixels along the side of a window: to find where the drawing is, and where it ends."""
_FARTHEST = 2.0**22
"""Half the side of the square in which a drawing is looked for."""
_NEARER = (2.0**9, 2.0**12, 2.0**15)
_ROUNDS = 6
_FLOOD = "plantain-flood"
_MARGIN = 1.25


def stated_extent(root: ElementTree.Element) -> Extent | None:
    """What the root says; None where it leaves open what is shown."""
    box = _view_box(root.get("viewBox", ""))
    width, height = _length(root.get("width", "")), _length(root.get("height", ""))
    if box is None:
        return Extent(width, height, Box(0, 0, width, height)) if width and height else None
    if width and not height:
        height = width * box.height / box.width
    elif height and not width:
        width = height * box.width / box.height
    elif not width:
        width, height = box.width, box.height
    if not (_is_size(width) and _is_size(height)):
        width, height = box.width, box.height
    return Extent(width, height, box)


def measured_extent(root: ElementTree.Element, render: Render) -> Extent:
    """The box around all that is drawn, found by drawing it: nothing else knows its text, strokes
    and effects."""
    tree = copy.deepcopy(root)
    # What is as large as the picture cannot tell how large that is.
    has_percents = False
    for parent in list(tree.iter()):
        for child in list(parent):
            if any("%" in child.get(name, "") for name in _PLACE) and child.tag in _SIZED:
                parent.remove(child)
                has_percents = True
    box = _around(tree, _located(tree, render), render)
    if box is None:
        box = Box(0, 0, *UNSTATED)
    elif has_percents:  # a ground, mostly, which begins at the origin
        left, top = min(0.0, box.x), min(0.0, box.y)
        box = Box(left, top, box.x + box.width - left, box.y + box.height - top)
    return Extent(box.width, box.height, box)


def _located(tree: ElementTree.Element, render: Render) -> Box | None:
    """Roughly where the drawing lies: its bounding box is flooded with colour, so that even a small
    one shows in a large window, and the window made smaller round after round."""
    flooded = ElementTree.Element("svg", tree.attrib)
    made = ElementTree.SubElement(
        flooded, "filter", {"id": _FLOOD, "x": "0", "y": "0", "width": "1", "height": "1"}
    )
    ElementTree.SubElement(made, "feFlood", {"flood-color": "#000"})
    group = ElementTree.SubElement(flooded, "g", {"filter": f"url(#{_FLOOD})"})
    group.extend(tree)
    window = Box(-_FARTHEST, -_FARTHEST, 2 * _FARTHEST, 2 * _FARTHEST)
    for _ in range(_ROUNDS):
        found = _seen(flooded, window, _COARSE, render)
        if found is None or _touches(found, window):
            return None
        is_close = max(found.width, found.height) > window.width / 4
        window = _square(found, margin=2 * window.width / _COARSE)
        if is_close:
            break
    return window


def _around(tree: ElementTree.Element, near: Box | None, render: Render) -> Box | None:
    """Exactly what is painted, beginning with where it should be."""
    windows = [Box(-half, -half, 2 * half, 2 * half) for half in _NEARER]
    if near is not None:
        wider = [_square(near, margin=near.width * (_MARGIN**step - 1)) for step in (1, 4, 8)]
        windows = wider + windows
    best: Box | None = None
    for window in windows:
        found = _seen(tree, window, _FINE, render)
        if found is not None:
            best = _snapped(found, window.width / _FINE)
            if not _touches(found, window):
                break
    return best


def _seen(tree: ElementTree.Element, window: Box, grid: int, render: Render) -> Box | None:
    """What of a square window is painted."""
    shown(tree, window, (grid, grid))
    found = render(tree).getchannel("A").getbbox()
    if found is None:
        return None
    unit = window.width / grid
    left, top, right, bottom = found
    return Box(
        window.x + left * unit, window.y + top * unit, (right - left) * unit, (bottom - top) * unit
    )


def _touches(found: Box, window: Box) -> bool:
    return (
        found.x <= window.x
        or found.y <= window.y
        or found.x + found.width >= window.x + window.width
        or found.y + found.height >= window.y + window.height
    )


def _square(box: Box, margin: float) -> Box:
    half = max(box.width, box.height) / 2 + margin
    return Box(box.x + box.width / 2 - half, box.y + box.height / 2 - half, 2 * half, 2 * half)


def _snapped(box: Box, unit: float) -> Box:
    """Its edges on whole numbers that are less than a pixel away."""
    edges = (box.x, box.y, box.x + box.width, box.y + box.height)
    left, top, right, bottom = (
        round(edge) if abs(edge - round(edge)) <= unit else edge for edge in edges
    )
    if right <= left or bottom <= top:
        return box
    return Box(left, top, right - left, bottom - top)


def shown(root: ElementTree.Element, box: Box, size: tuple[int, int]) -> None:
    """Have a drawing show this part of its plane in so many pixels."""
    root.set("viewBox", " ".join(f"{part:.9g}" for part in box))
    root.set("width", str(size[0]))
    root.set("height", str(size[1]))


def _view_box(text: str) -> Box | None:
    if len(text) > _LONGEST:
        return None
    parts = [part for part in re.split(r"[\s,]+", text.strip()) if part]
    if len(parts) != 4 or not all(_NUMBER.fullmatch(part) for part in parts):
        return None
    box = Box(*map(float, parts))
    is_near = abs(box.x) <= _LARGEST and abs(box.y) <= _LARGEST
    return box if is_near and _is_size(box.width) and _is_size(box.height) else None


def _length(text: str) -> float:
    """Pixels; 0 when it is not stated, is no size, or relative to a page that does not exist."""
    match = _LENGTH.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        return 0.0
    length = float(match[1] + match[2]) * PIXELS[(match[3] or "").lower()]
    return length if _is_size(length) else 0.0


def _is_size(length: float) -> bool:
    return isfinite(length) and _SMALLEST <= length <= _LARGEST
