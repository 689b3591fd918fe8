"""A queue of generations outlives kills; twenty of them with ``generation_kills --kills 20``."""

from __future__ import annotations

from pathlib import Path

from tests.reliability.generation_kills import run


def test_killed_generations_are_neither_lost_nor_doubled_nor_sent_twice(tmp_path: Path) -> None:
    outcome = run(tmp_path / "profile", queued=8, kills=2)
    assert outcome.problems == []
    assert outcome.sent.total() > 4
