"""Faults that are put into a library on purpose, and whether the program finds its way out.

Each fault gets a library of its own, in which a person has worked, and a process of its own. It
yields what went wrong; an error that is not one of Plantain's own ends it as crashed.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from desktop.core.query import Query
from desktop.services.engine import Engine
from tests.reliability import acts, process
from tests.reliability.inspection import inspect
from tests.reliability.totals import WRONGS, Findings, Totals
from tests.reliability.world import World, digests

Wrong = tuple[str, str]
"""(one of ``WRONGS``, in words)."""
Fault = Callable[[World], Iterator[Wrong]]
PICTURES = 30
TAG = "kept"


def all_faults() -> dict[str, Fault]:
    """Every fault by name, in the order in which they are tried."""
    from tests.reliability import catalog_faults, disk_faults, instance_faults, store_faults

    parts = (catalog_faults, store_faults, disk_faults, instance_faults)
    return {name: fault for part in parts for name, fault in part.FAULTS.items()}


def run(
    folder: Path, totals: Totals, tell: Callable[[str], None], only: Callable[[str], bool]
) -> None:
    """Try every fault whose name is wanted."""
    world = World(folder / "world")
    prepared = process.run(partial(_prepare, world))
    if prepared.error:
        totals.add({"crashed": [prepared.error]}, "preparing the faults")
        return
    template = folder / "template"
    world.folder.rename(template)
    for name, fault in all_faults().items():
        if not only(name):
            continue
        shutil.copytree(template, world.folder, symlinks=True)
        totals.add(_try(world, fault), name)
        totals.count("faults", name)
        shutil.rmtree(world.folder)
    tell(f"faults: {totals.tried['faults']}")


def _try(world: World, fault: Fault) -> Findings:
    before = digests(world.originals)
    ended = process.run(partial(_suffer, world, fault), deadline_s=120)
    findings: Findings = {wrong: [] for wrong in WRONGS}
    if ended.error:
        findings["crashed"].append(ended.error)
    if not ended.was_in_time:
        findings["hung"].append(f"no end after {ended.seconds:.0f} s")
    for message in ended.messages:
        if "wrong" in message:
            findings[message["wrong"]].append(message["words"])
    now = digests(world.originals)
    findings["altered"] += [f"{name} changed" for name in before if now.get(name) != before[name]]
    return findings


def _suffer(world: World, fault: Fault, say: Callable[[process.Message], None]) -> None:
    world.enter()
    for wrong, words in fault(world):
        say({"wrong": wrong, "words": words})


def _prepare(world: World, say: Callable[[process.Message], None]) -> None:
    world.enter()
    world.make()
    world.add_pictures(world.originals, PICTURES, 0)
    with world.open() as engine:
        acts.index(world, engine, say, random.Random(1))
        ids = [asset.id for asset in engine.browsing.all()]
        engine.annotations.tag(ids[:10], [TAG])
        acts.generate(world, engine, say, random.Random(1))
        assert engine.daily_backups.make_if_due() is not None


# -- what faults ask afterwards --------------------------------------------------------------------


def is_well(world: World) -> Iterator[Wrong]:
    """The library opens, indexes to the end, and holds all that was in it."""
    heard: list[dict[str, Any]] = []
    inspect(world, [], heard.append, is_last=True)
    for wrong, words in heard[0]["findings"].items():
        yield from ((wrong, text) for text in words)
    with world.open() as engine:
        yield from holds_everything(engine)


def holds_everything(engine: Engine) -> Iterator[Wrong]:
    """Pictures, tags and vectors of the library that every fault begins with."""
    tagged = len(engine.annotations.tagged(TAG))
    if tagged != 10:
        yield "lost", f"{tagged} of 10 tags are left"
    engine.searching.settle()
    found = engine.searching.search(Query(text="anything", limit=100)).hits
    own = [hit for hit in found if not hit.asset.is_generated]
    if len(own) < PICTURES:
        yield "lost", f"{len(own)} of {PICTURES} pictures are found"
