"""XML from outside, bounded before anything is built of it.

Whoever builds a tree calls itself for every level and keeps every element, so a short file that is
all brackets ends a program, and one of entities fills its memory. Here is looked first, in one pass
that keeps nothing.
"""

from __future__ import annotations

from xml.parsers import expat

from desktop.core.text import tr

MAX_DEPTH = 100
"""Levels; XMP of other programs has some ten."""
MAX_ELEMENTS = 1_000_000
_MAX_ATTRIBUTES = 10_000
"""Of one element."""


class MalformedXml(ValueError):
    """The text is not XML, or more of it than is read; the message says why, for the person."""


def check_xml(data: bytes) -> None:
    """Raises: MalformedXml: it is no XML, declares entities, is nested too deeply or too large."""
    parser = expat.ParserCreate()
    depth = elements = 0

    def start(_: str, attributes: dict[str, str]) -> None:
        nonlocal depth, elements
        depth += 1
        elements += 1
        if depth > MAX_DEPTH:
            raise MalformedXml(tr("It is nested too deeply."))
        if elements > MAX_ELEMENTS or len(attributes) > _MAX_ATTRIBUTES:
            raise MalformedXml(tr("It has too many elements."))

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    def declared(*_: object) -> None:
        raise MalformedXml(tr("It declares entities, which no sidecar needs."))

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = declared
    parser.EntityDeclHandler = declared
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        if isinstance(error, MalformedXml):
            raise
        raise MalformedXml(tr("It is not XML: {error}.", error=error)) from error
