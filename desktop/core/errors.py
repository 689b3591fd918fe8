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
    │   ├── LibraryFull          its disk is full; it can be looked at
    │   ├── LibraryGone          its folder was moved or deleted while it was open
    │   ├── LibraryDamaged       the catalogue is not whole, or gone; it can be repaired
    │   └── FewPicturesThere     a folder is said to be where few of its pictures are
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
    │   ├── StoreMismatch        the collection belongs to another encoder or dimension
    │   └── StoreTaken           another copy of the library writes the collection
    └── GenerationError          the image generator
        ├── KeyMissing           no key of the service is set
        ├── KeyRefused           the service does not accept the key (400 API_KEY_INVALID, 401, 403)
        ├── AccountRefused       the key is good, but may not do this (403 of other kinds)
        ├── RequestRefused       Gemini refuses this request (400, 413)
        │   └── ModelGone        404: there is no such model, or not any more
        ├── QuotaExhausted       429; carries the seconds to wait when Gemini names them
        ├── SpendingLimit        the person's own limit would be passed; nothing was sent
        ├── RightsForbid         a picture may not be sent; nothing was
        ├── ConsentMissing       nobody has agreed that this library is sent there; nothing was
        │   └── PicturesChanged  other bytes would be sent than a person has seen; nothing was
        ├── WorkingOffline       the person works offline; nothing was sent
        ├── AnswerNotKept        an answer came, and no disk takes it; it is in memory
        ├── ServiceUnavailable   5xx, refused or dropped connection, no answer in time
        ├── ReplyUnreadable      an answer that is not what the API promises
        ├── PromptBlocked        the prompt or the picture was declined for policy reasons
        ├── NoPicture            a valid answer without a picture in it
        └── AnswerMisfit         a picture that does not fit the one that it was to change
"""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import ClassVar

from desktop.core.asset import displayable
from desktop.core.text import english, sentences, tr


class PlantainError(Exception):
    """Root of every error that a person may read.

    Args:
        message: what happened, to which file, in one sentence.
        safe: what is untouched; empty when nothing was at risk.
        next_step: what to do now; empty when there is nothing sensible to do.
        at_terminal: the next step where it is another one at a command line.
    """

    kind: ClassVar[str] = "error"

    def __init__(
        self, message: str, *, safe: str = "", next_step: str = "", at_terminal: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.safe = safe
        self.next_step = next_step
        self.at_terminal = at_terminal

    @property
    def headline(self) -> str:
        """What happened, and to which file."""
        return self.message

    def sentence(self) -> str:
        """All three parts as one paragraph, for a notice or a line on stderr."""
        return sentences(self.headline, self.safe, self.next_step)

    def __str__(self) -> str:
        """What happened, in English: for logs and tracebacks."""
        return english(self.message)


class Cancelled(PlantainError):
    """The person stopped the work; everything finished so far is kept."""

    kind = "cancelled"

    def __init__(self, message: str = "") -> None:
        super().__init__(message or tr("Stopped."), safe=tr("Everything finished so far is kept."))


class UsageError(PlantainError):
    kind = "usage"


class FileError(PlantainError):
    """One file failed; ``path`` says which and ``message`` why, without repeating the path."""

    kind = "file"

    def __init__(self, path: Path, message: str, *, next_step: str = "") -> None:
        super().__init__(message, safe=tr("The file was not changed."), next_step=next_step)
        self.path = path

    @property
    def headline(self) -> str:
        return tr("{file}: {reason}", file=displayable(self.path), reason=self.message)


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


class LibraryFull(LibraryError):
    kind = "library_full"


class LibraryGone(LibraryError):
    """Whoever was refused by it keeps what was to be written: the folder may come back."""

    kind = "library_gone"

    @classmethod
    def at(cls, folder: Path) -> LibraryGone:
        return cls(
            tr(
                "The library is no longer at {folder}: its folder was moved or deleted while it "
                "was open, or its drive is away.",
                folder=folder,
            ),
            safe=tr("Your pictures are untouched, and nothing was written there."),
            next_step=tr("Put the folder back, or open the library where it is now."),
            at_terminal=tr(
                "Put the folder back, or close Plantain and open it where it is now with --library."
            ),
        )


class LibraryDamaged(LibraryError):
    kind = "library_damaged"


class FewPicturesThere(LibraryError):
    """A person may know better, and insist."""

    kind = "few_pictures_there"


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


class StoreTaken(StoreError):
    """
    Attributes:
        store: the address of the server, without a token in it.
        certificate: with which it was asked; see ``StoreAddress``.
    """

    kind = "store_taken"

    def __init__(
        self,
        message: str,
        *,
        store: str,
        certificate: str = "",
        safe: str = "",
        next_step: str = "",
    ) -> None:
        super().__init__(message, safe=safe, next_step=next_step)
        self.store = store
        self.certificate = certificate


class Remedy(Enum):
    """What can be done about a failed generation right where it is told."""

    TRY_AGAIN = "try_again"
    WAIT = "wait"
    """Try again, once ``retry_after_s`` are over."""
    REWORD = "reword"
    CHOOSE_MODEL = "choose_model"
    ENTER_KEY = "enter_key"
    FEWER_REFERENCES = "fewer_references"
    OPEN_PAGE = "open_page"
    """Something has to be set on a page of the service; the error names it."""
    SAVE_ELSEWHERE = "save_elsewhere"
    RAISE_LIMIT = "raise_limit"
    GO_ONLINE = "go_online"
    SEE_WHAT_IS_SENT = "see_what_is_sent"
    USE_AS_BASE = "use_as_base"
    """Ask anew, with the picture before as a base in place of the talk that led to it."""


class GenerationError(PlantainError):
    """Creating a picture failed; the prompt and the references are kept where they were.

    Attributes:
        remedy: what can be done about it right away.
        page: the address for ``Remedy.OPEN_PAGE``; empty otherwise.
        may_be_billed: the request was sent and nobody knows what became of it.
        retry_after_s: the service's own waiting time, when it names one.
        details: what the service answered, unread and without the key; shown on request,
            kept with the attempt that failed, and never in a log.
    """

    kind = "generation"
    details: str = ""
    usual_remedy: ClassVar[Remedy] = Remedy.TRY_AGAIN

    def __init__(
        self,
        message: str,
        *,
        safe: str = "",
        next_step: str = "",
        remedy: Remedy | None = None,
        page: str = "",
        may_be_billed: bool = False,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, safe=safe, next_step=next_step)
        self.remedy = remedy or self.usual_remedy
        self.page = page
        self.may_be_billed = may_be_billed
        self.retry_after_s = retry_after_s


class KeyMissing(GenerationError):
    kind = "key_missing"
    usual_remedy = Remedy.ENTER_KEY


class KeyRefused(GenerationError):
    kind = "key_refused"
    usual_remedy = Remedy.ENTER_KEY


class AccountRefused(GenerationError):
    kind = "account_refused"
    usual_remedy = Remedy.OPEN_PAGE


class RequestRefused(GenerationError):
    kind = "request_refused"
    usual_remedy = Remedy.REWORD


class ModelGone(RequestRefused):
    kind = "model_gone"
    usual_remedy = Remedy.CHOOSE_MODEL


class QuotaExhausted(GenerationError):
    """Too many requests, for a minute, a day, or at all."""

    kind = "quota"
    usual_remedy = Remedy.WAIT


class SpendingLimit(GenerationError):
    kind = "spending_limit"
    usual_remedy = Remedy.RAISE_LIMIT


class RightsForbid(GenerationError):
    kind = "rights"
    usual_remedy = Remedy.FEWER_REFERENCES


class ConsentMissing(GenerationError):
    kind = "consent_missing"
    usual_remedy = Remedy.SEE_WHAT_IS_SENT


class PicturesChanged(ConsentMissing):
    kind = "pictures_changed"


class WorkingOffline(GenerationError):
    kind = "working_offline"
    usual_remedy = Remedy.GO_ONLINE


class AnswerNotKept(GenerationError):
    """``key`` names the attempt whose answer waits in memory."""

    kind = "answer_not_kept"
    usual_remedy = Remedy.SAVE_ELSEWHERE

    def __init__(self, message: str, *, key: str, safe: str = "", next_step: str = "") -> None:
        super().__init__(message, safe=safe, next_step=next_step)
        self.key = key


class ServiceUnavailable(GenerationError):
    kind = "service_unavailable"


class ReplyUnreadable(GenerationError):
    kind = "reply_unreadable"


class PromptBlocked(GenerationError):
    kind = "prompt_blocked"
    usual_remedy = Remedy.REWORD


class NoPicture(GenerationError):
    """A valid answer without a picture; ``text`` is what came instead, possibly empty."""

    kind = "no_picture"
    usual_remedy = Remedy.REWORD

    def __init__(
        self,
        message: str,
        *,
        safe: str = "",
        next_step: str = "",
        remedy: Remedy | None = None,
        text: str = "",
    ) -> None:
        super().__init__(message, safe=safe, next_step=next_step, remedy=remedy)
        self.text = text


class AnswerMisfit(GenerationError):
    """The picture that came is kept; what was to be made with it cannot be."""

    kind = "answer_misfit"
