"""A video file to its facts, and for each of its scenes a thumbnail and an encoder's input.

FFmpeg is imported where the first video is read, which is in a decoder process.
"""

from __future__ import annotations

import os
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from desktop.core.errors import FileUnsupported
from desktop.core.pixels import PixelSpec
from desktop.media.decode import Picture
from desktop.media.decode_limits import Room
from desktop.media.fingerprint import hash_of
from desktop.media.formats import VIDEO_SUFFIXES
from desktop.media.palette import dominant_colours, hex_code
from desktop.media.reading import open_regular_file
from desktop.media.sandbox.pool import Sandbox
from desktop.media.thumbnails import frame_key
from desktop.media.video import Video, sniff_video
from desktop.media.views import Views

_SECONDS = 60.0
_SLOWEST_DISK = 20_000_000
"""Bytes a second at which a large video may be read; its time limit grows by that."""


@dataclass(frozen=True, slots=True)
class VideoViews:
    """A video as a whole.

    Attributes:
        video: its facts.
        content_hash: BLAKE2b-128 of the file's bytes, 32 hex digits.
        frames: views of ``video.frames``; the content hash of each is ``frame_key``'s.
    """

    video: Video
    content_hash: str
    frames: tuple[Views, ...]

    def palette(self) -> str:
        """Up to six colours of all scenes, from dark to light: "#1A2B3C #F5C518"."""
        thumbnails = [views.thumbnail for views in self.frames]
        return " ".join(hex_code(colour) for colour in dominant_colours(thumbnails))


def has_video_name(name: str) -> bool:
    """True when a file of this name should be a video; letter case does not matter."""
    return Path(name).suffix.lower() in VIDEO_SUFFIXES


def is_video(path: Path) -> bool:
    """True when a file is called a video and begins like one.

    Raises:
        FileError: the file cannot be opened.
    """
    if not has_video_name(path.name):
        return False
    with open_regular_file(path) as file:
        return bool(sniff_video(file.read(64)))


def load_video(
    path: Path,
    thumbnail_side: int,
    spec: PixelSpec | None,
    *,
    room: Room = nullcontext,
    sandbox: Sandbox | None = None,
) -> VideoViews:
    """Find a video's scenes; the file is read in pieces.

    Args:
        thumbnail_side, spec, room, sandbox: as for ``load_views``.

    Raises:
        FileError: as ``read_video``; or it takes too long, or crashed its decoder.
    """
    # As much as ``Views.encoder_pixels`` wants of a thumbnail.
    shorter = -(-3 * spec.size // 2) if spec else 1
    with open_regular_file(path) as file:
        seconds = _SECONDS + os.fstat(file.fileno()).st_size / _SLOWEST_DISK
        digest = hash_of(file)
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
            )
    frames = tuple(
        Views(
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
    return VideoViews(video, digest, frames)


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
    form = sniff_video(file.read(64))
    file.seek(0)
    if not form:
        raise FileUnsupported(path, "This is not a video that Plantain can read.")
    # Heavy, and not needed where videos are decoded in another process.
    from desktop.media.video_decoding import decode_video

    return decode_video(file, path, form, shorter, longer, room)
