"""XMP sidecars: tags, stars and a note beside a picture, where other programs look for them.

``dc:subject`` holds the tags, ``xmp:Rating`` the stars, ``dc:description`` the note. What other
programs wrote into the same file stays: of their tags too, since a property of our own
(``plantain:tags``) remembers which ones came from here and may go again; ``plantain:wrote`` says
whether stars, note and rights did. What other programs state in fields of their own is read too
(``keywords.py``).

Rights go out where the IPTC Photo Metadata Standard and PLUS have a place for them: the licence is
``xmpRights:UsageTerms``, the last day ``plus:LicenseEndDate``, and "never leaves this machine"
stands in ``photoshop:Instructions``. What somebody else wrote there is never replaced, and nothing
of it is read back: what binds a picture is said in the library.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TypeVar
from xml.dom import minidom
from xml.dom.minidom import Document, Element
from xml.etree import ElementTree
from xml.parsers.expat import ExpatError

from desktop.core.annotations import name_key
from desktop.core.errors import FileDamaged, FileTooLarge
from desktop.core.rights import NO_RIGHTS, Rights
from desktop.core.text import tr
from desktop.files.checked_xml import MAX_ELEMENTS, MalformedXml, check_xml
from desktop.media.metadata.keywords import Properties, keywords_of, stars_of
from desktop.media.metadata.xmp_properties import properties_of

NAMESPACE = "urn:plantain:annotations/1/"
MAX_BYTES = 16 << 20
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DC = "http://purl.org/dc/elements/1.1/"
_XMP = "http://ns.adobe.com/xap/1.0/"
_PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/"
_XMP_RIGHTS = "http://ns.adobe.com/xap/1.0/rights/"
_PLUS = "http://ns.useplus.org/ldf/xmp/1.0/"
_CAMERA_RAW = "http://ns.adobe.com/camera-raw-settings/1.0/"
_NOTES = (
    f"{{{_DC}}}description",
    "{http://ns.acdsee.com/iptc/1.0/}notes",
    "{http://ns.adobe.com/tiff/1.0/}ImageDescription",
    "{http://ns.adobe.com/exif/1.0/}UserComment",
)
"""Where programs put what a person said of a picture; the first that says something."""
_XML = "http://www.w3.org/XML/1998/namespace"
_XMLNS = "http://www.w3.org/2000/xmlns/"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NO_ENCODING, _UTF_8 = '<?xml version="1.0" ?>', '<?xml version="1.0" encoding="utf-8"?>'
_EMPTY = (
    f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{_RDF}">'
    '<rdf:Description rdf:about=""/></rdf:RDF></x:xmpmeta>'
)

_Tree = TypeVar("_Tree")


@dataclass(frozen=True, slots=True)
class SidecarFields:
    """What a sidecar says about its picture; ``rating`` is None where it says nothing.

    Attributes:
        suffix: of the file that it says it is about, as ".cr2"; empty where it says nothing.
        rights: all that binds the picture, the strictest of it; only written, never read.
    """

    tags: tuple[str, ...] = ()
    rating: int | None = None
    note: str = ""
    suffix: str = ""
    rights: Rights = NO_RIGHTS


def sidecar_path(picture: Path) -> Path:
    """``a.jpg`` -> ``a.jpg.xmp``: two pictures of one name and two formats have one each."""
    return picture.with_name(f"{picture.name}.xmp")


def read_sidecar(data: bytes, path: Path) -> SidecarFields:
    """Raises: FileDamaged, FileTooLarge: ``path`` is no sidecar that can be read."""
    root = _parsed(data, path, ElementTree.fromstring)
    if sum(1 for _ in root.iter(f"{{{_RDF}}}RDF")) != 1:
        raise _not_a_sidecar(path)
    properties = properties_of(root, MAX_ELEMENTS)
    notes = (text for name in _NOTES for text in properties.get(name, ()))
    return SidecarFields(
        tags=tuple(unicodedata.normalize("NFC", word) for word in keywords_of(root, properties)),
        rating=stars_of(properties),
        note=unicodedata.normalize("NFC", next(notes, "")),
        suffix=_told_suffix(properties),
    )


def merge_sidecar(fields: SidecarFields, existing: bytes | None, path: Path) -> bytes | None:
    """The sidecar with these fields; None when there is nothing to write.

    Tags that came from here before and are gone now are taken out; a rating or a note that is
    there stays where ``fields`` has none, unless it came from here.

    Raises:
        FileDamaged, FileTooLarge: ``existing`` cannot be read, and must be left alone.
    """
    has_any = bool(fields.tags or fields.rating or fields.note or fields.rights != NO_RIGHTS)
    if existing is None and not has_any:
        return None
    document = _parsed(
        existing if existing is not None else _EMPTY.encode(), path, minidom.parseString
    )
    rdf = _rdf(document, path)
    ours = {name_key(tag) for tag in _items(rdf, NAMESPACE, "tags")}
    wrote = {*_items(rdf, NAMESPACE, "wrote")}
    if not has_any and not ours and not wrote:
        return None
    theirs = [tag for tag in _items(rdf, _DC, "subject") if name_key(tag) not in ours]
    wanted = {name_key(tag) for tag in fields.tags}
    tags = [*fields.tags, *(tag for tag in theirs if name_key(tag) not in wanted)]
    known = {name_key(tag) for tag in theirs}
    added = [tag for tag in fields.tags if name_key(tag) not in known]
    description = _description(document, rdf)
    _replace_list(description, rdf, "dc", _DC, "subject", "Bag", tags)
    _replace_list(description, rdf, "plantain", NAMESPACE, "tags", "Bag", added)
    written: list[str] = []
    if fields.rating or "rating" in wrote:
        _remove(rdf, _XMP, "Rating")
    if fields.rating:
        _append(description, "xmp", _XMP, "Rating", str(fields.rating))
        written.append("rating")
    if fields.note or "note" in wrote:
        _replace_note(description, rdf, fields.note)
        written += ["note"] * bool(fields.note)
    written += _replace_rights(description, rdf, fields.rights, wrote)
    _replace_list(description, rdf, "plantain", NAMESPACE, "wrote", "Bag", written)
    # As one text: minidom hands an encoder every bracket by itself, in three times the time.
    return document.toxml().replace(_NO_ENCODING, _UTF_8, 1).encode()


# -- reading -----------------------------------------------------------------------------------


def _parsed(data: bytes, path: Path, parse: Callable[[bytes], _Tree]) -> _Tree:
    if len(data) > MAX_BYTES:
        raise FileTooLarge(path, tr("It is too large for a sidecar."))
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileDamaged(path, tr("It is not text.")) from error
    # Decoded by now: what it says of its encoding may be about the bytes that it was.
    body = re.sub(r"^\s*<\?xml[^>]*\?>", "", text).strip().strip("\x00").encode(errors="replace")
    try:
        check_xml(body)
        return parse(body)
    except MalformedXml as error:
        raise FileDamaged(path, str(error)) from error
    except (ExpatError, ElementTree.ParseError, ValueError) as error:
        raise FileDamaged(path, tr("It is not XML: {error}.", error=error)) from error


def _rdf(document: Document, path: Path) -> Element:
    found = document.getElementsByTagNameNS(_RDF, "RDF")
    if len(found) != 1:
        raise _not_a_sidecar(path)
    return found[0]


def _not_a_sidecar(path: Path) -> FileDamaged:
    return FileDamaged(path, tr("It is not a sidecar of a picture."))


def _told_suffix(properties: Properties) -> str:
    """Of the file that the sidecar is about, as Photoshop, Lightroom and Camera Raw tell it."""

    def told(namespace: str, name: str) -> str:
        return next(iter(properties.get(f"{{{namespace}}}{name}", ())), "").strip()

    if extension := told(_PHOTOSHOP, "SidecarForExtension").lstrip("."):
        return f".{extension.lower()}"
    if suffix := PurePath(told(_CAMERA_RAW, "RawFileName")).suffix:
        return suffix.lower()
    # "image/x-canon-cr2"
    kind = told(_DC, "format").lower()
    return f".{kind.rpartition('-')[2]}" if kind.startswith("image/x-") else ""


def _properties(rdf: Element, namespace: str, name: str) -> Iterator[Element]:
    """Elements that state this property of the picture itself, not of something in it."""
    for description in _children(rdf, _RDF, "Description"):
        yield from _children(description, namespace, name)


def _children(parent: Element, namespace: str, name: str) -> list[Element]:
    return [
        node
        for node in parent.childNodes
        if isinstance(node, Element) and node.namespaceURI == namespace and node.localName == name
    ]


def _items(rdf: Element, namespace: str, name: str) -> list[str]:
    """Items of a property that is a list; of languages, the default first."""
    items: list[tuple[bool, str]] = []
    for element in _properties(rdf, namespace, name):
        listed = element.getElementsByTagNameNS(_RDF, "li")
        items.extend((not _is_default(item), _text(item)) for item in listed)
        if not listed and _text(element):
            items.append((False, _text(element)))
    items += [
        (False, description.getAttributeNS(namespace, name))
        for description in _children(rdf, _RDF, "Description")
        if description.hasAttributeNS(namespace, name)
    ]
    return [text for _, text in sorted(items, key=lambda item: item[0])]


def _is_default(item: Element) -> bool:
    return item.getAttributeNS(_XML, "lang") in ("", "x-default")


def _text(element: Element) -> str:
    parts = (node.data for node in element.childNodes if isinstance(node, minidom.Text))
    return unicodedata.normalize("NFC", "".join(parts).strip())


# -- writing -----------------------------------------------------------------------------------


def _description(document: Document, rdf: Element) -> Element:
    """The first description of the picture itself; made where there is none."""
    for found in _children(rdf, _RDF, "Description"):
        return found
    made = document.createElementNS(_RDF, f"{rdf.prefix or 'rdf'}:Description")
    made.setAttributeNS(_RDF, f"{rdf.prefix or 'rdf'}:about", "")
    rdf.appendChild(made)
    return made


def _remove(rdf: Element, namespace: str, name: str) -> None:
    for description in _children(rdf, _RDF, "Description"):
        if description.hasAttributeNS(namespace, name):
            description.removeAttributeNS(namespace, name)
        for element in _children(description, namespace, name):
            description.removeChild(element)


def _append(
    parent: Element,
    prefix: str,
    namespace: str,
    name: str,
    text: str = "",
    *,
    is_declared: bool = False,
) -> Element:
    document = parent.ownerDocument
    assert document is not None  # it was parsed
    element = document.createElementNS(namespace, f"{prefix}:{name}")
    if not is_declared:
        # Here, whatever is declared above: another program may use the prefix otherwise.
        element.setAttributeNS(_XMLNS, f"xmlns:{prefix}", namespace)
    if text:
        element.appendChild(document.createTextNode(_NOT_XML.sub("\ufffd", text)))
    parent.appendChild(element)
    return element


def _replace_note(description: Element, rdf: Element, note: str) -> None:
    """As ``_replace_list``; what others say in other languages stays."""
    items = [
        item
        for element in _properties(rdf, _DC, "description")
        for item in element.getElementsByTagNameNS(_RDF, "li")
    ]
    others = [item for item in items if not _is_default(item)]
    if not others:
        _replace_list(description, rdf, "dc", _DC, "description", "Alt", [note] * bool(note))
        return
    for item in filter(_is_default, items):
        if item.parentNode is not None:
            item.parentNode.removeChild(item)
    holder = others[0].parentNode
    if note and isinstance(holder, Element):
        own = _append(holder, "rdf", _RDF, "li", note)
        own.setAttributeNS(_XML, "xml:lang", "x-default")
        holder.insertBefore(own, holder.firstChild)  # the default comes first


def _replace_rights(
    description: Element, rdf: Element, rights: Rights, wrote: set[str]
) -> Iterator[str]:
    """Each where nobody else says something; yields the names of what is written."""
    # In English whatever the window speaks: it is for whoever opens the picture anywhere.
    private = "Never leaves this machine." if rights.is_private else ""
    for own, prefix, namespace, name, text in (
        ("usage", "xmpRights", _XMP_RIGHTS, "UsageTerms", rights.licence),
        ("end", "plus", _PLUS, "LicenseEndDate", rights.expires),
        ("instructions", "photoshop", _PHOTOSHOP, "Instructions", private),
    ):
        if own in wrote:
            _remove(rdf, namespace, name)
        elif _items(rdf, namespace, name):
            continue
        if not text:
            continue
        if name == "UsageTerms":  # a text in several languages
            _replace_list(description, rdf, prefix, namespace, name, "Alt", [text])
        else:
            _append(description, prefix, namespace, name, text)
        yield own


def _replace_list(
    description: Element,
    rdf: Element,
    prefix: str,
    namespace: str,
    name: str,
    kind: str,
    items: Iterable[str],
) -> None:
    _remove(rdf, namespace, name)
    listed = list(items)
    if not listed:
        return
    holder = _append(_append(description, prefix, namespace, name), "rdf", _RDF, kind)
    for item in listed:
        element = _append(holder, "rdf", _RDF, "li", item, is_declared=True)
        if kind == "Alt":
            element.setAttributeNS(_XML, "xml:lang", "x-default")
