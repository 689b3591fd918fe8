"""Which of a video's frames stand for it: one for each scene that looks like none before it.

The measure is that of ``ContentDetector`` in PySceneDetect (the mean difference of pixels), taken
on 12 × 12 cells, so that grain and small movements count for little, and where the two frames fit
best when one is moved a little, as by a camera. A frame is compared with the ones that already
stand for a scene, not with the one just before it: a long pan becomes a few scenes, and a film that
cuts back and forth between two speakers becomes two.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_CELLS = 12
_MOVES = range(-3, 4)
"""Cells by which a camera may have moved to either side within a scene: a quarter of all."""
_CUT = 20.0
"""Mean difference of two frames' cells, in levels of 0 to 255, from which they are two scenes. In
pans over photographs it was 33 and more across a cut, and 8 and less between frames of one shot."""
_SETTLED_MS = 500
"""A scene is shown as it looks this long after its cut, when a dissolve or a flash is over."""
_BLANK_CONTRAST = 4.0
_BLANK_EDGES = (20.0, 235.0)


@dataclass(slots=True)
class Scene:
    """What stands for a scene.

    Attributes:
        begins_ms: where it was first seen.
        position_ms: where ``image`` is in the video.
        image: mode RGB.
    """

    begins_ms: int
    position_ms: int
    image: Image.Image
    look: NDArray[np.float32]


class SceneBook:
    """Scenes of one video, in the order in which they begin; frames are put in by their time.

    Args:
        most: scenes that are kept; beyond that, those go that differ least from another.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._scenes: list[Scene] = []
        self._current: Scene | None = None

    def put(self, position_ms: int, image: Image.Image) -> None:
        """The next frame; mode RGB, the same size for all frames of a scene."""
        look = _look(image)
        current = self._current
        if current is None or _moved_difference(current.look, look) >= _CUT:
            known = min(self._scenes, key=lambda scene: _difference(scene.look, look), default=None)
            if known is None or _difference(known.look, look) >= _CUT:
                known = Scene(position_ms, position_ms, image, look)
                self._scenes.append(known)
                self._forget_least()
            self._current = known
        elif position_ms - current.begins_ms <= _SETTLED_MS and not _is_blank(look):
            current.position_ms, current.image, current.look = position_ms, image, look

    def scenes(self) -> list[Scene]:
        """What stands for the video; without black and white frames, unless there is nothing
        else."""
        return [scene for scene in self._scenes if not _is_blank(scene.look)] or self._scenes[:1]

    def _forget_least(self) -> None:
        if len(self._scenes) <= self._most:
            return
        looks = np.stack([scene.look for scene in self._scenes])
        apart = np.abs(looks[:, None] - looks[None]).mean(axis=(2, 3, 4))
        np.fill_diagonal(apart, np.inf)
        apart[np.triu_indices(len(looks))] = np.inf  # of two alike, the later one goes
        del self._scenes[int(apart.min(axis=1).argmin())]


def _look(image: Image.Image) -> NDArray[np.float32]:
    """(12, 12, 3) float32, 0–255."""
    small = image.resize((_CELLS, _CELLS), Image.Resampling.BOX, reducing_gap=2.0)
    return np.asarray(small, np.float32)


def _difference(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return float(np.abs(one - other).mean())


def _moved_difference(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Of what both show, where they fit best."""
    return min(
        _difference(
            one[max(0, down) : _CELLS + min(0, down), max(0, right) : _CELLS + min(0, right)],
            other[max(0, -down) : _CELLS + min(0, -down), max(0, -right) : _CELLS + min(0, -right)],
        )
        for down in _MOVES
        for right in _MOVES
    )


def _is_blank(look: NDArray[np.float32]) -> bool:
    """Black or white, as between the scenes of a film."""
    darkest, brightest = _BLANK_EDGES
    mean = float(look.mean())
    return float(look.std()) < _BLANK_CONTRAST and (mean < darkest or mean > brightest)
