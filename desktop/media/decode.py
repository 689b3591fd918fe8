"""A file, or bytes of one, to an upright sRGB picture.

Safe on whatever a folder holds: sizes are checked from the header before any pixel is allocated,
only the registered formats are decoded, all of them in the sandbox, and every failure is a
``FileError`` with a sentence. Everything here may run in several threads at once.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Generator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from io import FileIO
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image

from desktop.core.cancellation import CancelToken
from desktop.core.errors import (
    FileDamaged,
    FileError,
    FileTooLarge,
    FileUnreadable,
    FileUnsupported,
)
from desktop.core.metadata import NO_METADATA, Metadata
from desktop.core.system_errors import system_reason
from desktop.core.text import number, sentences, tr
from desktop.files.content_hash import content_hash
from desktop.files.descriptors import is_out_of_descriptors, no_descriptor_for
from desktop.files.regular_file import (
    open_regular_file,
    read_regular_file,
    read_up_to,
    too_many_bytes,
)
from desktop.media.colour import OwnColours, own_colours, to_srgb
from desktop.media.formats import registry as formats
from desktop.media.formats.decoder_errors import Meaning, meaning_of
from desktop.media.formats.foreign import describe_foreign
from desktop.media.formats.format import (
    DecodeLimits,
    Encoded,
    Needed,
    PictureFormat,
    Raster,
    Room,
    Source,
)
from desktop.media.formats.pillow import DECODER_ERRORS, quiet_decoders
from desktop.media.metadata.reading import read_metadata
from desktop.media.moving_picture import LONGEST_SIDE, HandOver, frame_of, shown_for
from desktop.media.sandbox.pool import Sandbox

PASTED = Path("pasted picture")
"""Stands in an error for the path of a picture that came as bytes."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture.

    Attributes:
        image: mode RGB, upright, sRGB, transparency flattened on mid-grey; RGBA where some pixel
            is not opaque and ``Needed`` keeps that; maybe reduced, as far as ``Needed`` allows.
        width, height: upright size of the original, pixels; of a drawing or a page, as it states
            it (CSS pixels, points).
        format: the name of its ``PictureFormat``, or of a frame's ``VideoFormat``.
        content_hash: BLAKE2b-128 of the file's bytes, 32 hex digits.
        has_alpha: some pixel of the original is not opaque.
        frame_count: 1 for a still; frames of an animation, pages of a document; 0 for several,
            uncounted because counting costs a decode.
        is_preview: the small picture that the file holds of itself, because what it stands for
            cannot be shown.
        own: the same pixels in the colour space of the file, where that is not sRGB and ``Needed``
            keeps them.
        metadata: what the file says beside the pixels, where ``Needed`` asks for it.
    """

    image: Image.Image
    width: int
    height: int
    format: str
    content_hash: str
    has_alpha: bool
    frame_count: int
    is_preview: bool = False
    own: OwnColours | None = None
    metadata: Metadata = NO_METADATA


_MAY_BE_EMPTY = 1 << 30
"""Bytes; so much is read through in a second, whatever of it is there."""
Keep = Callable[[Picture], Picture]
"""A function of a module, or a partial of one: it may have to be found in another process."""

_TRANSPOSE: dict[int, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def load_picture(
    source: Path | bytes,
    *,
    at_least: int | Needed = 0,
    limits: DecodeLimits | None = None,
    room: Room = nullcontext,
    sandbox: Sandbox | None = None,
    keep: Keep | None = None,
    cancel: CancelToken | None = None,
) -> Picture:
    """Read and decode the first frame of a picture.

    Args:
        source: a file, or the bytes of one.
        at_least: the shorter side that the caller needs, pixels, or what it needs of both; larger
            pictures may be reduced while decoding. 0 decodes at full size.
        limits: what to refuse; the defaults of ``DecodeLimits`` when None.
        room: asked for memory once the header has told how much the pixels take.
        sandbox: where it is decoded; None: in this process, which is for files that this program
            made.
        keep: what is wanted of the picture, applied where it is decoded, so that the rest need not
            come over.
        cancel: ends it at once, in the sandbox.

    Raises:
        FileUnreadable: gone, not permitted, the disk fails.
        FileDamaged: empty, cut off, or not what its first bytes announce.
        FileUnsupported: not one of our formats, whatever its name says.
        FileTooLarge: beyond ``limits``, or the memory, or the time.
        Cancelled: meanwhile.
    """
    limits = limits or DecodeLimits()
    needed = at_least if isinstance(at_least, Needed) else Needed(shorter=at_least)
    if isinstance(source, bytes) and len(source) > limits.max_bytes:
        raise FileTooLarge(
            PASTED,
            tr("It is larger than {megabytes} MB.", megabytes=number(limits.max_bytes / 2**20)),
        )
    if sandbox is None:
        if isinstance(source, bytes):
            return decode_bytes(source, PASTED, needed, limits, keep, room=room)
        data = read_regular_file(source, limits.max_bytes)
        return decode_bytes(data, source, needed, limits, keep, room=room)
    if isinstance(source, bytes):
        return sandbox.run(
            *(decode_bytes, source, PASTED, PASTED, needed, limits, keep),
            room=room,
            cancel=cancel,
        )
    with open_regular_file(source) as file:
        # Hashed here, because what a decoder says is not to be believed, and first, because it
        # may take as long as the disk does, and decoding may not.
        digest = hash_of_picture(file, source, limits.max_bytes, cancel)
        picture = sandbox.run(
            *(decode_file, file, source, Path(source.name), needed, limits, keep),
            room=room,
            cancel=cancel,
        )
    return replace(picture, content_hash=digest)


def hash_of_picture(
    file: FileIO, path: Path, max_bytes: int, cancel: CancelToken | None = None
) -> str:
    """The identity of the content of an open file. Raises: FileTooLarge, Cancelled, OSError."""
    status = os.fstat(file.fileno())
    if status.st_size > max_bytes:
        raise too_many_bytes(path, max_bytes)
    on_disk = getattr(status, "st_blocks", 0) * 512  # 0 too where a drive does not tell
    if status.st_size > _MAY_BE_EMPTY and 0 < on_disk < status.st_size // 2:
        raise FileDamaged(
            path,
            tr("Most of the file is empty: it claims to be far larger than what the disk holds."),
            next_step=tr("Copy it again from where it came from."),
        )
    try:
        return content_hash(file, cancel=cancel, max_bytes=max_bytes)
    except OSError as error:  # it has grown meanwhile
        if error.errno != errno.EFBIG:
            raise
        raise too_many_bytes(path, max_bytes) from error


def decode_file(
    file: BinaryIO,
    path: Path,
    needed: Needed,
    limits: DecodeLimits,
    keep: Keep | None,
    *,
    room: Room,
) -> Picture:
    """As ``decode_bytes``, in the sandbox, of a file that is open; the hash is left out."""
    data = _read(file, path, limits)
    return decode_bytes(data, path, needed, limits, keep, digest="", room=room)


def play_animation(
    file: BinaryIO, path: Path, limits: DecodeLimits, *, hand_over: HandOver
) -> None:
    """Hand over the frames of an animation, round after round; in the sandbox.

    Raises:
        FileError: as ``load_picture``; FileUnsupported: of one that does not move here.
    """
    quiet_decoders()
    data = _read(file, path, limits)
    picture_format = _format_of(path, data)
    needed = Needed(longer=LONGEST_SIDE, keeps_alpha=True)
    with _explaining(path, picture_format):
        source = picture_format.open(Encoded(path, data, needed, limits))
        if source.frames is None:
            raise FileUnsupported(path, tr("It is not known here how to play it."))
        wanted_ms: int | None = None
        while True:
            at_ms = number = 0
            for raster, stated_ms in source.frames():
                lasts_ms = shown_for(stated_ms)
                if wanted_ms is None or wanted_ms < at_ms + lasts_ms:
                    pixels, _, _ = _upright(raster, needed)
                    original = _upright_size(source, raster)
                    wanted_ms = hand_over(frame_of(pixels, original, number, at_ms, lasts_ms))
                    if wanted_ms is not None and wanted_ms < at_ms + lasts_ms:
                        break  # it lies before
                at_ms, number = at_ms + lasts_ms, number + 1
            else:
                wanted_ms = None  # it would lie behind the last one
                if not number:
                    return


def page_sizes(file: BinaryIO, path: Path, limits: DecodeLimits) -> list[tuple[int, int]]:
    """Width and height of the pages of a file, as ``Needed.page`` counts them; in the sandbox.

    Returns:
        Nothing for a file of one picture alone.

    Raises:
        FileError: as ``load_picture``.
    """
    quiet_decoders()
    data = _read(file, path, limits)
    picture_format = _format_of(path, data)
    if picture_format.pages is None:
        return []
    with _explaining(path, picture_format):
        return picture_format.pages(Encoded(path, data, Needed(), limits))


def decode_bytes(
    data: bytes,
    path: Path,
    needed: Needed,
    limits: DecodeLimits,
    keep: Keep | None = None,
    *,
    digest: str | None = None,
    room: Room,
) -> Picture:
    """Decode in this process; as ``load_picture``.

    Args:
        path: for errors.
        digest: the content hash, where it is known.
    """
    quiet_decoders()
    picture_format = _format_of(path, data)
    with _explaining(path, picture_format):
        picture = _decode(Encoded(path, data, needed, limits), picture_format, room, digest)
        return picture if keep is None else keep(picture)


def _read(file: BinaryIO, path: Path, limits: DecodeLimits) -> bytes:
    """All of a file. Raises: FileUnreadable."""
    try:
        return read_up_to(file, limits.max_bytes)
    except OSError as error:
        raise FileUnreadable(
            path,
            tr("The file could not be read ({reason}).", reason=system_reason(error)),
            next_step=tr("Check that its drive is connected, then try again."),
        ) from error


@contextmanager
def _explaining(path: Path, picture_format: PictureFormat) -> Generator[None]:
    """Raises: FileError: instead of what a decoder does."""
    try:
        yield
    except FileError:
        raise
    except (Image.DecompressionBombError, MemoryError, *DECODER_ERRORS) as error:
        raise _reason(error, path, tr(picture_format.label)) from error


def _reason(error: Exception, path: Path, kind: str) -> FileError:
    """What to tell of a decoder's error; ``kind`` is what people call such a file."""
    if is_out_of_descriptors(error):
        return no_descriptor_for(path)
    meaning = meaning_of(error)
    if meaning is Meaning.LIMIT or isinstance(error, Image.DecompressionBombError):
        return FileTooLarge(
            path,
            tr("The picture needs more memory than is safe to use."),
            next_step=tr("Save a smaller copy to have it in the library."),
        )
    if meaning is Meaning.UNKNOWN_KIND:
        return FileUnsupported(
            path,
            tr("It is a rare kind of {kind} that Plantain cannot read.", kind=kind),
            next_step=tr("Save it as JPEG, PNG, WebP or TIFF to have it in the library."),
        )
    return FileDamaged(
        path,
        tr("The {kind} is damaged or incomplete.", kind=kind),
        next_step=tr("Copy it again from where it came from, or export it again."),
    )


def _format_of(path: Path, data: bytes) -> PictureFormat:
    if not data:
        raise FileDamaged(path, tr("The picture is empty (0 bytes)."))
    found = formats.find_format(data, path)
    if isinstance(found, PictureFormat):
        return found
    if formats.is_cut_off_signature(data):
        raise FileDamaged(
            path,
            tr("The file breaks off after {count} bytes.", count=len(data)),
            next_step=tr("Copy it again from where it came from."),
        )
    if not data[:4096].strip(b"\x00"):
        raise FileDamaged(
            path,
            tr("The file holds only zeros, as after an interrupted copy."),
            next_step=tr("Copy it again from where it came from."),
        )
    looks_like = tr("a video") if found is not None else describe_foreign(data[:512])
    inside = tr("Its content is {kind}.", kind=looks_like) if looks_like else ""
    raise FileUnsupported(
        path,
        sentences(tr("This is not a picture that Plantain can read."), inside),
        next_step=tr("Save it as JPEG, PNG, WebP or TIFF to have it in the library."),
    )


def _decode(
    encoded: Encoded, picture_format: PictureFormat, room: Room, digest: str | None
) -> Picture:
    source = picture_format.open(encoded)
    metadata = NO_METADATA
    if encoded.needed.has_metadata:
        metadata = read_metadata(encoded.data, picture_format.name)
    with room(source.cost()):
        raster = source.load()
        width, height = _upright_size(source, raster)
        pixels, has_alpha, own = _upright(raster, encoded.needed)
        # What is left of the full size must be gone before others are given the room.
        raster.image.close()
    pixels.info.clear()
    return Picture(
        image=pixels,
        width=width,
        height=height,
        format=picture_format.name,
        content_hash=content_hash(encoded.data) if digest is None else digest,
        has_alpha=has_alpha,
        frame_count=raster.frame_count,
        is_preview=raster.is_preview,
        own=own,
        metadata=metadata,
    )


def _upright_size(source: Source, raster: Raster) -> tuple[int, int]:
    """Width and height of the whole picture, whatever was decoded of it."""
    width, height = source.original or raster.image.size
    return (height, width) if raster.orientation >= 5 else (width, height)


def _upright(raster: Raster, needed: Needed) -> tuple[Image.Image, bool, OwnColours | None]:
    """The pixels as a picture of their own, upright and sRGB; whether any of them was clear; and
    as the file has them."""
    image = raster.image
    factor = needed.factor(image.size)
    pixels = _reduce(image, factor)
    alpha = raster.alpha
    if alpha is not None and pixels is not image:
        alpha = _reduce(alpha, factor)
    own = own_colours(pixels, raster.profile) if needed.keeps_own else None
    pixels, has_alpha = to_srgb(
        pixels, raster.profile, raster.stated, alpha, keeps_alpha=needed.keeps_alpha
    )
    turn = _TRANSPOSE.get(raster.orientation)
    if turn is not None:
        pixels = pixels.transpose(turn)
        own = own and OwnColours(own.space, own.image.transpose(turn))
    elif pixels is image:
        pixels = image.copy()
    return pixels, has_alpha, own


_STRIP_ROWS = 256
_DEEP_GREY = frozenset({"I;16", "I;16L", "I;16B"})
_AMOUNTS_OF_LIGHT = {
    **{"1": "L", "P": "RGB", "PA": "RGBA", "LA": "RGBA", "RGBA": "RGBA"},
    **dict.fromkeys(_DEEP_GREY, "L"),
}
"""Modes whose numbers cannot be averaged as they are, and those in which they can."""


def _reduce(image: Image.Image, factor: int) -> Image.Image:
    """Average blocks of ``factor`` × ``factor`` pixels: less time and memory in later steps."""
    if factor < 2:
        return image
    mode = "RGBA" if image.has_transparency_data else _AMOUNTS_OF_LIGHT.get(image.mode, image.mode)
    if image.mode == mode and mode in {"RGB", "L", "CMYK"}:
        return image.reduce(factor)
    if mode not in {"RGB", "RGBA", "L"}:
        return image
    # Converted strip by strip: a copy of the whole in another mode can be half a gigabyte.
    width, height = image.size
    reduced = Image.new(mode, (-(-width // factor), -(-height // factor)))
    rows = factor * max(1, _STRIP_ROWS // factor)
    for top in range(0, height, rows):
        strip = image.crop((0, top, width, min(height, top + rows)))
        light = _of_8_bits(strip) if strip.mode in _DEEP_GREY else strip.convert(mode)
        reduced.paste(light.reduce(factor), (0, top // factor))
    return reduced


def _of_8_bits(grey: Image.Image) -> Image.Image:
    values = np.asarray(grey).astype(np.uint32)
    return Image.fromarray(((values * 255 + 32767) // 65535).astype(np.uint8))
