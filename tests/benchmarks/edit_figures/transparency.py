"""Difference matting of pictures whose transparency is known: how far off, what is refused."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desktop.core.errors import AnswerMisfit
from desktop.media.editing.matting import cut_out
from tests.benchmarks.edit_figures.plates import known, plate
from tests.benchmarks.report import Figures, at_least, at_most

TARGETS = {
    "cut_out_accepted": at_least(1.0),
    "cut_out_alpha_error": at_most(0.02),
    "cut_out_alpha_error_partly_clear": at_most(0.05),
    "cut_out_disagreeing_refused": at_least(1.0),
}


def measure(is_quick: bool) -> Figures:
    """Plates with noise of 2.5 levels and a shift of one pixel between them; alpha from 0 to 1."""
    errors: list[float] = []
    partly: list[float] = []
    colours: list[float] = []
    count = 4 if is_quick else 24
    for seed in range(count):
        truth = known(seed)
        try:
            made = cut_out(plate(truth, 253, seed), plate(truth, 3, seed + 1, shift=1.0))
        except AnswerMisfit:
            continue
        apart = np.abs(made[..., 3].astype(np.int16) - truth[..., 3]) / 255
        errors.append(float(apart.mean()))
        partly.append(float(apart[(truth[..., 3] > 0) & (truth[..., 3] < 255)].mean()))
        solid = truth[..., 3] > 200
        colours.append(float(np.abs(made.astype(np.int16) - truth)[solid][:, :3].mean()))
    refused = [_is_refused(*pair) for pair in _disagreeing()]
    return {
        "cut_outs": float(count),
        "cut_out_accepted": len(errors) / count,
        "cut_out_alpha_error": float(np.mean(errors)) if errors else 1.0,
        "cut_out_alpha_error_worst": max(errors, default=1.0),
        "cut_out_alpha_error_partly_clear": float(np.mean(partly)) if partly else 1.0,
        "cut_out_colour_levels_apart": float(np.mean(colours)) if colours else 255.0,
        "cut_out_disagreeing": float(len(refused)),
        "cut_out_disagreeing_refused": float(np.mean(refused)),
    }


def _disagreeing() -> list[tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    one, other = known(1), known(2)
    white = plate(one, 255, 1)
    return [
        (white, plate(other, 0, 2)),  # another thing
        (white, plate(one, 128, 2)),  # on grey
        (white, white),  # the ground was not changed
        (plate(one, 60, 1), plate(one, 0, 2)),  # the first is on dark
        (white, np.ascontiguousarray(plate(one, 0, 2)[:, ::-1])),  # mirrored
        (plate(np.zeros_like(one), 255, 1), plate(np.zeros_like(one), 0, 2)),  # nothing there
        (white, plate(known(1, 480, 640), 0, 2)),  # another shape
    ]


def _is_refused(on_white: NDArray[np.uint8], on_black: NDArray[np.uint8]) -> bool:
    try:
        cut_out(on_white, on_black)
    except AnswerMisfit:
        return True
    return False
