"""Steps 1-4: folders on disk become searchable assets.

The catalogue is the work list: a scan writes down what is new or changed, reading works off what
is written there. So a run can be stopped or killed anywhere, and the next one carries on.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop.core.asset import Asset, displayable
from desktop.core.cancellation import CancelToken
from desktop.core.errors import FileError, FileUnreadable
from desktop.core.pixels import PixelSpec
from desktop.core.progress import Progress, ProgressSteps
from desktop.embedding.encoder import Encoder
from desktop.library.catalog import Catalog, KnownFile, ReadFile, Root, RootKind
from desktop.library.scan import FoundFile, ScanFailure, scan
from desktop.library.vector_ledger import VectorLedger
from desktop.media.decode import encoder_pixels, load_picture
from desktop.media.formats import is_picture
from desktop.media.thumbnails import ThumbnailCache
from desktop.services.reports import FileFailure, IndexReport
from desktop.services.vector_index import VectorIndex

_SCAN_BATCH = 500
_READ_BATCH = 64
"""Assets recorded at once while there is no model."""
_ASSETS_A_LOOK = 2_000
"""Rows of the work list fetched at once; bounds memory, not correctness."""


@dataclass(slots=True)
class _Tally:
    """The report while it grows; every found file ends in exactly one of its counts."""

    added: int = 0
    updated: int = 0
    missing: set[int] = field(default_factory=set[int])
    failed_files: int = 0
    failures: list[FileFailure] = field(default_factory=list[FileFailure])
    seen: set[int] = field(default_factory=set[int])
    new: set[int] = field(default_factory=set[int])

    @property
    def found(self) -> int:
        return len(self.seen)

    def fail(self, path: Path, reason: str, *, is_found: bool = False) -> None:
        self.failures.append(FileFailure(path, reason))
        self.failed_files += is_found

    def finish(self, asset_id: int) -> None:
        if asset_id in self.new:
            self.added += 1
        else:
            self.updated += 1

    def report(self, seconds: float) -> IndexReport:
        return IndexReport(
            found=self.found,
            added=self.added,
            updated=self.updated,
            unchanged=self.found - self.added - self.updated - self.failed_files,
            missing=len(self.missing),
            failed=tuple(self.failures),
            seconds=seconds,
        )


@dataclass(frozen=True, slots=True)
class _Read:
    """One file off the disk: facts and pixels, or the reason why not."""

    asset: Asset
    file: ReadFile | None = None
    pixels: NDArray[np.uint8] | None = None
    error: FileError | None = None


class Indexing:
    """Brings folders into the library.

    Args:
        vector_space: identity of the encoder in use, without loading it; None: no model.
        encoder: loads that encoder at the first call, which takes seconds.
        adopt: told of pictures found in ``generated`` that were never written down.
        private: Plantain's own folder, never scanned as part of another one.
        generated: where generated pictures are kept, a root of its own.
        readers: threads that decode; 0 for one a processor.
    """

    def __init__(
        self,
        catalog: Catalog,
        ledger: VectorLedger,
        vectors: VectorIndex,
        thumbnails: ThumbnailCache,
        vector_space: Callable[[], str | None],
        encoder: Callable[[], Encoder],
        adopt: Callable[[Sequence[Asset]], None],
        private: Path,
        generated: Path,
        readers: int = 0,
    ) -> None:
        self._catalog = catalog
        self._ledger = ledger
        self._vectors = vectors
        self._thumbnails = thumbnails
        self._vector_space = vector_space
        self._encoder = encoder
        self._adopt = adopt
        self._private = private
        self._generated = generated
        self._readers = readers or os.cpu_count() or 1

    def run(
        self, paths: Sequence[Path], cancel: CancelToken, *, retry_failed: bool = False
    ) -> ProgressSteps[IndexReport]:
        """Scan, then read, encode and store what is new, changed or unfinished.

        Args:
            paths: folders or files to add; empty scans every known root again.
            retry_failed: read files again that failed before and have not changed.

        Raises:
            Cancelled: everything finished so far is kept.
            StoreUnreachable: encoded pictures are kept, and sent by the next run.
        """
        started = time.monotonic()
        tally = _Tally()
        yield Progress("Looking through folders")
        for root, start in self._places(paths, tally):
            cancel.raise_if_cancelled()
            if os.path.isdir(start):  # noqa: PTH112 - Path.is_dir raises for what is forbidden
                yield from self._compare_folder(root, start, tally, cancel, retry_failed)
            else:
                self._compare_file(root, start, tally, retry_failed)
        space = self._vector_space()
        if space is not None:
            self._vectors.reopen_known(space)
        # Only what was seen: a drive that is away must not make its pictures fail.
        wanted = self._ledger.assets_to_read(space, sorted(tally.seen))
        yield from self._read_all(wanted, space, tally, cancel)
        return tally.report(time.monotonic() - started)

    def read_assets(self, asset_ids: Sequence[int], cancel: CancelToken) -> IndexReport:
        """Read, encode and store just these assets; for pictures that have come home."""
        started = time.monotonic()
        tally = _Tally(seen=set(asset_ids), new=set(asset_ids))
        for _ in self._read_all(asset_ids, self._vector_space(), tally, cancel):
            pass
        return tally.report(time.monotonic() - started)

    def has_model(self) -> bool:
        """True when assets become searchable by meaning, not only by words."""
        return self._vector_space() is not None

    # -- scanning ------------------------------------------------------------------------------

    def _places(self, paths: Sequence[Path], tally: _Tally) -> Iterator[tuple[Root, Path]]:
        """Each root to look at, and the folder or file in it where to start."""
        if not paths:
            if self._generated.is_dir():
                self._catalog.add_root(self._generated, RootKind.GENERATED)
            for root in self._catalog.roots():
                if not os.path.isdir(root.path):  # noqa: PTH112 - as in run
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
            is_folder = os.path.isdir(absolute)  # noqa: PTH112 - as in run
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

    def _compare_folder(
        self,
        root: Root,
        start: Path,
        tally: _Tally,
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
                    tally.found,
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

    def _compare_file(self, root: Root, path: Path, tally: _Tally, retry_failed: bool) -> None:
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
        tally: _Tally,
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
                tally.fail(path, memory.failure, is_found=True)
                if memory.is_missing:
                    self._catalog.mark_missing([memory.id], is_missing=False)
            elif not is_same or memory.state == "failed":
                changed.append((memory.id, file))
            elif memory.is_missing:
                self._catalog.mark_missing([memory.id], is_missing=False)
                if memory.state == "ready":  # else it is read now, and counted then
                    tally.updated += 1
        with self._catalog.all_or_nothing():
            ids = self._catalog.add_files(root, new)
            if ids and root.kind is RootKind.GENERATED:
                self._adopt(list(self._catalog.assets_by_id(ids).values()))
        tally.new.update(ids)
        tally.seen.update(ids)
        self._catalog.mark_changed(changed)

    # -- reading -------------------------------------------------------------------------------

    def _read_all(
        self, asset_ids: Sequence[int], space: str | None, tally: _Tally, cancel: CancelToken
    ) -> Iterator[Progress]:
        if not asset_ids:
            self._vectors.flush()
            return
        encoder = None
        if space is not None:
            yield Progress("Starting the model", 0, len(asset_ids), failed=len(tally.failures))
            encoder = self._encoder()
        spec = encoder.info.pixels if encoder else None
        batch_size = encoder.batch_size if encoder else _READ_BATCH
        batch: list[_Read] = []
        reads = self._decoded(asset_ids, spec, batch_size, cancel)
        for done, read in enumerate(reads, start=1):
            if read.error is not None:
                self._record_failure(read, tally)
            else:
                batch.append(read)
            if len(batch) >= batch_size:
                self._keep(batch, encoder, tally)
                batch.clear()
            yield Progress(
                "Reading pictures",
                done,
                len(asset_ids),
                current=read.asset.filename,
                failed=len(tally.failures),
            )
        self._keep(batch, encoder, tally)
        self._vectors.flush()

    def _decoded(
        self,
        asset_ids: Sequence[int],
        spec: PixelSpec | None,
        batch_size: int,
        cancel: CancelToken,
    ) -> Iterator[_Read]:
        """Files read in several threads, in order, at most a few batches ahead."""
        ahead: deque[Future[_Read]] = deque()
        most_ahead = 2 * (batch_size + self._readers)
        with ThreadPoolExecutor(self._readers, thread_name_prefix="decode") as pool:
            try:
                for asset in self._assets(asset_ids):
                    ahead.append(pool.submit(self._read, asset, spec))
                    if len(ahead) >= most_ahead:
                        yield ahead.popleft().result()
                    cancel.raise_if_cancelled()
                while ahead:
                    yield ahead.popleft().result()
                    cancel.raise_if_cancelled()
            finally:
                for future in ahead:
                    future.cancel()

    def _assets(self, asset_ids: Sequence[int]) -> Iterator[Asset]:
        for start in range(0, len(asset_ids), _ASSETS_A_LOOK):
            part = asset_ids[start : start + _ASSETS_A_LOOK]
            assets = self._catalog.assets_by_id(part)
            yield from (assets[asset_id] for asset_id in part if asset_id in assets)

    def _read(self, asset: Asset, spec: PixelSpec | None) -> _Read:
        needed = max(self._thumbnails.side, spec.size if spec else 0)
        try:
            picture = load_picture(asset.path, at_least=needed)
        except FileError as error:
            return _Read(asset, error=error)
        if not self._thumbnails.exists(picture.content_hash):
            self._thumbnails.write(picture.content_hash, picture.image)
        file = ReadFile(
            asset.id, picture.width, picture.height, picture.format, picture.content_hash
        )
        pixels = encoder_pixels(picture.image, spec) if spec else None
        return _Read(asset, file=file, pixels=pixels)

    def _keep(self, batch: Sequence[_Read], encoder: Encoder | None, tally: _Tally) -> None:
        files = [read.file for read in batch if read.file is not None]
        if not files:
            return
        if encoder is None:
            self._catalog.record_read(files)
        else:
            pixels = [read.pixels for read in batch if read.pixels is not None]
            vectors = encoder.encode_images(np.stack(pixels))
            self._catalog.record_read(files)
            self._vectors.add(encoder.info.identity, files, vectors)
        for file in files:
            tally.finish(file.asset_id)

    def _record_failure(self, read: _Read, tally: _Tally) -> None:
        assert read.error is not None  # the caller has looked
        is_final = not isinstance(read.error, FileUnreadable)
        self._catalog.record_failures([(read.asset.id, read.error.message, is_final)])
        tally.fail(read.asset.path, read.error.message, is_found=True)


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
