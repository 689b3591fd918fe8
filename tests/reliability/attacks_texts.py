"""Settings, markers, sidecars, exports and replies that no honest program has written."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import numpy as np

from desktop.core.cancellation import CancelToken
from desktop.core.errors import PlantainError
from desktop.core.progress import finish
from desktop.generation.gemini.reply import read_content
from desktop.library.catalog.assets import ReadFile
from desktop.library.exchange.export_file import from_bytes
from desktop.library.exchange.export_json import to_json
from tests.reliability.attacks import Attack
from tests.reliability.mutations import KNOWN
from tests.reliability.world import World

_VALUES = {
    "400 digits": "9" * 400,
    "NaN": "NaN",
    "infinity": "-Infinity",
    "2^63": str(2**63),
    "half a character": '"\\ud800"',
    "nesting of 60,000": "[" * 60_000,
}


def _settings(value: str, world: World) -> None:
    path = world.profile / "settings.json"
    settings = json.loads(path.read_text())
    settings["gemini_timeout_s"] = settings["encoder_idle_minutes"] = "@"
    before = path.read_bytes()
    path.write_text(json.dumps(settings).replace('"@"', value))
    with world.open():
        pass
    path.write_bytes(before)


def _marker(value: str, world: World) -> None:
    path = world.library / "library.json"
    before = path.read_bytes()
    path.write_text('{"format": "plantain-library", "version": ' + value + "}")
    with suppress(PlantainError), world.open():
        pass
    path.write_bytes(before)


def _sidecar(text: bytes, world: World) -> None:
    path = world.originals / "000000.png.xmp"
    path.write_bytes(text)
    with world.open() as engine:
        ids = [asset.id for asset in engine.browsing.all()]
        finish(engine.curation.sidecars.read(ids, CancelToken()))
        engine.annotations.tag(ids, ["a tag"])
        report = finish(engine.curation.sidecars.write(ids, CancelToken()))
        assert report.changed >= len(ids) - 1, report
        assert path.read_bytes() == text, "it was not read, so it is left alone"
    for written in world.originals.glob("*.xmp"):
        written.unlink()


def _export(value: str, world: World) -> None:
    with world.open() as engine:
        engine.annotations.rate([asset.id for asset in engine.browsing.all()], 3)
        document = json.loads(to_json(engine.exchange.collect()))
        document["assets"][0]["rating"] = "@"
        document["roots"].append({"path": "@", "kind": "folder", "name": "Shared"})
        with suppress(PlantainError):
            read = from_bytes(json.dumps(document).replace('"@"', value).encode())
            report = engine.exchange.merge(read, with_places=False)
            assert report.found >= len(document["assets"]) - 1
            assert report.problems


def _reply(part: Callable[[], object], more: str, _: World) -> None:
    body = {"candidates": [{"content": {"parts": part()}}], "modelVersion": "@"}
    result = read_content(json.dumps(body).replace('"@"', more).encode(), "m")
    assert result.model.isprintable()
    assert len(result.images) <= 16
    assert result.images or result.problem


def _pictures(count: int) -> list[object]:
    out = io.BytesIO()
    KNOWN.save(out, "PNG")
    data = base64.b64encode(out.getvalue()).decode()
    return [{"inlineData": {"mimeType": "image/png", "data": data}}] * count


def _vector(value: float, world: World) -> None:
    """As an older Plantain may have taken it in from a team."""
    with world.open() as engine:
        asset = engine.browsing.all()[0]
        space = engine.model.vector_space()
        assert space is not None
        dimension = engine.vector_table.dimension(space)
        file = ReadFile(asset.id, 1, 1, "PNG", asset.content_hash)
        vector = np.full((1, dimension), value, np.float32)
        with np.errstate(over="ignore"):
            engine.vector_table.record(space, [file], vector)
        honest = np.zeros(dimension, np.float32)
        honest[0] = 1
        store = engine.vectors.open(space, dimension)
        assert store.wait_until_loaded()  # type: ignore[attr-defined]
        assert len(engine.vectors.search(space, honest, 9)) >= 3
        engine.vector_table.record(space, [file], honest[np.newaxis])


_NESTED = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + b"<b>" * 3_000 + b"</b>" * 3_000

MEMBERS: dict[str, Attack] = {
    **{f"settings of {name}": partial(_settings, value) for name, value in _VALUES.items()},
    **{f"library.json of {name}": partial(_marker, value) for name, value in _VALUES.items()},
    **{f"an export of {name}": partial(_export, value) for name, value in _VALUES.items()},
    "a sidecar of 3,000 levels": partial(_sidecar, _NESTED + b"</x:xmpmeta>"),
    "a sidecar of 60,000 levels": partial(_sidecar, b"<a>" * 60_000),
    "a sidecar of entities": partial(_sidecar, b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
    "a reply of 20,000 parts": partial(_reply, partial(_pictures, 20_000), '"m"'),
    "a reply that commands a terminal": partial(
        _reply, partial(_pictures, 1), '"\\u001b]0;x\\u0007\\ud800"'
    ),
    "a reply of 400 digits": partial(_reply, partial(_pictures, 1), "9" * 400),
    "a reply of 60,000 levels": partial(_reply, partial(_pictures, 1), "[" * 60_000),
    **{f"a vector of {value}": partial(_vector, value) for value in (1e30, np.nan, np.inf, 0.0)},
}
