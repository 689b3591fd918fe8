"""Pictures inside a drawing: taken by what they are, not by what they are called.

resvg draws PNG and JPEG under their own media types. Everything else that Plantain reads is handed
to it as PNG. What lies outside the drawing is never fetched: a crossed box stands in its place, as
for what cannot be read.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree

from desktop.core.errors import FileError, FileUnsupported
from desktop.core.text import tr

Convert = Callable[[bytes], tuple[str, bytes]]
"""A picture of any format to media type and bytes of one that resvg draws. Raises: FileError."""

_DATA = re.compile(r"\s*data:([^,]*),(.*)", re.DOTALL | re.IGNORECASE)
_PICTURES = frozenset({"image", "feImage"})
_GRAPHICS = frozenset(
    {"rect", "circle", "ellipse", "line", "polyline", "polygon", "path", "text", "use", "image"}
)
_NEVER_SEEN = frozenset({"defs", "clipPath", "mask", "pattern", "marker", "symbol", "filter"})
_PLACE = ("x", "y", "width", "height")
_MARK = "M0 0H10V10H0zM0 0L10 10M10 0L0 10"


def embed_pictures(root: ElementTree.Element, convert: Convert, path: Path) -> None:
    """Make every picture of a drawing one that resvg draws, in place; links lead nowhere else.

    Args:
        path: for errors.

    Raises:
        FileError: the drawing shows nothing but pictures that cannot be read, and why.
    """
    lost: list[FileError] = []
    drawn: dict[str, str | FileError] = {}
    for element in list(root.iter()):
        link = element.get("href")
        if link is None or link.strip().startswith("#"):
            continue
        del element.attrib["href"]
        if element.tag == "use":
            lost.append(_outside(path))
        elif element.tag in _PICTURES:
            if link not in drawn:
                drawn[link] = _embedded(link, convert, path)
            found = drawn[link]
            if isinstance(found, str):
                element.set("href", found)
            else:
                lost.append(found)
                if element.tag == "image":
                    _mark(element)
    if lost and not _shows_anything(root):
        raise lost[0]


def _embedded(link: str, convert: Convert, path: Path) -> str | FileError:
    """The picture as a link that resvg understands, or why there is none."""
    data = _linked(link)
    if data is None:
        return _outside(path)
    try:
        media_type, converted = convert(data)
    except FileError as error:
        return type(error)(
            path,
            tr("A picture inside it cannot be shown: {reason}", reason=error.message),
            next_step=error.next_step,
        )
    return f"data:{media_type};base64,{base64.b64encode(converted).decode('ascii')}"


def _linked(link: str) -> bytes | None:
    """The bytes that a data: link holds; None for any other link."""
    match = _DATA.fullmatch(link)
    if match is None:
        return None
    kind, payload = match[1].lower(), match[2]
    if not re.search(r";\s*base64\s*$", kind):
        return unquote_to_bytes(payload)
    if "%" in payload:
        payload = unquote_to_bytes(payload).decode("ascii", "ignore")
    # Line breaks, the letters of URLs, an end without its filling: all are met with.
    letters = re.sub(r"[^A-Za-z0-9+/]", "", payload.replace("-", "+").replace("_", "/"))
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    try:
        return base64.b64decode(letters + "=" * (-len(letters) % 4))
    except (binascii.Error, ValueError):
        return b""


def _outside(path: Path) -> FileUnsupported:
    return FileUnsupported(
        path,
        tr("It shows pictures or parts of other files, which are never fetched."),
        next_step=tr("Save it with its pictures embedded to have it in the library."),
    )


def _mark(element: ElementTree.Element) -> None:
    """A crossed box in the place of a picture that is not there."""
    place = {name: value for name in _PLACE if (value := element.attrib.pop(name, None))}
    element.tag = "g"
    if "width" not in place or "height" not in place:
        return
    box = {"viewBox": "0 0 10 10", "preserveAspectRatio": "none", **place}
    frame = ElementTree.SubElement(element, "svg", box)
    style = "fill:none;stroke:#888;stroke-width:.1"
    ElementTree.SubElement(frame, "path", {"d": _MARK, "style": style})


def _shows_anything(root: ElementTree.Element) -> bool:
    """True when something besides the marks can be seen."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        is_lost = element.tag in {"use", "image"} and not element.get("href")
        if element.tag in _GRAPHICS and element.get("d") != _MARK and not is_lost:
            return True
        waiting.extend(child for child in element if child.tag not in _NEVER_SEEN)
    return False
