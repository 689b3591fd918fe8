"""What a model makes of texts that mean nothing is found out once for a library, and kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from desktop.core.cancellation import CancelToken
from desktop.core.errors import Cancelled
from desktop.core.progress import finish
from desktop.core.query import Query
from desktop.library.catalog.unrelated_vectors import UnrelatedVectors
from desktop.services.engine import Engine
from desktop.services.search import calibration
from desktop.services.search.calibration import Calibration
from desktop.services.search.unrelated import COUNT, VERSION, unrelated_texts
from tests import pictures
from tests.lent import LentEncoder
from tests.services.conftest import OpenEngine

_LATIN = frozenset(unrelated_texts("LATIN"))
_CYRILLIC = frozenset(unrelated_texts("CYRILLIC"))
_QUERY = Query(text="a watch")


class Asked(list[str]):
    """The texts that were encoded, in their order."""

    @property
    def unrelated(self) -> int:
        """How many of them mean nothing."""
        return len([text for text in self if text in _LATIN | _CYRILLIC])


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Filled by the engines of a test."""
    noted = Asked()
    encode = LentEncoder.encode_texts

    def note(encoder: LentEncoder, texts: Sequence[str]) -> NDArray[np.float32]:
        noted.extend(texts)
        return encode(encoder, texts)

    monkeypatch.setattr(LentEncoder, "encode_texts", note)
    return noted


@pytest.fixture
def filled(open_engine: OpenEngine, folder: Path) -> Engine:
    """Has twelve pictures."""
    engine = open_engine()
    pictures.fill(folder, 12)
    finish(engine.indexing.run([folder], CancelToken()))
    return engine


def test_the_next_start_encodes_no_unrelated_text(
    filled: Engine, open_engine: OpenEngine, asked: Asked
) -> None:
    first = filled.searching.search(_QUERY)
    assert asked.unrelated == COUNT
    filled.close()
    asked.clear()
    again = open_engine().searching.search(_QUERY)
    assert asked == ["a watch"]
    assert [hit.asset.id for hit in again.hits] == [hit.asset.id for hit in first.hits]
    assert again.relevant == first.relevant
    assert not first.is_preliminary
    assert not again.is_preliminary


def test_each_script_is_found_out_when_it_is_first_asked_for(filled: Engine, asked: Asked) -> None:
    filled.searching.search(_QUERY)
    asked.clear()
    filled.searching.search(Query(text="плащ"))
    assert asked.unrelated == len(_CYRILLIC & set(asked)) == COUNT


def test_other_texts_are_encoded_anew(
    filled: Engine, open_engine: OpenEngine, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled.searching.search(_QUERY)
    filled.close()
    asked.clear()
    monkeypatch.setattr(calibration, "VERSION", VERSION + 1)
    changed = open_engine()
    changed.searching.search(_QUERY)
    assert asked.unrelated == COUNT
    changed.close()
    asked.clear()
    open_engine().searching.search(_QUERY)
    assert asked.unrelated == 0


def test_another_model_has_its_own(filled: Engine, asked: Asked) -> None:
    first = filled.model.encoder()
    other = LentEncoder(first, "other")
    other.info = replace(first.info, weights_hash="another")
    kept = UnrelatedVectors(filled.library.database)
    for encoder in (first, other):
        Calibration(filled.vector_table, kept).learn(encoder, "a watch", CancelToken())
        assert kept.of(encoder.info.identity, "LATIN", VERSION) is not None
        asked.clear()
        Calibration(filled.vector_table, kept).learn(encoder, "a cape", CancelToken())
        assert not asked
    assert first.info.identity != other.info.identity


def test_a_library_that_is_read_only_does_without(
    filled: Engine, open_engine: OpenEngine, asked: Asked
) -> None:
    filled.close()
    engine = open_engine(is_read_only=True)
    assert engine.searching.search(_QUERY, at_once=True).is_preliminary
    first = engine.searching.search(_QUERY)
    assert asked.unrelated == COUNT
    assert engine.searching.search(_QUERY).relevant == first.relevant
    assert asked.unrelated == COUNT
    assert not engine.library.database.read("SELECT 1 FROM unrelated_texts")


def test_a_preliminary_answer_has_all_hits_and_encodes_the_query_alone(
    filled: Engine, asked: Asked
) -> None:
    quick = filled.searching.search(_QUERY, at_once=True)
    assert asked == ["a watch"]
    assert quick.is_preliminary
    assert 1 <= quick.relevant < len(quick.hits) == 12
    sure = filled.searching.search(_QUERY)
    assert {hit.asset.id for hit in quick.hits} == {hit.asset.id for hit in sure.hits}
    assert filled.searching.search(_QUERY, at_once=True) == sure


def test_what_was_found_out_before_a_cancel_is_not_lost(
    filled: Engine, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    cancel = CancelToken()
    encode = LentEncoder.encode_texts

    def cancelled(encoder: LentEncoder, texts: Sequence[str]) -> NDArray[np.float32]:
        cancel.cancel()
        return encode(encoder, texts)

    with monkeypatch.context() as patch:
        patch.setattr(LentEncoder, "encode_texts", cancelled)
        with pytest.raises(Cancelled):
            filled.searching.search(_QUERY, cancel=cancel)
    assert 0 < asked.unrelated < COUNT
    assert filled.searching.search(_QUERY, at_once=True).is_preliminary
    filled.searching.search(_QUERY)
    assert asked.unrelated == COUNT
    assert not filled.searching.search(_QUERY, at_once=True).is_preliminary
