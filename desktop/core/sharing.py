"""What a team shares about a picture, the same for every member.

A shared picture is named by its root's name and its path below it, so that each member may keep the
folder elsewhere. Of what people said, each field has its last writer, by time and then by library:
two members who merge in any order get the same.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, cast

from desktop.core.errors import UsageError

_HASH = re.compile(r"[0-9a-f]{8,128}")
_LIBRARY = re.compile(r"[0-9a-f]{1,64}")
_MAX_PATH = 4_096
_MAX_ROOT = 64


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
        numbers = (
            *(self.size, self.width, self.height, self.modified_ns),
            *(self.frame_count, self.duration_ms),
        )
        return "" if min(numbers) >= 0 and max(numbers) < 2**63 else "its size is none"


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
        raise UsageError(f"A shared folder's name {problem}.", safe="Nothing was changed.")
    return name


def root_problem(name: str) -> str:
    """Why ``name`` is not one of a root; empty when it is."""
    if not name or len(name) > _MAX_ROOT:
        return f"has 1 to {_MAX_ROOT} characters"
    if any(c in '/\\:|*?"<>' or unicodedata.category(c)[0] == "C" for c in name) or name[0] == ".":
        return "cannot hold a slash, a colon or a control character, or begin with a dot"
    return ""


def merged(one: FieldEdits, other: FieldEdits) -> dict[str, FieldEdit]:
    """Of each field the last change; the order of the two does not matter."""
    result = dict(one)
    for name, edit in other.items():
        if name not in result or edit.is_after(result[name]):
            result[name] = edit
    return result


def dump_edits(edits: FieldEdits) -> str:
    """As JSON, the same text for the same edits."""
    return json.dumps(
        {
            name: [edit.value, edit.edited_at, edit.editor, *([edit.name] if edit.name else [])]
            for name, edit in sorted(edits.items())
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def load_edits(text: str) -> dict[str, FieldEdit]:
    """From ``dump_edits``; what is not of its form is left out."""
    try:
        raw: Any = json.loads(text or "{}")
    except ValueError:
        return {}
    found: dict[str, FieldEdit] = {}
    for name, values in cast("dict[str, Any]", raw if isinstance(raw, dict) else {}).items():
        match values:
            case [bool() | int() | str() as value, float() | int() as at, str() as editor]:
                found[name] = FieldEdit(value, float(at), editor)
            case [bool() as value, float() | int() as at, str() as editor, str() as tag]:
                found[name] = FieldEdit(value, float(at), editor, tag)
            case _:
                continue
    return found


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
