"""kill -9 of the installed program, then a run to the end: nothing is lost or doubled."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from desktop.config.options import EngineOptions
from desktop.core.cancellation import CancelToken
from desktop.core.progress import finish
from desktop.library.catalog.database import Database
from desktop.library.catalog.vectors import VectorTable
from desktop.wiring.engine import open_engine
from tests import pictures
from tests.embedding import tiny
from tests.reliability import installed
from tests.reliability.installed import Program
from tests.reliability.totals import Totals

SEED = 20_261_122


def test_indexing_killed_ten_times_ends_with_every_picture_once(tmp_path: Path) -> None:
    model = str(tiny.save_with_sidecar(tmp_path / "model"))
    totals = Totals()
    installed.run(10, random.Random(SEED), tmp_path, totals, model=model)
    assert totals.tried["kills"] == 10
    assert totals.is_clean, totals.wrongs


def test_encoding_for_another_model_killed_several_times_ends_with_every_picture_once(
    tmp_path: Path, plantain: Callable[..., dict[str, Any]]
) -> None:
    count, kills = 300, 4
    folder = tmp_path / "pictures"
    for seed in range(count):
        pictures.save(folder / f"{seed:04}.jpg", seed, (900, 700))
    options = EngineOptions(profile_dir=Path(os.environ["PLANTAIN_PROFILE_DIR"]))
    with open_engine(options) as engine:
        for seed, name in enumerate(("old", "new"), start=1):
            checkpoint = tiny.save_with_sidecar(tmp_path / name, seed=seed)
            finish(engine.models.import_file(checkpoint, name=name, cancel=CancelToken()))
        new = engine.models.resolve("new").identity
    plantain("model", "use", "old")
    assert plantain("index", folder)["added"] == count
    change = plantain("model", "use", "new")["change"]
    assert change == {"old": "old", "new": "new", "done": 0, "total": count}

    database = Database(engine.library.paths.catalog)
    vector_table = VectorTable(database)

    def encoded() -> int:
        return vector_table.stored_counts().get(new, 0)

    moments = random.Random(SEED)
    killed = 0
    while killed < kills:
        enough = encoded() + moments.randint(1, count // (2 * kills))
        if not Program().kill("index", when=lambda: encoded() >= enough):  # noqa: B023 (used at once)
            break
        killed += 1
        result = plantain("search", "a watch", "-k", 2 * count)
        assert (result["model"], len(result["hits"])) == ("old", count)
    database.close()
    assert killed >= 2

    assert plantain("index")["found"] == count
    result = plantain("search", "a watch", "-k", 2 * count)
    assert (result["model"], len(result["hits"])) == ("new", count)
    assert len({hit["asset_id"] for hit in result["hits"]}) == count
    assert plantain("doctor")["model_change"] is None
    with open_engine(options) as engine:
        engine.vectors.settle(new)
        store = engine.vectors.open_known(new)
        assert store is not None
        assert store.ids() == engine.vector_table.stored_ids(new)
        assert store.count() == count
    plantain("model", "use", "old")
    result = plantain("search", "a watch", "-k", 2 * count)
    assert (result["model"], len(result["hits"])) == ("old", count)
