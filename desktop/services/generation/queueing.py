"""The queue of pictures: one after the other, and one reason to wait at a time.

Its state is the catalogue's alone, so a kill at any moment loses nothing. A request that cost
nothing because the service was not to be had is asked for again, as an attempt of its own; one
that was sent and has no answer is not, unless a person says so.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from desktop.core.attempt import Attempt
from desktop.core.cancellation import CancelToken
from desktop.core.errors import (
    AccountRefused,
    AnswerNotKept,
    Cancelled,
    ConsentMissing,
    KeyMissing,
    KeyRefused,
    LibraryError,
    LibraryGone,
    PicturesChanged,
    PlantainError,
    QuotaExhausted,
    ServiceUnavailable,
    SettingsError,
    SpendingLimit,
    UsageError,
    WorkingOffline,
)
from desktop.core.failure import Failure
from desktop.core.generation_queue import Wait, WaitReason
from desktop.core.generation_record import GenerationRequest
from desktop.core.progress import ProgressSteps
from desktop.core.text import tr
from desktop.library.catalog.attempts import AttemptTable
from desktop.library.catalog.queue import QueueTable
from desktop.services.generation.earlier_turns import earlier_tokens
from desktop.services.generation.editing import second_half
from desktop.services.generation.generating import Generating
from desktop.services.generation.left_answers import LeftAnswers
from desktop.services.generation.seen import unbound
from desktop.services.reports import GeneratedPicture

_FIRST_WAIT_S = 30.0
_LONGEST_WAIT_S = 1800.0
"""Waits for a service that cannot be reached double from the one to the other."""
_RECENT = 100
_NEEDS_PERSON = (
    KeyMissing,
    KeyRefused,
    AccountRefused,
    SettingsError,
    LibraryError,
    AnswerNotKept,
)


@dataclass(frozen=True, slots=True)
class QueueView:
    """What is to be seen of the queue.

    Attributes:
        waiting: in the order in which they will be asked for.
        others: the latest of those that are asked for now or have ended, the newest first.
        tokens_before: by key, of the talk that goes along with one that waits.
    """

    wait: Wait | None
    waiting: tuple[Attempt, ...]
    others: tuple[Attempt, ...]
    tokens_before: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True)
class QueueStep:
    """What became of one turn of the queue.

    Attributes:
        picture: that was made.
        error: why there is none.
        is_over: nothing more can be asked for now: none is left, or there is a reason to wait.
        generator: who was asked, where it failed.
    """

    picture: GeneratedPicture | None = None
    error: PlantainError | None = None
    is_over: bool = False
    generator: str = ""


class GenerationQueue:
    """Works the queue off, whoever calls for the next one.

    Args:
        left: are saved before anything else is asked for.
        now: seconds since the epoch.
    """

    def __init__(
        self,
        generating: Generating,
        left: LeftAnswers,
        attempts: AttemptTable,
        table: QueueTable,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._generating = generating
        self._left = left
        self._attempts = attempts
        self._table = table
        self._now = now
        self._lock = threading.Lock()
        self._unwanted: set[str] = set()
        self._running: frozenset[str] = frozenset()
        """Keys of what is asked for now; of a cut-out, of both halves."""

    def add(self, requests: Sequence[GenerationRequest]) -> list[str]:
        """Behind those that wait, all or none, to be made of what the person sees now; returns the
        attempts' keys.

        Raises: as ``Generating.queue``.
        """
        with self._table.together():
            return self._generating.queue_as_seen(requests)

    def view(self) -> QueueView:
        """At this moment; without what somebody has just asked for by itself."""
        waiting = self._waiting()
        known = {attempt.key for attempt in waiting}
        latest = self._attempts.latest(_RECENT + len(waiting))
        others = [attempt for attempt in latest if attempt.key not in known][:_RECENT]
        before = {a.key: earlier_tokens(a.record.request, self._attempts) for a in waiting}
        return QueueView(self._table.wait(), tuple(waiting), tuple(others), before)

    def pause(self) -> None:
        """Nothing more is asked for until a person says so; what was sent is waited for."""
        self._table.set_wait(Wait(WaitReason.PERSON))

    def resume(self) -> None:
        """Whatever it waited for, it goes on."""
        self._table.set_wait(None)

    def agree(self, key: str, seen: GenerationRequest) -> None:
        """The person has looked at what this one would send, and wants just that sent; the queue
        goes on.

        Args:
            seen: as it was rehearsed, with the hashes of what would be sent.
        """
        with self._table.together():
            self._table.restate(key, seen)
            self._table.set_wait(None)

    def take_as_they_are(self, keys: Collection[str]) -> None:
        """These are made of their pictures as they are by then."""
        with self._table.together():
            for attempt in self._table.waiting():
                if attempt.key in keys:
                    self._table.restate(attempt.key, unbound(attempt.record.request))

    def order(self, keys: Sequence[str]) -> None:
        """These first, in this order."""
        with self._table.together():
            first = self._first()
            self._table.order(keys)
            self._drop_reason_of(first)

    def cancel(self, keys: Collection[str]) -> bool:
        """These are not wanted any more; those that were sent stay as they are.

        Returns:
            whether one of them is at work at the moment: its run has to be stopped.
        """
        # Both, or the next one is begun while it is given up; in this order, as ``_keeps`` has it.
        with self._table.together():
            with self._lock:
                running = self._running
                is_running = not running.isdisjoint(keys)
                if is_running:
                    self._unwanted |= running
            first = self._first()
            for key in keys:
                if key not in running:
                    self._generating.forget(key)
            self._drop_reason_of(first)
        return is_running

    def retry(self, key: str) -> str:
        """The same request once more, of the same pictures, because a person says so; returns the
        new attempt's key.

        Raises:
            UsageError: there is no such attempt, or it waits already.
        """
        attempt = self._attempts.of(key)
        if attempt is None or not attempt.is_over:
            raise UsageError(tr("This picture is still waited for."))
        new_key = secrets.token_hex(16)
        self._table.ask_again(key, new_key)
        return new_key

    def run_next(self, cancel: CancelToken) -> ProgressSteps[QueueStep]:
        """Ask for the next one, unless there is a reason to wait; before it, save a picture whose
        answer came and found no room.

        Raises:
            Cancelled: the queue then waits for a person.
            LibraryGone: nothing can be written down.
        """
        wait = self._table.wait()
        if wait is not None and not 0 < wait.until <= self._now():
            return QueueStep(is_over=True)
        try:
            left = self._one_left()
        except LibraryError as error:
            self._table.set_wait(Wait(WaitReason.PERSON, failure=Failure.of(error)))
            return QueueStep(error=error, is_over=True)
        if left is not None:
            return QueueStep(left)
        with self._table.together():
            attempt = next(iter(self._waiting()), None)
            if attempt is not None:
                with self._lock:
                    self._running = frozenset({attempt.key, second_half(attempt.key)})
        if attempt is None:
            self._table.set_wait(None)
            return QueueStep(is_over=True)
        try:
            picture = yield from self._generating.run_queued(
                attempt.key, cancel, lambda key, error: self._keeps(key, wait, error)
            )
        except Cancelled as error:
            if self._is_unwanted(attempt.key):
                return QueueStep(error=error)
            self._table.set_wait(Wait(WaitReason.PERSON))
            raise
        except LibraryGone:
            raise
        except PlantainError as error:
            # An answer that no disk takes is waited for, too: nothing more is paid for meanwhile.
            if isinstance(error, (LibraryError, AnswerNotKept)):
                self._table.set_wait(Wait(WaitReason.PERSON, failure=Failure.of(error)))
            elif wait is not None and self._table.wait() == wait:
                self._table.set_wait(None)
            return QueueStep(
                error=error,
                is_over=self._table.wait() is not None,
                generator=attempt.record.request.generator,
            )
        finally:
            with self._lock:
                self._running = frozenset()
        if wait is not None:
            self._table.set_wait(None)
        return QueueStep(picture)

    def _first(self) -> str:
        """Key of the one that is next."""
        return next((attempt.key for attempt in self._table.waiting()), "")

    def _drop_reason_of(self, first: str) -> None:
        """What was changed of the one that was next keeps no other from being asked for."""
        wait = self._table.wait()
        if wait is not None and wait.reason is WaitReason.CHANGED and self._first() != first:
            self._table.set_wait(None)

    def _keeps(self, key: str, before: Wait | None, error: PlantainError) -> bool:
        """Whether that one stays in the queue, which then waits."""
        with self._lock:
            is_wanted = key not in self._unwanted
        if isinstance(error, Cancelled):
            return is_wanted
        wait = self._wait_for(before, error)
        if wait is None:
            return False
        self._table.set_wait(wait)
        if not is_wanted:
            return False
        attempt = self._attempts.of(key)
        if attempt is not None and attempt.sent_at:
            self._table.ask_again(key, secrets.token_hex(16), in_its_place=True)
        return True

    def _wait_for(self, before: Wait | None, error: PlantainError) -> Wait | None:
        failure = Failure.of(error)
        if isinstance(error, SpendingLimit):
            return Wait(WaitReason.BUDGET, failure=failure)
        if isinstance(error, WorkingOffline):
            return Wait(WaitReason.OFFLINE, failure=failure)
        if isinstance(error, PicturesChanged):
            return Wait(WaitReason.CHANGED, failure=failure)
        if isinstance(error, ConsentMissing):
            return Wait(WaitReason.CONSENT, failure=failure)
        if isinstance(error, _NEEDS_PERSON):
            return Wait(WaitReason.PERSON, failure=failure)
        if not isinstance(error, QuotaExhausted | ServiceUnavailable) or error.may_be_billed:
            return None
        is_quota = isinstance(error, QuotaExhausted)
        if is_quota and error.retry_after_s is None and error.page:
            return Wait(WaitReason.PERSON, failure=failure)  # waiting alone does not help
        reason = WaitReason.QUOTA if is_quota else WaitReason.OFFLINE
        tries = before.tries + 1 if before is not None and before.reason is reason else 1
        seconds = error.retry_after_s
        if seconds is None:
            seconds = min(_FIRST_WAIT_S * 2 ** min(tries - 1, 10), _LONGEST_WAIT_S)
        return Wait(reason, self._now() + max(1.0, seconds), failure, tries)

    def _is_unwanted(self, key: str) -> bool:
        with self._lock:
            is_so = key in self._unwanted
            self._unwanted -= {key, second_half(key)}
            return is_so

    def _waiting(self) -> list[Attempt]:
        """Those that nobody asks for by itself."""
        return [a for a in self._table.waiting() if not self._generating.is_at(a.key)]

    def _one_left(self) -> GeneratedPicture | None:
        """A picture that could not be saved when its answer came. Raises: LibraryError."""
        try:
            return next(self._left.finish(), None)
        except LibraryError:
            raise
        except Exception:  # noqa: BLE001 (logged where it happened; the others are not in its way)
            return None
