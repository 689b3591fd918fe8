"""The pictures of shared roots, as they are sent to the team."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from desktop.core.filter import Filter
from desktop.core.team import SharedAsset
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.database import Database
from desktop.library.catalog.team.edits import TeamEdits
from desktop.library.catalog.team.spelling import shared_path
from desktop.library.catalog.vector_blobs import dimension_in, load_vectors


class OutgoingAssets:
    """Reads what a member could send."""

    def __init__(self, database: Database, catalog: Catalog, edits: TeamEdits) -> None:
        self._database = database
        self._catalog = catalog
        self._edits = edits

    def shared(self, encoder_id: str) -> Iterator[tuple[int, bool, SharedAsset]]:
        """Every picture of the roots that have a name: its id, whether it can be sent (its file is
        here, has a vector by ``encoder_id``, and may leave this machine), and what is to be known
        of it."""
        said = self._edits.all()
        rows = self._database.read(
            "SELECT assets.id, name, relative_path, content_hash, modified_ns, size, width,"
            " height, format, frame_count, duration_ms, shared_by,"
            " NOT is_missing AND state = 'ready' AND EXISTS (SELECT 1 FROM vectors"
            " WHERE vectors.asset_id = assets.id AND encoder = ?"
            " AND vectors.content_hash = assets.content_hash)"
            " FROM assets JOIN roots ON roots.id = root_id"
            " WHERE name <> '' AND NOT is_ignored AND content_hash <> ''",
            (encoder_id,),
        )
        own = self._catalog.library_id()
        private = {*self._catalog.filters.ids(Filter(is_private=True)).tolist()}
        for row in rows:
            # fmt: off
            (asset_id, root, relative, content_hash, modified_ns, size, width, height, form,
             frame_count, duration_ms, shared_by, is_here) = row
            # fmt: on
            path = shared_path(relative)
            if path is not None:
                shared = SharedAsset(
                    *(root, path, content_hash, modified_ns, size, width, height, form),
                    *(frame_count, duration_ms),
                    library=own if is_here else shared_by,
                    edits=said.get(asset_id, {}),
                )
                yield asset_id, bool(is_here) and asset_id not in private, shared

    def vectors(
        self, encoder_id: str, asset_ids: Sequence[int]
    ) -> dict[int, list[tuple[str, int, NDArray[np.float32]]]]:
        """Kind, position and value (d,) of each vector of these assets."""
        found: dict[int, list[tuple[str, int, NDArray[np.float32]]]] = defaultdict(list)
        rows = self._database.read(
            "SELECT asset_id, kind, position, value FROM vectors WHERE encoder = ?"
            " AND asset_id IN (SELECT value FROM json_each(?)) ORDER BY position",
            (encoder_id, str(list(asset_ids))),
        )
        sound, values = load_vectors(rows, dimension_in(self._database, encoder_id))
        for row, vector in zip(sound, values.astype(np.float32), strict=True):
            found[row["asset_id"]].append((row["kind"], row["position"], vector))
        return found
