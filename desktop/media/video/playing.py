"""A video to the frames that one sees when it is played, one after the other.

Only what is shown is made into a picture: on the way to a time that was asked for, frames are
decoded from the key frame before it and dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

from av.container.input import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from desktop.media.formats.format import VideoFormat
from desktop.media.moving_picture import LONGEST_SIDE, USUAL_MS, HandOver, MovingFrame, frame_of
from desktop.media.video.colour import FrameConverter
from desktop.media.video.decoding import (
    damaged,
    decoder_of,
    moving_stream,
    opened_video,
    pixel_aspect,
)

_THREADS = 2
"""Of the decoder: one video is played at a time, and the rest of the machine has work as well."""
_LONGEST_MS = 10_000
"""For which one frame is shown, whatever the next one says."""


def play_video(
    file: BinaryIO, path: Path, video_format: VideoFormat, begin_ms: int, hand_over: HandOver
) -> None:
    """As ``renditions.play_film``, once the container is known."""
    with opened_video(file, path, video_format) as container:
        film = _Film(container, path)
        wanted_ms: int | None = begin_ms
        while True:
            is_empty = True
            for frame in film.frames_from(wanted_ms or 0):
                is_empty = False
                wanted_ms = hand_over(frame)
                if wanted_ms is not None:
                    break
            else:
                if is_empty and not wanted_ms:
                    raise damaged(path, video_format)
                wanted_ms = None


class _Film:
    """One open video."""

    def __init__(self, container: InputContainer, path: Path) -> None:
        self._container = container
        self._stream: VideoStream = moving_stream(container, path)
        self._decoder = decoder_of(self._stream, path)
        self._decoder.thread_count = _THREADS
        self._tick = self._stream.time_base or Fraction(1, 1_000_000)
        self._begin = self._stream.start_time or 0
        self._converter = FrameConverter(
            pixel_aspect(self._stream), 1, LONGEST_SIDE, keeps_alpha=True
        )

    def frames_from(self, begin_ms: int) -> Iterator[MovingFrame]:
        """The frame that is seen at a time, and those behind it; where there is none so late, the
        last one."""
        self._jump_to(begin_ms)
        held: tuple[VideoFrame, int] | None = None
        for frame in self._decoded():
            at_ms = self._ms(frame, held)
            if held is not None and at_ms > begin_ms:
                yield self._made(*held, at_ms)
            held = frame, at_ms
        if held is not None:
            yield self._made(*held, held[1] + self._usual_ms())

    def _made(self, frame: VideoFrame, at_ms: int, next_ms: int) -> MovingFrame:
        picture, _ = self._converter.picture(frame)
        lasts_ms = min(max(1, next_ms - at_ms), _LONGEST_MS)
        return frame_of(picture, self._converter.upright_size(frame), -1, at_ms, lasts_ms)

    def _jump_to(self, begin_ms: int) -> None:
        """To the key frame before it."""
        stamp = round(begin_ms / 1000 / self._tick) + self._begin
        with suppress(FFmpegError):
            self._container.seek(min(stamp, 0) if begin_ms <= 0 else stamp, stream=self._stream)
        self._decoder.flush_buffers()

    def _decoded(self) -> Iterator[VideoFrame]:
        try:
            for packet in self._container.demux(self._stream):
                yield from self._of_packet(packet if packet.size else None)
        except FFmpegError:
            yield from self._of_packet(None)  # cut off here; what came before is good

    def _of_packet(self, packet: Packet[VideoStream] | None) -> list[VideoFrame]:
        try:
            return list(self._decoder.decode(packet))  # pyright: ignore[reportUnknownMemberType]
        except FFmpegError:
            return []  # others may be whole

    def _ms(self, frame: VideoFrame, before: tuple[VideoFrame, int] | None) -> int:
        if frame.pts is None:
            return 0 if before is None else before[1] + self._usual_ms()
        return max(0, round((frame.pts - self._begin) * self._tick * 1000))

    def _usual_ms(self) -> int:
        rate = self._stream.average_rate
        return max(1, round(1000 / rate)) if rate else USUAL_MS
