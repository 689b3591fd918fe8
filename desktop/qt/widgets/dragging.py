"""What a drag carries: assets of this window, or files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QMimeData, QObject, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from desktop.core.asset_sequence import ids_of
from desktop.files.checked_json import MalformedJson, decode_json

if TYPE_CHECKING:  # not needed to show the window
    from desktop.core.asset import Asset

ASSETS_MIME = "application/x-plantain-assets"
"""A JSON list of asset ids, beside the file URLs that other programs take."""


class DropFrame(QFrame):
    """Shows that it would take what is dragged over it, and takes it.

    Subclasses say what they take; the rest goes on to the window.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self._drop_hint: DropHint | None = None

    def can_take(self, mime: QMimeData) -> bool:
        """Whether this would be of use here."""
        raise NotImplementedError

    def drop_words(self) -> str:
        """What dropping does, shown where it will land."""
        raise NotImplementedError

    def take(self, mime: QMimeData) -> bool:
        """Use it; False where it turned out to be of no use."""
        raise NotImplementedError

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        is_taken = self.can_take(event.mimeData())
        self._show_hint(is_taken)
        event.setAccepted(is_taken)
        if is_taken:
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._show_hint(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._show_hint(False)
        if self.take(event.mimeData()):
            event.acceptProposedAction()
        else:
            event.ignore()

    def _show_hint(self, is_shown: bool) -> None:
        if is_shown and self._drop_hint is None:
            self._drop_hint = DropHint(self)
        if self._drop_hint is not None:
            self._drop_hint.say(self.drop_words() if is_shown else "")


class DropHint(QLabel):
    """Lies over the place where something that is dragged will land, and says what will come of it.

    Args:
        margin: left free on each side, pixels.
    """

    def __init__(self, place: QWidget, margin: int = 0) -> None:
        super().__init__(place)
        self._place = place
        self._margin = margin
        self._top = 0
        self.setObjectName("drop")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWordWrap(True)
        self.setProperty("weight", "strong")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        place.installEventFilter(self)

    def say(self, words: str, top: int = 0) -> None:
        """Show it with these words; without any, take it away.

        Args:
            top: where it begins in the place.
        """
        self._top = top
        self.setText(words)
        self.setVisible(bool(words))
        if words:
            self._fill()
            self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._fill()
        return super().eventFilter(watched, event)

    def _fill(self) -> None:
        by = self._margin
        self.setGeometry(self._place.rect().adjusted(by, self._top, -by, -by))


def assets_mime(assets: Sequence[Asset], paths: Sequence[Path] | None = None) -> QMimeData:
    """Assets on their way to another panel or another program.

    Args:
        paths: the files that other programs get; None: those that the library takes to be there.
    """
    mime = QMimeData()
    ids = json.dumps(ids_of(assets))
    mime.setData(ASSETS_MIME, QByteArray(ids.encode()))
    # Another program gets the files that there are; a board takes the others as well.
    if paths is None:
        paths = [asset.path for asset in assets if not (asset.is_missing or asset.is_offline)]
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def files_mime(paths: Sequence[Path]) -> QMimeData:
    """Files on the clipboard, as file managers take them too."""
    mime = QMimeData()
    urls = [QUrl.fromLocalFile(str(path)) for path in paths]
    mime.setUrls(urls)
    encoded = b"\n".join([b"copy", *(bytes(url.toEncoded().data()) for url in urls)])
    mime.setData("x-special/gnome-copied-files", QByteArray(encoded))
    return mime


def dropped_assets(mime: QMimeData) -> list[int]:
    """Asset ids in a drop from this window; empty for anything else."""
    if not mime.hasFormat(ASSETS_MIME):
        return []
    try:
        return decode_json(bytes(mime.data(ASSETS_MIME).data()), list[int])
    except MalformedJson:
        return []


def dropped_files(mime: QMimeData) -> list[Path]:
    """Local files and folders in a drop."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
