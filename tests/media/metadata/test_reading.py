"""What files say about their pictures is read, whatever it is in; what is damaged costs nothing
else."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from desktop.core.metadata import NO_METADATA, Metadata, cleaned, merged
from desktop.files.metadata_json import dump_metadata
from desktop.files.metadata_json import load_metadata as loaded
from desktop.media.formats.registry import find_format
from desktop.media.metadata.reading import load_metadata, read_metadata
from desktop.media.metadata.video_tags import read_video_tags
from desktop.media.renditions import load_renditions
from tests.lent import SharedDecoders
from tests.media import originals
from tests.media.metadata import written
from tests.media.metadata.written import TOLD, XMP, iptc, jpeg_with, resources
from tests.media.samples import encoded, png_chunk


def read(data: bytes) -> Metadata:
    found = find_format(data)
    assert found is not None
    return read_metadata(data, found.name)


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_everything_is_told_in_plain_words(name: str) -> None:
    data = written.jpeg() if name == "JPEG" else written.saved(name)
    assert read(data) == TOLD


def test_of_a_tiff_too() -> None:
    assert replace(read(written.saved("TIFF")), software="") == TOLD


def test_a_photoshop_document_says_it_in_its_resources() -> None:
    data = originals.psd(originals.known_picture())
    (colours,) = struct.unpack_from(">I", data, 26)
    at = 30 + colours
    (length,) = struct.unpack_from(">I", data, at)
    added = resources((0x0422, written.exif()[6:]), (0x0424, written.XMP))
    own = data[at + 4 : at + 4 + length]
    whole = (
        data[:at] + struct.pack(">I", len(added) + length) + added + own + data[at + 4 + length :]
    )
    assert read(whole) == TOLD


def directory(*tags: tuple[int, object]) -> bytes:
    """A block of EXIF that is one directory."""
    made = Image.Exif()
    for number, value in tags:
        made[number] = value
    return made.tobytes()[6:]


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def test_cameras_keep_it_in_ways_of_their_own() -> None:
    names = directory((0x010F, "Canon"), (0x0110, "Canon EOS R5"))
    camera = directory((0x829D, IFDRational(28, 10)), (0x9003, "2025:03:14 09:26:53"))
    place = directory((1, "S"), (2, (33.0, 51.0, 36.0)), (3, "E"), (4, (151.0, 12.0, 0.0)))
    told = Metadata(
        camera="Canon EOS R5",
        aperture=2.8,
        taken_at="2025-03-14T09:26:53",
        latitude=-33.86,
        longitude=151.2,
    )
    canon = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
    parts = box(b"CMT1", names) + box(b"CMT2", camera) + box(b"CMT4", place)
    cr3 = box(b"ftyp", b"crx ", bytes(4)) + box(b"moov", box(b"uuid", canon, parts))
    assert read_metadata(cr3, "RAW") == told

    orf = directory((0x010F, "OLYMPUS CORPORATION"), (0x0110, "E-M1"))
    assert read_metadata(b"MMOR" + orf[4:], "RAW") == Metadata(camera="OLYMPUS E-M1")

    jpeg = written.jpeg()
    raf = b"FUJIFILMCCD-RAW ".ljust(84, b"0") + struct.pack(">II", 92, len(jpeg)) + jpeg
    assert read_metadata(raf, "RAW") == TOLD
    assert read_metadata(names, "RAW") == Metadata(camera="Canon EOS R5"), "as most do"


@pytest.mark.parametrize("is_packed", [False, True])
def test_a_jpeg_xl_has_it_in_boxes_maybe_packed(is_packed: bool) -> None:
    import imagecodecs

    boxes = {b"Exif": bytes(4) + written.exif()[6:], b"xml ": written.XMP}
    data = b"\x00\x00\x00\x0cJXL \x0d\x0a\x87\x0a"
    for kind, body in boxes.items():
        packed = box(b"brob", kind, bytes(imagecodecs.brotli_encode(body))) if is_packed else b""
        data += packed or box(kind, body)
    assert read_metadata(data, "JXL") == TOLD


def test_agencies_write_iptc_in_several_charsets() -> None:
    for declared, code in ((((1, 90, b"\x1b%G"),), "utf-8"), ((), "utf-8"), ((), "cp1252")):
        block = iptc(
            *declared,
            (2, 25, "Möwe".encode(code)),
            (2, 25, "Boot".encode(code)),
            (2, 116, "© Doe".encode(code)),
            (2, 55, b"20250314"),
            (2, 60, b"092653+0800"),
            (2, 90, "Köln".encode(code)),
        )
        data = jpeg_with((0xED, b"Photoshop 3.0\x00" + resources((0x0404, block))))
        assert read(data) == Metadata(
            keywords=("Möwe", "Boot"),
            copyright="© Doe",
            taken_at="2025-03-14T09:26:53+08:00",
            city="Köln",
        )


def test_a_png_of_a_plain_tool_has_names_in_words() -> None:
    plain = encoded(originals.known_picture(), "PNG")
    texts = png_chunk(b"tEXt", b"Author\x00Ann") + png_chunk(
        b"zTXt", b"Copyright\x00\x00" + zlib.compress("© Ann".encode("latin-1"))
    )
    assert read(plain[:33] + texts + plain[33:]) == Metadata(creator=("Ann",), copyright="© Ann")


def test_drawings_and_documents_carry_a_packet() -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><metadata>'
    told = read(svg + written.XMP + b"</metadata></svg>")
    assert (told.keywords, told.usage_terms) == (TOLD.keywords, TOLD.usage_terms)


def test_a_packet_may_begin_with_its_inner_element() -> None:
    start, end = XMP.index(b"<rdf:RDF"), XMP.index(b"</x:xmpmeta>")
    data = jpeg_with((0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP[start:end]))
    assert read(data).keywords == TOLD.keywords


def test_videos_say_it_by_names() -> None:
    told = read_video_tags(
        {
            "com.apple.quicktime.make": "Apple",
            "com.apple.quicktime.model": "iPhone 15 Pro",
            "com.apple.quicktime.creationdate": "2025-03-14T09:26:53+0800",
            "com.apple.quicktime.location.ISO6709": "+53.5438-009.9666+012.0/",
            "creation_time": "2025-03-14T01:26:53Z",
            "title": "Harbour",
        }
    )
    assert told == Metadata(
        camera="Apple iPhone 15 Pro",
        taken_at="2025-03-14T09:26:53+08:00",
        title="Harbour",
        latitude=53.5438,
        longitude=-9.9666,
    )


def test_a_camera_that_says_nothing_of_a_picture_describes_nothing() -> None:
    made = Image.Exif()
    made[0x010E], made[0x010F], made[0x0110] = "OLYMPUS DIGITAL CAMERA", "OLYMPUS CORP.", "E-M1"
    assert read(jpeg_with((0xE1, made.tobytes()))) == Metadata(camera="OLYMPUS E-M1")


def test_one_camera_has_one_name_wherever_it_is_written() -> None:
    packet = XMP.replace(
        b'photoshop:City="Hamburg"',
        b'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Make="OLYMPUS CORPORATION"'
        b' tiff:Model="E-M1"',
    )
    data = jpeg_with((0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet))
    assert read(data).camera == "OLYMPUS E-M1"
    told = read_video_tags({"make": "OLYMPUS CORPORATION", "model": "E-M1"})
    assert told.camera == "OLYMPUS E-M1"
    assert read_video_tags({"model": "E-M1"}).camera == "E-M1"


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "TIFF"])
@given(at=st.floats(0, 1), flips=st.binary(min_size=1, max_size=12))
def test_what_is_damaged_never_raises(name: str, at: float, flips: bytes) -> None:
    data = bytearray(written.jpeg() if name == "JPEG" else written.saved(name))
    place = 4 + int(at * (len(data) - 4 - len(flips)))
    data[place : place + len(flips)] = flips
    told = read_metadata(bytes(data), name)
    assert cleaned(told) == told
    assert loaded(dump_metadata(told)) == told


@given(data=st.binary(max_size=400), mark=st.sampled_from((b"", b"II*\0\x08\0\0\0", b"8BPS\0\1")))
def test_nor_does_what_is_no_such_file(data: bytes, mark: bytes) -> None:
    for name in ("JPEG", "PNG", "WEBP", "TIFF", "PSD", "RAW", "HEIC", "AVIF", "JXL", "GIF"):
        assert cleaned(read_metadata(mark + data, name)) is not None


def test_a_packet_of_entities_or_a_million_brackets_says_nothing() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + written.XMP
    deep = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + b"<a>" * 20_000
    for packet in (bomb, deep):
        data = jpeg_with((0xE1, b"http://ns.adobe.com/xap/1.0/\x00" + packet[:60_000]))
        assert read(data) == NO_METADATA


def test_what_says_it_a_thousand_times_is_read_once() -> None:
    bomb = png_chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(bytes(8 << 20)))
    plain = encoded(originals.known_picture(), "PNG")
    author = png_chunk(b"tEXt", b"Author\x00Ann")
    told = read(plain[:33] + bomb * 2_000 + author + plain[33:])
    assert told.creator == ("Ann",)

    segment = (0xE1, b"Exif\0\0" + bytes(60_000))
    told = read(jpeg_with(*[segment] * 2_000, (0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP)))
    assert told.title == TOLD.title

    svg = b'<svg xmlns="http://www.w3.org/2000/svg">' + b"<x:xmpmeta>" * 300_000
    assert read_metadata(svg, "SVG") == NO_METADATA


def test_a_directory_that_claims_more_than_there_is_says_nothing() -> None:
    size, count = 4 << 20, 60_000
    entries = b"".join(
        struct.pack("<HHII", 0x9000 + at % 1_000, 7, size - 64, 8) for at in range(count)
    )
    block = (b"II*\0" + struct.pack("<IH", 8, count) + entries).ljust(size, b"\0")
    plain = encoded(originals.known_picture(), "PNG")
    data = plain[:33] + png_chunk(b"eXIf", block) + png_chunk(b"tEXt", b"Author\x00Ann")
    assert read(data + plain[33:]) == Metadata(creator=("Ann",))
    assert read_metadata(block, "TIFF") == NO_METADATA


def test_texts_without_end_are_kept_short() -> None:
    long = cleaned(Metadata(title="a" * 10**6, keywords=tuple(map(str, range(5_000)))))
    assert (len(long.title), len(long.keywords)) == (10_000, 1_000)


def test_two_halves_of_different_places_are_no_place() -> None:
    one, other = Metadata(latitude=1.0), Metadata(longitude=2.0)
    assert merged((one, other)).latitude is None
    assert cleaned(one).latitude is None


def test_it_is_read_with_the_picture_and_without_in_the_sandbox(
    decoders: SharedDecoders, tmp_path: Path
) -> None:
    path = tmp_path / "harbour.jpg"
    path.write_bytes(written.jpeg())
    with_pixels = load_renditions(path, 64, None, has_metadata=True, sandbox=decoders)
    assert with_pixels.picture.metadata == TOLD
    assert load_metadata(path, decoders) == TOLD
    assert load_renditions(path, 64, None, sandbox=decoders).picture.metadata == NO_METADATA
