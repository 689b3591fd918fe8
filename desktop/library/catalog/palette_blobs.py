"""A palette as bytes, all of one length; see ``palettes`` for what that is good for."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.core.colour import Palette, Swatch, oklab

PLACES = 6
"""Colours of a palette; places that are not taken have no share."""
ENTRY = 7
"""Bytes: lightness, the two axes around 128, the share in percent, red, green, blue."""


def axes_of(colour: str) -> tuple[float, float, float]:
    """Lightness and the two axes as an entry has them, before rounding."""
    lightness, green_red, blue_yellow = oklab(colour)
    return 255 * lightness, 255 * green_red + 128, 255 * blue_yellow + 128


def dump_palette(palette: Sequence[Swatch]) -> bytes:
    """The first ``PLACES`` colours."""
    data = bytearray()
    for swatch in palette[:PLACES]:
        data += bytes(min(255, max(0, round(axis))) for axis in axes_of(swatch.colour))
        data += bytes((min(100, max(1, swatch.share)), *bytes.fromhex(swatch.colour[1:])))
    return bytes(data.ljust(PLACES * ENTRY, b"\x00"))


def load_palette(data: bytes) -> Palette:
    """From ``dump_palette``; empty for what is not."""
    if not is_palette(data):
        return ()
    entries = (data[at : at + ENTRY] for at in range(0, len(data), ENTRY))
    return tuple(Swatch(f"#{e[4:].hex().upper()}", e[3]) for e in entries if e[3])


def is_palette(data: object) -> bool:
    return isinstance(data, bytes) and len(data) == PLACES * ENTRY


def palette_of_v5(colours: str) -> bytes:
    """Of "#1A2B3C #F5C518", from dark to light, of which nobody knows how much of each there is."""
    codes = colours.split()[:PLACES]
    return dump_palette([Swatch(code, 100 // len(codes)) for code in codes])
