"""Tags, stars, notes and rights beside the pictures, as XMP sidecars; never in the pictures."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.core.annotations import Annotation, Edits, clean_name, clean_note
from desktop.core.asset import Asset
from desktop.core.cancellation import CancelToken
from desktop.core.errors import FileError, FileUnreadable, UsageError
from desktop.core.progress import Progress, ProgressSteps
from desktop.core.rights import Rights, strictest
from desktop.core.system_errors import system_reason
from desktop.core.text import tr
from desktop.files.atomic import write_file
from desktop.files.regular_file import NotRegular, open_guarded, read_up_to
from desktop.library.catalog.annotations import Annotations
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.rights import RightsTable
from desktop.library.folders.spelling import DiskNames
from desktop.media.formats.camera_raw import RAW
from desktop.media.metadata.sidecar import (
    MAX_BYTES,
    SidecarFields,
    merge_sidecar,
    read_sidecar,
    sidecar_path,
)
from desktop.services.reports import FileFailure
from desktop.services.unforeseen import as_file_error

_BATCH = 500
_KINDS = {".jpeg": ".jpg", ".jpe": ".jpg", ".tiff": ".tif", ".heif": ".heic"}
"""Suffixes that mean the same."""


@dataclass(frozen=True, slots=True)
class SidecarReport:
    """What was done with sidecars.

    Attributes:
        changed: sidecars written, or pictures that learned something from one.
        unchanged: those that were up to date already.
        failed: sidecars that were left alone, and why.
        undo: takes back what was read.
    """

    changed: int
    unchanged: int
    failed: tuple[FileFailure, ...]
    undo: Edits


class Sidecars:
    """Writes what was said about pictures beside them, and reads what others wrote there."""

    def __init__(self, catalog: Catalog, annotations: Annotations, rights: RightsTable) -> None:
        self._catalog = catalog
        self._annotations = annotations
        self._rights = rights

    def write(self, asset_ids: Sequence[int], cancel: CancelToken) -> ProgressSteps[SidecarReport]:
        """Write a sidecar for each asset that has something to say; missing ones are passed over.

        An existing one keeps all that others wrote into it. One that cannot be read is left alone
        and reported.

        Raises:
            Cancelled: those written so far are whole.
            LibraryReadOnly: the library was opened to be read only.
        """
        self._catalog.require_writable()
        changed = unchanged = 0
        failed: list[FileFailure] = []
        names = DiskNames()
        for number, (asset, said, rights) in enumerate(self._assets(asset_ids), start=1):
            cancel.raise_if_cancelled()
            path = _own_sidecar(asset.path, names)
            try:
                if not os.path.isfile(asset.path):  # noqa: PTH113 - never raises
                    # Beside it would be, for one, under the place where its drive is mounted.
                    raise FileUnreadable(path, tr("The picture is not there."))
                existing = _read(path)
                fields = SidecarFields(said.tags, said.rating or None, said.note, rights=rights)
                merged = merge_sidecar(fields, existing, path)
                if merged is None or merged == existing:
                    unchanged += existing is not None
                else:
                    _write(path, merged)
                    changed += 1
            except Exception as error:  # noqa: BLE001 - the guard: one sidecar never ends a run
                failed.append(FileFailure(path, as_file_error(path, error).message))
            yield Progress(
                tr("Writing sidecars"), number, len(asset_ids), asset.filename, len(failed)
            )
        return SidecarReport(changed, unchanged, tuple(failed), Edits())

    def read(self, asset_ids: Sequence[int], cancel: CancelToken) -> ProgressSteps[SidecarReport]:
        """Take over what sidecars say: all their tags, stars and a note where there are none.

        ``a.jpg.xmp`` is read, and where there is no such ``a.xmp``, unless it belongs to another
        file of this name: it says so, or a camera RAW file stands beside, to which others give it.
        The suffix may be in any letter case.

        Raises:
            Cancelled: nothing is taken over.
        """
        failed: list[FileFailure] = []
        ratings: dict[int, int] = {}
        notes: dict[int, str] = {}
        tags: dict[tuple[int, str], bool] = {}
        told: set[int] = set()
        names = DiskNames()
        for number, (asset, said, _) in enumerate(self._assets(asset_ids), start=1):
            cancel.raise_if_cancelled()
            path = asset.path
            try:
                if (found := _beside(asset.path, names)) is None:
                    continue
                path, data = found
                fields = read_sidecar(data, path)
                if not _is_meant(fields, path, asset.path):
                    continue
                told.add(asset.id)
                for tag in fields.tags:
                    try:
                        tags[asset.id, clean_name(tag)] = True
                    except UsageError as error:
                        failed.append(FileFailure(path, f"“{tag}”: {error.message}"))
                if fields.rating and not said.rating:
                    ratings[asset.id] = fields.rating
                if fields.note and not said.note:
                    notes[asset.id] = clean_note(fields.note)
            except UsageError as error:
                failed.append(FileFailure(path, error.message))
            except Exception as error:  # noqa: BLE001 - as in ``write``
                failed.append(FileFailure(path, as_file_error(path, error).message))
            yield Progress(
                tr("Reading sidecars"), number, len(asset_ids), asset.filename, len(failed)
            )
        undo = self._annotations.apply(Edits(ratings, notes, tags))
        return SidecarReport(len(undo.asset_ids), len(told - undo.asset_ids), tuple(failed), undo)

    def keywords(self, asset: Asset) -> tuple[str, ...]:
        """What the sidecar of an asset names as tags, other programs' and ours; nothing where there
        is none that can be read. Looks at the disk."""
        if asset.is_missing or asset.is_elsewhere:
            return ()
        try:
            if (found := _beside(asset.path, DiskNames())) is None:
                return ()
            fields = read_sidecar(found[1], found[0])
        except FileError:
            return ()
        return fields.tags if _is_meant(fields, found[0], asset.path) else ()

    def _assets(self, asset_ids: Sequence[int]) -> Iterator[tuple[Asset, Annotation, Rights]]:
        """Each with what was said of it, and all that binds it."""
        for start in range(0, len(asset_ids), _BATCH):
            part = asset_ids[start : start + _BATCH]
            assets = self._catalog.assets_by_id(part)
            said = self._annotations.of(part)
            claims = self._rights.claims(part)
            for asset_id in part:
                asset = assets.get(asset_id)
                if asset and not (asset.is_missing or asset.is_elsewhere):
                    bound = strictest(claim.rights for claim in claims.get(asset_id, ()))
                    yield asset, said.get(asset_id, Annotation()), bound


def _own_sidecar(picture: Path, names: DiskNames) -> Path:
    """``a.jpg.xmp``, as its folder spells it."""
    return names.caseless(sidecar_path(picture)) or sidecar_path(picture)


def _shared_sidecar(picture: Path, names: DiskNames) -> Path | None:
    """``a.xmp``, if it may be about this picture."""
    suffix = picture.suffix.lower()
    if suffix not in RAW.suffixes:
        raw = (names.caseless(picture.with_suffix(raw)) for raw in RAW.suffixes)
        if any(raw):
            return None
    return names.caseless(picture.with_suffix(".xmp"))


def _beside(picture: Path, names: DiskNames) -> tuple[Path, bytes] | None:
    """The sidecar of a picture, or one that may be; ``_is_meant`` tells. Raises: FileUnreadable."""
    own = _own_sidecar(picture, names)
    if (data := _read(own)) is not None:
        return own, data
    shared = _shared_sidecar(picture, names)
    data = None if shared is None else _read(shared)
    return None if shared is None or data is None else (shared, data)


def _is_meant(fields: SidecarFields, sidecar: Path, picture: Path) -> bool:
    """A sidecar of this name is about this picture."""
    is_own = sidecar.name.casefold() == sidecar_path(picture).name.casefold()
    return is_own or _is_about(fields.suffix, picture.suffix)


def _is_about(told: str, suffix: str) -> bool:
    """Of a sidecar: it names files of this suffix, or none."""
    return not told or _KINDS.get(told, told) == _KINDS.get(suffix.lower(), suffix.lower())


def _read(path: Path) -> bytes | None:
    """None when there is none. Raises: FileUnreadable."""
    try:
        with open_guarded(path, follow_links=False) as file:
            return read_up_to(file, MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    except NotRegular as error:
        raise FileUnreadable(path, tr("It is not an ordinary file.")) from error
    except OSError as error:
        raise FileUnreadable(
            path, tr("The system could not open it: {reason}.", reason=system_reason(error))
        ) from error


def _write(path: Path, data: bytes) -> None:
    """Put ``data`` in the place of the sidecar, whole or not at all."""
    try:
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
        write_file(path, data, replace=True, mode=mode)
    except OSError as error:
        raise FileUnreadable(
            path, tr("It could not be written: {reason}.", reason=system_reason(error))
        ) from error
