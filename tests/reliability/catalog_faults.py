"""A catalogue that is not whole, and files of versions that are not ours."""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from desktop.cli import main
from desktop.core.errors import LibraryDamaged, LibraryError, PlantainError, SettingsError
from tests.reliability.faults import Fault, Wrong, is_well
from tests.reliability.world import World, digests


def _garbage(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(path.stat().st_size))


def _cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _cut_to_some_bytes(path: Path) -> None:
    os.truncate(path, 60)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _without_head(path: Path) -> None:
    _overwrite(path, 0, bytes(4096))


def _torn_inside(path: Path) -> None:
    _overwrite(path, path.stat().st_size // 2 // 4096 * 4096, random.Random(2).randbytes(8192))


def _of_another_program(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE recipes (id INTEGER PRIMARY KEY)")


def _overwrite(path: Path, place: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(place)
        file.write(data)


def _damaged(damage: Callable[[Path], None]) -> Fault:
    """It is found on opening, left alone, and repaired on the person's word."""

    def fault(world: World) -> Iterator[Wrong]:
        catalog = world.library / "catalog.sqlite"
        damage(catalog)
        before = digests(world.library)
        for options in ({}, {"is_read_only": True}):
            try:
                world.open(**options).close()
            except LibraryDamaged:
                pass
            else:
                yield "lost", f"a damaged catalogue was opened without a word {options}"
        if _plantain(world, "repair") != 1:
            yield "altered", "repaired without being asked to"
        after = digests(world.library)
        if {name: after.get(name) for name in before} != before:
            yield "altered", "the damaged library was changed without being asked to"
        if _plantain(world, "repair", "--yes") != 0:
            yield "lost", "plantain repair gave up"
        kept = list(world.library.glob("catalog.damaged-*.sqlite"))
        if catalog.name in before and len(kept) != 1:
            yield "lost", "the damaged catalogue was not kept"
        yield from is_well(world)

    return fault


def _without_back_up(world: World) -> Iterator[Wrong]:
    """No backup either: begins anew on the person's word, and the pictures are found again."""
    _garbage(world.library / "catalog.sqlite")
    for path in world.library.glob("backups/*"):
        path.unlink()
    if _plantain(world, "repair", "--yes") != 0:
        yield "lost", "plantain repair gave up"
    with world.open() as engine:
        if engine.browsing.all():
            yield "doubled", "a new catalogue is not empty"
    if _plantain(world, "index", str(world.originals)) != 0:
        yield "lost", "the pictures could not be indexed again"
    with world.open() as engine:
        if engine.status.read().pending or len(engine.browsing.all()) < 30:
            yield "lost", "not all pictures were found again"


def _unreadable(world: World) -> Iterator[Wrong]:
    """Something that is no file stands in its place (root may read whatever is forbidden)."""
    catalog = world.library / "catalog.sqlite"
    kept = catalog.rename(catalog.with_name("kept"))
    catalog.mkdir()
    try:
        world.open().close()
    except LibraryError:
        pass
    else:
        yield "lost", "a folder was opened as a catalogue"
    catalog.rmdir()
    kept.rename(catalog)
    yield from is_well(world)


def _repair_of_a_whole_one(world: World) -> Iterator[Wrong]:
    if _plantain(world, "repair") != 0:
        yield "lost", "plantain repair failed on a whole library"
    if list(world.library.glob("*damaged*")):
        yield "altered", "something whole was put aside"
    yield from is_well(world)


def _newer(name: str, write: Callable[[World], Path]) -> Fault:
    """Refused with a word, and not touched."""

    def fault(world: World) -> Iterator[Wrong]:
        path = write(world)
        before = path.read_bytes()
        try:
            world.open().close()
        except (LibraryError, SettingsError) as error:
            if isinstance(error, LibraryDamaged) or "newer" not in error.message:
                yield "lost", f"{name} of a newer version is called: {error.message}"
        except PlantainError as error:
            yield "lost", f"{name} of a newer version is called: {error.message}"
        else:
            yield "altered", f"{name} of a newer version was opened"
        if path.read_bytes() != before:
            yield "altered", f"{name} of a newer version was changed"

    return fault


def _newer_catalog(world: World) -> Path:
    path = world.library / "catalog.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 1000")
        connection.execute("PRAGMA journal_mode = DELETE")
    return path


def _newer_folder(world: World) -> Path:
    path = world.library / "library.json"
    path.write_text(json.dumps({"format": "plantain-library", "version": 1000}))
    return path


def _newer_settings(world: World) -> Path:
    path = world.profile / "settings.json"
    path.write_text(json.dumps({"version": 1000}))
    return path


def _garbage_settings(world: World) -> Iterator[Wrong]:
    """Kept aside, and the defaults are used."""
    path = world.profile / "settings.json"
    path.write_bytes(random.Random(3).randbytes(200))
    world.open().close()
    if not list(world.profile.glob("settings.json.damaged-*")):
        yield "lost", "the damaged settings were not kept"


def _plantain(world: World, *arguments: str) -> int:
    """The command line, in this process."""
    place = ["--profile-dir", str(world.profile), "--model", "light-0"]
    out, stdin = io.StringIO(), sys.stdin
    sys.stdin = io.StringIO()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            return main([*place, *arguments])
    finally:
        sys.stdin = stdin


FAULTS: dict[str, Fault] = {
    "catalogue: garbage": _damaged(_garbage),
    "catalogue: cut in half": _damaged(_cut),
    "catalogue: cut to 60 bytes": _damaged(_cut_to_some_bytes),
    "catalogue: empty": _damaged(_empty),
    "catalogue: gone": _damaged(Path.unlink),
    "catalogue: first page gone": _damaged(_without_head),
    "catalogue: torn inside": _damaged(_torn_inside),
    "catalogue: of another program": _damaged(_of_another_program),
    "catalogue: garbage, no backup": _without_back_up,
    "catalogue: not readable": _unreadable,
    "repair of a whole library": _repair_of_a_whole_one,
    "newer catalogue": _newer("the catalogue", _newer_catalog),
    "newer library folder": _newer("the library's folder", _newer_folder),
    "newer settings": _newer("the settings", _newer_settings),
    "settings: garbage": _garbage_settings,
}
