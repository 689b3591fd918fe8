"""Pictures looked at lately, and those beside them, ready to be painted."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

from PySide6.QtGui import QColorTransform

from desktop.core.asset import Asset
from desktop.qt.preview.levels import Levels, levels_of
from desktop.qt.preview.screen_profile import ScreenColours
from desktop.services.search.large_pictures import LargePictures

LIMIT_BYTES = 384 * 1024 * 1024
"""A dozen pictures for a screen of 2560 pixels, or two whole ones of 40 megapixels."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A picture, and how much of it.

    Attributes:
        position_ms: of a video, the frame; None for its poster.
        longer: device pixels of the longer side; 0 for all there are.
        page: of a file of several, from 0; None for the one that stands for it.
    """

    asset: Asset
    position_ms: int | None = None
    longer: int = 0
    page: int | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """The same for the same pixels: a file that was changed has another."""
        asset = self.asset
        content = asset.id, asset.content_hash, asset.modified_ns
        return *content, self.position_ms, self.longer, self.page


class PictureStore:
    """Loads in a lane, finds on the GUI thread; any thread may ask."""

    def __init__(self, pictures: LargePictures, limit: int = LIMIT_BYTES) -> None:
        self._pictures = pictures
        self._limit = limit
        self._lock = threading.Lock()
        self._transform: QColorTransform | None = None
        self._kept: OrderedDict[tuple[object, ...], Levels] = OrderedDict()

    def show_on(self, colours: ScreenColours) -> None:
        """Make pictures for this screen from now on."""
        with self._lock:
            if colours.transform != self._transform:
                self._transform = colours.transform
                self._kept.clear()

    def find(self, wanted: Wanted) -> Levels | None:
        """What is at hand; never loads."""
        with self._lock:
            found = self._kept.get(wanted.key)
            if found is not None:
                self._kept.move_to_end(wanted.key)
            return found

    def load(self, wanted: Wanted) -> Levels:
        """What is at hand, or read now. Raises: FileError."""
        found = self.find(wanted)
        if found is not None:
            return found
        picture = self._pictures.load(wanted.asset, wanted.longer, wanted.position_ms, wanted.page)
        levels = levels_of(picture, self._transform)
        with self._lock:
            self._kept[wanted.key] = levels
            while len(self._kept) > 1 and self._held() > self._limit:
                self._kept.popitem(last=False)
        return levels

    def clear(self) -> None:
        """Give all memory back."""
        with self._lock:
            self._kept.clear()

    def _held(self) -> int:
        return sum(levels.bytes for levels in self._kept.values())
