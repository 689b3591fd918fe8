"""The XMP packet that carries a generated picture's lineage.

One ``rdf:Description`` holds the prompt where every viewer looks for it (``dc:description``), the
program (``xmp:CreatorTool``) and all fields as JSON in a property of our own. JSON is written in
ASCII, so any text, control characters and undecodable file names included, survives XML.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Mapping
from typing import cast
from xml.etree import ElementTree
from xml.sax.saxutils import escape

NAMESPACE = "urn:plantain:lineage/1/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DC = "http://purl.org/dc/elements/1.1/"
_XMP = "http://ns.adobe.com/xap/1.0/"

_OURS = re.compile(
    rf'\s*<rdf:Description rdf:about="" xmlns:plantain="{NAMESPACE}".*?</rdf:Description>',
    re.DOTALL,
)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PACKED = "zlib+base64:"
_MAX_UNPACKED = 16 * 1024 * 1024


def build_packet(
    fields: Mapping[str, str], existing: bytes | None = None, *, is_tight: bool = False
) -> bytes:
    """An XMP packet with the lineage.

    Args:
        fields: the lineage; ``prompt`` is also written as the picture's description.
        existing: the packet already in the picture; its other statements are kept, an earlier
            lineage of ours is replaced.
        is_tight: write as little as possible, for containers with small segments.
    """
    base = _readable(existing)
    base = _OURS.sub("", base) if base else ""
    if base and "</rdf:RDF>" in base:
        described = _description(
            fields,
            is_tight=is_tight,
            with_prompt=not is_tight and "dc:description" not in base,
            with_tool="CreatorTool" not in base,
        )
        head, tail = base.rsplit("</rdf:RDF>", 1)
        return f"{head.rstrip()}\n{described}\n </rdf:RDF>{tail}".encode()
    described = _description(fields, is_tight=is_tight, with_prompt=not is_tight, with_tool=True)
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
        f' <rdf:RDF xmlns:rdf="{_RDF}">\n'
        f"{described}\n"
        " </rdf:RDF>\n"
        "</x:xmpmeta>\n"
        '<?xpacket end="w"?>'
    ).encode()


def parse_packet(packet: bytes) -> dict[str, str] | None:
    """The lineage in a packet; None when there is none, or none that can be read."""
    text = _readable(packet)
    if not text or NAMESPACE not in text:
        return None
    try:
        root = ElementTree.fromstring(text.strip().strip("\ufeff\x00"))
    except (ElementTree.ParseError, ValueError):
        return None
    name = f"{{{NAMESPACE}}}lineage"
    for description in root.iter(f"{{{_RDF}}}Description"):
        # Other programs may rewrite the element as an attribute; the two mean the same in RDF.
        written = description.findtext(name) or description.get(name)
        if written:
            return _fields_from(written)
    return None


def _description(
    fields: Mapping[str, str], *, is_tight: bool, with_prompt: bool, with_tool: bool
) -> str:
    written = json.dumps(dict(fields), ensure_ascii=True)
    if is_tight:
        packed = base64.b64encode(zlib.compress(written.encode("ascii"), 9)).decode("ascii")
        written = _PACKED + packed
    prompt = escape(_NOT_XML.sub("\ufffd", fields.get("prompt", "")), {"\r": "&#13;"})
    lines = [
        f'  <rdf:Description rdf:about="" xmlns:plantain="{NAMESPACE}"',
        f'    xmlns:dc="{_DC}" xmlns:xmp="{_XMP}">',
    ]
    if with_tool:
        lines.append("   <xmp:CreatorTool>Plantain</xmp:CreatorTool>")
    if with_prompt and prompt:
        lines.append(
            '   <dc:description><rdf:Alt><rdf:li xml:lang="x-default">'
            f"{prompt}</rdf:li></rdf:Alt></dc:description>"
        )
    lines.append(f"   <plantain:lineage>{escape(written)}</plantain:lineage>")
    lines.append("  </rdf:Description>")
    return "\n".join(lines)


def _readable(packet: bytes | None) -> str:
    """The packet as text; empty when it is not UTF-8 or declares entities (never needed in XMP)."""
    if not packet:
        return ""
    try:
        text = packet.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return "" if "<!DOCTYPE" in text or "<!ENTITY" in text else text


def _fields_from(written: str) -> dict[str, str] | None:
    try:
        if written.startswith(_PACKED):
            unpacker = zlib.decompressobj()
            packed = base64.b64decode(written.removeprefix(_PACKED), validate=True)
            written = unpacker.decompress(packed, _MAX_UNPACKED).decode("ascii")
        found: object = json.loads(written)
    except (ValueError, zlib.error, binascii.Error, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    items = cast("dict[object, object]", found).items()
    return {str(key): value for key, value in items if isinstance(value, str)}
