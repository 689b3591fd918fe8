"""Damage, a limit, a kind that nobody reads: each is told as what it is."""

from __future__ import annotations

import struct

import pytest

from desktop.core.errors import FileDamaged, FileTooLarge, FileUnsupported
from desktop.media.decode import load_picture
from desktop.media.formats.decoder_errors import Meaning, meaning_of
from desktop.media.formats.format import DecodeLimits
from tests.media import originals
from tests.media.samples import encoded, noise, png_bomb

KNOWN = originals.known_picture()


def changed(data: bytes, mark: bytes, offset: int, to: bytes) -> bytes:
    """With other bytes some way after a mark."""
    place = data.index(mark) + offset
    return data[:place] + to + data[place + len(to) :]


def kinds_that_nobody_reads() -> dict[str, bytes]:
    jpeg = encoded(KNOWN, "JPEG")
    bmp = encoded(KNOWN, "BMP")
    return {
        "JPEG in steps of size": changed(jpeg, b"\xff\xc0", 1, b"\xc5"),
        "JPEG of 14 bits": changed(jpeg, b"\xff\xc0", 4, b"\x0e"),
        "BMP of an unknown packing": bmp[:30] + struct.pack("<I", 77) + bmp[34:],
        "HEIC of an unknown codec": originals.heic(KNOWN).replace(b"hvc1", b"vvc1"),
    }


@pytest.mark.parametrize("kind", kinds_that_nobody_reads())
def test_a_kind_that_nobody_reads_is_no_damage(kind: str) -> None:
    with pytest.raises(FileUnsupported, match="rare kind of") as caught:
        load_picture(kinds_that_nobody_reads()[kind])
    assert "Save it as" in caught.value.next_step


@pytest.mark.parametrize("format_name", ["HEIC", "AVIF"])
@pytest.mark.parametrize("side", [17_000, 60_000])
def test_the_limits_of_a_decoder_are_no_damage(format_name: str, side: int) -> None:
    data = originals.heic(KNOWN) if format_name == "HEIC" else encoded(KNOWN, "AVIF")
    with pytest.raises(FileTooLarge, match=f"{side:,} × {side:,} pixels, more than the 120"):
        load_picture(changed(data, b"ispe", 8, struct.pack(">II", side, side)))


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (MemoryError(), Meaning.LIMIT),
        (OSError(12, "Cannot allocate memory"), Meaning.LIMIT),
        (OSError("out of memory when reading image file"), Meaning.LIMIT),
        (RuntimeError("Security limit exceeded: Image size 9x9"), Meaning.LIMIT),
        (SyntaxError("cannot handle 12-bit layers"), Meaning.UNKNOWN_KIND),
        (NotImplementedError("subsampling"), Meaning.UNKNOWN_KIND),
        (OSError("image file is truncated (3 bytes not processed)"), Meaning.DAMAGE),
        (OSError("broken data stream when reading image file"), Meaning.DAMAGE),
    ],
)
def test_what_decoders_say_is_understood_through_what_they_raise(
    error: Exception, meaning: Meaning
) -> None:
    assert meaning_of(error) is meaning
    wrapped = SyntaxError("broken picture")
    wrapped.__cause__ = error
    assert meaning_of(wrapped) is meaning


def test_a_large_page_in_black_and_white_is_measured_by_its_bytes() -> None:
    """A0 at 300 dpi, one byte a pixel while it is decoded."""
    page = load_picture(png_bomb(14_043, 9_933), at_least=224)
    assert (page.width, page.height) == (14_043, 9_933)
    limits = DecodeLimits(max_pixels=15_000_000)
    with pytest.raises(FileTooLarge, match="takes 140 MB of memory to open, more than the 120 MB"):
        load_picture(png_bomb(14_043, 9_933), at_least=224, limits=limits)


def test_a_progressive_jpeg_is_measured_by_its_coefficients() -> None:
    coarse, fine = (
        encoded(noise(640, 480), "JPEG", progressive=True, subsampling=subsampling)
        for subsampling in (2, 0)
    )
    limits = DecodeLimits(max_pixels=640 * 480 * 6 // 8)  # 6 bytes a pixel
    assert load_picture(coarse, at_least=60, limits=limits).width == 640
    with pytest.raises(FileTooLarge):
        load_picture(fine, at_least=60, limits=limits)


def test_what_is_cut_off_stays_damage() -> None:
    for format_name in ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "JPEG2000"):
        data = encoded(noise(160, 120), format_name)
        with pytest.raises(FileDamaged):
            load_picture(data[: len(data) // 3])
