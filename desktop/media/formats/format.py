"""What a format is, what its opener is given, and what that gives back.

Nothing here opens a file; the formats themselves are the modules beside this one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.core.errors import FileDamaged, FileTooLarge, FileUnsupported
from desktop.core.text import size as amount
from desktop.core.text import tr

if TYPE_CHECKING:
    from PIL import Image

    from desktop.media.stated_colour import StatedColour

BYTES_A_PIXEL = 8
"""What decoding takes: 4 in Pillow's own memory, and as much again for a copy in another mode."""
GREY_BYTES_A_PIXEL = 6
"""The same for grey or black and white: 1 or 2, and 4 for the copy in RGB."""

MOST_PAGES = 2_000
_USUAL_SIDE = 2048
_LONGEST_SIDE = 16_384


@dataclass(frozen=True, slots=True)
class DecodeLimits:
    """What is refused before anything is allocated.

    Attributes:
        max_bytes: size of a file.
        max_pixels: pixels of ``BYTES_A_PIXEL`` that a decoder may allocate, after it has reduced
            them; of fewer bytes there may be more.
        max_header_pixels: pixels that a header may claim before the reduction, so that the
            200-megapixel JPEGs of telephones and an A0 page of 600 dpi (558) still open.
    """

    max_bytes: int = 512 * 1024 * 1024
    max_pixels: int = 120_000_000
    max_header_pixels: int = 600_000_000


@dataclass(frozen=True, slots=True)
class Needed:
    """What is wanted of a picture: how large it must stay (the rest may go while decoding, which is
    much faster), and what besides.

    Attributes:
        shorter, longer: least length of either side, pixels; 0 asks for nothing.
        keeps_alpha: what is clear stays so, instead of being laid on a ground.
        keeps_own: the values of the pixels in the file's own colour space come along.
        has_metadata: what is written beside the pixels is wanted too.
        page: of a file of several, from 0; None for the one that stands for it.
    """

    shorter: int = 0
    longer: int = 0
    keeps_alpha: bool = False
    keeps_own: bool = False
    has_metadata: bool = False
    page: int | None = None

    def factor(self, size: tuple[int, int]) -> int:
        """By how much both sides of a picture of ``size`` may be divided; 1 for not at all."""
        shorter, longer = sorted(size)
        factors = [
            have // need for have, need in ((shorter, self.shorter), (longer, self.longer)) if need
        ]
        return max(1, min(factors, default=1))


Room = Callable[[int], AbstractContextManager[object]]
"""Waits until so many bytes may be taken for decoding; they are given back on leaving."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A picture as a file holds it, and what is wanted of it.

    Attributes:
        path: for errors.
    """

    path: Path
    data: bytes
    needed: Needed
    limits: DecodeLimits

    def holding(self, data: bytes) -> Encoded:
        """The same wish for a picture found inside this one."""
        return replace(self, data=data)

    def check_size(self, size: tuple[int, int], max_pixels: int | None = None) -> None:
        """Raises FileDamaged for no pixels, FileTooLarge for more than ``max_pixels`` (those that
        may be decoded, when None)."""
        max_pixels = self.limits.max_pixels if max_pixels is None else max_pixels
        width, height = size
        if width <= 0 or height <= 0:
            raise FileDamaged(self.path, tr("The picture has no width or no height."))
        if width * height > max_pixels:
            raise FileTooLarge(
                self.path,
                tr(
                    "The picture is {width} × {height} pixels, more than the "
                    "{most} megapixels that are safe to open.",
                    width=width,
                    height=height,
                    most=f"{max_pixels / 1_000_000:g}",
                ),
                next_step=tr("Save a smaller copy to have it in the library."),
            )

    def check_memory(
        self,
        size: tuple[int, int],
        besides: int,
        *,
        factor: int = 1,
        bytes_a_pixel: int = BYTES_A_PIXEL,
    ) -> int:
        """What it takes to make a picture of ``size``, reduced by ``factor``, in bytes.

        Args:
            besides: bytes that decoding takes until there is the reduced picture.
            bytes_a_pixel: that the reduced picture takes, and all that is made of it.

        Raises:
            FileTooLarge: more than ``max_pixels`` take.
        """
        width, height = size
        memory = besides + -(-width // factor) * -(-height // factor) * bytes_a_pixel
        most = self.limits.max_pixels * BYTES_A_PIXEL
        if memory > most:
            raise FileTooLarge(
                self.path,
                tr(
                    "The picture is {width} × {height} pixels and takes {memory} of memory to "
                    "open, more than the {most} that are safe.",
                    width=width,
                    height=height,
                    memory=amount(memory),
                    most=amount(most),
                ),
                next_step=tr("Save a smaller copy to have it in the library."),
            )
        return memory

    def drawn_size(self, width: float, height: float) -> tuple[int, int]:
        """At how many pixels to draw what has no pixels of its own.

        Args:
            width, height: as the drawing states them; finite, positive, only their ratio counts.
        """
        shorter, longer = sorted((width, height))
        scale = max(self.needed.longer / longer, self.needed.shorter / shorter)
        if not scale:
            scale = _USUAL_SIDE / longer
        scale = min(scale, _LONGEST_SIDE / longer)
        return max(1, round(width * scale)), max(1, round(height * scale))

    def lacking(self, what: str, library: str) -> FileUnsupported:
        """The error for a format whose library is not installed."""
        return FileUnsupported(
            self.path,
            tr(
                "{what} needs the library {library}, which is not installed here.",
                what=what,
                library=library,
            ),
            next_step=tr(
                "Install Plantain again, which brings it (where pip did: pip install {library}); "
                "then add the file again, or run “plantain index --retry-failed”.",
                library=library,
            ),
        )


@dataclass(frozen=True, slots=True)
class Raster:
    """Pixels as they are stored.

    Attributes:
        image: loaded, any mode.
        profile: the embedded ICC profile.
        stated: how the colours are meant where no profile says it.
        orientation: EXIF's, 1 to 8: how to turn the image upright.
        frame_count: 1 for a still; 0 for several, uncounted because counting costs a decode.
        is_preview: a small picture that the file holds of itself, because what it stands for
            cannot be shown.
        alpha: mode L, as large as ``image``: how opaque its pixels are, where its own mode has no
            channel for that.
    """

    image: Image.Image
    profile: bytes | None = None
    orientation: int = 1
    frame_count: int = 1
    stated: StatedColour | None = None
    is_preview: bool = False
    alpha: Image.Image | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A picture whose header was read and is within the limits.

    Attributes:
        size: pixels that ``load`` makes.
        load: makes them; once.
        original: stored size of the whole picture, not yet upright; None: that of the pixels.
        memory: bytes that ``load`` and the conversion to sRGB take; 0: as usual for ``size``.
        frames: of what moves: each of its pictures and for how many ms it is shown, 0 where that is
            not said; from the first on at each call, and instead of ``load``.
    """

    size: tuple[int, int]
    load: Callable[[], Raster]
    original: tuple[int, int] | None = None
    memory: int = 0
    frames: Callable[[], Iterator[tuple[Raster, int]]] | None = None

    def cost(self) -> int:
        return self.memory or self.size[0] * self.size[1] * BYTES_A_PIXEL


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """How files of one format are called, and how they begin.

    Attributes:
        name: "JPEG"; kept in the catalogue, so it never changes.
        suffixes: of file names that are scanned, lower case, with their dot.
        signatures: with one of these a file of this format begins.
        recognise: called with a file's first bytes (16 tell most formats, 16 KB all of them) and
            the suffix of its name; for what signatures alone cannot tell.
        libraries: modules that are imported where the first file is opened; a decoder process
            imports them all before it gives up opening files.
        prepare: called then too: reads from the disk what no file brings along, as fonts are.
            Raises: ImportError: a library is not installed.
    """

    name: str
    suffixes: tuple[str, ...]
    signatures: tuple[bytes, ...] = ()
    recognise: Callable[[bytes, str], bool] | None = None
    libraries: tuple[str, ...] = ()
    prepare: Callable[[], object] | None = None

    def matches(self, data: bytes, suffix: str) -> bool:
        """True when a file with these first bytes and this suffix is one of this format."""
        if self.recognise is not None:
            return self.recognise(data, suffix)
        return data.startswith(self.signatures)


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFormat(Format):
    """A format of pictures, drawings or documents, of which one picture is shown.

    Attributes:
        label: what people call one: "JPEG picture".
        open: reads the header and says what decoding will cost. Raises: FileError, or any of
            ``pillow.DECODER_ERRORS`` for a damaged file.
        pages: the sizes of those of a file, at most ``MOST_PAGES``, as ``Needed.page`` counts them;
            None where a file has one picture alone. Raises: as ``open``.
    """

    label: str
    open: Callable[[Encoded], Source]
    pages: Callable[[Encoded], list[tuple[int, int]]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoFormat(Format):
    """A container of videos.

    Attributes:
        demuxer: FFmpeg's name of what takes it apart.
    """

    demuxer: str
