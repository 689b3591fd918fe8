"""Every entrance takes any value without falling: what comes from outside is checked there.

At each place of a whole document stands, in turn, each value that has ended a program somewhere. A
new entrance is a line in ``ENTRANCES``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from desktop.config.settings import Settings, load_settings
from desktop.core.errors import PlantainError
from desktop.core.generation_record import GenerationRecord, GenerationRequest, Reference
from desktop.core.team import FieldEdit
from desktop.embedding.models.manifest import manifest_json, read_manifest
from desktop.files.checked_json import MalformedJson
from desktop.files.edits_json import dump_edits, load_edits
from desktop.files.record_json import dump_record, load_record
from desktop.library.layout import check_layout
from desktop.media.metadata.sidecar import read_sidecar
from desktop.media.metadata.xmp import NAMESPACE, build_packet, parse_packet
from tests.embedding.test_manifest import MANIFEST
from tests.generation.asking import read_reply

STRANGE = [
    "9" * 400,
    "-" + "9" * 5_000,
    "NaN",
    "Infinity",
    "-Infinity",
    "1e999",
    "1e30",
    str(2**63 - 1),
    str(2**63),
    "-1",
    '"\\ud800"',
    '"\\udfff\\u0000\\u001b[31m"',
    "[" * 60_000,
    "[" * 900 + "]" * 900,
    '{"a":' * 60_000,
    "null",
    "true",
    "[]",
    "{}",
    '"' + "x" * 200_000 + '"',
]


def places(value: object, path: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    """Every place at which a value stands."""
    yield path
    items: Iterator[tuple[object, object]] = iter(())
    if isinstance(value, dict):
        items = iter(value.items())
    elif isinstance(value, list):
        items = iter(enumerate(value))
    for key, inner in items:
        yield from places(inner, (*path, key))


def with_value(document: object, path: tuple[object, ...], value: str) -> str:
    """The document with this text at that place."""
    copy = {"whole": json.loads(json.dumps(document))}
    at: object = copy
    for key in ("whole", *path[:-1]) if path else ():
        at = at[key]  # type: ignore[index]
    at["whole" if not path else path[-1]] = "@HERE@"  # type: ignore[index]
    return json.dumps(copy["whole"]).replace('"@HERE@"', value)


def _settings(text: str, folder: Path) -> None:
    (folder / "settings.json").write_text(text)
    assert isinstance(load_settings(folder / "settings.json"), Settings)


def _layout(text: str, folder: Path) -> None:
    (folder / "library.json").write_text(text)
    check_layout(folder / "library.json")


def _model(text: str, folder: Path) -> None:
    (folder / "model.json").write_text(text)
    read_manifest(folder)


def _packet(text: str, _: Path) -> None:
    written = text.replace("&", "&amp;").replace("<", "&lt;")
    packet = build_packet(RECORD).decode()
    begin = packet.index("<plantain:record>") + len("<plantain:record>")
    end = packet.index("</plantain:record>")
    assert NAMESPACE in packet
    parse_packet((packet[:begin] + written + packet[end:]).encode("utf-8", "replace"))


RECORD = GenerationRecord(
    GenerationRequest("a cape", (Reference(Path("/a.png"), 3, 0.5, "fits"),), "gemini"),
    model="m",
    created_at=12.5,
)
EDITS = {
    "rating": FieldEdit(3, 5.0, "aa"),
    "note": FieldEdit("n", 6.0, "aa"),
    "tag:x": FieldEdit(True, 7.0, "aa", "X"),
}
REPLY = {
    "candidates": [
        {
            "finishReason": "STOP",
            "content": {
                "parts": [
                    {"text": "Here.", "thought": False},
                    {"inlineData": {"mimeType": "image/png", "data": "iVBORw=="}},
                ]
            },
        }
    ],
    "modelVersion": "m-1",
    "usageMetadata": {"totalTokenCount": 3, "promptTokenCount": 1},
    "promptFeedback": {"blockReason": "", "blockReasonMessage": ""},
}
ENTRANCES: dict[str, tuple[object, Callable[[str, Path], object]]] = {
    "settings.json": (
        {"version": 1, "theme": "dark", "gemini_timeout_s": 5.0, "store_uri": ""},
        _settings,
    ),
    "library.json": ({"format": "plantain-library", "version": 1}, _layout),
    "model.json": (json.loads(manifest_json(MANIFEST)), _model),
    "a record": (json.loads(dump_record(RECORD)), lambda text, _: load_record(text)),
    "a record in a picture": (json.loads(dump_record(RECORD)), _packet),
    "edits of a team": (json.loads(dump_edits(EDITS)), lambda text, _: load_edits(text)),
    "a reply": (REPLY, lambda text, _: read_reply(text, "m")),
}


@pytest.mark.parametrize("strange", STRANGE, ids=lambda text: text[:12])
@pytest.mark.parametrize("name", ENTRANCES)
def test_any_value_at_any_place_ends_nothing(name: str, strange: str, tmp_path: Path) -> None:
    document, enter = ENTRANCES[name]
    for path in places(document):
        with suppress(PlantainError, MalformedJson):
            enter(with_value(document, path, strange), tmp_path)


@pytest.mark.parametrize(
    "data",
    [
        b"<a>" * 60_000,
        b"<x:xmpmeta xmlns:x='u'>" + b"<b>" * 3_000 + b"</b>" * 3_000 + b"</x:xmpmeta>",
        b"\xff\xfe" + b"\x00\xd8" * 50,
        b"\x00" * 1_000,
        b"<?xml version='1.0' encoding='utf-7'?><a/>",
    ],
)
def test_any_xml_ends_nothing(data: bytes) -> None:
    assert parse_packet(data + NAMESPACE.encode()) is None
    with pytest.raises(PlantainError):
        read_sidecar(data, Path("a.xmp"))
