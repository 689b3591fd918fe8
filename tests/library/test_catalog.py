"""What the library remembers of files, roots and words."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from desktop.core.errors import LibraryError
from desktop.core.generation_record import GenerationRecord, GenerationRequest, Reference, Usage
from desktop.library.catalog.assets import Catalog, ReadFile
from desktop.library.catalog.database import Database
from desktop.library.catalog.lineage import LineageTable
from desktop.library.catalog.migrations import CATALOG_VERSION
from desktop.library.catalog.roots import Root, RootKind
from desktop.library.catalog.vectors import VectorTable
from desktop.library.folders.scan import FoundFile

HOME = Path("/home/ann/pictures")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "library" / "catalog.sqlite")
    yield database
    database.close()


@pytest.fixture
def catalog(database: Database) -> Catalog:
    return Catalog(database)


@pytest.fixture
def vector_table(database: Database) -> VectorTable:
    return VectorTable(database)


def test_a_disk_that_fills_up_is_said_to_be_full(database: Database) -> None:
    connection = database.connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    connection.execute("PRAGMA cache_size = 5")
    with pytest.raises(LibraryError, match="is full"), database.transaction() as transaction:
        for number in range(1_000):
            row = (f"{number}" * 500, number)
            transaction.execute("INSERT INTO ignore_rules VALUES (?, ?)", row)
    assert database.read("SELECT * FROM ignore_rules") == []


def test_a_text_that_is_none_costs_its_characters_and_no_other_row(database: Database) -> None:
    with database.transaction() as connection:
        connection.executemany(
            "INSERT INTO query_history VALUES (CAST(? AS TEXT), ?)",
            ((raw, number) for number, raw in enumerate((b"a", b"b", b"\xffc\xfe", b"d", b"e"))),
        )
    wanted = ["a", "b", "\ufffdc\ufffd", "d", "e"]
    asked = "SELECT text FROM query_history ORDER BY asked_at"
    assert [row["text"] for row in database.read(asked)] == wanted
    for size in (1, 2, 3, 9):
        parts = [*database.batches(asked, size=size)]
        assert [text for part in parts for (text,) in part] == wanted
    assert [*database.stream(asked)] == wanted


def found(name: str, size: int = 10) -> FoundFile:
    return FoundFile(os.fsencode(name), size, 5)


def add(catalog: Catalog, *names: str, root: Root | None = None) -> list[int]:
    return catalog.add_files(root or catalog.roots.add(HOME), [found(name) for name in names])


def read(catalog: Catalog, *ids: int) -> list[ReadFile]:
    files = [ReadFile(asset_id, 640, 480, "PNG", f"{asset_id:032x}") for asset_id in ids]
    catalog.record_read(files)
    return files


class TestRoots:
    def test_a_folder_is_one_root_however_often_it_is_added(self, catalog: Catalog) -> None:
        assert catalog.roots.add(HOME) == catalog.roots.add(HOME)
        assert [root.path for root in catalog.roots.all()] == [HOME]

    def test_a_folder_inside_a_root_belongs_to_it(self, catalog: Catalog) -> None:
        root = catalog.roots.add(HOME)
        assert catalog.roots.add(HOME / "capes" / "red") == root

    def test_a_folder_around_roots_takes_them_over_with_their_assets(
        self, catalog: Catalog
    ) -> None:
        inner = catalog.roots.add(HOME / "capes")
        [asset_id] = add(catalog, "red.png", root=inner)
        outer = catalog.roots.add(HOME)
        assert [root.path for root in catalog.roots.all()] == [HOME]
        asset = catalog.asset(asset_id)
        assert asset is not None
        assert asset.path == HOME / "capes" / "red.png"
        assert catalog.paths_in(outer.id) == [b"capes/red.png"]

    def test_a_folder_added_after_a_file_of_it_keeps_that_file(self, catalog: Catalog) -> None:
        loose = catalog.roots.add(HOME, RootKind.LOOSE)
        add(catalog, "red.png", root=loose)
        root = catalog.roots.add(HOME)
        assert root.kind is RootKind.FOLDER
        assert catalog.paths_in(root.id) == [b"red.png"]

    def test_generated_pictures_stay_apart_from_a_folder_around_them(
        self, catalog: Catalog
    ) -> None:
        own = catalog.roots.add(HOME / "library" / "generated", RootKind.GENERATED)
        catalog.roots.add(HOME)
        assert own in catalog.roots.all()
        assert catalog.roots.add(own.path, RootKind.GENERATED) == own


class TestAssets:
    def test_an_asset_keeps_its_identity(self, catalog: Catalog) -> None:
        [asset_id] = add(catalog, "a.png")
        catalog.mark_changed([(asset_id, found("a.png", size=99))])
        asset = catalog.asset(asset_id)
        assert asset is not None
        assert (asset.id, asset.size) == (asset_id, 99)

    def test_the_same_file_cannot_be_added_twice(self, catalog: Catalog) -> None:
        add(catalog, "a.png")
        with pytest.raises(LibraryError):
            add(catalog, "a.png")
        assert catalog.counts()["assets"] == 1

    def test_names_that_are_not_text_come_back_as_they_were(self, catalog: Catalog) -> None:
        [asset_id] = add(catalog, "caf\udce9\n.png")
        asset = catalog.asset(asset_id)
        assert asset is not None
        assert asset.path == HOME / "caf\udce9\n.png"
        assert catalog.asset_at(asset.path) == asset

    def test_assets_are_found_by_the_place_they_lie_at(self, catalog: Catalog) -> None:
        root = catalog.roots.add(HOME)
        names = ("a.png", "a/1.png", "a/b/2.png", "a b/3.png", "a0/4.png")
        ids = dict(zip(names, add(catalog, *names), strict=True))

        def names_at(place: bytes) -> set[str]:
            found = set(catalog.ids_at(root.id, place))
            return {name for name, asset_id in ids.items() if asset_id in found}

        assert names_at(b"") == set(names)
        assert names_at(b"a") == {"a/1.png", "a/b/2.png"}
        assert names_at(b"a/b") == {"a/b/2.png"}
        assert names_at(b"a.png") == {"a.png"}
        assert names_at(b"b") == set()

    def test_a_path_is_its_folder_and_its_name(self, catalog: Catalog) -> None:
        ids = add(catalog, "top.png", "capes/red.png", "capes/blue.png")
        found = catalog.assets_by_id(ids)
        top, red, blue = (found[asset_id] for asset_id in ids)
        assert (top.folder, top.name) == (str(HOME), "top.png")
        assert red.path == HOME / "capes" / "red.png"
        assert red.folder is blue.folder

    def test_the_newest_come_first(self, catalog: Catalog) -> None:
        first, second = add(catalog, "a.png", "b.png")
        assert [asset.id for asset in catalog.all_assets()] == [second, first]

    def test_thousands_of_ids_can_be_asked_for_at_once(self, catalog: Catalog) -> None:
        ids = add(catalog, *(f"{n}.png" for n in range(2_500)))
        assert len(catalog.assets_by_id([*ids, 10**9])) == 2_500

    def test_words_are_found_in_names_folders_and_prompts(
        self, catalog: Catalog, database: Database
    ) -> None:
        watch, cape = add(catalog, "goldWatch.png", "capes/红色披风.png")
        lineage = LineageTable(database)
        for prompt in ("in a wood", "on a beach at night"):
            lineage.record(watch, GenerationRecord(GenerationRequest(prompt)))
        assert catalog.words.find("wood", 10) == {}
        assert [*catalog.words.find("披风", 10)] == [cape]
        assert [*catalog.words.find("beach", 10)] == [watch]
        assert [*catalog.words.find("capes", 10)] == [cape]
        assert catalog.words.find("nothing like it", 10) == {}
        assert catalog.words.find("'; DROP TABLE assets; --", 10) == {}

    def test_those_that_have_all_words_come_before_any_that_has_some(
        self, catalog: Catalog
    ) -> None:
        *all_words, some = add(catalog, "red watch and strap 1.png", "watch red 2.png", "watch.png")
        assert {*catalog.words.find("red watch", 2)} == {*all_words}
        assert {*catalog.words.find("red watch", 3)} == {*all_words, some}

    def test_counts(self, catalog: Catalog) -> None:
        a, b, c, _ = add(catalog, "a.png", "b.png", "c.png", "d.png")
        read(catalog, a)
        catalog.record_failures([(b, "cut off", True)])
        catalog.mark_missing([c], is_missing=True)
        # Its folder is nowhere, so all but the missing one are offline.
        assert catalog.counts() == {
            "assets": 4,
            "missing": 1,
            "offline": 3,
            "failed": 1,
            "unread": 1,
        }


class TestVersion:
    def test_stays_while_nothing_changes(self, catalog: Catalog) -> None:
        add(catalog, "a.png")
        version = catalog.version()
        catalog.all_assets()
        with catalog.all_or_nothing():
            catalog.mark_missing([], is_missing=True)
        assert catalog.version() == version

    def test_tells_of_a_change_by_this_thread_and_by_another(self, catalog: Catalog) -> None:
        [a] = add(catalog, "a.png")
        versions = [catalog.version()]
        read(catalog, a)
        versions.append(catalog.version())
        other = threading.Thread(target=catalog.mark_missing, args=([a],), kwargs={"is_missing": 1})
        other.start()
        other.join()
        versions.append(catalog.version())
        assert len(set(versions)) == 3

    def test_tells_of_a_folder_that_comes_back(self, tmp_path: Path, catalog: Catalog) -> None:
        folder = tmp_path / "drive"
        folder.mkdir()
        (folder / "a.png").touch()
        catalog.add_files(catalog.roots.add(folder), [FoundFile(b"a.png", 0, 1)])
        folder.rename(tmp_path / "away")
        catalog.roots.presence.look()
        version = catalog.version()
        (tmp_path / "away").rename(folder)
        catalog.roots.presence.look()
        assert catalog.version() != version


class TestVectorTable:
    def vectors(self, count: int) -> np.ndarray:
        return np.random.default_rng(1).normal(size=(count, 512)).astype(np.float32)

    def test_work_is_what_is_unread_or_without_a_vector(
        self, catalog: Catalog, vector_table: VectorTable
    ) -> None:
        a, b, c, d = add(catalog, "a.png", "b.png", "c.png", "d.png")
        files = read(catalog, a, b)
        catalog.record_failures([(c, "cut off", True)])
        assert vector_table.assets_to_read(None, None) == [d]
        assert vector_table.assets_to_read("clip@1", None) == [a, b, d]
        vector_table.record("clip@1", files[:1], self.vectors(1))
        assert vector_table.assets_to_read("clip@1", None) == [b, d]
        assert vector_table.assets_to_read("clip@1", [a, b]) == [b]
        assert vector_table.assets_to_read("other@2", [a]) == [a]
        [root] = catalog.roots.all()
        assert vector_table.assets_to_read("clip@1", root_ids=[root.id]) == [b, d]
        assert vector_table.assets_to_read("clip@1", root_ids=[]) == []

    def test_one_encoder_is_ahead_while_it_has_what_another_lacks(
        self, catalog: Catalog, vector_table: VectorTable
    ) -> None:
        files = read(catalog, *add(catalog, "a.png", "b.png"))
        [root] = catalog.roots.all()

        def is_ahead(encoder_id: str, other: str) -> bool:
            return vector_table.is_ahead(encoder_id, other, [root.id])

        rows = vector_table.record("old@1", files, self.vectors(2))
        assert not is_ahead("old@1", "new@2"), "Milvus has not acknowledged anything yet"
        vector_table.mark_stored(rows)
        assert is_ahead("old@1", "new@2")
        assert not vector_table.is_ahead("old@1", "new@2", []), "its folder is not there"
        vector_table.mark_stored(vector_table.record("new@2", files[:1], self.vectors(1)))
        assert vector_table.stored_counts() == {"old@1": 2, "new@2": 1}
        assert is_ahead("old@1", "new@2")
        assert not is_ahead("new@2", "old@1")
        catalog.mark_missing([files[1].asset_id], is_missing=True)
        assert not is_ahead("old@1", "new@2")
        catalog.mark_missing([files[1].asset_id], is_missing=False)
        catalog.record_read([replace(files[1], content_hash="f" * 32)])
        assert not is_ahead("old@1", "new@2"), "the picture has changed since"

    def test_a_vector_counts_once_milvus_has_it(
        self, catalog: Catalog, vector_table: VectorTable
    ) -> None:
        [a] = add(catalog, "a.png")
        [row] = vector_table.record("clip@1", read(catalog, a), self.vectors(1))
        assert vector_table.pending_count("clip@1") == 1
        assert [r.id for batch in vector_table.unsent("clip@1") for r in batch] == [row.id]
        vector_table.mark_stored([row])
        assert vector_table.pending_count("clip@1") == 0
        assert vector_table.stored_ids("clip@1") == {row.id}
        assert list(vector_table.unsent("clip@1")) == []

    def test_a_changed_picture_keeps_its_vector_id_and_waits_again(
        self, catalog: Catalog, vector_table: VectorTable
    ) -> None:
        [a] = add(catalog, "a.png")
        [row] = vector_table.record("clip@1", read(catalog, a), self.vectors(1))
        vector_table.mark_stored([row])
        [again] = vector_table.record("clip@1", read(catalog, a), self.vectors(1))
        assert again.id == row.id
        assert vector_table.stored_count("clip@1") == 0

    def test_a_vector_of_another_length_is_none_and_its_picture_is_encoded_again(
        self, database: Database, catalog: Catalog, vector_table: VectorTable
    ) -> None:
        files = read(catalog, *add(catalog, "a.png", "b.png", "c.png"))
        good, bad, other = vector_table.record("clip@1", files, self.vectors(3))
        for value in (b"\x01", b"", b"\x00" * 99, "text"):
            vector_table.record("clip@1", files, self.vectors(3))
            with database.transaction() as connection:
                connection.execute("UPDATE vectors SET value = ? WHERE id = ?", (value, bad.id))
            ids = [row.asset_id for row in files]
            whole = {good.asset_id, other.asset_id}
            [(row_ids, asset_ids, _)] = vector_table.chunks("clip@1")
            assert len(row_ids) == 2
            assert {*asset_ids.tolist()} == whole
            assert {*vector_table.by_asset("clip@1", ids)} == whole
            assert {*vector_table.one_of_each("clip@1", ids)[0].tolist()} == whole
            assert len(vector_table.of_assets("clip@1", ids)) == 2
            assert {i for i in ids if vector_table.one_of("clip@1", i) is not None} == whole
            assert len(vector_table.sample("clip@1", 9)) == 2
            sent = {row.asset_id for batch in vector_table.unsent("clip@1") for row in batch}
            assert sent == whole
            assert vector_table.assets_to_read("clip@1") == [files[1].asset_id]
            bad = vector_table.record("clip@1", files, self.vectors(3))[1]

    def test_what_is_kept_is_what_is_sent(
        self, catalog: Catalog, vector_table: VectorTable
    ) -> None:
        vectors = self.vectors(3)
        rows = vector_table.record(
            "clip@1", read(catalog, *add(catalog, "a.png", "b.png", "c.png")), vectors
        )
        kept = [row for batch in vector_table.unsent("clip@1", batch=2) for row in batch]
        for sent, stored in zip(rows, kept, strict=True):
            np.testing.assert_array_equal(sent.value, stored.value)
        np.testing.assert_allclose(rows[0].value, vectors[0], rtol=1e-3)
        assert vector_table.dimension("clip@1") == 512
        assert vector_table.dimension("other@2") == 0


class TestLineage:
    def test_goes_both_ways(self, catalog: Catalog, database: Database) -> None:
        book = LineageTable(database)
        reference, made = add(catalog, "ref.png", "made.png")
        record = GenerationRecord(
            GenerationRequest(
                "一件红色披风 🎨",
                (
                    Reference(HOME / "ref.png", reference, 0.31, "matches the prompt"),
                    Reference(Path("/else/caf\udce9.png"), reason="chosen by you"),
                ),
                "gemini",
                aspect_ratio="16:9",
            ),
            model="m-1",
            text="Here it is.",
            usage=Usage(total_tokens=7),
            created_at=1.5,
        )
        book.record(made, record)
        assert book.of(made) == record
        assert book.of(reference) is None
        assert book.used_in(reference) == [made]


class TestTheFile:
    def test_several_threads_read_while_one_writes(self, catalog: Catalog) -> None:
        root = catalog.roots.add(HOME)
        problems: list[BaseException] = []

        def look() -> None:
            try:
                for _ in range(50):
                    catalog.all_assets()
            except BaseException as error:  # noqa: BLE001 - reported by the test
                problems.append(error)

        readers = [threading.Thread(target=look) for _ in range(3)]
        for reader in readers:
            reader.start()
        for n in range(50):
            catalog.add_files(root, [found(f"{n}.png")])
        for reader in readers:
            reader.join()
        assert problems == []

    def test_a_transaction_that_fails_changes_nothing(self, catalog: Catalog) -> None:
        root = catalog.roots.add(HOME)
        with pytest.raises(RuntimeError), catalog.all_or_nothing():
            catalog.add_files(root, [found("a.png")])
            raise RuntimeError("power cut")
        assert catalog.counts()["assets"] == 0

    def test_a_newer_catalogue_is_refused_and_untouched(self, tmp_path: Path) -> None:
        path = tmp_path / "catalog.sqlite"
        newer = sqlite3.connect(path)
        newer.execute(f"PRAGMA user_version = {CATALOG_VERSION + 1}")
        newer.close()
        with pytest.raises(LibraryError, match="newer Plantain"):
            Database(path)

    def test_garbage_is_refused_with_what_is_safe(self, tmp_path: Path) -> None:
        path = tmp_path / "catalog.sqlite"
        path.write_bytes(b"not a database at all" * 100)
        with pytest.raises(LibraryError, match="damaged") as caught:
            Database(path)
        assert "untouched" in caught.value.safe
        assert path.read_bytes().startswith(b"not a database")


def test_what_is_removed_while_it_is_read_is_not_there(
    catalog: Catalog, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Assets and the folders that they are below are read one after the other."""
    ids = add(catalog, "a.png", "b.png")
    kept = add(catalog, "c.png", root=catalog.roots.add(Path("/home/ann/others")))
    places = catalog._places

    def after_a_removal() -> object:
        with database.transaction() as transaction:
            transaction.execute("DELETE FROM assets WHERE root_id = 1")
            transaction.execute("DELETE FROM roots WHERE id = 1")
        return places()

    monkeypatch.setattr(catalog, "_places", after_a_removal)
    assert [*catalog.assets_by_id([*ids, *kept])] == kept


def test_what_comes_while_the_library_is_read_is_there_the_next_time(
    catalog: Catalog, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder and its pictures that another thread writes down in between."""
    ids = add(catalog, "a.png")
    places = catalog._places

    def then_more_come() -> object:
        read = places()
        monkeypatch.undo()
        writer = threading.Thread(
            target=lambda: add(catalog, "b.png", root=catalog.roots.add(Path("/home/ann/new")))
        )
        writer.start()
        writer.join()
        return read

    monkeypatch.setattr(catalog, "_places", then_more_come)
    assert [*catalog.all_assets().ids] == ids
    assert [asset.name for asset in catalog.all_assets()] == ["b.png", "a.png"]
