"""Files that are not what they should be; each must end in one sentence, quickly."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import sys
import tempfile
import warnings
from pathlib import Path

import pytest
from PIL import Image

from desktop.core.errors import (
    FileDamaged,
    FileError,
    FileTooLarge,
    FileUnreadable,
    FileUnsupported,
)
from desktop.media.decode import DecodeLimits, load_picture
from tests.media.samples import encoded, noise, png_bomb, png_chunk

NOBODY = 65534
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="POSIX file kinds")


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
@pytest.mark.parametrize("share", [0.02, 0.1, 0.3, 0.5, 0.8, 0.95])
def test_a_file_cut_off_anywhere_is_damaged(format_name: str, share: float) -> None:
    data = encoded(noise(160, 120), format_name)
    with pytest.raises(FileDamaged) as caught:
        load_picture(data[: int(len(data) * share)])
    assert caught.value.message.endswith(".")
    assert caught.value.next_step


def test_a_progressive_jpeg_cut_off_is_damaged() -> None:
    data = encoded(noise(160, 120), "JPEG", progressive=True)
    with pytest.raises(FileDamaged):
        load_picture(data[: len(data) // 2])


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_no_cut_and_no_flipped_byte_raises_anything_but_a_file_error(format_name: str) -> None:
    data = encoded(noise(24, 18), format_name)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for length in range(0, len(data), max(1, len(data) // 300)):
            only_a_file_error(data[:length])
        for position in range(0, min(len(data), 1200)):
            broken = bytearray(data)
            broken[position] ^= 0xFF
            only_a_file_error(bytes(broken))


def only_a_file_error(data: bytes) -> None:
    with contextlib.suppress(FileError):
        load_picture(data, limits=DecodeLimits(max_pixels=4_000_000, max_header_pixels=4_000_000))


def test_an_empty_file_has_a_sentence_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "empty.png"
    path.touch()
    with pytest.raises(FileDamaged, match="empty"):
        load_picture(path)
    with pytest.raises(FileDamaged, match="empty"):
        load_picture(b"")


def test_text_called_png_is_not_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "notes.png"
    path.write_text("buy bananas\n")
    with pytest.raises(FileUnsupported, match=r"not a picture.*text") as caught:
        load_picture(path)
    assert caught.value.path == path
    assert str(tmp_path) not in caught.value.message


def test_zeros_left_by_an_interrupted_copy_are_named() -> None:
    with pytest.raises(FileDamaged, match="zeros"):
        load_picture(bytes(10_000))


@pytest.mark.parametrize(("format_name", "mode"), [("EPS", "RGB"), ("MSP", "1"), ("XBM", "1")])
def test_formats_that_are_not_on_the_list_never_reach_a_decoder(
    format_name: str, mode: str
) -> None:
    with pytest.raises(FileUnsupported):
        load_picture(encoded(noise(32, 32).convert(mode), format_name))


def test_a_bomb_is_refused_from_its_header(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(png_bomb(30_000, 30_000))
    assert path.stat().st_size < 1_000_000
    before = Image.MAX_IMAGE_PIXELS
    with pytest.raises(FileTooLarge, match="30,000 × 30,000"):
        load_picture(path, at_least=224)
    assert before == Image.MAX_IMAGE_PIXELS


def test_headers_that_claim_too_much_are_refused_in_every_format() -> None:
    gif = bytearray(encoded(noise(8, 8), "GIF"))
    gif[6:10] = struct.pack("<HH", 65535, 65535)
    bmp = bytearray(encoded(noise(8, 8), "BMP"))
    bmp[18:26] = struct.pack("<ii", 60000, 60000)
    webp = b"RIFF\x1e\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00" + b"\xff\x3f\x00" * 2
    jpeg = bytearray(encoded(noise(8, 8), "JPEG"))
    frame = jpeg.index(b"\xff\xc0")
    jpeg[frame + 5 : frame + 9] = struct.pack(">HH", 65000, 65000)
    progressive = bytearray(encoded(noise(8, 8), "JPEG", progressive=True))
    frame = progressive.index(b"\xff\xc2")
    progressive[frame + 5 : frame + 9] = struct.pack(">HH", 15000, 15000)
    for data in (gif, bmp, webp, jpeg, progressive):
        with pytest.raises(FileTooLarge):
            load_picture(bytes(data), at_least=224)


def test_a_gif_whose_frame_outgrows_its_screen_is_refused() -> None:
    gif = bytearray(encoded(noise(8, 8), "GIF"))
    frame = gif.index(b"\x2c\x00\x00\x00\x00\x08\x00\x08\x00")
    gif[frame + 5 : frame + 9] = struct.pack("<HH", 13000, 12000)
    with pytest.raises(FileTooLarge):
        load_picture(bytes(gif))


def test_text_chunks_that_unpack_to_gigabytes_do_not() -> None:
    import zlib

    packed = zlib.compress(bytes(80_000_000), 9)
    data = encoded(noise(8, 8), "PNG")
    chunk = png_chunk(b"zTXt", b"Comment\x00\x00" + packed)
    bombed = data[:33] + chunk + data[33:]
    only_a_file_error(bombed)


def test_a_file_above_the_byte_limit_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.tif"
    with path.open("wb") as file:
        file.truncate(600 * 1024 * 1024)  # sparse: takes no space
    with pytest.raises(FileTooLarge, match="512 MB"):
        load_picture(path)
    with pytest.raises(FileTooLarge):
        load_picture(b"x" * 100, limits=DecodeLimits(max_bytes=99))


def test_a_file_that_is_gone_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match="not there"):
        load_picture(tmp_path / "gone.png")


def test_a_folder_called_png_is_not_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    path.mkdir()
    with pytest.raises(FileUnsupported, match="folder"):
        load_picture(path)


@posix_only
@pytest.mark.timeout(10)
def test_a_pipe_or_a_device_never_hangs(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    os.mkfifo(path)
    with pytest.raises(FileUnsupported, match="pipe"):
        load_picture(path)
    with pytest.raises(FileUnsupported, match="device"):
        load_picture(Path("/dev/zero"))
    address = tmp_path / "s.png"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.fspath(address))
        with pytest.raises(FileUnsupported):
            load_picture(address)


@posix_only
def test_a_forbidden_file_says_so() -> None:
    # A folder of its own: pytest's is closed to everybody but the user who runs the tests.
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder) / "x.png"
        path.write_bytes(b"x")
        path.chmod(0)
        user = os.geteuid()
        if user == 0:
            os.seteuid(NOBODY)  # root may read everything
        try:
            with pytest.raises(FileUnreadable, match="permission"):
                load_picture(path)
        finally:
            os.seteuid(user)


def test_permission_and_disk_errors_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.png"
    path.write_bytes(b"x")

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(FileUnreadable, match="permission"):
        load_picture(path)

    def fail(*_: object) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "open", fail)
    with pytest.raises(FileUnreadable, match="Input/output error"):
        load_picture(path)


def test_a_name_that_no_system_takes_is_unreadable() -> None:
    with pytest.raises(FileUnreadable):
        load_picture(Path("a\x00b.png"))


@posix_only
@pytest.mark.parametrize("raw", [b"line\nbreak.png", "🍌 香蕉.png".encode(), b"caf\xe9\xff.png"])
def test_any_name_that_the_disk_allows_can_be_read(raw: bytes, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + raw))
    try:
        path.write_bytes(encoded(noise(10, 10), "PNG"))
    except OSError:
        pytest.skip("this file system refuses the name")
    assert load_picture(path).width == 10


def test_running_out_of_memory_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object, **__: object) -> None:
        raise MemoryError

    data = encoded(noise(10, 10), "PNG")
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", exhausted)
    with pytest.raises(FileTooLarge, match="memory"):
        load_picture(data)
