"""A back-up becomes a library again, in a new place, or nothing at all is there.

The file may come from anywhere: only what its manifest names is taken out, into places that a
library has, byte for byte as the manifest says, and no more of it than the archive is large.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, cast

from desktop.core.asset import displayable
from desktop.core.cancellation import CancelToken
from desktop.core.errors import LibraryError
from desktop.core.progress import Progress, ProgressSteps
from desktop.library.keeping.copies import whole_version
from desktop.library.migrations import CATALOG_VERSION
from desktop.services.back_up import (
    CATALOG,
    FORMAT,
    GENERATED,
    MANIFEST,
    SETTINGS,
    THUMBNAILS,
    VERSION,
)

_BLOCK = 1 << 20
_MEGABYTE = 1_000_000
_MAX_MANIFEST = 512 << 20
"""Bytes; a million thumbnails need 200 MB."""


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What was restored; ``settings`` is the back-up's file of settings, in the new library."""

    folder: Path
    files: int
    size: int
    made_at: str
    settings: Path


@dataclass(frozen=True, slots=True)
class _Member:
    info: zipfile.ZipInfo
    file: PurePosixPath
    sha256: str


def restore(archive: Path, folder: Path, cancel: CancelToken) -> ProgressSteps[RestoreReport]:
    """Make the library ``folder`` from a back-up.

    Everything is checked before the folder gets its name. A kill leaves a hidden folder beside
    it at most, which the next attempt removes.

    Raises:
        LibraryError: the back-up is damaged, was changed, or is from a newer Plantain; the folder
            has something in it; or the disk says no.
        Cancelled: nothing is left.
    """
    folder = Path(os.path.abspath(folder))  # noqa: PTH100 - resolve() would follow links
    if os.path.lexists(folder) and not (folder.is_dir() and not any(folder.iterdir())):
        raise LibraryError(
            f"{displayable(folder)} is not empty.",
            safe="Nothing in it was changed.",
            next_step="Restore into a new folder.",
        )
    with _mapped(archive), zipfile.ZipFile(archive) as file:
        manifest = _manifest(archive, file)
        members = _members(archive, file, manifest)
        total = sum(member.info.file_size for member in members)
        yield Progress("Checking the back-up", 0, total // _MEGABYTE, unit="MB")
        temporary = _temporary(folder, total)
        try:
            done = 0
            for member in members:
                cancel.raise_if_cancelled()
                _extract(archive, file, member, temporary)
                done += member.info.file_size
                yield Progress(
                    "Restoring",
                    done // _MEGABYTE,
                    total // _MEGABYTE,
                    displayable(member.file.name),
                    unit="MB",
                )
            if not whole_version(temporary / CATALOG):
                raise _damaged(archive, "its catalogue is not whole")
            if folder.exists():
                folder.rmdir()  # it is empty, and Windows renames nothing onto a folder
            temporary.rename(folder)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    return RestoreReport(
        folder, len(members), total, str(manifest.get("made_at", "")), folder / SETTINGS
    )


@contextmanager
def _mapped(archive: Path) -> Generator[None]:
    """The archive's and the system's errors as ours."""
    try:
        yield
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise _damaged(archive, str(error)) from error
    except OSError as error:
        raise LibraryError(
            f"The back-up {displayable(archive)} could not be restored: {error.strerror or error}.",
            safe="Nothing was changed.",
            next_step="Check the path, free some space, or choose another place.",
        ) from error


def _manifest(archive: Path, file: zipfile.ZipFile) -> dict[str, Any]:
    try:
        info = file.getinfo(MANIFEST)
        if info.file_size > _MAX_MANIFEST or info.file_size > archive.stat().st_size:
            raise _damaged(archive, "its list of contents is too long")
        raw: object = json.loads(file.read(info))
    except (KeyError, ValueError, RecursionError) as error:
        raise _damaged(archive, "it has no list of contents") from error
    manifest = cast("dict[str, Any]", raw) if isinstance(raw, dict) else {}
    version, catalog = manifest.get("version"), manifest.get("catalog_version")
    if manifest.get("format") != FORMAT or type(version) is not int or type(catalog) is not int:
        raise _damaged(archive, "it is something else")
    if version > VERSION or catalog > CATALOG_VERSION:
        raise LibraryError(
            f"The back-up {displayable(archive)} was made by a newer Plantain "
            f"({manifest.get('plantain')}).",
            safe="Nothing was changed.",
            next_step="Update Plantain.",
        )
    return manifest


def _members(archive: Path, file: zipfile.ZipFile, manifest: dict[str, Any]) -> Sequence[_Member]:
    """What the manifest names, each checked against the archive and against what is allowed."""
    infos = {info.filename: info for info in file.infolist()}
    members: list[_Member] = []
    listed: object = manifest.get("members")
    for entry in cast("list[object]", listed) if isinstance(listed, list) else []:
        fields = cast("dict[str, object]", entry) if isinstance(entry, dict) else {}
        name, target, digest = (fields.get(key) for key in ("member", "file", "sha256"))
        info = infos.pop(name, None) if isinstance(name, str) else None
        if info is None or not isinstance(target, str) or not isinstance(digest, str):
            raise _damaged(archive, "something in its list of contents is not there")
        if info.file_size != fields.get("size") or info.compress_type != zipfile.ZIP_STORED:
            raise _damaged(archive, f"{displayable(target)} is not as it was")
        if not _is_allowed(target):
            raise _damaged(archive, f"{displayable(target)} does not belong into a library")
        members.append(_Member(info, PurePosixPath(target), digest))
    if set(infos) != {MANIFEST}:
        raise _damaged(archive, "there is something in it that is not in its list of contents")
    places = {os.fsencode(str(member.file)) for member in members}
    if len(places) < len(members) or not {CATALOG.encode(), SETTINGS.encode()} <= places:
        raise _damaged(archive, "it is incomplete")
    if sum(member.info.file_size for member in members) > archive.stat().st_size:
        raise _damaged(archive, "it would become larger than it can be")
    return members


def _is_allowed(target: str) -> bool:
    """A place that back-ups use; nothing that leads out of the folder, on any system."""
    if target in {CATALOG, SETTINGS}:
        return True
    parts = target.split("/")
    return (
        len(parts) > 1
        and parts[0] in {GENERATED, THUMBNAILS}
        and not any(part in {"", ".", ".."} or "\0" in part for part in parts)
        and (os.sep == "/" or not any(set(part) & set('\\:*?"<>|') for part in parts))
    )


def _temporary(folder: Path, size: int) -> Path:
    """A hidden folder beside the new one, once there is room for it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{folder.name}.restoring-"
    for left in folder.parent.iterdir():
        if left.name.startswith(prefix):
            shutil.rmtree(left)
    if shutil.disk_usage(folder.parent).free < size:
        raise LibraryError(
            f"There is no room for the library in {displayable(folder.parent)}: it needs "
            f"{size / _MEGABYTE:,.0f} MB.",
            safe="Nothing was changed.",
            next_step="Free some space, or choose another place.",
        )
    return Path(tempfile.mkdtemp(prefix=prefix, dir=folder.parent))


def _extract(archive: Path, file: zipfile.ZipFile, member: _Member, folder: Path) -> None:
    target = folder / member.file
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with file.open(member.info) as source, target.open("xb") as copy:
        while block := source.read(_BLOCK):
            digest.update(block)
            copy.write(block)
        copy.flush()
        os.fsync(copy.fileno())
    if digest.hexdigest() != member.sha256:
        raise _damaged(archive, f"{displayable(member.file.name)} is not as it was")


def _damaged(archive: Path, how: str) -> LibraryError:
    return LibraryError(
        f"The back-up {displayable(archive)} is damaged, or is none ({how}).",
        safe="Nothing was changed.",
        next_step="Use another copy of it.",
    )
