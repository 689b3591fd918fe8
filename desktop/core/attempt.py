"""One call to a generator, from the moment it is decided until its pictures are in the library.

A picture says how it was made; an attempt says what was asked, when, what became of it and what it
cost, also where no picture came of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from desktop.core.failure import Failure, in_english
from desktop.core.generation_record import GenerationRecord


class AttemptState(Enum):
    """What became of it."""

    QUEUED = "queued"
    """Decided; nothing has left this machine."""
    SENT = "sent"
    ANSWERED = "answered"
    """The answer is kept in the spool, its pictures are not in the library yet."""
    DONE = "done"
    DECLINED = "declined"
    """An answer without a picture, which costs all the same."""
    FAILED = "failed"
    """Refused or never reached: not billed."""
    STOPPED = "stopped"
    """By a person, before anything was sent."""
    UNKNOWN = "unknown"
    """Sent, and no answer came: perhaps billed. Never sent again by itself."""


UNFINISHED = (AttemptState.QUEUED, AttemptState.SENT, AttemptState.ANSWERED)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call.

    Attributes:
        key: random, unique everywhere; names the answer in the spool.
        record: what was asked and of whom; once it was answered, what its pictures carry.
        out: the file that was named for its picture.
        sent_at, answered_at, ended_at: seconds since the epoch; 0 for not yet.
        cost_usd: None where nobody knows.
        turn: the answer as it came, with the pictures taken out; what a next turn is asked with.
        failure: why there is no picture, without secrets.
    """

    key: str
    state: AttemptState
    record: GenerationRecord
    out: Path | None = None
    queued_at: float = 0.0
    sent_at: float = 0.0
    answered_at: float = 0.0
    ended_at: float = 0.0
    response_id: str = ""
    cost_usd: float | None = None
    turn: str = ""
    failure: Failure | None = None

    @property
    def error(self) -> str:
        """What happened, in English, for programs; empty where nothing did."""
        return in_english(self.failure)

    @property
    def is_over(self) -> bool:
        """Nothing more comes of it by itself."""
        return self.state not in UNFINISHED
