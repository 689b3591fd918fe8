"""kill -9 of the real program while it encodes a library for another model."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from desktop.config.options import EngineOptions
from desktop.core.cancellation import CancelToken
from desktop.core.progress import finish
from desktop.library.database import Database
from desktop.library.vector_ledger import VectorLedger
from desktop.wiring import Engine
from tests import pictures
from tests.embedding import tiny

PICTURES = 300
KILLS = 4


def plantain(*arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "desktop", *arguments, "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    return json.loads(done.stdout)


def index_until(ledger: VectorLedger, encoder: str, count: int) -> None:
    """Kill the run, and all that it has started, once ``encoder`` has so many vectors."""
    process = subprocess.Popen(
        [sys.executable, "-m", "desktop", "index"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    while process.poll() is None and ledger.stored_counts().get(encoder, 0) < count:
        time.sleep(0.005)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_encoding_anew_killed_several_times_ends_with_every_picture_once(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    for seed in range(PICTURES):
        pictures.save(folder / f"{seed:04}.jpg", seed, (900, 700))
    options = EngineOptions(profile_dir=Path(os.environ["PLANTAIN_PROFILE_DIR"]))
    with Engine(options) as engine:
        for seed, name in enumerate(("old", "new"), start=1):
            checkpoint = tiny.save_with_sidecar(tmp_path / name, seed=seed)
            finish(engine.models.import_file(checkpoint, name=name, cancel=CancelToken()))
        new = engine.models.resolve("new").identity
    plantain("model", "use", "old")
    assert plantain("index", str(folder))["added"] == PICTURES
    change = plantain("model", "use", "new")["change"]
    assert change == {"old": "old", "new": "new", "done": 0, "total": PICTURES}

    database = Database(engine.library.catalog)
    ledger = VectorLedger(database)
    moments = random.Random(20261122)
    kills = 0
    while kills < KILLS:
        done = ledger.stored_counts().get(new, 0)
        index_until(ledger, new, done + moments.randint(1, PICTURES // (2 * KILLS)))
        if ledger.stored_counts().get(new, 0) == PICTURES:
            break  # faster than the kill
        kills += 1
        result = plantain("search", "a watch", "-k", str(2 * PICTURES))
        assert (result["model"], len(result["hits"])) == ("old", PICTURES)
    database.close()
    assert kills >= 2

    assert plantain("index")["found"] == PICTURES
    result = plantain("search", "a watch", "-k", str(2 * PICTURES))
    assert (result["model"], len(result["hits"])) == ("new", PICTURES)
    assert len({hit["asset_id"] for hit in result["hits"]}) == PICTURES
    assert plantain("doctor")["model_change"] is None
    with Engine(options) as engine:
        store = engine.vectors.reopen_known(new)
        assert store is not None
        assert store.ids() == engine.ledger.stored_ids(new)
        assert store.count() == PICTURES
    plantain("model", "use", "old")
    result = plantain("search", "a watch", "-k", str(2 * PICTURES))
    assert (result["model"], len(result["hits"])) == ("old", PICTURES)
