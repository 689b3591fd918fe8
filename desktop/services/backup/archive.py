"""A library as one file, made while it is in use.

A backup is a ZIP with the catalogue (tags, ratings, notes, boards, lineage and every vector),
the generated pictures, the answers that next turns go on from or whose pictures are not saved yet
(wherever they are kept), the parts that were marked in pictures, the pictures of imported brand
kits, the draft, the person's own templates, the settings without secrets, and on request the
thumbnails. Milvus' file is left out: it is made from the catalogue's vectors, without encoding
again. ``manifest.json`` says what is in it, so that restoring takes nothing else out and nothing on
trust.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
import zipfile
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from io import BytesIO, FileIO
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from desktop import __version__
from desktop.core.asset import displayable
from desktop.core.cancellation import CancelToken
from desktop.core.errors import LibraryError
from desktop.core.progress import Progress, ProgressSteps
from desktop.core.system_errors import system_reason
from desktop.core.text import tr
from desktop.files.atomic import temporary_folder
from desktop.files.content_hash import hashed_blocks
from desktop.files.new_file import new_file
from desktop.files.regular_file import NotRegular, open_guarded
from desktop.library.backup.daily import copy_catalog
from desktop.library.catalog.database import Database
from desktop.library.catalog.migrations import CATALOG_VERSION
from desktop.library.spool import PLACE

FORMAT = "plantain-backup"
VERSION = 3
"""2 has answers, marked parts, pictures of brand kits and the draft besides; 3 templates."""

MANIFEST = "manifest.json"
CATALOG = "catalog.sqlite"
SETTINGS = "settings.json"
DRAFT = "draft.json"
GENERATED = "generated"
THUMBNAILS = "thumbnails"
TEMPLATES = "templates"
"""Not of a library but of a profile, as the settings are; they are restored beside them."""
_SPOOL = "spool"
FOLDERS = (_SPOOL, GENERATED, "turns", "regions", "kits")
"""Of a library, that are in every backup of it, by the names of ``LibraryPaths``; an answer goes
from the first to the others, so it is met on its way."""

_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class BackUpReport:
    """A backup that was made: the file, its size in bytes, and how many pictures are in it."""

    path: Path
    size: int
    generated: int
    seconds: float


class BackUp:
    """Makes backups of an open library.

    Args:
        folder: the library's.
        settings: those in use, without secrets.
        unsaved: answers that wait in other places than the library as well, see ``Spool.unsaved``.
        templates: files of the person's own.
    """

    def __init__(
        self,
        database: Database,
        folder: Path,
        settings: Callable[[], Mapping[str, object]],
        unsaved: Callable[[], Iterable[tuple[str, Path | bytes]]],
        templates: Callable[[], Iterable[Path]],
    ) -> None:
        self._database = database
        self._folder = folder
        self._settings = settings
        self._unsaved = unsaved
        self._templates = templates

    def run(
        self, target: Path, cancel: CancelToken, *, with_thumbnails: bool = False
    ) -> ProgressSteps[BackUpReport]:
        """Write the backup; it is there when all of it is, and never replaces a file.

        The catalogue is of one moment, whatever is written to it meanwhile. Generated pictures
        are copied after it, so every one that it knows is there. An answer that is saved meanwhile
        may be there twice, before and after; a library saves it once.

        Raises:
            LibraryError: ``target`` exists, the disk says no, or a file cannot be read.
            Cancelled: nothing is left.
        """
        started = time.monotonic()
        yield Progress(tr("Copying the catalogue"), unit=tr("MB"))
        with ExitStack() as stack:
            file = stack.enter_context(new_file(target, tr("The backup")))
            # Beside the target: the person chose a disk with room.
            folder = stack.enter_context(temporary_folder(target.parent))
            catalog = folder / CATALOG
            copy_catalog(self._database, catalog)
            cancel.raise_if_cancelled()
            archive = stack.enter_context(zipfile.ZipFile(file, "w"))
            packing = _Packing(archive, cancel)
            names = (*FOLDERS, THUMBNAILS) if with_thumbnails else FOLDERS
            sizes = (_size(path) for name in names for _, path in _files(self._folder, name))
            packing.total = catalog.stat().st_size + sum(sizes)
            yield from packing.add(CATALOG, catalog)
            yield from packing.add(DRAFT, self._folder / DRAFT)
            for name, source in self._unsaved():
                yield from packing.add(f"{_SPOOL}/{name}", source)
            for folder_name in names:
                for name, path in _files(self._folder, folder_name):
                    yield from packing.add(name, path)
            for path in self._templates():
                yield from packing.add(f"{TEMPLATES}/{path.name}", path)
            settings = json.dumps(dict(self._settings()), indent=2)
            yield from packing.add(SETTINGS, settings.encode())
            packing.finish()
        return BackUpReport(
            target, target.stat().st_size, packing.count(GENERATED), time.monotonic() - started
        )


class _Packing:
    """The archive while it is written, and what its manifest will say."""

    def __init__(self, archive: zipfile.ZipFile, cancel: CancelToken) -> None:
        self._archive = archive
        self._cancel = cancel
        self._members: list[dict[str, Any]] = []
        self._names: set[str] = set()
        self._files: set[str] = set()
        self._done = 0
        self.total = 0

    def add(self, name: str, content: Path | bytes) -> Generator[Progress]:
        """One file, once; one that has just been removed is left out, and what is none."""
        if name in self._files:
            return
        with ExitStack() as opened:
            try:
                source = opened.enter_context(
                    BytesIO(content) if isinstance(content, bytes) else open_guarded(content)
                )
            except (FileNotFoundError, NotRegular):
                return
            except OSError as error:
                raise _unreadable(name, error) from error
            self._files.add(name)
            yield from self._copy(name, source)

    def _copy(self, name: str, source: BinaryIO | FileIO) -> Generator[Progress]:
        digest = hashlib.sha256()
        size = 0
        info = self._info(name)
        with self._archive.open(info, "w", force_zip64=True) as member:
            blocks = hashed_blocks(source, digest)
            while block := _next_block(name, blocks):
                self._cancel.raise_if_cancelled()
                member.write(block)
                size += len(block)
                yield Progress(
                    tr("Backing up"),
                    (self._done + size) // _MEGABYTE,
                    max(self.total, self._done + size) // _MEGABYTE,
                    displayable(PurePosixPath(name).name),
                    unit=tr("MB"),
                )
        self._done += size
        self._members.append(
            {"member": info.filename, "file": name, "size": size, "sha256": digest.hexdigest()}
        )

    def count(self, folder: str) -> int:
        """How many files of this folder are in it."""
        return sum(member["file"].startswith(f"{folder}/") for member in self._members)

    def finish(self) -> None:
        """Write the manifest."""
        manifest = {
            "format": FORMAT,
            "version": VERSION,
            "plantain": __version__,
            "catalog_version": CATALOG_VERSION,
            "made_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "members": self._members,
        }
        self._archive.writestr(self._info(MANIFEST), json.dumps(manifest, indent=1))

    def _info(self, name: str) -> zipfile.ZipInfo:
        """A ZIP holds names as Unicode; one that is not is in the manifest as it is.

        Nothing is compressed: pictures and vectors would not get smaller, and restoring can
        refuse whatever would become larger than the archive.
        """
        fit = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        while fit in self._names:
            fit += "_"
        self._names.add(fit)
        return zipfile.ZipInfo(fit)


def _files(library: Path, folder: str) -> Iterator[tuple[str, Path]]:
    """Name below ``library``, with slashes, and path of every file in one of its folders; hidden
    ones are not finished, and those that name another folder are of no use in another library."""
    for place, folders, names in os.walk(library / folder):
        folders.sort()
        for name in sorted(names):
            path = Path(place, name)
            if not name.startswith(".") and path.suffix != PLACE and path.is_file():
                yield path.relative_to(library).as_posix(), path


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _next_block(name: str, blocks: Iterator[bytes]) -> bytes:
    """Empty at the end. Raises: LibraryError: as ``_unreadable``."""
    try:
        return next(blocks, b"")
    except OSError as error:
        raise _unreadable(name, error) from error


def _unreadable(name: str, error: OSError) -> LibraryError:
    """What is backed up fails, and not where it is written to."""
    return LibraryError(
        tr(
            "{file} in the library could not be read: {reason}.",
            file=displayable(name),
            reason=system_reason(error),
        ),
        safe=tr("No backup was made; the library was not changed."),
        next_step=tr("Check the file's permissions and its drive, then try again."),
    )
