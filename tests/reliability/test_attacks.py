"""A few attacks, and proof that harm would be seen. All: ``python -m tests.reliability``."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.reliability import attacks
from tests.reliability.attacks_files import MEMBERS
from tests.reliability.totals import Totals
from tests.reliability.world import World


def test_a_few_attacks_do_no_harm(tmp_path: Path) -> None:
    totals = Totals()
    chosen = {f"files: {name}" for name in list(MEMBERS)[:3]}
    measured = attacks.run(tmp_path, totals, lambda _: None, chosen.__contains__)
    assert totals.is_clean, totals.wrongs
    assert set(measured) == chosen
    assert len(attacks.costs(measured)) == 2 * len(chosen)


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
