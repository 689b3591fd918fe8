"""Why something failed, as it is kept: told in the language of its reader, with its remedy."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, cast

from desktop.core.errors import GenerationError, LibraryError, PlantainError, Remedy
from desktop.core.retelling import kept, retold
from desktop.core.text import english, sentences

_LONGEST_DETAILS = 8_000
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
            return cls(*told, error.remedy, error.page, error.details[:_LONGEST_DETAILS])
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


def dump_failure(failure: Failure | None) -> str:
    """As ASCII JSON; empty for none."""
    if failure is None:
        return ""
    plain = {
        "kind": failure.kind,
        "message": kept(failure.message),
        "safe": kept(failure.safe),
        "next_step": kept(failure.next_step),
        "remedy": failure.remedy.value if failure.remedy else "",
        "page": failure.page,
        "details": failure.details,
    }
    said = {name: value for name, value in plain.items() if value}
    return json.dumps(said, default=float)  # numpy's numbers


def load_failure(text: str) -> Failure | None:
    """From ``dump_failure``. What is anything else is a sentence, as Plantain kept it before."""
    if not text:
        return None
    try:
        plain: Any = json.loads(text)
        if not isinstance(plain, dict):
            return Failure(message=text)
        fields = cast("dict[str, Any]", plain)
        remedy = fields.get("remedy")
        return Failure(
            str(fields.get("kind", "")),
            retold(fields.get("message", "")),
            retold(fields.get("safe", "")),
            retold(fields.get("next_step", "")),
            Remedy(remedy) if remedy in {each.value for each in Remedy} else None,
            str(fields.get("page", "")),
            str(fields.get("details", "")),
        )
    except (ValueError, RecursionError):
        return Failure(message=text)


def in_english(failure: Failure | None) -> str:
    """What happened, for programs; empty where nothing did."""
    return english(failure.message) if failure is not None else ""
