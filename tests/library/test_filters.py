"""Filters: what they mean in the catalogue, and that they are kept as they are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.core.colour import Swatch
from desktop.core.filter import EVERYTHING, Filter, Near
from desktop.core.query_fields import FIELDS
from desktop.core.query_language import QueryError, parse
from desktop.core.saved_search import SavedSearch
from desktop.files.checked_json import MalformedJson
from desktop.library.catalog.filter_text import dump_filter, load_filter
from desktop.library.catalog.filters import AssetFilters
from desktop.library.catalog.palette_blobs import dump_palette, load_palette, palette_of_v5
from desktop.library.catalog.palettes import shares_near
from tests.colours import palette_share
from tests.library.varied import VariedLibrary, filters


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VariedLibrary]:
    library = VariedLibrary(tmp_path_factory.mktemp("library"))
    yield library
    library.close()


@pytest.fixture
def asked(library: VariedLibrary) -> AssetFilters:
    return library.catalog.filters


def test_each_means_what_a_look_at_every_asset_tells(
    library: VariedLibrary, asked: AssetFilters
) -> None:
    for name, wanted in filters(library).items():
        expected = library.means(wanted)
        assert sorted(asked.ids(wanted).tolist()) == expected, name
        assert asked.count(wanted) == len(expected), name
        others = set(library.ids) - set(expected)
        assert set(asked.ids_but(wanted).tolist()) == others, name


def test_almost_each_means_some_and_not_all(library: VariedLibrary, asked: AssetFilters) -> None:
    everything = asked.count(EVERYTHING)
    empty = {name for name, wanted in filters(library).items() if not asked.count(wanted)}
    whole = {name for name, wanted in filters(library).items() if asked.count(wanted) == everything}
    assert empty == {
        *("nothing", "folder elsewhere", "no such board", "no such tag", "no ids"),
        *("more than there can be", "folder by a part of its name", "no phrase", "no text"),
        *("no such camera", "keyword, and not a part of one"),
    }
    assert whole == {"everything", "any rating", "folder above the roots", "folder of all"}


def test_a_board_comes_in_its_order(library: VariedLibrary, asked: AssetFilters) -> None:
    shown = [i for i in library.boards["mood"] if i != library.ids[8]]  # which a rule hides
    assert asked.ids(Filter(board="Mood")).tolist() == shown
    assert asked.ids(Filter(board="Mood", is_generated=False)).tolist() == [
        i for i in shown if i != library.ids[3]
    ]


def test_ids_are_numbers_of_an_array(asked: AssetFilters) -> None:
    for wanted in (EVERYTHING, ~EVERYTHING, Filter(board="Mood")):
        assert asked.ids(wanted).dtype == np.int64


def test_what_a_rule_hides_is_in_no_answer(library: VariedLibrary, asked: AssetFilters) -> None:
    assert asked.has_hidden()
    hidden = {library.ids[7], library.ids[8]}
    assert not hidden & set(asked.ids(EVERYTHING).tolist())
    assert not hidden & set(asked.ids(Filter(ids=tuple(library.ids))).tolist())


def test_words_are_looked_for_among_what_is_meant(library: VariedLibrary) -> None:
    cats = library.means(Filter(tag="cat"))
    assert sorted(library.catalog.words.find("png", 500, Filter(tag="cat"))) == cats
    assert len(library.catalog.words.find("png", 500)) > len(cats)


class TestText:
    def test_each_comes_back_as_it_was(self, library: VariedLibrary) -> None:
        for name, wanted in filters(library).items():
            text = dump_filter(wanted)
            assert load_filter(text) == wanted, name
            assert dump_filter(load_filter(text)) == text, name

    def test_only_what_is_said_is_written_in_one_order(self) -> None:
        wanted = Filter(tag="红", is_generated=False) & ~Filter(ids=())
        assert dump_filter(wanted) == (
            '{"every":[{"is_generated":false,"tag":"\\u7ea2"},{"none_of":[{"ids":[]}]}]}'
        )
        assert dump_filter(EVERYTHING) == "{}"

    def test_a_folder_whose_name_is_no_text_survives(self) -> None:
        wanted = Filter(folder="/a/\udcff\n")
        assert load_filter(dump_filter(wanted)) == wanted

    @pytest.mark.parametrize(
        "text",
        [
            *("", "{", "[]", "3", '{"tag":3}', '{"rating":{"least":"x"}}', '{"kinds":["song"]}'),
            *('{"mood":"happy"}', '{"rating":{"least":1,"step":2}}', '{"near":{"colour":"red"}}'),
            *('{"every":[{"mood":"happy"}]}', '{"every":[' * 30_000, '{"size":{"least":1e400}}'),
        ],
    )
    def test_what_is_not_known_is_refused_instead_of_left_out(self, text: str) -> None:
        with pytest.raises(MalformedJson, match="cannot be read"):
            load_filter(text)


_NUMBERS = st.sampled_from(
    [
        "9" * 5_000,
        "0" * 5_000,
        "-" + "9" * 400,
        "1e999",
        "NaN",
        "Infinity",
        "٣" * 5_000,
        "²",
        "9" * 15,
    ]
)
_VALUES = st.one_of(
    *(_NUMBERS, _NUMBERS.map(">={}".format), _NUMBERS.map("{}..".format)),
    st.builds("{}{}".format, _NUMBERS, st.sampled_from(["TB", "MP", ":1", "-01", "%", "~12>30%"])),
    st.text(st.characters(), max_size=9),
    st.sampled_from(["\ud800", "\udcff", "a\0b", "#" + "f" * 5_000, "red~99>999%", "[" * 5_000]),
)


class TestHostileConditions:
    """Whatever stands behind a colon means something or is refused in words."""

    @pytest.mark.parametrize("field", FIELDS)
    @given(value=_VALUES)
    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_typed(self, field: str, value: str, asked: AssetFilters) -> None:
        text = f"{field}:{value}"
        saved = SavedSearch("any", text)
        try:
            wanted = parse(text).filter
        except QueryError:
            assert saved.conditions == EVERYTHING
            assert saved.is_ranked
            return
        assert saved.conditions == wanted
        assert asked.count(wanted) >= 0
        assert load_filter(dump_filter(wanted)) == wanted

    @pytest.mark.parametrize("value", ["NaN", "1e999", "9" * 400, "9" * 5_000, '"\\ud800"', "null"])
    @pytest.mark.parametrize(
        "around",
        [
            *('{"rating":{"least":@}}', '{"size":{"most":@}}', '{"ratio":{"least":@}}'),
            *('{"near":{"colour":"#102030","distance":@}}', '{"tag":@}', '{"folder":@}'),
            *('{"ids":[@]}', '{"every":[{"phrase":@}]}', '{"dated":{"least":@}}', '{"kit":@}'),
        ],
    )
    def test_kept(self, around: str, value: str, asked: AssetFilters) -> None:
        try:
            wanted = load_filter(around.replace("@", value))
        except MalformedJson:
            return
        assert asked.count(wanted) >= 0

    @given(text=_VALUES)
    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_words(self, text: str, library: VariedLibrary, asked: AssetFilters) -> None:
        assert asked.count(parse(f'-{text} "{text}"').filter) >= 0
        library.catalog.words.find(text, 9)

    def test_of_many_levels(self, asked: AssetFilters) -> None:
        for levels in (1, 31, 500, 60_000):
            try:
                wanted = load_filter('{"none_of":[' * levels + '{"tag":"a"}' + "]}" * levels)
            except MalformedJson:
                assert levels > 31
                continue
            assert asked.count(wanted) >= 0


def test_a_colour_is_six_hexadecimal_digits() -> None:
    for colour in ("red", "#12345", "#GGGGGG", ""):
        with pytest.raises(ValueError, match="no colour"):
            Near(colour)


def test_palettes_are_kept_as_they_are_and_looked_through_at_once() -> None:
    palette = (Swatch("#FF8800", 61), Swatch("#0A0B0C", 30), Swatch("#FFFFFF", 9))
    data = dump_palette(palette)
    assert load_palette(data) == palette
    other = (Swatch("#F08010", 20),)
    together = data + dump_palette(()) + dump_palette(other)
    for colour, tolerance in (("#FF8800", 0.02), ("#FF8800", 0.1), ("#F0F0F0", 0.06)):
        exact = [palette_share(each, colour, tolerance) for each in (palette, (), other)]
        assert shares_near(together, colour, tolerance).tolist() == exact


def test_colours_of_an_older_plantain_are_found_until_they_are_made_again() -> None:
    assert load_palette(palette_of_v5("#1A2B3C #F5C518")) == (("#1A2B3C", 50), ("#F5C518", 50))


def test_a_filter_is_a_value() -> None:
    assert Filter(tag="a") == Filter(tag="a")
    assert len({Filter(tag="a"), Filter(tag="a"), Filter(tag="b")}) == 2
    assert EVERYTHING & Filter(tag="a") == Filter(tag="a")
    assert EVERYTHING & EVERYTHING == EVERYTHING
