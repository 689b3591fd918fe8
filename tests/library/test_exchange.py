"""What people entered leaves the library and comes back exactly."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.core.annotations import (
    MAX_NOTE,
    Flag,
    TagColour,
    clean_name,
    clean_note,
    clean_tag,
    join_names,
    split_names,
)
from desktop.core.errors import LibraryError
from desktop.core.filter import EVERYTHING, Filter, Range
from desktop.core.generation_record import (
    GenerationRecord,
    GenerationRequest,
    Reference,
    Usage,
)
from desktop.core.query import Example
from desktop.core.query_language import QueryError, parse
from desktop.core.rights import Rights, clean_licence
from desktop.core.saved_search import SavedSearch
from desktop.library.catalog.annotations import Annotations
from desktop.library.catalog.assets import Catalog, ReadFile
from desktop.library.catalog.database import Database
from desktop.library.catalog.ignore_rules import IgnoreRuleTable
from desktop.library.catalog.lineage import LineageTable
from desktop.library.catalog.roots import RootKind
from desktop.library.catalog.saved_searches import SavedSearches
from desktop.library.exchange.exchange import Exchange
from desktop.library.exchange.export_csv import to_csv
from desktop.library.exchange.export_file import from_bytes, read_export
from desktop.library.exchange.export_json import to_json
from desktop.library.exchange.exported import (
    Exported,
    ExportedAsset,
    ExportedBoard,
    ExportedFolder,
    ExportedRoot,
    ExportedTag,
)
from desktop.library.exchange.exported_search import ExportedSearch
from desktop.library.folders.ignore import IgnoreRules
from desktop.library.folders.scan import FoundFile
from tests.files.records import records

# -- the files ---------------------------------------------------------------------------------

any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
nasty = st.sampled_from(["=1+1", "'=x", "''", "-2", "@a", "a\tb", 'say "hi"', "红,色", "a\nb", "'"])
file_names = (
    st.binary(min_size=1, max_size=8)
    .filter(lambda raw: b"\0" not in raw)
    .map(lambda raw: raw.decode("utf-8", "surrogateescape"))
)


def is_query(text: str) -> bool:
    try:
        parse(text)
    except QueryError:
        return False
    return True


def fit(clean: Callable[[str], str]) -> Callable[[str], bool]:
    def is_kept(text: str) -> bool:
        try:
            return clean(text) == text
        except ValueError:
            return False
        except Exception as error:  # noqa: BLE001 - refused, so it cannot be in a library
            return not str(error)

    return is_kept


names = st.one_of(nasty, any_text).filter(fit(clean_name))
notes = st.one_of(nasty, any_text, st.just("")).filter(fit(clean_note))
numbers = st.floats(allow_nan=False, allow_infinity=False)
rights = st.builds(
    Rights,
    st.booleans(),
    st.one_of(nasty, any_text, st.just("")).filter(fit(clean_licence)),
    st.dates().map(str) | st.just(""),
)
pictures = st.builds(
    ExportedAsset,
    root=file_names | st.just(""),
    path=file_names,
    content=st.text("0123456789abcdef", max_size=8),
    rating=st.integers(0, 5),
    note=notes,
    tags=st.lists(names, max_size=3).map(tuple),
    flags=st.lists(st.sampled_from(Flag), unique=True).map(tuple),
    made=st.none() | records.map(GenerationRecord.portable),
    rights=rights,
)
tags = names.filter(fit(clean_tag))
searches = st.builds(
    SavedSearch,
    names,
    any_text.filter(is_query),
    st.lists(st.builds(Example, st.binary(max_size=9), st.floats(-10, 10)), max_size=2).map(tuple),
    st.sampled_from([EVERYTHING, Filter(tag="a", rating=Range(least=3))]),
    st.booleans(),
).map(ExportedSearch.of)


@st.composite
def exports(draw: st.DrawFn) -> Exported:
    assets = draw(st.lists(pictures, max_size=4))
    places = st.permutations(range(len(assets))).flatmap(
        lambda order: st.integers(0, len(order)).map(lambda end: tuple(order[:end]))
    )
    boards = draw(
        st.lists(
            st.builds(ExportedBoard, names, numbers, places, rights),
            max_size=3,
            unique_by=lambda board: board.name,
        )
    )
    roots = draw(st.lists(st.builds(ExportedRoot, file_names, any_text, any_text), max_size=2))
    rules = draw(st.lists(any_text, max_size=2))
    folders = draw(st.lists(st.builds(ExportedFolder, file_names, rights), max_size=2))
    asked = draw(st.lists(searches, max_size=2))
    coloured = draw(st.lists(st.builds(ExportedTag, tags, st.sampled_from(TagColour)), max_size=2))
    return Exported(
        *(tuple(roots), tuple(rules), tuple(boards), tuple(assets), tuple(folders), tuple(asked)),
        tags=tuple(coloured),
    )


@given(exports())
def test_both_files_are_read_back_exactly(exported: Exported) -> None:
    assert from_bytes(to_json(exported)) == exported
    assert from_bytes(to_csv(exported)) == exported


def test_a_decision_of_the_file_takes_the_place_of_the_one_there_is(tmp_path: Path) -> None:
    """A kept picture that were rejected too would go to the trash with the rejected."""
    with closing(Database(tmp_path / "catalog.sqlite")) as database:
        catalog, annotations = Catalog(database), Annotations(database)
        root = catalog.roots.add(tmp_path)
        names = (b"a.png", b"b.png", b"c.png")
        kept, rejected, free = catalog.add_files(root, [FoundFile(name, 1, 1) for name in names])
        annotations.flag([kept], Flag.KEPT, True)
        annotations.flag([kept, rejected], Flag.FAVOURITE, True)
        annotations.flag([rejected], Flag.REJECTED, True)
        told = ((Flag.REJECTED,), (Flag.KEPT,), (Flag.KEPT, Flag.REJECTED))
        exported = Exported(
            assets=tuple(
                ExportedAsset(str(tmp_path), name.decode(), "", flags=flags)
                for name, flags in zip(names, told, strict=True)
            )
        )
        exchange = Exchange(database, catalog, annotations, LineageTable(database))
        before = annotations.of([kept, rejected, free])
        report = exchange.merge(exported)
        said = annotations.of([kept, rejected, free])
        assert said[kept].flags == {Flag.REJECTED, Flag.FAVOURITE}
        assert said[rejected].flags == {Flag.KEPT, Flag.FAVOURITE}
        assert len(said[free].flags) == 1
        annotations.apply(report.undo)
        assert annotations.of([kept, rejected, free]) == before


def test_flags_are_read_back_and_an_unknown_one_costs_itself_alone() -> None:
    marked = ExportedAsset("/a", "b.png", "", rating=3, flags=(Flag.FAVOURITE, Flag.REJECTED))
    written = to_json(Exported(assets=(marked,)))
    assert from_bytes(written).assets == (marked,)
    strange = from_bytes(written.replace(b'"rejected"', b'"burnt"'))
    assert strange.assets == (replace(marked, flags=()),)
    assert strange.problems


@pytest.mark.parametrize("write", [to_json, to_csv])
def test_a_saved_search_that_means_nothing_here_costs_itself_alone(
    write: Callable[[Exported], bytes],
) -> None:
    good = ExportedSearch.of(SavedSearch("good", "red tag:hero"))
    strange = ExportedSearch("strange", "x", filter='{"of a newer": "Plantain"}')
    broken = ExportedSearch("broken", "x", examples="[3]")
    endless = ExportedSearch("endless", "rating:" + "9" * 5_000)
    read = from_bytes(write(Exported(searches=(strange, good, broken, endless))))
    assert read.searches == (good,)
    assert len(read.problems) == 3


def test_an_export_says_what_it_leaves_out(tmp_path: Path) -> None:
    database = Database(tmp_path / "catalog.sqlite")
    catalog, lineage = Catalog(database), LineageTable(database)
    saved = SavedSearches(database)
    for name in ("Mine", "Newer"):
        saved.save(SavedSearch(name, "own"))
    [asset_id] = catalog.add_files(catalog.roots.add(tmp_path), [FoundFile(b"heron.png", 1, 1)])
    lineage.record(asset_id, GenerationRecord(GenerationRequest("a marsh"), created_at=1.0))
    exchange = Exchange(database, catalog, Annotations(database), lineage)
    assert exchange.collect().problems == ()
    with database.transaction() as connection:
        connection.execute("UPDATE saved_searches SET filter = '[]' WHERE key = 'newer'")
        connection.execute("UPDATE lineage SET record = '5'")
    exported = exchange.collect()
    assert [search.name for search in exported.searches] == ["Mine"]
    of_search, of_picture = exported.problems
    assert "Newer" in of_search
    assert "heron.png" in of_picture
    database.close()


def test_saved_searches_come_in_beside_those_that_are_there(tmp_path: Path) -> None:
    database = Database(tmp_path / "catalog.sqlite")
    catalog, annotations = Catalog(database), Annotations(database)
    saved = SavedSearches(database)
    saved.save(SavedSearch("Mine", "own"))
    exchange = Exchange(database, catalog, annotations, LineageTable(database))
    others = (SavedSearch("MINE", "theirs"), SavedSearch("Reds", "color:#ff0000", is_board=True))
    exchange.merge(Exported(searches=tuple(map(ExportedSearch.of, others))))
    assert saved.all() == [SavedSearch("Mine", "own"), others[1]]
    annotations.colour_tag("mine", TagColour.RED)
    theirs = (ExportedTag("MINE", TagColour.BLUE), ExportedTag("new", TagColour.PINK))
    report = exchange.merge(Exported(tags=theirs))
    assert annotations.tag_colours() == {"mine": TagColour.RED, "new": TagColour.PINK}
    annotations.apply(report.undo)
    assert annotations.tag_colours() == {"mine": TagColour.RED}
    assert exchange.collect().searches == tuple(map(ExportedSearch.of, saved.all()))
    database.close()


def test_no_cell_is_a_formula() -> None:
    asset = ExportedAsset("/a", "=HYPERLINK(1).png", "", note="+1", tags=("@x", "-y"))
    written = to_csv(Exported(assets=(asset,), ignore_rules=("=1",)))
    rows = csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert from_bytes(written).assets == (asset,)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"{}",
        b"[1, 2]",
        b'{"format": "other"}',
        b"a,b\n1,2\n",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"format":' * 60_000,
        b'{"format": "plantain-export", "version": 2}',
        b'{"format": "plantain-export", "version": ' + b"9" * 400 + b"}",
        to_json(Exported()).replace(b'"version": 3', b'"version": NaN'),
        to_json(Exported()).replace(b'"assets": []', b'"assets": [3]'),
        to_json(Exported(assets=(ExportedAsset("", "a.png", ""),))).replace(b"0", b"9"),
        to_json(Exported(assets=(ExportedAsset("", "a", ""),))).replace(b'"a"', b'"\\u0000"'),
        to_json(Exported(assets=(ExportedAsset("", "a", ""),))).replace(b'"a"', b'"\\ud800"'),
        to_json(Exported(boards=(ExportedBoard("b", 0.0, (3,)),))),
        to_csv(Exported(assets=(ExportedAsset("", "a", "", 3),))).replace(b",3,", b",x,"),
    ],
)
def test_what_is_no_export_is_refused(data: bytes) -> None:
    with pytest.raises(LibraryError, match="not an export"):
        from_bytes(data)


DATA = Path(__file__).parents[1] / "data"


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("suffix", ["json", "csv"])
def test_an_export_of_an_older_version_is_read_whole(version: int, suffix: str) -> None:
    """Written by Plantains of those times, from tests/data/catalog-v3.sqlite."""
    name = f"export-v{version}.{suffix}"
    exported = from_bytes((DATA / name).read_bytes())
    assert [(root.path, root.name) for root in exported.roots] == [
        *(("/home/ann/pictures", "Capes"), ("/home/ann/Desktop", "")),
    ]
    assert exported.ignore_rules == ("drafts/", "!drafts/keep.png")
    boards = {board.name: len(board.assets) for board in exported.boards}
    assert boards == {"Empty": 0, "Spring 春": 3}
    by_path = {asset.path: asset for asset in exported.assets}
    cafe = by_path["caf\udce9/Étéstoff.tif"]
    assert (cafe.rating, cafe.tags) == (5, ("Été", "红色"))
    assert cafe.note == '"Linen",\nfrom the café'
    pictures = Path("/home/ann/pictures")
    assert by_path["红色披风.png"].made == GenerationRecord(
        GenerationRequest(
            "一件红色丝绸披风, on a beach 🏖",
            (
                Reference(
                    pictures / "caf\udce9" / "Étéstoff.tif",
                    *(None, 0.3125, "matches the prompt", f"{5:032x}"),
                ),
                Reference(Path("/home/bob/caf\udce9.png"), reason="chosen by you"),
                Reference(pictures / "capes/red.png", None, None, "chosen by you", f"{1:032x}"),
            ),
            "gemini",
            "gemini-nano-banana-2.1-001",
            "16:9",
            "2K",
            extra={"settings": {"seed": "42"}},
        ),
        model="gemini-nano-banana-2.1-001",
        text="Here is your cape.\nEnjoy!",
        usage=Usage(1290, 1680, 210, 3180, extra={"cached_tokens": 12}),
        created_at=1764000123.25,
    )


@pytest.mark.parametrize("version", [1, 2])
def test_both_forms_of_an_old_export_say_the_same(version: int) -> None:
    names = (f"export-v{version}.json", f"export-v{version}.csv")
    forms = [from_bytes((DATA / name).read_bytes()) for name in names]
    assert forms[0].assets == forms[1].assets
    assert forms[0].roots == forms[1].roots


def test_ids_of_assets_in_a_strangers_export_mean_nothing(
    full: Library, libraries: Callable[..., Library]
) -> None:
    written = to_json(full.exchange.collect())
    strange = written.replace(b'"reason": "chosen"', b'"reason": "chosen", "asset_id": 999999')
    assert strange != written
    other = libraries("two")
    other.exchange.merge(from_bytes(strange))
    record = other.lineage.of(other.made)
    assert record is not None
    assert record.request.references[1].asset_id is None


def test_a_newer_export_is_refused_politely() -> None:
    newer = json.loads(to_json(Exported())) | {"version": 99}
    with pytest.raises(LibraryError, match="newer Plantain"):
        from_bytes(json.dumps(newer).encode())


# -- what a spreadsheet makes of it --------------------------------------------------------------

SAVED = Exported(
    roots=(ExportedRoot("/pictures", "folder", "Capes"),),
    ignore_rules=("drafts/", "=1+1"),
    boards=(ExportedBoard("Été, 2026|a", 1764000123.25, (1, 0)), ExportedBoard("Empty", 12.5, ())),
    assets=(
        ExportedAsset(
            "/pictures", "a.png", "0" * 64, 4, 'one\n"two", three', ("Doe, Jane", "a; b")
        ),
        ExportedAsset("", "=b.png", "1" * 64, 0, "", ("a|b", '"c"', "été", "-x")),
    ),
)


def saved_by_a_spreadsheet(
    exported: Exported, encoding: str = "utf-8", decimal: str = ".", **dialect: str
) -> bytes:
    """Read as a table and written again, as such programs do."""
    rows = list(csv.reader(io.StringIO(to_csv(exported).decode("utf-8-sig"), newline="")))
    written = io.StringIO(newline="")
    writer = csv.writer(written, **dialect)  # type: ignore[arg-type]
    is_created = rows[0].index("created_at")
    for row in [*rows, [""] * len(rows[0])]:
        row[is_created] = row[is_created].replace(".", decimal)
        writer.writerow([*row, "", ""])  # columns that were looked at once
    return written.getvalue().encode(encoding)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
@pytest.mark.parametrize("decimal", [".", ","])
def test_what_a_spreadsheet_saved_is_read_back(delimiter: str, encoding: str, decimal: str) -> None:
    data = saved_by_a_spreadsheet(SAVED, encoding, decimal, delimiter=delimiter)
    assert from_bytes(data) == SAVED


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_lines_of_old_macs_and_titles_of_tables_are_read_past(delimiter: str) -> None:
    """Excel's “CSV (Macintosh)”; Numbers with the names of its tables."""
    data = saved_by_a_spreadsheet(SAVED, delimiter=delimiter, lineterminator="\r")
    assert from_bytes(data) == SAVED
    data = saved_by_a_spreadsheet(SAVED, delimiter=delimiter)
    assert from_bytes(b"Table 1\r\n\r\n" + data) == SAVED
    with pytest.raises(LibraryError, match="other columns"):
        from_bytes(b"a\nb\nc\nd\n" + data)


@pytest.mark.parametrize(
    ("encoding", "tag"),
    [
        ("gb18030", "红色披风"),
        ("cp1251", "Красный плащ"),
        ("cp1252", "Größe à la mode"),
        ("cp1252", "señor"),
        ("gb18030", "春 and summer 夏"),
    ],
)
def test_a_code_page_of_before_unicode_is_told_by_its_bytes(encoding: str, tag: str) -> None:
    exported = Exported(assets=(ExportedAsset("/a", f"{tag}.png", "", tags=(tag,)),))
    assert from_bytes(saved_by_a_spreadsheet(exported, encoding, delimiter=";")) == exported


def test_rows_and_columns_may_be_in_another_order_and_a_line_may_name_the_separator() -> None:
    header, *rows = csv.reader(io.StringIO(to_csv(SAVED).decode("utf-8-sig"), newline=""))
    order = sorted(range(len(header)), key=lambda place: header[place])
    pictures_first = sorted(rows, key=lambda row: row[0] != "picture")
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=";", quoting=csv.QUOTE_ALL)
    writer.writerows([row[place] for place in order] for row in [header, *pictures_first])
    assert from_bytes(b"sep=;\r\n" + written.getvalue().encode()) == SAVED


def test_cells_that_became_numbers_are_read(full: Library) -> None:
    exported = full.exchange.collect()
    data = to_csv(exported).replace(b",4,", b",4.0,")
    assert from_bytes(data) == exported
    assert from_bytes(to_csv(exported).replace(b",4,", b",4.5,")).problems


@pytest.mark.parametrize("at", [0, 1, 20, 199])
def test_a_zero_byte_costs_a_cell_and_no_file(at: int) -> None:
    data = to_csv(SAVED).removeprefix(b"\xef\xbb\xbf")
    start = data.index(b"\n", data.index(b"\n") + 1) + 1  # of the first row after the format's
    read = from_bytes(data[:start] + data[start:].replace(b",", b"\0,", 1))
    assert len(read.assets) >= len(SAVED.assets) - 1
    titled = b"a table of birds ".ljust(200, b"x") + b"\r\n"
    assert from_bytes(titled[:at] + b"\0" + titled[at:] + data).assets == SAVED.assets


def test_json_that_an_editor_saved_as_utf_16_is_read_back() -> None:
    assert from_bytes(to_json(SAVED).decode().encode("utf-16")) == SAVED
    assert from_bytes(b"\xef\xbb\xbf" + to_json(SAVED)) == SAVED


@given(st.lists(names, max_size=5))
def test_names_in_one_line_are_told_apart(several: list[str]) -> None:
    assert split_names(join_names(several)) == several


# -- libraries ---------------------------------------------------------------------------------


class Library:
    """A catalogue with some pictures in it; no files."""

    def __init__(self, folder: Path, pictures: Path, names: list[str]) -> None:
        self.database = Database(folder / "catalog.sqlite")
        self.catalog = Catalog(self.database)
        self.annotations = Annotations(self.database)
        self.lineage = LineageTable(self.database)
        self.exchange = Exchange(self.database, self.catalog, self.annotations, self.lineage)
        root = self.catalog.roots.add(pictures)
        files = [FoundFile(os.fsencode(name), 10, 5) for name in names]
        self.ids = dict(zip(names, self.catalog.add_files(root, files), strict=True))
        generated = self.catalog.roots.add(folder / "generated", RootKind.GENERATED)
        [self.made] = self.catalog.add_files(generated, [FoundFile(b"made.png", 10, 5)])
        self.read({name: f"content of {name!a}" for name in names})
        self.catalog.record_read([ReadFile(self.made, 1, 1, "PNG", "content of made")])

    def read(self, contents: dict[str, str]) -> None:
        self.catalog.record_read(
            [ReadFile(self.ids[name], 1, 1, "PNG", content) for name, content in contents.items()]
        )


NAMES = ["a.png", "b/红色.png", "caf\udce9.png", "new\nline.png"]


@pytest.fixture
def libraries(tmp_path: Path) -> Iterator[Callable[..., Library]]:
    made: list[Library] = []
    (tmp_path / "pictures").mkdir()

    def make(name: str, names: list[str] = NAMES) -> Library:
        made.append(Library(tmp_path / name, tmp_path / "pictures", names))
        return made[-1]

    yield make
    for library in made:
        library.database.close()


@pytest.fixture
def full(libraries: Callable[..., Library]) -> Library:
    """A library in which people have entered one of everything."""
    library = libraries("one")
    a, red, cafe, line = library.ids.values()
    said = library.annotations
    said.tag([a, red], ["Été", "=1+1"])
    said.rate([cafe], 4)
    said.annotate([line], '"quoted",\nand more')
    said.create_board("Mood", [cafe, a, library.made])
    said.create_board("Empty")
    IgnoreRuleTable(library.database).keep(IgnoreRules(["drafts/", "!keep", "*.tif"]))
    library.lineage.record(
        library.made,
        GenerationRecord(
            GenerationRequest(
                "披风 🎨",
                (
                    Reference(Path("/x/caf\udce9.png"), cafe, 0.31, "fits"),
                    Reference(Path("/gone.png"), reason="chosen"),
                ),
                "gemini",
                image_size="2K",
            ),
            model="m-1",
            text="Here.",
            usage=Usage(total_tokens=7),
            created_at=12.5,
        ),
    )
    return library


@pytest.mark.parametrize("write", [to_json, to_csv])
def test_everything_people_entered_makes_the_round_trip(
    full: Library, libraries: Callable[..., Library], write: Callable[[Exported], bytes]
) -> None:
    exported = full.exchange.collect()
    assert len(exported.assets) == 5
    other = libraries("two")
    report = other.exchange.merge(from_bytes(write(exported)))
    assert (report.found, report.unknown, report.away) == (5, (), ())
    assert other.exchange.collect() == exported
    again = other.exchange.merge(exported)
    assert again.undo.is_empty
    assert other.exchange.collect() == exported


def test_a_note_that_would_be_too_long_stays_and_the_next_export_is_read_back(
    full: Library, libraries: Callable[..., Library]
) -> None:
    other = libraries("two")
    line, long = other.ids["new\nline.png"], "a" * (MAX_NOTE - 5)
    other.annotations.annotate([line], long)
    report = other.exchange.merge(full.exchange.collect())
    assert other.annotations.of([line])[line].note == long
    [problem] = report.problems
    assert "line.png" in problem
    again = other.exchange.collect()
    assert from_bytes(to_json(again)) == again


def test_a_picture_is_known_by_its_bytes_before_its_name(
    full: Library, libraries: Callable[..., Library]
) -> None:
    other = libraries("two", ["moved/a.png", "b/红色.png", "a.png"])
    other.read({"moved/a.png": "content of 'a.png'", "a.png": "else", "b/红色.png": "edited"})
    report = other.exchange.merge(full.exchange.collect())
    said = other.annotations.of(list(other.ids.values()))
    assert said[other.ids["moved/a.png"]].tags == ("=1+1", "Été")
    assert said[other.ids["a.png"]].tags == ()
    assert said[other.ids["b/红色.png"]].tags == ("=1+1", "Été")
    assert [Path(path).name for path in report.unknown] == ["caf\udce9.png", "new\nline.png"]


def test_another_picture_of_the_same_name_elsewhere_is_not_the_one_that_was_meant(
    full: Library, libraries: Callable[..., Library], tmp_path: Path
) -> None:
    exported = full.exchange.collect()
    other = libraries("two", ["a.png"])
    other.read({"a.png": "another camera's first picture"})
    away = [replace(asset, root="/elsewhere") if asset.root else asset for asset in exported.assets]
    report = other.exchange.merge(replace(exported, assets=tuple(away)))
    assert other.annotations.of([other.ids["a.png"]])[other.ids["a.png"]].tags == ()
    assert "/elsewhere/a.png" in report.unknown


@pytest.mark.parametrize("place", ["Käse/ä.png".replace("ä", "a\u0308"), "Käse\\ä.png"])
def test_a_picture_is_known_by_its_place_however_another_system_writes_it(
    libraries: Callable[..., Library], place: str
) -> None:
    library = libraries("one", ["Käse/ä.png"])
    theirs = ExportedAsset(root="/elsewhere", path=place, content="", rating=4)
    report = library.exchange.merge(Exported(assets=(theirs,)))
    assert (report.found, report.unknown) == (1, ())
    [own] = library.ids.values()
    assert library.annotations.of([own])[own].rating == 4


def test_what_comes_in_is_added_to_what_is_there_and_can_be_undone(
    full: Library, libraries: Callable[..., Library]
) -> None:
    other = libraries("two")
    line = other.ids["new\nline.png"]
    other.annotations.annotate([line], "mine")
    other.annotations.tag([line], ["own"])
    other.annotations.create_board("mood", [line])
    before = other.annotations.of(list(other.ids.values()))
    report = other.exchange.merge(full.exchange.collect())
    said = other.annotations.of([line])[line]
    assert said.note == 'mine\n\n"quoted",\nand more'
    assert said.tags == ("own",)
    cafe, a = other.ids["caf\udce9.png"], other.ids["a.png"]
    assert other.annotations.board("Mood").asset_ids == (line, cafe, a, other.made)
    other.annotations.apply(report.undo)
    assert other.annotations.of(list(other.ids.values())) == before


# -- what comes from outside ---------------------------------------------------------------------

_WHOLE = Exported(
    roots=(ExportedRoot("/pictures", "folder"),),
    ignore_rules=("drafts/",),
    boards=(ExportedBoard("Mood", 1.0, (0, 1)),),
    assets=(
        ExportedAsset("/pictures", "a.png", "aa", rating=3, note="n", tags=("x", "y")),
        ExportedAsset("/pictures", "b.png", "bb", rating=4),
    ),
)
_STRANGE = [
    "@INT400@",
    "NaN",
    "Infinity",
    "-Infinity",
    "1e999",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    '"\\ud800"',
    '"\\u0000"',
    '"\\u001b[31m"',
    "null",
    "true",
    "[]",
    "{}",
    "[" * 60 + "]" * 60,
    "[" * 900 + "]" * 900,
    '"' + "x" * 100_000 + '"',
]


def _places(value: object, path: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    """Every place in a document at which a value stands."""
    if path:
        yield path
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in items:
        yield from _places(inner, (*path, key))


@pytest.mark.parametrize("strange", _STRANGE)
def test_a_strange_value_anywhere_costs_its_place_alone(strange: str) -> None:
    document = json.loads(to_json(_WHOLE))
    written = strange.replace("@INT400@", "9" * 400)
    for path in _places(document):
        if path[0] in ("format", "version"):
            continue
        copy = json.loads(json.dumps(document))
        at = copy
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = "@HERE@"
        data = json.dumps(copy).replace('"@HERE@"', written).encode()
        if len(path) == 1:  # a whole part, not one item of it
            with suppress(LibraryError):
                from_bytes(data)
            continue
        read = from_bytes(data)
        part, number = str(path[0]), int(str(path[1]))
        for name in ("roots", "ignore_rules", "boards", "assets"):
            for at_number, item in enumerate(getattr(_WHOLE, name)):
                if (name, at_number) != (part, number) and name != "boards":
                    assert item in getattr(read, name), (path, name, item)
        to_json(read)
        to_csv(read)


def test_what_is_passed_over_is_told(full: Library, libraries: Callable[..., Library]) -> None:
    document = json.loads(to_json(full.exchange.collect()))
    document["assets"][0]["rating"] = 99
    document["boards"][0]["assets"].append(999)
    document["ignore_rules"].append(7)
    other = libraries("two")
    report = other.exchange.merge(from_bytes(json.dumps(document).encode()))
    assert len(report.problems) == 3
    assert report.found == 5


def test_a_row_of_a_spreadsheet_costs_itself_alone() -> None:
    lines = to_csv(_WHOLE).decode("utf-8-sig").splitlines()
    lines.insert(2, "nonsense,,,,,,,,,")
    lines.insert(3, "board,B,,,,,,,,nan")
    lines[2:] = [line.replace(",3,", ",99999999999999999999,") for line in lines[2:]]
    read = from_bytes("\r\n".join(lines).encode())
    assert len(read.problems) >= 2
    assert [asset.rating for asset in read.assets] == [0, 4]


def test_a_file_publishes_nothing_and_hides_nothing_by_itself(
    full: Library, libraries: Callable[..., Library], tmp_path: Path
) -> None:
    (tmp_path / "private").mkdir()
    strange = replace(
        full.exchange.collect(),
        roots=(
            ExportedRoot(str(tmp_path / "private"), "folder", "Campaigns"),
            ExportedRoot(str(tmp_path / "pictures"), "folder", "Campaigns 2"),
        ),
        ignore_rules=("*",),
    )
    other = libraries("two")
    path = tmp_path / "strange.json"
    path.write_bytes(to_json(strange))
    report = other.exchange.merge(read_export(path), with_places=False)
    assert report.folders == (str(tmp_path / "private"), str(tmp_path / "pictures"))
    assert report.rules == ("*",)
    assert not any(other.catalog.roots.names().values())
    assert len(other.catalog.roots.all()) == 2
    assert IgnoreRuleTable(other.database).rules().patterns == ()
    other.exchange.merge(strange)
    assert "Campaigns" in other.catalog.roots.names().values()
