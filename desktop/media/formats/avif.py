"""AVIF."""

from __future__ import annotations

import io

from desktop.core.text import marked
from desktop.media.formats.format import Encoded, PictureFormat, Source
from desktop.media.formats.iso_media import brands, main_brand, stated_size

_BRANDS = frozenset({b"avif", b"avis"})
_OF_ANY_CODEC = frozenset({b"mif1", b"mif2", b"msf1"})


def _open(encoded: Encoded) -> Source:
    from PIL.AvifImagePlugin import AvifImageFile

    from desktop.media.formats import pillow
    from desktop.media.formats.animation import showing_something
    from desktop.media.formats.iso_colour import stated_colour

    # Its own limits the library calls broken boxes.
    encoded.check_size(stated_size(encoded.data))
    image = AvifImageFile(io.BytesIO(encoded.data))
    return showing_something(pillow.opened(encoded, image, stated=stated_colour(encoded.data)))


def _is_avif(data: bytes, _suffix: str) -> bool:
    main = main_brand(data)
    if main in _BRANDS:
        return True
    others = brands(data)
    return main in _OF_ANY_CODEC and bool(others & _BRANDS) and not others & {b"heic", b"heix"}


AVIF = PictureFormat(
    name="AVIF",
    label=marked("AVIF picture"),
    suffixes=(".avif", ".avifs"),
    recognise=_is_avif,
    libraries=(
        "PIL.AvifImagePlugin",
        "desktop.media.formats.animation",
        "desktop.media.formats.iso_colour",
    ),
    open=_open,
)
