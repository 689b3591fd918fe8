"""Rights: what binds a picture, and that it follows what it was said of."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from desktop.core.annotations import Edits
from desktop.core.errors import UsageError
from desktop.core.filter import Filter
from desktop.core.generation_record import GenerationRecord, GenerationRequest, Reference
from desktop.core.rights import (
    NO_RIGHTS,
    Claim,
    Origin,
    Rights,
    clean_day,
    clean_licence,
    strictest,
)
from desktop.library.catalog.annotations import Annotations
from desktop.library.catalog.assets import Catalog, ReadFile
from desktop.library.catalog.database import Database
from desktop.library.catalog.lineage import LineageTable
from desktop.library.catalog.moved_files import Move, MovedFiles
from desktop.library.catalog.rights import RightsTable
from desktop.library.catalog.roots import Root
from desktop.library.folders.scan import FoundFile

PRIVATE = Rights(is_private=True)
ENDED = Rights(licence="stock", expires="2020-01-31")


class Shelf:
    """A library of named files in one folder."""

    def __init__(self, place: Path) -> None:
        self.folder = place / "pictures"
        self.folder.mkdir(parents=True)
        self.database = Database(place / "catalog.sqlite")
        self.catalog = Catalog(self.database)
        self.said = Annotations(self.database)
        self.rights = RightsTable(self.database)
        self.root: Root = self.catalog.roots.add(self.folder)

    def add(self, name: str, content: str = "") -> int:
        file = FoundFile(os.fsencode(name), 10, 10)
        [asset_id] = self.catalog.add_files(self.root, [file])
        self.catalog.record_read([ReadFile(asset_id, 8, 8, "PNG", content or name)])
        return asset_id

    def made(self, asset_id: int, *sources: int) -> None:
        references = tuple(Reference(Path("x.png"), source) for source in sources)
        LineageTable(self.database).record(
            asset_id, GenerationRecord(GenerationRequest("a cape", references))
        )

    def claims(self, asset_id: int) -> tuple[Claim, ...]:
        return self.rights.claims([asset_id])[asset_id]

    def found(self, wanted: Filter) -> list[int]:
        return self.catalog.filters.ids(wanted).tolist()


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    shelf = Shelf(tmp_path)
    yield shelf
    shelf.database.close()


class TestWords:
    def test_the_last_day_still_counts(self) -> None:
        rights = Rights(expires="2026-11-30")
        assert not rights.has_expired(date(2026, 11, 30))
        assert rights.has_expired(date(2026, 12, 1))
        assert not NO_RIGHTS.forbid_sending(date(9999, 1, 1))

    def test_the_strictest_counts(self) -> None:
        said = [Rights(licence="a", expires="2027-01-01"), Rights(True, "b", "2026-05-05"), ENDED]
        assert strictest(said) == Rights(True, "a; b; stock", "2020-01-31")
        assert strictest([]) == NO_RIGHTS

    @pytest.mark.parametrize("day", ["31.12.2026", "2026-13-01", "2026-02-30", "soon"])
    def test_what_is_no_day_is_refused(self, day: str) -> None:
        with pytest.raises(UsageError, match="no day"):
            clean_day(day)

    def test_days_and_licences_are_kept_in_one_form(self) -> None:
        assert clean_day(" 20261231 ") == "2026-12-31"
        assert clean_licence("  CC BY\t4.0 ") == "CC BY 4.0"
        with pytest.raises(UsageError):
            clean_licence("x" * 201)


def test_a_picture_has_what_its_boards_and_folders_have(shelf: Shelf) -> None:
    one, two = shelf.add("shoot/a.png"), shelf.add("b.png")
    shelf.said.give_folder_rights(f"{shelf.folder}/shoot/", PRIVATE)
    shelf.said.create_board("Mood", [one, two])
    shelf.said.give_board_rights("mood", ENDED)
    shelf.said.give_rights([two], Rights(licence="ours"))
    assert shelf.claims(one) == (
        Claim(Origin.BOARD, "Mood", ENDED),
        Claim(Origin.FOLDER, f"{shelf.folder}/shoot", PRIVATE),
    )
    assert [claim.origin for claim in shelf.claims(two)] == [Origin.PICTURE, Origin.BOARD]
    assert shelf.found(Filter(is_private=True)) == [one]
    later = shelf.add("shoot/deep/c.png")
    assert shelf.found(Filter(is_private=True)) == [one, later], "and what comes later"
    assert shelf.add("shooting/d.png") not in shelf.found(Filter(is_private=True))


def test_what_was_made_from_one_and_a_copy_of_it_are_bound_too(shelf: Shelf) -> None:
    source, made, again, copy = (shelf.add(name) for name in ("s.png", "m.png", "a.png", "c.png"))
    twin = shelf.add("twin.png", "c.png")
    shelf.made(made, source)
    shelf.made(again, made)
    shelf.said.give_rights([source], ENDED)
    shelf.said.give_rights([copy], PRIVATE)
    assert shelf.claims(again) == (Claim(Origin.SOURCE, "m.png", ENDED),)
    assert "made from m.png" in shelf.claims(again)[0].reason()
    assert shelf.claims(twin) == (Claim(Origin.COPY, "c.png", PRIVATE),)
    assert shelf.found(Filter(is_expired=True)) == [source, made, again]
    assert shelf.found(Filter(is_made_from_expired=True)) == [made, again]
    assert shelf.found(Filter(is_private=True)) == [copy, twin]


def test_the_next_turns_of_what_was_made_from_one_are_bound_too(shelf: Shelf) -> None:
    source, made, turn, later = (shelf.add(name) for name in ("s.png", "m.png", "t.png", "l.png"))
    lineage = LineageTable(shelf.database)
    used = (Reference(Path("s.png"), source),)
    lineage.record(made, GenerationRecord(GenerationRequest("a cape", used), attempt="1"))
    asked = GenerationRequest("in red", parent="m.png", parent_attempt="1")
    lineage.record(turn, GenerationRecord(asked, attempt="2"))
    asked = GenerationRequest("in blue", parent="t.png as it was", parent_attempt="2")
    lineage.record(later, GenerationRecord(asked, attempt="3"))
    shelf.said.give_rights([source], ENDED)
    assert shelf.claims(turn) == (Claim(Origin.SOURCE, "m.png", ENDED),)
    assert shelf.claims(later) == (Claim(Origin.SOURCE, "t.png", ENDED),)
    assert shelf.found(Filter(is_expired=True)) == [source, made, turn, later]
    assert shelf.found(Filter(is_made_from_expired=True)) == [made, turn, later]


def test_two_that_are_each_others_source_end(shelf: Shelf) -> None:
    one, two = shelf.add("1.png"), shelf.add("2.png")
    shelf.made(one, two)
    shelf.made(two, one)
    shelf.said.give_rights([one], PRIVATE)
    assert shelf.found(Filter(is_private=True)) == [one, two]
    assert Claim(Origin.SOURCE, "1.png", PRIVATE) in shelf.claims(two)


def test_all_of_it_can_be_taken_back(shelf: Shelf) -> None:
    asset = shelf.add("a.png")
    shelf.said.create_board("Mood", [asset])
    done = [
        shelf.said.give_rights([asset], PRIVATE),
        shelf.said.give_board_rights("Mood", ENDED),
        shelf.said.give_folder_rights(str(shelf.folder), PRIVATE),
    ]
    assert len(shelf.claims(asset)) == 3
    for undo in reversed(done):
        again = shelf.said.apply(undo)
        assert shelf.said.apply(shelf.said.apply(again)) == again
    assert shelf.claims(asset) == ()
    assert (shelf.rights.boards(), shelf.rights.folders()) == ({}, {})
    assert shelf.said.apply(Edits(rights={asset: NO_RIGHTS})).is_empty


def test_a_board_keeps_its_rights_whatever_is_done_with_it(shelf: Shelf) -> None:
    one, two = shelf.add("a.png"), shelf.add("b.png")
    shelf.said.create_board("Mood", [one])
    shelf.said.give_board_rights("Mood", PRIVATE)
    shelf.said.put_on_board("Mood", [two])
    shelf.said.take_off_board("Mood", [one])
    shelf.said.rename_board("Mood", "Spring")
    assert shelf.rights.boards() == {"Spring": PRIVATE}
    undo = shelf.said.delete_board("Spring")
    assert shelf.found(Filter(is_private=True)) == []
    shelf.said.apply(undo)
    assert shelf.found(Filter(is_private=True)) == [two]


def test_a_picture_that_leaves_a_folder_takes_along_what_was_said_there(shelf: Shelf) -> None:
    asset, other = shelf.add("closed/a.png"), shelf.add("closed/b.png")
    shelf.said.give_folder_rights(f"{shelf.folder}/closed", Rights(True, "theirs", "2031-01-01"))
    shelf.said.give_rights([asset], Rights(expires="2030-01-01"))
    moved = MovedFiles(shelf.database)
    moved.move([Move(asset, shelf.root.id, FoundFile(b"open/a.png", 10, 10))], [])
    moved.move([Move(other, shelf.root.id, FoundFile(b"closed/deep/b.png", 10, 10))], [])
    assert [claim.rights for claim in shelf.claims(asset)] == [Rights(True, "theirs", "2030-01-01")]
    assert [claim.origin for claim in shelf.claims(other)] == [Origin.FOLDER], "it is still inside"


def test_the_rights_of_a_folder_go_where_the_folder_goes(shelf: Shelf, tmp_path: Path) -> None:
    asset = shelf.add("closed/a.png")
    shelf.said.give_folder_rights(str(shelf.folder), ENDED)
    shelf.said.give_folder_rights(f"{shelf.folder}/closed", PRIVATE)
    shelf.said.give_folder_rights(f"{shelf.folder}-not", PRIVATE)
    new = tmp_path / "drive"
    shelf.catalog.roots.relocate(shelf.root, new, "")
    assert set(shelf.rights.folders()) == {f"{new}/closed", str(new), f"{shelf.folder}-not"}
    assert [claim.name for claim in shelf.claims(asset)] == [f"{new}/closed", str(new)]
    shelf.catalog.roots.add(tmp_path)
    assert len(shelf.claims(asset)) == 2, "nor is any lost where a folder around it is added"


def test_what_duplicates_had_binds_the_one_that_is_kept(shelf: Shelf) -> None:
    kept, gone = shelf.add("a.png"), shelf.add("b.png")
    shelf.said.give_rights([gone], PRIVATE)
    shelf.said.merge([gone], kept)
    assert shelf.said.of([kept])[kept].rights == PRIVATE


def test_consent_is_kept_until_it_is_withdrawn(shelf: Shelf) -> None:
    shelf.rights.give_consent("https://a.example")
    first = dict(shelf.rights.consents())
    shelf.rights.give_consent("https://a.example")
    assert shelf.rights.consents() == first, "the first time counts"
    shelf.rights.withdraw_consent("https://a.example")
    assert shelf.rights.consents() == {}
