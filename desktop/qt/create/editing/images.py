"""Pixels as Qt paints them; made off the window's thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from desktop.core.text import number, sentences, tr
from desktop.qt.create.editing.region import MARK

if TYPE_CHECKING:
    from desktop.services.generation.edited_pictures import EditOutcome
    from desktop.services.generation.product_laying import LaidProduct

_FADED = 0.45
"""What of the picture is left where nothing else had changed."""


def image_of(pixels: NDArray[np.uint8]) -> QImage:
    """(height, width, 3 or 4), sRGB, as an image of its own."""
    height, width, channels = pixels.shape
    given = QImage.Format.Format_RGB888 if channels == 3 else QImage.Format.Format_RGBA8888
    painted = (
        QImage.Format.Format_RGB32 if channels == 3 else QImage.Format.Format_ARGB32_Premultiplied
    )
    image = QImage(pixels.tobytes(), width, height, width * channels, given)
    return image.convertToFormat(painted)


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at what came of an edit."""

    name: str
    image: QImage


@dataclass(frozen=True, slots=True)
class SeenOutcome:
    """What came of an edit, ready to be shown.

    Attributes:
        asset_id: of the wanted picture, or of the whole answer where there is none.
        views: in their order; ``first`` is the one to begin with.
        told: in words.
        is_misfit: the answer could not be used.
        has_both: there is a whole answer beside the wanted picture, to be taken instead.
        is_proposed: it is kept when the person says so.
    """

    asset_id: int
    views: tuple[View, ...]
    first: int
    told: str
    is_misfit: bool
    has_both: bool
    is_whole_taken: bool
    is_proposed: bool = False


def seen_laid_in(laid: LaidProduct) -> SeenOutcome:
    """A product laid into a picture, to be looked at before it is kept."""
    views = (View(tr("Before"), image_of(laid.before)), View(tr("Result"), image_of(laid.after)))
    told = tr("The real product is laid in. Outside of it every pixel is as it was.")
    return SeenOutcome(0, views, 1, told, False, False, False, is_proposed=True)


def seen(outcome: EditOutcome) -> SeenOutcome:
    """All images of an outcome, and what is said of it."""
    is_part = outcome.region is not None or outcome.changes is not None
    views: list[View] = []
    if outcome.before is not None:
        views.append(View(tr("Before") if is_part else tr("On white"), image_of(outcome.before)))
    if outcome.after is not None:
        views.append(View(tr("Result"), image_of(outcome.after)))
    first = len(views) - 1 if outcome.after is not None else len(views)
    if outcome.changes is not None and outcome.before is not None:
        views.append(View(tr("What else had changed"), _changes(outcome)))
    views.append(View(tr("Whole answer") if is_part else tr("On black"), image_of(outcome.answer)))
    return SeenOutcome(
        asset_id=outcome.picture.id,
        views=tuple(views),
        first=first,
        told=_told(outcome, is_part=is_part),
        is_misfit=bool(outcome.misfit),
        has_both=outcome.after is not None and is_part,
        is_whole_taken=outcome.is_whole_taken,
    )


def _changes(outcome: EditOutcome) -> QImage:
    """What it began with, faded, with all that the answer had changed besides in the mark."""
    assert outcome.before is not None
    assert outcome.changes is not None
    grey = outcome.before[..., :3].mean(axis=2, keepdims=True) * _FADED
    shown = np.repeat(grey.astype(np.uint8), 3, axis=2)
    shown[outcome.changes] = (MARK.red(), MARK.green(), MARK.blue())
    if outcome.region is not None:
        shown[outcome.region] = outcome.before[..., :3][outcome.region]
    return image_of(np.ascontiguousarray(shown))


def _told(outcome: EditOutcome, *, is_part: bool) -> str:
    if outcome.misfit:
        return sentences(
            outcome.misfit, tr("The model's whole answer is in your library all the same.")
        )
    if outcome.is_whole_taken:
        return tr("You took the model's whole answer.")
    if not is_part:
        return tr("Both pictures that it was made from are in your library too.")
    if outcome.changes is None or not outcome.changes.any():
        return tr("Outside of the marked part every pixel is as it was.")
    return tr(
        "The model had changed another {percent} % of the picture. That was left as it was.",
        percent=number(100 * float(outcome.changes.mean()), 1),
    )
