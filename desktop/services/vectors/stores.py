"""Opening a library's vector stores: a damaged one is made again, a file's is kept in memory."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from desktop.core.errors import StoreDamaged, StoreTaken
from desktop.core.text import tr
from desktop.files.atomic import remove
from desktop.index.address import StoreAddress, is_file
from desktop.index.lazy import LazyStore
from desktop.index.naming import collection_name
from desktop.index.read_only import ReadOnlyStore
from desktop.index.resident import ResidentStore
from desktop.index.store import VectorStore
from desktop.library.catalog.vectors import VectorTable
from desktop.services.vectors.addresses import StoreAddresses

_LOG = logging.getLogger(__name__)

OpenStore = Callable[[StoreAddress, str, int, str], VectorStore]
"""(address, encoder identity, dimension, collection) -> the store; checks whose it is."""


class Stores:
    """Opens the collections of one library.

    Args:
        library_id: see ``Catalog.library_id``; asked each time, since it may change.
        open_store: at any address.
        is_read_only: a file is not opened, and what it holds is read from the vector table.
        notify: is told what was damaged and made again, for the person.
    """

    def __init__(
        self,
        library_id: Callable[[], str],
        vector_table: VectorTable,
        addresses: StoreAddresses,
        open_store: OpenStore,
        *,
        is_read_only: bool,
        notify: Callable[[str], None],
    ) -> None:
        self._library_id = library_id
        self._vector_table = vector_table
        self._addresses = addresses
        self._open_store = open_store
        self._is_read_only = is_read_only
        self._notify = notify

    def collection(self, encoder_id: str) -> str:
        """What this library's collection of this encoder is called."""
        return collection_name(encoder_id, self._library_id())

    def open(self, encoder_id: str, dimension: int) -> VectorStore:
        """The collection in the store in use, ready to be searched; raises as the store.

        A file's vectors are also in memory, all that the vector table holds: what the file has not
        been sent yet is found as well, and the file is not opened before something is written to
        it or counted there. A server ranks fast itself.
        """
        is_in_file = is_file(self._addresses.uri)
        if self._is_read_only and is_in_file:
            return self._in_memory(encoder_id, dimension)
        if not is_in_file:
            try:
                return self._open_or_make_again(encoder_id, dimension)
            except StoreTaken:
                if not self._is_read_only:
                    raise
                return self._in_memory(encoder_id, dimension)
        store = LazyStore(
            self._addresses.uri,
            self.collection(encoder_id),
            lambda: self._open_or_make_again(encoder_id, dimension),
        )
        return ResidentStore(
            store,
            dimension,
            partial(self._vector_table.chunks, encoder_id),
            partial(self._vector_table.values, encoder_id),
        )

    def open_at(self, address: StoreAddress, encoder_id: str, dimension: int) -> VectorStore:
        """The collection in any store, as it is there; raises as the store."""
        return self._open_store(address, encoder_id, dimension, self.collection(encoder_id))

    def check(self, address: StoreAddress, encoder_id: str) -> None:
        """Whether the collection there is this library's; raises as the store when it is not."""
        dimension = self._vector_table.dimension(encoder_id)
        if dimension:
            self.open_at(address, encoder_id, dimension).close()

    def check_all(self, address: StoreAddress) -> None:
        """As ``check``, of every encoder that there are vectors of."""
        for encoder_id, _ in self._vector_table.spaces():
            self.check(address, encoder_id)

    def count(self, encoder_id: str) -> int:
        """How many vectors the store in use holds; repairs and makes nothing.

        Raises:
            StoreError, LibraryInUse: the store cannot be asked.
        """
        dimension = self._vector_table.dimension(encoder_id)
        address = self._addresses.address()
        if not dimension or (address.is_file and not Path(address.uri).exists()):
            return 0
        store = self.open_at(address, encoder_id, dimension)
        try:
            return store.count()
        finally:
            store.close()

    def _in_memory(self, encoder_id: str, dimension: int) -> ReadOnlyStore:
        chunks = self._vector_table.chunks(encoder_id)
        values = partial(self._vector_table.values, encoder_id)
        return ReadOnlyStore(encoder_id, dimension, chunks, values)

    def _open_or_make_again(self, encoder_id: str, dimension: int) -> VectorStore:
        """Nothing is lost with a damaged file of the library's own: the vector table holds every
        vector and sends them all again."""
        address = self._addresses.address()
        try:
            return self.open_at(address, encoder_id, dimension)
        except StoreDamaged:
            if not self._addresses.is_own_file:
                raise
            aside = _put_aside(self._addresses.own_file)
            self._notify(
                tr(
                    "The file of vectors was damaged, and is made again from the "
                    "catalogue; nothing was lost. The damaged one is kept as "
                    "{aside}.",
                    aside=aside,
                )
            )
            _LOG.warning("the vector file was damaged; it is kept as %s and made again", aside)
            return self.open_at(address, encoder_id, dimension)


def _put_aside(damaged: Path) -> Path:
    aside = damaged.with_name(f"{damaged.stem}.damaged-{time.strftime('%Y%m%d-%H%M%S')}")
    # Earlier ones have the size of all vectors, and hold nothing that is not in the vector table.
    for older in damaged.parent.glob(f"{damaged.stem}.damaged-*"):
        remove(older)
    damaged.rename(aside)
    return aside
