"""What a decoder process imports before it gives up opening files.

Decoders load much at its first use: a codec for the text in a Photoshop document, a second decoder
for the picture inside an icon. In a process that opens no file any more that fails, so all of it
is loaded before.
"""

from __future__ import annotations

import codecs
import importlib
from contextlib import suppress
from encodings.aliases import aliases

from desktop.media.formats.registry import FORMATS

_DECODING = (
    "desktop.media.decode",
    "desktop.media.video.renditions",
    "desktop.media.video.playing",
)
_LOADED_LATE_BY_PILLOW = (
    *("PIL.ImageColor", "PIL.ImageFilter", "PIL.ImagePalette", "PIL.ImageSequence"),
    *("PIL.BmpImagePlugin", "PIL.GifImagePlugin", "PIL.JpegImagePlugin", "PIL.MpoImagePlugin"),
    *("PIL.PngImagePlugin", "PIL.PpmImagePlugin", "PIL.TiffImagePlugin", "PIL.Jpeg2KImagePlugin"),
)
_CODECS_WITHOUT_ALIAS = (
    *("charmap", "cp720", "cp737", "cp856", "cp874", "cp875", "cp1006", "idna", "iso8859_1"),
    *("koi8_t", "koi8_u", "mac_arabic", "mac_croatian", "mac_farsi", "mac_romanian", "palmos"),
    *("punycode", "raw_unicode_escape", "unicode_escape", "utf_8_sig"),
)


def load_libraries() -> None:
    """Import what every format needs and is installed, and every codec that Python has."""
    late = (library for entry in FORMATS for library in entry.libraries)
    for name in dict.fromkeys((*_DECODING, *late, *_LOADED_LATE_BY_PILLOW)):
        with suppress(ImportError):  # each says so itself when a file needs it
            importlib.import_module(name)
    for entry in FORMATS:
        if entry.prepare is not None:
            with suppress(ImportError):
                entry.prepare()
    for encoding in sorted({*aliases.values(), *_CODECS_WITHOUT_ALIAS}):
        with suppress(LookupError):  # some are Windows' own
            codecs.lookup(encoding)
