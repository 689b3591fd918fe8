"""A backup becomes a library again, in a new place, or nothing at all is there.

The file may come from anywhere: only what its manifest names is taken out, into places that a
library has, byte for byte as the manifest says, and no more of it than the archive is large.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from desktop.core.asset import displayable
from desktop.core.cancellation import CancelToken
from desktop.core.errors import LibraryError
from desktop.core.progress import Progress, ProgressSteps
from desktop.core.system_errors import system_reason
from desktop.core.text import number, tr
from desktop.files.atomic import sync_file
from desktop.files.checked_json import MalformedJson, checked, parse_json
from desktop.files.content_hash import hashed_blocks
from desktop.files.regular_file import open_guarded
from desktop.files.zip_errors import ZIP_ERRORS, zip_reason
from desktop.library.backup.identity import NoCatalog, become_another
from desktop.library.catalog.copies import whole_version
from desktop.library.catalog.migrations import CATALOG_VERSION
from desktop.services.backup.archive import (
    CATALOG,
    DRAFT,
    FOLDERS,
    FORMAT,
    MANIFEST,
    SETTINGS,
    TEMPLATES,
    THUMBNAILS,
    VERSION,
)

_MEGABYTE = 1_000_000
_NAMES = frozenset({"member", "file"})
"""Keys of a manifest whose text is a file name."""

_MAX_MANIFEST = 512 << 20
"""Bytes; a million thumbnails need 200 MB."""


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What was restored.

    Attributes:
        settings, templates: the backup's file of settings, and its folder of templates, in the new
            library; the folder is not there where the backup has none.
        shared: names of its folders that a team knew.
    """

    folder: Path
    files: int
    size: int
    made_at: str
    settings: Path
    templates: Path
    shared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Header:
    """What a manifest of any version says."""

    format: str
    version: int
    catalog_version: int
    plantain: str = ""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file in the archive under the name ``member``, in the library ``file``."""

    member: str
    file: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class _Manifest:
    members: tuple[_Entry, ...] = ()
    made_at: str = ""


@dataclass(frozen=True, slots=True)
class _Member:
    info: zipfile.ZipInfo
    file: PurePosixPath
    sha256: str


def restore(
    archive: Path, folder: Path, cancel: CancelToken, *, is_shared: bool = False
) -> ProgressSteps[RestoreReport]:
    """Make the library ``folder`` from a backup: one of its own, see ``become_another``.

    Args:
        is_shared: its folders stay shared with a team.

    Everything is checked before the folder gets its name. A kill leaves a hidden folder beside
    it at most, which the next attempt removes.

    Raises:
        LibraryError: the backup is damaged, was changed, or is from a newer Plantain; the folder
            has something in it; or the disk says no.
        Cancelled: nothing is left.
    """
    folder = Path(os.path.abspath(folder))  # noqa: PTH100 - resolve() would follow links
    if os.path.lexists(folder) and not (folder.is_dir() and not any(folder.iterdir())):
        raise LibraryError(
            tr("{folder} is not empty.", folder=displayable(folder)),
            safe=tr("Nothing in it was changed."),
            next_step=tr("Restore into a new folder."),
        )
    with _mapped(archive), open_guarded(archive) as opened, zipfile.ZipFile(opened) as file:
        manifest = _manifest(archive, file)
        members = _members(archive, file, manifest)
        total = sum(member.info.file_size for member in members)
        yield Progress(tr("Checking the backup"), 0, total // _MEGABYTE, unit=tr("MB"))
        temporary = _temporary(folder, total)
        try:
            done = 0
            for member in members:
                cancel.raise_if_cancelled()
                _extract(archive, file, member, temporary)
                done += member.info.file_size
                yield Progress(
                    tr("Restoring"),
                    done // _MEGABYTE,
                    total // _MEGABYTE,
                    displayable(member.file.name),
                    unit=tr("MB"),
                )
            if not whole_version(temporary / CATALOG):
                raise _damaged(archive, tr("its catalogue is not whole"))
            shared = become_another(temporary / CATALOG, is_shared=is_shared)
            sync_file(temporary / CATALOG)
            if folder.exists():
                folder.rmdir()  # it is empty, and Windows renames nothing onto a folder
            temporary.rename(folder)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    return RestoreReport(
        folder,
        len(members),
        total,
        manifest.made_at,
        folder / SETTINGS,
        folder / TEMPLATES,
        shared,
    )


@contextmanager
def _mapped(archive: Path) -> Generator[None]:
    """The archive's and the system's errors as ours."""
    try:
        yield
    except (*ZIP_ERRORS, NoCatalog) as error:
        raise _damaged(archive, zip_reason(error)) from error
    except OSError as error:
        raise LibraryError(
            tr(
                "The backup {archive} could not be restored: {reason}.",
                archive=displayable(archive),
                reason=system_reason(error),
            ),
            safe=tr("Nothing was changed."),
            next_step=tr("Check the path, free some space, or choose another place."),
        ) from error


def _manifest(archive: Path, file: zipfile.ZipFile) -> _Manifest:
    try:
        info = file.getinfo(MANIFEST)
        if info.file_size > _MAX_MANIFEST or info.file_size > archive.stat().st_size:
            raise _damaged(archive, tr("its list of contents is too long"))
        raw = parse_json(file.read(info))
    except (KeyError, MalformedJson) as error:
        raise _damaged(archive, tr("it has no list of contents")) from error
    try:
        header = checked(raw, _Header, names=_NAMES)
        if header.format != FORMAT:
            raise MalformedJson
        is_newer = header.version > VERSION or header.catalog_version > CATALOG_VERSION
        # What else a newer one says may have another form.
        manifest = _Manifest() if is_newer else checked(raw, _Manifest, names=_NAMES)
    except MalformedJson as error:
        raise _damaged(archive, tr("it is something else")) from error
    if is_newer:
        raise LibraryError(
            tr(
                "The backup {archive} was made by a newer Plantain ({get}).",
                archive=displayable(archive),
                get=header.plantain,
            ),
            safe=tr("Nothing was changed."),
            next_step=tr("Update Plantain."),
        )
    return manifest


def _members(archive: Path, file: zipfile.ZipFile, manifest: _Manifest) -> Sequence[_Member]:
    """What the manifest names, each checked against the archive and against what is allowed."""
    infos = {info.filename: info for info in file.infolist()}
    members: list[_Member] = []
    for entry in manifest.members:
        target = entry.file
        info = infos.pop(entry.member, None)
        if info is None:
            raise _damaged(archive, tr("something in its list of contents is not there"))
        if info.file_size != entry.size or info.compress_type != zipfile.ZIP_STORED:
            raise _damaged(archive, tr("{target} is not as it was", target=displayable(target)))
        if not _is_allowed(target):
            raise _damaged(
                archive, tr("{target} does not belong in a library", target=displayable(target))
            )
        members.append(_Member(info, PurePosixPath(target), entry.sha256))
    if set(infos) != {MANIFEST}:
        raise _damaged(archive, tr("there is something in it that is not in its list of contents"))
    places = {os.fsencode(str(member.file)) for member in members}
    if len(places) < len(members) or not {CATALOG.encode(), SETTINGS.encode()} <= places:
        raise _damaged(archive, tr("it is incomplete"))
    if sum(member.info.file_size for member in members) > archive.stat().st_size:
        raise _damaged(archive, tr("it would become larger than it can be"))
    return members


def _is_allowed(target: str) -> bool:
    """A place that backups use; nothing that leads out of the folder, on any system."""
    if target in {CATALOG, DRAFT, SETTINGS}:
        return True
    parts = target.split("/")
    return (
        len(parts) > 1
        and parts[0] in {*FOLDERS, TEMPLATES, THUMBNAILS}
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
            tr(
                "There is no room for the library in {folder}: it needs {megabytes} MB.",
                folder=displayable(folder.parent),
                megabytes=number(size / _MEGABYTE),
            ),
            safe=tr("Nothing was changed."),
            next_step=tr("Free some space, or choose another place."),
        )
    return Path(tempfile.mkdtemp(prefix=prefix, dir=folder.parent))


def _extract(archive: Path, file: zipfile.ZipFile, member: _Member, folder: Path) -> None:
    target = folder / member.file
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with file.open(member.info) as source, target.open("xb") as copy:
        for block in hashed_blocks(source, digest):
            copy.write(block)
    sync_file(target)
    if digest.hexdigest() != member.sha256:
        raise _damaged(archive, tr("{name} is not as it was", name=displayable(member.file.name)))


def _damaged(archive: Path, how: str) -> LibraryError:
    return LibraryError(
        tr(
            "The backup {archive} is damaged, or is none ({how}).",
            archive=displayable(archive),
            how=how,
        ),
        safe=tr("Nothing was changed."),
        next_step=tr("Use another copy of it."),
    )
