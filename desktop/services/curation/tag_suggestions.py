"""Tags that a picture may deserve: those of the pictures that look most like it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

import numpy as np

from desktop.core.annotations import name_key
from desktop.core.filter import Filter
from desktop.library.catalog.annotations import Annotations
from desktop.library.catalog.vectors import VectorTable
from desktop.services.current_model import CurrentModel
from desktop.services.vectors.vector_index import VectorIndex

NEIGHBOURS = 12
"""That are asked: as many as a person sees to be alike, in a library of some hundred pictures."""
LEAST_SHARE = 0.5
"""Of the neighbours' weight that has to be behind a tag. On the demo's world 97 of 100 first
suggestions are right with it, and 95 of 100 pictures have one: tests/benchmarks/tag_suggestions."""
_LEAST_VOTES = 2
_MOST = 5
_MOST_ASKED_ABOUT = 20
"""Of a large selection: the first so many stand for it."""


def ranked_tags(neighbours: Iterable[tuple[float, Sequence[str]]]) -> list[str]:
    """The tags that most of the neighbours have, by their weight; the likeliest first.

    The nearer one is, the more it counts: the weight is the similarity above that of the farthest,
    so it does not depend on the scale of a model's similarities.

    Args:
        neighbours: cosine similarity, and tags.
    """
    near = sorted(neighbours, key=lambda each: -each[0])
    if not near:
        return []
    least, most = near[-1][0], near[0][0]
    spread = max(most - least, 1e-6)
    votes: dict[str, list[float]] = defaultdict(list)
    spelt: dict[str, str] = {}
    total = 0.0
    for similarity, tags in near:
        weight = 0.25 + (similarity - least) / spread
        total += weight
        for tag in tags:
            votes[name_key(tag)].append(weight)
            spelt.setdefault(name_key(tag), tag)
    shares = {key: sum(weights) / total for key, weights in votes.items()}
    fit = [k for k in shares if len(votes[k]) >= _LEAST_VOTES and shares[k] >= LEAST_SHARE]
    return [spelt[key] for key in sorted(fit, key=lambda key: (-shares[key], key))][:_MOST]


class TagSuggestions:
    """Suggests out of the library's own vocabulary, and nothing where it does not know.

    Any thread may ask; it reads vectors that are there, and starts no model.
    """

    def __init__(
        self,
        annotations: Annotations,
        vector_table: VectorTable,
        vectors: VectorIndex,
        model: CurrentModel,
    ) -> None:
        self._annotations = annotations
        self._vector_table = vector_table
        self._vectors = vectors
        self._model = model

    def for_assets(self, asset_ids: Sequence[int]) -> list[str]:
        """For these pictures as a whole; without what all of them have already.

        Raises:
            StoreError: the vector store fails.
        """
        space = self._model.vector_space()
        asked = list(asset_ids[:_MOST_ASKED_ABOUT])
        if space is None or not asked:
            return []
        known = self._vector_table.of_assets(space, asked)
        if not len(known):
            return []
        middle = known.mean(axis=0)
        middle /= max(float(np.linalg.norm(middle)), 1e-9)
        wanted = Filter(is_tagged=True) & ~Filter(ids=tuple(asset_ids))
        hits = self._vectors.search(space, middle, NEIGHBOURS, wanted)
        said = self._annotations.of([hit.asset.id for hit in hits])
        # One may have been forgotten since it was found.
        near = [(hit.score, said[hit.asset.id].tags) for hit in hits if hit.asset.id in said]
        ranked = ranked_tags(near)
        return _without(ranked, self._had_by_all(asked))

    def _had_by_all(self, asset_ids: Sequence[int]) -> set[str]:
        together = self._annotations.together(asset_ids)
        return {name_key(name) for name, n in together.tags.items() if n == together.count}


def _without(names: Sequence[str], keys: Collection[str]) -> list[str]:
    return [name for name in names if name_key(name) not in keys]
