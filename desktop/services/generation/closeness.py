"""How close a picture comes to a brand kit: by its colours and by its look, with the reason.

Two parts, each from 0 to 1; the closeness is their mean, or the one that there is.

Colours: of every main colour of the picture that is a colour (Oklab chroma of at least
``_LEAST_CHROMA``; black, white and grey belong to everybody), the distance to the kit's nearest.
Up to ``SAME_NAME``, as far as colours go by one name, it fits wholly; from ``_FOREIGN`` on not at
all; between them in proportion. The fits are weighted by the colours' shares of the picture.

Look: the mean cosine similarity to the style references, as a rank among those of the library's own
pictures: 0.93 means closer than 93 of 100 of them. A rank does not depend on the
scale of a model's similarities, which differs from model to model.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop.core.brand_kit import STYLE, BrandKit
from desktop.core.colour import SAME_NAME, Palette, oklab
from desktop.core.generation_record import GenerationRequest
from desktop.core.text import number, sentences, tr
from desktop.library.catalog.kits import KitTable
from desktop.library.catalog.palettes import PaletteTable
from desktop.library.catalog.vectors import VectorTable
from desktop.services.current_model import CurrentModel

_LEAST_CHROMA = 0.04
"""Oklab; below it most people speak of a grey, a white or a black."""
_FOREIGN = 0.12
"""Oklab distance. Of 0.12, 0.14, 0.20 and 0.28 it tells brands of the demo's world apart best:
a brand's picture comes out closer than a foreign one in 0.91 of the pairs by its colours, in 0.84
by its look, in 0.96 by both (tests/benchmarks/closeness)."""
_LEAST_COMPARED = 20
"""Pictures with a vector; a rank among fewer says nothing."""
_MOST_COMPARED = 2000
_FOREIGN_SHARE = 10
"""Percent; a smaller foreign colour is not spoken of."""


@dataclass(frozen=True, slots=True)
class Closeness:
    """Of one picture.

    Attributes:
        score: 0 to 1; None where nothing can be said.
        colours, look: its parts; None where the kit or the picture says nothing of it.
        foreign: "#1A2B3C", the largest colour that the kit lacks; empty for none worth a word.
    """

    asset_id: int
    score: float | None
    colours: float | None = None
    look: float | None = None
    foreign: str = ""

    def reason(self) -> str:
        """In a sentence or two."""
        if self.score is None:
            return tr("Nothing is known yet of its colours or its look.")
        colours = look = foreign = ""
        if self.colours is not None:
            colours = tr("Colours: {share} % fit the palette.", share=number(self.colours * 100))
        if self.foreign:
            foreign = tr("Foreign to it: {colour}.", colour=self.foreign)
        if self.look is not None:
            look = tr(
                "Look: closer to the style references than {share} % of the library.",
                share=number(self.look * 100),
            )
        return sentences(colours, foreign, look)

    def sentence(self, kit: str) -> str:
        """How close it came to the kit of that name, and why; empty where nothing can be said."""
        if self.score is None:
            return ""
        share = number(self.score * 100)
        return sentences(tr("{share} % close to “{kit}”.", share=share, kit=kit), self.reason())


class ClosenessMeter:
    """Measures pictures of the library against a kit. Any thread may ask; starts no model."""

    def __init__(
        self,
        kits: KitTable,
        palettes: PaletteTable,
        vector_table: VectorTable,
        model: CurrentModel,
    ) -> None:
        self._kits = kits
        self._palettes = palettes
        self._vector_table = vector_table
        self._model = model

    def of(self, asset_id: int, request: GenerationRequest) -> Closeness | None:
        """How close a picture came to the kit that it was made with, in that version; None without
        one, or where this library has no such kit."""
        kit = self._kits.of_request(request)
        return self.measure(kit, [asset_id])[0] if kit is not None else None

    def measure(self, kit: BrandKit, asset_ids: Sequence[int]) -> list[Closeness]:
        """The closest first; what nothing is known of comes last."""
        ids = [*dict.fromkeys(asset_ids)]
        looks = self._looks(kit, ids)
        found = [self._of(kit, asset_id, looks.get(asset_id)) for asset_id in ids]
        return sorted(found, key=lambda each: (each.score is None, -(each.score or 0.0)))

    def _of(self, kit: BrandKit, asset_id: int, look: float | None) -> Closeness:
        colours, foreign = colour_fit(self._palettes.of(asset_id), kit.palette)
        parts = [part for part in (colours, look) if part is not None]
        score = sum(parts) / len(parts) if parts else None
        return Closeness(asset_id, score, colours, look, foreign)

    def _looks(self, kit: BrandKit, asset_ids: Sequence[int]) -> dict[int, float]:
        style_ids = [
            picture.asset_id
            for picture in kit.pictures
            if picture.role == STYLE and picture.asset_id is not None
        ]
        space = self._model.vector_space()
        if space is None or not style_ids:
            return {}
        styles = self._vector_table.of_assets(space, style_ids)
        library = self._vector_table.sample(space, _MOST_COMPARED)
        if not len(styles) or len(library) < _LEAST_COMPARED:
            return {}
        usual = np.sort(likeness(library, styles))
        measured = self._vector_table.by_asset(space, asset_ids)
        ranks: dict[int, float] = {}
        for asset_id, vector in measured.items():
            place: NDArray[np.intp] = np.searchsorted(usual, likeness(vector[None], styles))
            ranks[asset_id] = float(place[0]) / len(usual)
        return ranks


def likeness(vectors: NDArray[np.float32], styles: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n,): of each of the (n, d) vectors the mean cosine similarity to the styles.

    What the styles show differs and averages out; what they share, the look, stays.
    """
    return (vectors @ styles.T).mean(axis=1)


def colour_fit(palette: Palette, colours: Iterable[str]) -> tuple[float | None, str]:
    """How well a picture's colours keep to a kit's, 0 to 1, and its largest foreign one.

    Without a colour on either side None; a picture in black and white fits any kit.
    """
    own = [oklab(colour) for colour in colours]
    if not own or not palette:
        return None, ""
    total = fitting = 0.0
    foreign, largest = "", _FOREIGN_SHARE - 1
    for colour, share in palette:
        place = oklab(colour)
        if math.hypot(place[1], place[2]) < _LEAST_CHROMA:
            continue
        distance = min(math.dist(place, each) for each in own)
        fit = min(1.0, max(0.0, (_FOREIGN - distance) / (_FOREIGN - SAME_NAME)))
        total += share
        fitting += share * fit
        if fit < 0.5 and share > largest:
            foreign, largest = colour, share
    return (fitting / total if total else 1.0), foreign
