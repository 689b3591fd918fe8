"""What CSS says about place and size that has to be worked out: calculations and units that resvg
does not know, transforms about an origin, shares of a box (CSS Transforms 1, sections 7 to 9)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from desktop.media.svg.boxes import Boxes, Viewport
from desktop.media.svg.calculations import length_of, meaningful
from desktop.media.svg.extent import Box, stated_extent
from desktop.media.svg.transforms import PROPERTIES, transform_attribute

STATED = "css-"
"""Before the name of an attribute that holds what the property of that name states."""
ORIGIN, BOX = "transform-origin", "transform-box"
_ACROSS = frozenset({"x", "width", "rx", "cx", "x1", "x2", "dx"})
_DOWN = frozenset({"y", "height", "ry", "cy", "y1", "y2", "dy"})
GEOMETRY = _ACROSS | _DOWN | {"r"}
_WORKED_OUT = re.compile(r"\(|[\d.](?:rem|q|ch)\s*$", re.IGNORECASE)
_ALONE = frozenset({"fill-box", "stroke-box", "content-box", "border-box"})
"""Of the part itself. That of its strokes has the same middle."""
_SIDES = {"left": "0%", "top": "0%", "center": "50%", "right": "100%", "bottom": "100%"}
_UPRIGHT = frozenset({"top", "bottom"})
_NEEDED = (*(STATED + name for name in PROPERTIES), ORIGIN, BOX)


def place_parts(root: ElementTree.Element) -> None:
    """Say it all in plain attributes, in place."""
    viewports = list(_viewports(root))
    for element, viewport in viewports:
        _work_out(element, viewport)
    if not any(name in element.attrib for element, _ in viewports for name in _NEEDED):
        return
    boxes = Boxes({name: element for element, _ in viewports if (name := element.get("id"))})
    is_measured = any(element.get(BOX, "").strip().lower() in _ALONE for element, _ in viewports)
    # Those within first, of whose places the box around them is made.
    for element, viewport in reversed(viewports):
        if is_measured:
            boxes.of(element, viewport)
        _transform(element, viewport, boxes)


def _viewports(
    root: ElementTree.Element,
) -> Iterator[tuple[ElementTree.Element, Viewport | None]]:
    """Each part, from the outside in, and what its lengths are shares of."""
    waiting: list[tuple[ElementTree.Element, Viewport | None]] = [(root, None)]
    while waiting:
        element, viewport = waiting.pop()
        yield element, viewport
        if "viewBox" in element.attrib or element.tag == "svg":
            extent = stated_extent(element)
            viewport = (extent.box.width, extent.box.height) if extent else viewport
        waiting.extend((child, viewport) for child in element)


def _work_out(element: ElementTree.Element, viewport: Viewport | None) -> None:
    for name in GEOMETRY & element.attrib.keys():
        value = element.attrib[name]
        if not _WORKED_OUT.search(value):
            continue
        whole = None
        if viewport is not None:
            diagonal = ((viewport[0] ** 2 + viewport[1] ** 2) / 2) ** 0.5
            whole = viewport[0] if name in _ACROSS else viewport[1] if name in _DOWN else diagonal
        try:
            element.set(name, f"{length_of(value, whole):.9g}")
        except (ValueError, ArithmeticError):
            del element.attrib[name]  # as if it were not stated


def _transform(element: ElementTree.Element, viewport: Viewport | None, boxes: Boxes) -> None:
    stated = {
        name: element.attrib.pop(STATED + name)
        for name in PROPERTIES
        if STATED + name in element.attrib
    }
    origin, kind = element.attrib.pop(ORIGIN, ""), element.attrib.pop(BOX, "")
    if not stated and "transform" not in element.attrib:
        return
    box = Box(0, 0, *viewport) if viewport is not None else None
    if kind.strip().lower() in _ALONE:
        box = boxes.of(element, viewport) or box
    # SVG's attribute is overruled by the property, and what it says is SVG's already.
    own = element.get("transform", "")
    made = transform_attribute({name: value for name, value in stated.items() if value}, box)
    if "transform" in stated and made is not None:
        own = ""
    parts = [made or "", own]
    if (origin or kind) and (about := _point(origin, box)) is not None and any(about):
        x, y = about
        parts = [f"translate({x:.9g} {y:.9g})", *parts, f"translate({-x:.9g} {-y:.9g})"]
    element.attrib.pop("transform", None)
    if whole := " ".join(filter(None, parts)):
        element.set("transform", whole)


def _point(origin: str, box: Box | None) -> tuple[float, float] | None:
    """The point that stays where it is; None where that is not known."""
    import tinycss2

    tokens = meaningful(tinycss2.parse_component_value_list(origin[:200], skip_comments=True))
    words = [token.serialize().lower() for token in tokens if token != ","][:2]
    # A word for a side may come first though it means the other one.
    if len(words) == 2 and (words[0] in _UPRIGHT or words[1] in {"left", "right"}):
        words.reverse()
    elif len(words) == 1:
        words = ["center", words[0]] if words[0] in _UPRIGHT else [words[0], "center"]
    elif not words:
        words = ["0", "0"]
    left, top = (box.x, box.y) if box is not None else (0.0, 0.0)
    wholes = (box.width, box.height) if box is not None else (None, None)
    try:
        across, down = (
            length_of(_SIDES.get(word, word), whole)
            for word, whole in zip(words, wholes, strict=True)
        )
    except (ValueError, ArithmeticError):
        return None
    return left + across, top + down
