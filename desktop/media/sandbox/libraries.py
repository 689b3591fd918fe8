"""What a decoder process loads before it can open no file any more."""

from __future__ import annotations

import codecs
import importlib
from contextlib import suppress

_DECODERS = (
    "desktop.media.decode",
    "desktop.media.video_decoding",
    "desktop.media.video_views",
    "av.audio.codeccontext",
    "av.audio.stream",
    "av.subtitles.codeccontext",
    "av.subtitles.stream",
    "pillow_heif",
    "psd_tools",
    "psd_tools.compression",
    "pypdfium2",
    "rawpy",
    "resvg_py",
    "tifffile",
)
_ENCODINGS = (
    *("utf_16", "utf_32", "latin_1", "mac_roman", "cp437", "cp1250", "cp1251", "cp1252", "cp1254"),
    *("iso8859_2", "iso8859_5", "iso8859_9", "iso8859_15", "koi8_r", "gbk", "gb18030", "big5"),
    *("shift_jis", "euc_jp", "euc_kr"),
)
"""Of the texts in drawings and documents; Python loads each from the disk at its first use."""


def load_libraries() -> None:
    """Import every codec that is installed, and what they in turn import at their first use."""
    for name in _DECODERS:
        with suppress(ImportError):  # each says so itself when a file needs it
            importlib.import_module(name)
    for encoding in _ENCODINGS:
        codecs.lookup(encoding)
