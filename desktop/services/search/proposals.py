"""References for a prompt: for each thing that it names the best pictures of it, or word that there
are none.

One search for a whole prompt finds pictures of its loudest thing. So each thing is looked for by
itself, and what is proposed first is the best of each. A picture counts when it has to do with the
thing's words and, where they say a look as well ("red cape"), with the noun alone: a red hat is as
red, and no cape. Where the thing is there in another look only, that is proposed.

What Plantain made is proposed too, but later: its fit, one over its rank among what was found, is
halved, so that the second best photograph is before the best generated picture. Results would feed
on results otherwise, and drift from what the thing is.

Several pictures of one thing are chosen by maximal marginal relevance (J. Carbonell and
J. Goldstein, SIGIR 1998), so that they do not all show the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop.core.generation_record import Reference
from desktop.core.prompt_things import Thing
from desktop.core.query import Reason, SearchHit
from desktop.core.text import marked

_POOL = 24
"""So many of a thing's best are compared with one another."""
_FIT = 0.6
"""What fitting the words counts; the rest is for being unlike what was chosen before."""
_GENERATED = 0.5
"""What a generated picture's fit counts of a photograph's: one is placed as if it were found twice
as far down."""
_REASONS = {
    Reason.MEANING: marked("matches the prompt"),
    Reason.WORDS: marked("named like the prompt"),
}

Find = Callable[[str], Sequence[SearchHit]]
"""Words -> the relevant hits, best first."""
Vectors = Callable[[Sequence[int]], Mapping[int, NDArray[np.float32]]]
"""Asset ids -> unit vectors of those that have one."""


@dataclass(frozen=True, slots=True)
class ThingProposals:
    """Attributes:
    words: a thing that the prompt names.
    references: pictures of it, the best first; none where the library has none.
    """

    words: str
    references: tuple[Reference, ...]

    @property
    def is_missing(self) -> bool:
        return not self.references


@dataclass(frozen=True, slots=True)
class Proposals:
    """For each thing that a prompt names, in its order."""

    things: tuple[ThingProposals, ...]

    def best(self, count: int) -> tuple[Reference, ...]:
        """The best of each thing first, then the second best of each; a picture stands for the
        first thing that it is proposed for."""
        found: dict[Path, Reference] = {}
        for row in zip_longest(*(thing.references for thing in self.things)):
            for reference in row:
                if reference is not None:
                    found.setdefault(reference.path, reference)
        return tuple(found.values())[:count]

    def missing(self) -> tuple[str, ...]:
        """What the library lacks, in the words of the prompt."""
        return tuple(thing.words for thing in self.things if thing.is_missing)


def for_thing(thing: Thing, count: int, find: Find, vectors: Vectors) -> ThingProposals:
    """The ``count`` best pictures of one thing."""
    hits = find(thing.words)
    if thing.noun != thing.words:
        of_noun = find(thing.noun)
        known = {hit.asset.id for hit in of_noun}
        hits = [hit for hit in hits if hit.asset.id in known] or of_noun
    pool = _generated_later(hits)[:_POOL]
    chosen = pool if count <= 1 else _diverse(pool, vectors([hit.asset.id for hit in pool]))
    return ThingProposals(
        thing.words,
        tuple(
            Reference(
                hit.asset.path, hit.asset.id, hit.score, _REASONS[hit.reason], words=thing.words
            )
            for hit in chosen[:count]
        ),
    )


def _generated_later(hits: Sequence[SearchHit]) -> Sequence[SearchHit]:
    def worth(place: tuple[int, SearchHit]) -> tuple[float, bool]:
        rank, hit = place
        return -(_GENERATED if hit.asset.is_generated else 1.0) / rank, hit.asset.is_generated

    return [hit for _, hit in sorted(enumerate(hits, start=1), key=worth)]


def _diverse(
    pool: Sequence[SearchHit], vectors: Mapping[int, NDArray[np.float32]]
) -> Sequence[SearchHit]:
    """All of them, each next one fitting well and unlike those before it; the best stays first."""
    if len(pool) < 3 or len(vectors) < len(pool):
        return pool
    alike = np.stack([vectors[hit.asset.id] for hit in pool])
    alike = _to_unit(alike @ alike.T)
    fit = np.linspace(1, 0, len(pool))
    order = [0]
    rest = [*range(1, len(pool))]
    while rest:
        worth = [_FIT * fit[at] - (1 - _FIT) * alike[at, order].max() for at in rest]
        order.append(rest.pop(int(np.argmax(worth))))
    return [pool[at] for at in order]


def _to_unit(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """From the least to the greatest as 0 to 1: how alike pictures are differs from model to
    model."""
    least, most = float(values.min()), float(values.max())
    return (values - least) / max(most - least, 1e-6)
