"""What something is called is not taken by its parts."""

from __future__ import annotations

import pytest

from desktop.core.colour_words import colours_said
from desktop.core.set_phrases import literal_reading


@pytest.mark.parametrize(
    ("text", "colours"),
    [
        ("a red carpet", []),
        ("White wine in a green bottle", ["green"]),
        ("green teapot", ["green"]),
        ("wine glasses and a red hat", ["red"]),
        ("绿茶和红色茶壶", ["红色"]),
    ],
)
def test_a_colour_in_the_name_of_a_thing_is_none(text: str, colours: list[str]) -> None:
    assert [*colours_said(text)] == colours


def test_how_somebody_reads_it_who_does_not_know_it() -> None:
    assert literal_reading("红包") == "红色的包"
    assert literal_reading("桌上的红绿灯和红帽子") == "桌上的红色的绿灯和红帽子"
    assert literal_reading("红色的包") == ""
    assert literal_reading("a red carpet") == ""
