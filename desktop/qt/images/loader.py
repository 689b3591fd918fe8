"""Pictures for the screen, decoded and scaled off the GUI thread, visible ones first."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QBrush, QImage, QImageReader, QPainter

from desktop.qt.worker_thread import WorkerThread

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """A picture to be shown.

    Attributes:
        key: identity of the picture ("sha:…", "file:…"); with ``edge`` the key of its pixmap.
        path: the file to read.
        edge: side of the square it must fit, device pixels.
        radius: rounding of its corners, device pixels.
    """

    key: str
    path: Path
    edge: int
    radius: int = 0


def load(request: ImageRequest) -> QImage:
    """Read, turn upright, fit and round; a null image when the file cannot be read."""
    reader = QImageReader(str(request.path))
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid() and max(size.width(), size.height()) > 2 * request.edge:
        # Codecs that can (JPEG) decode straight to a smaller size; the rest is scaled below.
        box = QSize(2 * request.edge, 2 * request.edge)
        reader.setScaledSize(size.scaled(box, Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    if image.isNull():
        return image
    if max(image.width(), image.height()) > request.edge:
        image = image.scaled(
            request.edge,
            request.edge,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
    return rounded(image, request.radius)


def rounded(image: QImage, radius: int) -> QImage:
    """The picture with rounded corners, in the format that the screen paints fastest."""
    image = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    if radius <= 0:
        return image
    result = QImage(image.size(), QImage.Format.Format_ARGB32_Premultiplied)
    result.fill(Qt.GlobalColor.transparent)
    painter = QPainter(result)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(image))
    painter.drawRoundedRect(QRectF(result.rect()), radius, radius)
    painter.end()
    return result


class ImageLoader(QObject):
    """The ``thumbs`` lane: a few threads, because decoding is CPU-bound and short.

    ``show`` replaces what the grid wants, so that scrolling past a thousand pictures does not
    decode them; ``add`` is for single pictures and goes first.
    """

    loaded = Signal(object, object)
    """(ImageRequest, QImage); the image is null when the file could not be read."""

    _woken = Signal()

    def __init__(self, threads: int = 2) -> None:
        super().__init__()
        self._state = threading.Condition()
        self._single: deque[ImageRequest] = deque()
        self._visible: deque[ImageRequest] = deque()
        self._running: set[ImageRequest] = set()
        self._outbox: deque[tuple[ImageRequest, QImage]] = deque()
        self._is_closing = False
        self._woken.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._threads = [WorkerThread(self._work, f"thumbs-{number}") for number in range(threads)]
        for thread in self._threads:
            thread.start()

    def show(self, requests: Iterable[ImageRequest]) -> None:
        """Load these, in this order, instead of what was shown before."""
        with self._state:
            self._visible = deque(r for r in requests if r not in self._running)
            self._state.notify_all()

    def add(self, request: ImageRequest) -> None:
        """Load this one before everything else."""
        with self._state:
            if request not in self._running and request not in self._single:
                self._single.append(request)
                self._state.notify()

    def close(self, deadline_s: float) -> bool:
        """Drop what waits; False when a decode did not end in time."""
        with self._state:
            self._is_closing = True
            self._single.clear()
            self._visible.clear()
            self._state.notify_all()
        until = time.monotonic() + deadline_s
        ends = [thread.join(until - time.monotonic()) for thread in self._threads]
        self._outbox.clear()
        return all(ends)

    def _work(self) -> None:
        """The body of each thread."""
        while True:
            with self._state:
                while not (self._single or self._visible or self._is_closing):
                    self._state.wait()
                if self._is_closing:
                    return
                queue = self._single or self._visible
                request = queue.popleft()
                self._running.add(request)
            try:
                image = load(request)
            except Exception:  # noqa: BLE001 (logged; the lane goes on)
                _log.exception("could not load a picture for the screen")
                image = QImage()
            with self._state:
                self._running.discard(request)
                if self._is_closing:
                    return
            self._outbox.append((request, image))
            self._woken.emit()

    @Slot()
    def _deliver(self) -> None:
        while self._outbox:
            request, image = self._outbox.popleft()
            self.loaded.emit(request, image)
