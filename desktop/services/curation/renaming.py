"""Renaming a picture's file: on disk and in the catalogue in one go, so that it stays the same
asset, with its tags, stars, boards, lineage and vectors."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from desktop.core.errors import FileError, LibraryError, UsageError
from desktop.core.file_names import FORBIDDEN
from desktop.core.system_errors import system_reason
from desktop.core.text import tr
from desktop.files.rename import rename_new
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.moved_files import MovedFiles
from desktop.library.folders.same_file import require_same
from desktop.media.formats.camera_raw import RAW
from desktop.media.metadata.sidecar import sidecar_path

_LONGEST = 255
"""Bytes of a file name; file systems that take more are rare."""


class Renaming:
    """Gives the files of assets other names, in their folders."""

    def __init__(self, catalog: Catalog, moved: MovedFiles) -> None:
        self._catalog = catalog
        self._moved = moved

    def rename(self, asset_id: int, name: str) -> str:
        """Rename the file, and the sidecars beside it; returns the name that it had.

        Args:
            name: with its suffix, which stays as it is.

        Raises:
            UsageError: no file may be called so.
            FileError: it is not there, holds something else now, or the disk refuses.
            LibraryError: another file has that name, or the picture is gone from the library.
        """
        self._catalog.require_writable()
        asset = self._catalog.asset(asset_id)
        if asset is None:
            raise LibraryError(tr("This picture is no longer in the library."))
        check_name(name, Path(asset.name).suffix)
        if name == asset.name:
            return name
        require_same(asset)
        source, target = asset.path, asset.path.with_name(name)
        is_renamed = False

        def rename_files() -> None:
            nonlocal is_renamed
            rename_with_sidecars(source, target)
            is_renamed = True

        try:
            self._moved.rename(asset_id, os.fsencode(name), rename_files)
        except BaseException:
            if is_renamed:  # the catalogue could not keep it
                rename_with_sidecars(target, source)
            raise
        return asset.name


def check_name(name: str, suffix: str) -> None:
    """Raises: UsageError: no file of this suffix may be called so."""
    stem = name.removesuffix(suffix)
    if not stem.strip() or stem.strip(" .") == "":
        raise UsageError(tr("A file needs a name."))
    if suffix and not name.endswith(suffix):
        raise UsageError(
            tr("The file has to keep its suffix {suffix}.", suffix=suffix),
            safe=tr("Nothing was renamed."),
        )
    if any(character in FORBIDDEN or not character.isprintable() for character in name):
        raise UsageError(
            tr("A file name cannot hold any of {characters}.", characters=" ".join(FORBIDDEN)),
            safe=tr("Nothing was renamed."),
        )
    if len(os.fsencode(name)) > _LONGEST or name != name.strip():
        raise UsageError(
            tr("A file name cannot be that long, or begin or end with a space."),
            safe=tr("Nothing was renamed."),
        )


def rename_with_sidecars(source: Path, target: Path) -> None:
    """Rename a file, and with it the sidecars that are its own; all or none.

    Raises:
        FileError: one of the new names is taken, or the disk refuses.
    """
    renamed: list[tuple[Path, Path]] = []
    try:
        for before, after in [(source, target), *_sidecars(source, target)]:
            _rename_one(before, after)
            renamed.append((before, after))
    except BaseException:
        for before, after in reversed(renamed):
            with suppress(OSError):
                rename_new(after, before)
        raise


def _sidecars(source: Path, target: Path) -> list[tuple[Path, Path]]:
    """``a.CR2.xmp``; and ``a.xmp``, in which RAW programs keep what was developed, unless it may be
    another file's, by the old name or the new one. Each with its new name."""
    try:
        alike = [p for p in source.parent.iterdir() if p.stem in (source.stem, target.stem)]
    except OSError:
        alike = []
    shared = [p for p in alike if p.suffix.lower() == ".xmp" and p.stem == source.stem]
    others = {p for p in alike if p.suffix.lower() != ".xmp"} - {source}
    if source.suffix.lower() in RAW.suffixes:  # it goes before a JPEG of the same shot
        others = {p for p in others if p.suffix.lower() in RAW.suffixes}
    found = [] if others else [(p, target.with_suffix(p.suffix)) for p in shared]
    if os.path.lexists(beside := sidecar_path(source)):
        found.append((beside, sidecar_path(target)))
    return found


def _rename_one(source: Path, target: Path) -> None:
    try:
        rename_new(source, target)
    except FileExistsError as error:
        raise FileError(
            source,
            tr("There is a file called {name} already.", name=target.name),
            next_step=tr("Choose another name."),
        ) from error
    except OSError as error:
        reason = system_reason(error)
        raise FileError(source, tr("It could not be renamed: {reason}.", reason=reason)) from error
