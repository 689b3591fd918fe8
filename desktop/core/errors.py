"""Errors that people are shown.

Each error carries a sentence for the person (what happened, to which file), what is safe, and a
next step. Foreign exceptions are mapped to these at the edge of the room that names the foreign
library; nothing above that edge ever sees them::

    PlantainError
    ├── Cancelled                the person stopped the work; not a failure
    ├── UsageError               the request itself makes no sense (exit code 2)
    ├── FileError                one file; collected during a run, never aborts it
    │   ├── FileUnreadable       the disk or its permissions say no; worth trying again
    │   ├── FileDamaged          the bytes are not the picture they claim to be
    │   ├── FileUnsupported      a format this build cannot read
    │   └── FileTooLarge         past a safety limit; never decoded
    ├── LibraryError             the catalogue or the folders of the library
    │   ├── LibraryInUse         another Plantain has it open
    │   ├── LibraryReadOnly      it can be looked at but not changed
    │   └── LibraryDamaged       the catalogue is not whole, or gone; it can be repaired
    ├── SettingsError            a settings file or value that cannot be used
    ├── ModelError               the embedding model
    │   ├── ModelMissing         none is installed, or not that one
    │   ├── ModelDamaged         a checkpoint that is not what it should be
    │   └── DownloadFailed       the hub could not be reached, or sent something else
    ├── StoreError               the vector store
    │   ├── StoreUnreachable     no answer from the file or the server
    │   │   ├── StoreRefused     the server does not accept the token
    │   │   └── StoreUntrusted   no TLS where it is asked for, or a certificate nobody vouches for
    │   ├── StoreDamaged         the local vector file cannot be opened, and nobody holds it
    │   └── StoreMismatch        the collection belongs to another encoder or dimension
    └── GenerationError          the image generator
        ├── KeyMissing           no Gemini key is set
        ├── KeyRefused           Gemini does not accept the key (400 API_KEY_INVALID, 401, 403)
        ├── RequestRefused       Gemini refuses this request (400, 404: model gone, 413)
        ├── QuotaExhausted       429; carries the seconds to wait when Gemini names them
        ├── ServiceUnavailable   5xx, refused or dropped connection, no answer in time
        ├── ReplyUnreadable      an answer that is not what the API promises
        ├── PromptBlocked        the prompt or the picture was declined for policy reasons
        └── NoPicture            a valid answer without a picture in it
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from desktop.core.asset import displayable


class PlantainError(Exception):
    """Root of every error that a person may read.

    Args:
        message: what happened, to which file, in one sentence.
        safe: what is untouched; empty when nothing was at risk.
        next_step: what to do now; empty when there is nothing sensible to do.
    """

    kind: ClassVar[str] = "error"

    def __init__(self, message: str, *, safe: str = "", next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.safe = safe
        self.next_step = next_step

    @property
    def headline(self) -> str:
        """What happened, and to which file."""
        return self.message

    def sentence(self) -> str:
        """All three parts as one paragraph, for a notice or a line on stderr."""
        return " ".join(part for part in (self.headline, self.safe, self.next_step) if part)


class Cancelled(PlantainError):
    """The person stopped the work; everything finished so far is kept."""

    kind = "cancelled"

    def __init__(self, message: str = "Stopped.") -> None:
        super().__init__(message, safe="Everything finished so far is kept.")


class UsageError(PlantainError):
    kind = "usage"


class FileError(PlantainError):
    """One file failed; ``path`` says which and ``message`` why, without repeating the path."""

    kind = "file"

    def __init__(self, path: Path, message: str, *, next_step: str = "") -> None:
        super().__init__(message, safe="The file was not changed.", next_step=next_step)
        self.path = path

    @property
    def headline(self) -> str:
        return f"{displayable(self.path)}: {self.message}"


class FileUnreadable(FileError):
    kind = "file_unreadable"


class FileDamaged(FileError):
    kind = "file_damaged"


class FileUnsupported(FileError):
    kind = "file_unsupported"


class FileTooLarge(FileError):
    kind = "file_too_large"


class LibraryError(PlantainError):
    kind = "library"


class LibraryInUse(LibraryError):
    kind = "library_in_use"


class LibraryReadOnly(LibraryError):
    kind = "library_read_only"


class LibraryDamaged(LibraryError):
    kind = "library_damaged"


class SettingsError(PlantainError):
    kind = "settings"


class ModelError(PlantainError):
    kind = "model"


class ModelMissing(ModelError):
    kind = "model_missing"


class ModelDamaged(ModelError):
    kind = "model_damaged"


class DownloadFailed(ModelError):
    kind = "download_failed"


class StoreError(PlantainError):
    kind = "store"


class StoreUnreachable(StoreError):
    kind = "store_unreachable"


class StoreRefused(StoreUnreachable):
    kind = "store_refused"


class StoreUntrusted(StoreUnreachable):
    kind = "store_untrusted"


class StoreDamaged(StoreError):
    kind = "store_damaged"


class StoreMismatch(StoreError):
    kind = "store_mismatch"


class GenerationError(PlantainError):
    """Creating a picture failed; the prompt and the references are kept where they were."""

    kind = "generation"


class KeyMissing(GenerationError):
    kind = "key_missing"


class KeyRefused(GenerationError):
    kind = "key_refused"


class RequestRefused(GenerationError):
    kind = "request_refused"


class QuotaExhausted(GenerationError):
    """Too many requests; ``retry_after_s`` is Gemini's own waiting time, when it names one."""

    kind = "quota"

    def __init__(
        self,
        message: str,
        *,
        safe: str = "",
        next_step: str = "",
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, safe=safe, next_step=next_step)
        self.retry_after_s = retry_after_s


class ServiceUnavailable(GenerationError):
    kind = "service_unavailable"


class ReplyUnreadable(GenerationError):
    kind = "reply_unreadable"


class PromptBlocked(GenerationError):
    kind = "prompt_blocked"


class NoPicture(GenerationError):
    """A valid answer without a picture; ``text`` is what came instead, possibly empty."""

    kind = "no_picture"

    def __init__(
        self, message: str, *, safe: str = "", next_step: str = "", text: str = ""
    ) -> None:
        super().__init__(message, safe=safe, next_step=next_step)
        self.text = text
