"""Step 4: what was read and encoded is written down, by one thread alone."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.core.errors import FileUnreadable
from desktop.library.catalog import Catalog, ReadFile
from desktop.services.encoding import Encoded
from desktop.services.reading import Read
from desktop.services.tally import Tally
from desktop.services.vector_index import VectorIndex

_FACTS_AT_ONCE = 32
"""Pictures written down together; few, so that they show while the model is being loaded."""


class StoringStage:
    """Facts go to the catalogue as soon as they are read; vectors to the ledger and to Milvus.

    Args:
        space: identity of the encoder; None when there is none, and facts are all there is.
        tally: is told what became of each asset.
    """

    def __init__(
        self, catalog: Catalog, vectors: VectorIndex, space: str | None, tally: Tally
    ) -> None:
        self._catalog = catalog
        self._vectors = vectors
        self._space = space
        self._tally = tally
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
            self._catalog.record_failures([(read.asset.id, read.error.message, is_final)])
            self._tally.fail(read.asset.path, read.error.message, asset_id=read.asset.id)
            self._done += 1
        if read.file is not None:
            self._facts.append(read.file)
        if len(self._facts) >= _FACTS_AT_ONCE:
            self.settle()

    def store(self, batch: Encoded) -> None:
        """Keep the vectors of pictures that were taken.

        Raises:
            StoreUnreachable: the vectors are kept in the ledger and sent by the next run.
            LibraryError: the catalogue cannot be written.
        """
        assert self._space is not None  # or there would be no vectors
        self.settle()
        self._vectors.add(self._space, batch.files, batch.vectors, batch.positions_ms)
        # A video comes once for each of its frames.
        self._finish(list({file.asset_id: file for file in batch.files}.values()))

    def settle(self) -> None:
        """Write down the facts at hand."""
        facts, self._facts = self._facts, []
        if not facts:
            return
        self._catalog.record_read(facts)
        if self._space is None:
            self._finish(facts)

    def _finish(self, files: Sequence[ReadFile]) -> None:
        for file in files:
            self._tally.finish(file.asset_id)
        self._done += len(files)
