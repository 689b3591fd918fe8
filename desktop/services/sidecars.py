"""Tags, stars and notes beside the pictures, as XMP side-cars; never in the pictures."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.core.annotations import Annotation, Edits, clean_name, clean_note
from desktop.core.asset import Asset
from desktop.core.cancellation import CancelToken
from desktop.core.errors import FileError, FileUnreadable, UsageError
from desktop.core.progress import Progress, ProgressSteps
from desktop.library.annotations import Annotations
from desktop.library.catalog import Catalog
from desktop.media.sidecar import (
    MAX_BYTES,
    SidecarFields,
    merge_sidecar,
    read_sidecar,
    sidecar_path,
)
from desktop.services.reports import FileFailure

_BATCH = 500


@dataclass(frozen=True, slots=True)
class SidecarReport:
    """What was done with side-cars.

    Attributes:
        changed: side-cars written, or pictures that learned something from one.
        unchanged: those that said the same already.
        failed: side-cars that were left alone, and why.
        undo: takes back what was read.
    """

    changed: int
    unchanged: int
    failed: tuple[FileFailure, ...]
    undo: Edits


class Sidecars:
    """Writes what was said about pictures beside them, and reads what others wrote there."""

    def __init__(self, catalog: Catalog, annotations: Annotations) -> None:
        self._catalog = catalog
        self._annotations = annotations

    def write(self, asset_ids: Sequence[int], cancel: CancelToken) -> ProgressSteps[SidecarReport]:
        """Write a side-car for each asset that has something to say; missing ones are passed over.

        An existing one keeps all that others wrote into it. One that cannot be read is left alone
        and reported.

        Raises:
            Cancelled: those written so far are whole.
            LibraryReadOnly: the library was opened to be read only.
        """
        self._catalog.require_writable()
        changed = unchanged = 0
        failed: list[FileFailure] = []
        for number, (asset, said) in enumerate(self._assets(asset_ids), start=1):
            cancel.raise_if_cancelled()
            path = sidecar_path(asset.path)
            try:
                if not os.path.isfile(asset.path):  # noqa: PTH113 - never raises
                    # Beside it would be, for one, under the place where its drive is mounted.
                    raise FileUnreadable(path, "The picture is not there.")
                existing = _read(path)
                fields = SidecarFields(said.tags, said.rating or None, said.note)
                merged = merge_sidecar(fields, existing, path)
                if merged is None or merged == existing:
                    unchanged += existing is not None
                else:
                    _write(path, merged)
                    changed += 1
            except FileError as error:
                failed.append(FileFailure(path, error.message))
            yield Progress("Writing side-cars", number, len(asset_ids), asset.filename, len(failed))
        return SidecarReport(changed, unchanged, tuple(failed), Edits())

    def read(self, asset_ids: Sequence[int], cancel: CancelToken) -> ProgressSteps[SidecarReport]:
        """Take over what side-cars say: all their tags, stars and a note where there are none.

        ``a.jpg.xmp`` is read, and ``a.xmp`` where there is no such.

        Raises:
            Cancelled: nothing is taken over.
        """
        failed: list[FileFailure] = []
        ratings: dict[int, int] = {}
        notes: dict[int, str] = {}
        tags: dict[tuple[int, str], bool] = {}
        told: set[int] = set()
        for number, (asset, said) in enumerate(self._assets(asset_ids), start=1):
            cancel.raise_if_cancelled()
            path = sidecar_path(asset.path)
            try:
                data = _read(path)
                if data is None:
                    path = asset.path.with_suffix(".xmp")
                    data = _read(path)
                if data is None:
                    continue
                told.add(asset.id)
                fields = read_sidecar(data, path)
                for tag in fields.tags:
                    try:
                        tags[asset.id, clean_name(tag)] = True
                    except UsageError as error:
                        failed.append(FileFailure(path, f"“{tag}”: {error.message}"))
                if fields.rating and not said.rating:
                    ratings[asset.id] = fields.rating
                if fields.note and not said.note:
                    notes[asset.id] = clean_note(fields.note)
            except (UsageError, FileError) as error:
                failed.append(FileFailure(path, error.message))
            yield Progress("Reading side-cars", number, len(asset_ids), asset.filename, len(failed))
        undo = self._annotations.apply(Edits(ratings, notes, tags))
        return SidecarReport(len(undo.asset_ids), len(told - undo.asset_ids), tuple(failed), undo)

    def _assets(self, asset_ids: Sequence[int]) -> Iterator[tuple[Asset, Annotation]]:
        for start in range(0, len(asset_ids), _BATCH):
            part = asset_ids[start : start + _BATCH]
            assets = self._catalog.assets_by_id(part)
            said = self._annotations.of(part)
            for asset_id in part:
                asset = assets.get(asset_id)
                if asset and not (asset.is_missing or asset.is_elsewhere):
                    yield asset, said.get(asset_id, Annotation())


def _read(path: Path) -> bytes | None:
    """None when there is none. Raises: FileUnreadable."""
    try:
        if not os.path.lexists(path):
            return None
        if not path.is_file() or path.is_symlink():
            raise FileUnreadable(path, "It is not an ordinary file.")
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise FileUnreadable(path, f"The system could not open it: {error.strerror}.") from error


def _write(path: Path, data: bytes) -> None:
    """Put ``data`` in the place of the side-car, whole or not at all."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=".plantain-", suffix=".xmp", dir=path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise FileUnreadable(path, f"It could not be written: {error.strerror}.") from error
