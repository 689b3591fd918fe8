"""The catalogue against a model of plain dicts: whatever is done to both, both say the same.

A new operation becomes a rule that does it to both; ``agree`` then compares everything.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from desktop.core.annotations import Annotation, Consensus, name_key
from desktop.core.generation_record import GenerationRecord, GenerationRequest
from desktop.library.catalog.annotations import Annotations
from desktop.library.catalog.assets import Catalog, ReadFile
from desktop.library.catalog.database import Database
from desktop.library.catalog.lineage import LineageTable
from desktop.library.catalog.moved_files import Move, MovedFiles
from desktop.library.catalog.roots import RootKind
from desktop.library.folders.scan import FoundFile

FOLDERS = ("pictures", "pictures/capes", "pictures/capes/red", "shoots", "shoots/day 1", "红色")
NAMES = ("zebra.png", "红披风.png", "moonlight 2.jpg", "caf\udce9.png", "sub/deep/Übergröße.png")
WORDS = ("zebra", "披风", "moonlight", "Übergröße")
"""None is a part of another, so that a word finds exactly what holds it."""
TAGS = ("Zebra", "zebra", "im Mondlicht", "披风", "für Übergröße")
"""Two of them differ in their case alone, hence are one."""
BOARDS = ("Mood", "夏日", "zebra")
PROMPTS = ("", "a zebra at night", "红色披风 in moonlight")

some = st.integers(0, 1_000)
"""Stands for one of the pictures that are there, whichever that is by then."""


@dataclass
class Picture:
    """What the catalogue should remember of an asset."""

    path: Path
    size: int
    state: str = "new"
    failure: str = ""
    content: str = ""
    is_missing: bool = False
    prompt: str = ""
    rating: int = 0
    note: str = ""
    tags: dict[str, str] = field(default_factory=dict)

    def holds(self, word: str) -> bool:
        text = " ".join((str(self.path), self.prompt, self.note, *self.tags.values()))
        return word.casefold() in text.casefold()


class CatalogModel(RuleBasedStateMachine):
    """Roots by path, pictures by id, boards by name; tags keep the spelling that came first."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(os.path.realpath(tempfile.mkdtemp(prefix="catalogue-")))
        for folder in FOLDERS:
            (self.home / folder).mkdir(parents=True, exist_ok=True)
        self.roots: dict[Path, RootKind] = {}
        self.pictures: dict[int, Picture] = {}
        self.boards: dict[str, list[int]] = {}
        self.open()

    def open(self) -> None:
        self.database = Database(self.home / "library" / "catalog.sqlite")
        self.catalog = Catalog(self.database)
        self.annotations = Annotations(self.database)
        self.lineage = LineageTable(self.database)

    def teardown(self) -> None:
        try:
            assert self.database.damage() == ""
        finally:
            self.database.close()
            shutil.rmtree(self.home)

    def pick(self, number: int) -> tuple[int, Picture]:
        asset_id = sorted(self.pictures)[number % len(self.pictures)]
        return asset_id, self.pictures[asset_id]

    def is_taken(self, path: Path) -> bool:
        return any(picture.path == path for picture in self.pictures.values())

    # -- roots and what a scan finds ------------------------------------------------------------

    @rule(folder=st.sampled_from(FOLDERS), is_loose=st.booleans())
    def add_root(self, folder: str, is_loose: bool) -> None:
        path = self.home / folder
        kind = RootKind.LOOSE if is_loose else RootKind.FOLDER
        root = self.catalog.roots.add(path, kind)
        holding = [
            known
            for known, its_kind in self.roots.items()
            if its_kind is RootKind.FOLDER and path.is_relative_to(known)
        ]
        if path in self.roots:
            kind = RootKind.FOLDER if not is_loose else self.roots[path]
        elif holding:
            assert root.path == holding[0]
            return
        self.roots[path] = kind
        if kind is RootKind.FOLDER:
            for inner in [known for known in self.roots if path in known.parents]:
                del self.roots[inner]

    @precondition(lambda self: self.roots)
    @rule(root=some, name=st.sampled_from(NAMES), size=st.integers(0, 2**40))
    def add_file(self, root: int, name: str, size: int) -> None:
        roots = self.catalog.roots.all()
        chosen = roots[root % len(roots)]
        path = chosen.path / name
        if self.is_taken(path) or (chosen.kind is RootKind.LOOSE and "/" in name):
            return
        [asset_id] = self.catalog.add_files(chosen, [FoundFile(os.fsencode(name), size, 5)])
        assert asset_id not in self.pictures, "an id is never used again"
        self.pictures[asset_id] = Picture(path, size)

    @precondition(lambda self: self.pictures)
    @rule(number=some, size=st.integers(0, 2**40))
    def change_a_file(self, number: int, size: int) -> None:
        asset_id, picture = self.pick(number)
        self.catalog.mark_changed([(asset_id, FoundFile(b"", size, 7))])
        picture.size, picture.state, picture.failure = size, "new", ""
        picture.is_missing = False

    @precondition(lambda self: self.pictures)
    @rule(number=some, is_missing=st.booleans())
    def miss_or_find_a_file(self, number: int, is_missing: bool) -> None:
        asset_id, picture = self.pick(number)
        self.catalog.mark_missing([asset_id], is_missing=is_missing)
        picture.is_missing = is_missing

    @precondition(lambda self: self.pictures)
    @rule(number=some, root=some, name=st.sampled_from(NAMES))
    def move_a_file(self, number: int, root: int, name: str) -> None:
        roots = self.catalog.roots.all()
        chosen = roots[root % len(roots)]
        path = chosen.path / name
        if self.is_taken(path) or (chosen.kind is RootKind.LOOSE and "/" in name):
            return
        asset_id, picture = self.pick(number)
        file = FoundFile(os.fsencode(name), picture.size, 9)
        MovedFiles(self.database).move([Move(asset_id, chosen.id, file)], [])
        picture.path, picture.is_missing = path, False

    @precondition(lambda self: len(self.pictures) > 1)
    @rule(one=some, other=some)
    def two_files_change_places(self, one: int, other: int) -> None:
        pair = [self.pick(one), self.pick(other)]
        if pair[0] == pair[1]:
            return
        moves = []
        for (asset_id, mine), (_, its) in zip(pair, reversed(pair), strict=True):
            located = self.catalog.roots.locate(its.path)
            roots = [root for root in self.catalog.roots.all() if root.path == its.path.parent]
            root, below = located or (roots[0], Path(its.path.name))
            moves.append(Move(asset_id, root.id, FoundFile(os.fsencode(below), mine.size, 9)))
        MovedFiles(self.database).move(moves, [])
        pair[0][1].path, pair[1][1].path = pair[1][1].path, pair[0][1].path
        pair[0][1].is_missing = pair[1][1].is_missing = False

    # -- what reading finds ---------------------------------------------------------------------

    @precondition(lambda self: self.pictures)
    @rule(number=some, content=st.sampled_from(("a" * 64, "b" * 64)))
    def read_a_file(self, number: int, content: str) -> None:
        asset_id, picture = self.pick(number)
        self.catalog.record_read([ReadFile(asset_id, 640, 480, "PNG", content)])
        picture.state, picture.failure, picture.content = "ready", "", content

    @precondition(lambda self: self.pictures)
    @rule(number=some, is_final=st.booleans())
    def fail_at_a_file(self, number: int, is_final: bool) -> None:
        asset_id, picture = self.pick(number)
        self.catalog.record_failures([(asset_id, "cut off", is_final)])
        picture.state, picture.failure = "failed" if is_final else "new", "cut off"

    @precondition(lambda self: self.pictures)
    @rule(number=some, prompt=st.sampled_from(PROMPTS))
    def tell_how_it_was_made(self, number: int, prompt: str) -> None:
        asset_id, picture = self.pick(number)
        self.lineage.record(asset_id, GenerationRecord(GenerationRequest(prompt)))
        picture.prompt = prompt

    # -- what people enter ----------------------------------------------------------------------

    @precondition(lambda self: self.pictures)
    @rule(number=some, name=st.sampled_from(TAGS), has=st.booleans(), undoes=st.booleans())
    def tag_or_untag(self, number: int, name: str, has: bool, undoes: bool) -> None:
        asset_id, picture = self.pick(number)
        change = self.annotations.tag if has else self.annotations.untag
        back = change([asset_id], [name])
        if undoes:
            self.annotations.apply(back)
            return
        key = name_key(name)
        if not has:
            picture.tags.pop(key, None)
        elif key not in picture.tags:
            used = [other.tags[key] for other in self.pictures.values() if key in other.tags]
            picture.tags[key] = used[0] if used else name

    @precondition(lambda self: self.pictures)
    @rule(number=some, stars=st.integers(0, 5), note=st.sampled_from(("", "by moonlight\nor not")))
    def rate_and_annotate(self, number: int, stars: int, note: str) -> None:
        asset_id, picture = self.pick(number)
        self.annotations.rate([asset_id], stars)
        self.annotations.annotate([asset_id], note)
        picture.rating, picture.note = stars, note

    @rule(name=st.sampled_from(BOARDS), undoes=st.booleans())
    def make_or_delete_a_board(self, name: str, undoes: bool) -> None:
        if name in self.boards:
            back = self.annotations.delete_board(name)
        else:
            back = self.annotations.create_board(name)
        if undoes:
            self.annotations.apply(back)
        elif name in self.boards:
            del self.boards[name]
        else:
            self.boards[name] = []

    @precondition(lambda self: self.pictures and self.boards)
    @rule(board=some, numbers=st.lists(some, max_size=3), at=st.none() | st.integers(0, 4))
    def put_on_a_board(self, board: int, numbers: list[int], at: int | None) -> None:
        name = sorted(self.boards)[board % len(self.boards)]
        ids = [self.pick(number)[0] for number in numbers]
        self.annotations.put_on_board(name, ids, at)
        before = self.boards[name]
        end = len(before) if at is None else at
        unmoved = [[i for i in part if i not in ids] for part in (before[:end], before[end:])]
        self.boards[name] = [*unmoved[0], *dict.fromkeys(ids), *unmoved[1]]

    @precondition(lambda self: self.pictures and self.boards)
    @rule(board=some, number=some)
    def take_off_a_board(self, board: int, number: int) -> None:
        name = sorted(self.boards)[board % len(self.boards)]
        asset_id, _ = self.pick(number)
        self.annotations.take_off_board(name, [asset_id])
        self.boards[name] = [i for i in self.boards[name] if i != asset_id]

    # -- the file itself ------------------------------------------------------------------------

    @rule()
    def close_and_open(self) -> None:
        self.database.close()
        self.open()

    @precondition(lambda self: self.pictures)
    @rule()
    def fail_in_the_middle(self) -> None:
        ids = list(self.pictures)
        with suppress(ZeroDivisionError), self.catalog.all_or_nothing():
            self.catalog.mark_missing(ids, is_missing=True)
            self.catalog.record_failures([(asset_id, "never", True) for asset_id in ids])
            self.annotations.tag(ids, ["never"])
            self.catalog.roots.add(self.home)
            raise ZeroDivisionError

    # -- what both must say ---------------------------------------------------------------------

    @invariant()
    def agree(self) -> None:
        roots = {root.path: root.kind for root in self.catalog.roots.all()}
        assert roots == self.roots
        assets = {asset.id: asset for asset in self.catalog.all_assets()}
        assert set(assets) == set(self.pictures)
        said = self.annotations.of(list(assets))
        for asset_id, picture in self.pictures.items():
            asset = assets[asset_id]
            assert asset.path == picture.path
            assert (asset.size, asset.failure) == (picture.size, picture.failure)
            assert (asset.content_hash, asset.rating) == (picture.content, picture.rating)
            assert asset.is_missing == picture.is_missing
            tags = tuple(picture.tags[key] for key in sorted(picture.tags))
            on = tuple(sorted((n for n in self.boards if asset_id in self.boards[n]), key=name_key))
            assert said[asset_id] == Annotation(picture.rating, picture.note, tags, on)
            assert self.catalog.asset_at(picture.path) == asset
        for name, ids in self.boards.items():
            assert self.annotations.board(name).asset_ids == tuple(ids)
        assert {board.name for board in self.annotations.boards()} == set(self.boards)

    @invariant()
    def take_several_together(self) -> None:
        # Half of them, so that some agree where all together do not.
        for chosen in (list(self.pictures), list(self.pictures)[::2]):
            said = list(self.annotations.of(chosen).values())
            together = self.annotations.together([*chosen, 10**9])
            ratings, notes = {one.rating for one in said}, {one.note for one in said}
            assert together == Consensus(
                len(chosen),
                (ratings or {0}).pop() if len(ratings) < 2 else None,
                (notes or {""}).pop() if len(notes) < 2 else None,
                Counter(tag for one in said for tag in one.tags),
                Counter(board for one in said for board in one.boards),
            )
            for counts in (together.tags, together.boards):
                assert [*counts.values()] == sorted(counts.values(), reverse=True)

    @invariant()
    def count_alike(self) -> None:
        counts = self.catalog.counts()
        pictures = self.pictures.values()
        assert counts["assets"] == len(pictures)
        assert counts["missing"] == sum(picture.is_missing for picture in pictures)
        assert counts["failed"] == sum(picture.state == "failed" for picture in pictures)
        unread = [p for p in pictures if p.state == "new" and not p.is_missing]
        assert counts["unread"] == len(unread)

    @invariant()
    def find_alike(self) -> None:
        for word in WORDS:
            found = {*self.catalog.words.find(word, 100)}
            expected = {i for i, picture in self.pictures.items() if picture.holds(word)}
            assert found == expected, word


TestCatalogModel = CatalogModel.TestCase
TestCatalogModel.settings = settings(
    max_examples=30,
    stateful_step_count=25,
)
