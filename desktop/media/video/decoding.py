"""A video to the frames that stand for its scenes, by FFmpeg.

FFmpeg (through PyAV) reads from an open file and from nothing else: only the demuxers and decoders
listed here may run, and whatever a container refers to is refused. How much is decoded is bounded:
key frames first, which encoders put at cuts; the frames between them only where they are far apart
and the whole video is small enough. The frames are not decoded in this process, see
``media.sandbox``.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import BinaryIO, NoReturn, cast

import av
from av.codec.context import CodecContext
from av.container.input import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Discard, Disposition
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from desktop.core.errors import FileDamaged, FileError, FileTooLarge, FileUnsupported
from desktop.core.metadata import Metadata
from desktop.core.text import tr
from desktop.files.descriptors import is_out_of_descriptors, no_descriptor_for
from desktop.media.formats.format import Room, VideoFormat
from desktop.media.metadata.video_tags import read_video_tags
from desktop.media.video.colour import FrameConverter
from desktop.media.video.scenes import SceneCollector
from desktop.media.video.video import MAX_SCENES, KeyFrame, Video

_DEMUXERS = "mov,mp4,matroska,webm,avi,asf,mpeg,mpegvideo,mpegts,flv,ogg,mxf"
_WITHOUT_INDEX = frozenset({"mpeg", "mpegts", "mpegvideo"})
_DECODERS = (
    *("h264", "hevc", "vp8", "vp9", "libdav1d", "av1", "mpeg4", "mpeg1video"),
    *("mpeg2video", "mjpeg", "prores", "dnxhd", "cfhd", "hap", "ffv1", "huffyuv", "ffvhuff"),
    *("utvideo", "magicyuv", "qtrle", "png", "rawvideo", "v210", "v410", "r210", "jpeg2000"),
    *("h263", "flv", "msmpeg4v2", "msmpeg4", "wmv1", "wmv2", "wmv3", "vc1", "theora", "dvvideo"),
    *("svq1", "svq3", "cinepak", "vp6", "vp6f", "vp6a", "flashsv", "flashsv2", "mss2"),
)
"""FFmpeg's names of what people have promo videos in, old and new."""
_MAX_PIXELS = 8192 * 8192
_MAX_LOOKS = 400
"""Frames of one video that are compared; a long one is looked at less often."""
_LEAST_GAP_S = 0.25
_JUMP_GAP_S = 4.0
"""From here on it is cheaper to jump to the next look than to read all that lies between."""
_WIDE_GAP_S = 1.0
"""Key frames further apart than this may hide a scene between them."""
_PIXELS_BETWEEN = 500_000_000
"""What may be decoded to look between key frames: 20 s of full HD, two minutes at 640 × 360."""
_LEAST_BYTES_A_SECOND = 50
"""A header that claims a longer duration than this allows is not believed."""
_LONGEST_S = 1e6
_BYTES_A_PIXEL = 3 * 16
_ALPHA_DECODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
"""FFmpeg's own decoders of these pass the transparency over."""


def decode_video(
    file: BinaryIO, path: Path, video_format: VideoFormat, shorter: int, longer: int, room: Room
) -> Video:
    """As ``renditions.read_video``, once the container is known."""
    size = file.seek(0, os.SEEK_END)
    with opened_video(file, path, video_format) as container:
        film = _Film(container, path, video_format, size, shorter, longer)
        with room(film.memory):
            return film.read()


@contextmanager
def opened_video(
    file: BinaryIO, path: Path, video_format: VideoFormat
) -> Generator[InputContainer]:
    """A container that reads nothing but its file; what goes wrong in it is told as FileError."""
    file.seek(0)
    try:
        with _opened(file, video_format) as container:
            yield container
    except FileError:
        raise
    except MemoryError as error:
        raise FileTooLarge(path, tr("The video needs more memory than is safe to use.")) from error
    except (FFmpegError, OSError, ValueError, ArithmeticError, LookupError) as error:
        if is_out_of_descriptors(error):
            raise no_descriptor_for(path) from error
        raise damaged(path, video_format) from error


def read_tags(file: BinaryIO, path: Path, video_format: VideoFormat) -> Metadata:
    """What the container of a video says; nothing of it is decoded. Raises as ``decode_video``."""
    with opened_video(file, path, video_format) as container:
        return read_video_tags(container.metadata)


def _opened(file: BinaryIO, video_format: VideoFormat) -> InputContainer:
    return av.open(
        file,
        "r",
        format=video_format.demuxer,
        options={
            "format_whitelist": _DEMUXERS,
            "codec_whitelist": ",".join(_DECODERS),
            "protocol_whitelist": "none",
            "max_pixels": str(_MAX_PIXELS),
            "max_streams": "64",
        },
        metadata_errors="replace",
        io_open=_refuse,
    )


def _refuse(url: str, flags: int, options: dict[str, str]) -> NoReturn:
    raise PermissionError("a video may refer to nothing outside itself")


def damaged(path: Path, video_format: VideoFormat) -> FileDamaged:
    return FileDamaged(
        path,
        tr("The {name} video is damaged or incomplete.", name=video_format.name),
        next_step=tr("Copy it again from where it came from, or export it again."),
    )


class _Film:
    """One open video."""

    def __init__(
        self,
        container: InputContainer,
        path: Path,
        video_format: VideoFormat,
        size: int,
        shorter: int,
        longer: int,
    ) -> None:
        self._container = container
        self._path = path
        self._format = video_format
        self._stream = moving_stream(container, path)
        self._decoder = decoder_of(self._stream, path)
        self._tick = self._stream.time_base or Fraction(1, 1_000_000)
        self._begin_s = float((self._stream.start_time or 0) * self._tick)
        self._claimed_s = _claimed_duration(container, self._stream, size)
        self._converter = FrameConverter(pixel_aspect(self._stream), shorter, longer)
        self._scenes = self._new_collector()
        self._size = 0, 0
        self._has_alpha = False
        self._end_s = 0.0  # of what was read

    @property
    def memory(self) -> int:
        """Bytes that decoding may take: a decoder keeps frames to make others from."""
        return self._decoder.width * self._decoder.height * _BYTES_A_PIXEL

    def read(self) -> Video:
        is_enough = self._look_at_key_frames()
        if not is_enough:
            self._look_between_key_frames()
        scenes = self._scenes.scenes()
        if not scenes:
            raise damaged(self._path, self._format)
        return Video(
            tuple(KeyFrame(scene.position_ms, scene.image) for scene in scenes),
            *self._size,
            self._format.name,
            max(1, round(self._duration() * 1000)),
            self._has_alpha,
            read_video_tags(self._container.metadata),
        )

    def _duration(self) -> float:
        """Seconds. MPEG has no index: what it claims is FFmpeg's guess, to the last time it saw."""
        if self._format.demuxer in _WITHOUT_INDEX:
            return max(self._end_s, self._claimed_s)
        return self._claimed_s or self._end_s

    def _look_at_key_frames(self) -> bool:
        """Put key frames into the list; False when more should be looked at, and may be."""
        gap_s = max(_LEAST_GAP_S, self._claimed_s / _MAX_LOOKS)
        due_s = previous_s = widest_s = 0.0
        looks = frames = 0
        may_jump = True
        has_jumped = False
        for packet, time_s in self._packets():
            frames += 1
            if has_jumped and time_s < previous_s:
                may_jump = False  # this file's index leads nowhere
            has_jumped = False
            if not packet.is_keyframe:
                continue
            widest_s, previous_s = max(widest_s, time_s - previous_s), time_s
            frame = self._decoded_alone(packet) if time_s >= due_s else None
            if frame is None:
                continue
            self._put(frame, time_s)
            looks += 1
            if looks % _MAX_LOOKS == 0:
                gap_s *= 2
            due_s = time_s + gap_s
            if gap_s >= _JUMP_GAP_S and may_jump:
                self._jump_to(due_s)
                has_jumped = True
        widest_s = max(widest_s, self._end_s - previous_s)
        cost = frames * self._decoder.width * self._decoder.height
        is_long = gap_s >= _JUMP_GAP_S or cost > _PIXELS_BETWEEN
        return looks > 0 and (is_long or widest_s <= _WIDE_GAP_S)

    def _look_between_key_frames(self) -> None:
        """Begin anew, and decode all that other frames are made from."""
        self._scenes = self._new_collector()
        self._decoder.skip_frame = "NONREF"
        self._jump_to(0.0)
        due_s, spent = 0.0, 0
        for packet, time_s in chain(self._packets(), [(None, self._end_s)]):
            for frame in self._decoded(packet):
                shown_s = self._time_of(frame.pts, time_s)
                spent += frame.width * frame.height
                if shown_s >= due_s:
                    self._put(frame, shown_s)
                    due_s = shown_s + _LEAST_GAP_S
            if spent > _PIXELS_BETWEEN:
                return

    def _packets(self) -> Iterator[tuple[Packet[VideoStream], float]]:
        """What there is to decode, with its time in seconds from the beginning."""
        try:
            for packet in self._container.demux(self._stream):
                if not packet.size:
                    continue
                stamp = packet.dts if packet.pts is None else packet.pts
                time_s = self._time_of(stamp, self._end_s)
                lasts_s = float((packet.duration or 0) * self._tick)
                self._end_s = max(self._end_s, time_s + lasts_s)
                yield packet, time_s
        except FFmpegError:
            return  # cut off here; what came before is good

    def _time_of(self, stamp: int | None, otherwise_s: float) -> float:
        if stamp is None:
            return otherwise_s
        return min(max(0.0, float(stamp * self._tick) - self._begin_s), _LONGEST_S)

    def _jump_to(self, time_s: float) -> None:
        """To the next key frame from there on; where a file cannot, reading just goes on."""
        stamp = round((time_s + self._begin_s) / self._tick)
        is_begin = time_s == 0.0
        if is_begin:
            stamp = min(stamp, 0)  # a transport stream, asked for its first frame, begins behind it
        with suppress(FFmpegError):
            self._container.seek(stamp, stream=self._stream, backward=is_begin)

    def _decoded_alone(self, packet: Packet[VideoStream]) -> VideoFrame | None:
        """A key frame without waiting for the next ones, by which decoders put theirs in order."""
        frames = [*self._decoded(packet), *self._decoded(None)]
        self._decoder.flush_buffers()
        return frames[0] if frames else None

    def _decoded(self, packet: Packet[VideoStream] | None) -> list[VideoFrame]:
        try:
            frames = self._decoder.decode(packet)  # pyright: ignore[reportUnknownMemberType]
            return [frame for frame in frames if not frame.is_corrupt]
        except FFmpegError:
            return []  # others may be whole

    def _put(self, frame: VideoFrame, time_s: float) -> None:
        if frame.width * frame.height > _MAX_PIXELS:
            raise _too_large(self._path, frame.width, frame.height)
        picture, has_alpha = self._converter.picture(frame)
        if not self._size[0]:
            self._size = self._converter.upright_size(frame)
        self._has_alpha |= has_alpha
        self._scenes.put(round(time_s * 1000), picture)

    def _new_collector(self) -> SceneCollector:
        most = min(MAX_SCENES, 1 + int(self._claimed_s)) if self._claimed_s else MAX_SCENES
        return SceneCollector(most)


def moving_stream(container: InputContainer, path: Path) -> VideoStream:
    """The stream with the moving picture; covers and thumbnails are none."""
    stills = Disposition.attached_pic | Disposition.timed_thumbnails
    streams = [each for each in container.streams.video if not each.disposition & stills]
    if not streams:
        raise FileUnsupported(
            path,
            tr("There is no moving picture in this video; only sound.")
            if container.streams.audio
            else tr("There is no moving picture in this video."),
        )
    chosen = max(streams, key=_area)
    for stream in container.streams:
        if stream is not chosen:
            stream.discard = Discard.all
    return chosen


def pixel_aspect(stream: VideoStream) -> Fraction:
    """Width of a pixel over its height."""
    aspect = stream.sample_aspect_ratio or Fraction(1)
    return aspect if Fraction(1, 16) <= aspect <= 16 else Fraction(1)


def _known_decoder(stream: VideoStream) -> VideoCodecContext | None:
    # There is none where FFmpeg knows none; PyAV's stubs do not say so.
    return cast("VideoCodecContext | None", stream.codec_context)


def _area(stream: VideoStream) -> int:
    decoder = _known_decoder(stream)
    return decoder.width * decoder.height if decoder is not None else -1


def decoder_of(stream: VideoStream, path: Path) -> VideoCodecContext:
    decoder = _known_decoder(stream)
    if decoder is None or decoder.name not in _DECODERS:
        raise FileUnsupported(
            path,
            tr("The video is compressed in a way that Plantain does not know.")
            if decoder is None
            else tr(
                "The video is compressed in a way that Plantain does not know ({codec}).",
                codec=decoder.name,
            ),
            next_step=tr("Export it as MP4 (H.264) to have it in the library."),
        )
    if decoder.width * decoder.height > _MAX_PIXELS:
        raise _too_large(path, decoder.width, decoder.height)
    alpha_decoder = _ALPHA_DECODERS.get(decoder.name)
    if alpha_decoder and _has_alpha(stream):
        decoder = cast("VideoCodecContext", CodecContext.create(alpha_decoder, "r"))
    decoder.options = {"max_pixels": str(_MAX_PIXELS)}
    decoder.thread_count = 1  # several files are read at once
    return decoder


def _has_alpha(stream: VideoStream) -> bool:
    return any(
        name.lower() == "alpha_mode" and value == "1" for name, value in stream.metadata.items()
    )


def _claimed_duration(container: InputContainer, stream: VideoStream, size: int) -> float:
    """Seconds, as the header says; 0 when it does not, or cannot be right."""
    if stream.duration and stream.time_base:
        duration_s = float(stream.duration * stream.time_base)
    else:
        duration_s = (container.duration or 0) / av.time_base
    is_believable = 0 < duration_s <= min(_LONGEST_S, size / _LEAST_BYTES_A_SECOND)
    return duration_s if is_believable else 0.0


def _too_large(path: Path, width: int, height: int) -> FileTooLarge:
    return FileTooLarge(
        path,
        tr(
            "The video is {width} × {height} pixels, more than is safe to decode.",
            width=width,
            height=height,
        ),
        next_step=tr("Export a smaller copy to have it in the library."),
    )
