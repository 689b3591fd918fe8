"""JPEG XL, animated ones included, in whatever colours its header states."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from desktop.core.text import marked, tr
from desktop.media.formats.format import Encoded, PictureFormat, Raster, Source
from desktop.media.formats.jpeg_xl_header import CODESTREAM, CONTAINER, JpegXlHeader, read_header

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

_SRGB, _LINEAR = 13, 8
_MOST_FRAMES = 24


def _open(encoded: Encoded) -> Source:
    """Read the header.

    Raises:
        FileUnsupported: imagecodecs is not installed.
        FileTooLarge: too many pixels.
        ValueError: no header.
    """
    try:
        import imagecodecs
    except ImportError as error:
        raise encoded.lacking(tr("A JPEG XL picture"), "imagecodecs") from error
    import numpy as np

    from desktop.media.formats.animation import poster
    from desktop.media.formats.float_pixels import BYTES_A_VALUE

    header = read_header(encoded.data)
    encoded.check_size(header.size)
    width, height = header.size
    size = (height, width) if header.orientation >= 5 else (width, height)

    def load() -> Raster:
        index = 0 if header.is_animation else None
        values = imagecodecs.jpegxl_decode(encoded.data, index=index, numthreads=1)
        encoded.check_size((values.shape[1], values.shape[0]))
        first = _picture(values, header)
        if not header.is_animation:
            return Raster(first)

        def frame(number: int) -> Image.Image:
            # Behind the last one the decoder leaves the memory as it was.
            space = np.zeros_like(values)
            imagecodecs.jpegxl_decode(encoded.data, index=number, numthreads=1, out=space)
            return _picture(space, header)

        # Each begins with the first again, so not many are looked at.
        return Raster(poster(first, map(frame, range(1, _MOST_FRAMES))), frame_count=0)

    return Source(size, load, memory=size[0] * size[1] * max(3, header.channels) * BYTES_A_VALUE)


def _picture(values: NDArray[Any], header: JpegXlHeader) -> Image.Image:
    import numpy as np

    from desktop.media.formats.float_pixels import picture_of_values, with_alpha
    from desktop.media.light import coded_to_srgb, to_bt709

    if values.ndim == 2:
        values = values[..., np.newaxis]
    colours = 1 if values.shape[2] <= 2 else 3
    values = values[..., : colours + 1]  # others than alpha are no part of the picture
    is_srgb = (
        header.chromaticities is None and header.transfer in (1, 2, _SRGB) and not header.gamma
    )
    if is_srgb and values.dtype.kind != "f":
        return picture_of_values(values)
    most = 1.0 if values.dtype.kind == "f" else float(np.iinfo(values.dtype).max)
    coded = values.astype(np.float32) / most
    alpha = coded[..., colours] if coded.shape[2] > colours else None
    coded = coded[..., :colours] if colours == 3 else np.repeat(coded[..., :1], 3, axis=2)
    transfer = header.transfer
    if header.gamma:
        coded, transfer = np.maximum(coded, 0.0) ** (1 / header.gamma), _LINEAR
    matrix = to_bt709(header.chromaticities) if header.chromaticities else None
    return with_alpha(coded_to_srgb(coded, transfer, matrix), alpha)


JPEG_XL = PictureFormat(
    name="JXL",
    label=marked("JPEG XL picture"),
    suffixes=(".jxl",),
    signatures=(CODESTREAM, CONTAINER),
    libraries=(
        *("imagecodecs", "imagecodecs._jpegxl", "numpy"),
        *("desktop.media.formats.float_pixels", "desktop.media.light"),
        "desktop.media.formats.animation",
    ),
    open=_open,
)
