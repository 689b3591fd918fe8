"""Pictures in which programs have written all that Plantain reads."""

from __future__ import annotations

import io
import struct

from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from desktop.core.metadata import Metadata

TOLD = Metadata(
    camera="NIKON D850",
    lens="NIKKOR 85mm f/1.4",
    focal_length=85.0,
    focal_length_35=85.0,
    aperture=2.8,
    exposure=0.004,
    iso=400,
    taken_at="2025-03-14T09:26:53+08:00",
    title="Harbour at dawn",
    headline="Morning in the harbour",
    description="Boats, and gulls above them.",
    creator=("Ann Doe",),
    credit="Doe Pictures",
    copyright="© 2025 Ann Doe",
    usage_terms="One campaign, print",
    keywords=("Harbour", "boats", "朝"),
    city="Hamburg",
    country="Germany",
    latitude=53.5438889,
    longitude=-9.9666667,
)
"""What ``exif`` and ``XMP`` together say."""

XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
 xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" photoshop:City="Hamburg"
 photoshop:Headline="Morning in the harbour" photoshop:Country="Germany">
<dc:title><rdf:Alt><rdf:li xml:lang="de">Hafen</rdf:li>
 <rdf:li xml:lang="x-default">Harbour at dawn</rdf:li></rdf:Alt></dc:title>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">Boats, and gulls above them.</rdf:li>
 </rdf:Alt></dc:description>
<dc:creator><rdf:Seq><rdf:li>Ann Doe</rdf:li></rdf:Seq></dc:creator>
<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">© 2025 Ann Doe</rdf:li></rdf:Alt></dc:rights>
<dc:subject><rdf:Bag><rdf:li>Harbour</rdf:li><rdf:li>boats</rdf:li><rdf:li>朝</rdf:li>
 <rdf:li>harbour</rdf:li></rdf:Bag></dc:subject>
<xmpRights:UsageTerms><rdf:Alt><rdf:li xml:lang="x-default">One campaign, print</rdf:li>
 </rdf:Alt></xmpRights:UsageTerms>
<photoshop:Credit>Doe Pictures</photoshop:Credit>
</rdf:Description></rdf:RDF></x:xmpmeta>""".encode()


def exif() -> bytes:
    made = Image.Exif()
    made[0x010F], made[0x0110] = "NIKON CORPORATION", "NIKON D850"
    camera = made.get_ifd(0x8769)
    camera[0x829A], camera[0x829D] = IFDRational(1, 250), IFDRational(28, 10)
    camera[0x8827], camera[0x920A], camera[0xA405] = 400, IFDRational(85, 1), 85
    camera[0xA434] = "NIKKOR 85mm f/1.4"
    camera[0x9003], camera[0x9011] = "2025:03:14 09:26:53", "+08:00"
    place = made.get_ifd(0x8825)
    place[1], place[2] = "N", (53.0, 32.0, 38.0)
    place[3], place[4] = "W", (9.0, 58.0, 0.0)
    return made.tobytes()


def iptc(*sets: tuple[int, int, bytes]) -> bytes:
    return b"".join(
        struct.pack(">BBBH", 0x1C, record, number, len(value)) + value
        for record, number, value in sets
    )


def resources(*parts: tuple[int, bytes]) -> bytes:
    """As Photoshop writes them."""
    return b"".join(
        b"8BIM" + struct.pack(">HHI", number, 0, len(body)) + body + bytes(len(body) % 2)
        for number, body in parts
    )


def jpeg_with(*segments: tuple[int, bytes], size: tuple[int, int] = (30, 20)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 90, 30)).save(out, "JPEG")
    data = out.getvalue()
    added = b"".join(struct.pack(">BBH", 0xFF, m, len(b) + 2) + b for m, b in segments)
    return data[:2] + added + data[2:]


def jpeg(size: tuple[int, int] = (30, 20)) -> bytes:
    """With all of ``TOLD`` in it."""
    return jpeg_with((0xE1, exif()), (0xE1, b"http://ns.adobe.com/xap/1.0/\x00" + XMP), size=size)


def saved(format_name: str) -> bytes:
    """The same in another format, as Pillow writes it."""
    out = io.BytesIO()
    image = Image.new("RGB", (30, 20), (200, 90, 30))
    match format_name:
        case "PNG":
            from PIL.PngImagePlugin import PngInfo

            info = PngInfo()
            info.add_itxt("XML:com.adobe.xmp", XMP.decode())
            image.save(out, "PNG", exif=exif(), pnginfo=info)
        case "TIFF":
            tags = Image.Exif()
            tags.load(exif())
            tags.get_ifd(0x8769)
            tags.get_ifd(0x8825)
            tags[700] = XMP
            image.save(out, "TIFF", exif=tags)
        case "HEIF":
            import pillow_heif

            pillow_heif.from_pillow(image).save(out, exif=exif(), xmp=XMP)
        case _:
            image.save(out, format_name, exif=exif(), xmp=XMP)
    return out.getvalue()
