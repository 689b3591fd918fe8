"""A query as a model sees it: a direction, and the score from which on it means something."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop.core.cancellation import CancelToken
from desktop.core.pixels import PixelSpec
from desktop.core.query import Example, Query
from desktop.core.set_phrases import literal_reading
from desktop.embedding.encoder import Encoder
from desktop.media.colour import flattened
from desktop.media.encoder_pixels import encoder_pixels
from desktop.media.formats.format import Needed
from desktop.media.reference_picture import reference_picture
from desktop.media.renditions import Renditions, load_renditions
from desktop.media.sandbox.pool import Sandbox
from desktop.media.video.renditions import is_video, load_video
from desktop.services.search.calibration import Calibration
from desktop.services.search.kept_vectors import KeptVectors
from desktop.services.search.relevance import NOTHING_PASSES, Bar, bar_for_sum

_SAME_READING = 0.985
"""Cosine of two texts from which on a model makes no difference between them. The demo model reads
sign by sign: 0.999 for 红包 (a red envelope) and 红色的包 (a red bag)."""


@dataclass(frozen=True, slots=True)
class Direction:
    """Attributes:
    vector: (d,) unit vector.
    bar: which scores with it mean something.
    is_preliminary: ``bar`` is, see ``calibration``.
    """

    vector: NDArray[np.float32]
    bar: Bar
    is_preliminary: bool


class QueryVectors:
    """Asks an encoder.

    Args:
        read_side: shorter side to which pictures are reduced while decoding; the same as for
            indexing, so that a picture is most like itself.
        calibration: knows which scores mean something.
        kept: knows the vectors of the library's pictures; None: every file is read.
        sandbox: decodes a risky picture; None: this process does.
    """

    def __init__(
        self,
        read_side: int,
        calibration: Calibration,
        kept: KeptVectors | None = None,
        sandbox: Sandbox | None = None,
    ) -> None:
        self._read_side = read_side
        self._calibration = calibration
        self._kept = kept
        self._sandbox = sandbox

    def calibrate(self, query: Query, encoder: Encoder, cancel: CancelToken) -> None:
        """From now on, ``direction`` has no preliminary bar for this query.

        Raises:
            ModelError: the encoder fails.
            Cancelled: as ``cancel`` says.
        """
        if query.text.strip():
            self._calibration.learn(encoder, query.text, cancel)

    def direction(self, query: Query, encoder: Encoder) -> Direction:
        """What to rank by.

        Raises:
            FileError: a picture of the query cannot be read.
            ModelError: the encoder fails.
        """
        parts: list[tuple[float, Bar, NDArray[np.float32]]] = []
        identity, is_preliminary = encoder.info.identity, False
        if query.text.strip():
            vector = encoder.encode_texts([query.text])[0]
            bar, is_preliminary = self._calibration.bar_for_text(identity, query.text, vector)
            if not query.examples and _is_misread(query.text, vector, encoder):
                bar, is_preliminary = NOTHING_PASSES, False
            parts.append((1.0, bar, vector))
        for example in query.examples:
            vector = self._kept_vector(example, identity)
            if vector is None:
                pixels = self._pixels(example, encoder.info.pixels)
                vector = encoder.encode_images(pixels[np.newaxis])[0]
            bar = self._calibration.bar_for_picture(identity)
            parts.append((example.weight, bar, vector))
        # The direction of weighted unit vectors: words and a picture weigh the same by themselves.
        together = np.sum([weight * vector for weight, _, vector in parts], axis=0)
        length = max(float(np.linalg.norm(together)), 1e-12)
        return Direction((together / length).astype(np.float32), bar_for_sum(parts), is_preliminary)

    def _kept_vector(self, example: Example, identity: str) -> NDArray[np.float32] | None:
        """Of a picture of the library, whole, or of a scene of its video."""
        is_kept = example.crop is None and example.page is None
        if self._kept is None or not is_kept or not isinstance(example.image, Path):
            return None
        return self._kept.of(identity, example.image, example.position_ms)

    def _pixels(self, example: Example, spec: PixelSpec) -> NDArray[np.uint8]:
        image, crop = example.image, example.crop
        if example.is_whole_file:
            # The way that indexing goes, so that a picture of the library is most like itself.
            return self._views(image, spec).encoder_pixels(spec)
        if example.position_ms is None and isinstance(image, Path) and is_video(image):
            poster = flattened(self._views(image, spec).picture.image)
            shown = poster if crop is None else poster.crop(crop.box(*poster.size))
        else:
            shown = reference_picture(
                image,
                Needed(shorter=round(1.5 * spec.size)),
                part=None if crop is None else crop.edges,
                moment_ms=example.position_ms,
                page=example.page,
                sandbox=self._sandbox,
            )
        return encoder_pixels(shown, spec)

    def _views(self, image: Path | bytes, spec: PixelSpec) -> Renditions:
        """Of a picture, or of what a video shows as its poster."""
        if isinstance(image, Path) and is_video(image):
            return load_video(image, self._read_side, spec, sandbox=self._sandbox).frames[0]
        return load_renditions(image, self._read_side, spec, sandbox=self._sandbox)


def _is_misread(text: str, vector: NDArray[np.float32], encoder: Encoder) -> bool:
    """Whether the model takes a set phrase by its parts, so that its scores are about another
    thing."""
    literal = literal_reading(text)
    return bool(literal) and float(encoder.encode_texts([literal])[0] @ vector) >= _SAME_READING
