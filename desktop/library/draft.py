"""What a person had entered for a picture that is not made yet; it outlives the window."""

from __future__ import annotations

import logging
from pathlib import Path

from desktop.core.generation_record import GenerationRecord, GenerationRequest
from desktop.files.atomic import write_file
from desktop.files.checked_json import MalformedJson
from desktop.files.record_json import dump_record, load_record
from desktop.files.regular_file import read_guarded

_LOG = logging.getLogger(__name__)


class DraftFile:
    """One request in a file of the library.

    Args:
        is_read_only: nothing is kept.
    """

    def __init__(self, path: Path, *, is_read_only: bool = False) -> None:
        self._path = path
        self._is_read_only = is_read_only

    def load(self) -> GenerationRequest | None:
        """The request; None where there is none that can be read."""
        try:
            return load_record(read_guarded(self._path)).request
        except (OSError, MalformedJson):
            return None

    def save(self, request: GenerationRequest) -> None:
        """Keep it in place of the one before; a disk that refuses costs the draft alone."""
        if self._is_read_only:
            return
        try:
            if request.prompt.strip() or request.references:
                data = dump_record(GenerationRecord(request)).encode("ascii")
                write_file(self._path, data, replace=True, mode=0o600)
            else:
                self._path.unlink(missing_ok=True)
        except OSError as error:
            _LOG.info("the draft was not kept: %s", error.strerror)
