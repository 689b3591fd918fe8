"""A short run of the harness, and proof that it would see what it looks for.

The whole one: ``python -m tests.reliability``.
"""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from desktop.core.cancellation import CancelToken
from desktop.core.generation_record import GenerationRecord, GenerationRequest
from desktop.files.record_json import dump_record
from desktop.wiring import models
from tests.reliability import process
from tests.reliability.inspection import inspect
from tests.reliability.kills import Life, Pace
from tests.reliability.light import LightEncoder
from tests.reliability.promises import Promises
from tests.reliability.totals import WRONGS, Findings, Totals
from tests.reliability.world import World


def test_a_dozen_kills_and_the_worst_faults_do_no_harm(tmp_path: Path) -> None:
    out = tmp_path / "summary.json"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.reliability", "--quick", "--json", str(out)),
            *("--part", "kills", "--part", "faults"),
        ],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    summary = json.loads(out.read_text())
    assert set(summary) == {"kills", "faults", "mutations", "attacks", *WRONGS}
    assert summary["kills"] >= 12
    assert summary["faults"] >= 5
    assert not any(summary[wrong] for wrong in WRONGS)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """With eight pictures, indexed and whole."""
    monkeypatch.setattr(models, "ProcessEncoder", LightEncoder)
    world = World(tmp_path / "world")
    world.make()
    world.add_pictures(world.originals, 8, 0)
    with world.open() as engine:
        for _ in engine.indexing.run([world.originals], CancelToken()):
            pass
    assert not any(findings_in(world).values())
    return world


def findings_in(world: World) -> Findings:
    heard: list[dict[str, Any]] = []
    inspect(world, [], heard.append, is_last=True)
    return heard[0]["findings"]


def execute(world: World, sql: str) -> None:
    with closing(sqlite3.connect(world.library / "catalog.sqlite")) as connection:
        connection.execute(sql)
        connection.commit()


def set_failed(world: World) -> None:
    execute(world, "UPDATE assets SET state = 'failed', failure = 'gone' WHERE id = 1")


def remove_thumbnail(world: World) -> None:
    next(world.library.glob("thumbnails/*/*.jpg")).unlink()


def tear_copy(world: World) -> None:
    copy = world.library / "backups" / "catalog-daily-1.sqlite"
    copy.parent.mkdir(exist_ok=True)
    copy.write_bytes(b"SQLite format 3 and no more")


def double_lineage(world: World) -> None:
    record = dump_record(GenerationRecord(GenerationRequest("a cape")))
    execute(world, f"INSERT INTO lineage (asset_id, record) SELECT id, '{record}' FROM assets")


def leave_temporary(world: World) -> None:
    (world.originals / ".plantain-x1").touch()


@pytest.mark.parametrize(
    ("damage", "wrong"),
    [
        (set_failed, "lost"),
        (remove_thumbnail, "lost"),
        (tear_copy, "lost"),
        (double_lineage, "doubled"),
        (leave_temporary, "altered"),
    ],
)
def test_an_inspection_sees_what_is(
    world: World, damage: Callable[[World], None], wrong: str
) -> None:
    damage(world)
    assert findings_in(world)[wrong]


def test_a_promise_that_is_not_kept_is_seen() -> None:
    promises = Promises()
    promises.hear({"try": "rating:a", "value": 3})
    promises.hear({"done": "rating:a", "value": 3})
    promises.hear({"done": "complete:e", "value": 10})
    assert not list(promises.broken({"rating:a": 3, "complete:e": 12}))
    assert len(list(promises.broken({"rating:a": 0, "complete:e": 9}))) == 2
    promises.hear({"try": "rating:a", "value": 4})
    assert not list(promises.broken({"rating:a": 4, "complete:e": 10})), "the kill came in between"
    promises.settle({"rating:a": 4, "complete:e": 10})
    assert list(promises.broken({"rating:a": 3, "complete:e": 10}))


def test_an_original_that_changes_is_seen(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.make()
    life = Life(world, random.Random(1), Pace(), Totals())
    life.put_pictures()
    assert not life.altered()
    next(world.originals.iterdir()).write_bytes(b"other bytes")
    assert life.altered()


def test_a_process_that_crashes_hangs_or_leaves_a_helper_is_seen() -> None:
    def crash(say: Callable[[process.Message], None]) -> None:
        raise RuntimeError("on purpose")

    def hang(say: Callable[[process.Message], None]) -> None:
        say({"done": "this", "value": 1})
        time.sleep(60)

    def leave_a_helper(say: Callable[[process.Message], None]) -> None:
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        say({"done": "this", "value": 1})

    assert "on purpose" in process.run(crash).error
    hung = process.run(hang, deadline_s=0.5)
    assert not hung.was_in_time
    killed = process.run(hang, kill_after_s=0.5)
    assert killed.was_killed
    assert killed.messages == [{"done": "this", "value": 1}]
    assert process.run(leave_a_helper, patience_s=0.2).orphans == 1


def test_the_summary_is_clean_only_when_nothing_went_wrong() -> None:
    totals = Totals()
    totals.count("kills", "indexing", 3)
    assert totals.is_clean
    for wrong in WRONGS:
        totals.add({wrong: ["something"]}, "somewhere")
        assert totals.summary()[wrong] == 1
    assert not totals.is_clean
