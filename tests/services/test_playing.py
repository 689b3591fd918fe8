"""What moves is played: its frames in order, at their times, from any time on."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from desktop.core.asset import Asset
from desktop.core.cancellation import CancelToken
from desktop.core.errors import FileDamaged, FileUnreadable
from desktop.media.moving_picture import MovingFrame
from desktop.media.sandbox.libraries import load_libraries
from desktop.media.sandbox.pool import Sandbox
from desktop.media.thumbnails import ThumbnailCache
from desktop.services.search.large_pictures import LargePictures
from tests import movies

COLOURS = ("red", "lime", "blue", "white")
BGR = {"red": (0, 0, 255), "lime": (0, 255, 0), "blue": (255, 0, 0), "white": (255, 255, 255)}
LASTS_MS = (40, 100, 200, 60)

Played = Generator[MovingFrame, int | None, None]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LargePictures]:
    sandbox = Sandbox(load_libraries)
    sandbox.run(len, b"", Path())  # its process is there before any test
    yield LargePictures(ThumbnailCache(tmp_path_factory.mktemp("thumbnails")), sandbox)
    sandbox.close()


def asset(path: Path, **facts: Any) -> Asset:
    return Asset(1, str(path.parent), path.name, 0, 0, 0.0, frame_count=0, **facts)


def animation(path: Path) -> Asset:
    frames = [Image.new("RGB", (24, 16), colour) for colour in COLOURS]
    lossless: dict[str, Any] = {"lossless": True} if path.suffix == ".webp" else {}
    frames[0].save(
        path, save_all=True, append_images=frames[1:], duration=list(LASTS_MS), loop=0, **lossless
    )
    return asset(path)


def tone(frame: MovingFrame) -> str:
    first = tuple(frame.pixels[:3])
    return min(BGR, key=lambda name: sum(abs(a - b) for a, b in zip(BGR[name], first, strict=True)))


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png"])
def test_an_animation_is_played_round_after_round_at_its_own_speed(
    large: LargePictures, tmp_path: Path, suffix: str
) -> None:
    played = large.play(animation(tmp_path / f"a{suffix}"), 0, CancelToken())
    shown = [next(played) for _ in range(6)]
    played.close()
    assert [tone(frame) for frame in shown] == ["red", "lime", "blue", "white", "red", "lime"]
    assert [frame.lasts_ms for frame in shown] == [*LASTS_MS, *LASTS_MS[:2]]
    assert [frame.at_ms for frame in shown] == [0, 40, 140, 340, 0, 40]
    assert [frame.number for frame in shown] == [0, 1, 2, 3, 0, 1]


def test_of_an_animation_the_frame_of_a_time_is_shown_before_or_behind(
    large: LargePictures, tmp_path: Path
) -> None:
    played = large.play(animation(tmp_path / "a.gif"), 0, CancelToken())
    assert tone(next(played)) == "red"
    assert tone(played.send(345)) == "white"
    assert tone(played.send(139)) == "lime"
    assert tone(next(played)) == "blue"
    played.close()


def test_what_is_clear_in_an_animation_stays_clear(large: LargePictures, tmp_path: Path) -> None:
    path = tmp_path / "a.webp"
    frames = [Image.new("RGBA", (4, 4), (255, 0, 0, alpha)) for alpha in (128, 0)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=50, lossless=True)
    played = large.play(asset(path), 0, CancelToken())
    half, clear = next(played), next(played)
    played.close()
    assert half.has_alpha
    assert tuple(half.pixels[:4]) == (0, 0, 128, 128)
    assert tuple(clear.pixels[:4]) == (0, 0, 0, 0)


@pytest.mark.parametrize("suffix", [".mp4", ".webm", ".mov"])
def test_a_video_is_played_from_any_time_on(
    large: LargePictures, tmp_path: Path, suffix: str
) -> None:
    recipe = movies.Recipe("libvpx-vp9", "yuv420p") if suffix == ".webm" else movies.Recipe()
    scenes = [(movies.RED, 1.0), (movies.GREEN, 1.0), (movies.BLUE, 1.0)]
    path = movies.make_movie(tmp_path / f"a{suffix}", scenes, recipe)
    played = large.play(asset(path, duration_ms=3_000), 1_250, CancelToken())
    first = next(played)
    assert (first.at_ms, first.lasts_ms, tone(first)) == (1_200, 100, "lime")
    assert first.original == (160, 96)
    following = [next(played) for _ in range(10)]
    assert [frame.at_ms for frame in following] == [*range(1_300, 2_300, 100)]
    assert tone(following[-1]) == "blue"
    before = played.send(following[-1].at_ms - 1)
    assert before.at_ms == 2_100
    last = played.send(9_999)
    assert last.at_ms == 2_900
    assert next(played).at_ms == 0, "from the beginning again"
    played.close()


def test_what_is_damaged_says_so_and_the_process_serves_the_next(
    large: LargePictures, tmp_path: Path
) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(movies.movie_bytes(".mp4", [(movies.RED, 1.0)])[:60])
    with pytest.raises(FileDamaged):
        next(large.play(asset(path, duration_ms=1_000), 0, CancelToken()))
    played = large.play(animation(tmp_path / "a.gif"), 0, CancelToken())
    assert tone(next(played)) == "red"
    played.close()


def test_where_no_decoder_can_be_had_the_file_says_so(tmp_path: Path) -> None:
    sandbox = Sandbox(load_libraries)
    sandbox.close()
    large = LargePictures(ThumbnailCache(tmp_path / "thumbs"), sandbox)
    with pytest.raises(FileUnreadable, match="no decoder could be started"):
        next(large.play(animation(tmp_path / "a.gif"), 0, CancelToken()))
