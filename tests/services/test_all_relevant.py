"""Everything that has to do with a search is counted and can be brought, not only its best."""

from __future__ import annotations

import numpy as np
import pytest

from desktop.core.cancellation import Cancelled, CancelToken
from desktop.core.query import MOST_RELEVANT, Query, SearchResult
from desktop.index.exact import unit
from desktop.library.catalog.assets import ReadFile
from desktop.library.folders.scan import FoundFile
from desktop.services.engine import Engine
from desktop.services.search import searching

_COUNT = 150


def fill(engine: Engine, count: int) -> list[ReadFile]:
    """Pictures that were read, without files on disk."""
    root = engine.catalog.roots.add(engine.library.paths.folder / "pictures")
    files = [FoundFile(f"{n}.jpg".encode(), 10**6 + n, n) for n in range(count)]
    ids = engine.catalog.add_files(root, files)
    read = [ReadFile(each, 400, 300, "JPEG", f"{each:064x}") for each in ids]
    engine.catalog.record_read(read)
    return read


@pytest.fixture
def tagged(engine: Engine) -> Engine:
    """So many of the campaign, and as many others."""
    read = fill(engine, 2 * _COUNT)
    engine.annotations.tag([each.asset_id for each in read[:_COUNT]], ["campaign"])
    return engine


def found(engine: Engine, text: str = "campaign", weaker: int = 100) -> SearchResult:
    return engine.searching.search(Query(text, limit=MOST_RELEVANT), weaker=weaker)


def test_all_that_are_tagged_so_are_counted_whatever_the_limit(tagged: Engine) -> None:
    few = tagged.searching.search(Query("campaign", limit=10))
    assert (len(few.hits), few.relevant, few.has_more) == (10, _COUNT, False)
    assert len(found(tagged).hits) == _COUNT


def test_where_still_more_are_relevant_it_is_said(
    tagged: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "MOST_RELEVANT", _COUNT - 1)
    cut = found(tagged)
    assert (cut.relevant, cut.has_more) == (_COUNT - 1, True)
    monkeypatch.setattr(searching, "MOST_RELEVANT", _COUNT)
    whole = found(tagged)
    assert (whole.relevant, whole.has_more) == (_COUNT, False)


def test_the_first_answer_has_the_best_of_them_and_the_next_one_all(tagged: Engine) -> None:
    query = Query("campaign", limit=MOST_RELEVANT)
    quick = tagged.searching.search(query, at_once=True)
    assert (quick.relevant, quick.has_more, quick.is_preliminary) == (100, True, True)
    assert len(quick.hits) == 100, "none of the others passes for a weaker one"
    whole = tagged.searching.search(query)
    assert (whole.relevant, whole.has_more, whole.is_preliminary) == (_COUNT, False, False)


def test_counting_many_ends_when_it_is_cancelled(tagged: Engine) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        tagged.searching.search(Query("campaign"), cancel=cancel)


def test_all_that_look_like_it_are_brought_and_few_of_the_others(engine: Engine) -> None:
    read = fill(engine, 4 * _COUNT)
    encoder = engine.model.encoder()
    [text] = encoder.encode_texts(["zebra"])
    noise = np.random.default_rng(1).normal(size=(len(read), len(text))).astype(np.float32)
    values = unit(noise)
    values[:_COUNT] = unit(text + 0.2 * unit(noise[:_COUNT]))
    engine.vectors.add(encoder.info.identity, read, values)
    answer = found(engine, "zebra", weaker=20)
    assert (answer.relevant, len(answer.hits)) == (_COUNT, _COUNT + 20)
    assert {hit.asset.id for hit in answer.hits[:_COUNT]} == {r.asset_id for r in read[:_COUNT]}
