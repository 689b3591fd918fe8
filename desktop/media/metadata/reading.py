"""What a file says about its picture, from wherever the file keeps it.

Made for strangers' files: whatever is wrong with a note costs that note, never the picture.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import BinaryIO

from desktop.core.cancellation import CancelToken
from desktop.core.metadata import NO_METADATA, Metadata, cleaned, merged
from desktop.files.regular_file import open_regular_file, read_up_to
from desktop.media.formats.format import DecodeLimits, PictureFormat
from desktop.media.formats.registry import find_format
from desktop.media.metadata.blocks import Blocks, find_blocks, of_texts
from desktop.media.metadata.exif import read_camera, read_exif, read_place
from desktop.media.metadata.iptc import read_iptc
from desktop.media.metadata.xmp_properties import read_xmp
from desktop.media.sandbox.pool import Sandbox

_log = logging.getLogger(__name__)


def read_metadata(data: bytes, format_name: str) -> Metadata:
    """Of a whole file; raises nothing.

    Args:
        format_name: of its ``PictureFormat``.
    """
    try:
        return cleaned(_of_blocks(find_blocks(data, format_name)))
    except Exception:  # noqa: BLE001 - the guard: no note is worth a picture
        _log.debug("what is written beside a %s cannot be read", format_name, exc_info=True)
        return NO_METADATA


def read_metadata_file(file: BinaryIO, path: Path) -> Metadata:
    """As ``read_metadata``, in the sandbox, of a file that is open."""
    data = read_up_to(file, DecodeLimits().max_bytes)
    found = find_format(data, path)
    return read_metadata(data, found.name) if isinstance(found, PictureFormat) else NO_METADATA


def load_metadata(
    path: Path, sandbox: Sandbox | None = None, cancel: CancelToken | None = None
) -> Metadata:
    """What a file says, without its picture being decoded.

    Args:
        sandbox: where it is read; None: in this process.

    Raises:
        FileError: it cannot be opened, or crashed its decoder.
        Cancelled: meanwhile.
    """
    with open_regular_file(path) as file:
        if sandbox is None:
            return read_metadata_file(file, path)
        return sandbox.run(read_metadata_file, file, path, Path(path.name), cancel=cancel)


def _of_blocks(blocks: Blocks) -> Metadata:
    """The camera's own word first where it is about taking the picture, which programs copy;
    otherwise what was written last by the rule of the day, XMP (MWG Guidelines 2.0, 5.2)."""
    camera = merged((read_exif(blocks.exif), read_camera(blocks.camera), read_place(blocks.place)))
    described = merged((read_xmp(blocks.xmp), read_iptc(blocks.iptc), of_texts(blocks.texts)))
    return merged((_taking(camera), described, camera))


def _taking(told: Metadata) -> Metadata:
    """That of it which is about taking the picture."""
    return Metadata(
        camera=told.camera,
        lens=told.lens,
        focal_length=told.focal_length,
        focal_length_35=told.focal_length_35,
        aperture=told.aperture,
        exposure=told.exposure,
        iso=told.iso,
        taken_at=told.taken_at,
        latitude=told.latitude,
        longitude=told.longitude,
    )
