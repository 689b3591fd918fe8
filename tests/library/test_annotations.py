"""What people say about their pictures is kept, found, undone and stamped."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from desktop.core.annotations import (
    MAX_NAME,
    MAX_NOTE,
    Annotation,
    Board,
    Consensus,
    Edits,
    Flag,
    NameCount,
    TagColour,
)
from desktop.core.errors import LibraryError, UsageError
from desktop.core.filter import Filter
from desktop.core.rights import Rights
from desktop.library.catalog.annotations import Annotations
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.database import Database
from desktop.library.catalog.edits import EditStamp, write_edits
from desktop.library.catalog.full_text import renew_words
from desktop.library.folders.scan import FoundFile


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "catalog.sqlite")
    yield database
    database.close()


@pytest.fixture
def catalog(database: Database) -> Catalog:
    return Catalog(database)


@pytest.fixture
def said(database: Database) -> Annotations:
    return Annotations(database)


@pytest.fixture
def ids(catalog: Catalog) -> list[int]:
    files = [FoundFile(os.fsencode(name), 10, 5) for name in ("a.png", "b.png", "c.png", "d.png")]
    return catalog.add_files(catalog.roots.add(Path("/home/ann/pictures")), files)


def found(catalog: Catalog, words: str) -> list[int]:
    return sorted(catalog.words.find(words, 10))


class TestTags:
    def test_many_assets_take_and_lose_many_tags(self, said: Annotations, ids: list[int]) -> None:
        said.tag(ids, ["cat", "红色"])
        said.untag(ids[:3], ["CAT"])
        assert said.tags() == [NameCount("cat", 1), NameCount("红色", 4)]
        assert said.of(ids)[ids[3]].tags == ("cat", "红色")
        assert said.tagged("红色") == ids

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Кот", "кОТ"),
            ("cafe\u0301", "CAFÉ"),
            ("Straße", "STRASSE"),
            ("ΟΔΟΣ", "οδος"),
            ("  two   words ", "Two words"),
        ],
    )
    def test_spellings_of_one_name_are_one_tag(
        self, said: Annotations, ids: list[int], one: str, other: str
    ) -> None:
        said.tag(ids[:1], [one])
        said.tag(ids[1:], [other])
        assert [tag.count for tag in said.tags()] == [4]
        said.untag(ids, [other])
        assert said.tags() == []

    def test_a_comma_and_a_bar_are_parts_of_a_tag(self, said: Annotations, ids: list[int]) -> None:
        said.tag(ids, ["Doe, Jane", "a|b"])
        assert said.of(ids)[ids[0]].tags == ("a|b", "Doe, Jane")

    @pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\tb", "a\u2028b", "\ud800", "x" * 101])
    def test_what_cannot_be_a_tag_is_refused_and_nothing_changes(
        self, said: Annotations, ids: list[int], name: str
    ) -> None:
        with pytest.raises(UsageError):
            said.tag(ids, ["good", name])
        assert said.tags() == []

    def test_a_tag_renamed_to_another_is_merged_with_it(
        self, said: Annotations, ids: list[int]
    ) -> None:
        said.tag(ids[:2], ["kitty"])
        said.tag(ids[1:3], ["Cat"])
        undo = said.rename_tag("kitty", "cat")
        assert said.tags() == [NameCount("Cat", 3)]
        said.apply(undo)
        assert said.tags() == [NameCount("Cat", 2), NameCount("kitty", 2)]

    def test_a_tag_can_change_its_capitals_alone(self, said: Annotations, ids: list[int]) -> None:
        said.tag(ids, ["nasa"])
        undo = said.rename_tag("nasa", "NASA")
        assert said.tags() == [NameCount("NASA", 4)]
        said.apply(undo)
        assert said.tags() == [NameCount("nasa", 4)]

    def test_those_below_keep_their_own_part_however_the_one_above_is_spelt(
        self, said: Annotations, ids: list[int]
    ) -> None:
        """ß is two letters in capitals, and İ two when it is made small."""
        said.tag(ids[:1], ["straße"])
        said.tag(ids[1:2], ["STRASSE/Nord"])
        said.rename_tag("straße", "road")
        assert {tag.name for tag in said.tags()} == {"road", "road/Nord"}

    def test_none_gets_a_name_that_could_not_be_entered(
        self, said: Annotations, ids: list[int]
    ) -> None:
        below = "a/" + "b" * (MAX_NAME - 2)
        said.tag(ids[:1], ["a", below])
        with pytest.raises(UsageError):
            said.rename_tag("a", "longer")
        assert {tag.name for tag in said.tags()} == {"a", below}

    def test_a_keyword_of_another_program_with_a_slash_is_below_nothing(
        self, said: Annotations, catalog: Catalog, ids: list[int]
    ) -> None:
        """Or there would be rows for "black " and for no name at all, with no pictures."""
        strange = ("black / white", "/", "a//b")
        said.apply(Edits(tags=dict.fromkeys(zip(ids, strange, strict=False), True)))
        said.tag(ids[3:], ["place/Lisbon"])
        shown = {tag.name: tag.count for tag in said.tag_tree()}
        assert shown == dict.fromkeys((*strange, "place", "place/Lisbon"), 1)
        assert all(len(catalog.filters.ids(Filter(tag=name))) == 1 for name in shown)


class TestColours:
    def test_a_tag_has_a_colour_until_it_is_taken_away(
        self, said: Annotations, ids: list[int]
    ) -> None:
        said.tag(ids[:2], ["Hero"])
        undo = said.colour_tag("hero", TagColour.BLUE)
        assert said.tag_colours() == {"hero": TagColour.BLUE}
        again = said.colour_tag("HERO", TagColour.RED)
        said.apply(again)
        assert list(said.tag_colours().values()) == [TagColour.BLUE]
        said.apply(undo)
        assert said.tag_colours() == {}

    def test_it_goes_along_with_a_new_name_and_gives_way_to_one_that_is_there(
        self, said: Annotations, ids: list[int]
    ) -> None:
        said.tag(ids[:2], ["hero", "hero/wide"])
        said.tag(ids[2:], ["star"])
        for name, colour in (("hero", TagColour.BLUE), ("hero/wide", TagColour.PINK)):
            said.colour_tag(name, colour)
        said.colour_tag("star", TagColour.GREEN)
        undo = said.rename_tag("hero", "star")
        assert said.tag_colours() == {"star": TagColour.GREEN, "star/wide": TagColour.PINK}
        said.apply(undo)
        assert said.tag_colours() == {
            "hero": TagColour.BLUE,
            "hero/wide": TagColour.PINK,
            "star": TagColour.GREEN,
        }


def test_tags_and_notes_are_found_by_their_words_as_long_as_they_are_there(
    said: Annotations, catalog: Catalog, ids: list[int]
) -> None:
    said.tag(ids[:2], ["sunset"])
    undo = said.annotate(ids[2:3], "by the sea\r\n在海边")
    assert found(catalog, "sunset") == ids[:2]
    assert found(catalog, "海边") == ids[2:3]
    assert said.of(ids)[ids[2]].note == "by the sea\n在海边"
    said.rename_tag("sunset", "dusk")
    said.apply(undo)
    assert found(catalog, "sunset") == found(catalog, "sea") == []
    assert found(catalog, "dusk") == ids[:2]
    assert found(catalog, "pictures png") == ids


def test_ratings_are_part_of_the_asset(said: Annotations, catalog: Catalog, ids: list[int]) -> None:
    said.rate(ids, 5)
    said.rate(ids[:1], 0)
    assert [asset.rating for asset in catalog.all_assets()] == [5, 5, 5, 0]
    for stars in (-1, 6):
        with pytest.raises(UsageError):
            said.rate(ids, stars)


class TestBoards:
    def test_keep_an_order_that_the_person_makes(self, said: Annotations, ids: list[int]) -> None:
        a, b, c, d = ids
        said.create_board("Mood")
        said.put_on_board("mood", [c, a, b])
        said.put_on_board("Mood", [d], at=1)
        assert said.board("MOOD").asset_ids == (c, d, a, b)
        said.put_on_board("Mood", [b, c], at=2)
        assert said.board("Mood").asset_ids == (d, b, c, a)
        said.take_off_board("Mood", [d, c])
        assert said.board("Mood").asset_ids == (b, a)
        assert said.boards() == [NameCount("Mood", 2)]
        assert said.of([a])[a].boards == ("Mood",)

    def test_have_names_of_their_own(self, said: Annotations, ids: list[int]) -> None:
        said.create_board("Mood", ids)
        said.create_board("Other")
        with pytest.raises(LibraryError, match="already"):
            said.create_board("mood")
        with pytest.raises(LibraryError, match="already"):
            said.rename_board("Other", "MOOD")
        undo = said.rename_board("mood", "MOOD")
        assert said.boards() == [NameCount("MOOD", 4), NameCount("Other", 0)]
        said.apply(undo)
        undo = said.delete_board("Mood")
        with pytest.raises(LibraryError, match="no board"):
            said.board("Mood")
        said.apply(undo)
        assert said.board("Mood").asset_ids == tuple(ids)


def test_a_duplicate_hands_on_what_was_said_of_it(said: Annotations, ids: list[int]) -> None:
    keeper, twin, other, _ = ids
    said.tag([keeper], ["cat"])
    said.tag([twin, other], ["cat", "dog"])
    said.rate([twin], 2)
    said.rate([other], 4)
    said.annotate([keeper, twin], "same")
    said.annotate([other], "more")
    said.create_board("Mood", [other, twin])
    before = said.of([keeper])
    undo = said.merge([twin, other], keeper)
    assert said.of([keeper])[keeper] == Annotation(4, "same\n\nmore", ("cat", "dog"), ("Mood",))
    assert said.board("Mood").asset_ids == (keeper, other, twin)
    said.apply(undo)
    assert said.of([keeper]) == before


def test_every_change_is_undone_and_done_again(said: Annotations, ids: list[int]) -> None:
    said.create_board("Mood", ids)
    said.tag(ids[:2], ["cat"])
    changes: list[Callable[[], Edits]] = [
        lambda: said.tag(ids, ["cat", "dog"]),
        lambda: said.untag(ids, ["cat"]),
        lambda: said.rate(ids, 3),
        lambda: said.annotate(ids, "a note"),
        lambda: said.take_off_board("Mood", ids[:1]),
        lambda: said.put_on_board("Mood", ids[2:], at=0),
    ]
    for change in changes:
        before = said.of(ids), said.board("Mood")
        undo = change()
        after = said.of(ids), said.board("Mood")
        assert before != after
        redo = said.apply(undo)
        assert (said.of(ids), said.board("Mood")) == before
        said.apply(redo)
        assert (said.of(ids), said.board("Mood")) == after
        assert change().is_empty, "the same again changes nothing"


class Stamp(NamedTuple):
    """When a field was last changed, and in which library."""

    field: str
    edited_at: float
    editor: str


def stamps(database: Database, since: float = 0.0) -> list[Stamp]:
    """What was changed after ``since``, the oldest first."""
    rows = database.read(
        "SELECT field, edited_at, editor FROM edits WHERE edited_at > ? ORDER BY edited_at",
        (since,),
    )
    return [Stamp(*row) for row in rows]


class TestStamps:
    def test_say_when_and_where_each_field_was_changed(
        self, database: Database, catalog: Catalog, ids: list[int]
    ) -> None:
        times = iter([100.0, 200.0, 50.0, 60.0])
        said = Annotations(database, clock=lambda: next(times))
        said.tag(ids[:1], ["Cat"])
        said.rate(ids[:1], 4)
        [stamp] = stamps(database, since=100.0)
        assert (stamp.field, stamp.edited_at, stamp.editor) == ("rating", 200, catalog.library_id())
        said.rate(ids[:1], 3)  # the clock was put back
        said.untag(ids[:1], ["cat"])
        edited = {stamp.field: stamp.edited_at for stamp in stamps(database)}
        assert edited["rating"] > 200
        assert edited["tag:cat"] > 100

    def test_the_last_writer_wins_whatever_comes_first(
        self, database: Database, ids: list[int]
    ) -> None:
        said = Annotations(database, clock=lambda: 100.0)
        a = ids[0]
        said.rate([a], 4)
        said.tag([a], ["cat"])
        assert said.apply(Edits(ratings={a: 1}), received=(99.0, "zz")).is_empty
        said.apply(Edits(ratings={a: 2}, tags={(a, "CAT"): False}), received=(101.0, "aa"))
        said.apply(Edits(tags={(a, "cat"): True}), received=(100.5, "zz"))
        assert said.of([a])[a] == Annotation(rating=2)
        assert {(s.field, s.edited_at, s.editor) for s in stamps(database)} == {
            ("rating", 101.0, "aa"),
            ("tag:cat", 101.0, "aa"),
        }


def test_assets_that_are_gone_are_passed_over(
    said: Annotations, database: Database, ids: list[int]
) -> None:
    undo = said.tag(ids, ["cat"])
    said.create_board("Mood", ids)
    with database.transaction() as connection:
        connection.execute("DELETE FROM assets WHERE id = ?", (ids[0],))
    assert said.board("Mood") == Board(tuple(ids[1:]), said.board("Mood").created_at)
    said.apply(undo)
    assert said.tags() == []


class TestManyAtOnce:
    @pytest.fixture
    def many(self, catalog: Catalog) -> list[int]:
        files = [FoundFile(f"{number}.png".encode(), 10, 5) for number in range(1_200)]
        return catalog.add_files(catalog.roots.add(Path("/home/ann/many")), files)

    def test_are_one_change_that_is_undone_as_one(self, said: Annotations, many: list[int]) -> None:
        said.rate(many[:100], 2)
        said.tag(many[:50], ["hero shot"])
        before = said.of(many)
        undos = [said.tag(many, ["Hero Shot"]), said.rate(many, 4), said.annotate(many, "sold")]
        assert said.together(many) == Consensus(1_200, 4, "sold", {"hero shot": 1_200}, {})
        assert len(undos[0].tags) == 1_150
        assert len(undos[1].ratings) == 1_200
        for undo in reversed(undos):
            said.apply(undo)
        assert said.of(many) == before

    def test_are_found_by_their_words_a_little_later(
        self, said: Annotations, catalog: Catalog, many: list[int]
    ) -> None:
        said.tag(many, ["sunset"])
        while said.index_words():
            pass
        assert len(catalog.words.find("sunset", 2_000)) == 1_200
        said.untag(many, ["sunset"])
        while said.index_words():
            pass
        assert catalog.words.find("sunset", 2_000) == {}

    def test_words_that_were_left_behind_are_made_at_the_next_opening(
        self, said: Annotations, catalog: Catalog, database: Database, many: list[int]
    ) -> None:
        renew_words(database)
        said.tag(many, ["sunset"])
        renew_words(database)
        assert len(catalog.words.find("sunset", 2_000)) == 1_200
        assert not said.index_words()


def test_notes_too_long_for_one_are_not_merged(said: Annotations, ids: list[int]) -> None:
    said.annotate(ids[:1], "a" * MAX_NOTE)
    said.annotate(ids[1:2], "b")
    said.rate(ids[1:2], 4)
    with pytest.raises(UsageError, match="longer than"):
        said.merge([ids[1]], ids[0])
    own = said.of(ids)[ids[0]]
    assert (own.note, own.rating) == ("a" * MAX_NOTE, 0)


@pytest.mark.parametrize(
    "edits",
    [
        Edits(ratings={1: 3}),
        Edits(notes={1: "a note"}),
        Edits(tags={(1, "cat"): True}),
        Edits(flags={(1, Flag.KEPT): True}),
        Edits(rights={1: Rights(is_private=True)}),
    ],
    ids=["rating", "note", "tag", "flag", "rights"],
)
def test_no_change_looks_at_pictures_that_it_is_not_about(database: Database, edits: Edits) -> None:
    """Each tag is a change of its own: a thousand of them would look at all a thousand times."""
    connection, asked = database.connection, list[str]()
    connection.set_trace_callback(asked.append)
    write_edits(connection, edits, EditStamp(1.0, "here"))
    connection.set_trace_callback(None)
    found = [sql for sql in asked if sql.startswith(("INSERT INTO changed", "UPDATE assets"))]
    assert found
    for sql in found:
        plan = [row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
        assert not [step for step in plan if step.startswith("SCAN assets")], plan
    connection.rollback()
