"""One order out of what is seen, what is said and what colour was named; and why each is there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from desktop.config.options import EngineOptions
from desktop.config.preferences import Preferences
from desktop.core.cancellation import CancelToken
from desktop.core.generation_record import GenerationRecord, GenerationRequest
from desktop.core.progress import finish
from desktop.core.query import Query, Reason, SearchHit, SearchResult, Signal
from desktop.core.query_fields import LESS_ALIKE
from desktop.library.catalog.word_search import Words
from desktop.services.engine import Engine
from desktop.services.search.fusion import Ranking, fused, in_order, ranks
from desktop.services.search.word_matches import Exactness, WordMatcher
from desktop.wiring.engine import open_engine
from tests import pictures
from tests.colours import palette_share
from tests.services.conftest import OpenEngine


def said(**words: Any) -> Words:
    nothing = Words(name="", folder="", tags=(), note="", prompt="", told="", written="")
    return replace(nothing, **words)


class TestFusion:
    def test_equal_scores_share_a_rank(self) -> None:
        assert ranks({7: 0.5, 3: 0.9, 4: 0.5, 1: 0.1}) == {3: 1, 4: 2, 7: 2, 1: 4}

    def test_what_several_signals_found_comes_before_what_one_did(self) -> None:
        total = fused([Ranking(1, {1: 0.9, 2: 0.8}), Ranking(1, {3: 7.0, 2: 6.0})])
        assert max(total, key=lambda asset_id: total[asset_id]) == 2

    def test_a_signal_counts_as_much_as_its_weight_and_as_it_is_sure(self) -> None:
        looks = Ranking(1, {1: 0.9, 2: 0.8})
        assert in_order(fused([looks, Ranking(0, {3: 7.0})]), {}, ()) == [1, 2, 3]
        unsure = Ranking(2, {3: 7.0}, {3: 0.1})
        assert in_order(fused([looks, unsure]), {}, ()) == [1, 2, 3]
        assert in_order(fused([looks, Ranking(2, {3: 7.0})]), {}, ()) == [3, 1, 2]

    def test_what_is_called_so_is_first_and_what_fits_is_before_what_does_not(self) -> None:
        total = {1: 0.4, 2: 0.3, 3: 0.2, 4: 0.1}
        assert in_order(total, {4: 2, 3: 1}, {4, 3, 2}) == [4, 3, 2, 1]


class TestWords:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("hero shot", said(tags=("Hero Shot",))),
            ("hero shot", said(name="hero_shot.png")),
            ("hero shot", said(name="HeroShot.psd")),
            ("hero_shot.png", said(name="Hero Shot.png")),
            ("IMG_0412", said(name="IMG_0412.jpg")),
            ("crème brûlée", said(name="Creme-Brulee.jpg")),
            ("红色披风", said(tags=("红色披风",))),
            ("マント", said(name="マント.png")),
        ],
    )
    def test_a_name_or_a_tag_is_exactly_it(self, text: str, words: Words) -> None:
        match = WordMatcher(text).match(words)
        assert match.exactness is Exactness.NAME
        assert match.share == 1

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("spring campaign", said(note="For the spring campaign, page 2")),
            ("silk cape", said(prompt="a red silk cape on a beach")),
            ("红色披风", said(name="海报_红色披风终稿.png")),
        ],
    )
    def test_several_words_as_they_stand_are_a_phrase(self, text: str, words: Words) -> None:
        assert WordMatcher(text).match(words).exactness is Exactness.PHRASE

    @pytest.mark.parametrize(
        ("text", "words", "share"),
        [
            ("gold watch", said(name="goldWatch.png"), 1.0),
            ("the gold watch on a table", said(name="watch gold.png"), 2 / 4),
            ("on the table", said(name="table lamp.png"), 1 / 2),
            ("watches", said(name="watch.png"), 0.0),
            ("wat", said(name="watch.png"), 0.8),
            ("红色的披风", said(name="披风.png"), 0.5),
            ("赤いマント", said(name="マント.png"), 0.0),
            ("น้ำ", said(name="แม่น้ำ.png"), 1.0),
            ("빨간 망토", said(name="망토.png"), 0.5),
            ("anna", said(folder="photos/anna", name="1.png"), 1.0),
        ],
    )
    def test_how_much_of_a_query_is_found(self, text: str, words: Words, share: float) -> None:
        match = WordMatcher(text).match(words)
        assert match.share == pytest.approx(share)
        assert match.exactness is not Exactness.NAME or text == "gold watch"

    def test_each_place_says_what_was_found_there(self) -> None:
        words = said(tags=("sale",), name="watch.png", written="Gold")
        why = WordMatcher("gold watch sale").match(words).why
        assert [(each.signal, each.detail) for each in why] == [
            (Signal.WORDS, "tag sale"),
            (Signal.WORDS, "name: watch"),
            (Signal.TEXT, "written in it: gold"),
        ]
        assert [each.score for each in why] == pytest.approx([1 / 3] * 3)


def details(hit: SearchHit) -> list[str]:
    return [why.detail for why in hit.why]


class TestSearching:
    """With a model that knows nothing: what is said has to do it."""

    @pytest.fixture
    def searched(self, engine: Engine, folder: Path) -> Engine:
        pictures.fill(folder, 12)
        pictures.save(folder / "hero_shot.png", 50)
        pictures.save(folder / "red.png", 51, size=(64, 64))
        finish(engine.indexing.run([folder], CancelToken()))
        return engine

    def search(self, engine: Engine, text: str) -> SearchResult:
        result = engine.searching.search(Query(text))
        assert [hit.rank for hit in result.hits] == [*range(1, len(result.hits) + 1)]
        return result

    def test_what_is_called_so_is_first_and_relevant(self, searched: Engine) -> None:
        for text in ("hero shot", "hero_shot.png", "HeroShot", "HERO SHOT"):
            result = self.search(searched, text)
            assert result.hits[0].asset.filename == "hero_shot.png", text
            assert result.relevant >= 1
        assert "name: hero, shot" in details(self.search(searched, "hero shot").hits[0])
        assert len(result.hits) > 5, "the others come behind"

    def test_a_tag_a_note_and_a_prompt_are_found_though_a_model_answers(
        self, searched: Engine
    ) -> None:
        tagged, noted, made = (a.id for a in searched.catalog.all_assets()[:3])
        searched.annotations.tag([tagged], ["Wintermantel"])
        searched.annotations.annotate([noted], "ask Ann before use")
        searched.lineage.record(made, GenerationRecord(GenerationRequest("一件丝绸披风")))
        for text, asset_id, detail in (
            ("wintermantel", tagged, "tag Wintermantel"),
            ("ask Ann before use", noted, "note: ask, Ann, before, use"),
            ("丝绸披风", made, "prompt: 丝绸披风"),
        ):
            best = self.search(searched, text).hits[0]
            assert best.asset.id == asset_id
            assert best.why[0].detail == detail
            assert best.why[-1].signal is Signal.MEANING

    def test_conditions_hold_for_every_signal(self, searched: Engine) -> None:
        for text in ("hero shot -hero", "hero shot is:tagged", "hero shot type:jpeg"):
            found = self.search(searched, text)
            assert "hero_shot.png" not in [hit.asset.filename for hit in found.hits], text

    def test_a_number_finds_the_file_that_is_called_so(self, searched: Engine) -> None:
        assert self.search(searched, "0003").hits[0].asset.filename == "0003.png"

    def test_weights_are_asked_for_at_each_search(
        self, tmp_path: Path, tiny_model: Path, folder: Path
    ) -> None:
        pictures.fill(folder, 12)
        preferences = Preferences(tmp_path / "settings.toml")
        options = EngineOptions(profile_dir=tmp_path / "profile", model=str(tiny_model))
        with open_engine(options, {}, preferences) as engine:
            finish(engine.indexing.run([folder], CancelToken()))
            before = [hit.asset.id for hit in self.search(engine, "xyzzy").hits]
            preferences.change(weight_meaning=0.0)
            after = self.search(engine, "xyzzy")
        ids = [hit.asset.id for hit in after.hits]
        fitting, others = ids[: after.relevant], ids[after.relevant :]
        assert ids == [*sorted(fitting, reverse=True), *sorted(others, reverse=True)], "the newest"
        assert ids != before
        assert sorted(ids) == sorted(before)

    def test_nonsense_says_that_nothing_fits(self, searched: Engine) -> None:
        result = self.search(searched, "xyzzy qwerty")
        assert result.relevant <= 1
        assert all(why.signal is Signal.MEANING for hit in result.hits for why in hit.why)

    def test_without_a_model_words_and_colours_rank(
        self, open_engine: OpenEngine, folder: Path
    ) -> None:
        for name, colour in (("one", "#E01010"), ("two", "#1010E0"), ("red shoes", "#10E010")):
            Image.new("RGB", (64, 64), colour).save(folder / f"{name}.png")
        engine = open_engine(model="")
        finish(engine.indexing.run([folder], CancelToken()))
        result = self.search(engine, "red")
        assert [hit.asset.filename for hit in result.hits] == ["red shoes.png", "one.png"]
        assert result.relevant == 2
        assert details(result.hits[1]) == [f"{round(100 * result.hits[1].why[0].score)} % red"]
        assert result.hits[1].why[0].signal is Signal.COLOUR
        assert self.search(engine, "blue shoes").relevant == 0


class TestColoursAsConditions:
    @pytest.fixture
    def striped(self, open_engine: OpenEngine, folder: Path) -> Engine:
        """Each has red stripes, blue ones or both; the file's name tells how many of eight."""
        for red, blue in ((2, 1), (0, 8), (6, 2), (4, 0), (1, 4)):
            picture = Image.new("RGB", (96, 96), "#E8E8E8")
            for stripe in range(8):
                colour = "#FF0000" if stripe < red else "#0000FF"
                if stripe < red + blue:
                    picture.paste(colour, (stripe * 12, 0, stripe * 12 + 12, 96))
            picture.save(folder / f"{red} red {blue} blue.png")
        engine = open_engine(model="")
        finish(engine.indexing.run([folder], CancelToken()))
        return engine

    def names(self, engine: Engine, text: str) -> list[str]:
        result = engine.searching.search(Query(text))
        assert result.relevant == len(result.hits)
        return [hit.asset.name for hit in result.hits]

    def test_what_has_most_of_it_is_first_and_says_how_much(self, striped: Engine) -> None:
        for name in ("red", "大红", "#f00"):
            hits = striped.searching.search(Query(f"color:{name}~")).hits
            shares = [
                palette_share(striped.browsing.details(hit.asset.id).palette, "#FF0000", LESS_ALIKE)
                for hit in hits
            ]
            assert shares == sorted(shares, reverse=True)
            assert len(hits) == 4
            assert [details(hit) for hit in hits] == [[f"{share} % {name}"] for share in shares]
            assert [hit.why[0].score for hit in hits] == [share / 100 for share in shares]
            assert {hit.reason for hit in hits} == {Reason.CONDITIONS}

    def test_of_several_the_one_counts_that_it_has_least_of(self, striped: Engine) -> None:
        [first, *_] = striped.searching.search(Query("color:red~ color:blue~")).hits
        assert first.asset.name == "6 red 2 blue.png"
        assert details(first)[0].endswith(" % red + blue")

    def test_what_must_not_be_there_ranks_nothing(self, striped: Engine) -> None:
        [hit] = striped.searching.search(Query("-color:red~")).hits
        assert hit.asset.name == "0 red 8 blue.png"
        assert not hit.why
        newest = [asset.name for asset in striped.browsing.all()]
        assert self.names(striped, "type:png -color:orange") == newest


@pytest.mark.parametrize(
    ("text", "name", "share"),
    [
        ("红色", "粉红色台灯 318.jpg", 0.0),
        ("绿色", "蓝绿色的杯子.jpg", 0.0),
        ("红色台灯", "粉红色台灯.jpg", 2 / 3),  # as a lamp of any other colour
        ("红色", "深红色台灯.jpg", 1.0),
        ("红色", "红色和粉红色.jpg", 1.0),
        ("粉红色", "粉红色台灯.jpg", 1.0),
        ("pink 粉红", "粉红色台灯.jpg", 0.5),
    ],
)
def test_a_colour_is_not_found_at_the_end_of_another(text: str, name: str, share: float) -> None:
    said = Words(name, "", (), "", "", "", "")
    assert WordMatcher(text).match(said).share == pytest.approx(share)


def test_another_colour_is_not_the_phrase_that_was_typed() -> None:
    said = Words("粉红色的台灯 3.jpg", "", (), "", "", "", "")
    assert WordMatcher("红色的台灯").match(said).exactness is Exactness.NONE
    assert WordMatcher("粉红色的台灯").match(said).exactness is Exactness.PHRASE
