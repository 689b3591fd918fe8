"""What one copy of a library remembers of the servers that it writes its vectors to.

In a file beside the catalogue, not in it: yesterday's catalogue, put back after damage, belongs to
the same copy. A backup does not hold it, since what is restored is a library of its own.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from desktop.files.atomic import write_file
from desktop.files.checked_json import MalformedJson, decode_json
from desktop.files.regular_file import read_guarded
from desktop.library.catalog.database import unusable


@dataclass(frozen=True, slots=True)
class _Memory:
    """Record of a server's writer -> turns, the newest last; see ``index.writers``."""

    turns: dict[str, list[str]] = field(default_factory=dict[str, list[str]])


class ThisCopy:
    """A ``LibraryCopy`` in the file ``path`` of its folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def folder(self) -> Path:
        return self._path.parent

    def knows(self, record: str, turn: str) -> bool:
        """Whether this copy wrote last, as far as it knows."""
        return turn in self._memory().turns.get(record, ())

    def remember(self, record: str, *turns: str) -> None:
        """Instead of those that it knew of this record; on the disk when this returns.

        Raises:
            LibraryError: the folder cannot be written, or is gone.
        """
        memory = self._memory()
        memory = replace(memory, turns={**memory.turns, record: list(turns)})
        try:
            write_file(self._path, f"{json.dumps(asdict(memory))}\n".encode(), replace=True)
        except OSError as error:
            raise unusable(self._path, error) from error

    def _memory(self) -> _Memory:
        """Nothing where the file is not there or says nothing: then the person is asked."""
        try:
            return decode_json(read_guarded(self._path), _Memory)
        except (OSError, MalformedJson):
            return _Memory()
