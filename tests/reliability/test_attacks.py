"""A few attacks, and proof that harm would be seen. All: ``python -m tests.reliability``."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.reliability import attacks
from tests.reliability.attacks_files import MEMBERS
from tests.reliability.totals import WRONGS
from tests.reliability.world import World


def test_a_few_attacks_do_no_harm(tmp_path: Path) -> None:
    """In a process of their own: this one may have spoken to a Milvus, and gRPC survives no fork
    (its own words: doc/fork_support.md)."""
    chosen = [f"files: {name}" for name in list(MEMBERS)[:3]]
    out = tmp_path / "summary.json"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.reliability", "--part", "attacks", "--json", str(out)),
            *(argument for name in chosen for argument in ("--only", name)),
        ],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    summary = json.loads(out.read_text())
    assert summary["attacks"] == len(chosen)
    assert not any(summary[wrong] for wrong in WRONGS)
    for name in chosen:  # how long each took, and how much memory
        assert sum(line.endswith(f"  {name}") for line in done.stdout.splitlines()) == 2


def test_every_kind_has_several_members() -> None:
    names = list(attacks.all_attacks())
    for kind in attacks.KINDS:
        assert sum(name.startswith(f"{kind}: ") for name in names) >= 3


def test_harm_is_seen(tmp_path: Path) -> None:
    world = World(tmp_path / "world")
    world.make()
    world.add_pictures(world.originals, attacks.PICTURES, 0)

    def change_a_picture(world: World) -> None:
        (world.originals / "000000.png").write_bytes(b"other")

    def fail(_: World) -> None:
        raise OverflowError

    findings, cost = attacks.suffer(world, fail)
    assert "OverflowError" in findings["crashed"][0]
    assert cost.seconds < 30
    findings, _ = attacks.suffer(world, change_a_picture)
    assert findings["crashed"]
    assert findings["altered"]


def test_an_attack_that_never_ends_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attacks, "_SECONDS", 0.3)
    world = World(tmp_path / "world")
    world.make()
    assert attacks.suffer(world, lambda _: time.sleep(60))[0]["hung"]
