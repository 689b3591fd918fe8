"""What the program does while it is killed; each change is announced, made, and acknowledged.

These run in a process of their own, on a real library. A line goes out before a change is begun
and one after the program has said that it is made: what the checks are held against.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from desktop.core.cancellation import CancelToken
from desktop.core.generation_record import GenerationRequest, Reference
from desktop.core.progress import ProgressSteps, ResultT, finish
from desktop.services.engine import Engine
from tests.reliability.world import World, digest_of

Say = Callable[[dict[str, Any]], None]
Act = Callable[[World, Engine, Say, random.Random], None]


def index(world: World, engine: Engine, say: Say, chance: random.Random) -> None:
    """Both folders; new pictures are put there between the runs."""
    steps = engine.indexing.run([world.originals, world.passing], CancelToken())
    _follow_counting(engine, steps, say)


def re_encode(world: World, engine: Engine, say: Say, chance: random.Random) -> None:
    """With a model that was installed between the runs."""
    newest = max(engine.models.installed(), key=lambda model: _number(model.manifest.name))
    engine.model_switch.use(newest.manifest.name)
    _follow_counting(engine, engine.indexing.catch_up(CancelToken()), say)


def tag(world: World, engine: Engine, say: Say, chance: random.Random) -> None:
    """Ratings, notes, tags and a board, one after the other."""
    assets = [asset for asset in engine.browsing.all() if not asset.is_generated]
    said = engine.annotations
    for number in range(60 if assets else 0):  # none, when the first run was killed early
        asset = chance.choice(assets)
        name, value, change = chance.choice(
            (
                ("rating", number % 5 + 1, lambda a, v: said.rate([a.id], v)),
                ("note", f"note {number}", lambda a, v: said.annotate([a.id], v)),
                ("tag even", True, lambda a, v: said.tag([a.id], ["even"])),
                ("tag odd", True, lambda a, v: said.tag([a.id], ["odd"])),
                ("tag even", False, lambda a, v: said.untag([a.id], ["even"])),
            )
        )
        fact = f"{name}:{asset.path}"
        say({"try": fact, "value": value})
        change(asset, value)
        say({"done": fact, "value": value})


def generate(world: World, engine: Engine, say: Say, chance: random.Random) -> None:
    """Mood boards of two pictures, each from a prompt of its own."""
    originals = sorted(world.originals.glob("*.png"))
    for _ in range(6):
        prompt = f"cape {chance.randrange(10**9)}"
        references = tuple(Reference(path, reason="chosen") for path in chance.sample(originals, 2))
        fact = f"made:{prompt}"
        say({"try": fact, "value": 0})
        say({"try": fact, "value": 1})
        request = GenerationRequest(prompt, references, generator="moodboard")
        made = finish(engine.generation.generating.run(request, CancelToken()))
        finish(engine.indexing.make_searchable(made.asset_ids, CancelToken()))
        say({"done": fact, "value": 1})


def delete(world: World, engine: Engine, say: Say, chance: random.Random) -> None:
    """Pictures that may go do: into the trash, or by the person's own hand; what was said stays."""
    for _ in range(6):
        there = sorted(world.passing.glob("*.*"))
        chosen = chance.sample(there, min(4, len(there)))
        for path in chosen:
            say({"try": f"missing:{path}", "value": True})
        for path in chosen[:2]:
            path.unlink()
        # Of those that an earlier run has seen; others stay, and may be next.
        trashed = [asset for asset in engine.browsing.all() if asset.path in chosen[2:]]
        for asset in trashed:
            say({"done": f"kept:{asset.path}", "value": digest_of(asset.path)})
        ids = [asset.id for asset in trashed]
        report = report_of(engine.curation.trash.run(ids, CancelToken()))
        assert not report.failed, report.failed
        report_of(engine.indexing.run([world.passing], CancelToken()))
        for asset in engine.browsing.all():
            if asset.is_missing:
                say({"done": f"missing:{asset.path}", "value": True})


def back_up(world: World, engine: Engine, say: Say, chance: random.Random) -> None:
    """Into one file, and the daily copy of the catalogue."""
    for _ in range(4):
        target = world.outside / f"{chance.randrange(10**9)}.zip"
        say({"try": f"backup:{target}", "value": "none"})
        say({"try": f"backup:{target}", "value": "whole"})
        for _ in engine.backup.run(target, CancelToken()):
            pass
        say({"done": f"backup:{target}", "value": "whole"})
        for copy in world.library.glob("backups/*-daily-*"):
            copy.unlink()  # or there would be none for a day
        made = engine.daily_backups.make_if_due()
        assert made is not None


ACTS: dict[str, Act] = {
    "indexing": index,
    "tagging": tag,
    "generating": generate,
    "deleting": delete,
    "re-encoding": re_encode,
    "backing up": back_up,
}


def report_of(steps: ProgressSteps[ResultT]) -> ResultT:
    """Follow work to its end."""
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            return stop.value


def _follow_counting(engine: Engine, steps: ProgressSteps[Any], say: Say) -> None:
    """Acknowledge as many complete pictures as the person is shown."""
    space = engine.model.vector_space()
    assert space is not None
    before = engine.vector_table.stored_count(space)
    shown = 0
    for step in steps:
        # Of the reading, which counts what is complete; what the store is told anew is not shown.
        if step.total and step.unit == "pictures" and step.done > shown:
            shown = step.done
            say({"done": f"complete:{space}", "value": before + shown})


def _number(name: str) -> int:
    return int(name.rpartition("-")[2]) if name.startswith("light-") else -1
