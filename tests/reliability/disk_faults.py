"""A disk that is full, folders that cannot be written to, and a clock that jumps."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from desktop.core.cancellation import CancelToken
from desktop.core.errors import LibraryReadOnly, PlantainError
from desktop.core.query import Query
from desktop.services.engine import Engine
from tests import pictures
from tests.reliability import acts
from tests.reliability.faults import Fault, Wrong, holds_everything, is_well
from tests.reliability.inspection import facts
from tests.reliability.promises import Promises
from tests.reliability.world import SIZE, World, digests

CAN_MOUNT = sys.platform == "linux" and os.geteuid() == 0
"""Small disks and read-only folders are made by mounting them."""
_DISK_BYTES = 48 << 20


def _full(act: str, spare: int) -> Fault:
    """The disk of the library fills up to ``spare`` bytes; what was acknowledged before stays.

    With room again, all that was begun can be finished.
    """

    def fault(world: World) -> Iterator[Wrong]:
        with _small_disk(world.profile), _small_disk(world.outside):
            promises, has_failed = Promises(), False
            world.add_pictures(world.originals, 30, 5_000)
            fillers = [_fill(folder, spare) for folder in (world.library, world.outside)]
            try:
                with world.open() as engine:
                    acts.ACTS[act](world, engine, promises.hear, random.Random(1))
            except PlantainError as error:
                has_failed = True
                if not error.message:
                    yield "lost", "the error says nothing"
            if not has_failed:
                yield "lost", f"{act} on a full disk ended as if all were well"
            for filler in fillers:
                filler.unlink()
            yield from _holds(world, promises)
            with world.open() as engine:
                acts.ACTS[act](world, engine, promises.hear, random.Random(2))
            yield from _holds(world, promises)
            yield from is_well(world)

    return fault


def _full_while_opening(world: World) -> Iterator[Wrong]:
    """Not a byte is free: the library opens to be looked at, or says why it does not."""
    with _small_disk(world.profile):
        filler = _fill(world.library, 0)
        try:
            with world.open() as engine:
                yield from holds_everything(engine)
        except PlantainError:
            pass
        with world.open(is_read_only=True) as engine:
            yield from holds_everything(engine)
        filler.unlink()
        yield from is_well(world)


def _read_only_library(world: World) -> Iterator[Wrong]:
    """Said so; it can be looked at and searched, and nothing in it changes."""
    before = digests(world.library)
    with _read_only(world.library):
        try:
            world.open().close()
        except LibraryReadOnly:
            pass
        else:
            yield "altered", "a folder that cannot be written to was opened for writing"
        with world.open(is_read_only=True) as engine:
            yield from holds_everything(engine)
            yield from changes_nothing(world, engine)
    if digests(world.library) != before:
        yield "altered", "the library changed"
    yield from is_well(world)


def _read_only_originals(world: World) -> Iterator[Wrong]:
    """Pictures on a medium that cannot be written to are indexed like any others."""
    world.add_pictures(world.originals, 10, 6_000)
    with _read_only(world.originals):
        yield from is_well(world)


def changes_nothing(world: World, engine: Engine) -> Iterator[Wrong]:
    """Everything that would write is refused, before it has cost anything."""
    ids = [asset.id for asset in engine.browsing.all()]
    tries: dict[str, Callable[[], object]] = {
        "indexing": lambda: list(engine.indexing.run([world.originals], CancelToken())),
        "tagging": lambda: engine.annotations.tag(ids[:1], ["new"]),
        "generating": lambda: acts.generate(world, engine, lambda _: None, random.Random(3)),
    }
    for name, attempt in tries.items():
        try:
            attempt()
        except LibraryReadOnly:
            continue
        yield "altered", f"{name} was not refused"


def _clock(jump_s: float) -> Fault:
    """The system's clock jumps between two runs, and files come from other times."""

    def fault(world: World) -> Iterator[Wrong]:
        with _jumped(jump_s):
            for number, moment in enumerate((0, 1, 4_102_444_800, -86_400)):  # 2100, 1969
                path = pictures.save(world.originals / f"from-{number}.png", 7_000 + number, SIZE)
                os.utime(path, (moment, moment))
            yield from is_well(world)
            with _open_jumped(world, jump_s) as engine:
                report = acts.report_of(engine.indexing.run([world.originals], CancelToken()))
                if report.added or report.updated or report.missing:
                    yield "doubled", f"a second run did it again: {report}"
                ids = [asset.id for asset in engine.browsing.all()]
                engine.annotations.rate(ids[:1], 4)
                engine.annotations.rate(ids[:1], 2)
                engine.daily_backups.make_if_due()
        with world.open() as engine:
            engine.annotations.rate(ids[:1], 5)
            if engine.annotations.of(ids[:1])[ids[0]].rating != 5:
                yield "lost", "a change made after the clock was put back"
            if any(path.stat().st_mtime < 0 for path in world.library.glob("backups/*")):
                yield "lost", "a backup has no time"
            engine.daily_backups.make_if_due()
        yield from is_well(world)

    return fault


def _file_changed_at_the_same_time(world: World) -> Iterator[Wrong]:
    """A picture is saved anew with another size, and its time is put back to what it was."""
    path = pictures.save(world.passing / "mine.png", 8_001, SIZE)
    with world.open() as engine:
        for _ in engine.indexing.run([world.passing], CancelToken()):
            pass
    before = path.stat()
    pictures.save(path, 8_000, (80, 60))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with world.open() as engine:
        for _ in engine.indexing.run([world.passing], CancelToken()):
            pass
        hit = engine.searching.search(Query.like(path, limit=1)).hits[0]
        if hit.asset.path != path or hit.score < 0.99:
            yield "lost", "a picture that was saved anew was not read again"
    yield from is_well(world)


def _holds(world: World, promises: Promises) -> Iterator[Wrong]:
    with world.open() as engine:
        found = dict(facts(world, engine, promises.names()))
    for words in promises.broken(found):
        yield "lost", words
    promises.settle(found)


@contextmanager
def _jumped(jump_s: float) -> Generator[None]:
    """The clock of every module of Plantain's; gRPC has deadlines by the real one."""

    class Clock:
        def __getattr__(self, name: str) -> object:
            return getattr(time, name)

        @staticmethod
        def time() -> float:
            return time.time() + jump_s

    clock: Any = Clock()
    looking = [
        module
        for name, module in sys.modules.items()
        if name.startswith("desktop.") and getattr(module, "time", None) is time
    ]
    for module in looking:
        module.time = clock  # type: ignore[attr-defined]
    try:
        yield
    finally:
        for module in looking:
            module.time = time  # type: ignore[attr-defined]


def _open_jumped(world: World, jump_s: float) -> Engine:
    engine = world.open()
    engine.annotations._clock = engine.daily_backups._clock = lambda: time.time() + jump_s
    return engine


@contextmanager
def _small_disk(folder: Path) -> Generator[None]:
    """Move what is in ``folder`` onto a disk of its own, with some megabytes."""
    kept = folder.with_name(f"{folder.name}-kept")
    folder.rename(kept)
    folder.mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={_DISK_BYTES}", "plantain", folder], check=True
    )
    try:
        subprocess.run(["cp", "-a", f"{kept}/.", folder], check=True)
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@contextmanager
def _read_only(folder: Path) -> Generator[None]:
    subprocess.run(["mount", "--bind", folder, folder], check=True)
    subprocess.run(["mount", "-o", "remount,bind,ro", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def _fill(folder: Path, spare: int) -> Path:
    """A file that leaves ``spare`` bytes of the disk of ``folder`` free."""
    path = folder / "something-large"
    with path.open("wb", buffering=0) as file:
        status = os.statvfs(folder)
        left = status.f_bavail * status.f_frsize - spare
        try:
            while left > 0:
                left -= file.write(bytes(min(left, 1 << 20)))
        except OSError:
            pass  # full
    return path


_MOUNTED: dict[str, Fault] = {
    "full disk: opening": _full_while_opening,
    "full disk: indexing": _full("indexing", 40_000),
    "full disk: indexing, nothing free": _full("indexing", 0),
    "full disk: tagging": _full("tagging", 8_000),
    "full disk: generating": _full("generating", 60_000),
    "full disk: re-encoding": _full("re-encoding", 30_000),
    "full disk: backing up": _full("backing up", 30_000),
    "read-only library": _read_only_library,
    "read-only originals": _read_only_originals,
}
FAULTS: dict[str, Fault] = {
    **(_MOUNTED if CAN_MOUNT else {}),
    "clock: ten years ahead": _clock(10 * 365 * 86_400),
    "clock: ten years back": _clock(-10 * 365 * 86_400),
    "clock: a file's time put back": _file_changed_at_the_same_time,
}
