"""Pictures inside drawings are shown by what they are; what cannot be is seen to be missing."""

from __future__ import annotations

import base64
import gzip
import io
from typing import Any
from urllib.parse import quote

import pytest
from PIL import Image

from desktop.core.errors import FileDamaged, FileTooLarge, FileUnsupported
from desktop.media.decode import load_picture
from desktop.media.sandbox.pool import Sandbox
from tests.media.card import CASES, CORNERS, shows_the_card
from tests.media.samples import encoded, png_bomb

CARD = Image.new("RGB", (300, 200))
for _colour, _place in zip(CORNERS, ((0, 0), (150, 0), (0, 100), (150, 100)), strict=True):
    CARD.paste(_colour, (*_place, _place[0] + 150, _place[1] + 100))

NAMES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
BOX = 'width="300" height="200"'
PNG = encoded(CARD, "PNG")


def drawing(inside: str) -> bytes:
    return f'<svg {NAMES} viewBox="0 0 300 200">{inside}</svg>'.encode()


def shown(link: str, name: str = "href", sandbox: Sandbox | None = None) -> Image.Image:
    data = drawing(f"<image {BOX} {name}='{link}'/>")
    return load_picture(data, at_least=200, sandbox=sandbox).image


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


VECTOR = "".join(
    f'<rect x="{x}" y="{y}" width="150" height="100" fill="rgb{colour}"/>'
    for colour, (x, y) in zip(CORNERS, ((0, 0), (150, 0), (0, 100), (150, 100)), strict=True)
)
HEIC_LIKE: dict[str, Any] = {"quality": 95}


def inner_pictures() -> dict[str, bytes]:
    upside_down = Image.Exif()
    upside_down[0x0112] = 3
    turned = io.BytesIO()
    CARD.rotate(180).save(turned, "JPEG", quality=95, exif=upside_down)
    clear = CARD.convert("RGBA")
    return {
        "PNG": PNG,
        "JPEG": encoded(CARD, "JPEG", quality=95),
        "JPEG upside down": turned.getvalue(),
        "CMYK": encoded(CARD.convert("CMYK"), "JPEG", quality=100),
        "GIF": encoded(CARD, "GIF"),
        "WebP": encoded(CARD, "WEBP", lossless=True),
        "AVIF": encoded(CARD, "AVIF", **HEIC_LIKE),
        "BMP": encoded(CARD, "BMP"),
        "TIFF": encoded(CARD, "TIFF"),
        "JPEG 2000": encoded(CARD, "JPEG2000"),
        "palette": encoded(CARD.quantize(), "PNG"),
        "RGBA TIFF": encoded(clear, "TIFF"),
        "SVG": drawing(VECTOR),
        "SVGZ": gzip.compress(drawing(VECTOR)),
        "SVG in SVG": drawing(f'<image {BOX} href="data:;base64,{base64_of(PNG)}"/>'),
    }


def test_every_kind_of_picture_is_drawn_whatever_it_is_called(sandbox: Sandbox) -> None:
    for kind, data in inner_pictures().items():
        for media_type in ("image/png", "image/jpeg", "img/png", "image/svg+xml", ""):
            link = f"data:{media_type};base64,{base64_of(data)}"
            assert shows_the_card(shown(link), allowed=12), (kind, media_type)
        assert shows_the_card(shown(link, "xlink:href", sandbox), allowed=12), kind


def test_a_link_may_be_written_in_many_ways() -> None:
    packed = base64_of(PNG)
    lines = "&#10;  ".join(packed[at : at + 76] for at in range(0, len(packed), 76))
    vector = drawing(VECTOR).decode()
    for link in (
        f"data:image/png;base64,{lines}",
        f" data:image/png;base64,{packed} ",
        f"DATA:IMAGE/PNG;BASE64,{packed}",
        f"data:image/png;charset=utf-8;base64,{packed}",
        f"data:image/png;base64,{packed.rstrip('=')}",
        f"data:image/png;base64,{quote(packed, safe='')}",
        f"data:image/png;base64,{packed.replace('+', '-').replace('/', '_')}",
        f"data:image/png,{quote(PNG)}",
        f"data:image/svg+xml,{quote(vector)}",
        f"data:image/svg+xml;utf8,{vector.replace('<', '&lt;')}",
    ):
        assert shows_the_card(shown(link)), link[:60]


def test_transparency_inside_is_kept() -> None:
    clear = Image.new("RGBA", (300, 200))
    for data in (encoded(clear, "WEBP", lossless=True), encoded(clear, "TIFF")):
        image = f'<image {BOX} href="data:;base64,{base64_of(data)}"/>'
        picture = load_picture(drawing(VECTOR + image), at_least=200)
        assert shows_the_card(picture.image)


def test_a_picture_inside_a_filter_is_drawn_too() -> None:
    link = f"data:image/png;base64,{base64_of(encoded(CARD, 'WEBP', lossless=True))}"
    filtered = (
        f'<filter id="f" x="0" y="0" width="1" height="1" color-interpolation-filters="sRGB">'
        f'<feImage href="{link}"/></filter><rect {BOX} filter="url(#f)"/>'
    )
    assert shows_the_card(load_picture(drawing(filtered), at_least=200).image)


OUTSIDE = ("photo.png", "https://example.com/a.png", "file:///etc/passwd", "//host/a", "a.svg#b")


@pytest.mark.parametrize("link", OUTSIDE)
def test_what_lies_outside_shows_as_a_crossed_box(link: str) -> None:
    ground = f'<rect {BOX} fill="#fff"/>'
    picture = load_picture(drawing(ground + f'<image {BOX} href="{link}"/>'), at_least=200).image
    assert picture.getpixel((150, 100)) != (255, 255, 255)
    assert picture.getpixel((150, 50)) == (255, 255, 255)


@pytest.mark.parametrize("link", OUTSIDE)
def test_a_drawing_of_nothing_else_is_refused_for_that(link: str) -> None:
    for inside in (f'<image {BOX} href="{link}"/>', f'<use {BOX} href="{link}"/>'):
        with pytest.raises(FileUnsupported, match="of other files"):
            load_picture(drawing(f"<defs>{VECTOR}</defs><g>{inside}</g>"), at_least=200)


def test_a_picture_that_cannot_be_read_is_said_why() -> None:
    for data, kind, reason in (
        (PNG[: len(PNG) // 2], FileDamaged, "inside it cannot be shown"),
        (b"", FileUnsupported, "not a picture"),
        (b"just words", FileUnsupported, "not a picture"),
        (png_bomb(30_000, 30_000), FileTooLarge, "megapixels|memory"),
        (drawing("<g>" * 600 + "</g>" * 600), FileTooLarge, "levels deep"),
    ):
        image = f'<image {BOX} href="data:image/png;base64,{base64_of(data)}"/>'
        with pytest.raises(kind, match=reason):
            load_picture(drawing(image), at_least=200)
        marked = load_picture(drawing(VECTOR + image), at_least=200).image
        assert marked.getpixel((100, 20)) == CORNERS[0]


def test_drawings_in_drawings_end() -> None:
    inner = VECTOR
    for _ in range(7):
        inner = f'<image {BOX} href="data:;base64,{base64_of(drawing(inner))}"/>'
    with pytest.raises(FileUnsupported, match="cannot be shown"):
        load_picture(drawing(inner), at_least=200)


@pytest.mark.parametrize("name", ["control.svg", "img-png.svg"])
def test_the_cases_of_pictures_that_were_dropped(name: str) -> None:
    case = CASES / "18-svg-embedded-pictures-dropped" / name
    assert shows_the_card(load_picture(case, at_least=200).image)
