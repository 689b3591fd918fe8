"""How a picture lies in its view: plain arithmetic, the same for pictures of any size.

Lengths are device pixels, so that "100 %" shows one pixel of the picture on one of the screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

LARGEST_SCALE = 32.0
"""Device pixels that one pixel of a picture may fill."""


class Lengths(NamedTuple):
    """Width and height."""

    width: float
    height: float


class Placed(NamedTuple):
    """Where a picture is painted: its upper left corner in the view, and how large a pixel is."""

    left: float
    top: float
    scale: float


@dataclass(frozen=True, slots=True)
class Zoom:
    """What of a picture is seen, without its size, so that pictures side by side can share it.

    Attributes:
        factor: 1: it fits the view; never less.
        x, y: the place in the picture, 0 to 1, that lies in the middle of the view.
    """

    factor: float = 1.0
    x: float = 0.5
    y: float = 0.5


FITTED = Zoom()


def fit_scale(picture: Lengths, view: Lengths) -> float:
    """The scale at which all is seen; a picture smaller than its view is not enlarged."""
    return min(1.0, view.width / picture.width, view.height / picture.height)


def placed(zoom: Zoom, picture: Lengths, view: Lengths) -> Placed:
    """Where the picture is painted: without a gap beside it, in the middle where it is narrower."""
    scale = fit_scale(picture, view) * zoom.factor
    return Placed(
        _start(zoom.x, picture.width * scale, view.width),
        _start(zoom.y, picture.height * scale, view.height),
        scale,
    )


def at_scale(
    zoom: Zoom, scale: float, point: tuple[float, float], picture: Lengths, view: Lengths
) -> Zoom:
    """Enlarged to ``scale``, with what lies under ``point`` of the view staying under it."""
    fit = fit_scale(picture, view)
    scale = min(max(scale, fit), max(LARGEST_SCALE, fit))
    now = placed(zoom, picture, view)
    x = (point[0] - now.left) / now.scale
    y = (point[1] - now.top) / now.scale
    left, top = point[0] - x * scale, point[1] - y * scale
    return _seen_from(left, top, scale, picture, view)


def moved(zoom: Zoom, by: tuple[float, float], picture: Lengths, view: Lengths) -> Zoom:
    """Pushed along by so many device pixels, no further than its border."""
    now = placed(zoom, picture, view)
    return _seen_from(now.left + by[0], now.top + by[1], now.scale, picture, view)


def _seen_from(left: float, top: float, scale: float, picture: Lengths, view: Lengths) -> Zoom:
    width, height = picture.width * scale, picture.height * scale
    return Zoom(
        scale / fit_scale(picture, view),
        _middle(left, width, view.width),
        _middle(top, height, view.height),
    )


def _start(middle: float, length: float, view: float) -> float:
    if length <= view:
        return (view - length) / 2
    return min(0.0, max(view - length, view / 2 - middle * length))


def _middle(start: float, length: float, view: float) -> float:
    if length <= view:
        return 0.5
    return (view / 2 - min(0.0, max(view - length, start))) / length
