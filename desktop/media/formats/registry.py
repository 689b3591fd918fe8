"""Which files are pictures or videos: by name for the scan, by content for the decoder.

A name only decides whether a file is looked at. What may run on its bytes is decided by the bytes,
against the formats below: Pillow knows some fifty, several of which start other programs (EPS) or
are rarely exercised, and none of those is reachable from here. Where the bytes cannot tell (TGA has
no signature, most RAW formats call themselves TIFF) the name chooses between what they allow.

A file with a suffix of none of them, or without any, is one of ours when its first bytes say so.

A new format is a module beside this one and its place in the list.
"""

from __future__ import annotations

import os
from pathlib import Path

from desktop.core.file_names import suffix_of
from desktop.files.regular_file import NotRegular, open_guarded, read_up_to
from desktop.media.formats.affinity import AFFINITY
from desktop.media.formats.avif import AVIF
from desktop.media.formats.blender import BLENDER
from desktop.media.formats.bmp import BMP
from desktop.media.formats.camera_raw import RAW
from desktop.media.formats.clip_studio import CLIP_STUDIO
from desktop.media.formats.cur import CUR
from desktop.media.formats.dds import DDS
from desktop.media.formats.exr import EXR
from desktop.media.formats.format import PictureFormat, VideoFormat
from desktop.media.formats.gif import GIF
from desktop.media.formats.heif import HEIC
from desktop.media.formats.icns import ICNS
from desktop.media.formats.ico import ICO
from desktop.media.formats.jpeg import JPEG
from desktop.media.formats.jpeg2000 import JP2
from desktop.media.formats.jpeg_xl import JPEG_XL
from desktop.media.formats.jpeg_xr import JPEG_XR
from desktop.media.formats.other_files import NEVER_PICTURES
from desktop.media.formats.packed_documents import DOCUMENTS
from desktop.media.formats.pcx import PCX
from desktop.media.formats.pdf import PDF
from desktop.media.formats.png import PNG
from desktop.media.formats.pnm import PNM
from desktop.media.formats.psd import PSD
from desktop.media.formats.qoi import QOI
from desktop.media.formats.radiance import RADIANCE
from desktop.media.formats.sgi import SGI
from desktop.media.formats.svg import SVG
from desktop.media.formats.tga import TGA
from desktop.media.formats.tiff import TIFF
from desktop.media.formats.video_containers import CONTAINERS
from desktop.media.formats.webp import WEBP

FORMATS: tuple[PictureFormat | VideoFormat, ...] = (
    *(JPEG, PNG, WEBP, GIF),
    AVIF,  # before HEIC: its files may name HEIC's brands too
    HEIC,
    RAW,  # before TIFF: most RAW files are TIFF files, too
    *(TIFF, PSD, JP2, SVG, JPEG_XL, JPEG_XR, EXR, RADIANCE, DDS, QOI, ICNS),
    *(*DOCUMENTS, AFFINITY, BLENDER, CLIP_STUDIO),
    *CONTAINERS,
    *(BMP, ICO, CUR, PDF, PNM, SGI, PCX, TGA),  # last: little tells them
)
"""In the order in which a file is compared with them."""

HEAD = 1024
"""Bytes that tell of nearly every file what it is; a drawing with a long comment may take more."""

_SUFFIXES = frozenset(suffix for entry in FORMATS for suffix in entry.suffixes)
_MACOS_DATALESS = 0x4000_0000
_WINDOWS_RECALL = 0x0040_0000 | 0x0000_1000
"""FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS, FILE_ATTRIBUTE_OFFLINE."""
_PICTURES = {entry.name: entry for entry in FORMATS if isinstance(entry, PictureFormat)}
_VIDEO_SUFFIXES = frozenset(suffix for entry in CONTAINERS for suffix in entry.suffixes)


def is_picture(name: str | bytes | os.PathLike[str]) -> bool:
    """True when a file of this name, a picture or a video, is worth opening; letter case does not
    matter.

    Args:
        name: a file name or path; bytes are a name as the file system stores it.
    """
    if isinstance(name, str):  # nearly every name, and asked of every file of a library
        dot = name.rfind(".")
        if dot > 0 and name[dot:].lower() in _SUFFIXES and name[dot - 1] not in "./\\":
            return True
    return suffix_of(name) in _SUFFIXES


def is_told_by_name(name: str | os.PathLike[str]) -> bool:
    """True when nothing needs to be read of a file of this name to know what it is: a picture, or
    something that never is one."""
    suffix = suffix_of(name)
    return suffix in _SUFFIXES or suffix in NEVER_PICTURES


def told_by_content(path: str | os.PathLike[str]) -> bool:
    """True when a file whose name does not tell what it is begins like one of our formats.

    It reads 1 KB, and nothing where the name tells. What a cloud would have to send first is not
    fetched for that; nor is a pipe or a device opened, or a file that may not be read.

    Raises:
        OSError: the disk fails.
    """
    if is_told_by_name(path):
        return False
    try:
        with open_guarded(Path(path)) as file:
            if _is_elsewhere(os.fstat(file.fileno())):
                return False
            return find_format(read_up_to(file, HEAD)) is not None
    except (NotRegular, PermissionError, FileNotFoundError):
        return False


def is_worth_reading(path: str | os.PathLike[str]) -> bool:
    """True for a file that is a picture by its name, or by its content. Raises: OSError."""
    return is_picture(path) or told_by_content(path)


def _is_elsewhere(status: os.stat_result) -> bool:
    """True for the placeholder of a file that its cloud would have to send first."""
    flags = getattr(status, "st_flags", 0) & _MACOS_DATALESS
    attributes = getattr(status, "st_file_attributes", 0) & _WINDOWS_RECALL
    return bool(flags or attributes)


def has_video_name(name: str | os.PathLike[str]) -> bool:
    """True when a file of this name should be a video; letter case does not matter."""
    return suffix_of(name) in _VIDEO_SUFFIXES


def find_format(
    data: bytes, name: str | os.PathLike[str] = ""
) -> PictureFormat | VideoFormat | None:
    """The format that a file announces; None for none of ours.

    Args:
        data: the whole file, or its beginning: 16 bytes tell most formats, 16 KB all of them.
        name: of the file, where it has one.
    """
    suffix = suffix_of(name)
    return next((entry for entry in FORMATS if entry.matches(data, suffix)), None)


def picture_format(name: str) -> PictureFormat:
    """The format of this name. Raises: KeyError."""
    return _PICTURES[name]


def is_cut_off_signature(data: bytes) -> bool:
    """True when ``data`` is all there is of a file and ends inside one of our signatures."""
    if data[:4] == b"RIFF" and len(data) < 12:  # what kind of it comes after its length
        return True
    marks = (mark for entry in FORMATS for mark in entry.signatures if len(mark) > 2)
    return len(data) >= 2 and any(mark.startswith(data) for mark in marks)
