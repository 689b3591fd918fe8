"""Pictures for looking at: all pixels or as many as are needed, with what is clear kept so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from desktop.core.asset import Asset
from desktop.core.cancellation import CancelToken
from desktop.core.errors import FileUnreadable
from desktop.media.sandbox.libraries import load_libraries
from desktop.media.sandbox.pool import Sandbox
from desktop.media.thumbnails import ThumbnailCache, frame_key
from desktop.services.search.large_pictures import LargePictures
from tests.media import originals, psds
from tests.media.test_colour import swapped_profile

HASH = "0" * 32


@pytest.fixture
def large(tmp_path: Path) -> Iterator[LargePictures]:
    sandbox = Sandbox(load_libraries)
    yield LargePictures(ThumbnailCache(tmp_path / "thumbnails"), sandbox)
    sandbox.close()


def asset(path: Path, **facts: object) -> Asset:
    return Asset(1, str(path.parent), path.name, 0, 0, 0.0, content_hash=HASH, **facts)  # pyright: ignore[reportArgumentType]


def test_all_pixels_or_as_many_as_are_needed(large: LargePictures, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.linear_gradient("L").resize((1600, 800)).convert("RGB").save(path)
    whole = large.load(asset(path))
    assert (whole.size, whole.original, whole.has_alpha) == ((1600, 800), (1600, 800), False)
    assert len(whole.rows(0, 800)) == 1600 * 800 * 3
    part = large.load(asset(path), longer=400)
    assert (part.size, part.original) == ((400, 200), (1600, 800))


def test_what_is_clear_stays_clear(large: LargePictures, tmp_path: Path) -> None:
    path = tmp_path / "logo.png"
    Image.new("RGBA", (3, 2), (10, 20, 30, 0)).save(path)
    found = large.load(asset(path))
    assert found.has_alpha
    assert found.rows(0, 2) == bytes((10, 20, 30, 0)) * 6


def test_of_a_file_that_is_away_what_the_library_keeps(
    large: LargePictures, tmp_path: Path
) -> None:
    gone = asset(tmp_path / "gone.png", is_missing=True, width=3000, height=1500)
    with pytest.raises(FileUnreadable, match="not there"):
        large.load(gone)
    ThumbnailCache(tmp_path / "thumbnails").write(HASH, Image.new("RGB", (300, 150)))
    found = large.load(gone)
    assert (found.size, found.original, found.is_stored) == ((300, 150), (3000, 1500), True)


def test_of_a_video_the_frame_that_was_found_or_else_its_poster(
    large: LargePictures, tmp_path: Path
) -> None:
    thumbnails = ThumbnailCache(tmp_path / "thumbnails")
    thumbnails.write(HASH, Image.new("RGB", (32, 18), "red"))
    video = asset(tmp_path / "a.mp4", duration_ms=9_000)
    poster = large.load(video, position_ms=5_000).rows(0, 1)
    assert poster[0] > 200
    thumbnails.write(frame_key(HASH, 5_000), Image.new("RGB", (32, 18), "blue"))
    assert large.load(video, position_ms=5_000).rows(0, 1)[2] > 200


def test_a_file_that_holds_no_more_than_its_preview_says_so(
    large: LargePictures, tmp_path: Path
) -> None:
    path = tmp_path / "a.psd"
    known = originals.known_picture()
    path.write_bytes(
        psds.with_resource(originals.psd(known, has_merged=False), psds.thumbnail(known))
    )
    assert large.load(asset(path)).is_preview


def test_values_in_the_colour_space_of_the_file_come_along(
    large: LargePictures, tmp_path: Path
) -> None:
    path = tmp_path / "wide.png"
    profile = swapped_profile()
    Image.new("RGB", (4, 2), (0x30, 0xC0, 0xF0)).save(path, icc_profile=profile)
    own = large.load(asset(path)).own
    assert own is not None
    assert own.value_at(0.9, 0.9) == "#30C0F0"
    assert own.space
    usual = tmp_path / "usual.png"
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.new("RGB", (4, 2), (0x30, 0xC0, 0xF0)).save(usual, icc_profile=srgb)
    assert large.load(asset(usual)).own is None


def test_the_pages_of_a_file_are_looked_at_one_by_one(large: LargePictures, tmp_path: Path) -> None:
    sizes = [(60, 40), (30, 80), (20, 20)]
    colours = ("red", "lime", "blue")
    pages = [Image.new("RGB", size, colour) for size, colour in zip(sizes, colours, strict=True)]
    for suffix, name in ((".tif", "TIFF"), (".pdf", "PDF")):
        path = tmp_path / f"a{suffix}"
        pages[0].save(path, save_all=True, append_images=pages[1:])
        file = asset(path, format=name)
        assert large.pages(file, CancelToken()) == sizes
        for number, (size, colour) in enumerate(zip(sizes, colours, strict=True)):
            page = large.load(file, page=number)
            assert page.original == size
            middle = page.image.getpixel((page.size[0] // 2, page.size[1] // 2))
            assert middle == pytest.approx(Image.new("RGB", (1, 1), colour).getpixel((0, 0)), abs=2)


def test_the_pictures_of_an_icon_are_its_pages_the_largest_first(
    large: LargePictures, tmp_path: Path
) -> None:
    path = tmp_path / "a.ico"
    small = Image.new("RGBA", (16, 16), "red")
    Image.new("RGBA", (64, 64), "blue").save(
        path, sizes=[(16, 16), (64, 64)], append_images=[small]
    )
    file = asset(path, format="ICO")
    assert large.pages(file, CancelToken()) == [(64, 64), (16, 16)]
    assert large.load(file, page=0).size == (64, 64)
    assert large.load(file, page=1).image.getpixel((8, 8)) == (255, 0, 0)


def test_a_picture_alone_has_no_pages(large: LargePictures, tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    Image.new("RGB", (8, 8)).save(path)
    assert large.pages(asset(path, format="TIFF"), CancelToken()) == []
