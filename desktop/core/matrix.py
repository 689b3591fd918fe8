"""One idea in many forms: what stays, times what stands in the rows, times what the columns say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from desktop.core.generation_record import CHOSEN, GenerationRequest, Reference
from desktop.core.text import sentences, tr

ROW, COLUMN = "{row}", "{column}"
"""Where the words of a row or column go in the prompt; at its end where it does not say."""

Fill = Callable[[GenerationRequest, Mapping[str, str]], GenerationRequest]
"""The request with these values (slot -> value) in the gaps of its template."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row or a column: words, or a picture that goes along.

    Attributes:
        words: that are read beside it; of a picture, the file's name, which is not sent.
        path, asset_id: of the picture.
        slot: of the template, that it fills.
        role: of the picture, as ``Reference.role``.
    """

    words: str
    path: Path | None = None
    asset_id: int | None = None
    slot: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Matrix:
    """Every row with every column.

    Attributes:
        base: the prompt, the pictures that go along everywhere, and the settings.
        fill: the base's template, where a row or column fills a slot of it.
    """

    base: GenerationRequest
    rows: tuple[Entry, ...]
    columns: tuple[Entry, ...]
    fill: Fill | None = None

    def requests(self) -> Iterator[tuple[int, int, GenerationRequest]]:
        """Row, column and what to ask for there, row by row."""
        for row, across in enumerate(self.rows):
            for column, down in enumerate(self.columns):
                yield row, column, self._request(across, down)

    def _request(self, row: Entry, column: Entry) -> GenerationRequest:
        request = self._filled(row, column)
        prompt, rest = request.prompt, ""
        for entry, place in ((row, ROW), (column, COLUMN)):
            if entry.slot:
                continue
            words = entry.words
            if entry.path is not None:
                picture = Reference(entry.path, entry.asset_id, reason=CHOSEN, role=entry.role)
                request = replace(request, references=(*request.references, picture))
                # A name says nothing to the model, and is not sent.
                words = tr("what picture {number} shows", number=len(request.references))
            if place in prompt:
                prompt = prompt.replace(place, words)
            elif words:
                rest = sentences(rest, f"{words}.")
        return replace(request, prompt=sentences(prompt, rest))

    def _filled(self, row: Entry, column: Entry) -> GenerationRequest:
        values = {each.slot: str(each.path or each.words) for each in (row, column) if each.slot}
        return self.fill(self.base, values) if self.fill is not None and values else self.base
