"""What is found in a video: its scenes, upright, in the right colours, whatever it is packed in."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar

import av
import numpy as np
import pytest
from av.stream import Disposition
from PIL import Image

from desktop.core.errors import FileDamaged, FileTooLarge, FileUnsupported
from desktop.media.formats.format import VideoFormat
from desktop.media.formats.registry import find_format
from desktop.media.sandbox.libraries import load_libraries
from desktop.media.sandbox.pool import Sandbox
from desktop.media.video import decoding as video_decoding
from desktop.media.video.renditions import read_video
from desktop.media.video.video import MAX_SCENES, Video
from tests.movies import BLUE, GREEN, LOSSLESS, RED, Colour, Recipe, movie_bytes

SCENES = ((RED, 1.5), (GREEN, 1.5), (BLUE, 2.0))
NOWHERE = Path("clip")


def read(data: bytes, side: int = 512) -> Video:
    return read_video(io.BytesIO(data), NOWHERE, side // 2, side)


def centre(image: Image.Image) -> Colour:
    found: Any = image.getpixel((image.width // 2, image.height // 2))
    return found


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox(load_libraries, size=1)
    made.run(find_format, bytes(64), NOWHERE)  # its process is there before
    yield made
    made.close()


CODECS = [
    (".mp4", "libx264", "yuv420p", "MP4"),
    (".mp4", "libsvtav1", "yuv420p", "MP4"),
    (".mp4", "mpeg4", "yuv420p", "MP4"),
    (".mov", "prores_ks", "yuv422p10le", "MOV"),
    (".mov", "mjpeg", "yuvj420p", "MOV"),
    (".mov", "qtrle", "rgb24", "MOV"),
    (".webm", "libvpx", "yuv420p", "WebM"),
    (".webm", "libvpx-vp9", "yuv420p", "WebM"),
    (".mkv", "libx265", "yuv420p10le", "MKV"),
    (".mkv", "ffv1", "bgr0", "MKV"),
    (".avi", "mpeg4", "yuv420p", "AVI"),
    (".avi", "huffyuv", "yuv422p", "AVI"),
    (".avi", "mjpeg", "yuvj420p", "AVI"),
    (".wmv", "wmv2", "yuv420p", "WMV"),
    (".wmv", "msmpeg4", "yuv420p", "WMV"),
    (".mpg", "mpeg2video", "yuv420p", "MPEG"),
    (".mpg", "mpeg1video", "yuv420p", "MPEG"),
    (".m2v", "mpeg2video", "yuv420p", "MPEG stream"),
    (".flv", "flv", "yuv420p", "FLV"),
    (".flv", "libx264", "yuv420p", "FLV"),
    (".ogv", "libvpx", "yuv420p", "OGV"),
    (".3gp", "libx264", "yuv420p", "3GP"),
    (".mxf", "mpeg2video", "yuv422p", "MXF"),
    (".ts", "libx264", "yuv420p", "MPEG-TS"),
    (".ts", "mpeg2video", "yuv420p", "MPEG-TS"),
    (".m2ts", "libx264", "yuv420p", "MPEG-TS"),
]


@pytest.mark.parametrize(("suffix", "codec", "form", "name"), CODECS)
def test_every_scene_is_found_in_its_time_and_colour(
    suffix: str, codec: str, form: str, name: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    quiet = {"libx265": {"x265-params": "log-level=none"}}.get(codec, {})
    path = tmp_path / f"clip{suffix}"
    # Broadcast knows no ten frames a second.
    rate = 25 if codec.startswith("mpeg") and codec.endswith("video") else 10
    path.write_bytes(movie_bytes(suffix, SCENES, Recipe(codec, form, rate, options=quiet)))
    with path.open("rb") as file:
        video = sandbox.run(read_video, file, path, NOWHERE, 96, 160)
    assert (video.format, video.width, video.height) == (name, 160, 96)
    assert video.duration_ms == pytest.approx(5_000, abs=200)
    assert [centre(frame.image) for frame in video.frames] == [
        pytest.approx(colour, abs=4) for colour in (RED, GREEN, BLUE)
    ]
    red, green, blue = (frame.position_ms for frame in video.frames)
    assert 0 <= red < 1_500 <= green < 3_000 <= blue < 5_000


def test_a_frame_is_the_picture_that_went_in() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (6, 10, 3)).astype(np.uint8)
    drawn = Image.fromarray(noise).resize((160, 96), Image.Resampling.BICUBIC)
    [frame] = read(movie_bytes(".mkv", [(drawn, 1.0)], LOSSLESS)).frames
    np.testing.assert_array_equal(np.asarray(frame.image), np.asarray(drawn))
    lossy = movie_bytes(".mp4", [(drawn, 1.0)], Recipe(options={"crf": "4"}))
    [frame] = read(lossy).frames
    difference = np.abs(np.asarray(frame.image, int) - np.asarray(drawn, int))
    assert difference.mean() < 4, "chroma at half the size, and no more"


class TestScenes:
    def test_a_cut_between_key_frames_is_found(self) -> None:
        colours: list[Colour] = [RED, GREEN, BLUE, (240, 240, 60), (60, 200, 220)]
        only_one_key_frame = Recipe(options={"g": "999", "sc_threshold": "0"})
        video = read(movie_bytes(".mp4", [(each, 0.8) for each in colours], only_one_key_frame))
        assert [centre(frame.image) for frame in video.frames] == [
            pytest.approx(each, abs=6) for each in colours
        ]

    def test_what_stands_still_gets_one(self) -> None:
        assert len(read(movie_bytes(".mp4", [(RED, 60.0)])).frames) == 1

    def test_what_was_there_before_is_not_counted_again(self) -> None:
        back_and_forth = [(RED, 1.0), (GREEN, 1.0)] * 4
        assert len(read(movie_bytes(".mkv", back_and_forth, LOSSLESS)).frames) == 2

    def test_black_and_white_between_scenes_stand_for_nothing(self) -> None:
        fades = [((0, 0, 0), 1.0), (RED, 1.0), ((255, 255, 255), 1.0), (GREEN, 1.0)]
        video = read(movie_bytes(".mkv", fades, LOSSLESS))
        assert [centre(frame.image) for frame in video.frames] == [RED, GREEN]
        assert video.frames[0].position_ms >= 1_000, "the poster, too"

    def test_a_black_video_is_still_shown(self) -> None:
        [frame] = read(movie_bytes(".mkv", [((0, 0, 0), 2.0)], LOSSLESS)).frames
        assert centre(frame.image) == (0, 0, 0)

    def test_many_scenes_are_kept_to_the_most_different(self) -> None:
        dice = np.random.default_rng(2)
        noises = [
            Image.fromarray(dice.integers(0, 256, (4, 4, 3)).astype(np.uint8)) for _ in range(90)
        ]
        scenes = [(noise, 1.0) for noise in noises]
        video = read(movie_bytes(".mkv", scenes, LOSSLESS.at(2), (32, 32)))
        assert len(video.frames) == MAX_SCENES
        assert sorted(frame.position_ms for frame in video.frames) == [
            frame.position_ms for frame in video.frames
        ]

    def test_long_videos_are_looked_at_here_and_there(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(video_decoding, "_MAX_LOOKS", 12)
        monkeypatch.setattr(video_decoding, "_PIXELS_BETWEEN", 0)
        looks: list[object] = []
        decoded = video_decoding._Film._decoded

        def count(film: Any, packet: Any) -> Any:
            if packet is not None:
                looks.append(packet)
            return decoded(film, packet)

        monkeypatch.setattr(video_decoding._Film, "_decoded", count)
        hours = movie_bytes(".mp4", [(RED, 100.0), (GREEN, 100.0)], Recipe(options={"g": "10"}))
        assert [centre(frame.image) for frame in read(hours).frames] == [
            pytest.approx(each, abs=6) for each in (RED, GREEN)
        ]
        assert len(looks) <= 13


class TestGeometry:
    half = Image.new("RGB", (160, 96), BLUE)
    half.paste(RED, (0, 0, 160, 48))
    one: ClassVar[int] = 1 << 16

    @pytest.mark.parametrize(
        ("matrix", "size", "top_left", "bottom_right"),
        [
            ((0, 1, -1, 0), (96, 160), BLUE, RED),  # a quarter turn clockwise
            ((0, -1, 1, 0), (96, 160), RED, BLUE),
            ((-1, 0, 0, -1), (160, 96), BLUE, RED),
        ],
    )
    def test_telephones_turn_them(
        self,
        matrix: tuple[int, int, int, int],
        size: tuple[int, int],
        top_left: Colour,
        bottom_right: Colour,
    ) -> None:
        video = read(_turned(movie_bytes(".mp4", [(self.half, 1.0)]), matrix))
        assert (video.width, video.height) == size
        image = video.frames[0].image
        assert image.size == size
        assert image.getpixel((2, 2)) == pytest.approx(top_left, abs=6)
        assert image.getpixel((size[0] - 3, size[1] - 3)) == pytest.approx(bottom_right, abs=6)

    @pytest.mark.parametrize(
        ("matrix", "corners"),
        [
            ((1, 0, 0, 1), "rgby"),
            ((-1, 0, 0, 1), "gryb"),  # as cameras that look at their owner write it
            ((1, 0, 0, -1), "byrg"),
            ((-1, 0, 0, -1), "ybgr"),
            ((0, 1, 1, 0), "rbgy"),
            ((0, -1, -1, 0), "ygbr"),
            ((0, 1, -1, 0), "bryg"),
            ((0, -1, 1, 0), "gyrb"),
        ],
    )
    def test_mirrored_ones_are_shown_as_they_say(
        self, matrix: tuple[int, int, int, int], corners: str
    ) -> None:
        """Top left, top right, bottom left, bottom right."""
        colours = {"r": RED, "g": GREEN, "b": BLUE, "y": (200, 200, 40)}
        four = Image.new("RGB", (160, 96))
        for number, colour in enumerate(colours.values()):
            four.paste(colour, (number % 2 * 80, number // 2 * 48, 160, 96))
        image = read(_turned(movie_bytes(".mp4", [(four, 1.0)]), matrix)).frames[0].image
        right, bottom = image.width - 5, image.height - 5
        for letter, place in zip(
            corners, ((4, 4), (right, 4), (4, bottom), (right, bottom)), strict=True
        ):
            assert image.getpixel(place) == pytest.approx(colours[letter], abs=10)

    @pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
    def test_pixels_that_are_not_square_are_made_so(self, suffix: str) -> None:
        wide = Recipe(tags={"sample_aspect_ratio": Fraction(2, 1)})
        video = read(movie_bytes(suffix, [(RED, 1.0)], wide))
        assert (video.width, video.height) == (320, 96)
        assert video.frames[0].image.size == (320, 96)

    def test_large_frames_are_reduced_as_far_as_allowed(self) -> None:
        data = movie_bytes(".mp4", [(RED, 0.5)], size=(1280, 720))
        video = read_video(io.BytesIO(data), NOWHERE, 90, 256)
        assert (video.width, video.height) == (1280, 720)
        assert video.frames[0].image.size == (256, 144)


class TestColour:
    @pytest.mark.parametrize("matrix", [1, 5, 9])  # BT.709, BT.470BG (601), BT.2020
    @pytest.mark.parametrize("levels", [1, 2])  # limited, full
    def test_what_the_video_says_of_its_colours_is_heeded(self, matrix: int, levels: int) -> None:
        said = {"colorspace": matrix, "color_range": levels}
        # The muxed tags tell; the frames are made to them.
        data = _tagged_movie(".mkv", "ffv1", "yuv444p", said, RED)
        assert centre(read(data).frames[0].image) == pytest.approx(RED, abs=3)

    # Code values, and the sRGB that BT.2408's 203 cd/m² for white and the press at 80 % give.
    @pytest.mark.parametrize(
        ("transfer", "code", "expected"),
        [
            (16, (0.5807, 0.5807, 0.5807), 247),  # PQ: 203 cd/m²
            (16, (0.3, 0.3, 0.3), 63),  # 10 cd/m²
            (16, (0.9, 0.9, 0.9), 255),  # 3,900 cd/m²
            (18, (0.75, 0.75, 0.75), 247),  # HLG: 203 cd/m²
            (18, (0.4, 0.4, 0.4), 107),
        ],
    )
    def test_high_dynamic_range_is_brought_to_srgb(
        self, transfer: int, code: tuple[float, float, float], expected: int
    ) -> None:
        found = centre(read(_wide_movie(transfer, code)).frames[0].image)
        assert found == pytest.approx((expected,) * 3, abs=2)

    def test_a_wide_red_stays_red(self) -> None:
        red, green, blue = centre(read(_wide_movie(16, (0.5, 0.2, 0.2))).frames[0].image)
        assert red > 200
        assert max(green, blue) < 30

    @pytest.mark.parametrize(
        ("suffix", "codec", "form"),
        [
            (".webm", "libvpx-vp9", "yuva420p"),
            (".webm", "libvpx", "yuva420p"),
            (".mov", "prores_ks", "yuva444p10le"),
            (".mov", "qtrle", "argb"),
        ],
    )
    def test_what_is_transparent_lies_on_grey(self, suffix: str, codec: str, form: str) -> None:
        video = read(_transparent_movie(suffix, codec, form))
        assert video.has_alpha
        image = video.frames[0].image
        assert centre(image) == pytest.approx(RED, abs=4)
        assert image.getpixel((3, 3)) == pytest.approx((128,) * 3, abs=2)

    def test_what_is_opaque_says_so(self) -> None:
        assert not read(movie_bytes(".mp4", [(RED, 0.5)])).has_alpha


class TestWhatIsRefused:
    def test_sound_alone(self) -> None:
        with pytest.raises(FileUnsupported, match="no moving picture in this video; only sound"):
            read(_sound())

    def test_sound_with_a_cover(self) -> None:
        with pytest.raises(FileUnsupported, match="only sound"):
            read(_sound(cover=True))

    def test_nothing_of_a_video(self) -> None:
        with pytest.raises(FileUnsupported):
            read(b"#EXTM3U\n/etc/passwd\n")

    @pytest.mark.parametrize(
        "suffix", [".mp4", ".mov", ".webm", ".mkv", ".avi", ".wmv", ".flv", ".ts", ".3gp"]
    )
    def test_a_head_without_a_body(self, suffix: str) -> None:
        codec = {".webm": "libvpx-vp9", ".flv": "flv"}.get(suffix, "mpeg4")
        whole = movie_bytes(suffix, SCENES, Recipe(codec))
        for end in (64, 200):
            with pytest.raises((FileDamaged, FileUnsupported)):
                read(whole[:end])

    def test_what_there_is_of_a_video_that_was_cut_off_is_shown(self) -> None:
        whole = movie_bytes(".mkv", SCENES, LOSSLESS)
        video = read(whole[: len(whole) // 2])
        assert centre(video.frames[0].image) == RED

    def test_frames_too_large_to_decode(self) -> None:
        whole = movie_bytes(".avi", [(RED, 0.5)], Recipe("huffyuv", "yuv422p"))
        width = struct.pack("<II", 160, 96)
        vast = whole.replace(width, struct.pack("<II", 60_000, 60_000))
        with pytest.raises((FileTooLarge, FileDamaged)):
            read(vast)

    def test_what_a_container_refers_to_is_not_opened(self, tmp_path: Path) -> None:
        """A QuickTime file may keep its frames in another one, named in its header."""
        other = tmp_path / "frames.mov"
        other.write_bytes(movie_bytes(".mov", SCENES, Recipe("mjpeg", "yuvj420p")))
        data = other.read_bytes()
        alias = str(other).encode() + b"\0"
        own = struct.pack(">I4sI", 12, b"url ", 1)
        assert own in data
        elsewhere = struct.pack(">I4sI", 12 + len(alias), b"url ", 0) + alias
        opened: list[object] = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(video_decoding, "_refuse", lambda *args: opened.append(args))
            with pytest.raises((FileDamaged, FileUnsupported)):
                read(_with_reference(data, own, elsewhere))
        assert opened == []

    def test_first_bytes_tell_videos_from_pictures(self) -> None:
        def video_name(head: bytes) -> str:
            found = find_format(head)
            return found.name if isinstance(found, VideoFormat) else ""

        assert video_name(b"\0\0\0\x18ftypheic") == ""
        assert video_name(b"\0\0\0\x18ftypavif") == ""
        assert video_name(b"\0\0\0\x18ftypjxl ") == ""
        assert video_name(b"RIFF\0\0\0\0WEBP") == ""
        assert video_name(b"\0\0\0\x18ftypisom") == "MP4"
        assert video_name(b"\0\0\0\x14ftypqt  ") == "MOV"
        assert video_name(b"\0\0\0\x08wide") == "MOV"
        assert video_name(b"\x1a\x45\xdf\xa3\x01" + bytes(20) + b"webm") == "WebM"
        assert video_name(b"\x1a\x45\xdf\xa3\x01" + bytes(20) + b"matroska") == "MKV"
        assert video_name(b"RIFF\0\0\0\0AVI LIST") == "AVI"
        assert video_name(b"OggS" + bytes(24) + b"\x80theora\x03\x02") == "OGV"
        assert video_name(b"OggS" + bytes(24) + b"\x01vorbis") == ""
        assert video_name(b"\0\0\0\x18ftypM4A ") == ""
        assert video_name(b"\0\0\0\x18ftyp3gp5") == "3GP"
        assert video_name(b"\0\0\x01\xba\x44") == "MPEG"
        assert video_name(b"GGGG" + bytes(600)) == ""


# -- unusual videos --------------------------------------------------------------------------------


def _turned(data: bytes, matrix: tuple[int, int, int, int]) -> bytes:
    """With the track's display matrix (a b; c d) in its header."""
    a, b, c, d = (value << 16 for value in matrix)
    at = data.index(b"tkhd") + 4 + 4 + 20 + 8 + 8
    return data[:at] + struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30) + data[at + 36 :]


def _with_reference(data: bytes, own: bytes, elsewhere: bytes) -> bytes:
    """The frames' place renamed; every box around it, and nothing else, grows with it."""
    grows = len(elsewhere) - len(own)
    at = data.index(own)
    made = bytearray(data)
    for kind in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        start = data.rindex(kind, 0, at) - 4
        (size,) = struct.unpack_from(">I", made, start)
        struct.pack_into(">I", made, start, size + grows)
    made[at : at + len(own)] = elsewhere
    # And nothing of its own to fall back on.
    body = data.index(b"mdat") + 4
    end = data.index(b"moov") - 4
    if end > body:
        made[body:end] = bytes(end - body)
    return bytes(made)


def _encoded(suffix: str, frames: list[av.VideoFrame], **stream_of: Any) -> bytes:
    out = io.BytesIO()
    muxer = {".webm": "webm", ".mov": "mov", ".mkv": "matroska"}[suffix]
    with av.open(out, "w", format=muxer) as container:
        stream: Any = container.add_stream(stream_of.pop("codec"), rate=10)
        stream.width, stream.height = frames[0].width, frames[0].height
        stream.pix_fmt = stream_of.pop("form")
        stream.options = stream_of.pop("options", {})
        for name, value in stream_of.items():
            setattr(stream.codec_context, name, value)
        for number, frame in enumerate(frames):
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()


def _tagged_movie(
    suffix: str, codec: str, form: str, tags: dict[str, int], colour: Colour
) -> bytes:
    pixels = np.full((96, 160, 3), colour, np.uint8)
    frames = [
        av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(
            format=form, dst_colorspace=tags["colorspace"], dst_color_range=tags["color_range"]
        )
        for _ in range(5)
    ]
    return _encoded(suffix, frames, codec=codec, form=form, **tags)


def _wide_movie(transfer: int, code: tuple[float, float, float]) -> bytes:
    """BT.2020, 10 bits."""
    pixels = np.full((96, 160, 3), np.round(np.array(code) * 65535), np.uint16)
    tags = {"color_trc": transfer, "color_primaries": 9, "colorspace": 9, "color_range": 1}
    frames = [
        av.VideoFrame.from_ndarray(pixels, format="rgb48le").reformat(
            format="yuv420p10le", dst_colorspace=9, dst_color_range=1
        )
        for _ in range(5)
    ]
    return _encoded(".mkv", frames, codec="ffv1", form="yuv420p10le", **tags)


def _transparent_movie(suffix: str, codec: str, form: str) -> bytes:
    drawn = Image.new("RGBA", (160, 96), (0, 0, 0, 0))
    drawn.paste((*RED, 255), (40, 20, 120, 80))
    pixels = np.asarray(drawn)
    frames = [av.VideoFrame.from_ndarray(pixels, format="rgba") for _ in range(5)]
    options = {"auto-alt-ref": "0"} if "vpx" in codec else {}
    return _encoded(suffix, frames, codec=codec, form=form, options=options)


def _sound(*, cover: bool = False) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        sound: Any = container.add_stream("aac", rate=44_100)
        sound.layout = "stereo"
        if cover:
            picture: Any = container.add_stream("mjpeg")
            picture.width, picture.height, picture.pix_fmt = 64, 64, "yuvj420p"
            picture.disposition = Disposition.attached_pic
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
            container.mux(picture.encode(frame))
            container.mux(picture.encode(None))
        for number in range(10):
            silence = np.zeros((2, 1024), np.float32)
            tone = av.AudioFrame.from_ndarray(silence, format="fltp", layout="stereo")
            tone.rate, tone.pts = 44_100, number * 1024
            container.mux(sound.encode(tone))
        container.mux(sound.encode(None))
    return out.getvalue()
