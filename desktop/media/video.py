"""What a video is to the library, and how one is told by its first bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from PIL import Image

MAX_SCENES = 60
"""Most frames of one video."""

_STILL_BRANDS = re.compile(rb"(hei[cxms]|hev[cmsx]|mif1|msf1|avi[fs]|jp2 |jpx |jxl |crx )")
_QUICKTIME_ATOMS = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})


@dataclass(frozen=True, slots=True)
class KeyFrame:
    """What stands for a scene: mode RGB, upright, sRGB, with its time from the beginning."""

    position_ms: int
    image: Image.Image


@dataclass(frozen=True, slots=True)
class Video:
    """A video as the library sees it.

    Attributes:
        frames: one for each scene, by time, the first of them good to show; never empty.
        width, height: at which it is shown: upright, with square pixels.
        format: "MP4", "MOV", "WebM", "MKV" or "AVI".
        duration_ms: at least 1.
        has_alpha: some pixel that was seen is not opaque.
    """

    frames: tuple[KeyFrame, ...]
    width: int
    height: int
    format: str
    duration_ms: int
    has_alpha: bool


def sniff_video(head: bytes) -> str:
    """The container that the first bytes announce, see ``Video.format``; empty for none.

    Args:
        head: the first 64 bytes of a file, or more.
    """
    if head[4:8] == b"ftyp":
        if _STILL_BRANDS.match(head[8:12]):
            return ""
        return "MOV" if head[8:12] == b"qt  " else "MP4"
    if head[4:8] in _QUICKTIME_ATOMS:
        return "MOV"
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "WebM" if b"webm" in head[:64] else "MKV"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "AVI"
    return ""
