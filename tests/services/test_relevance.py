"""Where the scores of a search stop meaning anything."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from desktop.core.scripts import scripts_of
from desktop.services.search.relevance import (
    Bar,
    bar_for_pictures,
    bar_for_sum,
    bar_for_texts,
)
from desktop.services.search.unrelated import COUNT, SIGNS, unrelated_texts

_DIMENSION = 64


def _around(direction: NDArray[np.float64], count: int, seed: int) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal((count, _DIMENSION)) * 0.06
    vectors = direction + noise
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def _axis(number: int) -> NDArray[np.float64]:
    return np.eye(_DIMENSION)[number]


class TestBars:
    pictures = np.concatenate([_around(_axis(0), 40, 1), _around(_axis(1), 40, 2)])
    unrelated = _around(_axis(2), COUNT, 3)

    def test_what_means_nothing_stays_below_and_what_fits_comes_above(self) -> None:
        bar = bar_for_texts(self.unrelated, self.pictures, len(self.pictures))
        best = (_around(_axis(3), 200, 4) @ self.pictures.T).max(axis=1)
        assert np.mean(best < bar.relevant_from(0.0)) >= 0.9
        scores = self.pictures @ _axis(0)
        assert np.array_equal(scores >= bar.relevant_from(scores.max()), np.arange(80) < 40)

    def test_a_library_of_one_kind_alone_is_relevant_as_a_whole(self) -> None:
        capes = self.pictures[:40]
        bar = bar_for_texts(self.unrelated, capes, len(capes))
        scores = capes @ _axis(0)
        assert (scores >= bar.relevant_from(scores.max())).all()

    def test_a_model_whose_scores_lie_elsewhere_has_its_bar_there(self) -> None:
        common = 2 * _axis(5)  # real models score everything with everything
        pictures = np.concatenate(
            [_around(common + _axis(0), 40, 1), _around(common + _axis(1), 40, 2)]
        )
        unrelated = _around(common + _axis(2), COUNT, 3)
        bar = bar_for_texts(unrelated, pictures, len(pictures))
        asked = _around(common + _axis(0), 1, 9)[0]
        scores = pictures @ asked
        assert np.array_equal(scores >= bar.relevant_from(scores.max()), np.arange(80) < 40)

    def test_the_bar_rises_with_the_number_of_pictures_as_the_best_of_chance_does(self) -> None:
        few, told, known = np.mean([self._bars(seed) for seed in range(5, 10)], axis=0)
        assert few < told
        assert told == pytest.approx(known, abs=0.04)

    def _bars(self, seed: int) -> tuple[float, float, float]:
        """From 2,000 pictures: for them and for 20,000; from 20,000."""
        many = _around(0 * _axis(0), 20_000, seed)
        unrelated = _around(0 * _axis(0), COUNT, seed + 100)
        return (
            bar_for_texts(unrelated, many[:2_000], 2_000).score,
            bar_for_texts(unrelated, many[:2_000], 20_000).score,
            bar_for_texts(unrelated, many, 20_000).score,
        )

    def test_a_picture_is_relevant_that_is_more_alike_than_the_library_s_pairs(self) -> None:
        kinds = np.concatenate([_around(_axis(n), 4, n) for n in range(40)])
        bar = bar_for_pictures(kinds, len(kinds))
        scores = kinds @ kinds[0]
        assert np.array_equal(scores >= bar.relevant_from(scores.max()), np.arange(160) < 4)
        stranger = _around(_axis(50), 1, 60)[0]
        assert (kinds @ stranger < bar.score).all()

    def test_nothing_passes_where_there_is_nothing(self) -> None:
        nothing = np.empty((0, _DIMENSION), np.float32)
        assert bar_for_texts(self.unrelated, nothing, 0).score == np.inf
        assert bar_for_pictures(self.pictures[:1], 1).score == np.inf

    def test_words_and_a_picture_together_have_the_bar_of_their_sum(self) -> None:
        words, picture = (vector.astype(np.float32) for vector in (_axis(0), _axis(1)))
        bar = bar_for_sum([(1.0, Bar(0.3, 0.1), words), (1.0, Bar(0.8, 0.6), picture)])
        assert bar.score == pytest.approx(1.1 / np.sqrt(2))
        assert bar.ordinary == pytest.approx(0.7 / np.sqrt(2))


class TestUnrelatedTexts:
    @pytest.mark.parametrize(
        ("text", "scripts"),
        [
            ("red cape 3", ("LATIN",)),
            ("红色 cape", ("CJK", "LATIN")),
            ("плащ", ("CYRILLIC",)),
            ("ケープ", ("KATAKANA",)),
            ("เสื้อคลุม", ("THAI",)),
            ("42 + 7", (SIGNS,)),
            ("🍌", (SIGNS,)),
            ("ＡＢＣ", ("LATIN",)),
        ],
    )
    def test_each_is_in_the_script_that_was_typed(self, text: str, scripts: str) -> None:
        assert (scripts_of(text) or (SIGNS,)) == scripts
        for script in scripts:
            texts = unrelated_texts(script)
            assert len(texts) == COUNT == len(set(texts))
            assert {scripts_of(made) or (SIGNS,) for made in texts} <= {(script,), (SIGNS,)}
            assert texts == unrelated_texts(script)
