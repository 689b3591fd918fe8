"""Fetches a known model, however often the network or the computer gives up on the way.

The bytes collect in a hidden folder beside the finished models. It is kept when a try fails, is
cancelled or killed, and the next try goes on from its end; a wrong checksum throws it away.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from desktop.core.cancellation import CancelToken
from desktop.core.errors import DownloadFailed, ModelDamaged, ModelError
from desktop.core.progress import Progress, ProgressSteps
from desktop.embedding import architecture as architectures
from desktop.embedding import checkpoint, hub, installing
from desktop.embedding.installing import MEGABYTE
from desktop.embedding.known import KnownModel
from desktop.embedding.manifest import InstalledModel, Manifest, write_manifest

READ_TIMEOUT_S = 10.0  # a stall costs one resume, so be impatient; it bounds a late cancel too
_STATE_NAME = "download.json"
_SECONDS_BETWEEN_REPORTS = 0.1


def download_model(
    known: KnownModel,
    models_dir: Path,
    *,
    endpoint: str | None,
    refuse: Callable[[Manifest], InstalledModel | None],
    cancel: CancelToken,
    retry_delays_s: Sequence[float],
    read_timeout_s: float = READ_TIMEOUT_S,
) -> ProgressSteps[InstalledModel]:
    """Download, verify and install; all or nothing, and what arrived is never fetched twice.

    Args:
        endpoint: base address of the hub; None for ``HF_ENDPOINT`` or huggingface.co.
        refuse: see ``importing.import_model``; asked before the first byte.
        retry_delays_s: pauses before another try, as long as no new bytes arrive.
        read_timeout_s: how long the hub may be silent.

    Raises:
        Cancelled, DownloadFailed, ModelError.
    """
    with installing.install_lock(models_dir):
        yield Progress("Asking the model hub", current=known.name, unit="MB")
        remote = hub.find(known, endpoint)
        cancel.raise_if_cancelled()
        manifest = _manifest(known, remote)
        if (present := refuse(manifest)) is not None:
            return present
        transfer = _Transfer(known, remote, installing.downloading_folder(models_dir, known.name))
        try:
            with installing.disk_errors(models_dir):
                yield from transfer.run(cancel, retry_delays_s, read_timeout_s)
                yield Progress("Checking the model", current=known.name, unit="MB")
                _check_it_fits(known, transfer)
                write_manifest(transfer.folder, manifest)
        except (DownloadFailed, ModelDamaged):
            raise
        except ModelError as error:
            raise DownloadFailed(
                f"{known.name} could not be downloaded: {error.message}",
                safe=error.safe,
                next_step=f"{error.next_step} `plantain model download {known.name}` resumes where "
                "it stopped.",
            ) from error
        destination = models_dir / known.name
        installing.publish(transfer.folder, destination)
        (destination / _STATE_NAME).unlink(missing_ok=True)
        return InstalledModel(destination, manifest)


class _Transfer:
    """The bytes of one file on their way into ``folder / WEIGHTS_NAME``."""

    def __init__(self, known: KnownModel, remote: hub.RemoteFile, folder: Path) -> None:
        self._known = known
        self._remote = remote
        self.folder = folder
        self.path = folder / installing.WEIGHTS_NAME
        self._digest = hashlib.sha256()

    def run(
        self, cancel: CancelToken, retry_delays_s: Sequence[float], read_timeout_s: float
    ) -> ProgressSteps[None]:
        """Fetch what is missing and verify the whole.

        Raises:
            Cancelled, DownloadFailed, ModelError, OSError.
        """
        self._prepare()
        yield self._progress("Downloading")
        fruitless = 0
        while self._done < self._remote.size:
            before = self._done
            try:
                yield from self._fetch(cancel, read_timeout_s)
                reason = "the connection broke off"
            except hub.InterruptedTransferError as error:
                reason = error.reason
            except hub.HubRefusedError as error:
                raise self._failed(error.reason) from error
            if self._done >= self._remote.size:
                break
            fruitless = 0 if self._done > before else fruitless + 1
            if fruitless >= len(retry_delays_s):
                raise self._failed(f"{reason} at {self._done // MEGABYTE} MB")
            yield self._progress("Connecting again")
            if cancel.wait(retry_delays_s[fruitless]):
                cancel.raise_if_cancelled()
        if self._done != self._remote.size or self._digest.hexdigest() != self._remote.sha256:
            self.discard()
            raise self._failed(
                "what arrived does not have the checksum that the hub promises; it was deleted"
            )

    def discard(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def _prepare(self) -> None:
        """Continue an earlier try of the same file, or begin."""
        state = {"sha256": self._remote.sha256, "size": self._remote.size}
        if self._earlier_state() != state:
            self.discard()
        if not self.folder.exists():
            self.folder.mkdir()
            (self.folder / _STATE_NAME).write_text(json.dumps(state), encoding="utf-8")
        self._done = 0
        if self.path.exists():
            with self.path.open("rb") as file:
                self._digest = hashlib.file_digest(file, hashlib.sha256)
                self._done = file.tell()
        needed = self._remote.size - self._done
        installing.check_free_space(self.folder, needed)

    def _earlier_state(self) -> object:
        try:
            return json.loads((self.folder / _STATE_NAME).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def _fetch(self, cancel: CancelToken, read_timeout_s: float) -> ProgressSteps[None]:
        reported = time.monotonic()
        with (
            hub.stream(self._remote, self._done, cancel, read_timeout_s=read_timeout_s) as (
                start,
                chunks,
            ),
            self.path.open("ab") as file,
        ):
            if start != self._done:  # the server knows no ranges: from the beginning
                file.truncate(start)
                self._digest, self._done = hashlib.sha256(), start
            for chunk in chunks:
                if self._done + len(chunk) > self._remote.size:
                    self._done += len(chunk)  # more than promised: the checksum will say so
                    break
                file.write(chunk)
                self._digest.update(chunk)
                self._done += len(chunk)
                if time.monotonic() - reported >= _SECONDS_BETWEEN_REPORTS:
                    reported = time.monotonic()
                    yield self._progress("Downloading")
            file.flush()
            os.fsync(file.fileno())
        yield self._progress("Downloading")

    def _progress(self, stage: str) -> Progress:
        return Progress(
            stage,
            self._done // MEGABYTE,
            self._remote.size // MEGABYTE,
            self._known.name,
            unit="MB",
        )

    def _failed(self, reason: str) -> DownloadFailed:
        return hub.failed(self._known, self._remote.page, reason)


def _manifest(known: KnownModel, remote: hub.RemoteFile) -> Manifest:
    return Manifest(
        name=known.name,
        architecture=known.architecture,
        config=known.config,
        weights=installing.WEIGHTS_NAME,
        sha256=remote.sha256,
        size_bytes=remote.size,
        quickgelu=known.quickgelu,
        licence=known.licence,
        description=known.description,
        languages=known.languages,
        source=source_of(known),
    )


def source_of(known: KnownModel) -> str:
    """What the manifest of a downloaded model gives as its source."""
    return f"hf:{known.repository}/{known.file}"


def _check_it_fits(known: KnownModel, transfer: _Transfer) -> None:
    """A checksum only says that it is what the hub has; the header says that it is the model."""
    try:
        config = architectures.full_config(
            known.architecture, known.config, quickgelu=known.quickgelu
        )
        checkpoint.identify(transfer.path)
        architectures.check_shapes(
            transfer.path,
            checkpoint.read_shapes(transfer.path),
            architectures.expected_shapes(config),
        )
    except ModelDamaged:
        transfer.discard()
        raise
