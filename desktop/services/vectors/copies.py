"""Two copies of one library on one server: the ways out, of which a person chooses one."""

from __future__ import annotations

from desktop.core.cancellation import CancelToken
from desktop.core.errors import UsageError
from desktop.core.progress import ProgressSteps
from desktop.core.text import tr
from desktop.files.atomic import remove
from desktop.index.address import is_file
from desktop.index.writers import LibraryCopy, take_over
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.vectors import VectorTable
from desktop.services.vectors.addresses import StoreAddresses
from desktop.services.vectors.stores import Stores
from desktop.services.vectors.vector_index import VectorIndex


class Copies:
    """After either, ``StoreMigration`` sends the vectors; killed in between, the next search or
    run does."""

    def __init__(
        self,
        catalog: Catalog,
        vector_table: VectorTable,
        addresses: StoreAddresses,
        stores: Stores,
        vectors: VectorIndex,
        copy: LibraryCopy,
    ) -> None:
        self._catalog = catalog
        self._vector_table = vector_table
        self._addresses = addresses
        self._stores = stores
        self._vectors = vectors
        self._copy = copy

    def take_over(
        self, cancel: CancelToken, uri: str = "", certificate: str | None = None
    ) -> ProgressSteps[None]:
        """Write this library's vectors there from now on; the other copy is refused within
        seconds, for which this waits, or when it is opened next.

        Args:
            uri: instead of the server in use.
            certificate: instead of the one in the settings.

        Raises:
            UsageError: the vectors are kept in a file.
            Cancelled: the other copy is refused all the same.
            StoreUnreachable, StoreRefused, StoreUntrusted: the server cannot be used.
            LibraryError: this copy cannot be written to.
        """
        self._catalog.require_writable()
        if uri:
            self._addresses.trust(uri)
        uri = uri or self._addresses.uri
        if is_file(uri):
            raise UsageError(
                tr("The vectors are kept in a file; no other copy of the library writes there."),
                safe=tr("Nothing was changed."),
            )
        address = self._addresses.address(uri, certificate)
        # First: rows of the other copy under our ids must not pass for ours, however this ends.
        self._vector_table.leave_place()
        self._vectors.close()
        names = [self._stores.collection(encoder) for encoder, _ in self._vector_table.spaces()]
        yield from take_over(address, names, self._copy, cancel)

    def separate(self) -> None:
        """Make this copy a library of its own: its vectors get a place of their own on every
        server, and the other copy is left alone.

        Raises:
            LibraryError: this copy cannot be written to.
        """
        self._catalog.require_writable()
        with self._catalog.all_or_nothing():
            self._catalog.renew_id()
            self._vector_table.leave_place()
        self._vectors.close()
        remove(self._addresses.own_file)  # what is in it bears the old name; it is made again
