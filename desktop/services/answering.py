"""Which model answers a search: the chosen one, or the one before it until that one is complete.

Nothing about a change of model is written down, so no kill can leave it wrong: it follows from
which vectors there are. The chosen model answers, unless another installed model has vectors that
the chosen one still lacks; then that one answers, and no picture drops out of sight meanwhile.

Only pictures that can be encoded now count. One that is missing, on a drive that is away, or not
readable any more does not hold the change up; the chosen model finds it by meaning once it is back
and indexed.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from desktop.core.errors import ModelError
from desktop.embedding.encoder import Encoder
from desktop.embedding.manifest import InstalledModel
from desktop.library.catalog import Catalog
from desktop.library.vector_ledger import VectorLedger
from desktop.services.reports import ModelChange

_LOG = logging.getLogger(__name__)


class Models(Protocol):
    """The installed models; ``embedding.active.ActiveModel`` is it."""

    def installed(self) -> InstalledModel | None:
        """The chosen one; None when there is none that works."""
        ...

    def others(self) -> Sequence[InstalledModel]:
        """Those that could be used instead."""
        ...

    def load(self, model: InstalledModel) -> Encoder:
        """Its encoder, loaded at the first call. Raises: ModelError."""
        ...

    def keep_only(self, *models: InstalledModel) -> None:
        """Give up the encoders of all others."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """Who answers, and what the person should know about it (empty: nothing)."""

    encoder: Encoder | None
    notice: str = ""


class Answering:
    """Finds out which model answers. Any thread may ask."""

    def __init__(self, catalog: Catalog, ledger: VectorLedger, models: Models) -> None:
        self._catalog = catalog
        self._ledger = ledger
        self._models = models
        # Once complete, the chosen model answers as long as it is chosen: asked no more, and a
        # picture that comes back from a drive does not bring the old model back with it.
        self._complete = ""
        self._broken: dict[str, str] = {}

    def encoder(self) -> Answer:
        """The encoder for the next search, loaded; None when no model is installed.

        Raises:
            ModelError: the chosen model is complete, or alone, and does not load.
        """
        chosen = self._models.installed()
        if chosen is None:
            return Answer(None)
        under_way = self._under_way(chosen)
        if under_way is None:
            self._models.keep_only(chosen)
            return Answer(self._models.load(chosen))
        before, change = under_way
        so_far = f"{change.done:,} of {change.total:,} pictures are encoded with {change.new}."
        if before.identity not in self._broken:
            try:
                encoder = self._models.load(before)
                _ = encoder.info  # one that runs in a process of its own fails only now
                return Answer(encoder, f"{change.old} still answers: {so_far}")
            except ModelError as error:
                _LOG.warning("the model %s does not load: %s", change.old, error.sentence())
                self._broken[before.identity] = error.message
        problem = self._broken[before.identity]
        notice = f"{change.new} answers, although only {so_far} {problem}"
        return Answer(self._models.load(chosen), notice)

    def change(self) -> ModelChange | None:
        """The change of model under way, if there is one."""
        chosen = self._models.installed()
        under_way = self._under_way(chosen) if chosen else None
        return under_way[1] if under_way else None

    def _under_way(self, chosen: InstalledModel) -> tuple[InstalledModel, ModelChange] | None:
        """The model that knows pictures which the chosen one does not know yet."""
        if self._complete == chosen.identity:
            return None
        self._complete = ""
        counts = self._ledger.stored_counts()
        others = [model for model in self._models.others() if counts.get(model.identity)]
        others.sort(key=lambda model: counts[model.identity], reverse=True)
        roots = self._catalog.roots_at_hand()
        for before in others:
            if self._ledger.is_ahead(before.identity, chosen.identity, roots):
                done = counts.get(chosen.identity, 0)
                total = max(done, counts[before.identity])
                return before, ModelChange(before.manifest.name, chosen.manifest.name, done, total)
        self._complete = chosen.identity
        return None
