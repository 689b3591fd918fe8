"""The bytes of a drawing to a tree of its elements.

Lenient where the drawing is whole: any encoding, whatever is declared; namespaces that are missing
or misspelt; remarks after the end. Strict about what costs memory: depth, elements, text.
"""

from __future__ import annotations

import re
import zlib
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

from desktop.core.errors import FileDamaged, FileTooLarge, FileUnsupported
from desktop.core.text import number, tr

MAX_BYTES = 64 * 1024 * 1024
"""Of a drawing, unpacked, and of its text once entities stand for what they mean."""
MAX_DEPTH = 512
_MAX_ELEMENTS = 1_000_000
_MAX_ENTITY = 64 * 1024

SVG = "http://www.w3.org/2000/svg"
_XML = "http://www.w3.org/XML/1998/namespace"
_XLINK = "http://www.w3.org/1999/xlink"
_USUAL_PREFIXES = {"": "", "svg": SVG, "xlink": _XLINK, "xml": _XML}

_SUPERSETS = {
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc-kr": "cp949",
    "big5": "big5hkscs",
    "iso-8859-8-i": "iso8859_8",
    "iso-2022-jp": "iso2022_jp",
    "macintosh": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "ibm866": "cp866",
}
"""Python's name for what the web means by an encoding, where they differ."""
ENCODINGS = (
    *(f"cp{page}" for page in (866, 874, 932, 949, *range(1250, 1259))),
    *(f"iso8859_{part}" for part in (*range(2, 12), *range(13, 17))),
    *("gb18030", "big5hkscs", "euc_jp", "iso2022_jp", "koi8_r", "koi8_u"),
    *("mac_roman", "mac_cyrillic", "ascii", "latin_1", "utf_8", "utf_8_sig"),
    *("utf_16", "utf_16_le", "utf_16_be", "utf_32", "utf_32_le", "utf_32_be"),
)
"""Python's modules for the encodings of the web; each is read from the disk at its first use."""

_DECLARATION = re.compile(
    r"\s*<\?xml\s[^>]*?(?:encoding\s*=\s*[\"']([^\"'>]{1,40})[\"'][^>]*)?\?>", re.ASCII
)
_SPACE = re.compile(r"[\s\ufeff]*")
_SUBSET_PART = re.compile(r"<!--|<\?|[\"'\]]")
_DOCTYPE_PART = re.compile(r"[\"'\[>]")
_ROOT = re.compile(r"<(?:[^\W\d][\w.-]{0,40}:)?svg[\s/>]")
_HEAD = 256 * 1024


def begins_drawing(data: bytes, *, is_named_so: bool) -> bool:
    """True when this is the beginning of an SVG or SVGZ.

    Args:
        is_named_so: the file's name says it too, so that a head which goes on beyond ``data``
            counts as one.
    """
    head = data[:_HEAD]
    if head.startswith(b"\x1f\x8b"):
        try:
            head = zlib.decompressobj(wbits=31).decompress(head, _HEAD)
        except zlib.error:
            return False
    # Every other encoding writes markup as ASCII does.
    text = head.decode(_wide_encoding(head) or "latin-1", "ignore").removeprefix("\xef\xbb\xbf")
    at = _after_prologue(text)
    return is_named_so and at > 0 if at >= len(text) else bool(_ROOT.match(text, at))


def _after_prologue(text: str) -> int:
    """Where the first element begins; the length of the text when it does not reach so far."""
    at = 0
    while (at := _after_space(text, at)) < len(text):
        if text.startswith("<!--", at):
            at = _after("-->", text, at + 4)
        elif text.startswith("<?", at):
            at = _after("?>", text, at)
        elif text[at : at + 9].upper() == "<!DOCTYPE":
            at = _after_doctype(text, at + 9)
        else:
            return at
    return len(text)


def _after_doctype(text: str, at: int) -> int:
    while part := _DOCTYPE_PART.search(text, at):
        mark, at = part[0], part.end()
        if mark == ">":
            return at
        if mark != "[":
            at = _after(mark, text, at)
            continue
        while inner := _SUBSET_PART.search(text, at):
            mark, at = inner[0], inner.end()
            if mark == "]":
                break
            at = _after({"<!--": "-->", "<?": "?>"}.get(mark, mark), text, at)
    return len(text)


def _after_space(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at


def _after(mark: str, text: str, at: int) -> int:
    found = text.find(mark, at)
    return found + len(mark) if found >= 0 else len(text)


def read_drawing(data: bytes, path: Path) -> ElementTree.Element:
    """The tree of a drawing: SVG elements by their plain names, links as ``href``.

    What belongs to other vocabularies keeps its namespace; attributes of other vocabularies,
    comments and instructions are left out.

    Args:
        path: for errors.

    Raises:
        FileDamaged: no well-formed XML.
        FileUnsupported: it wants other files to be read.
        FileTooLarge: it unpacks or unfolds to more than is safe.
    """
    text = _decoded(_unpacked(data, path))
    declaration = _DECLARATION.match(text)
    return _Reader(path).read(text[declaration.end() :] if declaration else text)


def _unpacked(data: bytes, path: Path) -> bytes:
    if data.startswith(b"\x1f\x8b"):
        unpacker = zlib.decompressobj(wbits=31)
        data = unpacker.decompress(data, MAX_BYTES + 1)
        if not unpacker.eof and len(data) <= MAX_BYTES:
            raise FileDamaged(path, tr("The packed drawing breaks off."))
    if len(data) > MAX_BYTES:
        raise FileTooLarge(
            path,
            tr(
                "The drawing unpacks to more than {megabytes} MB.",
                megabytes=number(MAX_BYTES / 2**20),
            ),
        )
    return data


def _decoded(data: bytes) -> str:
    """The text, in the encoding that fits: what is declared is often left over from before a
    conversion, while hardly anything but UTF-8 is valid UTF-8."""
    wide = _wide_encoding(data)
    if wide:
        return data.decode(wide, "replace").removeprefix("\ufeff")
    declared = _declared_encoding(data)
    first = (declared,) if declared == "iso2022_jp" else ()  # pure ASCII to look at
    for encoding in (*first, "utf_8_sig", declared, "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("cp1252" if declared == "utf_8" else declared, "replace")


def _wide_encoding(data: bytes) -> str:
    """UTF-16 or UTF-32, by their mark or by the zeros between their letters; else ""."""
    if data.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return "utf-32"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    zeros = bytes(1 if byte else 0 for byte in data[:4])
    return {
        b"\1\0\0\0": "utf-32-le",
        b"\0\0\0\1": "utf-32-be",
        b"\1\0\1\0": "utf-16-le",
        b"\0\1\0\1": "utf-16-be",
    }.get(zeros, "")


def _declared_encoding(data: bytes) -> str:
    import webencodings

    match = _DECLARATION.match(data[:1024].decode("latin-1").removeprefix("\xef\xbb\xbf"))
    known = webencodings.lookup(match[1]) if match and match[1] else None
    if known is None:
        return "utf_8"
    name = _SUPERSETS.get(known.name, known.name).replace("windows-", "cp")
    name = name.replace("iso-8859-", "iso8859_").replace("-", "_")
    return name if name in ENCODINGS and not name.startswith("utf_16") else "utf_8"


def too_deep(path: Path) -> FileTooLarge:
    """The error for a drawing of more than ``MAX_DEPTH`` levels."""
    return FileTooLarge(
        path,
        tr(
            "The drawing nests its parts more than {depth} levels deep, more than is safe to draw.",
            depth=number(MAX_DEPTH),
        ),
        next_step=tr("Save a simpler copy to have it in the library."),
    )


class _Reader:
    """Builds the tree while expat reads, so that limits hold before memory is taken."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._builder = ElementTree.TreeBuilder()
        self._scopes: list[dict[str, str]] = [_USUAL_PREFIXES]
        self._own = ""
        self._entities: dict[str, int] = {}
        self._elements = 0
        self._characters = 0
        self._is_whole = False

    def read(self, text: str) -> ElementTree.Element:
        parser = expat.ParserCreate()
        parser.ordered_attributes = True
        parser.buffer_text = True
        parser.EntityDeclHandler = self._declare
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        try:
            parser.Parse(text, True)
        except (expat.ExpatError, ValueError, LookupError) as error:
            if not self._is_whole:
                if getattr(error, "code", 0) == _AMPLIFICATION:
                    raise self._unfolding() from error
                raise FileDamaged(
                    self._path,
                    tr("The drawing is damaged or incomplete."),
                    next_step=tr("Export it again from the program that made it."),
                ) from error
        return self._builder.close()

    def _declare(
        self, name: str, is_parameter: bool, value: str | None, _base: object, *_external: object
    ) -> None:
        if is_parameter or value is None:
            raise FileUnsupported(
                self._path,
                tr("The drawing is built to read other files, and Plantain reads none for it."),
                next_step=tr("Do not open it elsewhere unless you know where it comes from."),
            )
        inner = re.findall(r"&([^#;\s][^;\s]*);", value)
        length = len(value) + sum(self._entities.get(other, 0) for other in inner)
        if length > _MAX_ENTITY:
            raise self._unfolding()
        self._entities.setdefault(name, length)

    def _start(self, name: str, attributes: list[str]) -> None:
        self._elements += 1
        self._count(sum(map(len, attributes)))
        if self._elements > _MAX_ELEMENTS:
            raise FileTooLarge(
                self._path,
                tr(
                    "The drawing has more than {count} parts, more than is safe to draw.",
                    count=number(_MAX_ELEMENTS),
                ),
                next_step=tr("Save a simpler copy to have it in the library."),
            )
        if len(self._scopes) > MAX_DEPTH:
            raise too_deep(self._path)
        pairs = dict(zip(attributes[::2], attributes[1::2], strict=True))
        declared = {key[6:]: value for key, value in pairs.items() if key[:6] == "xmlns:"}
        if "xmlns" in pairs:
            declared[""] = pairs["xmlns"]
        scope = {**self._scopes[-1], **declared} if declared else self._scopes[-1]
        self._scopes.append(scope)
        prefix, _, local = name.rpartition(":")
        space = scope.get(prefix, prefix)
        if self._elements == 1:
            self._own = space  # whatever it is called, it is what this drawing is written in
        is_svg = space in {self._own, SVG}
        self._builder.start(local if is_svg else f"{{{space}}}{local}", _attributes(pairs, scope))

    def _end(self, _name: str) -> None:
        self._scopes.pop()
        self._builder.end("")
        self._is_whole = len(self._scopes) == 1

    def _text(self, text: str) -> None:
        self._count(len(text))
        self._builder.data(text)

    def _count(self, characters: int) -> None:
        self._characters += characters
        if self._characters > MAX_BYTES:
            raise self._unfolding()

    def _unfolding(self) -> FileTooLarge:
        return FileTooLarge(
            self._path,
            tr("The drawing is built to take up memory: it unfolds to more than is safe."),
            next_step=tr("Do not open it elsewhere unless you know where it comes from."),
        )


_AMPLIFICATION = 43
"""XML_ERROR_AMPLIFICATION_LIMIT_BREACH of expat.h: its own guard against entities of entities."""


def _attributes(pairs: dict[str, str], scope: dict[str, str]) -> dict[str, str]:
    plain: dict[str, str] = {}
    for key, value in pairs.items():
        prefix, _, local = key.rpartition(":")
        if not prefix:
            # By its bare name resvg takes it for xml:space, which it is not.
            if key not in ("xmlns", "space"):
                plain[key] = value
        elif scope.get(prefix) == _XLINK and local == "href":
            plain.setdefault("href", value)
        elif prefix == "xml":
            plain[f"{{{_XML}}}{local}"] = value
    if "href" in pairs:
        plain["href"] = pairs["href"]
    return plain
