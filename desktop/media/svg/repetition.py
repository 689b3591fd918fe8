"""How much a drawing becomes once everything that it refers to stands in its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree

_REFERENCE = re.compile(r"url\(\s*[\"']?#([^\"')\s]+)")
_REPEATED_AT_POINTS = "marker"
_LETTERS_A_POINT = 4
"""At least, of a path: markers stand at every one of them."""


class Growth(NamedTuple):
    """Elements, and levels of them, after repetition."""

    parts: int
    depth: int


def growth(root: ElementTree.Element) -> Growth:
    """What resvg will have to draw; a repetition of itself is taken out, as browsers do."""
    targets = {name: element for element in root.iter() if (name := element.get("id"))}
    known: dict[ElementTree.Element, Growth] = {}
    begun = {root}
    # Not by recursion: a chain of references may be as long as the file.
    trail = [(root, iter(list(_parts(root, targets))))]
    while trail:
        element, parts = trail[-1]
        part, _ = next(parts, (None, 0))
        if part is None:
            trail.pop()
            found = [each for each in _parts(element, targets) if each[0] in known]
            known[element] = Growth(
                1 + sum(known[each].parts * times for each, times in found),
                1 + max((known[each].depth for each, _ in found), default=0),
            )
        elif part not in begun:
            begun.add(part)
            trail.append((part, iter(list(_parts(part, targets)))))
        elif part not in known and element.tag == "use":
            del element.attrib["href"]
    return known[root]


def _parts(
    element: ElementTree.Element, targets: dict[str, ElementTree.Element]
) -> Iterator[tuple[ElementTree.Element, int]]:
    """What an element is made of, and how often each."""
    for child in element:
        yield child, 1
    link = element.get("href", "").strip()
    if element.tag == "use" and link[1:] in targets:
        yield targets[link[1:]], 1
    for value in element.attrib.values():
        for reference in _REFERENCE.findall(value) if "url(" in value else ():
            target = targets.get(reference)
            if target is not None:
                outline = element.get("d") or element.get("points") or ""
                is_marker = target.tag == _REPEATED_AT_POINTS
                yield target, 1 + (len(outline) // _LETTERS_A_POINT if is_marker else 0)
