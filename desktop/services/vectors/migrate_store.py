"""The vectors move to another store: sent again from the vector table, encoded never."""

from __future__ import annotations

from desktop.core.cancellation import CancelToken
from desktop.core.progress import Progress, ProgressSteps
from desktop.core.text import tr
from desktop.library.catalog.vectors import VectorTable
from desktop.services.vectors.vector_index import VectorIndex


class StoreMigration:
    """Fills the store in use with what the vector table holds."""

    def __init__(self, vector_table: VectorTable, vectors: VectorIndex) -> None:
        self._vector_table = vector_table
        self._vectors = vectors

    def run(self, cancel: CancelToken) -> ProgressSteps[int]:
        """Send every vector of every encoder that the store in use has not acknowledged; returns
        how many went.

        May be stopped or killed at any time: what went stays there, and the rest goes with the
        next run, or by itself when the library is searched or indexed next.

        Raises:
            Cancelled: between two batches.
            StoreError: the store fails; as above.
        """
        sent = 0
        for encoder_id, _ in self._vector_table.spaces():
            # Which finds out what the store lacks: more than was known before.
            self._vectors.reconcile(encoder_id)
        spaces = self._vector_table.spaces()
        total = sum(unsent for _, unsent in spaces)
        for encoder_id, _ in spaces:
            yield Progress(tr("Sending vectors"), sent, total, unit=tr("vectors"))
            for count in self._vectors.send_all(encoder_id):
                sent += count
                yield Progress(tr("Sending vectors"), sent, total, unit=tr("vectors"))
                cancel.raise_if_cancelled()
        self._vectors.flush()
        return sent
