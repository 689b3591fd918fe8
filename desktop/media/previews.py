"""Previews that travel: smaller than a thumbnail, and made anew from what came over the network."""

from __future__ import annotations

import io

from PIL import Image

from desktop.media.thumbnails import ThumbnailCache, fitted

_SIDE = 192
"""At 12 kB a picture, 100,000 take 1.2 GB on the team's server; a thumbnail of 512 takes four times
that."""
_MOST_BYTES = 12_000
_QUALITIES = (82, 70, 55, 40)
_MAX_SIDE = 1_024
"""No preview that Plantain made is larger; what is gets no memory."""


def preview_of(thumbnails: ThumbnailCache, content_hash: str) -> bytes:
    """A small JPEG of this content; empty when it has no thumbnail."""
    try:
        with Image.open(thumbnails.path_for(content_hash), formats=("JPEG",)) as image:
            small = fitted(image.convert("RGB"), _SIDE)
    except (OSError, ValueError):
        return b""
    for quality in _QUALITIES:
        out = io.BytesIO()
        small.save(out, "JPEG", quality=quality)
        if out.tell() <= _MOST_BYTES:
            return out.getvalue()
    return b""


def keep_preview(thumbnails: ThumbnailCache, content_hash: str, preview: bytes) -> bool:
    """Use what another member sent as the thumbnail, where there is none; False when it is not
    a picture of the kind that ``preview_of`` makes.

    Raises:
        LibraryError: the thumbnails cannot be written.
    """
    if thumbnails.exists(content_hash):
        return True
    try:
        with Image.open(io.BytesIO(preview), formats=("JPEG",)) as image:
            if max(image.size) > _MAX_SIDE:
                return False
            pixels = image.convert("RGB")
    except (OSError, ValueError, SyntaxError):
        return False
    thumbnails.write(content_hash, pixels)
    return True
