"""What a team shares about a picture, the same for every member.

A shared picture is named by its root's name and its path below it, so that each member may keep the
folder elsewhere. Of what people said, each field has its last writer, by time and then by library:
two members who merge in any order get the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import PurePosixPath, PureWindowsPath

from desktop.core.errors import UsageError
from desktop.core.file_names import FORBIDDEN
from desktop.core.integers import LEAST, MOST, MOST_SIDE
from desktop.core.text import tr

_HASH = re.compile(r"[0-9a-f]{8,128}")
_LIBRARY = re.compile(r"[0-9a-f]{1,64}")
_MAX_PATH = 4_096
_MAX_ROOT = 64
_MAX_FORMAT = 32


@dataclass(frozen=True, slots=True)
class FieldEdit:
    """The last change of one field of one asset.

    Attributes:
        value: stars; the note; or whether the asset has the tag.
        edited_at: seconds since the epoch.
        editor: id of the library it was changed in.
        name: of a tag, as it was typed.
    """

    value: int | str | bool
    edited_at: float
    editor: str
    name: str = ""

    def is_after(self, other: FieldEdit) -> bool:
        return (self.edited_at, self.editor) > (other.edited_at, other.editor)


FieldEdits = Mapping[str, FieldEdit]
"""Field ("rating", "note", "tag:KEY") -> its last change."""


@dataclass(frozen=True, slots=True)
class SharedAsset:
    """One picture as the team knows it.

    Attributes:
        root: name of the root.
        relative_path: below the root, NFC, with "/".
        frame_count, duration_ms: as of an asset.
        library: id of the library that has sent the file's facts and vectors.
        updated_at: milliseconds since the epoch at which this was sent.
        moved_to: key of the place it was moved to; this one is then no more.
    """

    root: str
    relative_path: str
    content_hash: str
    modified_ns: int
    size: int
    width: int
    height: int
    format: str
    frame_count: int
    duration_ms: int
    library: str
    edits: FieldEdits = field(default_factory=dict[str, FieldEdit])
    updated_at: int = 0
    moved_to: str = ""

    @property
    def key(self) -> str:
        return shared_key(self.root, self.relative_path)

    @property
    def id(self) -> int:
        return shared_id(self.key)

    @property
    def content(self) -> tuple[int, str]:
        """Of two versions of a file, the greater one is the newer."""
        return self.modified_ns, self.content_hash

    def problem(self) -> str:
        """Why this cannot be taken from another member; empty when it can.

        What others send is data, not trust: a path must stay below its root.
        """
        for root, relative in [(self.root, self.relative_path)] + (
            [split_key(self.moved_to)] if self.moved_to else []
        ):
            if root_problem(root) or not _is_below(relative):
                return "its path is not one below a root"
        if not _HASH.fullmatch(self.content_hash) or not _LIBRARY.fullmatch(self.library):
            return "its content or its library is not named as Plantain does"
        if len(self.format) > _MAX_FORMAT or not self.format.isprintable():
            return "its format is none"
        sides = (self.width, self.height, self.frame_count)
        is_sized = all(0 <= side <= MOST_SIDE for side in sides)
        lengths = (self.size, self.duration_ms)
        if not is_sized or not all(0 <= length <= MOST for length in lengths):
            return "its size is none"
        return "" if LEAST <= self.modified_ns <= MOST else "its time is none"


def shared_key(root: str, relative_path: str) -> str:
    return f"{root}\n{relative_path}"


def split_key(key: str) -> tuple[str, str]:
    """Root and relative path."""
    root, _, relative = key.partition("\n")
    return root, relative


def shared_id(*parts: str) -> int:
    """62 bits of a digest of ``parts``: the same in every library, and a valid INT64 key. At
    1,000,000 pictures the odds that two collide are one in nine million."""
    digest = blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 2


def clean_root(typed: str) -> str:
    """The name of a root as it is kept.

    Raises:
        UsageError: it cannot be one.
    """
    name = unicodedata.normalize("NFC", typed).strip()
    if problem := root_problem(name):
        raise UsageError(problem, safe=tr("Nothing was changed."))
    return name


def root_problem(name: str) -> str:
    """Why ``name`` is not one of a root; empty when it is."""
    if not name or len(name) > _MAX_ROOT:
        return tr("A shared folder's name has 1 to {most} characters.", most=_MAX_ROOT)
    if any(c in FORBIDDEN or unicodedata.category(c)[0] == "C" for c in name) or name[0] == ".":
        return tr(
            "A shared folder's name cannot hold a slash, a colon or a control character, or begin "
            "with a dot."
        )
    return ""


def no_later(edits: FieldEdits, most: float) -> dict[str, FieldEdit]:
    """The same, those of a later time as of ``most`` (seconds since the epoch): a clock that is
    wrong, or a time that is made up, must not have the last word for ever."""
    return {
        name: replace(edit, edited_at=min(edit.edited_at, most)) for name, edit in edits.items()
    }


def merged(one: FieldEdits, other: FieldEdits) -> dict[str, FieldEdit]:
    """Of each field the last change; the order of the two does not matter."""
    result = dict(one)
    for name, edit in other.items():
        if name not in result or edit.is_after(result[name]):
            result[name] = edit
    return result


def _is_below(relative_path: str) -> bool:
    if not relative_path or len(relative_path) > _MAX_PATH or "\0" in relative_path:
        return False
    if unicodedata.normalize("NFC", relative_path) != relative_path:
        return False
    posix, windows = PurePosixPath(relative_path), PureWindowsPath(relative_path)
    return not (
        posix.is_absolute()
        or windows.is_absolute()
        or windows.drive
        or ".." in posix.parts
        or ".." in windows.parts
        or str(posix) != relative_path
    )
