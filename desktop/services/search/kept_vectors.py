"""The vectors that the library keeps of its pictures, so that one can be searched by without its
file: its drive may be away, or it may be a teammate's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.vectors import VectorTable
from desktop.library.folders.scan import size_and_time


class KeptVectors:
    """Finds them by the path of a picture; any thread may ask."""

    def __init__(self, catalog: Catalog, vectors: VectorTable) -> None:
        self._catalog = catalog
        self._vectors = vectors

    def of(
        self, encoder_id: str, path: Path, position_ms: int | None = None
    ) -> NDArray[np.float32] | None:
        """(d,) of a picture of the library as it was encoded; None where the file at the path is
        another one by now, and where there is none.

        Args:
            position_ms: of a video, the scene; None for its first.
        """
        asset = self._catalog.asset_named(path)
        if asset is None:
            return None
        found = self._vectors.one_of(encoder_id, asset.id, position_ms)
        if found is None:
            return None
        vector, is_of_file = found
        try:
            now = size_and_time(path.stat())
        except OSError:
            return vector  # nothing can be newer than what the library knows
        is_same = now == (asset.size, asset.modified_ns)
        return vector if is_same and is_of_file else None
