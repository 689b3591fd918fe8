from __future__ import annotations

import io
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image, PngImagePlugin

from desktop.core.errors import FileDamaged, FileTooLarge, FileUnreadable, FileUnsupported
from desktop.media.decode import load_picture
from desktop.media.metadata import embed_lineage, read_lineage
from tests.media.samples import as_array, encoded, noise

FIELDS = {
    "prompt": 'a <banana> & "plantain"\n第二行：香蕉 🍌\r\n]]> end',
    "model": "moodboard-1",
    "references": '["/pictures/caf\\udce9.png", "b&w.jpg"]',
    "odd": "\x00\x07\udcff \ufffe",
    "empty": "",
}
FORMATS = ("PNG", "JPEG", "WEBP")


@pytest.mark.parametrize("format_name", FORMATS)
def test_any_text_comes_back_as_it_was(format_name: str, tmp_path: Path) -> None:
    data = embed_lineage(encoded(noise(40, 30), format_name), FIELDS)
    assert read_lineage(data) == FIELDS
    path = tmp_path / "made.bin"
    path.write_bytes(data)
    assert read_lineage(path) == FIELDS


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
        after = embed_lineage(before, FIELDS)
        assert (as_array(load_picture(before).image) == as_array(load_picture(after).image)).all()
        assert load_picture(after).has_alpha == (mode == "RGBA")


@pytest.mark.parametrize("format_name", FORMATS)
def test_the_packet_is_xml_that_other_programs_read(format_name: str) -> None:
    data = embed_lineage(encoded(noise(16, 16), format_name), FIELDS)
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
    assert described.text == FIELDS["prompt"]
    assert root.findtext(".//{http://ns.adobe.com/xap/1.0/}CreatorTool") == "Plantain"


def test_a_png_names_the_program_in_its_own_chunk_too() -> None:
    data = embed_lineage(encoded(noise(16, 16), "PNG"), FIELDS)
    with Image.open(io.BytesIO(data)) as image:
        assert image.info["Software"] == "Plantain"


@pytest.mark.parametrize("format_name", FORMATS)
def test_writing_again_replaces_and_does_not_pile_up(format_name: str) -> None:
    once = embed_lineage(encoded(noise(16, 16), format_name), FIELDS)
    assert embed_lineage(once, FIELDS) == once
    again = embed_lineage(once, {"prompt": "second"})
    assert read_lineage(again) == {"prompt": "second"}
    assert again.count(b"plantain:lineage>") == 2
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
    data = embed_lineage(encoded(noise(16, 16), format_name, exif=exif, **options), FIELDS)
    with Image.open(io.BytesIO(data)) as image:
        assert image.getexif()[0x010E] == "described"
    assert b"trainedAlgorithmicMedia" in data
    assert read_lineage(data) == FIELDS


def test_a_long_lineage_is_packed_into_a_jpeg_and_too_long_a_one_refused() -> None:
    data = encoded(noise(16, 16), "JPEG")
    long = {"prompt": "banana " * 20_000}
    assert read_lineage(embed_lineage(data, long)) == long
    import random

    endless = {"prompt": "".join(random.Random(1).choices("abcdefghijklmnop", k=400_000))}
    with pytest.raises(FileTooLarge):
        embed_lineage(data, endless)
    assert read_lineage(embed_lineage(encoded(noise(16, 16), "PNG"), endless)) == endless


def test_pictures_without_lineage_have_none(tmp_path: Path) -> None:
    for format_name in (*FORMATS, "GIF", "TIFF"):
        assert read_lineage(encoded(noise(16, 16), format_name)) is None
    assert read_lineage(b"not a picture") is None
    with pytest.raises(FileUnreadable):
        read_lineage(tmp_path / "gone.png")


def test_other_formats_and_broken_containers_are_refused() -> None:
    with pytest.raises(FileUnsupported):
        embed_lineage(encoded(noise(16, 16), "GIF"), FIELDS)
    for format_name in FORMATS:
        with pytest.raises(FileDamaged):
            embed_lineage(encoded(noise(16, 16), format_name)[:18], FIELDS)


@pytest.mark.parametrize("format_name", FORMATS)
def test_reading_broken_files_raises_nothing(format_name: str) -> None:
    data = embed_lineage(encoded(noise(8, 8), format_name), FIELDS)
    for length in range(0, len(data), 3):
        found = read_lineage(data[:length])
        assert found is None or found == FIELDS
    for position in range(len(data)):
        broken = bytearray(data)
        broken[position] ^= 0x55
        read_lineage(bytes(broken))


def test_entities_are_never_expanded() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "urn:plantain:lineage/1/">]><a>&a;</a>'
    data = encoded(noise(8, 8), "JPEG", xmp=bomb)
    assert read_lineage(data) is None
    assert read_lineage(embed_lineage(data, FIELDS)) == FIELDS
