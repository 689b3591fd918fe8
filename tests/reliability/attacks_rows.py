"""Rows of the catalogue that no Plantain has written, as a stranger's back-up can carry them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import partial

from desktop.core.query import Query
from tests.reliability.attacks import Attack
from tests.reliability.world import World

_VALUES = {
    "another form": '[{"a": 1}]',
    "half a text": '{"request": {"prompt": "',
    "5,000 digits": "9" * 5_000,
    "half a character": '{"request": {"prompt": "\\ud800"}}',
    "nesting of 60,000": "[" * 60_000,
}
_ROWS = {
    "text in pictures": "INSERT INTO picture_texts (content_hash, reader, lines)"
    " SELECT DISTINCT content_hash, 'r', :value FROM assets",
    "lineage": "INSERT INTO lineage (asset_id, record, attempt, parent)"
    " SELECT id, :value, 'key', '' FROM assets",
    "attempts": "INSERT INTO attempts (key, state, record, out, queued_at, position)"
    " VALUES ('key', 'queued', :value, x'', 1.0, 1)",
    "matrices": "INSERT INTO matrices VALUES (1, 1.0, 't', :value, :value)",
    "brand kits": "INSERT INTO kits (key, version, is_default) VALUES ('k', 1, 1);"
    "INSERT INTO kit_versions SELECT id, 1, 1.0, :value FROM kits",
    "saved searches": "INSERT INTO saved_searches VALUES ('k', 'k', 'rating:' || :value, :value,"
    " :value, 0)",
}
"""What is kept as JSON -> how a row of it is added."""


def _row(statements: str, value: str, world: World) -> None:
    with closing(sqlite3.connect(world.library / "catalog.sqlite")) as catalogue:
        for statement in statements.split(";"):
            catalogue.execute(statement, {"value": value})
        catalogue.execute("PRAGMA application_id = 1")  # the words of all are made anew
        catalogue.commit()
    with world.open() as engine:
        assets = engine.browsing.all()
        assert len(engine.searching.search(Query(text=assets[0].filename)).hits) == len(assets)
        for asset in assets:
            engine.browsing.details(asset.id)
        engine.annotations.rate([asset.id for asset in assets], 2)
        assert len(engine.exchange.collect().assets) == len(assets)
        engine.generation.queue.view()
        engine.generation.matrices.latest()
        engine.generation.kits.default()
        engine.saved_searches.all()


MEMBERS: dict[str, Attack] = {
    f"{what} of {name}": partial(_row, statements, value)
    for what, statements in _ROWS.items()
    for name, value in _VALUES.items()
}
