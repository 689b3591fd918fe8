"""An asset: one picture on the person's disk, as the library knows it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


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
        is_missing: the file was not there at the last scan.
        is_generated: made by Plantain; its lineage is in the catalogue.
        failure: why the file could not be read; empty when all is well.
        rating: stars, 1 to 5; 0: not rated.
        is_ignored: one of the person's rules hides it.
        frame_count: frames of an animation, pages of a document; 1: a still, 0: several, uncounted.
        duration_ms: how long a video lasts; 0 for everything else.
        is_elsewhere: a team-mate's: its file is in no folder here, so it is offline too.
        is_offline: its drive or folder is away; unlike a missing one, nothing is known to be gone.
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
    is_missing: bool = False
    is_generated: bool = False
    failure: str = ""
    rating: int = 0
    is_ignored: bool = False
    is_offline: bool = False
    duration_ms: int = 0
    frame_count: int = 1
    is_elsewhere: bool = False

    @property
    def path(self) -> Path:
        """Absolute path of the file. Made at each call: a library may hold 100,000 of them."""
        return Path(self.folder, self.name)

    @property
    def filename(self) -> str:
        """The file's name, fit to be shown: undecodable bytes become U+FFFD."""
        return displayable(self.name)


def displayable(path: str | Path) -> str:
    """A path as one line of text that any widget, log or terminal accepts.

    Bytes that are not UTF-8 and control characters (a newline, an escape that would recolour a
    terminal) become U+FFFD.
    """
    text = str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return _CONTROL.sub("\ufffd", text)
