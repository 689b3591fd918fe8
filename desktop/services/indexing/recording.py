"""Step 4: what was read and encoded is written down, by one thread alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from desktop.core.asset import displayable
from desktop.core.errors import FileUnreadable
from desktop.core.text import english, tr
from desktop.core.vector import are_directions
from desktop.library.catalog.assets import Catalog, ReadFile
from desktop.services.indexing.reading import Read
from desktop.services.indexing.run_report import RunReport
from desktop.services.vectors.vector_index import VectorIndex

_FACTS_AT_ONCE = 32
"""Pictures written down together; few, so that they show while the model is being loaded."""


class RecordingStage:
    """Facts go to the catalogue as soon as they are read; vectors there and to Milvus.

    Args:
        space: identity of the encoder; None when there is none, and facts are all there is.
        report: is told what became of each asset.
    """

    def __init__(
        self, catalog: Catalog, vectors: VectorIndex, space: str | None, report: RunReport
    ) -> None:
        self._catalog = catalog
        self._vectors = vectors
        self._space = space
        self._report = report
        self._facts: list[ReadFile] = []
        self._done = 0

    @property
    def done(self) -> int:
        """Assets that are complete, or have failed."""
        return self._done

    def take(self, read: Read) -> None:
        """Write down what a file told, or why it could not be read.

        Raises:
            LibraryError: the catalogue cannot be written.
        """
        if read.error is not None:
            is_final = not isinstance(read.error, FileUnreadable)
            # Whoever reads it may speak another language; what it quotes may be no text at all.
            reason = displayable(english(read.error.message))
            self._catalog.record_failures([(read.asset.id, reason, is_final)])
            self._report.fail(read.asset.path, read.error.message, asset_id=read.asset.id)
            self._done += 1
        if read.file is not None:
            if not read.asset.content_hash:
                self._report.finish_first([read.asset.id])
            self._facts.append(read.file)
        if len(self._facts) >= _FACTS_AT_ONCE:
            self.settle()

    def store(self, batch: Sequence[Read]) -> None:
        """Keep the vectors of pictures that were taken, all of this batch together.

        Raises:
            StoreUnreachable: the vectors are kept in the vector table and sent by the next run.
            LibraryError: the catalogue cannot be written.
        """
        assert self._space is not None  # or there would be no vectors
        self.settle()
        fit = [read for read in batch if self._has_direction(read)]
        if not fit:
            return
        self._vectors.add(
            self._space,
            [read.file for read in fit if read.file for _ in read.positions_ms],
            np.concatenate([read.vectors for read in fit if read.vectors is not None]),
            [position for read in fit for position in read.positions_ms],
        )
        self._finish([read.file for read in fit if read.file])

    def settle(self) -> None:
        """Write down the facts at hand."""
        facts, self._facts = self._facts, []
        if not facts:
            return
        self._catalog.record_read(facts)
        if self._space is None:
            self._finish(facts)

    def _has_direction(self, read: Read) -> bool:
        """False, and reported, for one that the model has no vector for: it can be browsed."""
        if read.vectors is not None and are_directions(read.vectors):
            return True
        self._report.fail(
            read.asset.path,
            tr("The model gave nothing for it by which it could be found."),
            asset_id=read.asset.id,
        )
        self._done += 1
        return False

    def _finish(self, files: Sequence[ReadFile]) -> None:
        for file in files:
            self._report.finish(file.asset_id)
        self._done += len(files)
