"""The vector index looked at on request: how much it holds, and whether it fits the catalogue."""

from __future__ import annotations

from desktop.services.current_model import CurrentModel
from desktop.services.vectors.stores import Stores
from desktop.services.vectors.vector_index import VectorIndex


class IndexCheck:
    """Looks at the collection of the model in use."""

    def __init__(self, model: CurrentModel, stores: Stores, vectors: VectorIndex) -> None:
        self._model = model
        self._stores = stores
        self._vectors = vectors

    def count(self) -> int:
        """How many vectors there are; repairs and makes nothing.

        Raises:
            StoreError, LibraryInUse: the store cannot be asked.
        """
        encoder_id = self._model.vector_space()
        return self._stores.count(encoder_id) if encoder_id else 0

    def repair(self) -> int:
        """Compare every row with the catalogue, and put right what differs; returns how many did.

        Raises:
            StoreError, LibraryInUse: the store cannot be asked.
        """
        encoder_id = self._model.vector_space()
        if encoder_id is None:
            return 0
        differing = self._vectors.reconcile(encoder_id, is_thorough=True)
        self._vectors.settle(encoder_id)
        return differing
