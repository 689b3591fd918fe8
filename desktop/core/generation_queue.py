"""Why a queue of pictures waits: one reason at a time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from desktop.core.failure import Failure


class WaitReason(Enum):
    """What it waits for."""

    PERSON = "person"
    """A person stopped it, or has to do something first: ``Wait.failure`` tells what."""
    QUOTA = "quota"
    """The service takes no more requests until ``Wait.until``."""
    OFFLINE = "offline"
    """The service cannot be reached; it is tried again at ``Wait.until``."""
    CONSENT = "consent"
    """The person has not seen yet what would be sent to that address."""
    CHANGED = "changed"
    """The next one would send other bytes than the person has seen of it."""
    BUDGET = "budget"
    """The next picture would pass the month's limit."""


@dataclass(frozen=True, slots=True)
class Wait:
    """The reason, for the whole queue.

    Attributes:
        until: seconds since the epoch at which it goes on by itself; 0: when a person says so.
        failure: what went wrong; None where nothing did.
        tries: how often in a row it has waited for this reason.
    """

    reason: WaitReason
    until: float = 0.0
    failure: Failure | None = None
    tries: int = 1

    @property
    def said(self) -> str:
        """What went wrong, for people; empty where nothing did."""
        return self.failure.sentence() if self.failure is not None else ""
