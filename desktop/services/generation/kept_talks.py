"""The answers that are kept for next turns: as long as one may come, and within a bound."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from desktop.core.generation_record import GenerationRequest
from desktop.library.catalog.attempts import AttemptTable
from desktop.library.spool import Spool

MOST_BYTES = 2_000_000_000
"""That they take together: of pictures of 1,024 pixels, which come as PNG of about 2 MB in base64,
some 700."""


class KeptTalks:
    """Forgets answers that nothing goes on from.

    Args:
        draft: what is entered for the next picture.
        most_bytes: that all answers take together; those that are in use may take more.
    """

    def __init__(
        self,
        spool: Spool,
        attempts: AttemptTable,
        draft: Callable[[], GenerationRequest | None],
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._spool = spool
        self._attempts = attempts
        self._draft = draft
        self._most_bytes = most_bytes

    def kept(self) -> dict[str, int]:
        """How many answers are kept for next turns, the bytes that they take, and may take."""
        sizes = [file.size for file in self._spool.turn_files().values()]
        return {"count": len(sizes), "bytes": sum(sizes), "most_bytes": self._most_bytes}

    def tidy(self) -> None:
        """Once, when a library has been opened."""
        self.forget_unneeded()
        self.forget_oldest()

    def forget_unneeded(self) -> int:
        """Delete the answers from which nothing can go on; returns how many that were.

        An answer is kept while the library knows a picture of it, or of a later turn of its talk
        (one whose file is away, or in the trash, as well), or such a turn is still to be made. One
        of a call that the catalogue does not know is kept: a restored catalogue finds its pictures
        with the next scan.
        """
        archived = set(self._spool.turn_files())
        needed = self._attempts.with_pictures()
        unneeded = self._attempts.known(archived - needed)
        if not unneeded:
            return 0
        seen: set[str] = set()
        for key in (*needed, *self._awaited()):
            while key and key not in seen:
                seen.add(key)
                key = self._before(key)
        for key in unneeded - seen:
            self._spool.remove_turn(key)
        return len(unneeded - seen)

    def forget_oldest(self, latest: str = "") -> int:
        """Bring them within their bound, talk by talk with all its branches, the one that was gone
        on from longest ago first; returns how many answers were deleted.

        A picture of a talk that is gone can still be gone on from, as a base. Kept in any case is a
        talk of which a turn waits or is entered, and that of ``latest``.
        """
        files = self._spool.turn_files()
        size = sum(file.size for file in files.values())
        if size <= self._most_bytes:
            return 0
        before = {key: self._before(key) for key in files}

        def first(key: str) -> str:
            """A talk is named by its first turn that is still here."""
            passed: set[str] = set()
            while before.get(key) in files and key not in passed:
                passed.add(key)
                key = before[key]
            return key

        talks: defaultdict[str, list[str]] = defaultdict(list)
        for key in sorted(files, key=lambda key: files[key].modified_ns, reverse=True):
            talks[first(key)].append(key)
        draft = self._draft()
        entered = draft.parent_attempt if draft else ""
        in_use = {first(key) for key in (*self._awaited(), latest, entered)}
        count = 0
        for talk in reversed(talks):
            if size <= self._most_bytes:
                break
            if talk in in_use:
                continue
            for key in talks[talk]:  # the latest turn first: what a kill leaves is a whole talk
                self._spool.remove_turn(key)
                size -= files[key].size
                count += 1
        return count

    def _awaited(self) -> list[str]:
        """Keys of the turns that a picture which is still to be made goes on from."""
        return [attempt.record.request.parent_attempt for attempt in self._attempts.unfinished()]

    def _before(self, key: str) -> str:
        """Key of the turn before that one; empty for a first one, and for one that is gone."""
        record = self._spool.turn_record(key)
        return record.request.parent_attempt if record is not None else ""
