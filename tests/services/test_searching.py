"""Finding by meaning, by picture, by both, and by words alone."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from desktop.core.cancellation import CancelToken
from desktop.core.errors import FileError, UsageError
from desktop.core.progress import finish
from desktop.core.query import Query, Reason
from desktop.generation.request import GenerationRequest
from desktop.media.decode import encoder_pixels, load_picture
from desktop.wiring import Engine
from tests import pictures
from tests.services.conftest import OpenEngine


def index(engine: Engine, *paths: Path) -> None:
    finish(engine.indexing.run(paths, CancelToken()))


def test_a_picture_finds_itself_first(engine: Engine, folder: Path) -> None:
    files = pictures.fill(folder, 8)
    index(engine, folder)
    for path in files:
        best = engine.searching.search(Query(image=path, limit=3)).hits[0]
        assert best.asset.path == path
        assert best.score == pytest.approx(1.0, abs=1e-4)
        assert best.reason is Reason.MEANING


def test_a_large_picture_finds_itself_too(engine: Engine, folder: Path) -> None:
    large = pictures.save(folder / "large.jpg", 3, (2400, 1800))
    index(engine, folder)
    [hit] = engine.searching.search(Query(image=large)).hits
    assert hit.score == pytest.approx(1.0, abs=1e-4)


def test_a_pasted_picture_is_as_good_as_a_file(engine: Engine, folder: Path) -> None:
    [first, *_] = pictures.fill(folder, 4)
    index(engine, folder)
    pasted = io.BytesIO()
    pictures.draw(0).save(pasted, "PNG")
    hits = engine.searching.search(Query(image=pasted.getvalue(), limit=1)).hits
    assert hits[0].asset.path == first


def test_ranks_are_the_cosine_order_of_the_encoder(engine: Engine, folder: Path) -> None:
    files = pictures.fill(folder, 10)
    index(engine, folder)
    encoder = engine.model.encoder()
    spec = encoder.info.pixels
    stack = [encoder_pixels(load_picture(path, at_least=512).image, spec) for path in files]
    cosines = encoder.encode_images(np.stack(stack)) @ encoder.encode_texts(["a watch"])[0]
    hits = engine.searching.search(Query(text="a watch", limit=10)).hits
    assert [hit.asset.path for hit in hits] == [files[n] for n in np.argsort(-cosines)]
    assert [hit.rank for hit in hits] == list(range(1, 11))
    assert [hit.score for hit in hits] == pytest.approx(sorted(cosines, reverse=True), abs=1e-3)


def test_words_and_a_picture_together_are_their_mean(engine: Engine, folder: Path) -> None:
    files = pictures.fill(folder, 6)
    index(engine, folder)
    encoder = engine.model.encoder()
    both = engine.searching.search(Query(text="a watch", image=files[0], limit=6)).hits
    pixels = encoder_pixels(load_picture(files[0]).image, encoder.info.pixels)
    mean = encoder.encode_texts(["a watch"])[0] + encoder.encode_images(pixels[np.newaxis])[0]
    mean /= np.linalg.norm(mean)
    own = next(hit for hit in both if hit.asset.path == files[0])
    assert own.score == pytest.approx(
        float(mean @ encoder.encode_images(pixels[np.newaxis])[0]), abs=1e-3
    )


def test_an_empty_library_finds_nothing(engine: Engine) -> None:
    assert engine.searching.search(Query(text="a watch")).hits == ()


def test_missing_pictures_are_still_found(engine: Engine, folder: Path) -> None:
    [path] = pictures.fill(folder, 1)
    index(engine, folder)
    path.unlink()
    index(engine, folder)
    [hit] = engine.searching.search(Query(text="anything")).hits
    assert hit.asset.is_missing


def test_an_empty_query_is_refused(engine: Engine) -> None:
    with pytest.raises(UsageError):
        engine.searching.search(Query(text="   "))


def test_a_query_picture_that_cannot_be_read_is_a_clear_error(engine: Engine, folder: Path) -> None:
    index(engine, folder)
    with pytest.raises(FileError):
        engine.searching.search(Query(image=folder / "nowhere.png"))


def test_without_a_model_words_are_searched_and_the_way_to_one_is_told(
    open_engine: OpenEngine, folder: Path
) -> None:
    pictures.save(folder / "红色披风" / "goldWatch.png", seed=1)
    pictures.save(folder / "other.png", seed=2)
    engine = open_engine(model="")
    index(engine, folder)
    for text in ("gold watch", "披风"):
        result = engine.searching.search(Query(text=text))
        assert [hit.asset.filename for hit in result.hits] == ["goldWatch.png"]
        assert result.hits[0].reason is Reason.WORDS
        assert "demo model" in result.notice
        assert result.model == ""
    with pytest.raises(UsageError, match="needs a model"):
        engine.searching.search(Query(image=folder / "other.png"))


class TestProposals:
    def test_the_best_fitting_assets_with_scores_and_reasons(
        self, engine: Engine, folder: Path
    ) -> None:
        pictures.fill(folder, 9)
        index(engine, folder)
        proposed = engine.searching.propose("a red cape", 4)
        hits = engine.searching.search(Query(text="a red cape", limit=4)).hits
        assert [r.asset_id for r in proposed] == [hit.asset.id for hit in hits]
        assert [r.score for r in proposed] == [hit.score for hit in hits]
        assert {r.reason for r in proposed} == {"matches the prompt"}

    def test_no_prompt_no_proposals(self, engine: Engine) -> None:
        assert engine.searching.propose("  ", 4) == ()
        assert engine.searching.propose("a cape", 0) == ()

    def test_results_do_not_feed_on_results_nor_on_what_is_gone(
        self, engine: Engine, folder: Path
    ) -> None:
        gone, kept = pictures.fill(folder, 2)
        index(engine, folder)
        request = GenerationRequest("a cape", generator="moodboard")
        finish(engine.generating.run(request, CancelToken()))
        gone.unlink()
        index(engine, folder)
        assert [r.path for r in engine.searching.propose("a cape", 5)] == [kept]
