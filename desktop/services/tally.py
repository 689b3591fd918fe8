"""What became of each asset in one run: the report while it grows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from pathlib import Path

from desktop.services.reports import FileFailure, IndexReport

# What is known of one asset in this run; bits of one byte.
_SEEN, _NEW, _MISSING, _FINISHED, _FAILED, _MOVED = 1, 2, 4, 8, 16, 32
_OUTCOME = _FINISHED | _FAILED


class Tally:
    """The report while it grows; every file seen has one outcome, the last one told, or none.

    A run may see a million assets, so each takes one byte, at the place that is its id.
    """

    def __init__(self) -> None:
        self._marks = bytearray()
        self.failures: list[FileFailure] = []
        self.found = 0

    @property
    def seen(self) -> list[int]:
        """Ids of the assets whose file was seen, ascending."""
        return [asset_id for asset_id, mark in enumerate(self._marks) if mark & _SEEN]

    def has_seen(self, asset_id: int) -> bool:
        return asset_id < len(self._marks) and bool(self._marks[asset_id] & _SEEN)

    def unseen(self, asset_ids: Iterable[int]) -> set[int]:
        """Those of them whose file was not seen."""
        marks, end = self._marks, len(self._marks)
        return {i for i in asset_ids if i >= end or not marks[i] & _SEEN}

    def see(self, asset_ids: Collection[int], *, is_new: bool = False) -> None:
        """The files of these assets are there, each told once."""
        self._mark(asset_ids, _SEEN | (_NEW if is_new else 0))
        self.found += len(asset_ids)

    def move(self, asset_ids: Collection[int]) -> None:
        """The files of these assets were found at another place."""
        self._mark(asset_ids, _SEEN | _MOVED)
        self.found += len(asset_ids)

    def miss(self, asset_ids: Collection[int]) -> None:
        """Their files are not there any more."""
        self._mark(asset_ids, _MISSING)

    def fail(self, path: Path, reason: str, *, asset_id: int | None = None) -> None:
        """A file or folder could not be used; ``asset_id`` when it is in the library."""
        self.failures.append(FileFailure(path, reason))
        if asset_id is not None:
            self._mark([asset_id], _FAILED, instead_of=_OUTCOME)

    def finish(self, asset_id: int) -> None:
        """The asset is complete now, and was not before this run."""
        self._mark([asset_id], _FINISHED, instead_of=_OUTCOME)

    def report(self, seconds: float) -> IndexReport:
        counts = Counter(self._marks)

        def having(bits: int, out_of: int) -> int:
            return sum(count for mark, count in counts.items() if mark & out_of == bits)

        return IndexReport(
            found=self.found,
            added=having(_FINISHED | _NEW, _OUTCOME | _NEW),
            updated=having(_FINISHED, _OUTCOME | _NEW),
            moved=having(_MOVED, _MOVED | _OUTCOME),
            unchanged=having(_SEEN, _SEEN | _MOVED | _OUTCOME),
            missing=having(_MISSING, _MISSING),
            failed=tuple(self.failures),
            seconds=seconds,
        )

    def _mark(self, asset_ids: Collection[int], mark: int, *, instead_of: int = 0) -> None:
        marks = self._marks
        marks.extend(bytes(max(0, max(asset_ids, default=0) + 1 - len(marks))))
        for asset_id in asset_ids:
            marks[asset_id] = marks[asset_id] & ~instead_of | mark
