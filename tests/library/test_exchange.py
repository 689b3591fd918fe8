"""What people entered leaves the library and comes back exactly."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.core.annotations import clean_name, clean_note
from desktop.core.errors import LibraryError
from desktop.library.annotations import Annotations
from desktop.library.catalog import Catalog, ReadFile, RootKind
from desktop.library.database import Database
from desktop.library.disk.ignore import IgnoreRules
from desktop.library.disk.ignore_book import IgnoreBook
from desktop.library.disk.scan import FoundFile
from desktop.library.keeping.exchange import Exchange
from desktop.library.keeping.export_file import (
    Exported,
    ExportedAsset,
    ExportedBoard,
    ExportedLineage,
    ExportedReference,
    ExportedRoot,
    from_bytes,
    to_csv,
    to_json,
)
from desktop.library.lineage import LineageBook, LineageRecord, LineageReference

# -- the files ---------------------------------------------------------------------------------

any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
nasty = st.sampled_from(["=1+1", "'=x", "''", "-2", "@a", "a\tb", 'say "hi"', "红,色", "a\nb", "'"])
file_names = (
    st.binary(min_size=1, max_size=8)
    .filter(lambda raw: b"\0" not in raw)
    .map(lambda raw: raw.decode("utf-8", "surrogateescape"))
)


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
lineages = st.builds(
    ExportedLineage,
    prompt=st.one_of(nasty, any_text),
    generator=any_text,
    model=any_text,
    settings=st.dictionaries(any_text, any_text, max_size=2),
    text=any_text,
    usage=st.dictionaries(any_text, st.integers(0, 9_999), max_size=2),
    references=st.lists(
        st.builds(ExportedReference, file_names, any_text, st.none() | numbers, any_text),
        max_size=2,
    ).map(tuple),
    created_at=numbers,
)
pictures = st.builds(
    ExportedAsset,
    root=file_names | st.just(""),
    path=file_names,
    content=st.text("0123456789abcdef", max_size=8),
    rating=st.integers(0, 5),
    note=notes,
    tags=st.lists(names, max_size=3).map(tuple),
    made=st.none() | lineages,
)


@st.composite
def exports(draw: st.DrawFn) -> Exported:
    assets = draw(st.lists(pictures, max_size=4))
    places = st.permutations(range(len(assets))).flatmap(
        lambda order: st.integers(0, len(order)).map(lambda end: tuple(order[:end]))
    )
    boards = draw(
        st.lists(
            st.builds(ExportedBoard, names, numbers, places),
            max_size=3,
            unique_by=lambda board: board.name,
        )
    )
    roots = draw(st.lists(st.builds(ExportedRoot, file_names, any_text, any_text), max_size=2))
    rules = draw(st.lists(any_text, max_size=2))
    return Exported(tuple(roots), tuple(rules), tuple(boards), tuple(assets))


@settings(deadline=None)
@given(exports())
def test_both_files_are_read_back_exactly(exported: Exported) -> None:
    assert from_bytes(to_json(exported)) == exported
    assert from_bytes(to_csv(exported)) == exported


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


def test_a_newer_export_is_refused_politely() -> None:
    newer = json.loads(to_json(Exported())) | {"version": 99}
    with pytest.raises(LibraryError, match="newer Plantain"):
        from_bytes(json.dumps(newer).encode())


# -- libraries ---------------------------------------------------------------------------------


class Library:
    """A catalogue with some pictures in it; no files."""

    def __init__(self, folder: Path, pictures: Path, names: list[str]) -> None:
        self.database = Database(folder / "catalog.sqlite")
        self.catalog = Catalog(self.database)
        self.annotations = Annotations(self.database)
        self.lineage = LineageBook(self.database)
        self.exchange = Exchange(self.database, self.catalog, self.annotations, self.lineage)
        root = self.catalog.add_root(pictures)
        files = [FoundFile(os.fsencode(name), 10, 5) for name in names]
        self.ids = dict(zip(names, self.catalog.add_files(root, files), strict=True))
        generated = self.catalog.add_root(folder / "generated", RootKind.GENERATED)
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
    IgnoreBook(library.database).keep(IgnoreRules(["drafts/", "!keep", "*.tif"]))
    library.lineage.record(
        library.made,
        LineageRecord(
            "披风 🎨",
            "gemini",
            "m-1",
            {"size": "1K"},
            "Here.",
            {"total": 7},
            [
                LineageReference(Path("/x/caf\udce9.png"), cafe, 0.31, "fits"),
                LineageReference(Path("/gone.png"), None, None, "chosen"),
            ],
            12.5,
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
