"""That a person has stopped the reading of pictures, kept until they ask for it again."""

from __future__ import annotations

from pathlib import Path

from desktop.files.atomic import write_file
from desktop.library.catalog.assets import Catalog
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

    def set(self) -> None:
        """A person has stopped. Raises: OSError."""
        write_file(self._marker, b"", replace=True)

    def lift(self) -> None:
        """A person asks for the rest. Raises: OSError."""
        self._marker.unlink(missing_ok=True)

    def left(self) -> int | None:
        """How many known pictures are still to be read or encoded; None while it is not set."""
        if not self._marker.exists():
            return None
        roots = self._catalog.roots.at_hand()
        return len(self._vector_table.assets_to_read(self._model.vector_space(), root_ids=roots))
