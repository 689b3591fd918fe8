"""Words, a picture, or both: the search bar."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, Qt, QTimer, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QFocusEvent,
    QGuiApplication,
    QImage,
    QImageWriter,
    QKeyEvent,
    QKeySequence,
    QPixmap,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QWidget

from desktop.core.asset import Asset, displayable
from desktop.core.query import Query
from desktop.qt.models.dragging import dropped_assets, dropped_files
from desktop.qt.models.pictures import Picture, Pictures
from desktop.qt.models.pixmap_cache import PixmapCache
from desktop.qt.theme import ICON, UNIT, Theme
from desktop.qt.views.picture_label import PictureLabel
from desktop.qt.views.words import ElidedLabel, icon_button, set_property

DEBOUNCE_MS = 150
PASTED_EDGE = 1024
"""Longest side of a pasted picture; models look at 224 to 384 pixels."""

HIT_LIMIT = 100


class SearchBar(QFrame):
    """Emits a query whenever the words or the picture change, a moment after typing stops."""

    query_changed = Signal(object)
    """Query; an empty one means: browse again."""
    left = Signal()
    """Esc in an empty bar, or Down: the keyboard goes to the grid."""

    def __init__(
        self, theme: Theme, pictures: Pictures, cache: PixmapCache, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("search")
        self._pictures = pictures
        self._image: Path | bytes | None = None
        self._image_name = ""
        self._told = Query(limit=HIT_LIMIT)
        self.setAcceptDrops(True)
        self.setFixedHeight(5 * UNIT)

        glass = QLabel()
        glass.setPixmap(theme.pixmap("search", "text_faint", ICON, self.devicePixelRatioF()))
        self.words = _WordsEdit()
        self.words.setPlaceholderText("Search by words, or drop or paste a picture here")
        self.words.setAccessibleName("Search")
        # A drop on the words would only insert the file's URL as text.
        self.words.setAcceptDrops(False)
        self.words.textChanged.connect(self._on_words)
        self.words.escaped.connect(self._on_escape)
        self.words.returned.connect(self._tell)
        self.words.went_down.connect(self.left)
        self.words.picture_pasted.connect(self._on_paste)
        self.words.focus_changed.connect(lambda on: set_property(self, "active", on))
        self.setFocusProxy(self.words)

        self.chip = QFrame()
        self.chip.setObjectName("chip")
        self._chip_picture = PictureLabel(theme, cache, side=3 * UNIT)
        self._chip_name = ElidedLabel()
        self._chip_name.setFixedWidth(16 * UNIT)
        remove = icon_button(theme, "x", "Search without this picture", self.remove_picture)
        remove.setFixedSize(3 * UNIT, 3 * UNIT)
        self.chip_remove = remove
        inside = QHBoxLayout(self.chip)
        inside.setContentsMargins(4, 2, 2, 2)
        inside.setSpacing(6)
        inside.addWidget(self._chip_picture)
        inside.addWidget(self._chip_name)
        inside.addWidget(remove)
        self.chip.setFixedHeight(3 * UNIT + 6)
        self.chip.hide()

        self.clear_button = icon_button(theme, "x", "Clear the search (Esc)", self.clear)
        self.clear_button.setFixedSize(3 * UNIT + 4, 3 * UNIT + 4)
        self.clear_button.hide()

        row = QHBoxLayout(self)
        row.setContentsMargins(UNIT + 4, 0, 6, 0)
        row.setSpacing(UNIT)
        row.addWidget(glass)
        row.addWidget(self.chip)
        row.addWidget(self.words, 1)
        row.addWidget(self.clear_button)

        self._timer = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._timer.timeout.connect(self._tell)

    def query(self) -> Query:
        """What the bar holds now."""
        return Query(self.words.text().strip(), self._image, HIT_LIMIT)

    def picture_name(self) -> str:
        """The chip's words; empty without a picture."""
        return self._image_name

    def search_file(self, path: Path) -> None:
        """Search by a picture file."""
        self._set_picture(path, displayable(path.name), self._pictures.of_file(path))

    def search_asset(self, asset: Asset) -> None:
        """Search by a picture of the library."""
        self._set_picture(asset.path, asset.filename, self._pictures.of_asset(asset))

    def search_image(self, image: QImage) -> None:
        """Search by pixels that have no file (pasted)."""
        if image.isNull():
            return
        if max(image.width(), image.height()) > PASTED_EDGE:
            image = image.scaled(
                PASTED_EDGE,
                PASTED_EDGE,
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        QImageWriter(buffer, QByteArray(b"png")).write(image)
        data = bytes(buffer.data().data())
        self._set_picture(data, "Pasted picture", QPixmap.fromImage(image))

    def remove_picture(self) -> None:
        """Search by the words alone."""
        self._image, self._image_name = None, ""
        self.chip.hide()
        self._refresh()
        self._tell()
        self.words.setFocus()

    def clear(self) -> None:
        """Browse again."""
        self._image, self._image_name = None, ""
        self.chip.hide()
        self.words.clear()
        self._refresh()
        self._tell()

    # ------------------------------------------------------------------ drops

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if can_search_by(event.mimeData()):
            set_property(self, "dropping", True)
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        set_property(self, "dropping", False)

    def dropEvent(self, event: QDropEvent) -> None:
        set_property(self, "dropping", False)
        if self._take(event.mimeData()):
            event.acceptProposedAction()
            self.words.setFocus()
        else:
            event.ignore()

    # ------------------------------------------------------------------ inside

    def _take(self, mime: QMimeData) -> bool:
        for asset_id in dropped_assets(mime):
            asset = self._pictures.asset(asset_id)
            if asset is not None:
                self.search_asset(asset)
                return True
        for path in dropped_files(mime):
            if path.is_file():
                self.search_file(path)
                return True
        if mime.hasImage():
            image = mime.imageData()
            if isinstance(image, QPixmap):
                image = image.toImage()
            if isinstance(image, QImage) and not image.isNull():
                self.search_image(image)
                return True
        return False

    def _on_paste(self, mime: QMimeData) -> None:
        self._take(mime)

    def _set_picture(self, image: Path | bytes, name: str, shown: Picture | QPixmap | None) -> None:
        self._image, self._image_name = image, name
        if isinstance(shown, QPixmap):
            self._chip_picture.show_pixmap(shown)
        else:
            self._chip_picture.show_picture(shown)
        self._chip_name.setText(name)
        self.chip.setAccessibleName(f"Picture searched by: {name}")
        self.chip.setToolTip(name)
        self.chip.show()
        self._refresh()
        self._tell()

    def _on_words(self) -> None:
        self._refresh()
        self._timer.start()

    def _on_escape(self) -> None:
        if self.query().is_empty:
            self.left.emit()
        else:
            self.clear()

    def _refresh(self) -> None:
        self.clear_button.setVisible(bool(self.words.text()) or self._image is not None)
        self.words.setPlaceholderText(
            "Add words to narrow it down"
            if self._image is not None
            else "Search by words, or drop or paste a picture here"
        )

    def _tell(self) -> None:
        self._timer.stop()
        query = self.query()
        if query != self._told:
            self._told = query
            self.query_changed.emit(query)


class _WordsEdit(QLineEdit):
    """A line edit that knows pasted pictures and tells about Esc, Return and focus."""

    escaped = Signal()
    returned = Signal()
    went_down = Signal()
    picture_pasted = Signal(object)
    focus_changed = Signal(bool)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            mime = QGuiApplication.clipboard().mimeData()
            if mime is not None and holds_picture(mime):
                self.picture_pasted.emit(mime)
                return
        if event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.returned.emit()
            return
        if event.key() == Qt.Key.Key_Down and not event.modifiers():
            self.went_down.emit()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_changed.emit(False)


def holds_picture(mime: QMimeData) -> bool:
    """A paste that is a picture and not words: pixels, or exactly files."""
    return mime.hasImage() or any(path.is_file() for path in dropped_files(mime))


def can_search_by(mime: QMimeData) -> bool:
    """An asset, a picture file or pixels; folders go on to the window, to be added."""
    return bool(dropped_assets(mime)) or holds_picture(mime)
