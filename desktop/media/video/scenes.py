"""Which of a video's frames stand for it: one for each scene that looks like none before it.

The measure is that of ``ContentDetector`` in PySceneDetect (the mean difference of pixels), taken
on 12 × 12 cells, so that grain and small movements count for little, and where the two frames fit
best when one is moved a little, as by a camera. A frame is compared with the ones that already
stand for a scene, not with the one just before it: a long pan becomes a few scenes, and a film that
cuts back and forth between two speakers becomes two. One that only is brighter or darker than it is
no other scene, and while a scene fades in, its clearest frame stands for it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from desktop.media.look import (
    CELLS,
    Look,
    contrast,
    difference,
    differs_in_light_only,
    is_plain,
    look_of,
)

_MOVES = range(-3, 4)
"""Cells by which a camera may have moved to either side within a scene: a quarter of all."""
_CUT = 20.0
"""Mean difference of two frames' cells, in levels of 0 to 255, from which they are two scenes. In
pans over photographs it was 33 and more across a cut, and 8 and less between frames of one shot."""
_SETTLED_MS = 500
"""A scene is shown as it looks this long after its cut, when a dissolve or a flash is over."""
_CLEARER = 1.05
"""By how much the contrast must have grown for a frame to be the one that is shown."""
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
    look: Look


class SceneCollector:
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
        look = look_of(image)
        current = self._current
        if current is None or _is_cut(current.look, look):
            alike = [scene for scene in self._scenes if not _is_other(scene.look, look)]
            self._current = min(alike, key=lambda each: difference(each.look, look), default=None)
            if self._current is None:
                self._current = Scene(position_ms, position_ms, image, look)
                self._scenes.append(self._current)
                self._forget_least()
        elif current is self._scenes[-1] and _is_better(current, position_ms, look):
            current.position_ms, current.image, current.look = position_ms, image, look

    def scenes(self) -> list[Scene]:
        """What stands for the video; without frames in one colour, black or white above all,
        unless there is nothing else."""
        shown = [scene for scene in self._scenes if not is_plain(scene.look)]
        shown = shown or [scene for scene in self._scenes if not _is_blank(scene.look)]
        return shown or self._scenes[:1]

    def _forget_least(self) -> None:
        if len(self._scenes) <= self._most:
            return
        looks = np.stack([scene.look for scene in self._scenes])
        apart = np.abs(looks[:, None] - looks[None]).mean(axis=(2, 3, 4))
        np.fill_diagonal(apart, np.inf)
        apart[np.triu_indices(len(looks))] = np.inf  # of two alike, the later one goes
        del self._scenes[int(apart.min(axis=1).argmin())]


def _is_cut(before: Look, after: Look) -> bool:
    return _moved_difference(before, after) >= _CUT and not differs_in_light_only(before, after)


def _is_other(known: Look, look: Look) -> bool:
    return difference(known, look) >= _CUT and not differs_in_light_only(known, look)


def _is_better(scene: Scene, position_ms: int, look: Look) -> bool:
    """True for a later frame of a scene that shows it better: it has faded in, or has settled."""
    if differs_in_light_only(scene.look, look):
        return contrast(look) > contrast(scene.look) * _CLEARER
    return position_ms - scene.begins_ms <= _SETTLED_MS and not _is_blank(look)


def _moved_difference(one: Look, other: Look) -> float:
    """Of what both show, where they fit best."""
    return min(
        difference(
            one[max(0, down) : CELLS + min(0, down), max(0, right) : CELLS + min(0, right)],
            other[max(0, -down) : CELLS + min(0, -down), max(0, -right) : CELLS + min(0, -right)],
        )
        for down in _MOVES
        for right in _MOVES
    )


def _is_blank(look: Look) -> bool:
    """Black or white, as between the scenes of a film."""
    darkest, brightest = _BLANK_EDGES
    mean = float(look.mean())
    return is_plain(look) and (mean < darkest or mean > brightest)
