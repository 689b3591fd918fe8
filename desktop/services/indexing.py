"""Steps 1-4: folders on disk become searchable assets.

The catalogue is the work list: a survey writes down what is new or changed, reading works off what
is written there. So a run can be stopped or killed anywhere, and the next one carries on.

    survey ──▶ catalogue ──▶ reading ──▶ encoding ──▶ storing

Reading and encoding have threads of their own and work ahead. Surveying and storing happen in the
thread that runs the generators here, which is the only one that writes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from desktop.core.asset import Asset
from desktop.core.cancellation import CancelToken
from desktop.core.errors import Cancelled, ModelError
from desktop.core.pixels import PixelSpec
from desktop.core.progress import Progress, ProgressSteps
from desktop.embedding.encoder import Encoder
from desktop.library.catalog import Catalog
from desktop.library.vector_ledger import VectorLedger
from desktop.media.sandbox.pool import Sandbox
from desktop.media.thumbnails import ThumbnailCache
from desktop.services.encoding import EncodingStage
from desktop.services.reading import PictureReader
from desktop.services.reports import IndexReport
from desktop.services.storing import StoringStage
from desktop.services.survey import Survey
from desktop.services.tally import Tally
from desktop.services.vector_index import VectorIndex

_ASSETS_A_LOOK = 2_000
"""Rows of the work list fetched at once; bounds memory, not correctness."""


class Indexing:
    """Brings folders into the library.

    Args:
        vector_space: identity of the encoder in use, without loading it; None: no model.
        pixels: what that encoder's input looks like, without loading it.
        encoder: loads that encoder at the first call, which takes seconds.
        readers: threads that decode; 0 for one a processor.
        sandbox: decodes what is risky; None: this process does.
    """

    def __init__(
        self,
        survey: Survey,
        catalog: Catalog,
        ledger: VectorLedger,
        vectors: VectorIndex,
        thumbnails: ThumbnailCache,
        vector_space: Callable[[], str | None],
        pixels: Callable[[], PixelSpec],
        encoder: Callable[[], Encoder],
        readers: int = 0,
        sandbox: Sandbox | None = None,
    ) -> None:
        self._survey = survey
        self._catalog = catalog
        self._ledger = ledger
        self._vectors = vectors
        self._thumbnails = thumbnails
        self._vector_space = vector_space
        self._pixels = pixels
        self._encoder = encoder
        self._readers = readers or os.cpu_count() or 1
        self._sandbox = sandbox

    def run(
        self, paths: Sequence[Path], cancel: CancelToken, *, retry_failed: bool = False
    ) -> ProgressSteps[IndexReport]:
        """Scan, then read, encode and store what is new, changed or unfinished.

        Args:
            paths: folders or files to add; empty scans every known root again.
            retry_failed: read files again that failed before and have not changed.

        Raises:
            Cancelled: everything finished so far is kept.
            ModelError: the model does not load or gave up; pictures read so far can be browsed.
            StoreUnreachable: encoded pictures are kept, and sent by the next run.
        """
        self._catalog.require_writable()
        started = time.monotonic()
        tally = Tally()
        yield from self._survey.look(paths, tally, cancel, retry_failed=retry_failed)
        yield from self._read_seen(tally, cancel)
        return tally.report(time.monotonic() - started)

    def run_on_changes(
        self, changed: Collection[Path], cancel: CancelToken
    ) -> ProgressSteps[IndexReport]:
        """As ``run``, for files and folders of the library that were written, renamed or removed
        just now; what belongs to no folder of the library is passed over."""
        self._catalog.require_writable()
        started = time.monotonic()
        tally = Tally()
        yield from self._survey.look_at_changes(changed, tally, cancel)
        yield from self._read_seen(tally, cancel)
        return tally.report(time.monotonic() - started)

    def catch_up(self, cancel: CancelToken) -> ProgressSteps[IndexReport]:
        """Read, encode and store what the library knows of and the model in use does not.

        Finishes a change of model, or a run that was stopped, without looking through folders.
        The catalogue is the work list, so it may be stopped or killed at any time and goes on
        with the rest. Pictures whose folder is not there now wait for ``run``.

        Raises:
            Cancelled, ModelError, StoreUnreachable: as ``run``.
        """
        self._catalog.require_writable()
        started = time.monotonic()
        tally = Tally()
        space = self._vector_space()
        if space is not None:
            self._vectors.reopen_known(space)
        roots = self._catalog.roots_at_hand()
        wanted = self._ledger.assets_to_read(space, root_ids=roots)
        tally.see(wanted)
        yield from self._read_all(wanted, space, tally, cancel)
        return tally.report(time.monotonic() - started)

    def read_assets(self, asset_ids: Sequence[int], cancel: CancelToken) -> IndexReport:
        """Read, encode and store just these assets; for pictures that have come home."""
        started = time.monotonic()
        tally = Tally()
        tally.see(asset_ids, is_new=True)
        for _ in self._read_all(asset_ids, self._vector_space(), tally, cancel):
            pass
        return tally.report(time.monotonic() - started)

    def has_model(self) -> bool:
        """True when assets become searchable by meaning, not only by words."""
        return self._vector_space() is not None

    # -- the stages ----------------------------------------------------------------------------

    def _read_seen(self, tally: Tally, cancel: CancelToken) -> Iterator[Progress]:
        """Finish what a survey has found; not more, lest a drive that is away make its pictures
        fail."""
        space = self._vector_space()
        if space is not None:
            self._vectors.reopen_known(space)
        wanted = self._ledger.assets_to_read(space, tally.seen)
        yield from self._read_all(wanted, space, tally, cancel)

    def _read_all(
        self, asset_ids: Sequence[int], space: str | None, tally: Tally, cancel: CancelToken
    ) -> Iterator[Progress]:
        """Read, encode and store these assets, in this order whatever the threads do."""
        if not asset_ids:
            self._vectors.flush()
            return
        spec = None if space is None else self._pixels()
        reader = PictureReader(self._thumbnails, spec, self._readers, self._sandbox)
        storing = StoringStage(self._catalog, self._vectors, space, tally)
        with ExitStack() as stages:
            encoding = None
            if space is not None and spec is not None:
                encoding = stages.enter_context(EncodingStage(self._encoder, space, spec))
            reads = stages.enter_context(closing(reader.read_all(self._assets(asset_ids))))

            def progress(current: str = "") -> Progress:
                return Progress(
                    "Starting the model"
                    if encoding is not None and encoding.is_starting
                    else "Reading pictures",
                    storing.done,
                    len(asset_ids),
                    current,
                    failed=len(tally.failures),
                )

            try:
                yield progress()
                for read in reads:
                    cancel.raise_if_cancelled()
                    storing.take(read)
                    if encoding is not None and read.file is not None:
                        encoding.put(read)
                        for batch in encoding.finished():
                            storing.store(batch)
                    yield progress(read.asset.filename)
                for batch in encoding.rest() if encoding is not None else ():
                    cancel.raise_if_cancelled()
                    storing.store(batch)
                    yield progress()
                storing.settle()
                yield progress()
            except (Cancelled, ModelError):
                storing.settle()  # what was read can be browsed
                raise
        self._vectors.flush()

    def _assets(self, asset_ids: Sequence[int]) -> Iterator[Asset]:
        for start in range(0, len(asset_ids), _ASSETS_A_LOOK):
            part = asset_ids[start : start + _ASSETS_A_LOOK]
            assets = self._catalog.assets_by_id(part)
            yield from (assets[asset_id] for asset_id in part if asset_id in assets)
