"""How many files of which kinds were passed over when each folder was last looked through.

Kept beside the catalogue in a file of its own: it may be lost, and the next look makes it again.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path

from desktop.core.errors import FileError
from desktop.files.atomic import write_file
from desktop.files.checked_json import MalformedJson, decode_json
from desktop.files.regular_file import read_regular_file

_MAX_BYTES = 4 * 1024 * 1024
_MAX_KINDS = 1_000


class PassedOverFiles:
    """Counts by root and suffix.

    Args:
        path: of the file; it need not be there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def remember(self, counts: Mapping[int, Mapping[str, int]]) -> None:
        """What a look through each of these roots has passed over; others stay as they are."""
        known = self._read()
        new = {**known, **{str(root): _largest(each) for root, each in counts.items()}}
        if new != known:
            with suppress(OSError):  # a full disk has its say elsewhere, and this can be lost
                write_file(self._path, json.dumps(new).encode(), replace=True)

    def total(self, roots: Collection[int]) -> dict[str, int]:
        """Of these roots together, the most frequent first."""
        known = self._read()
        total = Counter[str]()
        for root in roots:
            total.update(known.get(str(root), {}))
        return dict(total.most_common())

    def _read(self) -> dict[str, dict[str, int]]:
        try:
            return decode_json(read_regular_file(self._path, _MAX_BYTES), dict[str, dict[str, int]])
        except (FileError, MalformedJson):
            return {}


def _largest(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(Counter(counts).most_common(_MAX_KINDS))
