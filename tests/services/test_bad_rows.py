"""A row of the catalogue that no Plantain has written (a stranger's back-up can carry any) costs
itself alone: the library opens, is searched, shown and exported."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from desktop.core.brand_kit import BrandKit
from desktop.core.cancellation import CancelToken
from desktop.core.generation_record import GenerationRecord, GenerationRequest, Reference
from desktop.core.metadata import Metadata
from desktop.core.picture_text import TextLine
from desktop.core.progress import finish
from desktop.core.query import Query
from desktop.services.engine import Engine
from tests import pictures

HERON, IBIS = "heron.png", "ibis.png"
PRODUCT = Reference(Path("/product.png"), role="product")
RECORD = GenerationRecord(GenerationRequest("a marsh at dawn", (PRODUCT,)), created_at=1.0)
CORNERS = ((0.1, 0.2), (0.5, 0.2), (0.5, 0.3), (0.1, 0.3))
WRONG = (
    *("", "5", "{}", "[]", "null", "[1", '[{"a": 1}]', '["x"]', '"\\ud800"', "NaN"),
    *("9" * 5_000, "[" * 60_000, '{"request": {"prompt": "\\ud800"}}'),
    '{"request": {"prompt": 5, "references": ["a", {"path": 1e999}]}}',
    '[{"text": "\\ud800", "confidence": NaN, "corners": [[1e999, "x"]]}]',
)


def heron_id(engine: Engine) -> int:
    return next(each.id for each in engine.catalog.all_assets() if each.filename == HERON)


def fill(engine: Engine, folder: Path) -> None:
    """Everything that is kept as JSON, of one of two pictures."""
    for seed, name in enumerate((HERON, IBIS)):
        pictures.save(folder / name, seed=seed)
    finish(engine.indexing.run([folder], CancelToken()))
    heron = heron_id(engine)
    asset = engine.catalog.asset(heron)
    assert asset
    engine.annotations.rate([each.id for each in engine.catalog.all_assets()], 3)
    engine.annotations.tag([heron], ["bird"])
    engine.catalog.metadata.record([(heron, Metadata(camera="Leica"))])
    engine.catalog.texts.record("r", {asset.content_hash: [TextLine("AURORA", 0.9, CORNERS)]})
    engine.lineage.record(heron, RECORD)
    engine.generation.attempts.queue("one", RECORD)
    engine.generation.attempts.queue("two", RECORD)
    engine.generation.kits.save(BrandKit("Aurora", ("#102030",)))
    engine.generation.kits.set_default("Aurora")
    with engine.library.database.transaction() as connection:
        connection.execute("INSERT INTO matrices VALUES (1, 1.0, 't', '[\"a\"]', '[\"b\"]')")
        connection.execute(
            "INSERT INTO product_truths VALUES (?, 0, ?, ?, 1.0, '{}')",
            (heron, engine.generation.product_check.checker, asset.content_hash),
        )


def use(engine: Engine) -> None:
    """As a window does."""
    heron = heron_id(engine)
    for text in ("heron", "marsh", "aurora", "bird"):
        found = engine.searching.search(Query(text=text)).hits
        assert {hit.asset.filename for hit in found} == {HERON, IBIS}
    for text in (
        "prompt:marsh",
        "model:x",
        "from:x",
        "kit:Aurora",
        "camera:leica",
        'text:"aurora"',
    ):
        engine.searching.search(Query(text=text))
    details = engine.browsing.details(heron)
    assert details.asset.filename == HERON
    engine.browsing.common_details((heron, heron))
    engine.annotations.tag([heron], ["bird of water"])
    generation = engine.generation
    generation.product_check.known(heron)
    generation.kits.all()
    generation.kits.default()
    generation.matrices.latest()
    generation.matrices.of(1)
    generation.attempts.history()
    generation.attempts.unfinished()
    generation.attempts.latest(9)
    generation.attempts.of("one")
    generation.queue.view()
    engine.lineage.of_attempt("")
    assert len(engine.exchange.collect().assets) == 2


@pytest.mark.parametrize(
    "column",
    [
        *("lineage.record", "picture_texts.lines", "metadata.told", "attempts.record"),
        *("attempts.state", "product_truths.truth", "matrices.rows", "kit_versions.content"),
    ],
)
def test_it_costs_itself_alone(
    column: str, open_engine: Callable[..., Engine], folder: Path
) -> None:
    engine = open_engine()
    fill(engine, folder)
    use(engine)
    catalogue = engine.library.paths.catalog
    table, name = column.split(".")
    for wrong in WRONG:
        with closing(sqlite3.connect(catalogue, isolation_level=None)) as outside:
            outside.execute(f"UPDATE {table} SET {name} = ?", (wrong,))
        use(engine)
    for wrong in WRONG[5:7]:
        engine.close()
        with closing(sqlite3.connect(catalogue, isolation_level=None)) as outside:
            outside.execute(f"UPDATE {table} SET {name} = ?", (wrong,))
            outside.execute("PRAGMA application_id = 1")  # words of older rules: all made anew
        engine = open_engine()
        use(engine)
