"""That a person has stopped the reading of pictures, kept until they ask for it again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from desktop.files.atomic import write_file
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.database import unusable
from desktop.library.catalog.vectors import VectorTable
from desktop.services.current_model import CurrentModel


class IndexingStop:
    """While it is set nothing may be read by itself: not for changes on disk, not on opening.

    Args:
        marker: a file in the library's folder that is there while it is set.
    """

    def __init__(
        self, marker: Path, catalog: Catalog, vector_table: VectorTable, model: CurrentModel
    ) -> None:
        self._marker = marker
        self._catalog = catalog
        self._vector_table = vector_table
        self._model = model
        self._lock = threading.Lock()  # a stop and its end may come from two threads

    def set(self, is_wanted: Callable[[], bool] = lambda: True) -> bool:
        """A person has stopped; False where that is not wanted any more.

        Raises:
            LibraryError: the library's folder cannot be written.
        """
        with self._lock:
            if not is_wanted():
                return False
            with self._mapped():
                write_file(self._marker, b"", replace=True)
            return True

    def lift(self) -> None:
        """A person asks for the rest. Raises: as ``set``."""
        with self._lock, self._mapped():
            self._marker.unlink(missing_ok=True)

    @contextmanager
    def _mapped(self) -> Generator[None]:
        try:
            yield
        except OSError as error:
            raise unusable(self._marker, error) from error

    def left(self) -> int | None:
        """How many known pictures are still to be read or encoded; None while it is not set."""
        if not self._marker.exists():
            return None
        roots = self._catalog.roots.at_hand()
        return len(self._vector_table.assets_to_read(self._model.vector_space(), root_ids=roots))
