"""SVG and SVGZ, drawn by resvg: no scripts, no animation, nothing from outside the file."""

from __future__ import annotations

import io
import re
import zlib
from math import isfinite
from xml.etree import ElementTree
from xml.parsers import expat

from PIL.PngImagePlugin import PngImageFile

from desktop.core.errors import FileDamaged, FileTooLarge
from desktop.media.codecs.source import Encoded, Raster, Source
from desktop.media.sandbox.confinement import files_allowed

_MAX_BYTES = 64 * 1024 * 1024
_MAX_DEPTH = 512
_MAX_ENTITY = 1024
_SVG = "{http://www.w3.org/2000/svg}"
_NEVER_DRAWN = frozenset({"script", "foreignObject", "iframe", "audio", "video"})
_INSIDE = re.compile(r"\s*(#|data:image/(png|jpe?g|gif|webp)[;,])", re.IGNORECASE)
_LENGTH = re.compile(r"\s*([0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?)\s*(px|pt|pc|mm|cm|in|em|ex)?\s*")
_PIXELS = {
    "": 1.0,
    "px": 1.0,
    "pt": 96 / 72,
    "pc": 16.0,
    "mm": 96 / 25.4,
    "cm": 96 / 2.54,
    "in": 96.0,
    "em": 16.0,
    "ex": 8.0,
}
_UNSTATED = (100.0, 100.0)


def open_drawing(encoded: Encoded) -> Source:
    """Read the drawing, without what could reach out of it.

    Links to files and addresses, scripts and foreign content are taken out before it is drawn;
    entities may only stand for a few words, as Illustrator writes them.

    Raises:
        FileDamaged: no well-formed XML, or with entities that name files or each other.
        FileTooLarge: it unpacks to more than is safe.
        FileUnsupported: resvg-py is not installed.
    """
    try:
        import resvg_py
    except ImportError as error:
        raise encoded.lacking("An SVG drawing", "resvg-py") from error
    text = _unpacked(encoded)
    _refuse_tricks(encoded, text)
    root = ElementTree.fromstring(text)
    has_text = _keep_inside(root)
    width, height = _stated_size(root)
    size = encoded.drawn_size(width, height)
    encoded.check_size(size)
    # What resvg draws is stretched to this, whatever units the drawing uses.
    root.attrib.setdefault("viewBox", f"0 0 {width:g} {height:g}")
    root.set("width", str(size[0]))
    root.set("height", str(size[1]))
    markup = ElementTree.tostring(root, encoding="unicode")

    def load() -> Raster:
        if has_text:
            with files_allowed():  # the fonts of the system
                drawn = resvg_py.svg_to_bytes(svg_string=markup)
        else:
            drawn = resvg_py.svg_to_bytes(svg_string=markup, skip_system_fonts=True)
        image = PngImageFile(io.BytesIO(drawn))
        encoded.check_size(image.size)
        image.load()
        return Raster(image)

    return Source(size, load, original=(max(1, round(width)), max(1, round(height))))


def _unpacked(encoded: Encoded) -> bytes:
    data = encoded.data
    if data.startswith(b"\x1f\x8b"):
        unpacker = zlib.decompressobj(wbits=31)
        data = unpacker.decompress(data, _MAX_BYTES + 1)
        if not unpacker.eof and len(data) <= _MAX_BYTES:
            raise FileDamaged(encoded.path, "The packed drawing breaks off.")
    if len(data) > _MAX_BYTES:
        raise FileTooLarge(
            encoded.path, f"The drawing unpacks to more than {_MAX_BYTES / 2**20:.0f} MB."
        )
    return data


def _refuse_tricks(encoded: Encoded, text: bytes) -> None:
    """Raises FileDamaged unless it is XML that is as large as it looks and all in this file."""
    depth = 0

    def declared(
        name: str, is_parameter: bool, value: str | None, _base: object, *_external: object
    ) -> None:
        # "&" and "%" would make it stand for other entities: that is how bombs are built.
        if is_parameter or value is None or len(value) > _MAX_ENTITY or re.search("[&%<]", value):
            raise _Trick(f"the entity {name}")

    def opened(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > _MAX_DEPTH:
            raise _Trick("its depth")

    def closed(*_: object) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.EntityDeclHandler = declared
    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    try:
        parser.Parse(text, True)
    except _Trick as error:
        raise FileDamaged(
            encoded.path,
            "The drawing is built to take up memory or to read other files.",
            next_step="Do not open it elsewhere unless you know where it comes from.",
        ) from error
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise FileDamaged(
            encoded.path,
            "The drawing is damaged or incomplete.",
            next_step="Export it anew from the program that made it.",
        ) from error


class _Trick(Exception):
    """XML that is not what an honest drawing needs."""


def _keep_inside(root: ElementTree.Element) -> bool:
    """Take out what leads outside; returns whether there is text to set."""
    has_text = False
    for element in list(root.iter()):
        for child in list(element):
            if _local(child.tag) in _NEVER_DRAWN:
                element.remove(child)
        for name in [name for name in element.attrib if _local(name) == "href"]:
            if not _INSIDE.match(element.attrib[name]):
                del element.attrib[name]
        has_text = has_text or _local(element.tag) == "text"
    return has_text


def _local(name: object) -> str:
    return name.rpartition("}")[2] if isinstance(name, str) else ""


def _stated_size(root: ElementTree.Element) -> tuple[float, float]:
    """Width and height, pixels of 1/96 inch."""
    box = [float(part) for part in re.findall(r"-?[0-9.]+(?:[eE][+-]?[0-9]+)?", _box(root))]
    boxed = (box[2], box[3]) if len(box) == 4 else None
    width, height = _length(root.get("width", "")), _length(root.get("height", ""))
    if boxed and min(boxed) > 0:
        if width and not height:
            height = width * boxed[1] / boxed[0]
        elif height and not width:
            width = height * boxed[0] / boxed[1]
        else:
            width, height = width or boxed[0], height or boxed[1]
    width, height = width or _UNSTATED[0], height or _UNSTATED[1]
    return (width, height) if isfinite(width) and isfinite(height) else _UNSTATED


def _box(root: ElementTree.Element) -> str:
    return root.get("viewBox", "")[:200]


def _length(text: str) -> float:
    """Pixels; 0 when it is not stated, or relative to a page that does not exist."""
    match = _LENGTH.fullmatch(text[:100])
    return float(match[1]) * _PIXELS[match[2] or ""] if match else 0.0
