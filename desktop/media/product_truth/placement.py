"""Where a product of one picture stands in another: found, and laid straight over itself."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from desktop.media.editing.opencv import opencv

Pixels = NDArray[np.uint8]
"""(h, w, 3), sRGB."""
Mask = NDArray[np.bool_]
"""(h, w)."""
Matrix = NDArray[np.float64]
"""(3, 3): homogeneous points of one picture to those of another."""

PRODUCT_SIDE = 560
"""Longer side of a product while it is compared, pixels."""
LARGE_SIDE = 1_120
"""Of the same, while its letters are read."""
SCENE_SIDE = 1_280
"""Longer side of the picture in which it is looked for."""
_MARGIN = 0.06
"""Of a product's longer side, around it: its outline belongs to it."""
_GROUND_STEP = 3
"""Levels between neighbours within a ground."""
_LEAST_HOLE = 0.001
"""Of a picture."""
_WITHOUT_MARKS = 0.995
"""Of a hole's area."""
_MOST_OF_BORDER = 0.6
_LEAST_CONTENT = 0.02

_RATIO = 0.82
"""Lowe's test: the second nearest descriptor must be so much further away."""
_NEAR = 5.0
"""Pixels of the scene by which a feature may miss its place."""
_LEAST_FEATURES = 7
"""That agree on a place; fewer agree by chance."""
_FEW = 24
"""Features up to which perspective is not asked for: it would follow their noise."""
_SMALLEST, _LARGEST = 0.08, 5.0
"""Scales in which a product is looked for."""

_GOOD = 0.9
"""Share of the lines from which on nobody looks for a better place."""
_FOUND = 0.5
"""Of the lines, by which a product that was found by its outlines alone is one."""

_LEAST_LINES = 1.0
"""Lines, pixels, by the perimeter of the product's box. A sharp outline alone makes 1.5 to 3, made
products 6 and more; fewer lie on lines, or on a spot, of any picture."""

_SEARCH_SIDE = 320
"""Longer side of the scene in which outlines are looked for."""
_TURNS = (-12.0, -6.0, 0.0, 6.0, 12.0)
_SCALES = np.geomspace(0.22, 0.95, 13)
"""Of the scene's sides, that the longer one of the product takes."""


@dataclass(frozen=True)
class Product:
    """A product as it is compared.

    Attributes:
        pixels: it, with a margin, reduced.
        large: the same, as large as its letters are read.
        mask: what of it is the product; all of it where no ground can be told.
        is_cut_out: a ground was told from it.
    """

    pixels: Pixels
    large: Pixels
    mask: Mask
    is_cut_out: bool


class TooPlain(ValueError):
    """A product has too few lines to be told from anything else."""


@dataclass(frozen=True)
class Placement:
    """Attributes:
    matrix: points of ``Product.pixels`` to points of the scene, pixels of the whole scene.
    features: how many agreed on it; 0: it was found by its outlines.
    """

    matrix: Matrix
    features: int

    def corners(self, product: Product) -> NDArray[np.float64]:
        """(4, 2): of the product's mask in the scene, clockwise from the top left, pixels."""
        rows, columns = np.nonzero(product.mask)
        left, right = columns.min(), columns.max() + 1
        top, low = rows.min(), rows.max() + 1
        return mapped(
            self.matrix, np.array([[left, top], [right, top], [right, low], [left, low]], float)
        )

    def stretch(self, product: Product) -> float:
        """Width by height in the scene, by that in the reference: 0.8 for a fifth narrower."""
        h, w = product.mask.shape
        middle = np.array([[w / 2, h / 2], [w / 2 + 1, h / 2], [w / 2, h / 2 + 1]])
        origin, right, low = mapped(self.matrix, middle)
        across, down = np.linalg.norm(right - origin), np.linalg.norm(low - origin)
        return float(across / max(down, 1e-9))


def mapped(matrix: Matrix, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 2) points elsewhere."""
    cv2 = opencv()
    return cv2.perspectiveTransform(points.reshape(-1, 1, 2), matrix).reshape(-1, 2)


def cut_out(image: Image.Image) -> Product:
    """The product of a picture: what is not clear, or not its even ground.

    Args:
        image: RGB or RGBA, upright.
    """
    cv2 = opencv()
    rgb = np.asarray(image.convert("RGB"))
    if image.mode == "RGBA":
        alpha = np.asarray(image.getchannel("A"))
        mask = alpha >= 128
        rgb = np.where(alpha[..., None] >= 8, rgb, 255).astype(np.uint8)
    else:
        mask = ~_ground(rgb)
    is_cut_out = _LEAST_CONTENT <= mask.mean() <= 0.98
    if not is_cut_out:
        mask = np.ones(rgb.shape[:2], bool)
    rows, columns = np.nonzero(mask)
    height, width = rgb.shape[0], rgb.shape[1]
    margin = round(_MARGIN * max(np.ptp(rows), np.ptp(columns)) + 1) if is_cut_out else 0
    left, top = max(0, columns.min() - margin), max(0, rows.min() - margin)
    right, low = min(width, columns.max() + 1 + margin), min(height, rows.max() + 1 + margin)
    part, mask = rgb[top:low, left:right], mask[top:low, left:right]
    size, large = _fitted(part, PRODUCT_SIDE), _fitted(part, LARGE_SIDE)
    return Product(
        np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA)),
        np.asarray(cv2.resize(part, large, interpolation=cv2.INTER_AREA)),
        np.asarray(cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_AREA) > 0),
        bool(is_cut_out),
    )


def locate(product: Product, scene: Pixels) -> Placement | None:
    """Where the product stands; None where nothing like it is found.

    Features of its surface first (D. G. Lowe, SIFT, IJCV 60, 2004), as they hold at any size, turn
    and light; of a product that has few, its outlines, at many sizes and some turns. Either is then
    laid over it as well as possible (G. D. Evangelidis, E. Z. Psarakis, ECC, PAMI 30, 2008).

    Raises:
        TooPlain: wherever it were found, it might be anything.
    """
    cv2 = opencv()
    if _lines_by_perimeter(product) < _LEAST_LINES:
        raise TooPlain
    scale = min(1.0, SCENE_SIDE / max(scene.shape[:2]))
    size = round(scene.shape[1] * scale), round(scene.shape[0] * scale)
    small = np.asarray(cv2.resize(scene, size, interpolation=cv2.INTER_AREA))
    best, value = None, 0.0
    for find in (_by_features, _by_outlines):
        if value >= _GOOD or (place := find(product, small)) is None:
            continue
        place = _refined(product, small, place)
        if not _is_plausible(place, product):
            continue
        now = agreement(product, rectified(small, place, product))
        if now > value:
            best, value = place, now
    if best is None or (value < _FOUND and not best.features):
        return None
    back = np.diag([1 / scale, 1 / scale, 1.0])
    return Placement(back @ best.matrix, best.features)


def rectified(
    scene: Pixels,
    place: Placement,
    product: Product,
    enlarged: tuple[float, float] = (1.0, 1.0),
) -> Pixels:
    """The scene's product as it stands in the reference.

    Args:
        enlarged: how much wider and taller than ``product.pixels``.
    """
    cv2 = opencv()
    h, w = product.mask.shape
    matrix = place.matrix @ np.diag([1 / enlarged[0], 1 / enlarged[1], 1.0])
    size = round(w * enlarged[0]), round(h * enlarged[1])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(
        cv2.warpPerspective(scene, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    )


def agreement(product: Product, other: Pixels) -> float:
    """Share of the product's lines that are in ``other`` at the same place, 0 to 1."""
    is_line, is_met = lines_met(product.pixels, other, product.mask)
    return float(is_met.sum() / max(1, is_line.sum()))


def _lines_by_perimeter(product: Product) -> float:
    is_line, _ = lines_met(product.pixels, product.pixels, product.mask)
    rows, columns = np.nonzero(product.mask)
    return float(is_line.sum() / (2 * (np.ptp(rows) + np.ptp(columns) + 2)))


def _is_plausible(place: Placement, product: Product) -> bool:
    """It was not folded, nor drawn together into a spot."""
    cv2 = opencv()
    corners = place.corners(product).astype(np.float32)
    rows, columns = np.nonzero(product.mask)
    area = (np.ptp(rows) + 1) * (np.ptp(columns) + 1)
    is_convex = cv2.isContourConvex(corners)
    return is_convex and cv2.contourArea(corners) >= _SMALLEST**2 * area


def lines_met(pixels: Pixels, other: Pixels, mask: Mask) -> tuple[Mask, Mask]:
    """The lines of one picture, outline included, and which of them the other has as well.

    A line is met by one within ``_WITHIN`` pixels whose direction differs by less than 34 degrees,
    light to dark or dark to light: the ground behind an outline is another.
    """
    cv2 = opencv()
    strength, angle = _gradient(pixels)
    wide = cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    is_line = (strength > _LINE) & wide
    others, their_angle = _gradient(other)
    bins = ((their_angle / np.pi * _BINS).astype(int)) % _BINS
    there = others > _FAINT_LINE
    kernel = np.ones((2 * _WITHIN + 1,) * 2, np.uint8)
    widened = np.stack(
        [cv2.dilate((there & (bins == each)).astype(np.uint8), kernel) > 0 for each in range(_BINS)]
    )
    near = widened | np.roll(widened, 1, axis=0) | np.roll(widened, -1, axis=0)
    own = ((angle / np.pi * _BINS).astype(int)) % _BINS
    rows, columns = np.indices(own.shape)
    return is_line, is_line & near[own, rows, columns]


_LINE, _FAINT_LINE = 60.0, 24.0
"""Change of the channel that changes most across a pixel, levels by Scharr's kernel over 8."""
_WITHIN = 3
_BINS = 8


def _gradient(pixels: Pixels) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Strength and direction (0 to π) of the channel that changes most."""
    cv2 = opencv()
    smooth = cv2.GaussianBlur(pixels, (0, 0), 1.2).astype(np.float32)
    across = np.asarray(cv2.Scharr(smooth, cv2.CV_32F, 1, 0)) / 8
    down = np.asarray(cv2.Scharr(smooth, cv2.CV_32F, 0, 1)) / 8
    squares = across**2 + down**2
    which = squares.argmax(axis=2)[..., None]
    x = np.take_along_axis(across, which, 2)[..., 0]
    y = np.take_along_axis(down, which, 2)[..., 0]
    return np.hypot(x, y), np.asarray(np.arctan2(y, x) % np.pi, np.float32)


def _fitted(pixels: Pixels, longest: int) -> tuple[int, int]:
    scale = min(1.0, longest / max(pixels.shape[:2]))
    return max(8, round(pixels.shape[1] * scale)), max(8, round(pixels.shape[0] * scale))


def _ground(rgb: Pixels) -> Mask:
    """What reaches from the edge inwards without a step; nothing where the edge is not even."""
    cv2 = opencv()
    smooth = np.ascontiguousarray(cv2.medianBlur(rgb, 5))
    h, w = smooth.shape[:2]
    filled = np.zeros((h + 2, w + 2), np.uint8)
    flags = 4 | cv2.FLOODFILL_MASK_ONLY | (255 << 8)
    step = (_GROUND_STEP,) * 3
    for x, y in ((0, 0), (w - 1, 0), (0, h - 1), (w - 1, h - 1)):
        if not filled[y + 1, x + 1]:
            cv2.floodFill(smooth, filled, (x, y), (0, 0, 0), step, step, flags)
    ground = filled[1:-1, 1:-1] > 0
    edge = np.concatenate([ground[0], ground[-1], ground[:, 0], ground[:, -1]])
    if edge.mean() < _MOST_OF_BORDER:
        return np.zeros_like(ground)
    return ground | _holes(smooth, ground)


def _holes(rgb: Pixels, ground: Mask) -> Mask:
    """Where the ground shows through, as under a handle: even, of its colour, and with nothing on
    it, which a white label has."""
    cv2 = opencv()
    colour = np.median(rgb[ground], axis=0)
    alike = (np.abs(rgb - colour).max(axis=2) <= _GROUND_STEP) & ~ground
    count, labels, stats, _ = cv2.connectedComponentsWithStats(alike.astype(np.uint8))
    holes = np.zeros_like(ground)
    for each in range(1, count):
        if stats[each, cv2.CC_STAT_AREA] < _LEAST_HOLE * ground.size:
            continue
        part = (labels == each).astype(np.uint8)
        outer, _ = cv2.findContours(part, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        filled = cv2.drawContours(np.zeros_like(part), outer, -1, 1, cv2.FILLED)
        if part.sum() >= _WITHOUT_MARKS * filled.sum():
            holes |= part > 0
    return holes


def _by_features(product: Product, scene: Pixels) -> Placement | None:
    cv2 = opencv()
    finder: Any = cv2.SIFT_create(nfeatures=4_000, contrastThreshold=0.02)
    inner = cv2.dilate(product.mask.astype(np.uint8) * 255, np.ones((7, 7), np.uint8))
    own, own_words = finder.detectAndCompute(
        cv2.cvtColor(product.pixels, cv2.COLOR_RGB2GRAY), inner
    )
    there, their_words = finder.detectAndCompute(cv2.cvtColor(scene, cv2.COLOR_RGB2GRAY), None)
    if own_words is None or their_words is None or len(there) < 2:
        return None
    pairs = [
        pair[0]
        for pair in cv2.BFMatcher(cv2.NORM_L2).knnMatch(own_words, their_words, k=2)
        if len(pair) == 2 and pair[0].distance < _RATIO * pair[1].distance
    ]
    if len(pairs) < _LEAST_FEATURES:
        return None
    source = np.array([own[pair.queryIdx].pt for pair in pairs])
    target = np.array([there[pair.trainIdx].pt for pair in pairs])
    cv2.setRNGSeed(1)
    straight, agreed = cv2.estimateAffinePartial2D(
        source, target, method=cv2.RANSAC, ransacReprojThreshold=3 * _NEAR, maxIters=5_000
    )
    if straight is None or int(agreed.sum()) < _LEAST_FEATURES:
        return None
    is_near = agreed.ravel() > 0
    source, target = source[is_near], target[is_near]
    size = math.sqrt(abs(float(np.linalg.det(straight[:, :2]))))
    if not _SMALLEST <= size <= _LARGEST:
        return None
    matrix: Any = None
    if len(source) > _FEW:
        matrix, agreed = cv2.findHomography(source, target, cv2.RANSAC, _NEAR)
    if matrix is None or int(agreed.sum()) < _FEW:
        affine, agreed = cv2.estimateAffine2D(
            source, target, method=cv2.RANSAC, ransacReprojThreshold=_NEAR
        )
        matrix = np.vstack([straight if affine is None else affine, [0.0, 0.0, 1.0]])
    count = int(agreed.sum()) if agreed is not None else 0
    return Placement(np.asarray(matrix, np.float64), count) if count >= _LEAST_FEATURES else None


def _by_outlines(product: Product, scene: Pixels) -> Placement | None:
    """The size, turn and place at which the product's lines lie on lines."""
    cv2 = opencv()
    down = _SEARCH_SIDE / max(scene.shape[:2])
    size = round(scene.shape[1] * down), round(scene.shape[0] * down)
    small = np.asarray(cv2.resize(scene, size, interpolation=cv2.INTER_AREA))
    target = _outlines(small)
    best: tuple[float, Matrix] | None = None
    h, w = product.mask.shape
    for share in _SCALES:
        scale = share * _SEARCH_SIDE / max(h, w)
        for turn in _TURNS:
            matrix, box = _turned(w, h, scale, turn)
            if box[0] >= size[0] or box[1] >= size[1] or min(box) < 12:
                continue
            shown = np.asarray(
                cv2.warpAffine(
                    product.pixels, matrix[:2], box,
                    flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE,
                )
            )  # fmt: skip
            mask = cv2.warpAffine(product.mask.astype(np.uint8), matrix[:2], box)
            wide = cv2.dilate(mask, np.ones((3, 3), np.uint8))
            lines = np.where(wide[..., None] > 0, _outlines(shown), 0).astype(np.float32)
            weight = float(np.linalg.norm(lines))
            if weight < 1e-6:
                continue
            fit = sum(
                np.asarray(cv2.matchTemplate(target[..., c], lines[..., c], cv2.TM_CCORR))
                for c in range(lines.shape[2])
            )
            around = cv2.matchTemplate(
                (target**2).sum(axis=2), (wide > 0).astype(np.float32), cv2.TM_CCORR
            )
            # Where there is next to nothing, next to nothing would fit perfectly.
            least = weight**2 / 4
            score = np.asarray(fit) / (weight * np.sqrt(np.maximum(np.asarray(around), least)))
            at = np.unravel_index(int(score.argmax()), score.shape)
            value = float(score[at])
            if best is None or value > best[0]:
                moved = np.eye(3)
                moved[:2, 2] = at[1], at[0]
                best = value, moved @ matrix
    if best is None:
        return None
    return Placement(np.diag([1 / down, 1 / down, 1.0]) @ best[1], 0)


def _outlines(pixels: Pixels) -> NDArray[np.float32]:
    """(h, w, 4): strength of lines in four directions, blunted so that strong ones do not drown
    the others."""
    cv2 = opencv()
    strength, angle = _gradient(pixels)
    blunt = np.sqrt(np.minimum(strength, 120.0))
    blunt[strength < _FAINT_LINE / 2] = 0
    sectors = ((angle / np.pi * 4 + 0.5).astype(int)) % 4
    layers = [
        cv2.GaussianBlur(np.where(sectors == each, blunt, 0), (0, 0), 1.0) for each in range(4)
    ]
    return np.stack(layers, axis=2).astype(np.float32)


def _turned(w: int, h: int, scale: float, degrees: float) -> tuple[Matrix, tuple[int, int]]:
    """Scaled and turned into a box that just holds it."""
    c, s = scale * math.cos(math.radians(degrees)), scale * math.sin(math.radians(degrees))
    matrix = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    corners = mapped(matrix, np.array([[0, 0], [w, 0], [w, h], [0, h]], float))
    least = corners.min(axis=0)
    matrix[:2, 2] = -least
    box = np.ceil(corners.max(axis=0) - least).astype(int)
    return matrix, (int(box[0]), int(box[1]))


def _refined(product: Product, scene: Pixels, place: Placement) -> Placement:
    """Laid over the reference as well as lines allow; as it was where that gets worse."""
    cv2 = opencv()
    best, value = place, agreement(product, rectified(scene, place, product))
    template = _relief(product.pixels)
    inner = cv2.dilate(product.mask.astype(np.uint8) * 255, np.ones((9, 9), np.uint8))
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 60, 1e-4)
    for model, blur in ((cv2.MOTION_AFFINE, 11), (cv2.MOTION_HOMOGRAPHY, 5)):
        seen = _relief(rectified(scene, best, product))
        step = np.eye(3, dtype=np.float32)
        start = step if model == cv2.MOTION_HOMOGRAPHY else step[:2]
        try:
            _, moved = cv2.findTransformECC(template, seen, start, model, stop, inner, blur)
        except cv2.error:
            continue  # it found no better place
        matrix = np.asarray(moved, np.float64)
        if matrix.shape[0] == 2:
            matrix = np.vstack([matrix, [0.0, 0.0, 1.0]])
        candidate = Placement(best.matrix @ matrix, best.features)
        now = agreement(product, rectified(scene, candidate, product))
        if now > value and _is_plausible(candidate, product):
            best, value = candidate, now
    return best


def _relief(pixels: Pixels) -> NDArray[np.float32]:
    """Strength of lines: what stays when the light is another."""
    return np.sqrt(_gradient(pixels)[0]).astype(np.float32)
