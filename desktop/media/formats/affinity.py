"""Documents of Affinity: the largest PNG that lies whole in one is its preview; what was placed in
it is packed otherwise."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from desktop.core.text import marked
from desktop.media.formats.format import Encoded, PictureFormat, Source
from desktop.media.formats.inner_preview import (
    MAX_PREVIEW,
    PREVIEW_LIBRARIES,
    no_preview,
    opened_preview,
)

_PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"
_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"
_MOST = 64


def _open(encoded: Encoded) -> Source:
    """Raises: FileUnsupported: without a preview."""
    found = max(_pictures(encoded.data), key=lambda each: each[0], default=None)
    if found is None:
        raise no_preview(encoded)
    _, start, end = found
    return opened_preview(encoded, encoded.data[start:end])


def _pictures(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Pixels, beginning and end of each of the last ones."""
    end = len(data)
    for _ in range(_MOST):
        start = data.rfind(_PNG, 0, end)
        if start < 0:
            return
        last = data.find(_END, start, min(end, start + MAX_PREVIEW))
        if last >= 0 and start + 24 <= len(data):
            width, height = struct.unpack_from(">II", data, start + 16)
            yield width * height, start, last + len(_END)
        end = start


AFFINITY = PictureFormat(
    name="Affinity",
    label=marked("Affinity document"),
    suffixes=(".afdesign", ".afphoto", ".afpub", ".aftemplate", ".af"),
    signatures=(b"\x00\xffKA",),
    libraries=PREVIEW_LIBRARIES,
    open=_open,
)
