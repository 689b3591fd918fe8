"""PSD and PSB: the merged picture that Photoshop saves beside the layers.

Where it was not saved, or is blank beside layers that are not, the layers are put together here, or
the small preview stands for them. Names of resources are those of Adobe's "Photoshop File Formats
Specification".
"""

from __future__ import annotations

import io
import struct
import warnings
from typing import TYPE_CHECKING, Any, cast

from desktop.core.errors import FileUnsupported
from desktop.core.text import marked, tr
from desktop.media.formats.format import Encoded, PictureFormat, Raster, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL import Image
    from psd_tools import PSDImage

_MAX_MEMORY = 3 * 512 * 1024 * 1024
_HEADER = struct.Struct(">4sH6xHIIHH")
_MULTICHANNEL, _DUOTONE = 7, 8


def _open(encoded: Encoded) -> Source:
    """Read the header.

    Raises:
        FileUnsupported: nothing in it can be shown, or psd-tools is not installed.
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
        raise encoded.lacking(tr("A Photoshop document"), "psd-tools") from error

    def load() -> Raster:
        with warnings.catch_warnings():
            # Or a picture that is cut off would come out black.
            warnings.simplefilter("error", PSDDecompressionWarning)
            document = PSDImage.open(  # pyright: ignore[reportUnknownMemberType]
                io.BytesIO(encoded.data), max_alloc_bytes=_MAX_MEMORY
            )
            merged = _merged(document)
        profile: object = document.image_resources.get_data(Resource.ICC_PROFILE)
        profile = profile if isinstance(profile, bytes) else None
        from desktop.media.formats.psd_layers import in_its_inks, shown_instead

        if merged is not None and not _is_blank(merged):
            inked = in_its_inks(merged, document) if document.color_mode == _DUOTONE else None
            return Raster(merged, profile) if inked is None else Raster(inked)
        instead = shown_instead(document, profile)
        if instead is not None:
            return instead
        if merged is not None:
            return Raster(merged, profile)
        raise FileUnsupported(
            encoded.path,
            tr("It was saved without the merged picture that other programs show."),
            next_step=tr("Save it in Photoshop with “Maximize Compatibility” switched on."),
        )

    memory = width * height * max(1, min(channels, 8) * depth // 8) * 4
    return Source((width, height), load, original=(width, height), memory=memory)


def _merged(document: PSDImage) -> Image.Image | None:
    """The merged picture; None where it was not saved."""
    _keep_selections_apart(document)
    if document.color_mode != _MULTICHANNEL or document.channels < 3:
        return document.topil(apply_icc=False)
    if not document.has_preview():
        return None
    # Photoshop makes such documents from others, whose inks come first: cyan, magenta, yellow,
    # and black if they had it. Full means no ink.
    from PIL import Image, ImageChops

    plates = [
        document.topil(channel, apply_icc=False) for channel in range(min(4, document.channels))
    ]
    inks = [ImageChops.invert(plate.convert("L")) for plate in plates if plate is not None]
    return Image.merge("CMYK", [*inks, *[Image.new("L", document.size)] * (4 - len(inks))])


def _keep_selections_apart(document: PSDImage) -> None:
    """Further channels hide nothing unless the document says so: they are saved selections.

    psd-tools takes the first for transparency where nothing says what it is, Photoshop does not.
    """
    from psd_tools.constants import Resource
    from psd_tools.psd.image_resources import AlphaIdentifiers, ImageResource

    info = document._record.layer_and_mask_information.layer_info  # pyright: ignore[reportPrivateUsage]
    is_stated = Resource.ALPHA_IDENTIFIERS in document.image_resources
    if not is_stated and (info is None or info.layer_count >= 0):
        # Any, because data is declared as bytes alone.
        document.image_resources[Resource.ALPHA_IDENTIFIERS] = ImageResource(
            key=Resource.ALPHA_IDENTIFIERS.value, data=cast("Any", AlphaIdentifiers([1]))
        )


def _is_blank(image: Image.Image) -> bool:
    """True when every pixel is the same, or clear."""
    if "A" in image.getbands() and image.getchannel("A").getextrema() == (0, 0):
        return True
    extrema = image.getextrema()
    pairs = cast(
        "Sequence[tuple[float, float]]",
        extrema if isinstance(extrema[0], tuple) else [extrema],
    )
    return all(pair[0] == pair[1] for pair in pairs)


PSD = PictureFormat(
    name="PSD",
    label=marked("Photoshop document"),
    suffixes=(".psd", ".psb", ".psdt"),
    signatures=(b"8BPS\x00\x01", b"8BPS\x00\x02"),
    libraries=(
        "psd_tools",
        "psd_tools.api.typesetting",
        "psd_tools.compression",
        "psd_tools.composite",
        "psd_tools.psd.image_resources",
        "desktop.media.formats.psd_layers",
    ),
    open=_open,
)
