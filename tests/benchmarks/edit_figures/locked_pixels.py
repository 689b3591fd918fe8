"""Locked pixels: what stays, what is put in, what is told of the rest, and what is refused."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from desktop.core.errors import AnswerMisfit
from desktop.media.editing.locking import locked
from tests.benchmarks.edit_figures.answers import Case, case, picture
from tests.benchmarks.report import Figures, at_least, at_most

TARGETS = {
    "locked_accepted": at_least(1.0),
    "locked_outside_equal": at_least(0.999),
    "locked_inside_levels_apart": at_most(6.0),
    "locked_inside_over_naive": at_most(0.35),
    "locked_strays_told": at_least(0.9),
    "locked_told_without_stray": at_most(0.01),
    "locked_misfits_refused": at_least(1.0),
}
_SEAM = 31
"""Pixels from the border of a region: beyond, the answer alone is to be seen."""


def cases(count: int) -> list[Case]:
    """Shifted by up to 8 pixels, scaled by up to a hundredth, toned by up to a tenth, with strays;
    some smaller than the picture, as a model that makes 1K gives back a picture of 1.5K."""
    made: list[Case] = []
    for number in range(count):
        share = 1.0 if number < count // 2 else (number % 4 + 1) / 4
        made.append(
            case(
                10 * number,
                shift=8 * share,
                scale=0.01 * share,
                tone=0.1 * share,
                strays=number % 4,
                answer_scale=(1.0, 0.7, 1.25)[number % 3],
            )
        )
    return made


def misfits(seed: int) -> list[tuple[Case, NDArray[np.uint8]]]:
    """Answers that cannot be put in, whatever is done to them."""
    made = case(seed)
    height, width = made.picture.shape[:2]
    zoomed = cv2.resize(made.answer[height // 5 : -height // 5, width // 5 : -width // 5],
                        (width, height))  # fmt: skip
    answers = (
        picture(seed + 5, width, height),
        picture(seed + 6, height, height),
        np.ascontiguousarray(made.answer[:, ::-1]),
        np.ascontiguousarray(made.answer[::-1, ::-1]),
        np.full_like(made.picture, 255),
        np.asarray(zoomed, np.uint8),
    )
    return [(made, answer) for answer in answers]


def measure(is_quick: bool) -> Figures:
    """All figures; levels of 0 to 255."""
    equal: list[float] = []
    apart: list[float] = []
    naive: list[float] = []
    told: list[float] = []
    beside: list[float] = []
    given = cases(6 if is_quick else 36)
    for made in given:
        try:
            edit = locked(made.picture, made.answer, made.region)
        except AnswerMisfit:
            continue
        stays = (edit.pixels == made.picture).all(axis=2)[~made.region]
        equal.append(float(np.mean(stays)))
        # A stretched and pasted answer, as one would without registration.
        size = (made.picture.shape[1], made.picture.shape[0])
        pasted = cv2.resize(made.answer, size, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
        core = _core(made.region)
        apart.append(_apart(edit.pixels, made.wanted, core))
        naive.append(_apart(pasted, made.wanted, core))
        if made.strays.any():
            told.append(float(np.mean(edit.changes[made.strays])))
        around = cv2.dilate(made.strays.astype(np.uint8), np.ones((9, 9))).astype(bool)
        beside.append(float(np.mean(edit.changes & ~around)))
    refused = [_is_refused(*pair) for seed in ((500,) if is_quick else (500, 520, 540))
               for pair in misfits(seed)]  # fmt: skip
    return {
        "locked_answers": float(len(given)),
        "locked_accepted": len(equal) / len(given),
        "locked_outside_equal": min(equal, default=0.0),
        "locked_inside_levels_apart": float(np.mean(apart)) if apart else 255.0,
        "locked_inside_naive": float(np.mean(naive)) if naive else 0.0,
        "locked_inside_over_naive": float(np.mean(apart) / np.mean(naive)) if apart else 1.0,
        "locked_strays_told": float(np.mean(told)) if told else 0.0,
        "locked_told_without_stray": max(beside, default=1.0),
        "locked_misfits": float(len(refused)),
        "locked_misfits_refused": float(np.mean(refused)),
    }


def _core(region: NDArray[np.bool_]) -> NDArray[np.bool_]:
    padded = np.ones((_SEAM, _SEAM), np.uint8)
    return cv2.erode(region.astype(np.uint8), padded, borderValue=0).astype(bool)


def _apart(one: NDArray[np.uint8], other: NDArray[np.uint8], where: NDArray[np.bool_]) -> float:
    return float(np.abs(one.astype(np.int16) - other)[where].mean())


def _is_refused(made: Case, answer: NDArray[np.uint8]) -> bool:
    try:
        locked(made.picture, answer, made.region)
    except AnswerMisfit:
        return True
    return False
