from __future__ import annotations

import errno
import io
import os
import threading
from pathlib import Path

import pytest
from PIL import Image

from desktop.core.errors import LibraryError
from desktop.media.colour import GROUND
from desktop.media.thumbnails import ThumbnailCache
from tests.media.samples import mean_difference, noise

HASH = "ab" + "0" * 30


@pytest.fixture
def cache(tmp_path: Path) -> ThumbnailCache:
    return ThumbnailCache(tmp_path / "thumbs", side=128)


def test_a_thumbnail_lies_in_the_shard_of_its_hash(cache: ThumbnailCache) -> None:
    assert cache.path_for(HASH) == cache.folder / "ab" / f"{HASH}.jpg"
    assert not cache.folder.exists()


@pytest.mark.parametrize("digest", ["", "ab", "../../etc/passwd", HASH.upper(), HASH + "/x"])
def test_only_a_hash_names_a_thumbnail(cache: ThumbnailCache, digest: str) -> None:
    with pytest.raises(ValueError, match="hash"):
        cache.path_for(digest)


def test_the_long_side_is_limited_and_the_shape_kept(cache: ThumbnailCache) -> None:
    source = noise(800, 600)
    path = cache.write(HASH, source)
    assert path == cache.path_for(HASH)
    with Image.open(path) as image:
        assert image.format == "JPEG"
        assert image.size == (128, 96)
        assert mean_difference(image, source.resize((128, 96), Image.Resampling.LANCZOS)) < 4


def test_a_small_picture_is_not_enlarged_and_a_line_keeps_a_pixel(cache: ThumbnailCache) -> None:
    with Image.open(cache.write(HASH, noise(50, 20))) as image:
        assert image.size == (50, 20)
    with Image.open(cache.write(HASH, noise(9000, 3))) as image:
        assert image.size == (128, 1)


def test_colour_is_not_halved(cache: ThumbnailCache) -> None:
    stripes = Image.new("RGB", (64, 64), "white")
    for x in range(0, 64, 2):
        stripes.paste((255, 0, 0), (x, 0, x + 1, 64))
    with Image.open(cache.write(HASH, stripes)) as image:
        assert mean_difference(image, stripes) < 8


def faded(width: int, height: int) -> Image.Image:
    """Clear at the left, opaque at the right."""
    image = noise(width, height)
    image.putalpha(Image.linear_gradient("L").rotate(90).resize((width, height)))
    return image


def test_what_is_clear_stays_so_and_is_read_on_mid_grey(cache: ThumbnailCache) -> None:
    art = Image.new("RGBA", (300, 200), (0, 0, 0, 0))
    art.paste((10, 20, 30, 255), (150, 0, 300, 200))
    path = cache.write(HASH, art)
    assert path == cache.path_for(HASH, has_alpha=True) == cache.find(HASH)
    with Image.open(path) as image:
        assert (image.format, image.size, image.mode) == ("WEBP", (128, 85), "RGBA")
        assert image.getchannel("A").getpixel((10, 40)) == 0
        assert image.getpixel((120, 40)) == (10, 20, 30, 255)
    read = cache.read(HASH)
    assert read is not None
    assert read.mode == "RGB"
    assert (read.getpixel((10, 40)), read.getpixel((120, 40))) == (GROUND, (10, 20, 30))


def test_a_cut_out_photograph_does_not_take_what_a_drawing_does(tmp_path: Path) -> None:
    cache = ThumbnailCache(tmp_path / "thumbs")
    source = faded(512, 512)
    path = cache.write(HASH, source)
    whole = io.BytesIO()
    source.save(whole, "WEBP", lossless=True, quality=0, method=0)
    assert path.stat().st_size < whole.tell() / 2
    with Image.open(path) as image:
        assert image.getchannel("A").tobytes() == source.getchannel("A").tobytes()


def test_one_that_keeps_what_is_clear_stands_before_the_flat_one(cache: ThumbnailCache) -> None:
    flat = cache.write(HASH, noise(50, 20), is_received=True)
    assert (cache.find(HASH), cache.find_own(HASH)) == (flat, None)
    clear = cache.write(HASH, faded(50, 20))
    assert cache.find(HASH) == cache.find_own(HASH) == clear
    assert cache.is_own(HASH)


def test_what_is_there_and_what_is_missing_can_be_asked(cache: ThumbnailCache) -> None:
    other = "cd" + "1" * 30
    assert not cache.folder.exists()
    assert not cache.exists(HASH)
    path = cache.write(HASH, noise(60, 60))
    assert cache.exists(HASH)
    assert cache.missing([other, HASH, other]) == [other]
    assert [file for file in cache.folder.rglob("*") if file.is_file()] == [path]


def test_writing_twice_is_fine_and_leaves_nothing_behind(cache: ThumbnailCache) -> None:
    cache.write(HASH, noise(60, 60))
    cache.write(HASH, noise(60, 60))
    assert [entry.name for entry in cache.path_for(HASH).parent.iterdir()] == [f"{HASH}.jpg"]


def test_many_writers_and_readers_never_see_half_a_picture(cache: ThumbnailCache) -> None:
    problems: list[BaseException] = []
    source = noise(300, 300)

    def write() -> None:
        try:
            for _ in range(15):
                with Image.open(cache.write(HASH, source)) as image:
                    image.load()
        except BaseException as error:  # noqa: BLE001 - reported by the assertion below
            problems.append(error)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    assert len(list(cache.path_for(HASH).parent.iterdir())) == 1


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "disk is full"), (errno.EACCES, "cannot be written"), (errno.EIO, "could not")],
)
def test_a_full_or_closed_disk_is_a_sentence_and_leaves_no_rubbish(
    cache: ThumbnailCache, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(LibraryError, match=words) as caught:
        cache.write(HASH, noise(20, 20))
    assert caught.value.safe
    assert not list(cache.path_for(HASH).parent.iterdir())


def test_a_file_where_the_folder_should_be_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "thumbs").write_text("in the way")
    with pytest.raises(LibraryError):
        ThumbnailCache(tmp_path / "thumbs").write(HASH, noise(20, 20))
