"""What a person types, taken apart and written again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.core.asset import Kind
from desktop.core.filter import ALIKE, EVERYTHING, Filter, Near, Range, Ratio, Shape
from desktop.core.query_fields import FIELDS, LESS_ALIKE, SAME_FAMILY, STATES
from desktop.core.query_language import Parsed, QueryError, parse, terms
from desktop.core.query_writing import written


def seconds(*moment: int) -> int:
    return round(datetime(*moment, tzinfo=UTC).timestamp())  # pyright: ignore[reportArgumentType]


MEANT = {
    "red shoes": Parsed("red shoes"),
    "红色 披风": Parsed("红色 披风"),
    "tag:beach red shoes": Parsed("red shoes", Filter(tag="beach")),
    'shoes Tag:"hero shot"': Parsed("shoes", Filter(tag="hero shot")),
    "board:Summer": Parsed("", Filter(board="Summer")),
    'folder:"/home/ann/2024 beach"': Parsed("", Filter(folder="/home/ann/2024 beach")),
    '"red cape" hero': Parsed("hero", Filter(phrase="red cape")),
    "cape -red": Parsed("cape", ~Filter(phrase="red")),
    '-"red cape"': Parsed("", ~Filter(phrase="red cape")),
    "-tag:done": Parsed("", ~Filter(tag="done")),
    "type:jpg": Parsed("", Filter(formats=("JPEG",))),
    "type:video": Parsed("", Filter(kinds=(Kind.VIDEO,))),
    "type:sketch": Parsed("", Filter(formats=("Sketch",))),
    "rating:4": Parsed("", Filter(rating=Range(4, 4))),
    "rating:>=3": Parsed("", Filter(rating=Range(3))),
    "rating:>3": Parsed("", Filter(rating=Range(4))),
    "rating:<3": Parsed("", Filter(rating=Range(None, 2))),
    "rating:1..3": Parsed("", Filter(rating=Range(1, 3))),
    "size:>2MB": Parsed("", Filter(size=Range(2_000_001))),
    "size:100kB..1.5mb": Parsed("", Filter(size=Range(100_000, 1_500_000))),
    "pixels:>=12MP": Parsed("", Filter(pixels=Range(12_000_000))),
    "ratio:1.5..": Parsed("", Filter(ratio=Ratio(1.5))),
    "shape:Square": Parsed("", Filter(shape=Shape.SQUARE)),
    "color:#f80": Parsed("", Filter(near=Near("#FF8800", ALIKE))),
    "colour:orange~": Parsed("", Filter(near=Near("#FFA500", SAME_FAMILY + ALIKE))),
    "is:generated -is:missing": Parsed(
        "", Filter(every=(Filter(is_generated=True), ~Filter(is_missing=True)))
    ),
    'camera:"Canon R5" -lens:85mm': Parsed(
        "", Filter(every=(Filter(camera="Canon R5"), ~Filter(lens="85mm")))
    ),
    'prompt:"red cape" -model:banana': Parsed(
        "", Filter(every=(Filter(prompt="red cape"), ~Filter(model="banana")))
    ),
    'from:aurora.png kit:"Spring 27"': Parsed(
        "", Filter(every=(Filter(made_from="aurora.png"), Filter(kit="Spring 27")))
    ),
    "keyword:朝 copyright:doe": Parsed(
        "", Filter(every=(Filter(keyword="朝"), Filter(copyright="doe")))
    ),
    "color:navy~12>30%": Parsed("", Filter(near=Near("#000080", 0.12, 30))),
    "color:#f80>=5%": Parsed("", Filter(near=Near("#FF8800", share=5))),
    "color:red": Parsed("", Filter(near=Near("#FF0000", SAME_FAMILY))),
    "color:red~": Parsed("", Filter(near=Near("#FF0000", SAME_FAMILY + ALIKE))),
    "color:#ff0000": Parsed("", Filter(near=Near("#FF0000", ALIKE))),
    "color:米色~": Parsed("", Filter(near=Near("#F5F5DC", LESS_ALIKE))),
    "color:酒红 color:sky-blue": Parsed(
        "", Filter(every=(Filter(near=Near("#800020", SAME_FAMILY)), Filter(near=Near("#87CEEB"))))
    ),
    "is:untagged": Parsed("", Filter(is_tagged=False)),
    "at 12:30 http://example.org c:": Parsed("at 12:30 http://example.org c:"),
    "- --": Parsed("- --"),
    "": Parsed(""),
    '""': Parsed(""),
}


@pytest.mark.parametrize("text", MEANT)
def test_what_is_meant(text: str) -> None:
    assert parse(text, UTC) == MEANT[text]


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("date:2025", (2025, 1, 1), (2026, 1, 1)),
        ("date:2025-12", (2025, 12, 1), (2026, 1, 1)),
        ("date:2024-02-29", (2024, 2, 29), (2024, 3, 1)),
        ("date:2025-03..2025-04", (2025, 3, 1), (2025, 5, 1)),
    ],
)
def test_days_months_and_years(
    text: str, least: tuple[int, int, int], most: tuple[int, int, int]
) -> None:
    assert parse(text, UTC).filter.dated == Range(seconds(*least), seconds(*most) - 1)


def test_a_day_of_the_file_is_another_than_that_of_the_picture() -> None:
    day = Range(seconds(2025, 3, 14), seconds(2025, 3, 15) - 1)
    parsed = parse("modified:2025-03-14", UTC)
    assert parsed.filter == Filter(modified=day)
    assert written(parsed, UTC) == "modified:2025-03-14..2025-03-14"


def test_a_day_is_one_of_the_computers_own() -> None:
    zone = timezone(timedelta(hours=8))
    assert parse("added:2025-03..", zone).filter.added == Range(seconds(2025, 2, 28, 16))


def test_a_ratio_holds_within_two_in_a_hundred() -> None:
    ratio = parse("ratio:16:9").filter.ratio
    assert ratio is not None
    assert (ratio.least, ratio.most) == pytest.approx((16 / 9 * 0.98, 16 / 9 * 1.02))


@pytest.mark.parametrize(
    ("text", "bad", "says"),
    [
        ("shoes ratting:3", "ratting:3", "rating:"),
        ("tga:beach", "tga:beach", "tag:"),
        ("rating:9 shoes", "rating:9", "rating:>=3"),
        ("rating:", "rating:", "0 to 5"),
        ("rating:..", "rating:..", "0 to 5"),
        ("date:2025-13", "date:2025-13", "date:2025-03"),
        ("date:99999", "date:99999", "date:2025"),
        ("size:3 MB", None, ""),
        ("size:3XB", "size:3XB", "size:>2MB"),
        ("ratio:0:0", "ratio:0:0", "16:9"),
        ("color:reddish", "color:reddish", "orange~"),
        ("color:red>101%", "color:red>101%", "navy~12>30%"),
        ("color:red~123", "color:red~123", "navy~12>30%"),
        ("color:navi", "color:navi", "navy"),
        ("is:nice", "is:nice", "generated"),
        ("-tag:", "-tag:", "in quotes"),
        ("shape:round", "shape:round", "landscape"),
        (f"size:{'9' * 400}", f"size:{'9' * 400}", "size:>2MB"),
    ],
)
def test_what_means_nothing_says_where_and_what_could_be_meant(
    text: str, bad: str | None, says: str
) -> None:
    if bad is None:
        assert parse(text).words == "MB", "a space ends a condition"
        return
    with pytest.raises(QueryError) as raised:
        parse(text)
    error = raised.value
    assert text[error.start : error.end] == bad
    assert says in error.next_step
    if error.instead.endswith(":"):
        return  # a name, which only the person knows
    parse(text[: error.start] + error.instead + text[error.end :], UTC)


def test_the_nearest_that_could_be_meant_is_offered() -> None:
    offered = {"is:mising": "is:missing", "tga:beach": "tag:beach", "-rating:9": "-rating:5"}
    for text, instead in offered.items():
        with pytest.raises(QueryError) as raised:
            parse(text)
        assert raised.value.instead == instead


def test_terms_stand_where_they_were_typed() -> None:
    text = ' tag:"hero shot"  cape -red "by the sea" '
    found = [*terms(text)]
    assert [text[term.start : term.end] for term in found] == [term.text for term in found]
    assert [(term.text, term.filter) for term in found] == [
        ('tag:"hero shot"', Filter(tag="hero shot")),
        ("cape", None),
        ("-red", ~Filter(phrase="red")),
        ('"by the sea"', Filter(phrase="by the sea")),
    ]


@pytest.mark.parametrize("text", [text for text in MEANT if text != '""'])
def test_it_can_be_written_again(text: str) -> None:
    parsed = parse(text, UTC)
    again = written(parsed, UTC)
    assert again is not None
    assert parse(again, UTC) == parsed


_VALUES = st.sampled_from(
    [
        *("beach", '"hero shot"', "3", ">=2", "1..4", "2025-03", "..2024", ">2MB", "16:9"),
        *STATES,
        *("#ff8800~", "landscape", "video", "jpeg", "", "..", "red", "navy~7>3%"),
    ]
)
_TERMS = st.one_of(
    st.builds("{}{}:{}".format, st.sampled_from(["", "-"]), st.sampled_from([*FIELDS]), _VALUES),
    st.sampled_from(["red", "-red", '"red cape"', '-"a b"', "12:30", "帽子", "-", '"', "a-b"]),
    st.text(max_size=12),
)


@given(st.lists(_TERMS, max_size=6).map(" ".join))
def test_any_text_is_understood_or_refused_and_survives_being_written(text: str) -> None:
    try:
        parsed = parse(text, UTC)
    except QueryError:
        return
    again = written(parsed, UTC)
    if again is not None:
        assert parse(again, UTC) == parsed


def test_what_cannot_be_typed_is_not_written() -> None:
    assert written(Parsed("", Filter(ids=(1, 2)))) is None
    assert written(Parsed("", Filter(tag="a") | Filter(tag="b"))) is None
    assert written(Parsed("", Filter(modified=Range(12_345))), UTC) is None
    assert written(Parsed("a", EVERYTHING)) == "a"
