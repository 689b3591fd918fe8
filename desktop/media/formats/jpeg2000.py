"""JPEG 2000, decoded no larger than needed: by Pillow, and by imagecodecs what Pillow gets wrong.

Both use OpenJPEG. Pillow can leave out the finest wavelets; but of colours of more than 8 bits it
makes white black (it rounds 255.5 to 256, which is 0) and loses the alpha, of fewer it makes white
grey.
"""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from desktop.core.text import marked, tr
from desktop.media.formats.format import Encoded, PictureFormat, Raster, Source
from desktop.media.formats.jpeg2000_header import CODESTREAM, Jpeg2000Header, read_header

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile

_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
_BYTES_A_SAMPLE = 8
"""What OpenJPEG takes, and the array that is made of it."""
_ROWS = 64


def _open(encoded: Encoded) -> Source:
    """Raises: FileUnsupported: imagecodecs is needed and not installed."""
    from desktop.media.formats import pillow

    header = read_header(encoded.data)
    whole = _image(encoded.data, 0)
    encoded.check_size(whole.size, encoded.limits.max_header_pixels)
    if not _is_read_rightly(header):
        return _by_imagecodecs(encoded, header, whole.size)
    # Each halving leaves out the finest wavelets.
    halvings = min(encoded.needed.factor(whole.size).bit_length() - 1, header.halvings)
    source = pillow.opened(
        encoded,
        _image(encoded.data, halvings) if halvings else whole,
        size=_halved(whole.size, halvings),
        original=whole.size,
        profile=header.profile,
    )

    def load() -> Raster:
        try:
            return source.load()
        except pillow.DECODER_ERRORS:
            # A tile may have fewer resolutions than the header says, components of their own size.
            return _by_imagecodecs(encoded, header, whole.size).load()

    return replace(source, load=load)


def _is_read_rightly(header: Jpeg2000Header) -> bool:
    """By Pillow."""
    depths = set(header.depths)
    return not header.is_signed and (depths == {8} or (len(header.depths) == 1 and min(depths) > 8))


def _by_imagecodecs(encoded: Encoded, header: Jpeg2000Header, size: tuple[int, int]) -> Source:
    import numpy as np

    try:
        import imagecodecs
    except ImportError as error:
        raise encoded.lacking(tr("This kind of JPEG 2000 picture"), "imagecodecs") from error
    from desktop.media.formats.reducing import BandReducer

    factor = encoded.needed.factor(size)
    samples = size[0] * size[1] * len(header.depths)
    memory = encoded.check_memory(size, samples * _BYTES_A_SAMPLE, factor=factor)

    def load() -> Raster:
        values: NDArray[Any] = imagecodecs.jpeg2k_decode(encoded.data, planar=False, numthreads=1)
        values = values.reshape(*values.shape[:2], -1)
        channels = min(4, values.shape[2])
        mode = "CMYK" if header.is_cmyk and channels == 4 else _MODES[channels]
        most = (1 << max(header.depths)) - 1
        lowest = 1 << (max(header.depths) - 1) if values.dtype.kind == "i" else 0
        reducer = BandReducer(mode, (values.shape[1], values.shape[0]), factor)
        for top in range(0, len(values), _ROWS):
            rows = values[top : top + _ROWS, :, :channels].astype(np.int64) + lowest
            levels = ((rows * 255 + most // 2) // most).astype(np.uint8)
            reducer.add(levels[..., 0] if channels == 1 else levels)
        return Raster(reducer.finish(), header.profile)

    reduced = -(-size[0] // factor), -(-size[1] // factor)
    return Source(reduced, load, size, memory)


def _image(data: bytes, halvings: int) -> Jpeg2KImageFile:
    """The picture, its header read, to be halved so often while decoding.

    Pillow's own ``reduce`` is not used: it rounds the size to the nearest pixel, where OpenJPEG
    rounds up, and takes the place of the method of the same name.
    """
    from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile

    image = Jpeg2KImageFile(io.BytesIO(data))
    if halvings:
        (tile,) = image.tile
        codec, _, *rest = cast("tuple[object, ...]", tile.args)
        size = _halved(image.size, halvings)
        image.tile = [tile._replace(extents=(0, 0, *size), args=(codec, halvings, *rest))]
        image._size = size  # pyright: ignore[reportPrivateUsage] (what its own ``load`` sets)
    return image


def _halved(size: tuple[int, int], times: int) -> tuple[int, int]:
    """ISO/IEC 15444-1, B-15: each halving rounds up."""
    return -(-size[0] >> times) or 1, -(-size[1] >> times) or 1


JP2 = PictureFormat(
    name="JP2",
    label=marked("JPEG 2000 picture"),
    suffixes=(".jp2", ".j2k", ".jpx", ".jpf", ".jpc", ".j2c"),
    signatures=(b"\x00\x00\x00\x0cjP  \r\n\x87\n", CODESTREAM),
    libraries=(
        *("PIL.Jpeg2KImagePlugin", "imagecodecs", "imagecodecs._jpeg2k"),
        "desktop.media.formats.reducing",
    ),
    open=_open,
)
