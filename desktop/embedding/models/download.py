"""Fetches a known model, however often the network or the computer gives up on the way.

The bytes collect in a hidden folder beside the finished models. It is kept when a try fails, is
cancelled or killed, and the next try continues at its end; after a wrong checksum it is deleted.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from desktop.core.cancellation import CancelToken
from desktop.core.errors import DownloadFailed, ModelDamaged, ModelError
from desktop.core.progress import Progress, ProgressSteps
from desktop.core.text import sentences, tr
from desktop.embedding.models import architecture as architectures
from desktop.embedding.models import checkpoint, hub, installing
from desktop.embedding.models.installing import MEGABYTE
from desktop.embedding.models.known_models import KnownModel
from desktop.embedding.models.manifest import InstalledModel, Manifest, write_manifest
from desktop.embedding.pytorch import require_pytorch
from desktop.files.atomic import sync_file
from desktop.files.checked_json import parse_json
from desktop.files.regular_file import open_guarded, read_guarded

READ_TIMEOUT_S = 10.0  # a stall costs one resume, so be impatient; it bounds a late cancel too
_STATE_NAME = "download.json"
"""Which content the weights are collected of; of another file, with its name before it."""
_SECONDS_BETWEEN_REPORTS = 0.1


def download_model(
    known: KnownModel,
    models_dir: Path,
    *,
    address: hub.HubAddress,
    refuse: Callable[[Manifest], InstalledModel | None],
    cancel: CancelToken,
    retry_delays_s: Sequence[float],
    read_timeout_s: float = READ_TIMEOUT_S,
) -> ProgressSteps[InstalledModel]:
    """Download, verify and install; all or nothing, and what arrived is never fetched twice.

    Args:
        refuse: see ``importing.import_model``; asked before the first byte.
        retry_delays_s: pauses before another try, as long as no new bytes arrive.
        read_timeout_s: how long the hub may be silent.

    Raises:
        Cancelled, DownloadFailed, ModelError.
    """
    require_pytorch(known.name)
    with installing.install_lock(models_dir):
        yield Progress(tr("Asking the model hub"), current=known.name, unit=tr("MB"))
        remote = hub.find(known, known.file, address)
        cancel.raise_if_cancelled()
        manifest = _manifest(known, remote)
        if (present := refuse(manifest)) is not None:
            return present
        folder = installing.downloading_folder(models_dir, known.name)
        transfer = _Transfer(known, remote, folder / installing.WEIGHTS_NAME)
        try:
            with installing.disk_errors(models_dir):
                if known.tokenizer:
                    words = hub.find(known, known.tokenizer, address)
                    tokenizer = _Transfer(known, words, folder / known.tokenizer)
                    yield from tokenizer.run(cancel, retry_delays_s, read_timeout_s)
                yield from transfer.run(cancel, retry_delays_s, read_timeout_s)
                yield Progress(tr("Checking the model"), current=known.name, unit=tr("MB"))
                _check_it_fits(manifest, transfer)
                write_manifest(folder, manifest)
        except (DownloadFailed, ModelDamaged):
            raise
        except ModelError as error:
            raise DownloadFailed(
                tr(
                    "{name} could not be downloaded: {message}",
                    name=known.name,
                    message=error.message,
                ),
                safe=error.safe,
                next_step=sentences(error.next_step, tr("It goes on where it stopped.")),
            ) from error
        destination = models_dir / known.name
        installing.publish(folder, destination)
        for state in destination.glob(f"*{_STATE_NAME}"):
            state.unlink(missing_ok=True)
        return InstalledModel(destination, manifest)


_MOST_TIMES_LARGER = 4
"""Than was promised: what a hub may announce, or send in all tries together."""


class _Transfer:
    """The bytes of one file on their way to ``path``."""

    def __init__(self, known: KnownModel, remote: hub.RemoteFile, path: Path) -> None:
        self._known = known
        self._remote = remote
        self.path = path
        is_weights = path.name == installing.WEIGHTS_NAME
        state = _STATE_NAME if is_weights else f"{path.name}.{_STATE_NAME}"
        self._state_path = path.with_name(state)
        self._digest = hashlib.sha256()
        self._received = 0  # of all tries, also what a hub without ranges sent twice

    def run(
        self, cancel: CancelToken, retry_delays_s: Sequence[float], read_timeout_s: float
    ) -> ProgressSteps[None]:
        """Fetch what is missing and verify the whole.

        Raises:
            Cancelled, DownloadFailed, ModelError, OSError.
        """
        self._prepare()
        yield self._progress(tr("Downloading"))
        fruitless = 0
        if self._remote.size > _MOST_TIMES_LARGER * self._known.approximate_bytes:
            raise self._failed(tr("the hub announces far more than this model has"))
        while self._done < self._remote.size:
            before = self._done
            try:
                yield from self._fetch(cancel, read_timeout_s)
                reason = tr("the connection broke off")
            except hub.InterruptedTransferError as error:
                reason = error.reason
            except hub.HubRefusedError as error:
                raise self._failed(error.reason) from error
            if self._done >= self._remote.size:
                break
            fruitless = 0 if self._done > before else fruitless + 1
            if fruitless >= len(retry_delays_s):
                raise self._failed(
                    tr("{reason} at {done} MB", reason=reason, done=self._done // MEGABYTE)
                )
            yield self._progress(tr("Connecting again"))
            if cancel.wait(retry_delays_s[fruitless]):
                cancel.raise_if_cancelled()
        if self._done != self._remote.size or self._digest.hexdigest() != self._remote.sha256:
            self.discard()
            raise self._failed(
                tr("what arrived does not have the checksum that the hub promises; it was deleted")
            )

    def discard(self) -> None:
        """Forget what arrived of this file."""
        self.path.unlink(missing_ok=True)
        self._state_path.unlink(missing_ok=True)
        with suppress(OSError):  # the other file is in it
            self.path.parent.rmdir()

    def _prepare(self) -> None:
        """Continue an earlier try of the same file, or start a new one."""
        state = {"sha256": self._remote.sha256, "size": self._remote.size}
        if self._earlier_state() != state:
            self.discard()
        self.path.parent.mkdir(exist_ok=True)
        self._state_path.write_text(json.dumps(state), encoding="utf-8")
        self._done = 0
        if self.path.exists():
            with open_guarded(self.path) as file:
                self._digest = hashlib.file_digest(file, hashlib.sha256)
                self._done = file.tell()
        needed = self._remote.size - self._done
        installing.check_free_space(self.path.parent, needed)

    def _earlier_state(self) -> object:
        try:
            return parse_json(read_guarded(self._state_path))
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
                self._received += len(chunk)
                if self._received > _MOST_TIMES_LARGER * self._remote.size + MEGABYTE:
                    raise self._failed(tr("the hub begins again and again, and was given up"))
                if self._done + len(chunk) > self._remote.size:
                    self._done += len(chunk)  # more than announced: the checksum will be wrong
                    break
                file.write(chunk)
                self._digest.update(chunk)
                self._done += len(chunk)
                if time.monotonic() - reported >= _SECONDS_BETWEEN_REPORTS:
                    reported = time.monotonic()
                    yield self._progress(tr("Downloading"))
        sync_file(self.path)
        yield self._progress(tr("Downloading"))

    def _progress(self, stage: str) -> Progress:
        return Progress(
            stage,
            self._done // MEGABYTE,
            self._remote.size // MEGABYTE,
            self._known.name,
            unit=tr("MB"),
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
        tokenizer_file=known.tokenizer or None,
        preprocess=known.preprocess,
        quickgelu=known.quickgelu,
        licence=known.licence,
        description=known.description,
        languages=known.languages,
        source=source_of(known),
    )


def source_of(known: KnownModel) -> str:
    """What the manifest of a downloaded model gives as its source."""
    return f"hf:{known.repository}/{known.file}"


def _check_it_fits(manifest: Manifest, transfer: _Transfer) -> None:
    """Check the header too: a checksum only proves that it is the file that the hub has."""
    try:
        config = architectures.config_of(manifest)
        checkpoint.identify(transfer.path)
        architectures.check_shapes(
            transfer.path,
            checkpoint.read_shapes(transfer.path),
            architectures.expected_shapes(config),
        )
    except ModelDamaged:
        transfer.discard()
        raise
