"""What became of each asset in one run: the report while it grows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from pathlib import Path

from desktop.services.reports import FileFailure, IndexReport

# What is known of one asset in this run; bits of one byte.
_SEEN, _NEW, _MISSING, _FINISHED, _FAILED, _MOVED = 1, 2, 4, 8, 16, 32
_OUTCOME = _FINISHED | _FAILED


class RunReport:
    """The report while it grows; every file seen has one outcome, the last one told, or none.

    A run may see a million assets, so each takes one byte, at the place that is its id.

    Attributes:
        found: files that were seen.
        new: those of them that the library did not know.
    """

    def __init__(self) -> None:
        self._marks = bytearray()
        self.failures: list[FileFailure] = []
        self.found = 0
        self.new = 0
        self._passed_over: dict[Path, Counter[str]] = {}

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
        self.new += len(asset_ids) if is_new else 0

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

    def pass_over(self, folder: Path, kinds: Counter[str]) -> None:
        """At and below this folder so many files of these suffixes are no pictures."""
        self._passed_over[folder] = kinds

    @property
    def passed_over(self) -> dict[str, int]:
        """Files by suffix, the most frequent first; what lies in two of the folders counts once."""
        total = Counter[str]()
        for folder, kinds in self._passed_over.items():
            if not any(above in self._passed_over for above in folder.parents):
                total.update(kinds)
        return dict(total.most_common())

    def finish(self, asset_id: int) -> None:
        """The asset is complete now, and was not before this run."""
        self._mark([asset_id], _FINISHED, instead_of=_OUTCOME)

    def finish_first(self, asset_ids: Collection[int]) -> None:
        """Were these to be complete in this run, they were new: an earlier one found them, and was
        stopped before it had read them."""
        self._mark(asset_ids, _NEW)

    def index_report(self, seconds: float) -> IndexReport:
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
            passed_over=self.passed_over,
        )

    def _mark(self, asset_ids: Collection[int], mark: int, *, instead_of: int = 0) -> None:
        marks = self._marks
        marks.extend(bytes(max(0, max(asset_ids, default=0) + 1 - len(marks))))
        for asset_id in asset_ids:
            marks[asset_id] = marks[asset_id] & ~instead_of | mark
