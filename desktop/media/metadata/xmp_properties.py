"""XMP: what a packet says about its picture, whoever wrote it (ISO 16684-1; names as in the IPTC
Photo Metadata Standard 2023.1)."""

from __future__ import annotations

import re
from itertools import chain, islice
from xml.etree import ElementTree

from desktop.core.metadata import NO_METADATA, Metadata
from desktop.files.checked_xml import check_xml
from desktop.media.metadata.camera_name import camera_name
from desktop.media.metadata.keywords import keywords_of

_MOST_BYTES = 8 << 20
"""Of a packet; edits that Photoshop remembers are in there."""
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_DC = "{http://purl.org/dc/elements/1.1/}"
_XMP = "{http://ns.adobe.com/xap/1.0/}"
_RIGHTS = "{http://ns.adobe.com/xap/1.0/rights/}"
_PHOTOSHOP = "{http://ns.adobe.com/photoshop/1.0/}"
_CORE = "{http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/}"
_TIFF = "{http://ns.adobe.com/tiff/1.0/}"
_EXIF = "{http://ns.adobe.com/exif/1.0/}"
_EXIF_EX = "{http://cipa.jp/exif/1.0/}"
_AUX = "{http://ns.adobe.com/exif/1.0/aux/}"
_PLUS = "{http://ns.useplus.org/ldf/xmp/1.0/}"
_CC = "{http://creativecommons.org/ns#}"
_GPS = re.compile(r"(\d+),(\d+(?:\.\d+)?)(?:,(\d+(?:\.\d+)?))?([NSEW])")
_MOST_VALUES = 5_000


def read_xmp(packet: bytes) -> Metadata:
    """Of a packet; nothing where it is no XML, or larger than is read."""
    body = packet.strip(b"\x00 \r\n\t")
    if not body or len(body) > _MOST_BYTES:
        return NO_METADATA
    try:
        check_xml(body)
        root = ElementTree.fromstring(body)
    except (ElementTree.ParseError, ValueError, LookupError, RecursionError):
        return NO_METADATA
    properties = properties_of(root)

    def first(*names: str) -> str:
        return next((properties[name][0] for name in names if properties.get(name)), "")

    latitude = _degrees(first(f"{_EXIF}GPSLatitude"))
    longitude = _degrees(first(f"{_EXIF}GPSLongitude"))
    return Metadata(
        camera=camera_name(first(f"{_TIFF}Make"), first(f"{_TIFF}Model")),
        lens=first(f"{_EXIF_EX}LensModel", f"{_AUX}Lens"),
        focal_length=_number(first(f"{_EXIF}FocalLength")),
        focal_length_35=_number(first(f"{_EXIF}FocalLengthIn35mmFilm")),
        aperture=_number(first(f"{_EXIF}FNumber")),
        exposure=_number(first(f"{_EXIF}ExposureTime")),
        iso=int(_number(first(f"{_EXIF_EX}PhotographicSensitivity", f"{_EXIF}ISOSpeedRatings"))),
        taken_at=first(f"{_EXIF}DateTimeOriginal", f"{_PHOTOSHOP}DateCreated"),
        software=first(f"{_XMP}CreatorTool"),
        title=first(f"{_DC}title"),
        headline=first(f"{_PHOTOSHOP}Headline"),
        description=first(f"{_DC}description"),
        creator=tuple(properties.get(f"{_DC}creator", ())),
        credit=first(f"{_PHOTOSHOP}Credit"),
        source=first(f"{_PHOTOSHOP}Source"),
        copyright=first(f"{_DC}rights"),
        usage_terms=first(f"{_RIGHTS}UsageTerms"),
        licence=first(f"{_CC}license", f"{_RIGHTS}WebStatement", f"{_PLUS}LicensorURL"),
        keywords=keywords_of(root, properties),
        location=first(f"{_CORE}Location"),
        city=first(f"{_PHOTOSHOP}City"),
        state=first(f"{_PHOTOSHOP}State"),
        country=first(f"{_PHOTOSHOP}Country"),
        latitude=latitude,
        longitude=longitude,
    )


def properties_of(root: ElementTree.Element, most: int = _MOST_VALUES) -> dict[str, list[str]]:
    """Qualified name -> values: one, or those of a list in their order, no more than ``most``; of a
    text in several languages the default first."""
    found: dict[str, list[str]] = {}
    outer = [root] if root.tag == f"{_RDF}RDF" else root.findall(f".//{_RDF}RDF")
    for description in chain.from_iterable(rdf.findall(f"{_RDF}Description") for rdf in outer):
        for name, value in description.attrib.items():
            found.setdefault(name, []).append(value)
        for element in description:
            values = found.setdefault(element.tag, [])
            items = list(islice(element.iter(f"{_RDF}li"), most))
            items.sort(key=lambda item: item.get(_LANGUAGE, "x-default") != "x-default")
            texts = [(item.text or "").strip() for item in items]
            texts = texts or [element.get(f"{_RDF}resource") or (element.text or "").strip()]
            values += [text for text in texts if text]
    return found


def _number(text: str) -> float:
    """Of "1/250" or "2.8"."""
    above, _, below = text.partition("/")
    try:
        return float(above) / float(below or 1)
    except (ValueError, ZeroDivisionError, OverflowError):
        return 0.0


def _degrees(text: str) -> float | None:
    """Of "48,8.5042N"."""
    found = _GPS.fullmatch(text.strip())
    if not found:
        return None
    degrees, minutes, seconds, side = found.groups()
    whole = float(degrees) + float(minutes) / 60 + float(seconds or 0) / 3600
    return -whole if side in "SW" else whole
