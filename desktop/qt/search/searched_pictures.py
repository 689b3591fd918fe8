"""Pictures that are searched by, wherever they come from: a file, the library, the clipboard."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, Qt
from PySide6.QtGui import QImage, QImageWriter, QPixmap

from desktop.core.asset import Asset, Kind, displayable
from desktop.core.query import Example
from desktop.core.text import number, tr
from desktop.core.timecode import timecode
from desktop.qt.images.pictures import Pictures
from desktop.qt.search.query_chips import Pictured
from desktop.qt.search.query_field import holds_picture
from desktop.qt.widgets.dragging import dropped_assets, dropped_files

PASTED_EDGE = 1024
"""Longest side of a pasted picture; models look at 224 to 384 pixels."""
MOST_AT_ONCE = 8
"""Of what is dropped: each is a chip, and each more blurs what is meant by all."""


class SearchedPictures:
    """Makes what a chip shows and a query asks of a picture."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures

    def of_file(self, path: Path) -> Pictured:
        """A picture file."""
        return Pictured(Example(path), displayable(path.name), self._pictures.of_file(path))

    def of_asset(
        self, asset: Asset, example: Example | None = None, seen: QImage | None = None
    ) -> Pictured:
        """A picture of the library, of a video the scene that is shown.

        Args:
            example: what of it is meant, where that is not all.
            seen: how that looks.
        """
        if example is None:
            moment = self._pictures.moment(asset) if asset.kind is Kind.VIDEO else None
            example = Example(asset.path, position_ms=moment)
        name = _name(asset.filename, example)
        if seen is None or seen.isNull():
            return Pictured(example, name, self._pictures.of_asset(asset))
        if asset.is_missing or asset.is_offline:
            # There is no file of which it could be a part: the library's own copy was looked at.
            return replace(self.of_image(seen), name=name)
        return Pictured(example, name, QPixmap.fromImage(seen))

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
            name = _name(displayable(image.name), example)
            # Its first page or its poster would show another picture than the one that is meant.
            is_first = not example.page and not example.position_ms
            return Pictured(example, name, self._pictures.of_file(image) if is_first else None)
        pixmap = QPixmap()
        pixmap.loadFromData(image)
        return Pictured(example, tr("Pasted picture"), pixmap)

    def of_mime(self, mime: QMimeData) -> tuple[list[Pictured], int]:
        """What was dropped or pasted: pictures of the library, or files, or pixels; and how many
        more there were than ``MOST_AT_ONCE``."""
        found = [self._pictures.asset(asset_id) for asset_id in dropped_assets(mime)]
        if assets := [asset for asset in found if asset is not None]:
            taken = [self.of_asset(asset) for asset in assets[:MOST_AT_ONCE]]
            return taken, len(assets) - len(taken)
        if files := [path for path in dropped_files(mime) if path.is_file()]:
            taken = [self.of_file(path) for path in files[:MOST_AT_ONCE]]
            return taken, len(files) - len(taken)
        image = mime.imageData() if mime.hasImage() else None
        if isinstance(image, QPixmap):
            image = image.toImage()
        if isinstance(image, QImage) and not image.isNull():
            return [self.of_image(image)], 0
        return [], 0


def _name(name: str, example: Example) -> str:
    """What of a file is meant, first, so that a long name does not hide it."""
    is_part = example.crop is not None
    if example.page is not None:
        page = number(example.page + 1)
        if is_part:
            return tr("Page {page}, part of {name}", page=page, name=name)
        return tr("Page {page} of {name}", page=page, name=name)
    if example.position_ms is not None:
        time = timecode(example.position_ms)
        if is_part:
            return tr("{time}, part of {name}", time=time, name=name)
        return tr("{time} in {name}", time=time, name=name)
    return tr("Part of {name}", name=name) if is_part else name


def can_search_by(mime: QMimeData) -> bool:
    """An asset, a picture file or pixels; folders go on to the window, to be added."""
    return bool(dropped_assets(mime)) or holds_picture(mime)
