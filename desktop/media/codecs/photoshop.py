"""PSD and PSB: the merged picture that Photoshop saves beside the layers."""

from __future__ import annotations

import io
import struct
import warnings

from desktop.core.errors import FileUnsupported
from desktop.media.codecs.source import Encoded, Raster, Source

_MAX_MEMORY = 3 * 512 * 1024 * 1024
_HEADER = struct.Struct(">4sH6xHIIHH")


def open_photoshop(encoded: Encoded) -> Source:
    """Read the header; no layer is ever decoded.

    Raises:
        FileUnsupported: without a merged picture, or psd-tools is not installed.
        FileTooLarge: too many pixels.
        struct.error: cut off in the header.
    """
    _, _, channels, height, width, depth, _ = _HEADER.unpack_from(encoded.data)
    encoded.check_size((width, height))
    try:
        from psd_tools import PSDImage
        from psd_tools.compression import PSDDecompressionWarning
        from psd_tools.constants import Resource
    except ImportError as error:
        raise encoded.lacking("A Photoshop document", "psd-tools") from error

    def load() -> Raster:
        with warnings.catch_warnings():
            # Or a picture that is cut off would come out black.
            warnings.simplefilter("error", PSDDecompressionWarning)
            document = PSDImage.open(  # pyright: ignore[reportUnknownMemberType]
                io.BytesIO(encoded.data), max_alloc_bytes=_MAX_MEMORY
            )
            image = document.topil(apply_icc=False)
        if image is None:
            raise FileUnsupported(
                encoded.path,
                "It was saved without the merged picture that other programs show.",
                next_step="Save it in Photoshop with “Maximize Compatibility” switched on.",
            )
        profile: object = document.image_resources.get_data(Resource.ICC_PROFILE)
        return Raster(image, profile if isinstance(profile, bytes) else None)

    memory = width * height * max(1, min(channels, 8) * depth // 8) * 4
    return Source((width, height), load, memory=memory)
