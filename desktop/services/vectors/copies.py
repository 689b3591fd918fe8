"""Two copies of one library on one server: the ways out, of which a person chooses one."""

from __future__ import annotations

from desktop.core.errors import UsageError
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

    def take_over(self, uri: str = "") -> None:
        """Write this library's vectors there from now on; the other copy is refused at its next
        write, or when it is opened next.

        Args:
            uri: instead of the server in use.

        Raises:
            UsageError: the vectors are kept in a file.
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
        address = self._addresses.address(uri)
        # First: rows of the other copy under our ids must not pass for ours, however this ends.
        self._vector_table.leave_place()
        self._vectors.close()
        names = [self._stores.collection(encoder) for encoder, _ in self._vector_table.spaces()]
        take_over(address, names, self._copy)

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
