"""Which asset is this file? Renames, moves, swaps, and files that only look changed.

A survey hands over every file that is not, by place, size and time, the one the catalogue knows.
It is one of these, and the first that fits:

    the asset at its place, with another time     same size, same content
    an asset that was lost, at another place      same "device:inode", size and time
                                                  or same size and content
    the asset at its place, with new content      it is read again
    a new asset

So what people said about a picture stays with its content while that can be found, and otherwise
with its place.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from desktop.core.asset import Asset, displayable
from desktop.core.cancellation import CancelToken
from desktop.core.generation_record import GenerationRecord
from desktop.core.progress import Progress
from desktop.core.text import tr
from desktop.files.content_hash import content_hash
from desktop.library.catalog.assets import Catalog, KnownFile
from desktop.library.catalog.moved_files import Move, MovedFiles, PlacedFile, is_in_doubt
from desktop.library.catalog.roots import Root
from desktop.library.folders.scan import FoundFile, size_and_time
from desktop.library.folders.spelling import DiskNames
from desktop.services.indexing.run_report import RunReport

_CONFIRMED_AT_ONCE = 200


@dataclass(slots=True)
class UnclearFile:
    """A file on disk of which more must be known than its place, size and time.

    Attributes:
        known: the asset that the catalogue has at this place.
        digest: of its content, once it was read; empty when it could not be.
    """

    root: Root
    file: FoundFile
    known: KnownFile | None
    digest: str | None = None

    @property
    def path(self) -> Path:
        return self.root.path / os.fsdecode(self.file.relative_path)

    @property
    def name(self) -> bytes:
        return os.path.basename(self.file.relative_path)  # noqa: PTH119 - bytes

    def read_digest(self) -> str:
        """Hash the content, once."""
        if self.digest is None:
            try:
                self.digest = content_hash(self.path) if self.file.size else ""
            except OSError:
                self.digest = ""  # reading the picture will say what is wrong with it
        return self.digest


class Recovery(Protocol):
    """Knows what is written inside the pictures that Plantain made."""

    def find(self, folder: Path, files: Sequence[FoundFile]) -> dict[Path, GenerationRecord]: ...

    def adopt(self, assets: Iterable[Asset], records: Mapping[Path, GenerationRecord]) -> None: ...


class FileMatcher:
    """Settles what unclear files are.

    Args:
        recovery: knows of new pictures whether Plantain made them.
    """

    def __init__(
        self,
        catalog: Catalog,
        moves: MovedFiles,
        recovery: Recovery,
    ) -> None:
        self._catalog = catalog
        self._moves = moves
        self._recovery = recovery

    def may_be_moved(self, files: Sequence[FoundFile], report: RunReport) -> set[int]:
        """Sizes of those files that may be of an asset which this run has not seen yet."""
        found = self._moves.of_sizes({file.size for file in files})
        return {lost.size for lost in found if not report.has_seen(lost.id)}

    def renumber(self, files: Sequence[UnclearFile], report: RunReport) -> list[UnclearFile]:
        """Settle files with the size and the time of the asset at their place, but another
        identity, as on a drive that was plugged in anew; returns those with the identity of
        another asset, with which they may have changed places.
        """
        others = {
            (asset.file_id, asset.size, asset.modified_ns): asset.id
            for asset in self._moves.of_sizes({file.file.size for file in files})
            if asset.file_id
        }
        same: list[tuple[KnownFile, FoundFile]] = []
        unclear: list[UnclearFile] = []
        for file in files:
            found, known = file.file, file.known
            assert known is not None  # at their place, says the caller
            is_swapped = (found.file_id, found.size, found.modified_ns) in others
            if is_swapped and known.state == "ready":
                unclear.append(file)
            else:
                same.append((known, found))
        self._confirm(same, report)
        return unclear

    def settle(
        self,
        files: Sequence[UnclearFile],
        gone: set[int],
        away: Collection[int],
        report: RunReport,
        cancel: CancelToken,
    ) -> Iterator[Progress]:
        """Write down what these files are, and which assets are missing.

        Args:
            gone: assets that were not at their place in this run.
            away: ids of the roots that are not there; nothing in them counts as lost.

        Raises:
            Cancelled: nothing about moved files was written down; the next run finds them again.
        """
        files = yield from self._confirm_touched(files, report, cancel)
        moved: dict[int, UnclearFile] = {}
        if files:
            lost = self._lost(files, gone, away, report)
            of_size: dict[int, list[UnclearFile]] = defaultdict(list)
            for file in files:
                if file.file.size in lost:
                    of_size[file.file.size].append(file)
            for size, candidates in of_size.items():
                cancel.raise_if_cancelled()
                yield Progress(tr("Matching moved files"), report.found)
                moved.update(_match(candidates, lost[size]))
        self._write(files, moved, gone, report)

    def _confirm_touched(
        self, files: Sequence[UnclearFile], report: RunReport, cancel: CancelToken
    ) -> Generator[Progress, None, list[UnclearFile]]:
        """Settle files that hold what they held; returns the others."""
        others: list[UnclearFile] = []
        same: list[tuple[KnownFile, FoundFile]] = []
        known_ids = [file.known.id for file in files if file.known]
        hashes = self._moves.content_hashes(known_ids)
        for file in files:
            known = file.known
            if known is None or known.id not in hashes or known.size != file.file.size:
                others.append(file)
                continue
            cancel.raise_if_cancelled()
            yield Progress(
                tr("Comparing contents"), report.found, current=displayable(file.path.name)
            )
            if file.read_digest() == hashes[known.id]:
                same.append((known, file.file))
            else:
                others.append(file)
            if len(same) >= _CONFIRMED_AT_ONCE:
                self._confirm(same, report)
                same.clear()
        self._confirm(same, report)
        return others

    def _confirm(self, files: Sequence[tuple[KnownFile, FoundFile]], report: RunReport) -> None:
        if not files:
            return
        self._moves.confirm((known.id, file) for known, file in files)
        report.see([known.id for known, _ in files])
        for known, _ in files:
            if known.is_missing:
                report.finish(known.id)

    def _lost(
        self,
        files: Sequence[UnclearFile],
        gone: Collection[int],
        away: Collection[int],
        report: RunReport,
    ) -> dict[int, list[PlacedFile]]:
        """By size: the assets whose file is not at its place any more."""
        displaced = {file.known.id for file in files if file.known}
        lost: dict[int, list[PlacedFile]] = defaultdict(list)
        names = DiskNames()
        for asset in self._moves.of_sizes({file.file.size for file in files}):
            if report.has_seen(asset.id):
                continue
            is_lost = asset.is_missing or asset.id in gone or asset.id in displaced
            # Of a folder that this run does not look at, the disk is asked.
            if is_lost or (asset.root_id not in away and not _may_be_there(asset, names)):
                lost[asset.size].append(asset)
        return lost

    def _write(
        self,
        files: Sequence[UnclearFile],
        moved: Mapping[int, UnclearFile],
        gone: set[int],
        report: RunReport,
    ) -> None:
        """One transaction, since two assets may have changed places."""
        taken = {id(file) for file in moved.values()}
        others = [file for file in files if id(file) not in taken]
        displaced = [
            (file.known.id, file.file.relative_path)
            for file in moved.values()
            if file.known and file.known.id not in moved
        ]
        changed = [
            (file.known.id, file.file)
            for file in others
            if file.known and file.known.id not in moved
        ]
        new: dict[Root, list[FoundFile]] = defaultdict(list)
        for file in others:
            if file.known is None or file.known.id in moved:
                new[file.root].append(file.file)
        missing = gone.difference(moved)
        with self._catalog.all_or_nothing():
            if moved:
                self._moves.move(
                    [Move(asset_id, file.root.id, file.file) for asset_id, file in moved.items()],
                    displaced,
                )
            self._catalog.mark_changed(changed)
            self._catalog.mark_missing(missing, is_missing=True)
        report.move(moved.keys())
        report.see([asset_id for asset_id, _ in changed])
        report.miss(missing.union(asset_id for asset_id, _ in displaced))
        for root, found in new.items():
            self.add(root, found, report)

    def add(self, root: Root, files: Sequence[FoundFile], report: RunReport) -> None:
        """These are new assets."""
        if not files:
            return
        # Read before the catalogue is held for writing: there may be thousands.
        records = self._recovery.find(root.path, files)
        with self._catalog.all_or_nothing():
            ids = self._catalog.add_files(root, files)
            if records:
                self._recovery.adopt(self._catalog.assets_by_id(ids).values(), records)
        report.see(ids, is_new=True)


def _match(files: Sequence[UnclearFile], lost: Sequence[PlacedFile]) -> dict[int, UnclearFile]:
    """Asset id -> its file, among files and lost assets of one size.

    By identity where that is proof; then by content, those of one name first, the rest in order.
    """
    waiting = sorted(files, key=lambda file: (file.root.id, file.file.relative_path))
    matched: dict[int, UnclearFile] = {}

    # An identity may have been given to another file since. With size and time it is proof, unless
    # several lost files share those, or the file was looked at too soon after it was written.
    alike = Counter(asset.modified_ns for asset in lost)
    certain = {
        (asset.file_id, asset.modified_ns): asset
        for asset in lost
        if asset.file_id
        and alike[asset.modified_ns] == 1
        and not is_in_doubt(asset.modified_ns, asset.checked_ns)
    }
    for file in waiting:
        asset = certain.get((file.file.file_id, file.file.modified_ns))
        is_at_its_place = file.known and file.known.modified_ns == file.file.modified_ns
        if asset is not None and asset.id not in matched and not is_at_its_place:
            matched[asset.id] = file

    of_content: dict[str, list[PlacedFile]] = defaultdict(list)
    for asset in lost:
        if asset.id not in matched and asset.content_hash:
            of_content[asset.content_hash].append(asset)
    if not of_content:
        return matched
    for is_same_name in (True, False):
        found = {id(file) for file in matched.values()}
        for file in waiting:
            if id(file) in found:
                continue
            for asset in of_content.get(file.read_digest(), ()):
                if asset.id not in matched and (asset.name == file.name or not is_same_name):
                    matched[asset.id] = file
                    break
    return matched


def _may_be_there(asset: PlacedFile, names: DiskNames) -> bool:
    """False when it is certain that the asset's file is not at its place; a disk that fails
    proves nothing. One that opens by this name and is listed by another was renamed."""
    try:
        if not names.has(asset.path):
            return False
        status = asset.path.stat()
        if size_and_time(status) == (asset.size, asset.modified_ns):
            return True
        return status.st_size == asset.size and content_hash(asset.path) == asset.content_hash
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
