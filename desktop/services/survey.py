"""Step 1: what is on disk now, compared with what the catalogue remembers."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path

from desktop.core.asset import Asset, displayable
from desktop.core.cancellation import CancelToken
from desktop.core.progress import Progress
from desktop.library.catalog import Catalog, Root, RootKind
from desktop.library.scan import FoundFile, ScanFailure, scan
from desktop.media.formats import is_picture
from desktop.services.reports import FileFailure, IndexReport

_SCAN_BATCH = 500


# What is known of one asset in this run; bits of one byte.
_SEEN, _NEW, _MISSING, _FINISHED, _FAILED = 1, 2, 4, 8, 16
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
            unchanged=having(_SEEN, _SEEN | _OUTCOME),
            missing=having(_MISSING, _MISSING),
            failed=tuple(self.failures),
            seconds=seconds,
        )

    def _mark(self, asset_ids: Collection[int], mark: int, *, instead_of: int = 0) -> None:
        marks = self._marks
        marks.extend(bytes(max(0, max(asset_ids, default=0) + 1 - len(marks))))
        for asset_id in asset_ids:
            marks[asset_id] = marks[asset_id] & ~instead_of | mark


class Survey:
    """Looks at folders and writes into the catalogue what is new, changed or gone.

    Args:
        adopt: told of pictures found in ``generated`` that were never written down.
        private: Plantain's own folder, never a part of another one.
        generated: where generated pictures are kept, a root of its own.
    """

    def __init__(
        self,
        catalog: Catalog,
        adopt: Callable[[Sequence[Asset]], None],
        private: Path,
        generated: Path,
    ) -> None:
        self._catalog = catalog
        self._adopt = adopt
        self._private = private
        self._generated = generated

    def look(
        self, paths: Sequence[Path], tally: Tally, cancel: CancelToken, *, retry_failed: bool
    ) -> Iterator[Progress]:
        """Look at ``paths``, or at every known root when there are none.

        Raises:
            Cancelled: what was compared so far is written down.
        """
        yield Progress("Looking through folders")
        for root, start in self._places(paths, tally):
            cancel.raise_if_cancelled()
            if os.path.isdir(start):  # noqa: PTH112 - Path.is_dir raises for what is forbidden
                yield from self._folder(root, start, tally, cancel, retry_failed)
            else:
                self._file(root, start, tally, retry_failed)

    def _places(self, paths: Sequence[Path], tally: Tally) -> Iterator[tuple[Root, Path]]:
        """Each root to look at, and the folder or file in it where to start."""
        if not paths:
            if self._generated.is_dir():
                self._catalog.add_root(self._generated, RootKind.GENERATED)
            for root in self._catalog.roots():
                if not os.path.isdir(root.path):  # noqa: PTH112 - as in look
                    tally.fail(
                        root.path,
                        "The folder is not there; is its drive connected? Its pictures stay in "
                        "the library.",
                    )
                elif root.kind is RootKind.LOOSE:
                    for relative in self._catalog.paths_in(root.id):
                        yield root, root.path / os.fsdecode(relative)
                else:
                    yield root, root.path
            return
        for path in paths:
            # Absolute but not resolved: people know their folders by the names they use.
            absolute = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links
            is_folder = os.path.isdir(absolute)  # noqa: PTH112 - as in look
            real = Path(os.path.realpath(absolute))
            is_generated = real.is_relative_to(os.path.realpath(self._generated))
            if real.is_relative_to(os.path.realpath(self._private)) and not is_generated:
                tally.fail(absolute, "This is Plantain's own folder.")
            elif is_generated:
                root = self._catalog.add_root(self._generated, RootKind.GENERATED)
                yield root, root.path / real.relative_to(root.real_path)
            elif is_folder:
                root = self._catalog.add_root(absolute)
                yield root, root.path / root.relative(absolute)
            elif (problem := _unfit(absolute)) is not None:
                tally.fail(absolute, problem)
            else:
                root = self._catalog.add_root(absolute.parent, RootKind.LOOSE)
                yield root, root.path / root.relative(absolute.parent) / absolute.name

    def _folder(
        self,
        root: Root,
        start: Path,
        tally: Tally,
        cancel: CancelToken,
        retry_failed: bool,
    ) -> Iterator[Progress]:
        unknown_places: list[bytes] = []
        batch: list[FoundFile] = []
        for found in scan(start, is_picture, within=root.path):
            cancel.raise_if_cancelled()
            if isinstance(found, ScanFailure):
                tally.fail(found.path, found.reason)
                unknown_places.append(found.relative_path)
                continue
            batch.append(found)
            if len(batch) >= _SCAN_BATCH:
                self._compare(root, batch, tally, retry_failed)
                batch.clear()
                folder = displayable(os.fsdecode(os.path.dirname(found.relative_path)))  # noqa: PTH120
                yield Progress(
                    "Looking through folders",
                    tally.found,
                    current=folder,
                    failed=len(tally.failures),
                )
        self._compare(root, batch, tally, retry_failed)
        below = b"" if start == root.path else os.fsencode(start.relative_to(root.path))
        gone = tally.unseen(self._catalog.ids_at(root.id, below))
        for place in unknown_places if gone else ():
            # A place that could not be looked into says nothing about what lies in it.
            gone.difference_update(self._catalog.ids_at(root.id, place))
        tally.miss(gone)
        self._catalog.mark_missing(gone, is_missing=True)

    def _file(self, root: Root, path: Path, tally: Tally, retry_failed: bool) -> None:
        relative = os.fsencode(path.relative_to(root.path))
        known = self._catalog.known_file(root.id, relative)
        try:
            status = path.stat()
        except FileNotFoundError:
            if known:
                self._catalog.mark_missing([known.id], is_missing=True)
                tally.miss([known.id])
            return
        except OSError as error:
            tally.fail(path, f"The system could not open it: {error.strerror}.")
            return
        file = FoundFile(relative, status.st_size, status.st_mtime_ns)
        self._compare(root, [file], tally, retry_failed)

    def _compare(
        self, root: Root, files: Sequence[FoundFile], tally: Tally, retry_failed: bool
    ) -> None:
        """Write down which of these files are new or changed."""
        known = self._catalog.known_files(root.id, [file.relative_path for file in files])
        seen: list[int] = []
        new: list[FoundFile] = []
        changed: list[tuple[int, FoundFile]] = []
        for file in files:
            memory = known.get(file.relative_path)
            if memory is None:
                new.append(file)
                continue
            if tally.has_seen(memory.id):  # the same place was named twice
                continue
            seen.append(memory.id)
            is_same = memory.size == file.size and memory.modified_ns == file.modified_ns
            if is_same and memory.state != "failed" and not memory.is_missing:
                continue
            if memory.state == "failed" and is_same and not retry_failed:
                path = root.path / os.fsdecode(file.relative_path)
                tally.fail(path, memory.failure, asset_id=memory.id)
                if memory.is_missing:
                    self._catalog.mark_missing([memory.id], is_missing=False)
            elif not is_same or memory.state == "failed":
                changed.append((memory.id, file))
            else:
                self._catalog.mark_missing([memory.id], is_missing=False)
                tally.finish(memory.id)
        tally.see(seen)
        if new:
            with self._catalog.all_or_nothing():
                ids = self._catalog.add_files(root, new)
                if root.kind is RootKind.GENERATED:
                    self._adopt(list(self._catalog.assets_by_id(ids).values()))
            tally.see(ids, is_new=True)
        if changed:
            self._catalog.mark_changed(changed)


def _unfit(path: Path) -> str | None:
    """Why this file cannot be added by name; None when it can."""
    try:
        os.lstat(path)
    except FileNotFoundError:
        return "There is nothing at this path."
    except OSError as error:
        return f"The system could not open it: {error.strerror}."
    if not is_picture(path.name):
        return "This is not a picture of a format that Plantain reads."
    return None
