"""A product and a picture of it, laid over one another: everything that pixels say of the two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from desktop.core.picture_text import TextLine
from desktop.media.editing.opencv import opencv
from desktop.media.product_truth.colours import PartColour, part_colours
from desktop.media.product_truth.glyphs import odd_letter
from desktop.media.product_truth.placement import (
    Pixels,
    Placement,
    Product,
    agreement,
    cut_out,
    locate,
    rectified,
)

REFERENCE_SIDE, PICTURE_SIDE = 1_600, 2_048
"""Longer sides that are asked for when the two are decoded, pixels."""
_GREY = 128
_LENS = 0.5
"""Blur of a picture in its own pixels, standard deviation."""


@dataclass(frozen=True)
class Examination:
    """Attributes:
    agreement: share of the product's lines that are at their place.
    stretch: width by height, by the reference's.
    colours: of its parts.
    area: its corners in the picture, clockwise, as shares of width and height.
    reference, seen: the product and what stands in its place, straight, at one size: to be read.
    reference_alone, seen_alone: the same on grey: to be encoded.
    box: left, top, right, bottom of the product in ``reference``, as shares.
    """

    agreement: float
    stretch: float
    colours: list[PartColour]
    area: tuple[tuple[float, float], ...]
    reference: Image.Image
    seen: Image.Image
    reference_alone: Image.Image
    seen_alone: Image.Image
    box: tuple[float, float, float, float]
    _scale: float

    def reference_as_small(self) -> Image.Image:
        """The product with no more detail than the picture has of it, at its old size."""
        cv2 = opencv()
        if self._scale >= 1:
            return self.reference
        large = np.asarray(self.reference)
        h, w = large.shape[:2]
        size = max(8, round(w * self._scale)), max(8, round(h * self._scale))
        small = cv2.resize(large, size, interpolation=cv2.INTER_AREA)
        back = cv2.resize(small, (w, h), interpolation=cv2.INTER_LINEAR)
        return Image.fromarray(np.asarray(cv2.GaussianBlur(back, (0, 0), _LENS / self._scale)))

    def odd_letters(self, lines: Sequence[TextLine]) -> dict[int, float]:
        """Which of the lines that were read in ``reference`` have a letter that is drawn
        differently, and where, as a share of their length."""
        small = self.reference_as_small()
        odd = (odd_letter(small, self.seen, line.corners) for line in lines)
        return {number: where for number, where in enumerate(odd) if where is not None}


def examine(reference: Image.Image, picture: Image.Image) -> Examination | None:
    """Find the product of ``reference`` in ``picture``; None where nothing like it is there.

    Args:
        reference: RGB or RGBA, upright.
        picture: RGB, upright.

    Raises:
        TooPlain: the product has too little on it to be found by.
    """
    product, scene = cut_out(reference), np.asarray(picture.convert("RGB"))
    place = locate(product, scene)
    return None if place is None else _examined(product, scene, place)


def _examined(product: Product, scene: Pixels, place: Placement) -> Examination:
    tall, wide = product.large.shape[:2]
    enlarged = wide / product.pixels.shape[1], tall / product.pixels.shape[0]
    seen = rectified(scene, place, product)
    h, w = scene.shape[:2]
    rows, columns = np.nonzero(product.mask)
    scale = float(np.sqrt(abs(np.linalg.det(place.matrix[:2, :2])))) / enlarged[0]
    tall, wide = product.mask.shape
    return Examination(
        agreement=agreement(product, seen),
        stretch=place.stretch(product),
        colours=part_colours(product.pixels, seen, product.mask),
        area=tuple((float(x / w), float(y / h)) for x, y in place.corners(product)),
        reference=Image.fromarray(product.large),
        seen=Image.fromarray(rectified(scene, place, product, enlarged)),
        reference_alone=_alone(product, product.pixels),
        seen_alone=_alone(product, seen),
        box=(
            float(columns.min() / wide),
            float(rows.min() / tall),
            float((columns.max() + 1) / wide),
            float((rows.max() + 1) / tall),
        ),
        _scale=scale,
    )


def _alone(product: Product, pixels: Pixels) -> Image.Image:
    return Image.fromarray(np.where(product.mask[..., None], pixels, _GREY).astype(np.uint8))
