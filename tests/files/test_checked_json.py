"""JSON from outside becomes a checked value, or one kind of error: never anything else."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.files.checked_json import (
    MalformedJson,
    checked,
    decode_json,
    parse_json,
    path_text,
    text_path,
)


@dataclass(frozen=True)
class Thing:
    name: str
    count: int = 0
    share: float | None = None
    place: Path = Path()
    more: Mapping[str, Any] = field(default_factory=dict)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"\xef\xbb\xbf{}",
        b"[" * 60_000,
        b'{"name":' * 60_000,
        b"[" * 60_000 + b"]" * 60_000,
        b'{"name": "a", "more": {"deep": ' + b"[" * 500 + b"]" * 500 + b"}}",
        b'{"name": "a", "count": ' + b"9" * 400 + b"}",
        b'{"name": "a", "count": ' + b"9" * 100_000 + b"}",
        b'{"name": "a", "count": -9223372036854775809}',
        b'{"name": "a", "share": NaN}',
        b'{"name": "a", "share": -Infinity}',
        b'{"name": "a", "share": 1e999}',
        b'{"name": "a", "share": ' + b"9" * 400 + b"}",
        b'{"name": "a", "more": {"n": NaN}}',
        b'{"name": "\\ud800"}',
        b'{"name": "a", "more": {"\\udfff": 1}}',
        b'{"name": 3}',
        b'{"name": "a", "count": true}',
        b'{"name": "a", "count": "3"}',
        b'{"name": "a", "count": 3.5}',
        b'{"name": "a", "place": 3}',
        b'{"name": "a", "place": "\\ud800"}',
        b'{"name": "a", "place": "a\\u0000b"}',
        b"{}",
        b"[]",
        b"3",
        b"null",
    ],
)
def test_what_is_not_as_asked_for_is_refused_in_one_way(data: bytes) -> None:
    with pytest.raises(MalformedJson) as caught:
        decode_json(data, Thing, names={"place"})
    assert str(caught.value).isprintable()


@given(st.binary(max_size=60))
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    try:
        assert isinstance(decode_json(data, dict[str, Any]), dict)
    except MalformedJson:
        return


def test_unknown_keys_are_passed_over_and_whole_numbers_do_for_shares() -> None:
    thing = decode_json(b'{"name": "a", "later": [1], "share": 2}', Thing)
    assert thing == Thing("a", share=2.0)


def test_the_message_names_the_place() -> None:
    with pytest.raises(MalformedJson, match=r"“\[1\]\.count”"):
        decode_json('[{"name": "a"}, {"name": "b", "count": "x"}]', list[Thing])


def test_one_bad_value_need_not_cost_the_others() -> None:
    raw = parse_json('{"good": 1, "bad": ' + "9" * 400 + ', "worse": NaN}')
    assert isinstance(raw, dict)
    assert checked(raw["good"], int) == 1
    assert math.isinf(raw["bad"])
    assert math.isnan(raw["worse"])
    for name in ("bad", "worse"):
        with pytest.raises(MalformedJson):
            checked(raw[name], float)


@given(st.binary(min_size=1, max_size=12).filter(lambda raw: b"\0" not in raw))
def test_a_file_name_of_any_bytes_makes_the_round_trip(raw: bytes) -> None:
    path = Path(raw.decode("utf-8", "surrogateescape"))
    assert text_path(path_text(path)) == path
