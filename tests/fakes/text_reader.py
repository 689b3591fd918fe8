"""A reader of text that is told what there is to read; the real one takes a second to start."""

from __future__ import annotations

from pathlib import Path

from desktop.core.cancellation import CancelToken
from desktop.core.errors import FileDamaged
from desktop.core.picture_text import TextLine
from desktop.media.text_recognition.text_reader import TextReader


class FakeTextReader(TextReader):
    """Knows the text of pictures by their file's name.

    Attributes:
        written: lines by name; what is not named has none and shows so at a glance.
        read_paths: what was read, beyond a glance.
        broken: names of files that cannot be read.
    """

    def __init__(self, name: str = "fake 1") -> None:
        super().__init__()
        self.name = name
        self.written: dict[str, list[str]] = {}
        self.glances = 0
        self.read_paths: list[Path] = []
        self.broken: set[str] = set()
        self.has_text_everywhere = True

    def may_have_text(self, thumbnail: Path, cancel: CancelToken | None = None) -> bool:
        self.glances += 1
        assert thumbnail.is_file()
        return self.has_text_everywhere

    def read(self, path: Path, cancel: CancelToken | None = None) -> tuple[TextLine, ...]:
        self.read_paths.append(path)
        if path.name in self.broken:
            raise FileDamaged(path, "The PNG is damaged or incomplete.")
        corners = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
        return tuple(TextLine(text, 1.0, corners) for text in self.written.get(path.name, ()))
