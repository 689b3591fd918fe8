"""Step 1: what is on disk now, compared with what the catalogue remembers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from desktop.core.asset import Asset, displayable
from desktop.core.cancellation import CancelToken
from desktop.core.progress import Progress
from desktop.library.catalog import Catalog, KnownFile, Root, RootKind
from desktop.library.scan import FoundFile, ScanFailure, scan
from desktop.media.formats import is_picture
from desktop.services.reports import FileFailure, IndexReport

_SCAN_BATCH = 500


@dataclass(slots=True)
class Tally:
    """The report while it grows; every file seen has one outcome, the last one told, or none."""

    seen: set[int] = field(default_factory=set[int])
    new: set[int] = field(default_factory=set[int])
    missing: set[int] = field(default_factory=set[int])
    failures: list[FileFailure] = field(default_factory=list[FileFailure])
    outcomes: dict[int, Literal["added", "updated", "failed"]] = field(
        default_factory=dict[int, Literal["added", "updated", "failed"]]
    )

    def fail(self, path: Path, reason: str, *, asset_id: int | None = None) -> None:
        """A file or folder could not be used; ``asset_id`` when it is in the library."""
        self.failures.append(FileFailure(path, reason))
        if asset_id is not None:
            self.outcomes[asset_id] = "failed"

    def finish(self, asset_id: int) -> None:
        """The asset is complete now, and was not before this run."""
        self.outcomes[asset_id] = "added" if asset_id in self.new else "updated"

    def report(self, seconds: float) -> IndexReport:
        outcomes = list(self.outcomes.values())
        return IndexReport(
            found=len(self.seen),
            added=outcomes.count("added"),
            updated=outcomes.count("updated"),
            unchanged=len(self.seen) - len(outcomes),
            missing=len(self.missing),
            failed=tuple(self.failures),
            seconds=seconds,
        )


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
                    for relative in self._catalog.known_files(root.id):
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
        below = b"" if start == root.path else os.fsencode(start.relative_to(root.path))
        prefix = below + os.fsencode(os.sep) if below else b""
        known = self._catalog.known_files(root.id, below)
        unseen = dict(known)
        unknown_places: list[bytes] = []
        batch: list[FoundFile] = []
        for found in scan(start, is_picture, within=root.path):
            cancel.raise_if_cancelled()
            relative = prefix + found.relative_path
            if isinstance(found, ScanFailure):
                tally.fail(found.path, found.reason)
                unknown_places.append(relative.rstrip(os.fsencode(os.sep)))
                continue
            unseen.pop(relative, None)
            batch.append(FoundFile(relative, found.size, found.modified_ns))
            if len(batch) >= _SCAN_BATCH:
                self._compare(root, batch, known, tally, retry_failed)
                batch.clear()
                folder = displayable(os.fsdecode(os.path.dirname(relative)))  # noqa: PTH120
                yield Progress(
                    "Looking through folders",
                    len(tally.seen),
                    current=folder,
                    failed=len(tally.failures),
                )
        self._compare(root, batch, known, tally, retry_failed)
        # A place that could not be looked into says nothing about what lies in it.
        gone = [
            file.id
            for path, file in unseen.items()
            if not any(
                not place or path == place or path.startswith(place + os.fsencode(os.sep))
                for place in unknown_places
            )
        ]
        tally.missing.update(gone)
        self._catalog.mark_missing(gone, is_missing=True)

    def _file(self, root: Root, path: Path, tally: Tally, retry_failed: bool) -> None:
        relative = os.fsencode(path.relative_to(root.path))
        known = self._catalog.known_file(root.id, relative)
        try:
            status = path.stat()
        except FileNotFoundError:
            if known:
                self._catalog.mark_missing([known.id], is_missing=True)
                tally.missing.add(known.id)
            return
        except OSError as error:
            tally.fail(path, f"The system could not open it: {error.strerror}.")
            return
        file = FoundFile(relative, status.st_size, status.st_mtime_ns)
        remembered = {relative: known} if known else {}
        self._compare(root, [file], remembered, tally, retry_failed)

    def _compare(
        self,
        root: Root,
        files: Sequence[FoundFile],
        known: dict[bytes, KnownFile],
        tally: Tally,
        retry_failed: bool,
    ) -> None:
        """Write down which of these files are new or changed."""
        new: list[FoundFile] = []
        changed: list[tuple[int, FoundFile]] = []
        for file in files:
            memory = known.get(file.relative_path)
            if memory is None:
                new.append(file)
                continue
            if memory.id in tally.seen:  # the same place was named twice
                continue
            tally.seen.add(memory.id)
            is_same = (memory.size, memory.modified_ns) == (file.size, file.modified_ns)
            if memory.state == "failed" and is_same and not retry_failed:
                path = root.path / os.fsdecode(file.relative_path)
                tally.fail(path, memory.failure, asset_id=memory.id)
                if memory.is_missing:
                    self._catalog.mark_missing([memory.id], is_missing=False)
            elif not is_same or memory.state == "failed":
                changed.append((memory.id, file))
            elif memory.is_missing:
                self._catalog.mark_missing([memory.id], is_missing=False)
                tally.finish(memory.id)
        with self._catalog.all_or_nothing():
            ids = self._catalog.add_files(root, new)
            if ids and root.kind is RootKind.GENERATED:
                self._adopt(list(self._catalog.assets_by_id(ids).values()))
        tally.new.update(ids)
        tally.seen.update(ids)
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
