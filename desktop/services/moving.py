"""The vectors move to another store: sent again from the ledger, encoded never."""

from __future__ import annotations

from desktop.core.cancellation import CancelToken
from desktop.core.progress import Progress, ProgressSteps
from desktop.library.vector_ledger import VectorLedger
from desktop.services.vector_index import VectorIndex


class Moving:
    """Fills the store in use with what the ledger holds."""

    def __init__(self, ledger: VectorLedger, vectors: VectorIndex) -> None:
        self._ledger = ledger
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
        spaces = self._ledger.spaces()
        for encoder, _ in spaces:
            # Opening finds out what the store lacks, which is more than was known before.
            self._vectors.open(encoder, self._ledger.dimension(encoder), is_sending=False)
        spaces = self._ledger.spaces()
        total = sum(unsent for _, unsent in spaces)
        for encoder, _ in spaces:
            yield Progress("Sending vectors", sent, total, unit="vectors")
            for count in self._vectors.send_all(encoder):
                sent += count
                yield Progress("Sending vectors", sent, total, unit="vectors")
                cancel.raise_if_cancelled()
        self._vectors.flush()
        return sent
