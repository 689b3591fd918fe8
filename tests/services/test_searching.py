"""Finding by meaning, by picture, by both, and by words alone."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from desktop.core.annotations import Flag
from desktop.core.asset import Asset
from desktop.core.cancellation import CancelToken
from desktop.core.errors import FileError, UsageError
from desktop.core.generation_record import GenerationRequest
from desktop.core.progress import finish
from desktop.core.prompt_things import things_in
from desktop.core.query import Crop, Example, Query, Reason, SearchHit
from desktop.core.query_language import QueryError
from desktop.core.rights import Rights
from desktop.media.decode import load_picture
from desktop.media.encoder_pixels import encoder_pixels
from desktop.services.engine import Engine
from desktop.services.search.proposals import for_thing
from tests import pictures
from tests.movies import BLUE, GREEN, RED, make_movie
from tests.services.conftest import OpenEngine


def index(engine: Engine, *paths: Path) -> None:
    finish(engine.indexing.run(paths, CancelToken()))


def test_a_picture_finds_itself_first(engine: Engine, folder: Path) -> None:
    files = pictures.fill(folder, 8)
    index(engine, folder)
    for path in files:
        best = engine.searching.search(Query.like(path, limit=3)).hits[0]
        assert best.asset.path == path
        assert best.score == pytest.approx(1.0, abs=1e-4)
        assert best.reason is Reason.MEANING


def test_a_large_picture_finds_itself_too(engine: Engine, folder: Path) -> None:
    large = pictures.save(folder / "large.jpg", 3, (2400, 1800))
    index(engine, folder)
    [hit] = engine.searching.search(Query.like(large)).hits
    assert hit.score == pytest.approx(1.0, abs=1e-4)


def test_a_pasted_picture_is_as_good_as_a_file(engine: Engine, folder: Path) -> None:
    [first, *_] = pictures.fill(folder, 4)
    index(engine, folder)
    pasted = io.BytesIO()
    pictures.draw(0).save(pasted, "PNG")
    hits = engine.searching.search(Query.like(pasted.getvalue(), limit=1)).hits
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
    both = engine.searching.search(Query("a watch", (Example(files[0]),), 6)).hits
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


def test_conditions_alone_bring_all_they_mean_the_newest_first(
    engine: Engine, folder: Path
) -> None:
    pictures.fill(folder / "old", 3)
    index(engine, folder)
    pictures.fill(folder / "new", 2, first_seed=9)
    index(engine, folder)
    result = engine.searching.search(Query(text="type:png", limit=1))
    folders = [Path(hit.asset.folder).name for hit in result.hits]
    assert folders == ["new", "new", "old", "old", "old"]
    assert {hit.reason for hit in result.hits} == {Reason.CONDITIONS}
    assert result.query.text == "type:png"


def test_conditions_hold_for_what_is_ranked(engine: Engine, folder: Path) -> None:
    pictures.fill(folder, 3)
    index(engine, folder)
    found = engine.searching.search(Query(text='a watch -"0001" -is:missing'))
    assert sorted(hit.asset.filename for hit in found.hits) == ["0000.png", "0002.png"]
    assert {hit.reason for hit in found.hits} == {Reason.MEANING}
    with pytest.raises(QueryError, match="ratting"):
        engine.searching.search(Query(text="a watch ratting:3"))
    assert engine.searching.propose("0001. ratting:3 tag:none", 2), "a prompt has no conditions"


def test_a_query_picture_that_cannot_be_read_is_a_clear_error(engine: Engine, folder: Path) -> None:
    index(engine, folder)
    with pytest.raises(FileError):
        engine.searching.search(Query.like(folder / "nowhere.png"))


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
        engine.searching.search(Query.like(folder / "other.png"))


class TestProposals:
    def test_the_best_fitting_assets_with_scores_and_reasons(
        self, engine: Engine, folder: Path
    ) -> None:
        pictures.fill(folder / "red cape", 9)
        index(engine, folder)
        proposed = engine.searching.propose("a red cape", 4)
        hits = engine.searching.search(Query(text="red cape")).hits
        assert proposed[0].asset_id == hits[0].asset.id
        scores = {hit.asset.id: hit.score for hit in hits}
        assert [r.score for r in proposed] == [scores[r.asset_id or 0] for r in proposed]
        assert len({r.asset_id for r in proposed}) == 4
        assert {r.reason for r in proposed} == {"matches the prompt"}
        assert {r.words for r in proposed} == {"red cape"}

    def test_each_thing_has_its_own_and_the_best_of_each_is_first(
        self, engine: Engine, folder: Path
    ) -> None:
        for number, name in enumerate(("red cape", "gold watch", "帽子")):
            pictures.fill(folder / name, 3, first_seed=10 * number)
        index(engine, folder)
        prompt = "A model in a red cape, with a gold watch，和一顶帽子, no cups"
        found = engine.searching.propose_each(prompt, 2)
        told = [(thing.words, len(thing.references)) for thing in found.things]
        assert told == [("model", 0), ("red cape", 2), ("gold watch", 2), ("帽子", 2)]
        assert found.missing() == ("model",)
        for thing in found.things:
            assert {r.path.parent.name for r in thing.references} <= {thing.words}
        firsts = [thing.references[0] for thing in found.things if thing.references]
        assert engine.searching.propose(prompt, 5)[:3] == tuple(firsts)

    def test_a_look_alone_does_not_make_the_thing(self, engine: Engine, folder: Path) -> None:
        pictures.save(folder / "red hat.png", seed=1)
        pictures.save(folder / "blue cape.png", seed=2)
        index(engine, folder)
        [cape] = engine.searching.propose("a red cape", 3)
        assert cape.path.name == "blue cape.png"
        assert engine.searching.propose_each("a red lamp", 3).missing() == ("red lamp",)

    def test_those_of_one_thing_are_unlike_each_other(self, engine: Engine, folder: Path) -> None:
        for name in ("one", "the same"):
            pictures.save(folder / "red" / "cape" / f"{name}.png", seed=1)
            pictures.save(folder / "long" / "cape" / f"{name}.png", seed=7)
        index(engine, folder)
        two = engine.searching.propose("a cape", 2)
        assert {r.path.parent.parent.name for r in two} == {"red", "long"}

    def test_no_prompt_no_proposals(self, engine: Engine) -> None:
        assert engine.searching.propose("  ", 4) == ()
        assert engine.searching.propose("a cape", 0) == ()

    def test_a_result_comes_behind_photographs_and_what_is_gone_not_at_all(
        self, engine: Engine, folder: Path
    ) -> None:
        gone, kept = pictures.fill(folder / "cape", 2)
        index(engine, folder)
        request = GenerationRequest("a cape", generator="moodboard")
        made = finish(engine.generation.generating.run(request, CancelToken()))
        assert finish(engine.indexing.make_searchable(made.asset_ids, CancelToken()))
        gone.unlink()
        index(engine, folder)
        assert [r.path for r in engine.searching.propose("a cape", 5)] == [kept, made.asset.path]

    def test_a_generated_picture_counts_half(self) -> None:
        def named(number: int, *, is_generated: bool) -> SearchHit:
            asset = Asset(number, "/cape", f"{number}.png", 1, 0, 0.0, is_generated=is_generated)
            return SearchHit(number, asset, 0.3, Reason.MEANING)

        hits = [named(number, is_generated=number in {1, 3}) for number in range(1, 8)]
        [thing] = things_in("cape")
        found = for_thing(thing, 7, lambda _: hits, lambda _: {})
        assert [each.asset_id for each in found.references] == [2, 1, 4, 5, 6, 3, 7]

    def test_what_was_rejected_is_never_proposed(self, engine: Engine, folder: Path) -> None:
        pictures.fill(folder / "cape", 3)
        index(engine, folder)
        best, *others = engine.searching.propose("a cape", 3)
        engine.annotations.flag([best.asset_id or 0], Flag.REJECTED, has=True)
        again = engine.searching.propose("a cape", 3)
        assert {each.path for each in again} == {each.path for each in others}

    def test_of_near_duplicates_with_a_kept_one_only_that(
        self, engine: Engine, folder: Path
    ) -> None:
        shot = pictures.save(folder / "cape" / "shot.png", 1, (640, 480))
        for side in (400, 300):
            with Image.open(shot) as picture:
                picture.resize((side, side * 3 // 4)).save(shot.with_name(f"{side}.png"))
        other = pictures.save(folder / "cape" / "other.png", 7)
        index(engine, folder)
        assert len(engine.searching.propose("a cape", 9)) == 4
        approved = engine.catalog.asset_at(shot.with_name("300.png"))
        assert approved is not None
        engine.annotations.flag([approved.id], Flag.KEPT, has=True)
        assert {r.path for r in engine.searching.propose("a cape", 9)} == {approved.path, other}
        engine.annotations.give_rights([approved.id], Rights(is_private=True))
        assert {r.path for r in engine.searching.propose("a cape", 9)} == {other}


def test_a_part_of_a_picture_can_be_searched_by(
    engine: Engine, folder: Path, tmp_path: Path
) -> None:
    folder.mkdir(exist_ok=True)
    red, blue = Image.new("RGB", (300, 300), "red"), Image.new("RGB", (300, 300), "blue")
    red.save(folder / "red.png")
    blue.save(folder / "blue.png")
    both = Image.new("RGB", (600, 300), "red")
    both.paste(blue, (300, 0))
    both.save(tmp_path / "both.png")
    index(engine, folder)
    for crop, name in ((Crop(0, 0, 0.5, 1), "red.png"), (Crop(0.5, 0, 0.5, 1), "blue.png")):
        query = Query("", (Example(tmp_path / "both.png", crop=crop),), 1)
        assert engine.searching.search(query).hits[0].asset.filename == name


def test_a_page_and_a_moment_find_what_is_seen_there(
    engine: Engine, folder: Path, tmp_path: Path
) -> None:
    for name, colour in (("red.png", RED), ("green.png", GREEN), ("blue.png", BLUE)):
        Image.new("RGB", (300, 200), colour).save(folder / name)
    index(engine, folder)
    frames = [Image.new("RGB", (300, 200), colour) for colour in (RED, GREEN)]
    both = Image.new("RGB", (300, 200), GREEN)
    both.paste(BLUE, (150, 0, 300, 200))
    pages, moving = tmp_path / "pages.tif", tmp_path / "moving.gif"
    frames[0].save(pages, save_all=True, append_images=[frames[1], both])
    frames[0].save(moving, save_all=True, append_images=[frames[1], both], duration=100)
    film = make_movie(tmp_path / "x.mp4", [(RED, 1), (GREEN, 1), (both, 1)])
    right = Crop(0.6, 0.1, 0.3, 0.8)
    for example, name in (
        (Example(pages, page=1), "green.png"),
        (Example(pages, crop=right, page=2), "blue.png"),
        (Example(pages, crop=right), "red.png"),
        (Example(moving, position_ms=150), "green.png"),
        (Example(moving, crop=right, position_ms=250), "blue.png"),
        (Example(moving, crop=right, position_ms=0), "red.png"),
        (Example(film, position_ms=1_500), "green.png"),
        (Example(film, crop=right, position_ms=2_500), "blue.png"),
        # Its poster: what is of one colour is no scene.
        (Example(film, crop=right), "blue.png"),
    ):
        best = engine.searching.search(Query("", (example,), 1)).hits[0]
        assert best.asset.filename == name, example


def test_what_is_away_or_changed_is_searched_by_as_it_was_kept_or_is(
    engine: Engine, folder: Path
) -> None:
    files = pictures.fill(folder, 6)
    index(engine, folder)
    gone, changed = files[1], files[2]
    gone.unlink()
    best = engine.searching.search(Query.like(gone)).hits[0]
    assert best.asset.path == gone
    assert best.score == pytest.approx(1.0, abs=1e-3)
    changed.write_bytes(files[4].read_bytes())
    assert engine.searching.search(Query.like(changed)).hits[0].asset.path == files[4]
    with pytest.raises(FileError):  # no part of it was kept
        engine.searching.search(Query("", (Example(gone, crop=Crop(0, 0, 0.5, 1)),)))


def test_a_scene_of_a_video_that_is_away_is_searched_by(engine: Engine, folder: Path) -> None:
    for name, colour in (("red.png", RED), ("blue.png", BLUE)):
        Image.new("RGB", (300, 200), colour).save(folder / name)
    film = make_movie(folder / "x.mp4", [(RED, 2), (BLUE, 2)])
    index(engine, folder)
    scenes = engine.searching.search(Query.like(folder / "blue.png")).hits
    at_ms = next(hit.position_ms for hit in scenes if hit.asset.path == film)
    film.unlink()
    found = engine.searching.search(Query("", (Example(film, position_ms=at_ms),), 2)).hits
    assert {hit.asset.filename for hit in found} == {"x.mp4", "blue.png"}
