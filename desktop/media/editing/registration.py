"""Where each pixel of a picture lies in an answer that was to show the same picture.

Image models give back another size, and shift, scale and bend what was to stay by some pixels. The
place is found in three steps, each on what the one before left over, and all of them only where
nothing was to change: features that are alike (Lowe 2004, with random sample consensus), an affine
transform of greatest correlation (Evangelidis and Psarakis 2008, indifferent to brightness and
contrast), and a smooth field of small displacements (Kroeger et al. 2016).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.media.editing.opencv import opencv

Pixels = NDArray[np.uint8]
"""(height, width, 3), sRGB."""
Mask = NDArray[np.bool_]
"""(height, width)."""
Grey = NDArray[np.uint8]
Affine = NDArray[np.float64]
"""(2, 3): from a pixel of the picture to one of the answer."""

WORKING_SIDE = 1024
"""Pixels; the longer side at which the place is looked for."""
_SAME_SHAPE = 0.04
"""Ratios of sides that differ by no more are stretched over each other."""
_MOST_SCALED, _MOST_TURNED, _MOST_SHIFTED = 0.12, 0.06, 0.12
"""Beyond what the sizes say; radians; of the longer side. Further apart it is another picture."""
_MOST_BENT = 5.0
"""Working pixels."""
_SMOOTH = 28.0
"""Working pixels; the field of displacements does not bend more sharply."""
_FEATURES, _RATIO, _FEWEST = 3000, 0.75, 12
_STEPS, _PRECISION = 60, 1e-5


@dataclass(frozen=True, slots=True)
class Place:
    """Where the picture lies in the answer.

    Attributes:
        x, y: (height, width) float32 of the picture: the answer's pixel that shows the same.
    """

    x: NDArray[np.float32]
    y: NDArray[np.float32]

    def laid_over(self, answer: Pixels) -> tuple[Pixels, Mask]:
        """The answer in the picture's own pixels, and where it reaches."""
        cv2 = opencv()
        height, width = answer.shape[:2]
        over = cv2.remap(
            answer, self.x, self.y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )  # fmt: skip
        inside = (self.x >= -0.5) & (self.x <= width - 0.5)
        inside &= (self.y >= -0.5) & (self.y <= height - 0.5)
        return np.asarray(over, np.uint8), inside


def find_place(picture: Pixels, answer: Pixels, outside: Mask) -> Place:
    """Look for ``picture`` in ``answer``, by what is ``outside`` of the part that was to change.

    Where there is nothing to go by, an even ground, the sizes alone decide.
    """
    cv2 = opencv()
    height, width = picture.shape[:2]
    scale = min(1.0, WORKING_SIDE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = _grey(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
    known = np.asarray(
        cv2.resize(outside.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST), bool
    )
    fitted, start = _fitted(answer, size)
    grey = _grey(fitted)
    affine = _refined(small, grey, known, _best_start(small, grey, known))
    by_x, by_y = _bent(small, grey, known, affine)
    # Back from working pixels to those of the picture and of the answer, centres on centres.
    at_y, at_x = np.mgrid[0:height, 0:width].astype(np.float32)
    work_x = (at_x + 0.5) * (size[0] / width) - 0.5
    work_y = (at_y + 0.5) * (size[1] / height) - 0.5
    shift_x = cv2.remap(by_x, work_x, work_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    shift_y = cv2.remap(by_y, work_x, work_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    there_x = affine[0, 0] * work_x + affine[0, 1] * work_y + affine[0, 2] + shift_x
    there_y = affine[1, 0] * work_x + affine[1, 1] * work_y + affine[1, 2] + shift_y
    x = start[0, 0] * there_x + start[0, 2]
    y = start[1, 1] * there_y + start[1, 2]
    return Place(x.astype(np.float32), y.astype(np.float32))


def _grey(pixels: Any) -> Grey:
    cv2 = opencv()
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)


def _fitted(answer: Pixels, size: tuple[int, int]) -> tuple[Pixels, Affine]:
    """The answer at the working size, by the sizes alone: stretched where the shapes agree, else
    laid on it in the middle; and the way from there back to its own pixels."""
    cv2 = opencv()
    height, width = answer.shape[:2]
    across, down = size[0] / width, size[1] / height
    if abs(across / down - 1) > _SAME_SHAPE:
        across = down = max(across, down)
    back = np.array(
        [
            [1 / across, 0, (width - size[0] / across) / 2 + 0.5 / across - 0.5],
            [0, 1 / down, (height - size[1] / down) / 2 + 0.5 / down - 0.5],
        ]
    )
    source = answer
    if across < 1:  # what is thinned out is smoothed first
        sigma = 0.5 * np.sqrt(max(1e-6, across**-2 - 1))
        source = np.asarray(cv2.GaussianBlur(answer, (0, 0), sigma), np.uint8)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    laid = cv2.warpAffine(source, back, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(laid, np.uint8), back


def _best_start(small: Grey, grey: Grey, known: Mask) -> Affine:
    """As it lies, or as the features say, whichever agrees better."""
    as_it_lies = np.eye(2, 3)
    found = _by_features(small, grey, known)
    if found is None:
        return as_it_lies
    return max((as_it_lies, found), key=lambda affine: _correlation(small, grey, known, affine))


def _by_features(small: Grey, grey: Grey, known: Mask) -> Affine | None:
    cv2 = opencv()
    cv2.setRNGSeed(0)  # the same answer gives the same picture
    finder = cv2.SIFT.create(nfeatures=_FEATURES)
    points, descriptors = finder.detectAndCompute(small, known.astype(np.uint8) * 255)
    others, other_descriptors = finder.detectAndCompute(grey, None)
    if min(len(points), len(others)) < _FEWEST:
        return None
    pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(descriptors, other_descriptors, k=2)
    good = [
        pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < _RATIO * pair[1].distance
    ]
    if len(good) < _FEWEST:
        return None
    here = np.array([points[match.queryIdx].pt for match in good], np.float32)
    there = np.array([others[match.trainIdx].pt for match in good], np.float32)
    found, agreeing = cv2.estimateAffinePartial2D(
        here, there, method=cv2.RANSAC, ransacReprojThreshold=3.0
    )
    if found is None or int(np.sum(agreeing)) < _FEWEST or not _is_near(found, small.shape):
        return None
    return np.asarray(found, np.float64)


def _is_near(affine: Any, shape: tuple[int, ...]) -> bool:
    """It could be the same picture, given back not quite in its place."""
    linear = np.asarray(affine)[:, :2]
    middle = np.array([shape[1], shape[0]]) / 2
    shift = linear @ middle + np.asarray(affine)[:, 2] - middle
    scales = np.linalg.svd(linear, compute_uv=False)
    turn = np.arctan2(linear[1, 0] - linear[0, 1], linear[0, 0] + linear[1, 1])
    return bool(
        np.abs(scales - 1).max() < _MOST_SCALED
        and abs(turn) < _MOST_TURNED
        and np.abs(shift).max() < _MOST_SHIFTED * max(shape)
        and np.linalg.det(linear) > 0
    )


def _moved(grey: Grey, affine: Affine, shape: tuple[int, ...]) -> tuple[Grey, Mask]:
    """The answer moved into place, and where it reaches."""
    cv2 = opencv()
    size, flags = (shape[1], shape[0]), cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    moved = cv2.warpAffine(grey, affine, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    ones = np.ones(grey.shape, np.uint8)
    reached = cv2.warpAffine(ones, affine, size, flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)
    return np.asarray(moved, np.uint8), np.asarray(reached, bool)


def _correlation(small: Grey, grey: Grey, known: Mask, affine: Affine) -> float:
    """-1 to 1; 0 where one of them is even."""
    moved, reached = _moved(grey, affine, small.shape)
    seen = known & reached
    if np.count_nonzero(seen) < _FEWEST:
        return -1.0
    one, other = small[seen].astype(np.float32), moved[seen].astype(np.float32)
    one -= one.mean()
    other -= other.mean()
    length = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other) / length if length > 1 else 0.0


def _refined(small: Grey, grey: Grey, known: Mask, start: Affine) -> Affine:
    """Twice: once by all that was to stay, once without what had changed there all the same."""
    affine = start
    for round_ in range(2):
        seen = known
        if round_:
            seen = known & ~_stray(small, grey, known, affine)
        better = _of_greatest_correlation(small, grey, seen, affine)
        if better is None or not _is_near(better, small.shape):
            break
        if _correlation(small, grey, seen, better) < _correlation(small, grey, seen, affine):
            break
        affine = better
    return affine


def _of_greatest_correlation(small: Grey, grey: Grey, seen: Mask, start: Affine) -> Affine | None:
    cv2 = opencv()
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, _STEPS, _PRECISION)
    reached = np.ones(grey.shape, np.uint8)
    try:
        _, found = cv2.findTransformECCWithMask(
            small,
            grey,
            seen.astype(np.uint8),
            reached,
            start.astype(np.float32),
            cv2.MOTION_AFFINE,
            criteria,
            5,
        )
    except cv2.error:  # nothing to go by
        return None
    found = np.asarray(found, np.float64)
    return found if np.isfinite(found).all() else None


def _stray(small: Grey, grey: Grey, known: Mask, affine: Affine) -> Mask:
    """Working pixels that differ much more than most do."""
    cv2 = opencv()
    moved, reached = _moved(grey, affine, small.shape)
    levelled = _levelled(small, moved, known & reached)
    apart = np.abs(cv2.GaussianBlur(levelled - small.astype(np.float32), (0, 0), 2.0))
    usual = float(np.median(apart[known & reached])) if np.any(known & reached) else 0.0
    return np.asarray(cv2.dilate((apart > 4 * usual + 6).astype(np.uint8), np.ones((9, 9))), bool)


def _levelled(small: Grey, moved: Grey, seen: Mask) -> NDArray[np.float32]:
    """The answer at the picture's brightness and contrast, by their medians."""
    other = moved.astype(np.float32)
    if not np.any(seen):
        return other
    low, middle, high = np.percentile(small[seen], (10, 50, 90))
    low_there, middle_there, high_there = np.percentile(moved[seen], (10, 50, 90))
    gain = float(np.clip((high - low) / max(high_there - low_there, 1.0), 0.5, 2.0))
    return np.asarray((other - middle_there) * gain + middle, np.float32)


def _bent(
    small: Grey, grey: Grey, known: Mask, affine: Affine
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Small displacements on top of the affine transform, in working pixels of the answer; none
    where they bring nothing."""
    cv2 = opencv()
    none = np.zeros(small.shape, np.float32)
    if min(small.shape) < 32:  # the method's own least size
        return none, none
    moved, reached = _moved(grey, affine, small.shape)
    levelled = np.clip(_levelled(small, moved, known & reached), 0, 255).astype(np.uint8)
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    field = np.asarray(flow.calc(small, levelled, None), np.float32)
    steep_x, steep_y = cv2.Sobel(small, cv2.CV_32F, 1, 0), cv2.Sobel(small, cv2.CV_32F, 0, 1)
    strength = steep_x**2 + steep_y**2
    weight = strength / (strength + 40.0**2)
    weight *= known & reached & ~_stray(small, grey, known, affine)
    weight *= np.abs(field).max(axis=2) < _MOST_BENT
    total = cv2.GaussianBlur(weight, (0, 0), _SMOOTH) + 0.01
    by_x = cv2.GaussianBlur(weight * field[..., 0], (0, 0), _SMOOTH) / total
    by_y = cv2.GaussianBlur(weight * field[..., 1], (0, 0), _SMOOTH) / total
    # The displacement is one of the moved answer; the transform takes it to the answer's own.
    there_x = affine[0, 0] * by_x + affine[0, 1] * by_y
    there_y = affine[1, 0] * by_x + affine[1, 1] * by_y
    at_y, at_x = np.mgrid[0 : small.shape[0], 0 : small.shape[1]].astype(np.float32)
    bent = cv2.remap(
        levelled, at_x + by_x, at_y + by_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )  # fmt: skip
    seen = known & reached
    if not np.any(seen):
        return none, none
    before = np.abs(levelled.astype(np.float32) - small)[seen].mean()
    after = np.abs(np.asarray(bent, np.float32) - small)[seen].mean()
    if after > 0.98 * before:
        return none, none
    return there_x.astype(np.float32), there_y.astype(np.float32)
