"""Frames on their way to the screen: a few ahead in memory, and no more than that."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass

from PySide6.QtGui import QColorTransform, QImage

from desktop.media.large_picture import LargePicture
from desktop.media.moving_picture import MovingFrame, picture_of
from desktop.qt.images.whole import image_of
from desktop.qt.preview.levels import Levels

LIMIT_BYTES = 96 * 1024 * 1024
"""A dozen frames of full HD."""
MOST_KEPT_BYTES = 192 * 1024 * 1024
"""What a round of an animation may take to be kept whole: then it is decoded once."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A frame for the screen; see ``MovingFrame``."""

    levels: Levels
    number: int
    at_ms: int
    lasts_ms: int


class Reel:
    """Filled in a lane, emptied on the GUI thread; both may call at any time.

    Args:
        arrived: called in the lane when there is something after there was nothing.
        transform: from sRGB to the colours of the screen; None for as they are.
    """

    def __init__(
        self, arrived: Callable[[], object], transform: QColorTransform | None = None
    ) -> None:
        self._arrived = arrived
        self._transform = transform
        self._state = threading.Condition()
        self._ahead: deque[Shot] = deque()
        self._round: list[Shot] | None = []
        self._next = 0  # of a whole round
        self._wanted_ms: int | None = None
        self._is_whole = False
        self._is_closed = False

    # ------------------------------------------------------------------ in the lane

    def fill(self, frames: Generator[MovingFrame, int | None, None]) -> None:
        """Take frames until the reel is closed, or has a whole round of them.

        Raises:
            FileError, Cancelled: what the frames raise.
        """
        try:
            frame = next(frames)
            while not self._is_closed:
                shot = _shot(frame, self._transform)
                if not self._put(shot):
                    return
                frame = frames.send(self._answer())
        except StopIteration:
            pass
        finally:
            frames.close()

    def _put(self, shot: Shot) -> bool:
        """False when no more are needed."""
        with self._state:
            if self._round is not None and not self._keep(shot):
                return False
            if self._wanted_ms is None:
                self._ahead.append(shot)
                is_first = len(self._ahead) == 1
            else:
                is_first = False  # it is not what is wanted any more
        if is_first:
            self._arrived()
        return True

    def _keep(self, shot: Shot) -> bool:
        """For the next rounds; False when this one is whole."""
        assert self._round is not None
        if self._round and shot.number == 0:
            # Those not shown yet are its last ones.
            self._next = len(self._round) - len(self._ahead)
            self._ahead.clear()
            self._is_whole = True
            return False
        in_order = shot.number == len(self._round)
        self._round.append(shot)
        if not in_order or sum(kept.levels.bytes for kept in self._round) > MOST_KEPT_BYTES:
            self._round = None
        return True

    def _answer(self) -> int | None:
        """Wait until there is room; what is wanted then."""
        with self._state:
            while not (self._has_room() or self._is_closed or self._wanted_ms is not None):
                self._state.wait()
            wanted_ms, self._wanted_ms = self._wanted_ms, None
            return wanted_ms

    def _has_room(self) -> bool:
        return sum(shot.levels.bytes for shot in self._ahead) < LIMIT_BYTES

    # ------------------------------------------------------------------ on the GUI thread

    def take(self) -> Shot | None:
        """The next frame; None when it has not come yet."""
        with self._state:
            if self._is_whole:
                assert self._round
                self._next %= len(self._round)
                shot = self._round[self._next]
                self._next += 1
                return shot
            if not self._ahead:
                return None
            shot = self._ahead.popleft()
            self._state.notify_all()
            return shot

    def seek(self, at_ms: int) -> None:
        """Go on with the frame that is seen then."""
        with self._state:
            if self._is_whole:
                assert self._round
                before = [shot for shot in self._round if shot.at_ms <= max(0, at_ms)]
                self._next = len(before) - 1
                return
            self._ahead.clear()
            self._round = None
            self._wanted_ms = max(0, at_ms)
            self._state.notify_all()

    @property
    def count(self) -> int:
        """How many frames a round has; 0: not known."""
        with self._state:
            return len(self._round or ()) if self._is_whole else 0

    def close(self) -> None:
        """Let go of everything; who fills it stops."""
        with self._state:
            self._is_closed = True
            self._ahead.clear()
            self._state.notify_all()


def _shot(frame: MovingFrame, transform: QColorTransform | None) -> Shot:
    if transform is not None:
        picture = LargePicture(picture_of(frame), frame.original)
        image = image_of(picture, transform)
        levels = Levels(frame.original, (image,), frame.has_alpha, plain=picture)
        return Shot(levels, frame.number, frame.at_ms, frame.lasts_ms)
    formats = QImage.Format
    form = formats.Format_ARGB32_Premultiplied if frame.has_alpha else formats.Format_RGB32
    image = QImage(frame.pixels, frame.width, frame.height, 4 * frame.width, form).copy()
    levels = Levels(frame.original, (image,), frame.has_alpha)
    return Shot(levels, frame.number, frame.at_ms, frame.lasts_ms)
