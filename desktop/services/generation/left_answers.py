"""Answers whose pictures are not in the library yet: an earlier run, or a full disk, left them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

from desktop.core.attempt import AttemptState
from desktop.core.errors import GenerationError, LibraryError
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.attempts import AttemptTable
from desktop.library.spool import Spool, SpooledAnswer
from desktop.services.generation.keeping import AnswerKeeping
from desktop.services.reports import GeneratedPicture

_LOG = logging.getLogger(__name__)


class LeftAnswers:
    """What was paid for becomes pictures as soon as that is possible.

    Args:
        keeping: makes pictures in the library of an answer.
    """

    def __init__(
        self, catalog: Catalog, attempts: AttemptTable, spool: Spool, keeping: AnswerKeeping
    ) -> None:
        self._catalog = catalog
        self._attempts = attempts
        self._spool = spool
        self._keeping = keeping

    def finish(self) -> Iterator[GeneratedPicture]:
        """Save their pictures.

        Raises:
            LibraryError: the disk takes nothing; those that were not saved stay where they are.
            PlantainError, Exception: of the first that cannot be taken in, after all others were.
        """
        problem: Exception | None = None
        for key in self._spool.waiting():
            answer = self._spool.load(key)
            if answer is None:
                continue
            self._note_answered(answer)
            try:
                yield self._keeping.take_in(answer)
            except GenerationError:
                continue  # it holds no picture; its attempt says why
            except LibraryError:
                raise
            except Exception as error:  # noqa: BLE001 (the others are not in its way)
                _LOG.exception("the answer %s cannot be taken in", key)
                problem = problem or error
        if problem is not None:
            raise problem

    @property
    def is_at_risk(self) -> bool:
        """An answer that was paid for would be lost if the program ended now."""
        return self._spool.holds_any

    def unsaved(self) -> Iterator[tuple[str, Path | bytes]]:
        """The answers whose pictures are not in the library yet, see ``Spool.unsaved``."""
        return self._spool.unsaved()

    def save_elsewhere(self, key: str, folder: Path) -> bool:
        """A person names a folder for an answer that is in memory alone; True when it is there."""
        return self._spool.keep_in(folder, key)

    def _note_answered(self, answer: SpooledAnswer) -> None:
        """Also where an older copy of the catalogue knows nothing of it, or believes it to be
        waiting: it must not be asked for again."""
        with self._catalog.all_or_nothing():
            self._attempts.queue(answer.key, answer.record, answer.out)
            attempt = self._attempts.of(answer.key)
            if attempt is not None and attempt.state is AttemptState.QUEUED:
                self._attempts.mark_answered(answer.key, answer.record)
