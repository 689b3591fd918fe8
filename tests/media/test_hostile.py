"""Files made to reach out, to blow up, or to pass for something else."""

from __future__ import annotations

import base64
import gzip
import io
import struct
import threading
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest
from PIL import Image

from desktop.core.errors import FileDamaged, FileError, FileTooLarge, FileUnsupported
from desktop.media.decode import load_picture
from desktop.media.sandbox.libraries import load_libraries
from desktop.media.sandbox.pool import Sandbox
from tests.media import originals
from tests.media.samples import encoded, mean_difference, png_bomb

KNOWN = originals.known_picture()
SVG = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox(load_libraries, size=1, seconds=3.0, memory=512 * 1024**2)
    yield made
    made.close()


def drawing(inside: str, before: str = "") -> bytes:
    ground = '<rect width="20" height="20" fill="#fff"/>'
    return f'{before}<svg {SVG} width="20" height="20">{ground}{inside}</svg>'.encode()


def shows_the_secret(data: bytes) -> bool:
    colours = load_picture(data, at_least=20).image.getcolors()
    return colours is None or any(colour == (255, 0, 0) for _, colour in colours)


def test_a_drawing_shows_no_file_of_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret.png"
    Image.new("RGB", (20, 20), "red").save(secret)
    monkeypatch.chdir(tmp_path)
    box = 'width="20" height="20"'
    data = base64.b64encode(secret.read_bytes()).decode()
    assert shows_the_secret(drawing(f'<image {box} href="data:image/png;base64,{data}"/>'))
    for place in (str(secret), secret.as_uri(), "secret.png", "./secret.png", " secret.png"):
        for name in ("href", "xlink:href"):
            assert not shows_the_secret(drawing(f'<image {box} {name}="{place}"/>'))
            assert not shows_the_secret(drawing(f'<use {name}="{place}#x"/>'))
    nested = quote(drawing(f'<image {box} href="{secret}"/>'))
    assert not shows_the_secret(drawing(f"<image {box} href='data:image/svg+xml,{nested}'/>"))
    style = f"<style>@import url({secret.as_uri()}); rect {{ fill: url({secret}) #fff }}</style>"
    assert not shows_the_secret(drawing(style))


def test_a_drawing_asks_no_server() -> None:
    asked: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Listener) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}/x"
        for inside in (
            f'<image width="20" height="20" href="{address}.png"/>',
            f'<use href="{address}.svg#a"/>',
            f"<script href='{address}.js'/><script>fetch('{address}')</script>",
            f"<style>@import url({address}.css); @font-face {{ src: url({address}.woff) }}</style>",
            f'<foreignObject width="9" height="9"><iframe src="{address}"/></foreignObject>',
        ):
            load_picture(drawing(inside), at_least=20)
        for doctype in (
            f'<!DOCTYPE svg SYSTEM "{address}.dtd">',
            f'<!DOCTYPE svg [<!ENTITY x SYSTEM "{address}">]>',
            f'<!DOCTYPE svg [<!ENTITY % x SYSTEM "{address}"> %x;]>',
        ):
            try:
                load_picture(drawing("", doctype), at_least=20)
            except FileUnsupported:
                continue
        server.shutdown()
        thread.join()
    assert asked == []


LAUGHS = '<!DOCTYPE svg [<!ENTITY a "haha">' + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">'
    for before, name in zip("abcdefghi", "bcdefghij", strict=True)
)


@pytest.mark.parametrize(
    ("before", "inside", "reason"),
    [
        (LAUGHS + "]>", "<text>&j;</text>", "built to take up memory"),
        (LAUGHS.replace("haha", "ha" * 300) + "]>", "<text x='&d;'/>" * 9, "take up memory"),
        (f'<!DOCTYPE svg [<!ENTITY x "{"y" * 70_000}">]>', "<text>&x;</text>", "take up memory"),
        ("", "<g>" * 60_000 + "</g>" * 60_000, "levels deep"),
        ("", "<g>" * 60_000, "levels deep"),
    ],
)
def test_xml_made_to_blow_up_is_refused_for_a_limit(before: str, inside: str, reason: str) -> None:
    with pytest.raises(FileTooLarge, match=reason):
        load_picture(drawing(inside, before))


@pytest.mark.parametrize(
    "before",
    [
        '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE svg [<!ENTITY % x "y">]>',
    ],
)
def test_xml_made_to_read_other_files_is_refused(before: str) -> None:
    with pytest.raises(FileUnsupported, match="built to read other files"):
        load_picture(drawing("", before))


def test_a_packed_drawing_that_unpacks_to_gigabytes_does_not() -> None:
    out = io.BytesIO()
    with gzip.open(out, "wb", compresslevel=9) as file:
        file.write(b'<svg xmlns="http://www.w3.org/2000/svg">')
        for _ in range(100):
            file.write(b" " * 1_000_000)
    with pytest.raises(FileTooLarge, match="unpacks to more than"):
        load_picture(out.getvalue())
    with pytest.raises(FileDamaged, match="breaks off"):
        load_picture(originals.svgz(KNOWN)[:-200])


def test_a_drawing_that_repeats_itself_without_end_costs_its_own_file_and_no_other(
    sandbox: Sandbox,
) -> None:
    parts = ['<g id="g0"><path d="M0 0h9v9z" filter="url(#f)"/></g>']
    parts += [f'<g id="g{n + 1}">' + f'<use href="#g{n}"/>' * 10 + "</g>" for n in range(9)]
    bomb = drawing(f"<defs>{''.join(parts)}</defs>" + '<use href="#g9"/>')
    with pytest.raises(FileError) as caught:
        load_picture(bomb, at_least=64, sandbox=sandbox)
    assert isinstance(caught.value, (FileTooLarge, FileDamaged))
    assert load_picture(originals.svg(KNOWN), at_least=48, sandbox=sandbox).format == "SVG"


def test_headers_that_promise_gigabytes_are_refused(tmp_path: Path) -> None:
    psd = bytearray(originals.psd(KNOWN))
    psd[14:22] = struct.pack(">II", 30_000, 30_000)
    jp2 = bytearray(encoded(KNOWN, "JPEG2000"))
    at = jp2.index(b"ihdr") + 4
    jp2[at : at + 8] = struct.pack(">II", 60_000, 60_000)
    tga = bytearray(encoded(KNOWN, "TGA"))
    tga[12:16] = struct.pack("<HH", 65_535, 65_535)
    icon = struct.pack("<HHH", 0, 1, 1) + struct.pack("<BBBBHHII", 64, 48, 0, 0, 1, 32, 0, 22)
    icon += png_bomb(30_000, 30_000)
    for data in (psd, jp2, tga, icon):
        with pytest.raises(FileTooLarge, match="megapixels"):
            load_picture(bytes(data), at_least=224)


def test_a_photoshop_document_that_unpacks_to_gigabytes_is_stopped(sandbox: Sandbox) -> None:
    """100 megapixels, allowed by the header, of 56 channels that pack to nothing."""
    head = struct.pack(">4sH6xHIIHH", b"8BPS", 1, 56, 10_000, 10_000, 8, 3)
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(bytes(10_000_000)) + packer.flush(zlib.Z_FULL_FLUSH)
    bomb = head + struct.pack(">III", 0, 0, 0) + struct.pack(">H", 2) + b"\x78\xda" + block * 560
    with pytest.raises(FileError):
        load_picture(bomb, at_least=64, sandbox=sandbox)
    assert load_picture(originals.psd(KNOWN), sandbox=sandbox).format == "PSD"


def test_a_page_with_a_script_is_only_drawn() -> None:
    page = originals.pdf(KNOWN).replace(
        b"/Type /Catalog",
        b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >> /Type /Catalog",
    )
    assert load_picture(page, at_least=48).format == "PDF"


@pytest.mark.parametrize(
    ("data", "name", "format_name"),
    [
        (encoded(KNOWN, "PNG") + originals.pdf(KNOWN), "both.pdf", "PNG"),
        (encoded(KNOWN, "JPEG", quality=95) + originals.svg(KNOWN), "both.svg", "JPEG"),
        (originals.pdf(KNOWN) + encoded(KNOWN, "PNG"), "both.png", "PDF"),
        (encoded(KNOWN, "GIF") + b"PK\x03\x04", "both.psd", "GIF"),
        (encoded(KNOWN, "BMP"), "x.tga", "BMP"),
    ],
)
def test_a_file_that_is_two_things_is_what_it_begins_with(
    data: bytes, name: str, format_name: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    picture = load_picture(path, at_least=48)
    assert picture.format == format_name
    assert mean_difference(picture.image.resize(KNOWN.size), KNOWN) < 20


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<!DOCTYPE html><html><svg></svg></html>", "page.svg"),
        (b"PK\x03\x04" + bytes(100), "archive.psd"),
        (b"%!PS-Adobe-3.0\n(run) file", "old.ai"),
        (b"\x00" * 3 + b"plain words " * 20, "x.tga"),
        (b"MZ" + bytes(200), "program.heic"),
        (b"just words", "notes.pdf"),
    ],
)
def test_a_name_alone_starts_no_decoder(data: bytes, name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(FileUnsupported, match="not a picture"):
        load_picture(path)
