"""An asset: one picture on the person's disk, as the library knows it."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

_HALF = re.compile("[\ud800-\udc7f\udd00-\udfff]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
PAGED_FORMATS = frozenset({"PDF", "TIFF"})
"""In which several pictures in one file are pages, and no animation."""
PREVIEW_FORMATS = frozenset(
    {
        *("RAW", "KRA", "ORA", "Sketch", "Procreate", "XD", "Figma", "Affinity", "Blender", "CLIP"),
    }
)
"""Of which a preview inside is shown that the program that made them put there."""
PREVIEW = " preview"
"""Behind the name of a format of which only some files are shown so."""


class Kind(StrEnum):
    """What a file holds."""

    STILL = "still"
    ANIMATION = "animation"
    DOCUMENT = "document"
    VIDEO = "video"


class Asset(NamedTuple):
    """One row of the library.

    A tuple, because a hundred thousand are made each time the window opens, in a fifth of the time
    that a frozen dataclass takes.

    Attributes:
        id: identity in this library; kept over re-scans, never reused.
        folder: absolute path of the folder that holds it, one string for all that share it.
        name: the file's name; both may hold surrogate escapes where they are not valid UTF-8.
        size: bytes.
        modified_ns: modification time of the file, nanoseconds since the epoch.
        added_at: seconds since the epoch at which the library first saw it.
        width, height: upright size in pixels; 0 until the file was read.
        format: short name of the format ("JPEG"); empty until the file was read.
        content_hash: hex digest of the bytes, the key of its thumbnail; empty until read.
        failure: why the file could not be read; empty when all is well.
        rating: stars, 1 to 5; 0: not rated.
        duration_ms: how long a video lasts; 0 for everything else.
        frame_count: frames of an animation, pages of a document; 1: a still, 0: several, uncounted.
        taken_s: when the picture was taken, seconds since the epoch, as its file says; 0: it does
            not.
        is_missing: the file was not there at the last scan.
        is_generated: made by Plantain; its lineage is in the catalogue.
        is_ignored: one of the person's rules hides it.
        is_elsewhere: a teammate's: its file is in no folder here, so it is offline too.
        is_offline: its drive or folder is away; unlike a missing one, nothing is known to be gone.
        has_alpha: some of its pixels are not opaque, and its thumbnail keeps them so.
    """

    id: int
    folder: str
    name: str
    size: int
    modified_ns: int
    added_at: float
    width: int = 0
    height: int = 0
    format: str = ""
    content_hash: str = ""
    failure: str = ""
    rating: int = 0
    duration_ms: int = 0
    frame_count: int = 1
    taken_s: int = 0
    is_missing: bool = False
    is_generated: bool = False
    is_ignored: bool = False
    is_elsewhere: bool = False
    is_offline: bool = False
    has_alpha: bool = False

    @property
    def path(self) -> Path:
        """Absolute path of the file. Made at each call: a library may hold 100,000 of them."""
        return Path(self.folder, self.name)

    @property
    def kind(self) -> Kind:
        """A file that was not read yet counts as a still."""
        if self.duration_ms:
            return Kind.VIDEO
        if self.format == "PDF" or (self.frame_count != 1 and self.format in PAGED_FORMATS):
            return Kind.DOCUMENT
        return Kind.STILL if self.frame_count == 1 else Kind.ANIMATION

    @property
    def dated_s(self) -> float:
        """When the picture was taken, and where nobody knows when its file was changed; seconds
        since the epoch."""
        return self.taken_s or self.modified_ns / 1e9

    @property
    def is_preview(self) -> bool:
        """What is shown is a preview out of the file; see ``PREVIEW_FORMATS``."""
        return self.format in PREVIEW_FORMATS or self.format.endswith(PREVIEW)

    @property
    def filename(self) -> str:
        """The file's name, fit to be shown: undecodable bytes become U+FFFD."""
        return displayable(self.name)


def displayable(path: str | Path) -> str:
    """A path as one line of text that any widget, log or terminal accepts.

    Bytes that are not UTF-8 and control characters (a newline, an escape that would recolour a
    terminal) become U+FFFD.
    """
    text = str(path)
    if not text.isascii():
        # Two ways, because a text from outside may hold halves of characters that no name has.
        whole = _HALF.sub("\ufffd", text)
        text = whole.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return _CONTROL.sub("\ufffd", text)


def displayable_name(path: str | Path) -> str:
    """The last part of a path; all of one that has none, as ``/`` and ``C:\\``."""
    return displayable(Path(path).name or path)
