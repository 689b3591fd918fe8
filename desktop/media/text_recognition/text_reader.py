"""Reads the text in pictures, in a process that may crash, hang or be compromised."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from desktop.core.asset import displayable
from desktop.core.cancellation import CancelToken
from desktop.core.errors import FileDamaged
from desktop.core.picture_text import TextLine
from desktop.core.text import tr
from desktop.files.regular_file import open_regular_file, read_regular_file
from desktop.media.formats.format import DecodeLimits
from desktop.media.sandbox.pool import Sandbox
from desktop.media.text_recognition.recognition import (
    READER,
    Line,
    load_reader,
    may_have_text,
    read_text,
    read_text_in,
)

_SECONDS = 60.0
"""A page that is full of text takes ten on a slow processor that does something else as well."""
_IDLE_S = 20.0
_LONGEST = 1_000
"""Characters of a line; the networks read some hundred."""


class TextReader:
    """Finds and reads text. Any thread may call; one picture is worked on at a time.

    Attributes:
        name: of the networks and their use; another one may read something else.
    """

    name = READER

    def __init__(self) -> None:
        self._sandbox = Sandbox(load_reader, size=1, seconds=_SECONDS, idle_s=_IDLE_S)

    def may_have_text(self, thumbnail: Path, cancel: CancelToken | None = None) -> bool:
        """A glance at a small picture of our own; False where there is none.

        Raises:
            FileError: it cannot be read.
            Cancelled: meanwhile.
        """
        data = read_regular_file(thumbnail, DecodeLimits().max_bytes)
        name = Path(thumbnail.name)
        return bool(self._sandbox.run(may_have_text, data, thumbnail, name, cancel=cancel))

    def read(self, path: Path, cancel: CancelToken | None = None) -> tuple[TextLine, ...]:
        """The lines in a picture, in the order in which they are read; none is no error.

        Raises:
            FileError: it cannot be read.
            Cancelled: meanwhile.
        """
        with open_regular_file(path) as file:
            lines = self._sandbox.run(read_text, file, path, Path(path.name), cancel=cancel)
        return tuple(_checked(line, path) for line in lines)

    def read_image(
        self, image: Image.Image, cancel: CancelToken | None = None
    ) -> tuple[TextLine, ...]:
        """As ``read``, of pixels that are in memory (mode RGB).

        Raises:
            FileError: they cannot be read.
            Cancelled: meanwhile.
        """
        data = io.BytesIO()
        image.save(data, "PNG", compress_level=1)
        name = Path("picture.png")
        lines = self._sandbox.run(read_text_in, data.getvalue(), name, name, cancel=cancel)
        return tuple(_checked(line, name) for line in lines)

    def close(self) -> None:
        """End the process; what is being read fails."""
        self._sandbox.close()


def _checked(line: Line, path: Path) -> TextLine:
    """What a process said that has seen strangers' bytes is not believed blindly.

    Raises:
        FileDamaged: it is no line.
    """
    try:
        text, confidence, corners = line
        return TextLine(
            displayable(str(text))[:_LONGEST],
            min(1.0, max(0.0, float(confidence))),
            tuple((min(1.0, max(0.0, float(x))), min(1.0, max(0.0, float(y)))) for x, y in corners),
        )
    except (TypeError, ValueError) as error:
        raise FileDamaged(path, tr("Its text could not be read.")) from error
