"""The XMP packet that carries a generated picture's lineage.

One ``rdf:Description`` holds the prompt where every viewer looks for it (``dc:description``), the
program (``xmp:CreatorTool``), what a model made (IPTC's digital source type), and the whole record
in a property of our own, as
``files.record_json`` writes it: ASCII, so any text, control characters and undecodable file names
included, survives XML. Before there was one record, the property was ``lineage``, a JSON object of
texts, some of them JSON again; such pictures are read as ever.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from desktop.core.generation_record import GenerationRecord, Reference
from desktop.core.text import marked, tr
from desktop.files.checked_json import MalformedJson, checked, decode_json, parse_json
from desktop.files.checked_xml import check_xml
from desktop.files.record_json import (
    PATH_KEYS,
    dump_record,
    load_record,
    record_of_parts,
)

NAMESPACE = "urn:plantain:lineage/1/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DC = "http://purl.org/dc/elements/1.1/"
_XMP = "http://ns.adobe.com/xap/1.0/"
_IPTC_EXT = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"

_OURS = re.compile(
    rf'\s*<rdf:Description rdf:about="" xmlns:plantain="{NAMESPACE}".*?</rdf:Description>',
    re.DOTALL,
)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PACKED = "zlib+base64:"
_MAX_UNPACKED = 16 * 1024 * 1024


def build_packet(
    record: GenerationRecord, existing: bytes | None = None, *, is_tight: bool = False
) -> bytes:
    """An XMP packet with the lineage.

    Args:
        record: its prompt is also written as the picture's description.
        existing: the packet already in the picture; its other statements are kept, an earlier
            lineage of ours is replaced.
        is_tight: write as little as possible, for containers with small segments.
    """
    base = _readable(existing)
    base = _OURS.sub("", base) if base else ""
    if base and "</rdf:RDF>" in base:
        described = _description(
            record,
            is_tight=is_tight,
            with_prompt=not is_tight and "dc:description" not in base,
            with_tool="CreatorTool" not in base,
        )
        head, tail = base.rsplit("</rdf:RDF>", 1)
        return f"{head.rstrip()}\n{described}\n </rdf:RDF>{tail}".encode()
    described = _description(record, is_tight=is_tight, with_prompt=not is_tight, with_tool=True)
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
        f' <rdf:RDF xmlns:rdf="{_RDF}">\n'
        f"{described}\n"
        " </rdf:RDF>\n"
        "</x:xmpmeta>\n"
        '<?xpacket end="w"?>'
    ).encode()


def parse_packet(packet: bytes) -> GenerationRecord | None:
    """The record in a packet; None when there is none, or none that can be read."""
    text = _readable(packet)
    if not text or NAMESPACE not in text:
        return None
    body = text.strip().strip("\ufeff\x00")
    try:
        check_xml(body.encode())
        root = ElementTree.fromstring(body)
    except (ElementTree.ParseError, ValueError):
        return None
    for name, read in (("record", load_record), ("lineage", _record_of_texts)):
        qualified = f"{{{NAMESPACE}}}{name}"
        for description in root.iter(f"{{{_RDF}}}Description"):
            # Other programs may rewrite the element as an attribute; it means the same in RDF.
            written = description.findtext(qualified) or description.get(qualified)
            if written:
                try:
                    return read(_unpacked(written))
                except MalformedJson:
                    return None
    return None


def _description(
    record: GenerationRecord, *, is_tight: bool, with_prompt: bool, with_tool: bool
) -> str:
    written = dump_record(record)
    if is_tight:
        packed = base64.b64encode(zlib.compress(written.encode("ascii"), 9)).decode("ascii")
        written = _PACKED + packed
    prompt = escape(_NOT_XML.sub("\ufffd", record.request.prompt), {"\r": "&#13;"})
    lines = [
        f'  <rdf:Description rdf:about="" xmlns:plantain="{NAMESPACE}"',
        f'    xmlns:dc="{_DC}" xmlns:xmp="{_XMP}" xmlns:iptcExt="{_IPTC_EXT}">',
    ]
    if with_tool:
        lines.append("   <xmp:CreatorTool>Plantain</xmp:CreatorTool>")
    if with_prompt and prompt:
        lines.append(
            '   <dc:description><rdf:Alt><rdf:li xml:lang="x-default">'
            f"{prompt}</rdf:li></rdf:Alt></dc:description>"
        )
    if source_type := record.digital_source_type:
        lines.append(f"   <iptcExt:DigitalSourceType>{source_type}</iptcExt:DigitalSourceType>")
    lines.append(f"   <plantain:record>{escape(written)}</plantain:record>")
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


def _unpacked(written: str) -> str:
    """Raises: MalformedJson."""
    if not written.startswith(_PACKED):
        return written
    try:
        packed = base64.b64decode(written.removeprefix(_PACKED), validate=True)
        return zlib.decompressobj().decompress(packed, _MAX_UNPACKED).decode("ascii")
    except (ValueError, zlib.error, binascii.Error) as error:
        raise MalformedJson(tr("It is packed in another way.")) from error


def _record_of_texts(written: str) -> GenerationRecord:
    """From the older property. Raises: MalformedJson."""
    fields = decode_json(written, dict[str, Any])
    texts = {name: value for name, value in fields.items() if isinstance(value, str)}
    return record_of_parts(
        prompt=texts.get("prompt", ""),
        generator=texts.get("generator", ""),
        model=texts.get("model", ""),
        settings=_kept(texts.get("settings", "{}")),
        text=texts.get("text", ""),
        usage=_kept(texts.get("usage", "{}")),
        references=[
            Reference(path, reason=marked("named in the file"))
            for path in _paths(texts.get("references", "[]"))
        ],
        created_at=0.0,
    )


def _kept(text: str) -> object:
    try:
        return decode_json(text, dict[str, Any])
    except MalformedJson:
        return text


def _paths(text: str) -> list[Path]:
    try:
        names = parse_json(text)
        return checked({"path": names}, dict[str, list[Path]], names=PATH_KEYS)["path"]
    except MalformedJson:
        return []
