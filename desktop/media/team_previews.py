"""Previews for a team: smaller than a thumbnail, and re-encoded when they are received."""

from __future__ import annotations

import io

from PIL import Image

from desktop.media.formats.pillow import DECODER_ERRORS
from desktop.media.thumbnails import ThumbnailCache, fitted

_SIDE = 192
"""At 12 kB a picture, 100,000 take 1.2 GB on the team's server; a thumbnail of 512 takes four times
that."""
_MOST_BYTES = 12_000
_QUALITIES = (82, 70, 55, 40)
_MAX_SIDE = 1_024
"""No preview made here is larger; larger ones are not decoded."""

_SCAN = b"\xff\xda"
"""What the pixels of a JPEG begin with, once when it is not progressive."""


def preview_of(thumbnails: ThumbnailCache, content_hash: str) -> bytes:
    """A small JPEG of this content; empty when it has no thumbnail."""
    image = thumbnails.read(content_hash)
    if image is None:
        return b""
    small = fitted(image, _SIDE)
    for quality in _QUALITIES:
        out = io.BytesIO()
        small.save(out, "JPEG", quality=quality)
        if out.tell() <= _MOST_BYTES:
            return out.getvalue()
    return b""


def keep_preview(thumbnails: ThumbnailCache, content_hash: str, preview: bytes) -> bool:
    """Keep what another member sent as the thumbnail where there is none; False when it is not
    a picture of the kind that ``preview_of`` makes.

    Raises:
        LibraryError: the thumbnails cannot be written.
    """
    if thumbnails.exists(content_hash):
        return True
    # Decoded here, so only of the kind that is sent: a scan more walks over all pixels once more.
    if preview.count(_SCAN) != 1:
        return False
    try:
        with Image.open(io.BytesIO(preview), formats=("JPEG",)) as image:
            if max(image.size) > _MAX_SIDE:
                return False
            pixels = image.convert("RGB")
    except (*DECODER_ERRORS, MemoryError):
        return False
    thumbnails.write(content_hash, pixels, is_received=True)
    return True
