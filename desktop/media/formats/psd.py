"""PSD and PSB: the merged picture that Photoshop saves beside the layers.

Where it was not saved, or is blank beside layers that are not, the layers are put together here, or
the small preview stands for them. Names of resources are those of Adobe's "Photoshop File Formats
Specification".
"""

from __future__ import annotations

import io
import struct
import warnings
from contextlib import suppress
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
_COLOURS_WITHOUT_ALPHA = {"CMYK": 4, "LAB": 3}
"""Modes of Pillow without a channel for how clear a pixel is -> how many they have."""


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
        from psd_tools.compression import PSDDecompressionWarning
        from psd_tools.constants import Resource
    except ImportError as error:
        raise encoded.lacking(tr("A Photoshop document"), "psd-tools") from error

    def load() -> Raster:
        with warnings.catch_warnings():
            # Or a picture that is cut off would come out black.
            warnings.simplefilter("error", PSDDecompressionWarning)
            document = _document(encoded.data)
            merged = _merged(document)
        profile: object = document.image_resources.get_data(Resource.ICC_PROFILE)
        profile = profile if isinstance(profile, bytes) else None
        from desktop.media.formats.psd_layers import in_its_inks, shown_instead

        if merged is not None and not _is_blank(merged):
            inked = in_its_inks(merged, document) if document.color_mode == _DUOTONE else None
            if inked is not None:
                return Raster(inked)
            alpha = _alpha_apart(merged, document)
            return Raster(_without_paper(merged, alpha), profile, alpha=alpha)
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


def _document(data: bytes) -> PSDImage:
    """The document, whatever notes or layers of it are damaged.

    Raises:
        OSError and others: psd-tools' own; it cannot be read.
    """
    from psd_tools import PSDImage

    from desktop.media.formats.pillow import DECODER_ERRORS
    from desktop.media.formats.psd_sections import with_less

    def opened(data: bytes) -> PSDImage:
        return PSDImage.open(  # pyright: ignore[reportUnknownMemberType]
            io.BytesIO(data), max_alloc_bytes=_MAX_MEMORY
        )

    try:
        return opened(data)
    except DECODER_ERRORS:
        for less in with_less(data):
            with suppress(*DECODER_ERRORS):
                return opened(less)
        raise


def _merged(document: PSDImage) -> Image.Image | None:
    """The merged picture; None where it was not saved."""
    _keep_selections_apart(document)
    if document.color_mode != _MULTICHANNEL or document.channels < 3:
        return _with_clear_colour(document.topil(apply_icc=False), document)
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


def _with_clear_colour(image: Image.Image | None, document: PSDImage) -> Image.Image | None:
    """A palette may have a colour that stands for nothing."""
    from psd_tools.constants import Resource

    clear: object = document.image_resources.get_data(Resource.TRANSPARENCY_INDEX)
    if image is not None and image.mode == "P" and isinstance(clear, int) and 0 <= clear < 256:
        image.info["transparency"] = clear
    return image


def _alpha_apart(merged: Image.Image, document: PSDImage) -> Image.Image | None:
    """How opaque the pixels of a mode without a channel for that are."""
    colours = _COLOURS_WITHOUT_ALPHA.get(merged.mode)
    info = document._record.layer_and_mask_information.layer_info  # pyright: ignore[reportPrivateUsage]
    if colours is None or info is None or info.layer_count >= 0 or document.channels <= colours:
        return None
    alpha = document.topil(colours, apply_icc=False)
    return alpha and alpha.convert("L")


def _without_paper(merged: Image.Image, alpha: Image.Image | None) -> Image.Image:
    """Inks as they were before Photoshop laid them, half clear, on white."""
    import numpy as np
    from PIL import Image

    if alpha is None or merged.mode != "CMYK":
        return merged
    share = np.maximum(np.asarray(alpha, np.uint32), 1)[..., np.newaxis]
    inks = np.minimum((np.asarray(merged).astype(np.uint32) * 255 + share // 2) // share, 255)
    return Image.fromarray(inks.astype(np.uint8), "CMYK")


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
        "numpy",
        "psd_tools.api.typesetting",
        "psd_tools.compression",
        "psd_tools.composite",
        "psd_tools.psd.image_resources",
        "desktop.media.formats.psd_layers",
        "desktop.media.formats.psd_sections",
    ),
    open=_open,
)
