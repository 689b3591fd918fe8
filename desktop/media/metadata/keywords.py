"""Keywords and stars as programs state them in XMP, in fields of their own beside the common ones.

``dc:subject`` has plain words. Trees of keywords stand, path by path, in digiKam's, Lightroom's,
Windows' and iView's fields, in ACDSee's as a document of its own, and in the structure of the
Metadata Working Group (Guidelines 2.0, "Hierarchical Keywords"). Of a path the last step is the
keyword, as in the flat list that the same programs write beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from desktop.core.annotations import name_key
from desktop.files.checked_xml import MalformedXml, check_xml

Properties = Mapping[str, Sequence[str]]
"""Qualified name ("{namespace}name") -> values."""
_ACDSEE = "{http://ns.acdsee.com/iptc/1.0/}"
_GROUP = "{http://www.metadataworkinggroup.com/schemas/keywords/}"
_MICROSOFT = ("{http://ns.microsoft.com/photo/1.0/}", "{http://ns.microsoft.com/photo/1.0}")
"""Written with the last slash and without it."""
_FLAT = ("{http://purl.org/dc/elements/1.1/}subject", f"{_ACDSEE}keywords")
_PATHS = {
    "{http://www.digikam.org/ns/1.0/}TagsList": "/",
    "{http://ns.adobe.com/lightroom/1.0/}hierarchicalSubject": "|",
    "{http://ns.iview-multimedia.com/mediapro/1.0/}CatalogSets": "|",
    "{http://ns.microsoft.com/expressionmedia/1.0/}CatalogSets": "|",
    **{f"{space}LastKeyword{kind}": "/" for space in _MICROSOFT for kind in ("XMP", "IPTC")},
}
"""Property -> what stands between the steps of a path."""
_INTERNAL = ("darktable", "_digikam_")
"""How trees begin that programs keep for themselves ("darktable|exported|jpg")."""
_MOST = 5_000
_RATING = "{http://ns.adobe.com/xap/1.0/}Rating"
_PERCENT = tuple(f"{space}Rating" for space in _MICROSOFT)


def keywords_of(root: Element, properties: Properties) -> tuple[str, ...]:
    """Each once, in their order: those of the flat lists whole, whatever stands in them, then those
    that only a tree has.

    Args:
        root: of the packet.
        properties: of its picture.
    """
    found: dict[str, str] = {}

    def add(word: str) -> None:
        # Line breaks are the layout of the file.
        if word := " ".join(word.split()):
            found.setdefault(name_key(word), word)

    for name in _FLAT:
        for word in properties.get(name, ()):
            add(word)
    for name, separator in _PATHS.items():
        for path in properties.get(name, ()):
            steps = [step.strip() for step in path.split(separator)]
            is_internal = len(steps) > 1 and steps[0].casefold().startswith(_INTERNAL)
            # A flat keyword may have the separator in it ("black/white").
            if not is_internal and name_key(path) not in found:
                add(next((step for step in reversed(steps) if step), ""))
    for document in properties.get(f"{_ACDSEE}categories", ()):
        for word in islice(_assigned(document), _MOST):
            add(word)
    for word in islice(_grouped(root), _MOST):
        add(word)
    return tuple(found.values())


def stars_of(properties: Properties) -> int | None:
    """From 0 to 5; None where nothing is said."""
    if (stated := _number(properties, _RATING, f"{_ACDSEE}rating")) is not None:
        # A rejected picture has -1 in other programs, and half a star is none.
        return round(min(max(stated, 0), 5))
    if (percent := _number(properties, *_PERCENT)) is not None:
        # 1, 25, 50, 75 and 99 are one star to five.
        return 0 if percent <= 0 else min(1 + round(percent / 25), 5)
    return None


def _number(properties: Properties, *names: str) -> float | None:
    for value in (value for name in names for value in properties.get(name, ())[:1]):
        if len(value) < 20 and value.removeprefix("-").replace(".", "", 1).isdecimal():
            return float(value)
    return None


def _assigned(document: str) -> Iterator[str]:
    """Of ACDSee's ``<Categories><Category Assigned="1">…``, which has the words between tags."""
    body = document.encode(errors="replace")
    try:
        check_xml(body)
        root = ElementTree.fromstring(body)
    except (MalformedXml, ElementTree.ParseError):
        return
    for category in root.iter("Category"):
        if category.get("Assigned", "1") == "1":
            yield category.text or ""


def _grouped(root: Element) -> Iterator[str]:
    """Of the structure in which each keyword has those under it; the last ones, and whichever is
    said to be applied."""
    for holder in root.iter():
        word = holder.findtext(f"{_GROUP}Keyword") or holder.get(f"{_GROUP}Keyword")
        if not word:
            continue
        children = holder.find(f"{_GROUP}Children")
        is_applied = holder.findtext(f"{_GROUP}Applied") or holder.get(f"{_GROUP}Applied") or ""
        if children is None or not len(children) or is_applied.strip().casefold() == "true":
            yield word
