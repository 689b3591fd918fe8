"""kill -9 at random moments of everything the program does, and a look at what is left."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.reliability import installed, migrating, process
from tests.reliability.acts import ACTS
from tests.reliability.inspection import inspect
from tests.reliability.promises import Promises
from tests.reliability.totals import WRONGS, Findings, Totals
from tests.reliability.world import World, digests

KILLS_A_LIFE = 12
"""Of one library; a new one is begun then, so that openings stay quick."""
_MIGRATIONS, _REAL = 0.1, 0.08
"""Shares of the kills that hit a migration, and the installed program with its real encoder."""
_NEW_PICTURES = 24
_WEIGHTS = {
    "indexing": 5,
    "tagging": 3,
    "generating": 3,
    "deleting": 3,
    "re-encoding": 3,
    "backing up": 2,
}
Told = Callable[[str], None]


def run(kills: int, seed: int, folder: Path, totals: Totals, tell: Told, *, is_quick: bool) -> None:
    """Kill that many times; findings and counts go to ``totals``.

    Args:
        is_quick: leave out the real encoder, which takes seconds to start.
    """
    chance = random.Random(seed)
    migrations = max(1, round(kills * _MIGRATIONS))
    reals = 0 if is_quick else max(1, round(kills * _REAL))
    pace = Pace()
    life = 0
    while totals.is_clean and totals.tried["kills"] < kills - migrations - reals:
        left = kills - migrations - reals - totals.tried["kills"]
        place = folder / f"life-{life}"
        is_mixed = life % 4 == 1
        Life(World(place), chance, pace, totals, is_mixed=is_mixed).live(min(KILLS_A_LIFE, left))
        tell(f"kills: {totals.tried['kills']} of {kills}")
        shutil.rmtree(place, ignore_errors=True)
        life += 1
    migrating.run(migrations, chance, folder / "migrating", totals)
    tell(f"kills: {totals.tried['kills']} of {kills}")
    if reals:
        installed.run(reals, chance, folder / "real", totals)
        tell(f"kills: {totals.tried['kills']} of {kills}")


class Pace:
    """How long each act takes here, so that kills hit all of it evenly."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    def moment(self, act: str, chance: random.Random) -> float:
        """Seconds from the start of the process to the kill."""
        return chance.uniform(0.02, self._seconds.get(act, 1.0))

    def note(self, act: str, seconds: float, *, has_finished: bool) -> None:
        known = self._seconds.get(act, 1.0)
        # One that was killed only tells that it takes longer than that.
        self._seconds[act] = (known + seconds) / 2 if has_finished else max(known, seconds * 1.05)


class Life:
    """One library, from its first picture to a whole run at the end.

    Args:
        is_mixed: with drawings and films, which are decoded in a helper process.
    """

    def __init__(
        self,
        world: World,
        chance: random.Random,
        pace: Pace,
        totals: Totals,
        *,
        is_mixed: bool = False,
    ) -> None:
        self._is_mixed = is_mixed
        self._world = world
        self._chance = chance
        self._pace = pace
        self._totals = totals
        self._promises = Promises()
        self._originals: dict[str, str] = {}
        self._pictures = 0
        self._models = 1

    def live(self, kills: int) -> None:
        """Act and be killed ``kills`` times; then run to the end and check that all is there."""
        self._world.make()
        self.put_pictures()
        before = self._totals.tried["kills"]
        first = True
        for _ in range(kills * 5):
            if self._totals.tried["kills"] - before >= kills:
                break
            if not self._totals.is_clean:
                return  # what comes after would only say it again
            act = "indexing" if first else self._choose()
            self._round(act)
            first = False
        self._check("the end", is_last=True)

    def _choose(self) -> str:
        return self._chance.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]

    def _round(self, act: str) -> None:
        if act in {"indexing", "deleting"}:
            self.put_pictures()
        if act == "re-encoding":
            self._world.add_model(self._models)
            self._models += 1
        seed = self._chance.randrange(2**32)
        ended = process.run(
            partial(_act, self._world, act, seed),
            kill_after_s=self._pace.moment(act, self._chance),
        )
        self._pace.note(act, ended.seconds, has_finished=not ended.was_killed)
        for message in ended.messages:
            self._promises.hear(message)
        self._totals.add(_ending(ended), act)
        if ended.was_killed:
            self._totals.count("kills", act)
            self._check(act, is_last=False)

    def _check(self, after: str, *, is_last: bool) -> None:
        """Open it again in a process of its own, as the person would."""
        ended = process.run(
            partial(_inspect, self._world, self._promises.names(), is_last), deadline_s=180
        )
        findings = _ending(ended)
        answer = next((said for said in ended.messages if "facts" in said), None)
        if answer is not None:
            findings["lost"] += self._promises.broken(answer["facts"])
            self._promises.settle(answer["facts"])
            for wrong, words in answer["findings"].items():
                findings[wrong] += words
        findings["altered"] += self.altered()
        self._totals.add(findings, f"{self._world.folder.name} after {after}")

    def altered(self) -> list[str]:
        """Originals that are not as they were."""
        now = digests(self._world.originals)
        words = [f"{name} changed" for name in self._originals if now.get(name) is None]
        words += [
            f"{name} changed"
            for name, digest in now.items()
            if self._originals.get(name, "") != digest
        ]
        self._originals = now
        return words

    def put_pictures(self) -> None:
        """The person has new ones."""
        for folder in (self._world.originals, self._world.passing):
            self._world.add_pictures(folder, _NEW_PICTURES // 2, self._pictures)
            self._pictures += _NEW_PICTURES // 2
            if self._is_mixed:
                self._world.add_others(folder, self._pictures)
        self._originals = digests(self._world.originals)


def _ending(ended: process.Ended) -> Findings:
    findings: Findings = {wrong: [] for wrong in WRONGS}
    if ended.error:
        findings["crashed"].append(ended.error)
    if not ended.was_in_time:
        findings["hung"].append(f"no end after {ended.seconds:.0f} s")
    if ended.orphans:
        findings["hung"].append(f"{ended.orphans} helpers were left running")
    return findings


def _act(world: World, act: str, seed: int, say: Callable[[process.Message], None]) -> None:
    world.enter()
    with world.open() as engine:
        ACTS[act](world, engine, say, random.Random(seed))


def _inspect(
    world: World, names: list[str], is_last: bool, say: Callable[[process.Message], None]
) -> None:
    world.enter()
    inspect(world, names, say, is_last=is_last)
