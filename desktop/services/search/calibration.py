"""What chance reaches in this library with this model: found out once, and kept.

The vectors of the unrelated texts belong to the encoder and are kept in the catalogue; the sample
belongs to the library as it is. The first time that a model meets a script, those texts are still
to be encoded, which takes seconds. Whoever cannot wait for that gets a **preliminary** bar, from
the scores of the query itself: what it scores with an ordinary picture stands for what an unrelated
text does. So it tells the best hits from the others, but not whether they say more than chance.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from desktop.core.cancellation import CancelToken
from desktop.core.errors import LibraryError
from desktop.core.scripts import scripts_of
from desktop.embedding.encoder import Encoder
from desktop.library.catalog.unrelated_vectors import UnrelatedVectors
from desktop.library.catalog.vectors import VectorTable
from desktop.services.search.relevance import (
    SAMPLE,
    Bar,
    bar_for_pictures,
    bar_for_texts,
    preliminary_bar,
)
from desktop.services.search.unrelated import COUNT, SIGNS, VERSION, unrelated_texts

_LOG = logging.getLogger(__name__)

_CHANGED = 0.1
"""Share by which a library grows or shrinks before its sample is taken anew."""
_AT_ONCE = 8
"""Texts that are encoded together: so long, a newer search waits."""


@dataclass
class _Sample:
    """Attributes:
    count: how many vectors the library had.
    values: (n, d).
    bars: of scripts, and of "" for pictures, as far as they were asked for.
    """

    count: int
    values: NDArray[np.float32]
    bars: dict[str, Bar] = field(default_factory=dict[str, Bar])


class Calibration:
    """Gives the bars that ``relevance`` describes. Any thread may ask; only ``learn`` encodes."""

    def __init__(self, vector_table: VectorTable, kept: UnrelatedVectors) -> None:
        self._vector_table = vector_table
        self._kept = kept
        self._lock = threading.Lock()
        self._learning = threading.Lock()
        self._samples: dict[str, _Sample] = {}
        self._unrelated: dict[tuple[str, str], NDArray[np.float32]] = {}
        """(COUNT, d)."""
        self._begun: dict[tuple[str, str], list[NDArray[np.float32]]] = {}
        """As far as the encoding has come that was cancelled."""

    def learn(self, encoder: Encoder, text: str, cancel: CancelToken) -> None:
        """Encode what is needed to judge what is looked for in these words, unless that was done.

        Raises:
            ModelError: the encoder fails.
            Cancelled: what was encoded until then is not lost.
        """
        with self._learning:
            for script in _scripts(text):
                if self._vectors(encoder.info.identity, script) is None:
                    self._learn(encoder, script, cancel)

    def bar_for_text(
        self, encoder_id: str, text: str, vector: NDArray[np.float32]
    ) -> tuple[Bar, bool]:
        """For what is looked for in these words, of which ``vector`` (d,) is the unit vector; and
        whether it is a preliminary one."""
        scripts = _scripts(text)
        with self._lock:
            sample = self._sample(encoder_id)
            for script in scripts:
                if script not in sample.bars:
                    unrelated = self._vectors(encoder_id, script)
                    if unrelated is None:
                        return preliminary_bar(vector, sample.values), True
                    sample.bars[script] = bar_for_texts(unrelated, sample.values, sample.count)
            return max((sample.bars[script] for script in scripts), key=_score), False

    def bar_for_picture(self, encoder_id: str) -> Bar:
        """For what is looked for by a picture."""
        with self._lock:
            sample = self._sample(encoder_id)
            if "" not in sample.bars:
                sample.bars[""] = bar_for_pictures(sample.values, sample.count)
            return sample.bars[""]

    def _sample(self, encoder_id: str) -> _Sample:
        count = self._vector_table.stored_count(encoder_id)
        sample = self._samples.get(encoder_id)
        if sample is None or abs(count - sample.count) > _CHANGED * sample.count:
            sample = _Sample(count, self._vector_table.sample(encoder_id, SAMPLE))
            self._samples[encoder_id] = sample
        return sample

    def _vectors(self, encoder_id: str, script: str) -> NDArray[np.float32] | None:
        key = (encoder_id, script)
        if key not in self._unrelated:
            kept = self._kept.of(encoder_id, script, VERSION)
            if kept is None:
                return None
            self._unrelated[key] = kept
        return self._unrelated[key]

    def _learn(self, encoder: Encoder, script: str, cancel: CancelToken) -> None:
        key = (encoder.info.identity, script)
        parts = self._begun.setdefault(key, [])
        texts = unrelated_texts(script)
        for at in range(len(parts) * _AT_ONCE, COUNT, _AT_ONCE):
            cancel.raise_if_cancelled()
            parts.append(encoder.encode_texts(texts[at : at + _AT_ONCE]))
        # As they are kept, so that the next start judges as this one does.
        vectors = np.concatenate(parts).astype(np.float16).astype(np.float32)
        self._unrelated[key] = vectors
        del self._begun[key]
        try:
            self._kept.keep(*key, VERSION, vectors)
        except LibraryError as error:  # the search does without
            _LOG.warning("what the model makes of %s is not kept: %s", script, error.headline)


def _scripts(text: str) -> tuple[str, ...]:
    return scripts_of(text) or (SIGNS,)


def _score(bar: Bar) -> float:
    return bar.score
