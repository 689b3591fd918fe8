"""What was made to do harm, and whether it did any: files, values, replies, rows.

Each attack gets a library of its own with some pictures in it, and a process of its own, whose time
and memory are measured. It is harmless when it ends in time and in memory without an error that is
none of Plantain's own, and what was there before is there as it was.

A kind is a module with its members: ``MEMBERS: dict[str, Attack]``, and a line in ``KINDS``.
"""

from __future__ import annotations

import importlib
import resource
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from desktop.core.cancellation import CancelToken
from desktop.core.progress import finish
from desktop.core.query import Query
from tests.reliability import process
from tests.reliability.totals import WRONGS, Findings, Totals
from tests.reliability.world import World, digests

Attack = Callable[[World], None]
"""Attacks the library of this world; raises AssertionError where harm was done."""

KINDS = ("decoding", "files", "rows", "texts")
"""Modules ``attacks_KIND``."""
PICTURES = 4
_SECONDS = 60.0
_MEMORY_MB = 2_560
"""The caps of the program and any decoder, and libraries."""


@dataclass(frozen=True)
class Measured:
    """What an attack cost: seconds, and megabytes held at the highest by any of its processes."""

    seconds: float
    megabytes: float


def all_attacks() -> dict[str, Attack]:
    """Every attack by "kind: member"."""
    found: dict[str, Attack] = {}
    for kind in KINDS:
        members: Mapping[str, Attack] = importlib.import_module(
            f"tests.reliability.attacks_{kind}"
        ).MEMBERS
        found |= {f"{kind}: {name}": attack for name, attack in members.items()}
    return found


def run(
    folder: Path,
    totals: Totals,
    tell: Callable[[str], None],
    only: Callable[[str], bool] = lambda _: True,
) -> dict[str, Measured]:
    """Try every attack whose name is wanted; returns what each cost."""
    world = World(folder / "world")
    prepared = process.run(partial(_prepare, world))
    if prepared.error:
        totals.add({"crashed": [prepared.error]}, "preparing the attacks")
        return {}
    template = folder / "template"
    world.folder.rename(template)
    measured: dict[str, Measured] = {}
    for name, attack in all_attacks().items():
        if only(name):
            shutil.copytree(template, world.folder, symlinks=True)
            findings, measured[name] = suffer(world, attack)
            totals.add(findings, name)
            totals.count("attacks", name)
            shutil.rmtree(world.folder)
    tell(f"attacks: {totals.tried['attacks']}")
    return measured


def suffer(world: World, attack: Attack) -> tuple[Findings, Measured]:
    """One attack in a process of its own."""
    before = digests(world.originals)
    ended = process.run(partial(_suffer, world, attack), deadline_s=_SECONDS)
    findings: Findings = {wrong: [] for wrong in WRONGS}
    if ended.error:
        findings["crashed"].append(ended.error)
    if not ended.was_in_time:
        findings["hung"].append(f"no end after {ended.seconds:.0f} s")
    megabytes = max((message.get("megabytes", 0.0) for message in ended.messages), default=0.0)
    if megabytes > _MEMORY_MB:
        findings["crashed"].append(f"{megabytes:.0f} MB were taken")
    now = digests(world.originals)
    findings["altered"] += [f"{name} changed" for name in before if now.get(name) != before[name]]
    return findings, Measured(ended.seconds, megabytes)


def costs(measured: Mapping[str, Measured], most: int = 10) -> list[str]:
    """Lines for people: the longest and the largest."""
    slow = sorted(measured.items(), key=lambda item: -item[1].seconds)[:most]
    large = sorted(measured.items(), key=lambda item: -item[1].megabytes)[:most]
    return [
        *(f"{cost.seconds:6.1f} s   {name}" for name, cost in slow),
        *(f"{cost.megabytes:6.0f} MB  {name}" for name, cost in large),
    ]


def _prepare(world: World, say: Callable[[process.Message], None]) -> None:
    world.enter()
    world.make()
    world.add_pictures(world.originals, PICTURES, 0)
    with world.open() as engine:
        finish(engine.indexing.run([world.originals], CancelToken()))


def _suffer(world: World, attack: Attack, say: Callable[[process.Message], None]) -> None:
    world.enter()
    attack(world)
    is_whole(world)
    peak = max(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    say({"megabytes": peak / 1024})


def is_whole(world: World) -> None:
    """Raises AssertionError when the library cannot be opened, indexed and searched."""
    with world.open() as engine:
        report = finish(engine.indexing.run([], CancelToken()))
        own = [f for f in report.failed if f.path.name in {f"{n:06}.png" for n in range(PICTURES)}]
        assert not own, own
        names = {asset.name for asset in engine.browsing.all()}
        assert {f"{number:06}.png" for number in range(PICTURES)} <= names, names
        engine.searching.settle()
        found = engine.searching.search(Query(text="anything", limit=100)).hits
        assert len(found) >= PICTURES, f"{len(found)} pictures are found"
        for hit in found:
            assert -1.001 <= hit.score <= 1.001, hit
