"""SVG and SVGZ, drawn by resvg: no scripts, no animation, nothing from outside the file."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from desktop.core.errors import FileDamaged, FileError, FileTooLarge, FileUnsupported
from desktop.core.text import marked, tr
from desktop.media.confinement import files_allowed
from desktop.media.formats.avif import AVIF
from desktop.media.formats.bmp import BMP
from desktop.media.formats.format import Encoded, Needed, PictureFormat, Raster, Source
from desktop.media.formats.gif import GIF
from desktop.media.formats.heif import HEIC
from desktop.media.formats.ico import ICO
from desktop.media.formats.jpeg import JPEG
from desktop.media.formats.jpeg2000 import JP2
from desktop.media.formats.jpeg_xl import JPEG_XL
from desktop.media.formats.png import PNG
from desktop.media.formats.tiff import TIFF
from desktop.media.formats.webp import WEBP
from desktop.media.installed_fonts import installed_fonts
from desktop.media.svg.extent import measured_extent, shown, stated_extent
from desktop.media.svg.foreign_text import set_foreign_text
from desktop.media.svg.markup import MAX_DEPTH, begins_drawing, read_drawing, too_deep
from desktop.media.svg.pictures import embed_pictures
from desktop.media.svg.placement import place_parts
from desktop.media.svg.repetition import growth
from desktop.media.svg.styles import resolve_styles
from desktop.media.svg.typesetting import Typefaces, typefaces_for

if TYPE_CHECKING:
    from PIL import Image

_INSIDE = (PNG, JPEG, GIF, WEBP, AVIF, HEIC, BMP, TIFF, JP2, ICO, JPEG_XL)
_DOTS_AN_INCH = 96.0
"""As CSS counts them; without it resvg takes every pt, mm and in for nothing."""
_STACK_BYTES = 128 * 1024 * 1024
_STACK = threading.Lock()
"""The size of stacks is one setting for all threads that are started."""
_LONGEST_INSIDE = 4096
_MOST_INSIDE = 40_000_000
"""Pixels of a picture inside that is not a JPEG, which is reduced while it is decoded."""
_DEEPEST = 4
_HEAD = 1024
_MOST_PARTS = 1_000_000
_NEVER_DRAWN = frozenset({"script", "foreignObject", "iframe", "audio", "video"})


def _open(encoded: Encoded) -> Source:
    """Read the drawing, and make of it what resvg draws as browsers would.

    Raises:
        FileDamaged: no well-formed XML.
        FileTooLarge: it unpacks or unfolds to more than is safe.
        FileUnsupported: it wants other files to be read, has text that no font here can show, or
            shows only what lies in other files; or resvg-py is not installed.
    """
    return _opened(encoded, depth=0)


def _opened(encoded: Encoded, depth: int) -> Source:
    try:
        import resvg_py  # noqa: F401  # pyright: ignore[reportUnusedImport]
    except ImportError as error:
        raise encoded.lacking(tr("An SVG drawing"), "resvg-py") from error
    root = read_drawing(encoded.data, encoded.path)
    embed_pictures(root, lambda data: _picture_inside(encoded.holding(data), depth), encoded.path)
    resolve_styles(root)
    place_parts(root)
    set_foreign_text(root)
    _leave_out_foreign(root)
    grown = growth(root)
    if grown.parts > _MOST_PARTS:
        raise FileTooLarge(
            encoded.path,
            tr("The drawing repeats its parts more often than is safe to draw."),
            next_step=tr("Save a simpler copy to have it in the library."),
        )
    if grown.depth > MAX_DEPTH:
        raise too_deep(encoded.path)
    typefaces = _typefaces(root, encoded)

    def render(tree: ElementTree.Element) -> Image.Image:
        return _rendered(tree, typefaces, encoded)

    extent = stated_extent(root) or measured_extent(root, render)
    size = encoded.drawn_size(extent.width, extent.height)
    encoded.check_size(size)
    shown(root, extent.box, size)
    original = (max(1, round(extent.width)), max(1, round(extent.height)))
    return Source(size, lambda: Raster(render(root)), original=original)


def _leave_out_foreign(root: ElementTree.Element) -> None:
    """What resvg need not see: other vocabularies, and what could act."""
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in _NEVER_DRAWN or child.tag.startswith("{"):
                parent.remove(child)


def _typefaces(root: ElementTree.Element, encoded: Encoded) -> Typefaces | None:
    with files_allowed():
        return typefaces_for(root, installed_fonts(), encoded.path)


def _rendered(
    tree: ElementTree.Element, typefaces: Typefaces | None, encoded: Encoded
) -> Image.Image:
    """The drawing at the size that its root states, RGBA."""
    import resvg_py
    from PIL.PngImagePlugin import PngImageFile

    tree.set("xmlns", "http://www.w3.org/2000/svg")
    options: dict[str, Any] = {"svg_string": ElementTree.tostring(tree, encoding="unicode")}
    options |= {"skip_system_fonts": True, "dpi": _DOTS_AN_INCH}
    if typefaces is not None:
        options |= {"font_files": typefaces.files, "font_family": typefaces.generic["serif"]}
        for kind, family in typefaces.generic.items():
            options[f"{kind.replace('-', '_')}_family"] = family
    try:
        with files_allowed() if typefaces is not None else nullcontext():
            drawn = _with_deep_stack(lambda: resvg_py.svg_to_bytes(**options))
    except BaseException as error:
        # What resvg did not foresee is a panic, which is no Exception and would end the process.
        if type(error).__name__ != "PanicException":
            raise
        raise FileUnsupported(
            encoded.path,
            tr("Its numbers are larger or smaller than can be drawn."),
            next_step=tr("Save a simpler copy to have it in the library."),
        ) from error
    image = PngImageFile(io.BytesIO(drawn))
    encoded.check_size(image.size)
    image.load()
    return image


def _with_deep_stack(function: Callable[[], bytes]) -> bytes:
    """Call it where parts in parts in parts, up to the depth that is allowed, do not run out of
    stack: in a thread of its own."""
    results: list[bytes] = []
    errors: list[BaseException] = []

    def call() -> None:
        try:
            results.append(function())
        except BaseException as error:  # noqa: BLE001 (raised again where it belongs)
            errors.append(error)

    with _STACK:
        usual = threading.stack_size(_STACK_BYTES)
        try:
            thread = threading.Thread(target=call, name="drawing")
            thread.start()
        finally:
            threading.stack_size(usual)
    thread.join()
    if errors:
        raise errors[0]
    return results[0]


def _picture_inside(encoded: Encoded, depth: int) -> tuple[str, bytes]:
    """Media type and bytes of a picture inside a drawing, as resvg draws it.

    Raises:
        FileError: it cannot be shown, and why.
    """
    from desktop.media.formats.pillow import DECODER_ERRORS

    data = encoded.data
    needed = Needed(longer=_LONGEST_INSIDE)
    limits = replace(encoded.limits, max_pixels=min(encoded.limits.max_pixels, _MOST_INSIDE))
    encoded = replace(encoded, needed=needed, limits=limits)
    found = next((entry for entry in _INSIDE if entry.matches(data[:_HEAD], "")), None)
    try:
        if found is not None:
            source = found.open(encoded)
        elif begins_drawing(data, is_named_so=False) and depth < _DEEPEST:
            source = _opened(replace(encoded, needed=Needed(longer=2048)), depth + 1)
        else:
            raise FileUnsupported(encoded.path, tr("This is not a picture that Plantain can read."))
        raster = source.load()
    except FileError:
        raise
    except DECODER_ERRORS as error:
        raise FileDamaged(encoded.path, tr("It is damaged or incomplete.")) from error
    image = raster.image
    is_srgb = not raster.profile and not raster.stated
    is_plain = is_srgb and raster.orientation == 1 and image.mode in _PLAIN_MODES
    if found in {PNG, JPEG} and is_plain and max(image.size) <= _LONGEST_INSIDE:
        return _MEDIA_TYPES[found.name], data
    return _MEDIA_TYPES["PNG"], _as_png(raster)


_PLAIN_MODES = frozenset({"RGB", "RGBA", "L", "LA", "P", "1"})
_MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg"}


def _as_png(raster: Raster) -> bytes:
    """Upright, sRGB, no larger than is useful."""
    from PIL import ImageOps

    from desktop.media.colour import to_srgb

    image = raster.image
    factor = -(-max(image.size) // _LONGEST_INSIDE)
    if image.mode == "P" or (image.has_transparency_data and image.mode != "RGBA"):
        image = image.convert("RGBA")
    if factor > 1 and image.mode in {"RGB", "RGBA", "L", "CMYK"}:
        image = image.reduce(factor)
    if raster.orientation > 1:
        image = ImageOps.exif_transpose(image)
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    image, _ = to_srgb(image.convert("RGB") if alpha else image, raster.profile, raster.stated)
    if alpha:
        image.putalpha(alpha)
    encoded = io.BytesIO()
    image.save(encoded, "PNG", compress_level=1)
    return encoded.getvalue()


def _is_svg(data: bytes, suffix: str) -> bool:
    return begins_drawing(data, is_named_so=suffix in SVG.suffixes)


SVG = PictureFormat(
    name="SVG",
    label=marked("SVG drawing"),
    suffixes=(".svg", ".svgz"),
    recognise=_is_svg,
    libraries=(
        *("resvg_py", "PIL.PngImagePlugin", "PIL.ImageOps", "webencodings"),
        "desktop.media.colour",
        *("tinycss2", "tinycss2.color5", "cssselect2"),
    ),
    prepare=installed_fonts,
    open=_open,
)
