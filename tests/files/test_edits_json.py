"""What a team-mate sends about a picture costs no more than what is wrong in it."""

from __future__ import annotations

import json

import pytest

from desktop.core.team import FieldEdit
from desktop.files.edits_json import dump_edits, load_edits

GOOD = {
    "rating": FieldEdit(4, 1.5, "0a"),
    "note": FieldEdit("red", 2.0, "0a"),
    "tag:veil": FieldEdit(True, 3.0, "0b", "Veil"),
}


def test_edits_come_back_as_they_were() -> None:
    assert load_edits(dump_edits(GOOD)) == GOOD


@pytest.mark.parametrize(
    "bad",
    [
        "3",
        "[]",
        '["red", "late", "0a"]',
        '["red", NaN, "0a"]',
        '["\\ud800", 1.0, "0a"]',
        "[" + "9" * 400 + ', 1.0, "0a"]',
        '[[], 1.0, "0a"]',
        '["yes", 1.0, "0a", "Veil"]',
        "[" * 500 + "]" * 500,
    ],
)
def test_one_edit_that_is_none_costs_itself_alone(bad: str) -> None:
    text = json.dumps({"rating": [4, 1.5, "0a"]})[:-1] + f', "note": {bad}}}'
    assert load_edits(text) == {"rating": GOOD["rating"]}


@pytest.mark.parametrize("text", ["", "[" * 60_000, "null", "{", "NaN"])
def test_what_is_no_json_says_nothing(text: str) -> None:
    assert load_edits(text) == {}
