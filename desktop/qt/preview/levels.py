"""A large picture in halves upon halves, so that painting it costs what is seen of it.

To paint a picture of a hundred megapixels on a screen of two would take as long as the hundred.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor, QColorTransform, QImage, QPixmap

from desktop.media.colour import OwnColours
from desktop.media.large_picture import LargePicture
from desktop.qt.images.whole import image_of

_SMALLEST = 1024
"""The longer side below which halving saves nothing."""


@dataclass(frozen=True, slots=True)
class Picked:
    """The colour of a pixel.

    Attributes:
        color: in sRGB.
        own: its value as its file has it, where that is another ("#30C0F0"); else empty.
        space: the colour space of that value, as its profile calls itself.
    """

    color: QColor
    own: str = ""
    space: str = ""

    @property
    def text(self) -> str:
        """As "#1A2B3C"."""
        return self.color.name().upper()


@dataclass(frozen=True, slots=True)
class Levels:
    """One picture for the screen.

    Attributes:
        original: width and height of the picture itself, whatever was decoded of it.
        images: the largest first, each half as wide as the one before; at least one.
        has_alpha: some pixel lets its ground be seen.
        is_stored: it is what the library keeps of it, not its file.
        is_preview: it is the small picture that its file holds of itself.
        own: the pixels of the largest as the file has them, where its colour space is another.
        plain: the largest in sRGB, where the images were made for a screen that shows it otherwise.
    """

    original: tuple[int, int]
    images: tuple[QImage, ...]
    has_alpha: bool = False
    is_stored: bool = False
    is_preview: bool = False
    own: OwnColours | None = None
    plain: LargePicture | None = None

    @property
    def scale(self) -> float:
        """Of the largest image: the scale up to which no pixel has to be made up."""
        return self.images[0].width() / self.original[0]

    @property
    def is_whole(self) -> bool:
        """Nothing more can be decoded of it."""
        return self.is_stored or self.is_preview or self.images[0].width() >= self.original[0]

    @property
    def bytes(self) -> int:
        kept = [each.image for each in (self.own, self.plain) if each is not None]
        besides = sum(4 * image.width * image.height for image in kept)
        return besides + sum(image.sizeInBytes() for image in self.images)

    def at(self, scale: float) -> QImage:
        """The smallest image that has all that is seen at ``scale`` of the original."""
        wide_enough = [image for image in self.images if image.width() >= scale * self.original[0]]
        return wide_enough[-1] if wide_enough else self.images[0]

    def color_at(self, x: float, y: float) -> Picked | None:
        """Of the pixel at a place, 0 to 1; None where it is altogether clear."""
        image = self.images[0]
        place = int(x * image.width()), int(y * image.height())
        color = image.pixelColor(*place)
        if self.plain is not None:
            color = QColor(*self.plain.color_at(*place))
        if not color.alpha():
            return None
        color.setAlpha(255)
        if self.own is None:
            return Picked(color)
        return Picked(color, self.own.value_at(x, y), self.own.space)


def levels_of(picture: LargePicture, transform: QColorTransform | None = None) -> Levels:
    """Copies the pixels and halves them; not on the GUI thread.

    Args:
        transform: from sRGB to the colours of the screen; None for as they are.
    """
    images = [image_of(picture, transform)]
    smaller = picture
    while max(smaller.size) > _SMALLEST and min(smaller.size) > 1:
        smaller = smaller.halved()
        images.append(image_of(smaller, transform))
    return Levels(
        picture.original,
        tuple(images),
        picture.has_alpha,
        picture.is_stored,
        picture.is_preview,
        picture.own,
        None if transform is None else picture,
    )


def stand_in(thumbnail: QPixmap, original: tuple[int, int]) -> Levels:
    """What is at hand of a picture, for its place until it comes.

    Args:
        original: width and height of the picture; zeros where they are not known.
    """
    size = original if all(original) else (thumbnail.width(), thumbnail.height())
    return Levels(size, (thumbnail.toImage(),), thumbnail.hasAlphaChannel())
