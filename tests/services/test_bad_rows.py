"""A row of the catalogue that no Plantain has written (a stranger's back-up can carry any) costs
itself alone: the library opens, is searched, shown and exported."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from desktop.core.annotations import Flag, TagColour
from desktop.core.brand_kit import BrandKit
from desktop.core.cancellation import CancelToken
from desktop.core.generation_record import GenerationRecord, GenerationRequest, Reference
from desktop.core.metadata import Metadata
from desktop.core.picture_text import TextLine
from desktop.core.progress import finish
from desktop.core.query import Query
from desktop.core.rights import Rights
from desktop.core.saved_search import SavedSearch
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
            outside.execute(f"UPDATE OR IGNORE {table} SET {name} = ?", (wrong,))
        use(engine)
    for wrong in WRONG[5:7]:
        engine.close()
        with closing(sqlite3.connect(catalogue, isolation_level=None)) as outside:
            outside.execute(f"UPDATE OR IGNORE {table} SET {name} = ?", (wrong,))
            outside.execute("PRAGMA application_id = 1")  # words of older rules: all made anew
        engine = open_engine()
        use(engine)


# -- values that are none of their column's type -----------------------------------------------

KINDS = {
    "TEXT": "CAST(x'ff41fe' AS TEXT)",  # no UTF-8
    "BLOB": "x'0102ff'",  # of no vector's, palette's or path's length
    "INTEGER": "'x'",
    "REAL": "'x'",
}
IDENTITIES = {
    *(
        "id",
        "asset_id",
        "root_id",
        "kit_id",
        "tag_id",
        "board_id",
        "matrix_id",
        "vector_id",
        "shared_id",
    ),
    *("relative_path", "path", "real_path", "encoder", "state"),
}
"""By which rows are found; another one makes another row of it."""


def fill_further(engine: Engine) -> None:
    """A row of the heron's, then one of the ibis's, in tables that ``fill`` leaves empty."""
    for asset in sorted(engine.catalog.all_assets(), key=lambda asset: asset.filename):
        name = asset.filename
        engine.annotations.tag([asset.id], [f"tag of {name}"])
        engine.annotations.colour_tag(f"tag of {name}", TagColour.RED)
        engine.annotations.create_board(f"board of {name}", [asset.id])
        engine.annotations.annotate([asset.id], f"note of {name}")
        engine.annotations.flag([asset.id], Flag.FAVOURITE, True)
        engine.annotations.give_rights([asset.id], Rights(licence=f"licence of {name}"))
        engine.annotations.give_board_rights(f"board of {name}", Rights(licence="print"))
        engine.annotations.give_folder_rights(f"/folder of {name}", Rights(licence="print"))
        engine.saved_searches.save(SavedSearch(f"search of {name}", text="marsh"))
        engine.saved_searches.note(f"words of {name}")
        engine.rights.give_consent(f"https://{name}")
    engine.generation.queue.pause()
    with engine.library.database.transaction() as connection:
        connection.execute("INSERT INTO team VALUES ('http://team', 5)")
        connection.executemany(
            "INSERT INTO team_assets SELECT ?, id, 'key', 1, content_hash, '{}' FROM assets"
            " WHERE id = ?",
            ((asset.id + 7, asset.id) for asset in engine.catalog.all_assets()),
        )


def spoil(catalogue: Path, kind: str) -> list[str]:
    """The first row of each table has such a value in each of its columns of this type; names the
    tables."""
    spoilt: list[str] = []
    with closing(sqlite3.connect(catalogue, isolation_level=None)) as outside:
        outside.execute("PRAGMA ignore_check_constraints = 1")
        tables = outside.execute(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
            " AND name NOT LIKE 'sqlite%'"
        ).fetchall()
        for (table,) in tables:
            columns = outside.execute(f"PRAGMA table_info({table})").fetchall()
            key = ", ".join(name for _, name, *_, place in columns if place) or "rowid"
            first = f"({key}) IN (SELECT {key} FROM {table} ORDER BY {key} LIMIT 1)"
            names = [name for _, name, declared, *_ in columns if declared == kind]
            values = ", ".join(
                f"{name} = {KINDS[kind]}" for name in names if name not in IDENTITIES
            )
            if values:
                done = outside.execute(f"UPDATE OR IGNORE {table} SET {values} WHERE {first}")
                spoilt += [table] * done.rowcount
    return spoilt


def use_further(engine: Engine) -> None:
    heron, ibis = (asset.id for asset in sorted(engine.catalog.all_assets(), key=lambda a: a.id))
    annotations, curation, token = engine.annotations, engine.curation, CancelToken()
    of_ibis = annotations.of([heron, ibis])[ibis]
    assert of_ibis.note == f"note of {IBIS}"
    assert f"tag of {IBIS}" in of_ibis.tags
    assert f"tag of {IBIS}" in {each.name for each in annotations.tags()}
    assert f"board of {IBIS}" in {each.name for each in annotations.boards()}
    assert len(annotations.board(f"board of {IBIS}").asset_ids) == 1
    annotations.tag_tree()
    annotations.tag_colours()
    annotations.flag_counts()
    assert f"search of {IBIS}" in {each.name for each in engine.saved_searches.all()}
    assert f"words of {IBIS}" in engine.saved_searches.history()
    assert f"/folder of {IBIS}" in engine.rights.folders()
    assert f"https://{IBIS}" in engine.rights.consents()
    assert engine.rights.claims([heron, ibis])[ibis][0].rights.licence == f"licence of {IBIS}"
    curation.duplicates.exact()
    curation.duplicates.near()
    curation.register.entries()
    curation.tag_suggestions.for_assets([heron, ibis])
    engine.look_order.order([heron, ibis], token)
    for text in ("color:#ff0000", "rating:>=1", "is:favourite", "is:private", "folder:pictures"):
        engine.searching.search(Query(text=text))
    engine.status.read()
    engine.generation.spending.report()
    list(engine.team_tables.outgoing.shared(engine.model.require().identity))
    assert {sent.asset_id for sent in engine.team_tables.sent.all().values()} >= {ibis}
    assets = engine.browsing.all()
    assert len(assets.by_name()) == len(assets.by_folder()) == 2
    assert {asset.filename: asset.size > 0 for asset in assets}[IBIS]


@pytest.mark.parametrize("kind", KINDS)
def test_a_value_that_is_none_of_its_columns_type_costs_itself_alone(
    kind: str, open_engine: Callable[..., Engine], folder: Path
) -> None:
    engine = open_engine()
    fill(engine, folder)
    fill_further(engine)
    use(engine)
    use_further(engine)
    assert len(spoil(engine.library.paths.catalog, kind)) > 3
    use(engine)
    use_further(engine)
    engine.close()
    engine = open_engine()
    use(engine)
    use_further(engine)
    finish(engine.indexing.run([folder], CancelToken()))
    use_further(engine)
