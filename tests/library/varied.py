"""A library in which every condition means some assets and not others, and what each one means."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

from desktop.core.annotations import Flag
from desktop.core.asset import PREVIEW, Asset, Kind
from desktop.core.colour import Swatch
from desktop.core.filter import EVERYTHING, Filter, Near, Range, Ratio, Shape
from desktop.core.generation_record import GenerationRecord, GenerationRequest, Reference
from desktop.core.metadata import NO_METADATA, Metadata
from desktop.core.picture_text import TextLine
from desktop.core.rights import Rights
from desktop.library.catalog.annotations import Annotations
from desktop.library.catalog.assets import Catalog, ReadFile
from desktop.library.catalog.database import Database
from desktop.library.catalog.ignore_rules import IgnoreRuleTable
from desktop.library.catalog.lineage import LineageTable
from desktop.library.catalog.picture_texts import PictureTexts
from desktop.library.catalog.roots import Root
from desktop.library.folders.ignore import IgnoreRules
from desktop.library.folders.scan import FoundFile
from tests.colours import palette_share

FOLDERS = ("", "a_b", "a_b/deep", "axb", "a_bc", "50% off", 'it\'s "new"', "红色/深", "Été")
FORMATS = (
    ("JPEG", 1, 0),
    ("PNG", 1, 0),
    ("GIF", 9, 0),
    ("PDF", 1, 0),
    ("TIFF", 3, 0),
    ("PSD preview", 1, 0),
    ("MP4", 1, 7),
)
SIZES = ((1600, 900), (900, 1600), (1000, 1000), (1020, 1000), (1050, 1000), (1, 3), (0, 0))
PALETTES = (
    (Swatch("#FF0000", 40), Swatch("#101010", 30)),
    (Swatch("#FE0303", 100),),
    (Swatch("#0000FF", 60), Swatch("#F0F0F0", 40)),
    (),
    (Swatch("#8A2BE2", 50), Swatch("#FFD700", 30), Swatch("#228B22", 20)),
)
METADATA = (
    NO_METADATA,
    Metadata(camera="Nikon D850", lens="Nikkor 85mm f/1.4", taken_at="2025-03-14T09:26:53"),
    Metadata(copyright="© Ann Doe", keywords=("Old harbour", "boats", "朝")),
    Metadata(camera="Canon EOS R5", keywords=("sea",), taken_at="1950-01-01T00:00:00"),
)
TAGS = ("cat", "a_b", "100%", "Été", "红色", "dog", "cat/kitten", "cats")
_PRIVATE, _EXPIRED = Rights(is_private=True), Rights(expires="2020-01-01")
COUNT = 120
"""No multiple of what is above, so that everything meets everything."""


class VariedLibrary:
    """A catalogue with ``COUNT`` assets.

    Attributes:
        folder: the root that most of them are in; another one is away.
    """

    def __init__(self, place: Path) -> None:
        self.folder = place / "pictures"
        self.folder.mkdir(parents=True)
        (self.folder / "here.txt").touch()
        self.database = Database(place / "catalog.sqlite")
        self.catalog = Catalog(self.database)
        self.annotations = Annotations(self.database)
        self.texts = PictureTexts(self.database)
        self.ids: list[int] = []
        self.files: list[ReadFile] = []
        with self.catalog.all_or_nothing():  # one wait for the disk
            self._fill(self.catalog.roots.add(self.folder), self.catalog.roots.add(place / "away"))
        self.boards = {"mood": self.annotations.board("Mood").asset_ids}
        private, expired = (
            self._with_all_made_of(self._said_of(wanted)) for wanted in (_PRIVATE, _EXPIRED)
        )
        self.bound = {
            "is_private": private,
            "is_expired": expired,
            "is_made_from_expired": {
                made for made, used in self.made.items() if expired & self._alike(used)
            },
        }

    def _fill(self, root: Root, away: Root) -> None:
        for n in range(COUNT):
            folder = FOLDERS[n % len(FOLDERS)]
            name = os.fsencode(os.path.join(folder, f"{n}.png"))  # noqa: PTH118 - as stored
            file = FoundFile(name, 1_000 * n, (n - 20) * 777_777_777_777)
            form, frames, duration = FORMATS[n % len(FORMATS)]
            width, height = SIZES[n % len(SIZES)]
            [asset_id] = self.catalog.add_files(
                away if n % 13 == 5 else root, [file], is_generated=n % 11 == 3
            )
            self.ids.append(asset_id)
            self.files.append(
                ReadFile(
                    *(asset_id, width, height, form, f"{n // 2 if n % 8 < 2 else n:032x}"),
                    *(PALETTES[n % len(PALETTES)], "0" * 16, frames, duration),
                    metadata=METADATA[n % len(METADATA)],
                )
            )
        self.catalog.record_read(self.files)
        with self.database.transaction() as connection:
            connection.executemany(
                "UPDATE assets SET added_at = ? WHERE id = ?",
                ((1_000.5 * n, asset_id) for n, asset_id in enumerate(self.ids)),
            )
            connection.executemany(
                "UPDATE assets SET is_missing = 1, shared_by = ? WHERE id = ?",
                (("mate" if n % 2 else "", asset_id) for n, asset_id in self._every(17)),
            )
        self.catalog.record_failures((i, "damaged", True) for _, i in self._every(19))
        for number, tag in enumerate(TAGS):
            self.annotations.tag([i for _, i in self._every(number + 2)], [tag])
        for stars in range(1, 6):
            self.annotations.rate([i for n, i in enumerate(self.ids) if n % 7 == stars], stars)
        for step, flag in enumerate(Flag, start=3):
            self.annotations.flag([i for _, i in self._every(step)], flag, True)
        self.annotations.create_board("Mood", [self.ids[n] for n in (70, 3, 41, 8, 9)])
        self.texts.record(
            "reader",
            {
                self.files[n].content_hash: [
                    TextLine("Aurora" if n % 2 else "Silk", 1.0, ()),
                    TextLine("perfume", 1.0, ()),
                ]
                for n, _ in self._every(9)
            },
        )
        self.annotations.create_board("Closed", [self.ids[n] for n in (15, 34)])
        self.annotations.give_board_rights("Closed", _PRIVATE)
        self.annotations.give_folder_rights(f"{self.folder}/a_bc", _EXPIRED)
        self.annotations.give_rights([i for _, i in self._every(29)], _PRIVATE)
        self.annotations.give_rights([i for _, i in self._every(31)], _EXPIRED)
        self.annotations.give_rights([self.ids[1]], Rights(licence="ours", expires="9999-12-31"))
        # One of what is named, one of what that is, one of the same bytes as what is named.
        uses = ((10, 29), (11, 10), (12, 31), (14, 49), (20, 2))
        self.made = {self.ids[made]: self.ids[used] for made, used in uses}
        for made, used in uses:
            reference = Reference(Path("x.png"), self.ids[used])
            LineageTable(self.database).record(
                self.ids[made], GenerationRecord(GenerationRequest("a cape", (reference,)))
            )
        IgnoreRuleTable(self.database).keep(IgnoreRules(["7.png", "8.png"]))

    def _every(self, step: int) -> list[tuple[int, int]]:
        return [(n, asset_id) for n, asset_id in enumerate(self.ids) if n % step == 0]

    def _said_of(self, rights: Rights) -> set[int]:
        """What is bound by these, by the picture, a board, or a folder."""
        steps = {_PRIVATE: 29, _EXPIRED: 31}
        said = {asset_id for _, asset_id in self._every(steps[rights])}
        if rights == _PRIVATE:  # what was said last of the first counts
            return said - {self.ids[0]} | {self.ids[15], self.ids[34]}
        inside = f"{self.folder}/a_bc"
        return said | {asset.id for asset in self.catalog.all_assets() if asset.folder == inside}

    def _alike(self, asset_id: int) -> set[int]:
        """Those of the same bytes, itself included."""
        content = {file.asset_id: file.content_hash for file in self.files}
        return {other for other in self.ids if content[other] == content[asset_id]}

    def _with_all_made_of(self, bound: set[int]) -> set[int]:
        while True:
            more = {other for one in bound for other in self._alike(one)}
            more |= {made for made, used in self.made.items() if used in more}
            if more == bound:
                return bound
            bound = more

    def means(self, wanted: Filter) -> list[int]:
        """The ids, ascending, found by looking at each asset for each condition."""
        return sorted(asset.id for asset in self.catalog.all_assets() if self._fits(asset, wanted))

    def close(self) -> None:
        self.database.close()

    def _fits(self, asset: Asset, wanted: Filter) -> bool:
        return all(self._fits_one(asset, name, value) for name, value in wanted.said().items())

    def _fits_one(self, asset: Asset, name: str, value: object) -> bool:
        match name, value:
            case "folder", str() if not value.startswith("/"):
                return f"/{value}/" in f"{asset.folder}/"
            case "phrase", str():
                return self._has_words(asset, value)
            case "text", str():
                lines = self.texts.lines(asset.content_hash) or ()
                written = " ".join(line.text for line in lines).casefold().split()
                return bool(written) and all(
                    any(word.startswith(part) for word in written)
                    for part in value.casefold().split()
                )
            case "flag", Flag():
                return value in self.annotations.of([asset.id])[asset.id].flags
            case "is_tagged", bool():
                return bool(self.annotations.of([asset.id])[asset.id].tags) is value
            case "folder", str():
                return (asset.folder + os.sep).startswith(value.rstrip(os.sep) + os.sep)
            case "board", str():
                return asset.id in self.boards.get(value.casefold(), ())
            case "tag", str():
                said = self.annotations.of([asset.id])[asset.id]
                return any(
                    f"{tag.casefold()}/".startswith(f"{value.casefold()}/") for tag in said.tags
                )
            case "kinds", tuple():
                return asset.kind in value
            case "formats", tuple():
                return asset.format.removesuffix(PREVIEW) in value
            case "shape", Shape():
                return _shape(asset) is value
            case "ratio", Ratio():
                return bool(asset.height) and _within(asset.width / asset.height, value)
            case "pixels", Range():
                return bool(asset.width) and _within(asset.width * asset.height, value)
            case (("camera" | "lens" | "copyright"), str()):
                told = getattr(self.files[self.ids.index(asset.id)].metadata, name).casefold()
                return all(word in told for word in value.casefold().split())
            case "keyword", str():
                told = self.files[self.ids.index(asset.id)].metadata.keywords
                return value.casefold() in {keyword.casefold() for keyword in told}
            case "dated", Range():
                return _within(asset.taken_s or asset.modified_ns // 1_000_000_000, value)
            case "modified", Range():
                return _within(asset.modified_ns // 1_000_000_000, value)
            case "added", Range():
                return _within(int(asset.added_at), value)
            case (("rating" | "size"), Range()):
                return _within(getattr(asset, name), value)
            case "near", Near():
                palette = self.files[self.ids.index(asset.id)].palette
                near = palette_share(palette, value.colour, value.distance)
                return near >= max(1, value.share)
            case (("is_private" | "is_expired" | "is_made_from_expired"), bool()):
                return (asset.id in self.bound[name]) is value
            case "is_offline", bool():
                is_away = asset.is_offline and not (asset.is_missing or asset.is_elsewhere)
                return is_away is value
            case "is_readable", bool():
                return (not asset.failure) is value
            case "is_duplicate", bool():
                return (asset.id in self._duplicates()) is value
            case (("is_generated" | "is_missing" | "is_elsewhere"), bool()):
                return getattr(asset, name) is value
            case "ids", tuple():
                return asset.id in value
            case "every", tuple():
                return all(self._fits(asset, part) for part in value)
            case "any_of", tuple():
                return any(self._fits(asset, part) for part in value)
            case "none_of", tuple():
                return not any(self._fits(asset, part) for part in value)
            case _:
                raise AssertionError(name)

    def _has_words(self, asset: Asset, phrase: str) -> bool:
        tags = " ".join(self.annotations.of([asset.id])[asset.id].tags)
        words = re.split(r"[\W_]+", f"{asset.folder} {asset.name} {tags}".casefold())
        return f" {phrase.casefold()} " in f" {' '.join(words)} "

    def _duplicates(self) -> set[int]:
        there = [
            asset
            for asset in self.catalog.all_assets()
            if asset.content_hash and not (asset.is_missing or asset.is_offline)
        ]
        hashes = [asset.content_hash for asset in there]
        return {asset.id for asset in there if hashes.count(asset.content_hash) > 1}


def _within(number: float, bounds: Range | Ratio) -> bool:
    least, most = bounds.least, bounds.most
    return (least is None or number >= least) and (most is None or number <= most)


def _shape(asset: Asset) -> Shape | None:
    if not asset.height:
        return None
    if asset.width > 1.05 * asset.height:
        return Shape.LANDSCAPE
    return Shape.PORTRAIT if asset.height > 1.05 * asset.width else Shape.SQUARE


def filters(library: VariedLibrary) -> dict[str, Filter]:
    """One or more of every condition, alone and put together; by what they are."""
    inside = str(library.folder)
    cat, stars = Filter(tag="cat"), Filter(rating=Range(3, 5))
    deep = Filter(folder=f"{inside}/a_b")
    return {
        "everything": EVERYTHING,
        "nothing": ~EVERYTHING,
        **{f"folder {name}": Filter(folder=f"{inside}/{name}") for name in FOLDERS},
        "folder above the roots": Filter(folder=str(library.folder.parent)),
        "folder of all": Filter(folder="/"),
        "folder elsewhere": Filter(folder="/nowhere"),
        "folder by its name": Filter(folder="deep"),
        "folders by their names": Filter(folder="a_b/deep"),
        "folder by the name of a root": Filter(folder="pictures"),
        "folder by a part of its name": Filter(folder="a_"),
        "phrase": Filter(phrase="12 png"),
        "phrase that is cut": Filter(phrase="Cat"),
        "no phrase": Filter(phrase="--"),
        "text": Filter(text="silk"),
        "text of another line": Filter(text="perf AURORA"),
        "no text": Filter(text="velvet"),
        "tagged": Filter(is_tagged=True),
        "untagged": Filter(is_tagged=False),
        **{f"flag {flag}": Filter(flag=flag) for flag in Flag},
        "board": Filter(board="mOOD"),
        "no such board": Filter(board="none"),
        **{f"tag {name}": Filter(tag=name) for name in TAGS},
        "tag in capitals": Filter(tag="CAT"),
        "no such tag": Filter(tag="ca"),
        "four stars and more": Filter(rating=Range(4)),
        "not rated": Filter(rating=Range(0, 0)),
        "any rating": Filter(rating=Range()),
        **{f"kind {kind}": Filter(kinds=(kind,)) for kind in Kind},
        "format": Filter(formats=("JPEG", "PDF")),
        "format, or its preview": Filter(formats=("PSD",)),
        "camera, some of its words": Filter(camera="d850 Nikon"),
        "lens": Filter(lens="85MM"),
        "copyright": Filter(copyright="ann"),
        "no such camera": Filter(camera="Leica"),
        "keyword": Filter(keyword="old HARBOUR"),
        "keyword, and not a part of one": Filter(keyword="harbour"),
        "keyword in another script": Filter(keyword="朝"),
        "dated": Filter(dated=Range(-3_000, 1_741_944_413)),
        "not dated then": ~Filter(dated=Range(0)),
        "modified": Filter(modified=Range(-3_000, 5_000)),
        "modified before 1970": Filter(modified=Range(most=-1)),
        "added": Filter(added=Range(10_005, 50_025)),
        "size": Filter(size=Range(10_000, 60_000)),
        "more than there can be": Filter(size=Range(2**70)),
        "pixels": Filter(pixels=Range(most=1_000_000)),
        **{f"shape {shape}": Filter(shape=shape) for shape in Shape},
        "ratio": Filter(ratio=Ratio(0.5, 1.02)),
        "colour": Filter(near=Near("#FF0000")),
        "much of a colour": Filter(near=Near("#FF0000", share=50)),
        "nearly that colour": Filter(near=Near("#FF4040", 0.12)),
        **{
            f"{name} {wanted}": replace(EVERYTHING, **{name: wanted})
            for name in (
                *("is_generated", "is_missing", "is_offline", "is_elsewhere"),
                *("is_private", "is_expired", "is_made_from_expired"),
            )
            for wanted in (False, True)
        },
        "duplicates": Filter(is_duplicate=True),
        "no duplicates": Filter(is_duplicate=False),
        "readable": Filter(is_readable=True),
        "ids": Filter(ids=(*library.ids[5:9], 999_999)),
        "no ids": Filter(ids=()),
        "two conditions": Filter(tag="cat", kinds=(Kind.STILL,)),
        "and": deep & cat,
        "or": deep | stars | Filter(is_generated=True),
        "not": ~(deep | cat),
        "not, of what no scalar tells": ~Filter(tag="a_b") & ~Filter(is_duplicate=True),
        "or, of what no scalar tells": Filter(is_offline=True) | stars,
        "deep": ~(~(cat & stars) & ~(Filter(shape=Shape.SQUARE) | Filter(board="Mood"))),
        "references": Filter(
            is_generated=False,
            is_missing=False,
            is_offline=False,
            is_readable=True,
            none_of=(Filter(kinds=(Kind.VIDEO,)),),
        ),
    }
