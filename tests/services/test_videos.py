"""A video is found by its scenes: each has its own vector, and all stay together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image

from desktop.core.cancellation import CancelToken
from desktop.core.errors import StoreUnreachable
from desktop.core.progress import finish
from desktop.core.query import Query, SearchHit
from desktop.index.milvus import MilvusStore
from desktop.services.engine import Engine
from desktop.services.reports import IndexReport
from tests import pictures
from tests.movies import BLUE, GREEN, LOSSLESS, RED, Colour, make_movie
from tests.services.conftest import OpenEngine

SCENES = [(RED, 1.5), (GREEN, 1.5), (BLUE, 2.0)]


def index(engine: Engine, folder: Path) -> IndexReport:
    return finish(engine.indexing.run([folder], CancelToken()))


def like(engine: Engine, folder: Path, colour: Colour) -> list[SearchHit]:
    """What is found for a picture of one colour."""
    example = folder.parent / "example.png"
    Image.new("RGB", (160, 96), colour).save(example)
    return list(engine.searching.search(Query.like(example)).hits)


def rows(engine: Engine) -> list[tuple[str, int, int]]:
    """Kind, position and whether Milvus has it, of every vector."""
    found = engine.library.database.read(
        "SELECT kind, position, is_stored FROM vectors ORDER BY asset_id, position"
    )
    return [tuple(row) for row in found]


def ids_everywhere(engine: Engine) -> list[set[int]]:
    """Ids of the vectors in the vector table, in Milvus, and in memory."""
    space = engine.model.vector_space()
    assert space is not None
    engine.vectors.settle(space)
    store = engine.vectors.open_known(space)
    assert store is not None
    assert store.wait_until_loaded(30)  # type: ignore[attr-defined]
    in_memory = store._rows._sorted_ids.tolist()  # type: ignore[attr-defined]
    in_catalog = {row["id"] for row in engine.library.database.read("SELECT id FROM vectors")}
    return [in_catalog, store.ids(), set(in_memory)]


@pytest.mark.parametrize("name", ["clip.mp4", "clip.webm", "clip.avi"])
def test_a_hit_tells_which_frame_fits(engine: Engine, folder: Path, name: str) -> None:
    codec = {"clip.mp4": "libx264", "clip.webm": "libvpx-vp9", "clip.avi": "mpeg4"}[name]
    make_movie(folder / name, SCENES, LOSSLESS.using(codec, "yuv420p"))
    pictures.save(folder / "other.png", 5)
    report = index(engine, folder)
    assert (report.found, report.added, report.failed) == (2, 2, ())
    assert engine.status.read().pending == 0
    hits: list[SearchHit] = []
    for colour, (begin, end) in zip((RED, GREEN, BLUE), ((0, 1.5), (1.5, 3), (3, 5)), strict=True):
        hits = like(engine, folder, colour)
        assert [hit.asset.filename for hit in hits] == [name, "other.png"], "each asset once"
        video, picture = hits
        assert video.position_ms is not None
        assert begin <= video.position_ms / 1000 < end
        assert picture.position_ms is None
        shown = Image.open(engine.thumbnails.path_for(video.asset.content_hash, video.position_ms))
        assert shown.getpixel((80, 48)) == pytest.approx(colour, abs=6)
    asset = hits[0].asset
    assert (asset.width, asset.height, asset.duration_ms) == (160, 96, 5_000)
    poster = Image.open(engine.thumbnails.path_for(asset.content_hash))
    assert poster.getpixel((80, 48)) == pytest.approx(RED, abs=6)


def test_an_unchanged_video_is_not_read_again(
    engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_movie(folder / "clip.mkv", SCENES, LOSSLESS)
    index(engine, folder)

    def must_not_read(*_: object, **__: object) -> None:
        raise AssertionError("an unchanged video was read")

    monkeypatch.setattr("desktop.services.indexing.reading.load_video", must_not_read)
    assert index(engine, folder).unchanged == 1


def test_a_changed_video_leaves_nothing_of_its_old_frames(engine: Engine, folder: Path) -> None:
    make_movie(folder / "clip.mkv", SCENES, LOSSLESS)
    index(engine, folder)
    before = ids_everywhere(engine)
    assert [len(ids) for ids in before] == [3, 3, 3]
    make_movie(folder / "clip.mkv", [((250, 200, 40), 1.0)], LOSSLESS)
    assert index(engine, folder).updated == 1
    after = ids_everywhere(engine)
    assert [len(ids) for ids in after] == [1, 1, 1]
    assert after[0] == after[1] == after[2]
    assert like(engine, folder, GREEN)[0].score < 0.999


def test_old_frames_that_milvus_could_not_delete_are_deleted_at_the_next_opening(
    open_engine: OpenEngine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_movie(folder / "clip.mkv", SCENES, LOSSLESS)
    engine = open_engine()
    index(engine, folder)
    make_movie(folder / "clip.mkv", [((250, 200, 40), 1.0)], LOSSLESS)

    def unreachable(*_: object) -> None:
        raise StoreUnreachable("Gone.")

    with monkeypatch.context() as patch:
        patch.setattr(MilvusStore, "delete", unreachable)
        with pytest.raises(StoreUnreachable):
            index(engine, folder)
    engine.close()
    engine = open_engine()
    index(engine, folder)
    found = ids_everywhere(engine)
    assert len(found[0]) == 1
    assert found[0] == found[1] == found[2]
    assert engine.status.read().pending == 0


def test_a_video_with_some_of_its_frames_stored_is_not_done(
    open_engine: OpenEngine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_movie(folder / "clip.mkv", SCENES, LOSSLESS)
    engine = open_engine()
    upsert = MilvusStore.upsert

    def break_off(store: MilvusStore, found: Sequence[object]) -> None:
        upsert(store, found[:2])  # type: ignore[arg-type]
        raise StoreUnreachable("Gone.")

    with monkeypatch.context() as patch:
        patch.setattr(MilvusStore, "upsert", break_off)
        with pytest.raises(StoreUnreachable):
            index(engine, folder)
    assert [stored for *_, stored in rows(engine)] == [0, 0, 0], "all frames, or none"
    assert engine.status.read().pending == 1
    engine.close()
    engine = open_engine()
    index(engine, folder)
    assert [stored for *_, stored in rows(engine)] == [1, 1, 1]
    assert engine.status.read().pending == 0
    found = ids_everywhere(engine)
    assert found[0] == found[1] == found[2]


def test_a_file_becomes_a_picture_again(engine: Engine, folder: Path) -> None:
    """Named like a video, but what is inside counts."""
    make_movie(folder / "what.mp4", SCENES)
    index(engine, folder)
    Image.new("RGB", (64, 48), RED).save(folder / "what.mp4", "JPEG")
    assert index(engine, folder).updated == 1
    assert rows(engine) == [("image", 0, 1)]
    [hit] = like(engine, folder, RED)
    assert (hit.asset.format, hit.asset.duration_ms, hit.position_ms) == ("JPEG", 0, None)


def test_without_a_model_a_video_can_be_browsed(open_engine: OpenEngine, folder: Path) -> None:
    make_movie(folder / "clip.mov", SCENES)
    engine = open_engine(model="")
    index(engine, folder)
    [asset] = engine.browsing.all()
    assert (asset.format, asset.duration_ms) == ("MOV", 5_000)
    assert engine.thumbnails.path_for(asset.content_hash).exists()


def test_broken_videos_are_told_once_with_a_reason(engine: Engine, folder: Path) -> None:
    whole = make_movie(folder / "whole.mp4", SCENES).read_bytes()
    (folder / "cut off.mp4").write_bytes(whole[: len(whole) // 2])
    (folder / "empty.mov").write_bytes(b"")
    (folder / "list.mp4").write_text("#EXTM3U\n/etc/passwd\n")
    (folder / "zeros.avi").write_bytes(b"RIFF\x00\x00\x00\x00AVI " + bytes(4_000))
    report = index(engine, folder)
    reasons = {failure.path.name: failure.reason for failure in report.failed}
    assert sorted(reasons) == ["cut off.mp4", "empty.mov", "list.mp4", "zeros.avi"]
    assert reasons["cut off.mp4"] == "The MP4 video is damaged or incomplete."
    assert "empty" in reasons["empty.mov"]
    assert index(engine, folder).added == 0


def test_videos_are_not_proposed_as_references_but_may_be_searched_with(
    engine: Engine, folder: Path
) -> None:
    clip = make_movie(folder / "clip.mp4", SCENES)
    pictures.save(folder / "still.png", 5)
    index(engine, folder)
    assert [reference.path.name for reference in engine.searching.propose("clip, still", 5)] == [
        "still.png"
    ]
    assert engine.searching.search(Query.like(clip)).hits[0].asset.filename == "clip.mp4"


KILLED_IN_THE_MIDDLE = """
import os, signal, sys
from pathlib import Path
from types import SimpleNamespace
import numpy as np
import desktop.wiring.engine
import desktop.wiring.models
from desktop.config.options import EngineOptions
from desktop.core.cancellation import CancelToken
from desktop.core.progress import finish
from desktop.index.milvus import MilvusStore

class Instant:  # an encoder without the seconds that a process and a model take
    batch_size = 8
    def __init__(self, model, load, **options):
        self.info = SimpleNamespace(identity=model.identity)
    def encode_images(self, pixels):
        return np.eye(24, dtype=np.float32)[: len(pixels)]

if __name__ == "__main__":
    desktop.wiring.models.ProcessEncoder = Instant
    upsert = MilvusStore.upsert

    def upsert_some(store, rows):
        upsert(store, rows[:2])
        os.kill(os.getpid(), signal.SIGKILL)

    MilvusStore.upsert = upsert_some
    profile, model, folder = map(Path, sys.argv[1:])
    options = EngineOptions(profile_dir=profile, model=str(model))
    engine = desktop.wiring.engine.open_engine(options, {})
    finish(engine.indexing.run([folder], CancelToken()))
"""


def test_a_kill_between_two_frames_of_a_video_loses_and_doubles_nothing(
    open_engine: OpenEngine, folder: Path, tmp_path: Path, tiny_model: Path
) -> None:
    make_movie(folder / "clip.mkv", SCENES, LOSSLESS)
    program = tmp_path / "killed.py"
    program.write_text(KILLED_IN_THE_MIDDLE)
    command = [sys.executable, program, tmp_path / "profile", tiny_model, folder]
    done = subprocess.run(
        command, cwd=Path(__file__).parents[2], env={**os.environ, "PYTHONPATH": "."}
    )
    assert done.returncode == -signal.SIGKILL
    engine = open_engine()
    assert engine.status.read().pending == 1
    index(engine, folder)
    assert engine.status.read().pending == 0
    assert [stored for *_, stored in rows(engine)] == [1, 1, 1]
    vector_table, milvus, memory = ids_everywhere(engine)
    assert len(vector_table) == 3
    assert vector_table == milvus == memory
