"""Shows the frames of what moves at their times: play, pause, step, seek."""

from __future__ import annotations

import time
from functools import partial

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QColorTransform

from desktop.core.asset import Asset, Kind
from desktop.core.cancellation import CancelToken
from desktop.core.errors import Cancelled
from desktop.qt.jobs.lane import Lane
from desktop.qt.preview.reel import Reel, Shot
from desktop.services.search.large_pictures import LargePictures

_LATE_S = 0.1
"""A frame that is later than this moves all that follow: a slow machine plays slowly, and leaves
nothing out."""


class Player(QObject):
    """Plays one file at a time.

    Frames come from the lane by a ``Reel``; each is shown for as long as it says. Sound is not
    played.
    """

    shown = Signal(object)
    """Shot: to be seen now."""
    state_changed = Signal()
    """It plays, or no longer."""
    failed = Signal(object)
    """The error for which there are no frames."""

    _arrived = Signal(object)
    """Reel: it was empty, and is no longer."""

    def __init__(self, pictures: LargePictures, lane: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pictures = pictures
        self._lane = lane
        self._reel: Reel | None = None
        self._asset: Asset | None = None
        self._transform: QColorTransform | None = None
        self._due = 0.0
        self._is_awaited = False
        self.is_playing = False
        self.shot: Shot | None = None
        """What is seen."""
        self._clock = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._clock.timeout.connect(self._show_next)
        self._arrived.connect(self._on_arrived, Qt.ConnectionType.QueuedConnection)

    def start(self, asset: Asset, begin_ms: int, *, is_playing: bool) -> None:
        """Show the frame of a file at a time, and play on from there if wanted."""
        self.stop()
        reel = Reel(lambda: self._arrived.emit(reel), self._transform)
        self._reel, self._asset = reel, asset
        self._is_awaited = True
        self.is_playing = is_playing
        pictures = self._pictures

        def fill(token: CancelToken) -> None:
            forget = token.on_cancel(reel.close)
            try:
                reel.fill(pictures.play(asset, begin_ms, token))
            finally:
                forget()

        self._lane.submit(fill).failed.connect(partial(self._on_failed, reel))
        self.state_changed.emit()

    def show_in(self, transform: QColorTransform | None) -> None:
        """In the colours of a screen from now on, at the same place.

        Args:
            transform: from sRGB; None for as they are.
        """
        if transform == self._transform:
            return
        self._transform = transform
        asset, shot = self._asset, self.shot
        if self._reel is None or asset is None:
            return
        at_ms = 0 if shot is None else shot.at_ms
        self.start(asset, at_ms, is_playing=self.is_playing)
        if at_ms and asset.kind is Kind.ANIMATION:  # which begins with its first frame
            self.seek(at_ms)

    def stop(self) -> None:
        """Show no more frames, and give their memory back."""
        self._clock.stop()
        if self._reel is not None:
            self._reel.close()
        self._reel = self.shot = None
        self._is_awaited = False
        self.is_playing = False

    @property
    def count(self) -> int:
        """How many frames there are; 0: not known."""
        return 0 if self._reel is None else self._reel.count

    def toggle(self) -> None:
        """Play, or pause."""
        if self._reel is None:
            return
        self.is_playing = not self.is_playing
        if self.is_playing:
            self._due = time.monotonic()
            self._show_next()
        else:
            self._clock.stop()
        self.state_changed.emit()

    def step(self, by: int) -> None:
        """One frame on, or back; it pauses."""
        if self._reel is None or self.shot is None:
            return
        if self.is_playing:
            self.toggle()
        if by < 0:
            self._reel.seek(self.shot.at_ms - 1)
        self._is_awaited = True
        self._take_awaited()

    def seek(self, at_ms: int) -> None:
        """To the frame that is seen at a time; it plays on if it played."""
        if self._reel is None:
            return
        self._clock.stop()
        self._reel.seek(at_ms)
        self._is_awaited = True
        self._take_awaited()

    # ------------------------------------------------------------------ inside

    def _on_arrived(self, reel: Reel) -> None:
        if reel is self._reel:
            self._take_awaited()

    def _on_failed(self, reel: Reel, error: object) -> None:
        if reel is self._reel and not isinstance(error, Cancelled):
            self.stop()
            self.failed.emit(error)
            self.state_changed.emit()

    def _take_awaited(self) -> None:
        """Show a frame that is waited for as soon as it is there, whenever it was due."""
        if not self._is_awaited or self._reel is None:
            return
        shot = self._reel.take()
        if shot is not None:
            self._is_awaited = False
            self._due = time.monotonic()
            self._show(shot)

    def _show_next(self) -> None:
        if self._reel is None or not self.is_playing:
            return
        shot = self._reel.take()
        if shot is None:
            self._is_awaited = True
        else:
            self._show(shot)

    def _show(self, shot: Shot) -> None:
        self.shot = shot
        if self.is_playing:
            now = time.monotonic()
            if now - self._due > _LATE_S:
                self._due = now
            self._due += shot.lasts_ms / 1000
            self._clock.start(max(0, round((self._due - now) * 1000)))
        self.shown.emit(shot)
