"""Pixmaps that were shown lately, bounded by the memory they take."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPixmap

from desktop.qt.images.loader import ImageLoader, ImageRequest
from desktop.qt.images.pictures import Picture

DEFAULT_BYTES = 256 * 1024 * 1024
"""About 1,700 tiles of 200 px, or 450 at double resolution."""

EDGE_STEP = 32
"""Sizes are rounded up to this, so that dragging the size slider does not decode at every pixel."""


def edge_for(side: float, ratio: float) -> int:
    """Device pixels to ask for when ``side`` logical pixels are to be filled."""
    return -(-round(side * ratio) // EDGE_STEP) * EDGE_STEP


class PixmapCache(QObject):
    """GUI thread only: QPixmap must not be touched elsewhere."""

    arrived = Signal(str)
    """The picture with this key can be drawn now, or better than before."""

    def __init__(self, loader: ImageLoader, limit: int = DEFAULT_BYTES) -> None:
        super().__init__()
        self._loader = loader
        self._limit = limit
        self._held = 0
        self._pixmaps: OrderedDict[tuple[str, int], QPixmap] = OrderedDict()
        self._edges: dict[str, list[int]] = {}
        self._unreadable: set[str] = set()
        loader.loaded.connect(self._keep)

    @property
    def held_bytes(self) -> int:
        return self._held

    def find(self, key: str, edge: int) -> QPixmap | None:
        """The pixmap of that size, else of the largest size at hand, else None."""
        pixmap = self._pixmaps.get((key, edge))
        if pixmap is None:
            edges = self._edges.get(key)
            if not edges:
                return None
            edge = max(edges)
            pixmap = self._pixmaps[(key, edge)]
        self._pixmaps.move_to_end((key, edge))
        return pixmap

    def __contains__(self, key_and_edge: tuple[str, int]) -> bool:
        return key_and_edge in self._pixmaps

    def clear(self) -> None:
        """Give all memory back."""
        self._pixmaps.clear()
        self._edges.clear()
        self._held = 0

    def is_unreadable(self, key: str) -> bool:
        """It was tried and could not be shown."""
        return key in self._unreadable

    def want(self, picture: Picture, edge: int, radius: int = 0) -> None:
        """Have one picture loaded unless it is here; ``arrived`` tells."""
        if (picture.key, edge) not in self._pixmaps and picture.key not in self._unreadable:
            self._loader.add(ImageRequest(picture.key, picture.path, edge, radius))

    def want_visible(self, pictures: Iterable[Picture], edge: int, radius: int) -> None:
        """Have what a grid shows loaded, in this order, and forget what it showed before."""
        self._loader.show(
            ImageRequest(picture.key, picture.path, edge, radius)
            for picture in pictures
            if (picture.key, edge) not in self._pixmaps and picture.key not in self._unreadable
        )

    def forgive(self) -> None:
        """Try again what could not be read: the library wrote new thumbnails."""
        self._unreadable.clear()

    def _keep(self, request: ImageRequest, image: QImage) -> None:
        if image.isNull():
            self._unreadable.add(request.key)
            self.arrived.emit(request.key)
            return
        key = (request.key, request.edge)
        self._drop(key)
        pixmap = QPixmap.fromImage(image)
        self._pixmaps[key] = pixmap
        self._edges.setdefault(request.key, []).append(request.edge)
        self._held += _bytes_of(pixmap)
        while self._held > self._limit and len(self._pixmaps) > 1:
            self._drop(next(iter(self._pixmaps)))
        self.arrived.emit(request.key)

    def _drop(self, key: tuple[str, int]) -> None:
        pixmap = self._pixmaps.pop(key, None)
        if pixmap is None:
            return
        self._held -= _bytes_of(pixmap)
        edges = self._edges[key[0]]
        edges.remove(key[1])
        if not edges:
            del self._edges[key[0]]


def _bytes_of(pixmap: QPixmap) -> int:
    return pixmap.width() * pixmap.height() * pixmap.depth() // 8
