"""JPEG, decoded no larger than needed."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from desktop.core.text import marked
from desktop.media.formats.format import Encoded, PictureFormat, Raster, Source
from desktop.media.formats.jpeg_rare import frame_of, open_rare
from desktop.media.formats.jpeg_segments import has_all_scans, possible_ends, without_notes

if TYPE_CHECKING:
    from PIL.JpegImagePlugin import JpegImageFile


def _open(encoded: Encoded) -> Source:
    from desktop.media.formats import pillow

    frame = frame_of(encoded.data)
    if frame is not None and frame.is_rare:
        return open_rare(encoded, frame)
    try:
        image, stored = _image(encoded, encoded.data)
    except pillow.DECODER_ERRORS:
        encoded = encoded.holding(without_notes(encoded.data))
        image, stored = _image(encoded, encoded.data)
    original = stored if image.size != stored else None
    source = pillow.opened(encoded, image, original=original)

    def load() -> Raster:
        try:
            return source.load()
        except OSError:
            whole = _whole_all_the_same(encoded)
            if whole is None:
                raise
            return pillow.opened(encoded, whole, original=original).load()

    return Source(source.size, load, source.original, source.memory)


def _image(encoded: Encoded, data: bytes) -> tuple[JpegImageFile, tuple[int, int]]:
    """The header, the size of the pixels reduced as far as possible; and the stored size."""
    from PIL.JpegImagePlugin import JpegImageFile

    image = JpegImageFile(io.BytesIO(data))
    stored = image.size
    encoded.check_size(stored, encoded.limits.max_header_pixels)
    factor = encoded.needed.factor(stored)
    if image.info.get("progressive"):
        # Its coefficients are kept at full size whatever the reduction.
        encoded.check_memory(stored, _coefficients(image), factor=factor)
    if factor > 1:
        image.draft(None, (stored[0] // factor, stored[1] // factor))
    return image, stored


def _coefficients(image: JpegImageFile) -> int:
    """Bytes that libjpeg keeps of a progressive picture: 2 a coefficient, and about 2 a pixel for
    what it makes of them."""
    steps = [across * down for _, across, down, _ in image.layer]
    samples = sum(steps) / max(1, *steps)
    return round(image.width * image.height * (2 * samples + 2))


def _whole_all_the_same(encoded: Encoded) -> JpegImageFile | None:
    """The picture, loaded, if nothing is missing but the end of the file, or a segment's length."""
    from PIL import ImageChops

    data = without_notes(encoded.data).rstrip(b"\xff")
    found: JpegImageFile | None = None
    for ending in possible_ends(data):
        image, _ = _image(encoded, data + ending)
        if image.info.get("progressive") and not has_all_scans(data):
            return None
        image.load()
        found = found or image
        if found is not image and ImageChops.difference(found, image).getbbox(alpha_only=False):
            return None
    return found


JPEG = PictureFormat(
    name="JPEG",
    label=marked("JPEG picture"),
    suffixes=(
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".jif", ".jfi", ".pjpeg", ".pjp", ".mpo", ".jps"),
        *(".jpg_large", ".jpg_orig", ".jpg_medium", ".jpg_small", ".jpeg_large", ".jls"),
    ),
    signatures=(b"\xff\xd8\xff",),
    libraries=(
        *("PIL.JpegImagePlugin", "imagecodecs", "imagecodecs._jpeg8", "imagecodecs._jpegls"),
        "desktop.media.formats.float_pixels",
    ),
    open=_open,
)
