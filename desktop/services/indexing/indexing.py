"""Steps 1-4: folders on disk become searchable assets.

The catalogue is the work list: a survey writes down what is new or changed, reading works off what
is written there. So a run can be stopped or killed anywhere, and the next one carries on.

    survey ──▶ catalogue ──▶ reading ──▶ encoding ──▶ recording

Reading and encoding have threads of their own and work ahead. Surveying and recording happen in the
thread that runs the generators here, which is the only one that writes.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from desktop.core.asset import Asset
from desktop.core.cancellation import CancelToken
from desktop.core.errors import Cancelled, ModelError, PlantainError
from desktop.core.progress import Progress, ProgressSteps
from desktop.core.text import tr
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.vectors import VectorTable
from desktop.media.sandbox.pool import Sandbox
from desktop.media.thumbnails import ThumbnailCache
from desktop.services.current_model import CurrentModel
from desktop.services.indexing.describing import Describing
from desktop.services.indexing.encoding import EncodingStage
from desktop.services.indexing.reading import PictureReader
from desktop.services.indexing.recording import RecordingStage
from desktop.services.indexing.run_report import RunReport
from desktop.services.indexing.shown_first import ShownFirst
from desktop.services.indexing.survey import Survey
from desktop.services.reports import IndexReport
from desktop.services.vectors.vector_index import VectorIndex

_ASSETS_A_LOOK = 100
"""Rows of the work list fetched at once; after them what is in view now comes first."""
_LOG = logging.getLogger(__name__)


class Indexing:
    """Brings folders into the library.

    Args:
        sandbox: decodes what is risky; None: this process does.
        readers: threads that decode; 0 for one a processor.

    Attributes:
        shown_first: who shows pictures says here which; they are read before others.
    """

    def __init__(
        self,
        survey: Survey,
        catalog: Catalog,
        vector_table: VectorTable,
        vectors: VectorIndex,
        thumbnails: ThumbnailCache,
        model: CurrentModel,
        sandbox: Sandbox | None = None,
        readers: int = 0,
    ) -> None:
        self._survey = survey
        self._catalog = catalog
        self._vector_table = vector_table
        self._vectors = vectors
        self._thumbnails = thumbnails
        self._model = model
        self._readers = readers or os.cpu_count() or 1
        self._sandbox = sandbox
        self.shown_first = ShownFirst()
        self._describing = Describing(catalog, thumbnails, sandbox, self._readers, self.shown_first)

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
        report = RunReport()
        looking = self._survey.look(paths, report, cancel, retry_failed=retry_failed)
        yield from self._starting_decoders(looking, report)
        yield from self._read_seen(report, cancel)
        yield from self._describing.run(cancel)
        return report.index_report(time.monotonic() - started)

    def run_on_changes(
        self, changed: Collection[Path], cancel: CancelToken
    ) -> ProgressSteps[IndexReport]:
        """As ``run``, for files and folders of the library that were written, renamed or removed
        just now; what belongs to no folder of the library is passed over."""
        self._catalog.require_writable()
        started = time.monotonic()
        report = RunReport()
        yield from self._survey.look_at_changes(changed, report, cancel)
        yield from self._read_seen(report, cancel)
        return report.index_report(time.monotonic() - started)

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
        report = RunReport()
        space = self._model.vector_space()
        if space is not None:
            self._vectors.settle(space)
        roots = self._catalog.roots.at_hand()
        wanted = self._vector_table.assets_to_read(space, root_ids=roots)
        report.see(wanted)
        yield from self._read_all(wanted, space, report, cancel)
        yield from self.renew_scalars(cancel)
        yield from self._describing.run(cancel)
        return report.index_report(time.monotonic() - started)

    def make_searchable(self, asset_ids: Sequence[int], cancel: CancelToken) -> ProgressSteps[bool]:
        """Read, encode and store just these pictures, which were saved a moment ago.

        Returns True when they can be found by meaning now; otherwise the next run sees to it: they
        are safe in the library, so a model or a store that fails must not look as if making them
        had failed.

        Raises:
            Cancelled: as above, the next run goes on.
        """
        yield Progress(tr("Adding it to the search index"), unit="")
        report = RunReport()
        report.see(asset_ids, is_new=True)
        space = self._model.vector_space()
        try:
            yield from self._read_all(asset_ids, space, report, cancel)
        except Cancelled:
            raise
        except PlantainError as error:
            _LOG.warning("pictures %s wait for the next indexing: %s", asset_ids, error)
            return False
        return space is not None and not report.failures

    def settle(self) -> int:
        """Bring the collections in use up to date with the vector table: searches open them, and
        write nothing. Returns how many vectors were sent.

        Raises:
            StoreUnreachable: the next run sends the rest.
        """
        return sum(self._vectors.settle(encoder_id) for encoder_id in self._vectors.opened())

    def renew_scalars(self, cancel: CancelToken) -> Iterator[Progress]:
        """Tell the vector store what has changed about pictures: tags, ratings, places.

        Raises:
            Cancelled, StoreUnreachable: the next run tells the rest.
        """
        space = self._model.vector_space()
        total = 0 if space is None else self._vector_table.old_scalars_count(space)
        if space is None or not total:
            return
        sent = 0
        for count in self._vectors.send_scalars(space):
            sent += count
            yield Progress(
                tr("Updating the vector store"), sent, max(sent, total), unit=tr("vectors")
            )
            cancel.raise_if_cancelled()
        self._vectors.flush()

    def keep_up(self, cancel: CancelToken) -> Iterator[Progress]:
        """As ``renew_scalars``, where the store is in use: it is not opened for this alone."""
        space = self._model.vector_space()
        if space is not None and space in self._vectors.opened():
            yield from self.renew_scalars(cancel)

    # -- the stages ----------------------------------------------------------------------------

    def _starting_decoders(
        self, looking: Iterator[Progress], report: RunReport
    ) -> Iterator[Progress]:
        """A walk through a large folder, while decoders start for what it has found."""
        is_started = self._sandbox is None
        for progress in looking:
            if not is_started and self._sandbox is not None and report.new:
                self._sandbox.start(min(report.new, self._readers))
                is_started = True
            yield progress

    def _read_seen(self, report: RunReport, cancel: CancelToken) -> Iterator[Progress]:
        """Finish what a survey has found; not more, lest a drive that is away make its pictures
        fail."""
        space = self._model.vector_space()
        if space is not None:
            self._vectors.settle(space)
        wanted = self._vector_table.assets_to_read(space, report.seen)
        yield from self._read_all(wanted, space, report, cancel)
        yield from self.renew_scalars(cancel)

    def _read_all(
        self, asset_ids: Sequence[int], space: str | None, report: RunReport, cancel: CancelToken
    ) -> Iterator[Progress]:
        """Read, encode and store these assets: what is in view first, then in this order, whatever
        the threads do."""
        if not asset_ids:
            self._vectors.flush()
            return
        spec = None if space is None else self._model.pixels()
        reader = PictureReader(self._thumbnails, spec, self._readers, self._sandbox)
        recording = RecordingStage(self._catalog, self._vectors, space, report)
        with ExitStack() as stages:
            encoding, broken = None, None
            if space is not None and spec is not None:
                encoding = stages.enter_context(
                    EncodingStage(self._model.encoder, space, spec, cancel)
                )
            reads = stages.enter_context(closing(reader.read_all(self._assets(asset_ids), cancel)))

            def progress(current: str = "") -> Progress:
                is_starting = encoding is not None and encoding.is_starting
                return Progress(
                    self._starting() if is_starting else tr("Reading pictures"),
                    recording.done,
                    len(asset_ids),
                    current,
                    failed=len(report.failures),
                )

            try:
                yield progress()
                for read in reads:
                    cancel.raise_if_cancelled()
                    recording.take(read)
                    if encoding is not None and read.file is not None and broken is None:
                        try:
                            while encoding.keeps_waiting():
                                yield progress(read.asset.filename)
                            encoding.put(read)
                            for batch in encoding.finished():
                                recording.store(batch)
                        except ModelError as error:
                            if self._model.vector_space() != space:
                                raise  # another was chosen, whose pixels are others
                            broken = error  # what can be browsed need not wait for it
                    yield progress(read.asset.filename)
                if broken is not None:
                    raise broken
                while encoding is not None and encoding.keeps_waiting(for_rest=True):
                    yield progress()
                for batch in encoding.rest() if encoding is not None else ():
                    cancel.raise_if_cancelled()
                    recording.store(batch)
                    yield progress()
                recording.settle()
                yield progress()
            except (Cancelled, ModelError):
                recording.settle()  # what was read can be browsed
                raise
        self._vectors.flush()

    def _starting(self) -> str:
        """What is waited for before the first picture is encoded, and how far it is."""
        step = self._model.loading()
        if step is None or step.total is None:
            return tr("Starting the model")
        return tr("{stage}, {done} of {total}", stage=step.stage, done=step.done, total=step.total)

    def _assets(self, asset_ids: Sequence[int]) -> Iterator[Asset]:
        for part in self.shown_first.parts(asset_ids, _ASSETS_A_LOOK):
            assets = self._catalog.assets_by_id(part)
            yield from (assets[asset_id] for asset_id in part if asset_id in assets)
