"""One member of a team in a process of its own, asked over its standard input.

Its pictures are rows of the catalogue with made-up vectors: what a team shares needs no model.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.config.options import EngineOptions
from desktop.core.cancellation import CancelToken
from desktop.core.progress import finish
from desktop.index.exact import unit
from desktop.library.catalog.assets import ReadFile
from desktop.library.folders.scan import FoundFile
from desktop.services.engine import Engine
from desktop.wiring.engine import open_engine


def vector_of(name: str) -> NDArray[np.float32]:
    """The same in every process."""
    return unit(np.random.default_rng(list(name.encode())).normal(size=16))


def add_pictures(engine: Engine, folder: Path, name: str) -> None:
    folder.mkdir()
    root = engine.catalog.roots.add(folder)
    names = [f"{name}-{n}.png" for n in range(3)]
    ids = engine.catalog.add_files(root, [FoundFile(n.encode(), 1, 1) for n in names])
    files = [
        ReadFile(asset_id, 1, 1, "PNG", made.encode().hex())
        for asset_id, made in zip(ids, names, strict=True)
    ]
    engine.catalog.record_read(files)
    space = engine.model.require().identity
    engine.vectors.add(space, files, np.stack([vector_of(n) for n in names]))
    engine.team_tables.roots.share("Campaigns", folder)


def answer(engine: Engine, verb: str, values: list[Any]) -> Any:
    ids = {asset.name: asset.id for asset in engine.catalog.all_assets()}
    match verb, values:
        case "sync", []:
            return finish(engine.team.sync(CancelToken())).received
        case "rate", [name, stars]:
            engine.annotations.rate([ids[name]], stars)
        case "tag", [name, tag]:
            engine.annotations.tag([ids[name]], [tag])
        case "untag", [name, tag]:
            engine.annotations.untag([ids[name]], [tag])
        case "nearest", [name]:
            space = engine.model.require().identity
            (hit,) = engine.vectors.search(space, vector_of(name), 1)
            return next(n for n, asset_id in ids.items() if asset_id == hit.asset.id)
        case "see", []:
            said = engine.annotations.of(list(ids.values()))
            here, elsewhere = engine.team_tables.sent.counts()
            assets = {n: [said[i].rating, list(said[i].tags)] for n, i in ids.items()}
            return {"assets": assets, "here": here, "elsewhere": elsewhere}
        case _:
            raise ValueError(f"{verb} {values}")
    return None


def questions() -> Iterator[list[Any]]:
    for line in sys.stdin:
        yield json.loads(line)


def main() -> None:
    folder, name, model, uri = sys.argv[1:]
    options = EngineOptions(profile_dir=Path(folder) / name, model=model)
    with open_engine(options, {}) as engine:
        engine.endpoints.join("two processes", uri)
        add_pictures(engine, Path(folder) / f"{name}'s pictures", name)
        for verb, *values in questions():
            print(json.dumps(answer(engine, verb, values)), flush=True)


if __name__ == "__main__":
    main()
