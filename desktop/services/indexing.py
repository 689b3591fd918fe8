"""Steps 1-4: folders on disk become searchable assets.

The catalogue is the work list: a survey writes down what is new or changed, reading works off what
is written there. So a run can be stopped or killed anywhere, and the next one carries on.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop.core.asset import Asset
from desktop.core.cancellation import CancelToken
from desktop.core.errors import FileError, FileUnreadable
from desktop.core.pixels import PixelSpec
from desktop.core.progress import Progress, ProgressSteps
from desktop.embedding.encoder import Encoder
from desktop.library.catalog import Catalog, ReadFile
from desktop.library.vector_ledger import VectorLedger
from desktop.media.decode import encoder_pixels, load_picture
from desktop.media.thumbnails import ThumbnailCache
from desktop.services.reports import IndexReport
from desktop.services.survey import Survey, Tally
from desktop.services.vector_index import VectorIndex

_READ_BATCH = 64
"""Assets recorded at once while there is no model."""
_ASSETS_A_LOOK = 2_000
"""Rows of the work list fetched at once; bounds memory, not correctness."""


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
        readers: threads that decode; 0 for one a processor.
    """

    def __init__(
        self,
        survey: Survey,
        catalog: Catalog,
        ledger: VectorLedger,
        vectors: VectorIndex,
        thumbnails: ThumbnailCache,
        vector_space: Callable[[], str | None],
        encoder: Callable[[], Encoder],
        readers: int = 0,
    ) -> None:
        self._survey = survey
        self._catalog = catalog
        self._ledger = ledger
        self._vectors = vectors
        self._thumbnails = thumbnails
        self._vector_space = vector_space
        self._encoder = encoder
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
        tally = Tally()
        yield from self._survey.look(paths, tally, cancel, retry_failed=retry_failed)
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
        tally = Tally(seen=set(asset_ids), new=set(asset_ids))
        for _ in self._read_all(asset_ids, self._vector_space(), tally, cancel):
            pass
        return tally.report(time.monotonic() - started)

    def has_model(self) -> bool:
        """True when assets become searchable by meaning, not only by words."""
        return self._vector_space() is not None

    # -- reading -------------------------------------------------------------------------------

    def _read_all(
        self, asset_ids: Sequence[int], space: str | None, tally: Tally, cancel: CancelToken
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

    def _keep(self, batch: Sequence[_Read], encoder: Encoder | None, tally: Tally) -> None:
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

    def _record_failure(self, read: _Read, tally: Tally) -> None:
        assert read.error is not None  # the caller has looked
        is_final = not isinstance(read.error, FileUnreadable)
        self._catalog.record_failures([(read.asset.id, read.error.message, is_final)])
        tally.fail(read.asset.path, read.error.message, asset_id=read.asset.id)
