"""Making a picture again, with one of its inputs changed."""

from __future__ import annotations

from enum import Enum

from desktop.core.generation_record import GenerationRecord
from desktop.core.text import marked


class Change(Enum):
    """The one thing of a picture's inputs that a person goes on to change."""

    NOTHING = ""
    """It is made again as it was."""
    WORDS = marked("The words")
    REFERENCES = marked("The reference pictures")
    MODEL = marked("The model")
    SIZE = marked("The size")
    SHAPE = marked("The shape")
    KIT = marked("The brand kit")
    SLOT = marked("What fills the template")


def changes_of(record: GenerationRecord | None) -> tuple[Change, ...]:
    """What of a picture's inputs there is to change; an edit keeps the shape of its picture."""
    if record is None:
        return ()
    request = record.request
    if request.edit:
        return (Change.WORDS, Change.REFERENCES, Change.MODEL, Change.SIZE)
    changes = tuple(each for each in Change if each is not Change.NOTHING)
    return changes if request.template else changes[:-1]
