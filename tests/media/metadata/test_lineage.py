from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image, PngImagePlugin

from desktop.core.errors import FileDamaged, FileTooLarge, FileUnreadable, FileUnsupported
from desktop.core.generation_record import (
    GenerationRecord,
    GenerationRequest,
    Reference,
    Usage,
)
from desktop.media.decode import load_picture
from desktop.media.metadata.lineage import embed_record, read_record
from desktop.media.metadata.xmp import build_packet, parse_packet
from tests.media.samples import as_array, encoded, noise

RECORD = GenerationRecord(
    GenerationRequest(
        'a <banana> & "plantain"\n第二行：香蕉 🍌\r\n]]> end',
        (Reference(Path("/pictures/caf\udce9.png")), Reference(Path("b&w.jpg"), score=0.25)),
        slots={"odd": "\x00\x07 \ufffe", "empty": ""},
    ),
    model="moodboard-1",
    text="\x00\x07 \ufffe",
    usage=Usage(1, 2, 3, 6),
    created_at=1.5,
)


def prompt_only(prompt: str) -> GenerationRecord:
    return GenerationRecord(GenerationRequest(prompt))


DATA = Path(__file__).parents[2] / "data"
FORMATS = ("PNG", "JPEG", "WEBP")


@pytest.mark.parametrize("format_name", FORMATS)
def test_any_text_comes_back_as_it_was(format_name: str, tmp_path: Path) -> None:
    data = embed_record(encoded(noise(40, 30), format_name), RECORD)
    assert read_record(data) == RECORD
    path = tmp_path / "made.bin"
    path.write_bytes(data)
    assert read_record(path) == RECORD


@pytest.mark.parametrize(
    ("format_name", "mode"),
    [("PNG", "RGB"), ("PNG", "RGBA"), ("JPEG", "RGB"), ("WEBP", "RGB"), ("WEBP", "RGBA")],
)
def test_no_pixel_changes(format_name: str, mode: str) -> None:
    for options in ({}, {"lossless": True}) if format_name == "WEBP" else ({},):
        image = noise(41, 33).convert(mode)
        if mode == "RGBA":
            image.putalpha(Image.linear_gradient("L").resize(image.size))
        before = encoded(image, format_name, **options)
        after = embed_record(before, RECORD)
        assert (as_array(load_picture(before).image) == as_array(load_picture(after).image)).all()
        assert load_picture(after).has_alpha == (mode == "RGBA")


@pytest.mark.parametrize("format_name", FORMATS)
def test_the_packet_is_xml_that_other_programs_read(format_name: str) -> None:
    data = embed_record(encoded(noise(16, 16), format_name), RECORD)
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp")
    text = packet.decode() if isinstance(packet, bytes) else str(packet)
    root = ElementTree.fromstring(text.strip().strip("\ufeff"))
    described = root.find(
        ".//{http://purl.org/dc/elements/1.1/}description"
        "//{http://www.w3.org/1999/02/22-rdf-syntax-ns#}li"
    )
    assert described is not None
    assert described.text == RECORD.request.prompt
    assert root.findtext(".//{http://ns.adobe.com/xap/1.0/}CreatorTool") == "Plantain"


def test_a_png_names_the_program_in_its_own_chunk_too() -> None:
    data = embed_record(encoded(noise(16, 16), "PNG"), RECORD)
    with Image.open(io.BytesIO(data)) as image:
        assert image.info["Software"] == "Plantain"


@pytest.mark.parametrize("format_name", FORMATS)
def test_writing_again_replaces_and_does_not_pile_up(format_name: str) -> None:
    once = embed_record(encoded(noise(16, 16), format_name), RECORD)
    assert embed_record(once, RECORD) == once
    again = embed_record(once, prompt_only("second"))
    assert read_record(again) == prompt_only("second")
    assert again.count(b"plantain:record>") == 2
    assert again.count(b"xpacket begin") == 1


OTHER_PACKET = (
    b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
    b'rdf:about="" xmlns:Iptc="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
    b'Iptc:DigitalSourceType="trainedAlgorithmicMedia"/></rdf:RDF></x:xmpmeta>'
    b'<?xpacket end="w"?>'
)


@pytest.mark.parametrize("format_name", FORMATS)
def test_what_the_service_wrote_is_kept(format_name: str) -> None:
    options: dict[str, object] = {"xmp": OTHER_PACKET}
    if format_name == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", OTHER_PACKET.decode(), zip=True)
        options = {"pnginfo": info}
    exif = Image.Exif()
    exif[0x010E] = "described"
    data = embed_record(encoded(noise(16, 16), format_name, exif=exif, **options), RECORD)
    with Image.open(io.BytesIO(data)) as image:
        assert image.getexif()[0x010E] == "described"
    assert b"trainedAlgorithmicMedia" in data
    assert read_record(data) == RECORD


def test_a_long_lineage_is_packed_into_a_jpeg_and_too_long_a_one_refused() -> None:
    data = encoded(noise(16, 16), "JPEG")
    long = prompt_only("banana " * 20_000)
    assert read_record(embed_record(data, long)) == long
    import random

    endless = prompt_only("".join(random.Random(1).choices("abcdefghijklmnop", k=400_000)))
    with pytest.raises(FileTooLarge):
        embed_record(data, endless)
    assert read_record(embed_record(encoded(noise(16, 16), "PNG"), endless)) == endless


def test_pictures_without_lineage_have_none(tmp_path: Path) -> None:
    for format_name in (*FORMATS, "GIF", "TIFF"):
        assert read_record(encoded(noise(16, 16), format_name)) is None
    assert read_record(b"not a picture") is None
    with pytest.raises(FileUnreadable):
        read_record(tmp_path / "gone.png")


def test_other_formats_and_broken_containers_are_refused() -> None:
    with pytest.raises(FileUnsupported):
        embed_record(encoded(noise(16, 16), "GIF"), RECORD)
    for format_name in FORMATS:
        with pytest.raises(FileDamaged):
            embed_record(encoded(noise(16, 16), format_name)[:18], RECORD)


@pytest.mark.parametrize("format_name", FORMATS)
def test_reading_broken_files_raises_nothing(format_name: str) -> None:
    data = embed_record(encoded(noise(8, 8), format_name), RECORD)
    for length in range(0, len(data), 3):
        found = read_record(data[:length])
        assert found is None or found == RECORD
    for position in range(len(data)):
        broken = bytearray(data)
        broken[position] ^= 0x55
        read_record(bytes(broken))


def test_entities_are_never_expanded() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "urn:plantain:lineage/1/">]><a>&a;</a>'
    data = encoded(noise(8, 8), "JPEG", xmp=bomb)
    assert read_record(data) is None
    assert read_record(embed_record(data, RECORD)) == RECORD


_OLDER = GenerationRecord(
    GenerationRequest(
        "一件红色丝绸披风, on a beach 🏖",
        (
            Reference(Path("Étéstoff.tif"), reason="named in the file"),
            Reference(Path("caf�.png"), reason="named in the file"),
            Reference(Path("red.png"), reason="named in the file"),
        ),
        "gemini",
        "gemini-nano-banana-2.1-001",
        "16:9",
        "2K",
        extra={"settings": {"seed": "42"}},
    ),
    model="gemini-nano-banana-2.1-001",
    text="Here is your cape.\nEnjoy!",
    usage=Usage(1290, 1680, 210, 3180, extra={"cached_tokens": 12}),
)
"""What the pictures in tests/data say, which a Plantain of catalogue version 3 wrote."""


@pytest.mark.parametrize("name", ["lineage-v1.png", "lineage-v1.webp", "lineage-v1-packed.jpg"])
def test_what_an_older_plantain_wrote_is_read_whole(name: str) -> None:
    record = read_record(DATA / name)
    prompt = _OLDER.request.prompt + (" banana" * 9_000 if "packed" in name else "")
    assert record == replace(_OLDER, request=replace(_OLDER.request, prompt=prompt))


@pytest.mark.parametrize("name", ["lineage-v1.png", "lineage-v1.webp", "lineage-v1-packed.jpg"])
def test_writing_over_what_an_older_plantain_wrote_leaves_one_record(name: str) -> None:
    data = embed_record((DATA / name).read_bytes(), RECORD)
    assert read_record(data) == RECORD
    assert b"plantain:lineage>" not in data


@pytest.mark.parametrize(
    "written",
    [
        "[" * 60_000,
        '{"request":{"prompt":' + "9" * 400 + "}}",
        '{"request":{"prompt":"a"},"created_at":NaN}',
        '{"request":{"prompt":"\\ud800"}}',
        "zlib+base64:!!",
        "zlib+base64:AAAA",
    ],
)
@pytest.mark.parametrize("element", ["record", "lineage"])
def test_a_strangers_packet_is_read_or_passed_over(element: str, written: str) -> None:
    packet = build_packet(prompt_only("a")).decode()
    packet = re.sub(
        "<plantain:record>.*</plantain:record>",
        lambda _: f"<plantain:{element}>{written}</plantain:{element}>",
        packet,
    )
    found = parse_packet(packet.encode())
    assert found is None or found.request.prompt == ""
