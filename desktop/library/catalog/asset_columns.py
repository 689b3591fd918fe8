"""A whole library in memory: columns of numbers and texts, and orders of their rows.

In columns the assets of a library take less than half of the memory that a tuple each takes; an
``Asset`` is made of the few that somebody looks at, and what concerns all of them (orders,
sections, counts) is arithmetic on a column.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import compress, pairwise
from typing import Any, cast, overload

import numpy as np
from numpy.typing import NDArray

from desktop.core.asset import Asset
from desktop.core.asset_sequence import AssetSequence
from desktop.core.natural_order import natural
from desktop.library.catalog.asset_rows import BITS, FIELDS, Places, below_root, file_name

_CODES = {"added_at": "d", "rating": "b", "flags": "b"}
"""Name of a column -> type of its ``array``; the other numbers may be as large as SQLite's."""
_TEXTS = ("name", "format", "content_hash", "failure")
_REPEATED = ("format", "failure")
"""Few texts, each of which many assets have."""
_MOST_MADE = 20_000
"""Assets that are kept once they were made."""
_A_TURN = 10_000
"""Rows that are made into assets, or texts that are sorted, at once: a few milliseconds."""
_TYPED = 16
"""Bytes of a name by which those that begin like what is typed are found, before a closer look."""
_COMPARED = 48
"""Bytes by which texts are sorted, before the few that share all of these."""


class AssetColumns:
    """What one reading found, in the order in which it was read. Any thread may look."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._columns: dict[str, Any] = {
            name: [] if name in _TEXTS else array(_CODES.get(name, "q")) for name in FIELDS
        }
        self._same: dict[str, str] = {}
        self._made: dict[int, Asset] = {}

    def __len__(self) -> int:
        return len(self._columns["id"])

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """Rows of ``asset_rows.COLUMNS``."""
        for name, values in zip(FIELDS, zip(*rows, strict=True), strict=True):
            if name in _REPEATED:
                values = [self._same.setdefault(text, text) for text in values]
            self._columns[name].extend(values)

    def asset(self, row: int) -> Asset:
        made = self._made.get(row)
        if made is None:
            if len(self._made) >= _MOST_MADE:
                self._made = {}
            values = [column[row] for column in self._columns.values()]
            made = self._made[row] = self._places.asset(values)
        return made

    def numbers(self, name: str) -> NDArray[Any]:
        """(n,): a field of every asset, or ``dated_s``; not of those that are texts."""
        if name == "dated_s":
            taken, modified = self.numbers("taken_s"), self.numbers("modified_ns")
            return np.where(taken != 0, taken, modified / 1e9)
        return np.asarray(self._columns[name])

    def texts(self, name: str) -> list[str]:
        """A field of every asset; not the name."""
        return self._columns[name]

    def name(self, row: int) -> str:
        """``Asset.name``."""
        return file_name(self._columns["name"][row])

    def has(self, flag: str) -> NDArray[np.bool_]:
        """(n,): a flag of every asset, by the name of its field."""
        if flag == "is_offline":
            return self._is_offline
        return self.numbers("flags") & BITS[flag] > 0

    @cached_property
    def _folders(self) -> tuple[NDArray[np.int32], list[tuple[str, bool]]]:
        """(n,): number of each asset's folder; and the folders by number, with what is away."""
        numbers: dict[tuple[int, bytes], int] = {}
        columns = self._columns
        of_each = array(
            "i",
            (
                numbers.setdefault((root, below_root(path)), len(numbers))
                for root, path in zip(columns["folder"], columns["name"], strict=True)
            ),
        )
        return np.asarray(of_each), [self._places.folder(*place) for place in numbers]

    @cached_property
    def folders(self) -> tuple[NDArray[np.int32], list[str]]:
        """(n,): number of each asset's folder; and the folders by number."""
        numbers, folders = self._folders
        return numbers, [folder for folder, _ in folders]

    @cached_property
    def _is_offline(self) -> NDArray[np.bool_]:
        """(n,): ``Asset.is_offline``."""
        numbers, folders = self._folders
        away = np.array([is_away for _, is_away in folders], np.bool_)
        return (away[numbers] if len(numbers) else away) | self.has("is_elsewhere")

    @cached_property
    def beginnings(self) -> NDArray[np.uint8]:
        """(n, _TYPED): how each name begins, in small letters."""
        made = np.zeros((len(self), _TYPED), np.uint8)
        flat = made.view(f"S{_TYPED}")[:, 0]
        for start in range(0, len(self), _A_TURN):
            turn = range(start, min(start + _A_TURN, len(self)))
            flat[turn.start : turn.stop] = [
                self.name(row)[:_TYPED].casefold().encode("utf-8", "surrogatepass") for row in turn
            ]
        return made

    @cached_property
    def name_ranks(self) -> NDArray[np.int32]:
        """(n,): the place of each name among all, in natural order; those that are equal share
        it."""
        return _ranks([natural(self.name(row)) for row in range(len(self))])

    @cached_property
    def folder_ranks(self) -> NDArray[np.int32]:
        """(n,): as ``name_ranks``, of the folders."""
        numbers, folders = self.folders
        return _ranks([natural(folder) for folder in folders])[numbers]


class Assets(AssetSequence):
    """Assets in an order: rows of ``columns`` in an order.

    Args:
        rows: (n,), all of them in the order of the columns when None.
    """

    def __init__(self, columns: AssetColumns, rows: NDArray[np.intp] | None = None) -> None:
        self.columns = columns
        self.rows = np.arange(len(columns)) if rows is None else rows

    @classmethod
    def of(cls, assets: Sequence[Asset]) -> Assets:
        """These; for what comes as a list."""
        return assets if isinstance(assets, Assets) else cls(_ListedColumns(assets))

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, index: int) -> Asset: ...
    @overload
    def __getitem__(self, index: slice) -> Assets: ...
    def __getitem__(self, index: int | slice) -> Asset | Assets:
        if isinstance(index, slice):
            is_all = index.indices(len(self)) == (0, len(self), 1)
            return self if is_all else Assets(self.columns, self.rows[index])
        return self.columns.asset(int(self.rows[index]))

    def __iter__(self) -> Iterator[Asset]:
        asset = self.columns.asset
        for start in range(0, len(self), _A_TURN):
            yield from map(asset, self.rows[start : start + _A_TURN].tolist())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and [*self] == [*cast(Sequence[object], other)]

    __hash__ = None  # pyright: ignore[reportAssignmentType] - as a list has none

    def __repr__(self) -> str:
        return f"Assets({[*self[:3]]!r}{', …' if len(self) > 3 else ''})"

    @cached_property
    def ids(self) -> tuple[int, ...]:
        return tuple(self.numbers("id").tolist())

    def numbers(self, name: str) -> NDArray[Any]:
        """(n,): as ``AssetColumns.numbers``, in this order."""
        return self.columns.numbers(name)[self.rows]

    def names(self) -> Iterator[str]:
        """``Asset.name`` of each."""
        return map(self.columns.name, self.rows.tolist())

    # -- which of them -------------------------------------------------------------------------

    @cached_property
    def _by_id(self) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
        """The ids, ascending, and the place of each in this order."""
        own = self.numbers("id")
        ascending = np.argsort(own)
        return own[ascending], ascending

    def row_of(self, asset_id: int) -> int | None:
        """Where an asset is in this order; None when it is not there."""
        own, ascending = self._by_id
        place = int(np.searchsorted(own, asset_id))
        is_there = place < len(own) and own[place] == asset_id
        return int(ascending[place]) if is_there else None

    def get(self, asset_id: int) -> Asset | None:
        """The asset with this id; None when it is not there."""
        row = self.row_of(asset_id)
        return None if row is None else self[row]

    def rows_of(self, wanted: Ids) -> NDArray[np.intp]:
        """Where those of these that are there are, ascending."""
        return np.flatnonzero(np.isin(self.numbers("id"), _numbers(wanted)))

    def ranges_of(self, wanted: Ids) -> list[tuple[int, int]]:
        """First and last rows of where these are, as few as can be, ascending."""
        rows = self.rows_of(wanted)
        starts = np.flatnonzero(np.diff(rows, prepend=-2) != 1)
        ends = np.append(starts[1:], len(rows)) - 1 if len(rows) else starts
        return [*zip(rows[starts].tolist(), rows[ends].tolist(), strict=True)]

    def row_named(self, beginning: str, after: int) -> int | None:
        """The first row behind ``after``, going round, whose name begins like this, however it
        is spelled."""
        wanted = beginning.casefold()
        first = np.frombuffer(wanted.encode("utf-8", "surrogatepass"), np.uint8)
        first = first[:_TYPED]
        is_like = (self.columns.beginnings[:, : len(first)] == first).all(axis=1)
        rows = np.flatnonzero(is_like[self.rows])
        for row in np.roll(rows, -np.searchsorted(rows, after, side="right")).tolist():
            if self.columns.name(self.rows[row]).casefold().startswith(wanted):
                return row
        return None

    def at(self, places: NDArray[np.intp]) -> Assets:
        """Those at these places of this order."""
        return Assets(self.columns, self.rows[places])

    def in_ranges(self, ranges: Sequence[tuple[int, int]]) -> Assets:
        """Those from the first to the last of each of these rows."""
        if len(ranges) == 1:
            [(first, last)] = ranges
            return self[first : last + 1]
        parts = [self.rows[first : last + 1] for first, last in ranges]
        return Assets(self.columns, np.concatenate(parts) if parts else self.rows[:0])

    def among(self, wanted: Ids) -> Assets:
        """Those of these, in this order."""
        return self.at(self.rows_of(wanted))

    def listed(self, wanted: Ids) -> Assets:
        """Those of these, in their order."""
        own, ascending = self._by_id
        if not len(own):
            return self
        wanted = _numbers(wanted)
        places = np.minimum(np.searchsorted(own, wanted), len(own) - 1)
        return self.at(ascending[places[own[places] == wanted]])

    # -- orders --------------------------------------------------------------------------------

    def greatest_first(self, values: NDArray[Any]) -> Assets:
        """By a number of each; those that have the same stay as they are."""
        return self.at(np.argsort(-values, kind="stable"))

    def by_name(self) -> Assets:
        """In natural order of their names."""
        return self.at(np.argsort(self.columns.name_ranks[self.rows], kind="stable"))

    def by_folder(self) -> Assets:
        """In natural order of their folders, and of their names in each."""
        names, folders = self.columns.name_ranks[self.rows], self.columns.folder_ranks[self.rows]
        return self.at(np.lexsort((names, folders)))

    # -- counts --------------------------------------------------------------------------------

    def has(self, flag: str) -> NDArray[np.bool_]:
        """(n,): a flag of each, by the name of its field."""
        return self.columns.has(flag)[self.rows]

    def says(self, text: str) -> NDArray[np.bool_]:
        """(n,): whether a text of each, ``content_hash`` or ``failure``, is not empty."""
        return np.array([bool(each) for each in self.columns.texts(text)], np.bool_)[self.rows]

    def duplicates(self) -> int:
        """How many have a file that is there and has the content of another one's."""
        there = np.zeros(len(self.columns), np.bool_)
        there[self.rows] = ~(self.has("is_missing") | self.has("is_offline"))
        hashes, counts = self.columns.texts("content_hash"), Counter[str]()
        for start in range(0, len(hashes), _A_TURN):  # else nobody runs until all are counted
            turn = slice(start, start + _A_TURN)
            counts.update(compress(hashes[turn], there[turn].tolist()))
        counts.pop("", None)
        return sum(count for count in counts.values() if count > 1)

    def in_folders(self) -> dict[str, int]:
        """Folder -> how many are in it itself that Plantain has not made."""
        numbers, folders = self.columns.folders
        counts = np.bincount(numbers[self.rows[~self.has("is_generated")]], minlength=len(folders))
        return {
            folder: count for folder, count in zip(folders, counts.tolist(), strict=True) if count
        }


class _ListedColumns(AssetColumns):
    """Of assets that are there already."""

    def __init__(self, assets: Sequence[Asset]) -> None:
        super().__init__(Places({}))
        self._assets = assets
        for name in FIELDS:
            if name not in ("folder", "flags"):
                self._columns[name].extend(getattr(asset, name) for asset in assets)

    def asset(self, row: int) -> Asset:
        return self._assets[row]

    def name(self, row: int) -> str:
        return self._assets[row].name

    @cached_property
    def folders(self) -> tuple[NDArray[np.int32], list[str]]:
        numbers: dict[str, int] = {}
        of_each = [numbers.setdefault(asset.folder, len(numbers)) for asset in self._assets]
        return np.array(of_each, np.int32), [*numbers]

    def has(self, flag: str) -> NDArray[np.bool_]:
        return np.array([getattr(asset, flag) for asset in self._assets], np.bool_)


Ids = Assets | Sequence[int] | NDArray[np.int64]
"""Of assets."""


def _numbers(wanted: Ids) -> NDArray[np.int64]:
    return wanted.numbers("id") if isinstance(wanted, Assets) else np.asarray(wanted, np.int64)


def _ranks(texts: Sequence[str]) -> NDArray[np.int32]:
    """(n,): the place of each in the order of their code points; equal ones share theirs.

    numpy compares the beginnings while other threads run; Python's own sort of a million would
    hold the window for a second.
    """
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    beginnings = np.empty(len(encoded), f"S{_COMPARED}")
    for start in range(0, len(encoded), _A_TURN):
        beginnings[start : start + _A_TURN] = encoded[start : start + _A_TURN]
    order = np.argsort(beginnings, kind="stable")
    ordered = beginnings[order]
    is_new = np.ones(len(order), np.bool_)
    is_new[1:] = ordered[1:] != ordered[:-1]
    # Those that share all that was compared, and may differ behind it.
    bounds = np.append(np.flatnonzero(is_new), len(order))
    for start, end in pairwise(bounds):
        if end - start > 1 and len(ordered[start]) == _COMPARED:
            run = sorted(order[start:end].tolist(), key=encoded.__getitem__)
            order[start:end] = run
            is_new[start + 1 : end] = [
                encoded[one] != encoded[other] for one, other in pairwise(run)
            ]
    ranks = np.empty(len(order), np.int32)
    ranks[order] = np.cumsum(is_new)
    return ranks
