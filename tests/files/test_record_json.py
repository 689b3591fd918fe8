"""A generation's record is one text, the same wherever it stands, and comes back as it was."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from desktop.core.generation_record import (
    RECORD_VERSION,
    GenerationRecord,
    GenerationRequest,
    Reference,
    Usage,
)
from desktop.files.checked_json import MalformedJson
from desktop.files.record_json import dump_record, load_record
from tests.files.records import records

RECORD = GenerationRecord(
    GenerationRequest(
        "一件红色披风 🎨",
        (Reference(Path("/a/caf\udce9.png"), 3, 0.5, "matches", crop=(0.0, 0.0, 0.5, 1.0)),),
        "gemini",
        "nano",
        "auto",
        slots={"colour": "red"},
    ),
    model="nano-001",
    usage=Usage(1, 2, 3, 6),
    created_at=1.5,
)


@given(records)
def test_every_record_comes_back_as_it_was(record: GenerationRecord) -> None:
    written = dump_record(record)
    assert written.isascii()
    assert load_record(written) == record
    assert dump_record(load_record(written)) == written


def test_it_is_written_in_one_way_only() -> None:
    assert dump_record(RECORD) == (
        '{"created_at":1.5,"model":"nano-001","request":{"aspect_ratio":"auto",'
        '"generator":"gemini","image_size":"1K","model":"nano",'
        '"prompt":"\\u4e00\\u4ef6\\u7ea2\\u8272\\u62ab\\u98ce \\ud83c\\udfa8","references":'
        '[{"asset_id":3,"crop":[0.0,0.0,0.5,1.0],"path":"/a/caf\\udce9.png",'
        '"reason":"matches","score":0.5}],"slots":{"colour":"red"}},"usage":{"output_tokens":2,'
        '"prompt_tokens":1,"thought_tokens":3,"total_tokens":6},"version":1}'
    )


def test_a_newer_record_is_read_with_what_is_known_and_written_back_whole() -> None:
    raw = json.loads(dump_record(RECORD))
    raw["version"] = RECORD_VERSION + 1
    raw["cost"] = {"usd": 0.0336}
    raw["request"]["seed"] = 42
    raw["request"]["references"][0]["mask"] = "soft"
    raw["usage"]["cached_tokens"] = 5
    newer = load_record(json.dumps(raw))
    assert newer.request.prompt == RECORD.request.prompt
    assert newer.extra == {"cost": {"usd": 0.0336}}
    assert newer.request.extra == {"seed": 42}
    assert newer.request.references[0].extra == {"mask": "soft"}
    assert newer.usage.extra == {"cached_tokens": 5}
    assert json.loads(dump_record(newer)) == raw


def test_a_newer_record_that_says_something_known_otherwise_is_refused() -> None:
    raw = json.loads(dump_record(RECORD)) | {"version": RECORD_VERSION + 1}
    raw["request"]["prompt"] = [{"text": "in parts"}]
    with pytest.raises(MalformedJson, match="prompt"):
        load_record(json.dumps(raw))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"request": []}',
        b'{"request": {"prompt": "a", "references": {}}}',
        b'{"request": {"prompt": "a", "references": [3]}}',
        b'{"request": {"prompt": "a"}, "usage": []}',
        b'{"request": {"prompt": "\\ud800"}}',
        b'{"request": {"prompt": "a"}, "extra": ' + b"[" * 60_000,
        b'{"request": {"prompt": "a"}, "later": ' + b"9" * 400 + b"}",
    ],
)
def test_what_is_no_record_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedJson):
        load_record(data)


def test_strangers_read_no_folder_no_address_and_no_id() -> None:
    shared = replace(RECORD, endpoint="https://proxy.example/").shareable()
    assert shared.endpoint == ""
    [reference] = shared.request.references
    assert (reference.path, reference.asset_id) == (Path("caf\udce9.png"), None)
    assert reference.reason == "matches"
