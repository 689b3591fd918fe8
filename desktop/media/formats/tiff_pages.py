"""One page of a TIFF file, read band by band: some rows of the whole width at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tifffile import COMPRESSION, TIFF

from desktop.media.formats.reducing import BandReducer
from desktop.media.formats.tiff_colours import UnknownColours, colours_of
from desktop.media.formats.tiff_ycbcr import spread

if TYPE_CHECKING:
    from tifffile import TiffPage

_PLANAR = 2
_LABS = frozenset({8, 9})
_JPEG = frozenset({6, 7, 34892, 33007})
_VALUES_AT_ONCE = 1 << 20
"""That are converted at a time, which take about 16 MB on the way."""
_BYTES_A_VALUE = 16


class UnknownPage(Exception):
    """Packed or coloured in a way that nobody here reads; the text names it, "LogLuv"."""


class PageReader:
    """Reads one page.

    Args:
        data: the whole file.

    Raises:
        UnknownPage: not to be read with tifffile.
    """

    def __init__(self, page: TiffPage, data: bytes) -> None:
        _check(page)
        try:
            self._colours = colours_of(page)
        except UnknownColours as error:
            raise UnknownPage(*error.args) from error
        self._page = page
        self._data = data
        self._planes = int(page.samplesperpixel) if page.planarconfig == _PLANAR else 1
        self._height, self._width = int(page.imagelength), int(page.imagewidth)
        self._samples = int(page.samplesperpixel)
        self._rows = min(self._height, int(page.tilelength or page.rowsperstrip or self._height))
        self._across = -(-self._width // int(page.tilewidth)) if page.is_tiled else 1
        self._decode: Any = page.decode

    @property
    def size(self) -> tuple[int, int]:
        return self._width, self._height

    @property
    def mode(self) -> str:
        """Pillow's name of the pixels that are read."""
        return self._colours.mode

    @property
    def memory(self) -> int:
        """Bytes that reading takes besides the picture that it makes."""
        conversion = min(self._width * self._height * self._samples, _VALUES_AT_ONCE)
        page = self._page
        width = self._across * int(page.tilewidth) if page.is_tiled else self._width
        rows = int(page.tilelength) if page.is_tiled else self._rows
        band = rows * width * self._samples * self._itemsize
        unpacked = 0 if self._is_contiguous else 2 * band
        return conversion * _BYTES_A_VALUE + unpacked

    def read(self, factor: int) -> tuple[Image.Image, Image.Image | None]:
        """The picture, blocks of ``factor`` × ``factor`` pixels averaged; and how opaque its pixels
        are (mode L) where its mode has no channel for that.

        Raises:
            OSError: pixels are missing.
            ValueError and others: the decoders' own, of damaged data.
        """
        if not any(self._page.databytecounts):
            raise OSError("pixels are missing")
        colours = self._colours
        if colours.needs_range:
            colours = colours.within(self._values())
        reducer = BandReducer(colours.mode, self.size, factor)
        apart = BandReducer("L", self.size, factor) if colours.has_alpha_apart else None
        for values in self._values():
            reducer.add(colours.pixels(values))
            if apart is not None:
                apart.add(colours.opacity(values)[..., 0])
        return reducer.finish(), apart and apart.finish()

    @property
    def _itemsize(self) -> int:
        return np.dtype(self._page.dtype).itemsize

    @property
    def _is_contiguous(self) -> bool:
        page = self._page
        return (
            page.compression == COMPRESSION.NONE
            and page.predictor == 1
            and page.fillorder == 1
            and page.bitspersample in {8, 16, 32, 64}
            and not page.is_tiled
            and not page.is_subsampled
            and page.is_contiguous
        )

    def _values(self) -> Iterator[NDArray[Any]]:
        """From top to bottom: (rows, width, samples), not too many at a time."""
        at_once = max(1, _VALUES_AT_ONCE // (self._width * self._samples))
        for band in self._contiguous() if self._is_contiguous else self._unpacked():
            for top in range(0, len(band), at_once):
                yield band[top : top + at_once]

    def _contiguous(self) -> Iterator[NDArray[Any]]:
        """All rows as one view of the file."""
        shape = (self._planes, self._height, self._width, self._samples // self._planes)
        kind = np.dtype(self._page.dtype).newbyteorder(self._page.parent.byteorder)
        start, count = int(self._page.dataoffsets[0]), int(np.prod(shape))
        if start + count * kind.itemsize > len(self._data):
            raise OSError("pixels are missing")
        values = np.frombuffer(self._data, kind, count, start).reshape(shape)
        yield np.moveaxis(values, 0, -2).reshape(self._height, self._width, self._samples)

    def _unpacked(self) -> Iterator[NDArray[Any]]:
        down = -(-self._height // self._rows)
        for number in range(down):
            rows = min(self._rows, self._height - number * self._rows)
            if self._planes == 1 and self._across == 1:
                yield self._segment(number)[:rows, : self._width]
                continue
            band = np.zeros((rows, self._width, self._samples), self._page.dtype)
            for plane in range(self._planes):
                for column in range(self._across):
                    index = (plane * down + number) * self._across + column
                    part = self._segment(index)
                    left = column * int(self._page.tilewidth) if self._page.is_tiled else 0
                    part = part[:rows, : self._width - left]
                    channels = slice(plane, plane + 1) if self._planes > 1 else slice(None)
                    band[: len(part), left : left + part.shape[1], channels] = part
            yield band

    def _segment(self, index: int) -> NDArray[Any]:
        """A strip or tile: (rows, width, channels). One that was never written is empty."""
        page = self._page
        start, length = int(page.dataoffsets[index]), int(page.databytecounts[index])
        if start + length > len(self._data):
            raise OSError("pixels are missing")
        packed = self._data[start : start + length] if start and length else None
        if page.is_subsampled and page.compression not in _JPEG:
            return self._spread(packed, index)
        tables = {"jpegtables": page.jpegtables} if page.compression in _JPEG else {}
        decoded: tuple[NDArray[Any] | None, object, tuple[int, ...]]
        decoded = self._decode(packed, index, **tables)
        values, _, shape = decoded
        if values is None:
            return np.zeros(shape[1:], np.dtype(page.dtype))
        return values[0]

    def _spread(self, packed: bytes | None, index: int) -> NDArray[np.uint8]:
        """A strip or tile whose pixels share colours."""
        page = self._page
        width = int(page.tilewidth) if page.is_tiled else self._width
        rows = int(page.tilelength) if page.is_tiled else self._rows
        if not page.is_tiled:
            rows = min(rows, self._height - index * self._rows)
        if packed is None:
            return np.zeros((rows, width, 3), np.uint8)
        if page.compression != COMPRESSION.NONE:
            unpack: Any = TIFF.DECOMPRESSORS[page.compression]
            packed = bytes(unpack(packed, out=3 * (rows + 4) * (width + 4)))
        across, down = cast("tuple[int, int]", page.subsampling)
        return spread(packed, (across, down), rows, width)


def _check(page: TiffPage) -> None:
    """Raises: UnknownPage."""
    compression = int(page.compression)
    if compression != 1 and compression not in TIFF.DECOMPRESSORS:
        try:
            name = COMPRESSION(compression).name
        except ValueError:
            name = str(compression)
        raise UnknownPage(name)
    if page.predictor != 1 and page.predictor not in TIFF.UNPREDICTORS:
        raise UnknownPage(f"predictor {int(page.predictor)}")
    if page.photometric in _LABS and compression in _JPEG:
        raise UnknownPage("L*a*b* in JPEG")  # libjpeg would take it for YCbCr
    if page.dtype is None or page.imagedepth != 1:
        raise UnknownPage(f"{page.bitspersample} bits")
    if page.is_subsampled and (page.planarconfig == _PLANAR or not _is_spreadable(page)):
        raise UnknownPage("YCbCr")
    formats: Any = page.tags.valueof(339)
    if isinstance(formats, tuple) and len(set(cast("tuple[int, ...]", formats))) > 1:
        raise UnknownPage("mixed channels")


def _is_spreadable(page: TiffPage) -> bool:
    """True of pixels that share colours when that can be undone."""
    if page.compression in _JPEG:
        return True
    is_plain = page.predictor == 1 and page.fillorder == 1 and page.bitspersample == 8
    steps = cast("tuple[int, ...]", page.subsampling or ())
    is_whole = len(steps) == 2 and all(step in {1, 2, 4} for step in steps)
    return is_plain and is_whole and page.samplesperpixel == 3
