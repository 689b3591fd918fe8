"""Why something failed, as it is kept: told in the language of its reader, with its remedy."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.core.errors import GenerationError, LibraryError, PlantainError, Remedy
from desktop.core.text import english, sentences

LONGEST_DETAILS = 8_000
"""Characters of a service's answer that are kept."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An error without its exception.

    Attributes:
        kind: as ``PlantainError.kind``, the reason for programs; empty where nobody wrote it down.
        message, safe, next_step: as of ``PlantainError``.
        remedy, page: as of ``GenerationError``.
        details: what the service answered, without the key.
    """

    kind: str = ""
    message: str = ""
    safe: str = ""
    next_step: str = ""
    remedy: Remedy | None = None
    page: str = ""
    details: str = ""

    @classmethod
    def of(cls, error: Exception) -> Failure:
        """What nobody foresaw is named, and not quoted: it may hold a prompt."""
        if not isinstance(error, PlantainError):
            return cls("unforeseen", type(error).__name__)
        told = (error.kind, error.headline, error.safe, error.next_step)
        if isinstance(error, GenerationError):
            return cls(*told, error.remedy, error.page, error.details[:LONGEST_DETAILS])
        return cls(*told, Remedy.TRY_AGAIN if isinstance(error, LibraryError) else None)

    def sentence(self) -> str:
        """All of it as one paragraph, as ``PlantainError.sentence``."""
        return sentences(self.message, self.safe, self.next_step)

    def error(self) -> PlantainError:
        """To be shown as the error itself would be."""
        if self.remedy is None:
            return PlantainError(self.message, safe=self.safe, next_step=self.next_step)
        error = GenerationError(
            self.message,
            safe=self.safe,
            next_step=self.next_step,
            remedy=self.remedy,
            page=self.page,
        )
        error.details = self.details
        return error


def in_english(failure: Failure | None) -> str:
    """What happened, for programs; empty where nothing did."""
    return english(failure.message) if failure is not None else ""
