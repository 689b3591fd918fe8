"""Pictures that are searched by, wherever they come from: a file, the library, the clipboard."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, Qt
from PySide6.QtGui import QImage, QImageWriter, QPixmap

from desktop.core.asset import Asset, displayable
from desktop.core.query import Crop, Example
from desktop.core.text import tr
from desktop.qt.images.pictures import Pictures
from desktop.qt.search.query_chips import Pictured
from desktop.qt.search.query_field import holds_picture
from desktop.qt.widgets.dragging import dropped_assets, dropped_files

PASTED_EDGE = 1024
"""Longest side of a pasted picture; models look at 224 to 384 pixels."""


class SearchedPictures:
    """Makes what a chip shows and a query asks of a picture."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures

    def of_file(self, path: Path) -> Pictured:
        """A picture file."""
        return Pictured(Example(path), displayable(path.name), self._pictures.of_file(path))

    def of_asset(self, asset: Asset, crop: Crop | None = None) -> Pictured:
        """A picture of the library, or a part of it."""
        name = tr("Part of {name}", name=asset.filename) if crop else asset.filename
        return Pictured(Example(asset.path, crop=crop), name, self._pictures.of_asset(asset))

    def of_image(self, image: QImage) -> Pictured:
        """Pixels that have no file."""
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
        example = Example(bytes(buffer.data().data()))
        return Pictured(example, tr("Pasted picture"), QPixmap.fromImage(image))

    def of_example(self, example: Example) -> Pictured:
        """What was searched by before."""
        image = example.image
        if isinstance(image, Path):
            return Pictured(example, displayable(image.name), self._pictures.of_file(image))
        pixmap = QPixmap()
        pixmap.loadFromData(image)
        return Pictured(example, tr("Pasted picture"), pixmap)

    def of_mime(self, mime: QMimeData) -> list[Pictured]:
        """What was dropped or pasted: all pictures of the library, or one file, or pixels."""
        found = [self._pictures.asset(asset_id) for asset_id in dropped_assets(mime)]
        assets = [self.of_asset(asset) for asset in found if asset is not None]
        if assets:
            return assets
        for path in dropped_files(mime):
            if path.is_file():
                return [self.of_file(path)]
        image = mime.imageData() if mime.hasImage() else None
        if isinstance(image, QPixmap):
            image = image.toImage()
        return [self.of_image(image)] if isinstance(image, QImage) and not image.isNull() else []


def can_search_by(mime: QMimeData) -> bool:
    """An asset, a picture file or pixels; folders go on to the window, to be added."""
    return bool(dropped_assets(mime)) or holds_picture(mime)
