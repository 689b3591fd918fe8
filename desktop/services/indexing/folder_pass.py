"""One look at the disk: each file found is compared with what the catalogue remembers."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence, Set
from pathlib import Path

from desktop.core.asset import displayable
from desktop.core.cancellation import CancelToken
from desktop.core.progress import Progress
from desktop.core.system_errors import system_reason
from desktop.core.text import tr
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.moved_files import is_in_doubt
from desktop.library.catalog.roots import Root
from desktop.library.folders.ignore import IgnoreRules
from desktop.library.folders.scan import FoundFile, PassedOver, ScanFailure, scan
from desktop.media.formats.registry import is_picture, told_by_content
from desktop.services.indexing.file_matching import FileMatcher, UnclearFile
from desktop.services.indexing.run_report import RunReport

_SCAN_BATCH = 500
_SIDECAR = ".xmp"
"""Not passed over: what it says belongs to its picture."""


class FolderPass:
    """What was seen so far; ``settle`` ends it.

    What needs no second thought is written down at once. A file that may be a moved one waits
    until everything was looked at, because only then it is known which assets have lost theirs.

    Args:
        hide_again: of some assets, those that the rules hide.
        away: ids of the roots that are not there.
        retry_failed: read files again that failed before and have not changed.
    """

    def __init__(
        self,
        catalog: Catalog,
        matcher: FileMatcher,
        rules: IgnoreRules,
        hide_again: Callable[[Set[int]], Set[int]],
        away: Collection[int],
        report: RunReport,
        cancel: CancelToken,
        *,
        retry_failed: bool,
    ) -> None:
        self._catalog = catalog
        self._matcher = matcher
        self._rules = rules
        self._hide_again = hide_again
        self._away = away
        self._report = report
        self._cancel = cancel
        self._retry_failed = retry_failed
        self._unclear: list[UnclearFile] = []
        self._unclear_ids: set[int] = set()
        self._unclear_places: set[tuple[int, bytes]] = set()
        self._gone: set[int] = set()
        self._roots: dict[int, Root] = {}
        self.passed_over: dict[int, Counter[str]] = {}
        """Of each root that was looked through as a whole, how many files of which suffix are no
        pictures."""

    def folder(self, root: Root, start: Path) -> Iterator[Progress]:
        """All pictures at and below ``start``, a folder of this root."""
        self._roots[root.id] = root
        report = self._report
        unknown_places: list[bytes] = []
        batch: list[FoundFile] = []
        passed_over = Counter[str]()
        for found in scan(start, is_picture, root.path, self._rules, told_by_content):
            self._cancel.raise_if_cancelled()
            if isinstance(found, PassedOver):
                passed_over[found.suffix] += 1
                continue
            if isinstance(found, ScanFailure):
                report.fail(found.path, found.reason)
                unknown_places.append(found.relative_path)
                continue
            batch.append(found)
            if len(batch) >= _SCAN_BATCH:
                self._compare(root, batch)
                batch.clear()
                folder = displayable(os.fsdecode(os.path.dirname(found.relative_path)))  # noqa: PTH120
                yield Progress(
                    tr("Looking through folders"),
                    report.found,
                    current=folder,
                    failed=len(report.failures),
                )
        self._compare(root, batch)
        del passed_over[_SIDECAR]
        report.pass_over(start, passed_over)
        if start == root.path:
            self.passed_over[root.id] = passed_over
        below = b"" if start == root.path else os.fsencode(start.relative_to(root.path))
        gone = report.unseen(self._catalog.ids_at(root.id, below))
        for place in unknown_places if gone else ():
            # A place that could not be looked into says nothing about what lies in it.
            gone.difference_update(self._catalog.ids_at(root.id, place))
        self._gone |= gone

    def file(self, root: Root, path: Path) -> None:
        """One file of this root; when it is not there, all that was known below its name."""
        self._roots[root.id] = root
        relative = os.fsencode(path.relative_to(root.path))
        try:
            status = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            self.lost(root, path)
            return
        except OSError as error:
            self._report.fail(
                path, tr("The system could not open it: {reason}.", reason=system_reason(error))
            )
            return
        self._compare(root, [FoundFile.at(relative, status)])

    def lost(self, root: Root, path: Path) -> None:
        """Nothing of this name is there any more; nor what was known below it."""
        self._roots[root.id] = root
        self._gone.update(self._catalog.ids_at(root.id, os.fsencode(path.relative_to(root.path))))

    def settle(self) -> Iterator[Progress]:
        """Write down what was moved, changed or lost; nothing of a drive that was unplugged while
        this pass was under way.

        Raises:
            Cancelled: see ``FileMatcher.settle``.
        """
        unplugged = self._unplugged()
        away = {*self._away, *unplugged}
        unclear = [file for file in self._unclear if file.root.id not in away]
        gone = self._report.unseen(self._gone) - self._unclear_ids
        for root_id in unplugged if gone else ():
            gone.difference_update(self._catalog.ids_at(root_id, b""))
        # What a rule hides was not looked for, and is not gone.
        gone -= self._hide_again(gone)
        yield from self._matcher.settle(unclear, gone, away, self._report, self._cancel)
        for root in self._roots.values():
            if root.id not in away:
                self._catalog.roots.presence.remember(root.id, root.path)

    # ------------------------------------------------------------------ inside

    def _unplugged(self) -> list[int]:
        """Ids of the roots that were there when they were looked at and are not now: that nothing
        was found in them, as in a place where nothing is mounted, says nothing."""
        found: list[int] = []
        for root_id, absence in self._catalog.roots.presence.look().items():
            # A strange folder would have been passed over; this one a person has named.
            if root_id in self._roots and not absence.is_strange:
                self._report.fail(self._roots[root_id].path, absence.reason)
                found.append(root_id)
        return found

    def _compare(self, root: Root, files: Sequence[FoundFile]) -> None:
        report = self._report
        known = self._catalog.known_files(root.id, [file.relative_path for file in files])
        seen: list[int] = []
        new: list[FoundFile] = []
        renumbered: list[UnclearFile] = []
        for file in files:
            memory = known.get(file.relative_path)
            if memory is None:
                if (root.id, file.relative_path) not in self._unclear_places:
                    new.append(file)
                continue
            if report.has_seen(memory.id) or memory.id in self._unclear_ids:
                continue  # the same place was named twice
            is_same = memory.size == file.size and memory.modified_ns == file.modified_ns
            if is_same and memory.state == "failed" and not self._retry_failed:
                seen.append(memory.id)
                path = root.path / os.fsdecode(file.relative_path)
                report.fail(path, memory.failure, asset_id=memory.id)
                if memory.is_missing:
                    self._catalog.mark_missing([memory.id], is_missing=False)
            elif (
                not is_same
                or memory.is_missing
                or memory.state == "failed"
                or (memory.state == "ready" and is_in_doubt(memory.modified_ns, memory.checked_ns))
            ):
                self._ask(UnclearFile(root, file, memory))
            elif memory.file_id != file.file_id:
                renumbered.append(UnclearFile(root, file, memory))
            else:
                seen.append(memory.id)
        report.see(seen)
        if renumbered:
            for unclear in self._matcher.renumber(renumbered, report):
                self._ask(unclear)
        if new:
            sizes = self._matcher.may_be_moved(new, report)
            for file in new:
                if file.size in sizes:
                    self._ask(UnclearFile(root, file, None))
            self._matcher.add(root, [file for file in new if file.size not in sizes], report)

    def _ask(self, file: UnclearFile) -> None:
        self._unclear.append(file)
        self._unclear_places.add((file.root.id, file.file.relative_path))
        if file.known is not None:
            self._unclear_ids.add(file.known.id)
