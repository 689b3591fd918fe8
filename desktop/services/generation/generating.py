"""Steps 7-8: prompt and references to a picture, imported with the record of how it was made.

Each call is an attempt with a row of its own, written before the first byte leaves. Once the answer
has come it is in the spool, on the disk, before anybody looks at it; from then on nothing stops it
from becoming pictures in the library, now or at the next start.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from desktop.core.attempt import Attempt, AttemptState
from desktop.core.cancellation import CancelToken
from desktop.core.errors import (
    AnswerNotKept,
    Cancelled,
    ConsentMissing,
    GenerationError,
    LibraryError,
    PlantainError,
    UsageError,
)
from desktop.core.failure import Failure
from desktop.core.generation_record import ON_WHITE, GenerationRecord, GenerationRequest
from desktop.core.progress import Progress, ProgressSteps
from desktop.core.text import marked, tr
from desktop.generation.cost import total_usd
from desktop.generation.generator import ImageGenerator, Reply
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.attempts import AttemptTable
from desktop.library.import_picture import check_writable
from desktop.library.spool import Spool, SpooledAnswer
from desktop.services.generation.editing import second_half
from desktop.services.generation.keeping import AnswerKeeping
from desktop.services.generation.kept_talks import KeptTalks
from desktop.services.generation.output_file import numbered, output_file
from desktop.services.generation.preparing import PreparedRequest, Preparing
from desktop.services.generation.rehearsal import Rehearsal
from desktop.services.generation.seen import require_seen, unbound
from desktop.services.generation.sending_rules import SendingRules
from desktop.services.generation.spending import Spending
from desktop.services.reports import GeneratedPicture

_KEPT = marked(
    "The picture that was paid for is kept, and will be saved as soon as that is possible."
)

OnFailed = Callable[[str, PlantainError], bool]
"""Told of an attempt's failure that cost nothing, in the transaction that writes it down; True
where the same is to be asked for again later. What was not sent then goes on waiting."""


def _is_over(_key: str, _error: PlantainError) -> bool:
    return False


class Generating:
    """Runs generations and brings their pictures into the library.

    Args:
        keeping: takes answers in.
        spending: says before each request whether it may be paid for.
        rules: say whether it may be sent.
        preparing: makes ready what is sent.
        talks: are kept within their bound.
    """

    def __init__(
        self,
        catalog: Catalog,
        attempts: AttemptTable,
        spool: Spool,
        keeping: AnswerKeeping,
        spending: Spending,
        rules: SendingRules,
        preparing: Preparing,
        talks: KeptTalks,
    ) -> None:
        self._catalog = catalog
        self._attempts = attempts
        self._spool = spool
        self._keeping = keeping
        self._spending = spending
        self._rules = rules
        self._preparing = preparing
        self._talks = talks
        self._lock = threading.Lock()
        self._own: set[str] = set()

    def queue(self, request: GenerationRequest, *, out: Path | None = None) -> str:
        """Decide on a picture without making it yet; returns the attempt's key.

        Raises:
            UsageError: an empty prompt, an unknown generator, a file that exists.
            LibraryReadOnly: the library was opened to be read only.
        """
        return self._queue(unbound(request), out)

    def queue_as_seen(self, requests: Sequence[GenerationRequest]) -> list[str]:
        """Decide on pictures that are made later, of what the person sees now: where a picture or
        the talk before is another one by then, nothing is sent (``PicturesChanged``).

        Raises: as ``queue``.
        """
        return [self._queue(request, None) for request in self._preparing.as_seen(requests)]

    def _queue(self, request: GenerationRequest, out: Path | None) -> str:
        self._catalog.require_writable()
        asked = self._preparing.known(request)
        if out is not None:
            out = output_file(out, request, self._keeping.folder)
        key = secrets.token_hex(16)
        self._attempts.queue(key, GenerationRecord(asked, attempt=key), out)
        return key

    def run(
        self,
        request: GenerationRequest,
        cancel: CancelToken,
        *,
        out: Path | None = None,
    ) -> ProgressSteps[GeneratedPicture]:
        """Prepare the references, ask the generator, save, record the lineage.

        The pictures are in the library then; ``Indexing.make_searchable`` lets them be found, in
        the thread that writes vectors.

        Args:
            out: the file to write, in the format that its suffix says; by default a new name in
                the library's own folder.

        Raises:
            UsageError: an empty prompt, an unknown generator, a file that exists.
            RequestRefused: a reference cannot be read; the message names it.
            RightsForbid, ConsentMissing, WorkingOffline: it may not be sent. ``PicturesChanged`` of
                one that was queued as it was seen, see ``services.generation.seen``.
            GenerationError: the generator failed; nothing was saved.
            AnswerNotKept: an answer came that no disk takes; it is in memory.
            LibraryReadOnly: the library was opened to be read only; nothing was asked for.
            LibraryError: the picture could not be written; it is kept in the spool.
            Cancelled: before the answer came; nothing was saved.
        """
        return (yield from self.run_queued(self.queue(request, out=out), cancel))

    def run_queued(
        self,
        key: str,
        cancel: CancelToken,
        on_failed: OnFailed = _is_over,
        *,
        seen: Rehearsal | None = None,
    ) -> ProgressSteps[GeneratedPicture]:
        """The same for a request that was queued, in this run or an earlier one; of a cut-out, its
        second half as well, which is a call of its own.

        Args:
            seen: what the person has agreed to; other bytes are not sent.

        Raises: as ``run``; UsageError when it was sent before.
        """
        made = yield from self._run_queued(key, cancel, on_failed, seen)
        if made.record.request.edit != ON_WHITE:
            return made
        first = made
        made = yield from self._run_queued(second_half(key), cancel, on_failed)
        return replace(
            made,
            drafts=(*first.assets, *made.drafts),
            cost_usd=total_usd((first.cost_usd, made.cost_usd)),
            earlier_attempts=first.attempt_ids,
        )

    def run_all(
        self,
        requests: Sequence[GenerationRequest],
        cancel: CancelToken,
        *,
        out: Path | None = None,
        seen: Rehearsal | None = None,
        on_made: Callable[[GeneratedPicture], object] = lambda _: None,
    ) -> ProgressSteps[list[GeneratedPicture]]:
        """Several pictures, the variants of one idea, a call each. All are written down before the
        first is sent, so that a kill in between loses none; a stop or a failure gives up those that
        follow.

        Args:
            out: the file of the first, as in ``run``; those of the others are numbered.
            seen: as for ``run_queued``.
            on_made: told of each picture as it comes, in this thread.

        Raises: as ``run``; what was made until then is in the library.
        """
        with self._catalog.all_or_nothing():  # where one of the files exists, none is decided on
            keys = [
                self.queue(request, out=numbered(out, number))
                for number, request in enumerate(requests, start=1)
            ]
            self._hold(keys)
        made: list[GeneratedPicture] = []
        try:
            for key in keys:
                picture = yield from self.run_queued(key, cancel, seen=seen)
                made.append(picture)
                on_made(picture)
        except Exception:
            for key in keys:
                self.forget(key)
            raise
        finally:
            self._let_go(keys)
        return made

    def is_at(self, key: str) -> bool:
        """Somebody in this process asks for it one after the other; it is nobody else's to ask."""
        with self._lock:
            return key in self._own

    def unfinished(self) -> list[Attempt]:
        """What was decided and not ended, the oldest first."""
        return self._attempts.unfinished()

    def forget(self, key: str) -> None:
        """A queued picture is not wanted any more. Others stay as they are."""
        attempt = self._attempts.of(key)
        if attempt is not None and attempt.state is AttemptState.QUEUED:
            self._attempts.end(key, AttemptState.STOPPED, attempt.record)

    def _run_queued(
        self, key: str, cancel: CancelToken, on_failed: OnFailed, seen: Rehearsal | None = None
    ) -> ProgressSteps[GeneratedPicture]:
        attempt = self._attempts.of(key)
        if attempt is None or attempt.state is not AttemptState.QUEUED:
            raise UsageError(tr("This picture is not waiting to be made."))
        record, out = attempt.record, attempt.out
        try:
            bound = record.request
            generator = self._preparing.generator(bound)
            if not generator.is_offline:
                self._rules.require_online()
            # A picture may cost money: whether it can be kept is found out before it is asked for.
            check_writable(out.parent if out else self._keeping.folder)
            prepared = yield from self._preparing.prepare(bound, generator, cancel)
            request = prepared.request
            record = replace(record, request=request)
            if not generator.is_offline:
                if seen is not None and not seen.has_shown(request, prepared.turns):
                    raise ConsentMissing(
                        tr("A reference has changed since you looked at what would be sent."),
                        safe=tr("Nothing was sent."),
                        next_step=tr("Look at it again, then decide."),
                    )
                require_seen(bound, request)
                self._rules.check(request, generator.destination(request, prepared.images).endpoint)
                self._spending.check(self._preparing.estimated_usd(request, generator))
        except PlantainError as error:
            is_stopped = isinstance(error, Cancelled)
            state = AttemptState.STOPPED if is_stopped else AttemptState.FAILED
            self._end_unpaid(record, state, error, on_failed, is_sent=False)
            raise
        yield Progress(tr("Waiting for {generator}", generator=tr(generator.label)), unit="")
        reply = self._ask(generator, record, prepared, cancel, on_failed)
        answer = SpooledAnswer(
            replace(record, api=reply.api, endpoint=reply.endpoint, created_at=time.time()),
            reply.body,
            out,
        )
        is_kept = self._spool.keep(answer)
        # From here on a stop changes nothing: this was paid for.
        yield Progress(tr("Saving the picture"), unit="")
        return self._take_in(answer, is_kept=is_kept)

    def _ask(
        self,
        generator: ImageGenerator,
        record: GenerationRecord,
        prepared: PreparedRequest,
        cancel: CancelToken,
        on_failed: OnFailed,
    ) -> Reply:
        is_sent = False

        def sending() -> None:
            nonlocal is_sent
            self._attempts.mark_sent(record.attempt, record)
            is_sent = True

        try:
            cancel.raise_if_cancelled()
            return generator.ask(record.request, prepared.images, cancel, sending, prepared.turns)
        except Cancelled as error:
            if is_sent:
                self._end(record, AttemptState.UNKNOWN, error)
            else:
                self._end_unpaid(record, AttemptState.STOPPED, error, on_failed, is_sent=False)
            raise
        except PlantainError as error:
            if isinstance(error, GenerationError) and error.may_be_billed:
                self._end(record, AttemptState.UNKNOWN, error)
            else:
                self._end_unpaid(record, AttemptState.FAILED, error, on_failed, is_sent=is_sent)
            raise
        except Exception as error:
            self._end(record, AttemptState.UNKNOWN if is_sent else AttemptState.FAILED, error)
            raise

    def _end_unpaid(
        self,
        record: GenerationRecord,
        state: AttemptState,
        error: PlantainError,
        on_failed: OnFailed,
        *,
        is_sent: bool,
    ) -> None:
        with self._catalog.all_or_nothing():
            if not on_failed(record.attempt, error) or is_sent:
                self._end(record, state, error)

    def _hold(self, keys: Iterable[str]) -> None:
        with self._lock:
            self._own.update(keys)

    def _let_go(self, keys: Iterable[str]) -> None:
        with self._lock:
            self._own.difference_update(keys)

    def _end(self, record: GenerationRecord, state: AttemptState, error: Exception) -> None:
        self._attempts.end(record.attempt, state, record, failure=Failure.of(error))

    def _take_in(self, answer: SpooledAnswer, *, is_kept: bool) -> GeneratedPicture:
        try:
            if is_kept:
                self._attempts.mark_answered(answer.key, answer.record)
            picture = self._keeping.take_in(answer)
        except LibraryError as error:
            if is_kept:
                error.safe = tr(_KEPT)
                raise
            raise AnswerNotKept(
                tr("The picture has come, and no disk takes it: {reason}", reason=error.message),
                key=answer.key,
                safe=tr("It was paid for and is kept in memory while Plantain is open."),
                next_step=tr("Free some space and try again, or choose another place for it."),
            ) from error
        self._talks.forget_oldest(latest=answer.key)
        return picture
