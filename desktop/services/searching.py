"""Step 5: words, a picture, or both, to ranked assets; and references for a prompt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop.core.asset import Asset
from desktop.core.errors import UsageError
from desktop.core.pixels import PixelSpec
from desktop.core.query import Query, Reason, SearchHit, SearchResult
from desktop.embedding.encoder import Encoder
from desktop.generation.request import Reference
from desktop.library.catalog import Catalog
from desktop.media.sandbox.pool import Sandbox
from desktop.media.video_views import is_video, load_video
from desktop.media.views import Views, load_views
from desktop.services.answering import Answering
from desktop.services.vector_index import VectorIndex

_BY_NAME = (
    "So names and folders alone were searched. Download or import a model, or try the demo model, "
    "to search by meaning."
)
_SPARE_PROPOSALS = 20
"""Hits fetched beyond those proposed, since generated and missing ones are passed over."""


class Searching:
    """Finds assets.

    Args:
        answering: knows the encoder that answers, if there is a model.
        problem: why there is none, in words.
        pending: how many pictures that encoder has not seen yet.
        read_side: shorter side to which pictures are reduced while decoding; the same as for
            indexing, so that a picture is most like itself.
        sandbox: decodes a risky picture; None: this process does.
    """

    def __init__(
        self,
        catalog: Catalog,
        vectors: VectorIndex,
        answering: Answering,
        problem: Callable[[], str],
        pending: Callable[[], int],
        read_side: int,
        sandbox: Sandbox | None = None,
    ) -> None:
        self._catalog = catalog
        self._vectors = vectors
        self._answering = answering
        self._problem = problem
        self._pending = pending
        self._read_side = read_side
        self._sandbox = sandbox

    def search(self, query: Query) -> SearchResult:
        """The best ``query.limit`` assets.

        With a model everything in the library is ranked by cosine similarity; without one, the
        words of the query are looked up in names, folders and prompts.

        Raises:
            UsageError: the query is empty, or by picture while there is no model.
            FileError: the query's picture cannot be read.
            StoreError: the vector store fails.
        """
        if query.is_empty:
            raise UsageError(
                "There is nothing to search for.", next_step="Give words or a picture."
            )
        answer = self._answering.encoder()
        encoder = answer.encoder
        if encoder is None:
            return self._by_words(query)
        vector = self._vector(query, encoder)
        limit = query.limit
        while True:
            hits = self._vectors.search(encoder.info.identity, vector, limit)
            assets = self._catalog.assets_by_id([hit.asset_id for hit in hits])
            # Passed over are those that a rule hides, and rows whose asset has just been removed;
            # ranks stay without gaps.
            known = [
                hit
                for hit in hits
                if hit.asset_id in assets and not assets[hit.asset_id].is_ignored
            ][: query.limit]
            if len(known) == query.limit or len(hits) < limit:
                break
            limit *= 4
        return SearchResult(
            query,
            tuple(
                SearchHit(rank, assets[hit.asset_id], hit.score, Reason.MEANING, hit.position_ms)
                for rank, hit in enumerate(known, start=1)
            ),
            model=encoder.info.name,
            notice=answer.notice or ("" if known else self._nothing_found()),
        )

    def _nothing_found(self) -> str:
        waiting = self._pending()
        if not waiting:
            return ""
        return f"{waiting:,} pictures have not been indexed with this model yet: index them first."

    def propose(self, prompt: str, count: int) -> tuple[Reference, ...]:
        """The ``count`` assets that fit the prompt best, as references for a generation.

        Generated pictures are left out, so that results do not feed on results, and so are files
        that are not on disk now. Empty for an empty prompt.
        """
        if not prompt.strip() or count <= 0:
            return ()
        limit = count + _SPARE_PROPOSALS
        while True:
            hits = self.search(Query(text=prompt, limit=limit)).hits
            fitting = [hit for hit in hits if _is_usable(hit.asset)]
            if len(fitting) >= count or len(hits) < limit:
                break
            limit *= 4
        return tuple(
            Reference(hit.asset.path, hit.asset.id, hit.score, _PROPOSED[hit.reason])
            for hit in fitting[:count]
        )

    def _by_words(self, query: Query) -> SearchResult:
        if not query.text.strip():
            raise UsageError(
                "Searching by picture needs a model, and there is none yet.",
                next_step="Get one first, in the window or with “plantain model download "
                "ViT-B-32” or “plantain model import FILE”; or try the demo model.",
            )
        assets = self._catalog.find_words(query.text, query.limit)
        return SearchResult(
            query,
            tuple(
                SearchHit(rank, asset, 1.0, Reason.WORDS)
                for rank, asset in enumerate(assets, start=1)
            ),
            notice=f"{self._problem()} {_BY_NAME}",
        )

    def _vector(self, query: Query, encoder: Encoder) -> NDArray[np.float32]:
        parts: list[NDArray[np.float32]] = []
        if query.text.strip():
            parts.append(encoder.encode_texts([query.text])[0])
        if query.image is not None:
            spec = encoder.info.pixels
            # The way that indexing goes, so that a picture of the library is most like itself.
            pixels = self._views(query.image, spec).encoder_pixels(spec)
            parts.append(encoder.encode_images(pixels[np.newaxis])[0])
        # The mean direction of unit vectors: both parts weigh the same, whatever their count.
        mean = np.stack(parts).mean(axis=0)
        length = max(float(np.linalg.norm(mean)), 1e-12)
        return (mean / length).astype(np.float32)

    def _views(self, image: Path | bytes, spec: PixelSpec) -> Views:
        """Of a picture, or of what a video shows as its poster."""
        if isinstance(image, Path) and is_video(image):
            return load_video(image, self._read_side, spec, sandbox=self._sandbox).frames[0]
        return load_views(image, self._read_side, spec, sandbox=self._sandbox)


def _is_usable(asset: Asset) -> bool:
    """As a reference: a picture, on disk, readable, and not itself made by Plantain."""
    is_away = asset.is_missing or asset.is_offline
    return not (asset.is_generated or is_away or asset.failure or asset.duration_ms)


_PROPOSED = {Reason.MEANING: "matches the prompt", Reason.WORDS: "named like the prompt"}
