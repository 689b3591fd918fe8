"""Reading, encoding and storing at once: the same results, bounded memory, and a clean end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from desktop.core.cancellation import CancelToken
from desktop.core.errors import Cancelled, LibraryError, ModelError, StoreUnreachable
from desktop.core.pixels import PixelSpec
from desktop.core.progress import Progress, finish
from desktop.embedding.encoder import Arithmetic, Encoder, EncoderInfo
from desktop.index.milvus import MilvusStore
from desktop.media import decode
from desktop.media.thumbnails import ThumbnailCache
from desktop.services.current_model import CurrentModel
from desktop.services.engine import Engine
from desktop.services.indexing.indexing import Indexing
from desktop.services.indexing.reading import MemoryBudget, PictureReader
from tests import pictures
from tests.services.conftest import OpenEngine

SPEC = PixelSpec(32)


class StandIn:
    """An encoder whose vectors are the picture's first pixels; remembers its calls."""

    def __init__(
        self, batch_size: int = 8, before: Callable[[int], object] = lambda _: None
    ) -> None:
        self.info = EncoderInfo("stand-in", "0123456789ab", "stand-in", 24, SPEC)
        self.batch_size = batch_size
        self.calls: list[int] = []
        self._before = before
        self._lock = threading.Lock()

    def encode_images(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        with self._lock:
            self.calls.append(len(pixels))
            number = len(self.calls)
        self._before(number)
        flat = pixels.reshape(len(pixels), -1)[:, :24].astype(np.float32) + 1
        return flat / np.linalg.norm(flat, axis=1, keepdims=True)

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.full((len(texts), 24), 24**-0.5, np.float32)

    def prepare(self) -> None: ...

    def loading(self) -> None: ...

    def arithmetic(self) -> Arithmetic:
        return Arithmetic("a stand-in")

    def close(self) -> None:
        pass


class StandInModel(CurrentModel):
    """As if ``encoder`` were that of an installed model."""

    def __init__(self, encoder: Encoder, load: Callable[[], Encoder]) -> None:
        self._space = encoder.info.identity
        self._loads = load
        self.step: Progress | None = None

    def vector_space(self) -> str | None:
        return self._space

    def pixels(self) -> PixelSpec:
        return SPEC

    def encoder(self) -> Encoder:
        return self._loads()

    def loading(self) -> Progress | None:
        return self.step


def indexing(
    engine: Engine, encoder: Encoder, load: Callable[[], Encoder] | None = None, readers: int = 2
) -> Indexing:
    """The engine's own parts around another encoder."""
    return Indexing(
        engine.indexing._survey,
        engine.catalog,
        engine.vector_table,
        engine.vectors,
        engine.thumbnails,
        StandInModel(encoder, load or (lambda: encoder)),
        readers=readers,
    )


def rows(engine: Engine) -> list[tuple[object, ...]]:
    """What the catalogue and the vector table hold, times left out."""
    assets = engine.library.database.read(
        "SELECT id, relative_path, state, failure, width, height, format, content_hash, colours,"
        " perceptual_hash FROM assets LEFT JOIN palettes ON asset_id = id ORDER BY relative_path"
    )
    vectors = engine.library.database.read(
        "SELECT id, asset_id, content_hash, value, is_stored FROM vectors ORDER BY id"
    )
    return [tuple(row) for row in (*assets, *vectors)]


@pytest.fixture
def engine(open_engine: OpenEngine) -> Engine:
    return open_engine(model="")


def test_the_number_of_readers_changes_nothing(
    open_engine: OpenEngine, folder: Path, tmp_path: Path
) -> None:
    for seed in range(30):  # of sizes that make the readers overtake each other
        pictures.save(folder / f"{seed:02}.png", seed, (40 + 997 * seed % 600, 30 + seed * 7))
    (folder / "07 broken.png").write_bytes(b"\x89PNG\r\n\x1a\n nonsense")
    found: list[list[tuple[object, ...]]] = []
    calls: list[list[int]] = []
    for readers in (1, 4):
        engine = open_engine(model="", library_dir=tmp_path / f"library {readers}")
        encoder = StandIn()
        finish(indexing(engine, encoder, readers=readers).run([folder], CancelToken()))
        found.append(rows(engine))
        calls.append(sorted(encoder.calls))
    assert found[0] == found[1]
    assert calls[0] == calls[1] == [6, 8, 8, 8]


def test_a_picture_is_written_down_with_its_colours_and_its_likeness(
    engine: Engine, folder: Path
) -> None:
    Image.new("RGB", (90, 60), (245, 197, 24)).save(folder / "yellow.png")
    finish(indexing(engine, StandIn()).run([folder], CancelToken()))
    [row] = engine.library.database.read("SELECT id, perceptual_hash FROM assets")
    assert engine.catalog.palettes.of(row["id"]) == (("#F5C518", 100),)
    assert row["perceptual_hash"] == "2:" + "0" * 48


def test_pictures_are_read_and_shown_while_the_model_is_being_loaded(
    engine: Engine, folder: Path
) -> None:
    pictures.fill(folder, 40)
    encoder, may_load = StandIn(), threading.Event()

    def load() -> Encoder:
        assert may_load.wait(30)
        return encoder

    steps: list[Progress] = []
    for step in indexing(engine, encoder, load).run([folder], CancelToken()):
        steps.append(step)
        if step.current and engine.catalog.counts()["unread"] <= 8:
            may_load.set()
    assert Progress("Starting the model", 0, 40) in steps
    before = [step for step in steps if step.stage == "Starting the model"]
    assert len([step for step in before if step.current]) >= 32, "read without a model"
    assert {step.done for step in before} == {0}, "not searchable yet"
    assert steps[-1] == Progress("Reading pictures", 40, 40)


def test_how_far_the_model_is_made_ready_is_told_while_pictures_wait_for_it(
    engine: Engine, folder: Path
) -> None:
    pictures.fill(folder, 5)
    encoder, may_load = StandIn(), threading.Event()

    def load() -> Encoder:
        assert may_load.wait(30)
        return encoder

    made = indexing(engine, encoder, load)
    assert isinstance(made._model, StandInModel)
    made._model.step = Progress("Making the model ready", 3, 8, unit="steps")
    told = 0
    for step in made.run([folder], CancelToken()):
        told += step.stage == "Making the model ready, 3 of 8"
        if told == 8:  # more often than there are pictures
            may_load.set()
    assert told >= 8
    assert engine.vector_table.stored_count(encoder.info.identity) == 5


def test_a_few_pictures_are_searchable_at_once(engine: Engine, folder: Path) -> None:
    pictures.fill(folder, 5)
    encoder = StandIn(batch_size=256)
    assert finish(indexing(engine, encoder).run([folder], CancelToken())).added == 5
    assert encoder.calls == [5]
    assert engine.vector_table.stored_count(encoder.info.identity) == 5


def test_two_calls_are_in_flight(engine: Engine, folder: Path) -> None:
    pictures.fill(folder, 16)
    both = threading.Barrier(2, timeout=30)
    encoder = StandIn(before=lambda _: both.wait())
    assert finish(indexing(engine, encoder).run([folder], CancelToken())).added == 16


class TestStopping:
    def test_while_the_model_is_being_loaded(self, engine: Engine, folder: Path) -> None:
        pictures.fill(folder, 300)
        encoder, cancel = StandIn(), CancelToken()

        def load() -> Encoder:
            assert cancel.wait(30)
            return encoder

        with pytest.raises(Cancelled):
            for step in indexing(engine, encoder, load).run([folder], cancel):
                if step.current == "0150.png":
                    cancel.cancel()
        assert engine.catalog.counts()["unread"] == 300 - 151, "what was read can be seen"
        assert encoder.calls == []
        report = finish(indexing(engine, encoder).run([folder], CancelToken()))
        assert report.added + report.updated == 300

    def test_while_encoding_with_everything_full(self, engine: Engine, folder: Path) -> None:
        pictures.fill(folder, 200)
        cancel = CancelToken()
        encoder = StandIn(before=lambda call: call >= 4 and cancel.wait(30))
        stop = threading.Timer(1.0, cancel.cancel)
        stop.start()
        with pytest.raises(Cancelled):
            finish(indexing(engine, encoder).run([folder], cancel))
        stop.join()
        kept = engine.vector_table.stored_count(encoder.info.identity)
        assert kept % 8 == 0
        again = finish(indexing(engine, StandIn()).run([folder], CancelToken()))
        assert (again.added + again.updated, again.unchanged) == (200 - kept, kept)

    def test_by_whoever_takes_no_more_steps(self, engine: Engine, folder: Path) -> None:
        pictures.fill(folder, 100)
        steps = indexing(engine, StandIn()).run([folder], CancelToken())
        while next(steps).stage != "Reading pictures":
            pass
        steps.close()
        assert not _stage_threads()


class TestFailing:
    def test_a_model_that_does_not_load(self, engine: Engine, folder: Path) -> None:
        pictures.fill(folder, 40)

        def load() -> Encoder:
            raise ModelError("The model is damaged.")

        with pytest.raises(ModelError, match="damaged"):
            finish(indexing(engine, StandIn(), load).run([folder], CancelToken()))
        assert not _stage_threads()

    def test_another_model_chosen_meanwhile(self, engine: Engine, folder: Path) -> None:
        pictures.fill(folder, 3)
        other = StandIn()
        other.info = EncoderInfo("other", "ffffffffffff", "other", 24, SPEC)
        with pytest.raises(ModelError, match="Another model"):
            finish(indexing(engine, StandIn(), lambda: other).run([folder], CancelToken()))
        assert other.calls == []

    def test_an_encoder_that_gives_up(self, engine: Engine, folder: Path) -> None:
        pictures.fill(folder, 60)

        def dead(call: int) -> None:
            if call >= 3:
                raise ModelError("The model stopped.")

        encoder = StandIn(before=dead)
        with pytest.raises(ModelError, match="stopped"):
            finish(indexing(engine, encoder).run([folder], CancelToken()))
        assert not _stage_threads()
        kept = engine.vector_table.stored_count(encoder.info.identity)
        assert kept in (8, 16), "what came before stays; the second call may still be under way"
        report = finish(indexing(engine, StandIn()).run([folder], CancelToken()))
        assert report.added + report.updated == 60 - kept

    def test_a_disk_that_is_full_for_thumbnails(
        self, engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pictures.fill(folder, 20)
        real = ThumbnailCache.write

        def full(cache: ThumbnailCache, digest: str, image: Image.Image) -> Path:
            if sum(file.stat().st_size for file in cache.folder.glob("*/*")) > 5_000:
                raise LibraryError("The disk is full, so no more previews can be kept.")
            return real(cache, digest, image)

        monkeypatch.setattr(ThumbnailCache, "write", full)
        with pytest.raises(LibraryError, match="full"):
            finish(indexing(engine, StandIn()).run([folder], CancelToken()))
        assert not _stage_threads()

    def test_a_store_that_cannot_be_reached(
        self, engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pictures.fill(folder, 40)
        encoder = StandIn()

        def gone(*_: object) -> None:
            raise StoreUnreachable("The vector store does not answer.")

        with monkeypatch.context() as patch:
            patch.setattr(MilvusStore, "upsert", gone)
            with pytest.raises(StoreUnreachable):
                finish(indexing(engine, encoder).run([folder], CancelToken()))
        assert not _stage_threads()
        assert [
            row.id for batch in engine.vector_table.unsent(encoder.info.identity) for row in batch
        ]
        finish(indexing(engine, encoder).run([folder], CancelToken()))
        assert engine.vector_table.stored_count(encoder.info.identity) == 40


class TestMemory:
    def test_readers_share_a_budget(self) -> None:
        budget, held, most = MemoryBudget(100), [0], [0]
        lock = threading.Lock()

        def use(amount: int) -> None:
            with budget.hold(amount):
                with lock:
                    held[0] += amount
                    most[0] = max(most[0], held[0])
                time.sleep(0.001)
                with lock:
                    held[0] -= amount

        threads = [threading.Thread(target=use, args=(10 + 7 * n % 50,)) for n in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert 0 < most[0] <= 100

    def test_what_is_larger_than_the_budget_goes_alone(self) -> None:
        budget = MemoryBudget(100)

        def take(amount: int) -> None:
            with budget.hold(amount):
                pass

        with budget.hold(10**9):
            other = threading.Thread(target=take, args=(1,))
            other.start()
            other.join(0.05)
            assert other.is_alive()
        other.join()

    def test_large_pictures_are_not_decoded_side_by_side(
        self, engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for number in range(4):
            Image.new("RGB", (2000, 1500), (number, 9, 9)).save(folder / f"{number}.png")
        monkeypatch.setattr("desktop.services.indexing.reading._BYTES_OF_DECODING", 16_000_000)
        lock, at_once, most, real = threading.Lock(), [0], [0], decode._reduce

        def watched(image: Image.Image, factor: int) -> Image.Image:
            with lock:
                at_once[0] += 1
                most[0] = max(most[0], at_once[0])
            time.sleep(0.02)
            try:
                return real(image, factor)
            finally:
                with lock:
                    at_once[0] -= 1

        monkeypatch.setattr(decode, "_reduce", watched)
        finish(indexing(engine, StandIn(), readers=4).run([folder], CancelToken()))
        assert most[0] == 1


def test_a_reader_gives_what_was_asked_for_and_nothing_more(tmp_path: Path, engine: Engine) -> None:
    pictures.fill(tmp_path / "p", 1)
    finish(engine.indexing.run([tmp_path / "p"], CancelToken()))
    [asset] = engine.browsing.all()
    without = PictureReader(engine.thumbnails, None, 1).read(asset)
    assert without.pixels is None
    with_pixels = PictureReader(engine.thumbnails, SPEC, 1).read(asset)
    assert with_pixels.file == without.file
    assert with_pixels.pixels is not None
    assert with_pixels.pixels.shape == (1, 32, 32, 3)


def _stage_threads() -> list[str]:
    names = [thread.name for thread in threading.enumerate()]
    return [name for name in names if name.startswith(("decode_", "encode_"))]
