"""One look at the disk: each file found is compared with what the catalogue remembers."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence, Set
from pathlib import Path

from desktop.core.asset import displayable
from desktop.core.cancellation import CancelToken
from desktop.core.progress import Progress
from desktop.library.catalog import Catalog, Root
from desktop.library.disk.ignore import IgnoreRules
from desktop.library.disk.moves import is_in_doubt
from desktop.library.disk.scan import FoundFile, ScanFailure, scan
from desktop.media.formats import is_picture
from desktop.services.recognising import Recognising, UnclearFile
from desktop.services.tally import Tally

_SCAN_BATCH = 500


class Visit:
    """What was seen so far; ``settle`` ends it.

    What needs no second thought is written down at once. A file that may be a moved one waits
    until everything was looked at, because only then it is known which assets have lost theirs.

    Args:
        hidden: ids of the assets that these rules hide.
        away: ids of the roots that are not there.
        retry_failed: read files again that failed before and have not changed.
    """

    def __init__(
        self,
        catalog: Catalog,
        recognising: Recognising,
        rules: IgnoreRules,
        hidden: Set[int],
        away: Collection[int],
        tally: Tally,
        cancel: CancelToken,
        *,
        retry_failed: bool,
    ) -> None:
        self._catalog = catalog
        self._recognising = recognising
        self._rules = rules
        self._hidden = hidden
        self._away = away
        self._tally = tally
        self._cancel = cancel
        self._retry_failed = retry_failed
        self._unclear: list[UnclearFile] = []
        self._unclear_ids: set[int] = set()
        self._gone: set[int] = set()
        self._roots: dict[int, Root] = {}

    def folder(self, root: Root, start: Path) -> Iterator[Progress]:
        """All pictures at and below ``start``, a folder of this root."""
        self._roots[root.id] = root
        tally = self._tally
        unknown_places: list[bytes] = []
        batch: list[FoundFile] = []
        for found in scan(start, is_picture, within=root.path, rules=self._rules):
            self._cancel.raise_if_cancelled()
            if isinstance(found, ScanFailure):
                tally.fail(found.path, found.reason)
                unknown_places.append(found.relative_path)
                continue
            batch.append(found)
            if len(batch) >= _SCAN_BATCH:
                self._compare(root, batch)
                batch.clear()
                folder = displayable(os.fsdecode(os.path.dirname(found.relative_path)))  # noqa: PTH120
                yield Progress(
                    "Looking through folders",
                    tally.found,
                    current=folder,
                    failed=len(tally.failures),
                )
        self._compare(root, batch)
        below = b"" if start == root.path else os.fsencode(start.relative_to(root.path))
        gone = tally.unseen(self._catalog.ids_at(root.id, below))
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
            self._gone.update(self._catalog.ids_at(root.id, relative))
            return
        except OSError as error:
            self._tally.fail(path, f"The system could not open it: {error.strerror}.")
            return
        self._compare(root, [FoundFile.at(relative, status)])

    def settle(self) -> Iterator[Progress]:
        """Write down what was moved, changed or lost.

        Raises:
            Cancelled: see ``Recognising.settle``.
        """
        # What a rule hides was not looked for, and is not gone.
        gone = self._tally.unseen(self._gone) - self._unclear_ids - self._hidden
        yield from self._recognising.settle(
            self._unclear, gone, self._away, self._tally, self._cancel
        )
        for root in self._roots.values():
            self._catalog.presence.remember(root.id, root.path)

    # ------------------------------------------------------------------ inside

    def _compare(self, root: Root, files: Sequence[FoundFile]) -> None:
        tally = self._tally
        known = self._catalog.known_files(root.id, [file.relative_path for file in files])
        seen: list[int] = []
        new: list[FoundFile] = []
        renumbered: list[UnclearFile] = []
        for file in files:
            memory = known.get(file.relative_path)
            if memory is None:
                new.append(file)
                continue
            if tally.has_seen(memory.id) or memory.id in self._unclear_ids:
                continue  # the same place was named twice
            is_same = memory.size == file.size and memory.modified_ns == file.modified_ns
            if is_same and memory.state == "failed" and not self._retry_failed:
                seen.append(memory.id)
                path = root.path / os.fsdecode(file.relative_path)
                tally.fail(path, memory.failure, asset_id=memory.id)
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
        tally.see(seen)
        if renumbered:
            for unclear in self._recognising.renumber(renumbered, tally):
                self._ask(unclear)
        if new:
            sizes = self._recognising.may_be_moved(new, tally)
            for file in new:
                if file.size in sizes:
                    self._ask(UnclearFile(root, file, None))
            self._recognising.add(root, [file for file in new if file.size not in sizes], tally)

    def _ask(self, file: UnclearFile) -> None:
        self._unclear.append(file)
        if file.known is not None:
            self._unclear_ids.add(file.known.id)
