"""Kinds of JPEG that cameras, scanners and clinics write and Pillow does not read: 12 and 16 bits a
sample, without loss (ITU-T T.81, process 14), and JPEG-LS (T.87). Decoded by imagecodecs."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.core.text import tr
from desktop.media.formats.format import Encoded, Raster, Source
from desktop.media.formats.jpeg_segments import has_end, possible_ends, segments

if TYPE_CHECKING:
    from PIL.JpegImagePlugin import JpegImageFile

_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_WITHOUT_LOSS = frozenset({0xC3, 0xC7, 0xCB, 0xCF})
_IN_STEPS = frozenset({0xC5, 0xC6, 0xC7, 0xCD, 0xCE, 0xCF})
"""Hierarchical: from small to large, which nothing here decodes."""
_LS = 0xF7
_BASELINE = 0xC0
_BYTES_A_SAMPLE = 16


@dataclass(frozen=True, slots=True)
class Frame:
    """What is said of the samples.

    Attributes:
        marker: which process has made them.
        at: where the segment begins.
        samples: of one pixel.
    """

    marker: int
    at: int
    bits: int
    size: tuple[int, int]
    samples: int

    @property
    def is_rare(self) -> bool:
        """Of a kind that is read here."""
        return self.bits != 8 or self.marker in {_LS, *_WITHOUT_LOSS, *_IN_STEPS}


def frame_of(data: bytes) -> Frame | None:
    """None where none is found before the pixels."""
    for marker, start, _ in segments(data):
        if (marker in _FRAMES or marker == _LS) and start + 10 <= len(data):
            bits, height, width, samples = struct.unpack_from(">BHHB", data, start + 4)
            return Frame(marker, start, bits, (width, height), samples)
    return None


def open_rare(encoded: Encoded, frame: Frame) -> Source:
    """As ``PictureFormat.open``.

    Raises:
        NotImplementedError: of a kind that nothing here decodes.
        FileUnsupported: imagecodecs is not installed.
        FileTooLarge: too many pixels.
    """
    is_lossy = frame.marker not in {_LS, *_WITHOUT_LOSS}
    if frame.marker in _IN_STEPS or (is_lossy and frame.bits not in (8, 12)):
        raise NotImplementedError("a JPEG of such a process")
    try:
        import imagecodecs
    except ImportError as error:
        raise encoded.lacking(tr("Such a JPEG picture"), "imagecodecs") from error
    import numpy as np
    from PIL import Image

    from desktop.media.formats import pillow
    from desktop.media.formats.float_pixels import picture_of_values

    encoded.check_size(frame.size)
    width, height = frame.size
    # Pillow reads what is said beside the pixels once the frame is of a kind that it knows.
    notes = bytearray(encoded.data[: frame.at + 20])
    notes[frame.at + 1], notes[frame.at + 4] = _BASELINE, 8
    told = _told(bytes(notes) + encoded.data[frame.at + 20 :])

    def load() -> Raster:
        if frame.marker == _LS:
            if not has_end(encoded.data):  # over which its decoder thinks for many seconds
                raise ValueError("breaks off")
            values = np.asarray(imagecodecs.jpegls_decode(encoded.data))
        else:
            # It fills up what is missing, and says nothing of it.
            endings = (b"",) if has_end(encoded.data) else possible_ends(encoded.data)
            made = [np.asarray(imagecodecs.jpeg_decode(encoded.data + end)) for end in endings]
            values = made[0]
            if any(not np.array_equal(values, other) for other in made[1:]):
                raise ValueError("breaks off")
        if values.shape[:2] != (height, width):  # it has no other word for an error
            raise ValueError("no pixels")
        if values.dtype != np.uint8:
            most = (1 << frame.bits) - 1
            values = (np.minimum(values, most) * (255 / most) + 0.5).astype(np.uint8)
        is_of_inks = values.ndim == 3 and values.shape[2] == 4
        if is_of_inks:
            # As Adobe's programs write inks, and nearly everybody after them: none is 255.
            is_turned = told is not None and "adobe" in told.info
            image = Image.fromarray(255 - values if is_turned else values, "CMYK")
        else:
            image = picture_of_values(values)
        if told is None:
            return Raster(image)
        return Raster(
            image,
            pillow.profile_of(told),
            pillow.stated_orientation(told) or 1,
            stated=pillow.stated_by_exif(told),
        )

    return Source(frame.size, load, memory=width * height * frame.samples * _BYTES_A_SAMPLE)


def _told(data: bytes) -> JpegImageFile | None:
    from PIL.JpegImagePlugin import JpegImageFile

    from desktop.media.formats import pillow

    try:
        return JpegImageFile(io.BytesIO(data))
    except pillow.DECODER_ERRORS:
        return None
