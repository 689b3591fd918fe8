"""A video file to its facts, and for each of its scenes a thumbnail and an encoder's input.

FFmpeg is imported where the first video is read, which is in a decoder process.
"""

from __future__ import annotations

import os
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from desktop.core.cancellation import CancelToken
from desktop.core.colour import Palette
from desktop.core.errors import FileUnsupported
from desktop.core.metadata import NO_METADATA, Metadata
from desktop.core.pixels import PixelSpec
from desktop.core.text import tr
from desktop.files.regular_file import open_regular_file
from desktop.media.decode import Picture, hash_of_picture
from desktop.media.formats.format import Room, VideoFormat
from desktop.media.formats.registry import HEAD, find_format
from desktop.media.moving_picture import HandOver
from desktop.media.palette import main_colours
from desktop.media.renditions import Renditions
from desktop.media.sandbox.pool import Sandbox
from desktop.media.thumbnails import frame_key
from desktop.media.video.video import Video

_SECONDS = 60.0
MAX_VIDEO_BYTES = 1 << 40
"""An hour of the most that cameras write; a sparse file can claim more than its disk holds."""
_SLOWEST_DISK = 20_000_000
"""Bytes a second at which a large video may be read; its time limit grows by that."""


@dataclass(frozen=True, slots=True)
class VideoRenditions:
    """A video as a whole.

    Attributes:
        video: its facts.
        content_hash: BLAKE2b-128 of the file's bytes, 32 hex digits.
        frames: renditions of ``video.frames``; the content hash of each is ``frame_key``'s.
    """

    video: Video
    content_hash: str
    frames: tuple[Renditions, ...]

    def palette(self) -> Palette:
        """Of all scenes; see ``main_colours``."""
        return main_colours([frame.flat for frame in self.frames])


def is_video(path: Path) -> bool:
    """True when a file begins like a video, whatever it is called.

    Raises:
        FileError: the file cannot be opened.
    """
    with open_regular_file(path) as file:
        return isinstance(find_format(file.read(HEAD), path), VideoFormat)


def load_video(
    path: Path,
    thumbnail_side: int,
    spec: PixelSpec | None,
    *,
    room: Room = nullcontext,
    sandbox: Sandbox | None = None,
    cancel: CancelToken | None = None,
) -> VideoRenditions:
    """Find a video's scenes; the file is read in pieces.

    Args:
        thumbnail_side, spec, room, sandbox, cancel: as for ``load_renditions``.

    Raises:
        FileError: as ``read_video``; or it takes too long, or crashed its decoder.
    """
    # As much as ``Renditions.encoder_pixels`` wants of a thumbnail.
    shorter = -(-3 * spec.size // 2) if spec else 1
    with open_regular_file(path) as file:
        seconds = _SECONDS + os.fstat(file.fileno()).st_size / _SLOWEST_DISK
        digest = hash_of_picture(file, path, MAX_VIDEO_BYTES, cancel)
        file.seek(0)
        if sandbox is None:
            video = read_video(file, path, shorter, thumbnail_side, room=room)
        else:
            video = sandbox.run(
                read_video,
                file,
                path,
                Path(path.name),
                shorter,
                thumbnail_side,
                seconds=seconds,
                room=room,
                cancel=cancel,
            )
    frames = tuple(
        Renditions(
            Picture(
                image=frame.image,
                width=video.width,
                height=video.height,
                format=video.format,
                content_hash=frame_key(digest, frame.position_ms),
                has_alpha=video.has_alpha,
                frame_count=1,
            ),
            thumbnail_side,
        )
        for frame in video.frames
    )
    return VideoRenditions(video, digest, frames)


def load_video_metadata(
    path: Path, *, sandbox: Sandbox | None = None, cancel: CancelToken | None = None
) -> Metadata:
    """What a video's container says, without a frame being decoded. Raises as ``load_video``."""
    with open_regular_file(path) as file:
        if sandbox is None:
            return read_video_metadata(file, path)
        return sandbox.run(read_video_metadata, file, path, Path(path.name), cancel=cancel)


def read_video_metadata(file: BinaryIO, path: Path) -> Metadata:
    """As ``load_video_metadata``, of a file that is open."""
    video_format = find_format(file.read(HEAD), path)
    file.seek(0)
    if not isinstance(video_format, VideoFormat):
        return NO_METADATA
    from desktop.media.video.decoding import read_tags

    return read_tags(file, path, video_format)


def read_video(
    file: BinaryIO, path: Path, shorter: int, longer: int, *, room: Room = nullcontext
) -> Video:
    """Find the scenes of a video.

    Args:
        file: open for reading, able to seek; read in pieces, never whole.
        path: for errors; it is not opened.
        shorter, longer: least length of either side of the frames; larger ones are reduced.
        room: asked for memory once the header has told how much a frame takes.

    Raises:
        FileUnsupported: not a video, no moving picture in it, or a codec that is not known here.
        FileDamaged: no frame of it can be decoded.
        FileTooLarge: its frames are larger than is safe to decode.
    """
    video_format = _format_of(file, path)
    # Heavy, and not needed where videos are decoded in another process.
    from desktop.media.video.decoding import decode_video

    return decode_video(file, path, video_format, shorter, longer, room)


def play_film(file: BinaryIO, path: Path, begin_ms: int, *, hand_over: HandOver) -> None:
    """Hand over the frames of a video, from a time on; behind the last one, from its beginning.

    Args:
        file: open for reading, able to seek; read in pieces, never whole.
        path: for errors; it is not opened.

    Raises:
        FileError: as ``read_video``.
    """
    video_format = _format_of(file, path)
    from desktop.media.video.playing import play_video

    play_video(file, path, video_format, begin_ms, hand_over)


def _format_of(file: BinaryIO, path: Path) -> VideoFormat:
    """Raises: FileUnsupported: not a video."""
    file.seek(0)
    found = find_format(file.read(HEAD), path)
    if not isinstance(found, VideoFormat):
        raise FileUnsupported(path, tr("This is not a video that Plantain can read."))
    return found
