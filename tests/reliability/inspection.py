"""A library is opened again, as after any end, and everything in it is counted."""

from __future__ import annotations

import json
import os
import sqlite3
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from desktop.core.cancellation import CancelToken
from desktop.library.catalog.copies import whole_version
from desktop.services.engine import Engine
from tests.reliability.totals import WRONGS, Findings
from tests.reliability.world import World, digest_of

_LEFT_BEHIND = (".plantain-*", ".settings-*", "*.tmp", "*.partial", "*-journal")
_DOUBLES = {
    "files in the catalogue": "SELECT roots.path || '/' || relative_path FROM assets"
    " JOIN roots ON roots.id = root_id",
    "vectors of an asset": "SELECT asset_id || encoder || kind || position FROM vectors",
    "words of an asset": "SELECT rowid FROM words",
    "lineages of an asset": "SELECT asset_id FROM lineage",
    "prompts of one generation": "SELECT json_extract(record, '$.request.prompt') FROM lineage",
    "tags": "SELECT key FROM tags",
}


def inspect(
    world: World, names: Sequence[str], say: Callable[[dict[str, Any]], None], *, is_last: bool
) -> None:
    """Open, look, and say {"findings": …, "facts": …}.

    Args:
        names: of the facts that are asked for.
        is_last: bring everything to its end first, and check that it is complete.
    """
    findings: Findings = {wrong: [] for wrong in WRONGS}
    with world.open() as engine:
        findings["lost"] += _damage(engine)
        findings["altered"] += _left_behind(world)
        findings["lost"] += _disagreements(engine)
        if is_last:
            findings["lost"] += _incomplete(world, engine)
        findings["doubled"] += _doubles(world.library / "catalog.sqlite")
        findings["lost"] += _broken_copies(world)
        found = dict(facts(world, engine, names))
    say({"findings": findings, "facts": found})


def _damage(engine: Engine) -> Iterator[str]:
    if problem := engine.library.damage():
        yield f"the catalogue: {problem}"


def _left_behind(world: World) -> Iterator[str]:
    for folder in (world.profile, world.originals, world.passing):
        for pattern in _LEFT_BEHIND:
            for path in folder.rglob(pattern):
                # What Milvus Lite leaves in its own file, also when put aside, is its affair.
                if "collections" not in path.parts:
                    yield f"{path} was left behind"


def _disagreements(engine: Engine) -> Iterator[str]:
    """Between the vector table and the collection of every encoder, once both are open."""
    for space in engine.vector_table.stored_counts():
        engine.vectors.settle(space)
        store = engine.vectors.open_known(space)
        assert store is not None
        present, expected = store.ids(), engine.vector_table.stored_ids(space)
        if present != expected:
            lost, unknown = len(expected - present), len(present - expected)
            yield f"the stores disagree: {lost} rows lost, {unknown} unknown in Milvus"
        if store.count() != len(present):
            yield f"Milvus counts {store.count()} rows of {len(present)} ids"


def _incomplete(world: World, engine: Engine) -> Iterator[str]:
    """What is missing once everything was looked at again and indexed."""
    folders = [world.originals, world.passing]
    for paths in (folders, []):
        for _ in engine.indexing.run(paths, CancelToken()):
            pass
    on_disk = {path for folder in folders for path in folder.glob("*.*")}
    assets = {asset.path: asset for asset in engine.browsing.all()}
    for path in on_disk - assets.keys():
        yield f"{path} is not in the library"
    made = set(world.library.glob("generated/*"))
    for path in made - assets.keys():
        yield f"{path} was made and is not in the library"
    for path in on_disk | made:
        asset = assets.get(path)
        if asset is None:
            continue
        if asset.is_missing or asset.failure or not asset.content_hash:
            yield f"{path} is there and not usable: {asset.failure or 'missing'}"
        elif not engine.thumbnails.path_for(asset.content_hash).exists():
            yield f"{path} has no thumbnail"
    if pending := engine.status.read().pending:
        yield f"{pending} pictures are not searchable after a whole run"
    yield from _disagreements(engine)


def _doubles(catalog: Path) -> Iterator[str]:
    with closing(sqlite3.connect(catalog)) as connection:
        for what, sql in _DOUBLES.items():
            counts = Counter(row[0] for row in connection.execute(sql))
            yield from (f"{what}: {key!r} is there {n} times" for key, n in counts.items() if n > 1)


def _broken_copies(world: World) -> Iterator[str]:
    for path in world.library.glob("backups/*"):
        if path.suffix != ".sqlite" or not whole_version(path):
            yield f"the backup {path.name} is not whole"


def facts(world: World, engine: Engine, names: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """What is the case now, of that which was promised."""
    assets = {os.fspath(asset.path): asset for asset in engine.browsing.all()}
    said = engine.annotations.of([asset.id for asset in assets.values()])
    prompts = Counter(
        record.request.prompt
        for asset in assets.values()
        if asset.is_generated and asset.path.exists()
        if (record := engine.lineage.of(asset.id)) is not None
    )
    for name in names:
        kind, _, what = name.partition(":")
        asset = assets.get(what)
        words = said.get(asset.id) if asset else None
        match kind:
            case "complete":
                yield name, engine.vector_table.stored_count(what)
            case "made":
                yield name, prompts[what] or None  # one that was saved only is found later
            case "missing":
                # Not so when the kill came before anybody looked, or the file was never seen.
                yield name, True if asset and asset.is_missing else None
            case "kept":
                yield name, _kept(world, Path(what))
            case "backup":
                yield name, _state_of(Path(what))
            case "rating" if words:
                yield name, words.rating
            case "note" if words:
                yield name, words.note
            case _ if words:
                yield name, kind.partition(" ")[2] in words.tags
            case _:
                pass  # nothing was said about it


def _kept(world: World, path: Path) -> str | None:
    """Digest of a picture that is in its place or in the bin."""
    for place in (path, world.bin / path.name):
        if place.exists():
            return digest_of(place)
    return None


def _state_of(back_up: Path) -> str:
    """Of a backup: "none", "whole" or "torn"."""
    if not back_up.exists():
        return "none"
    try:
        with zipfile.ZipFile(back_up) as archive:
            json.loads(archive.read("manifest.json"))
            return "torn" if archive.testzip() else "whole"
    except (zipfile.BadZipFile, KeyError, ValueError):
        return "torn"
