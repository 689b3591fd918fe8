"""Whether how a picture was made can be put into the Create panel as it was."""

from __future__ import annotations

from desktop.core.generation_record import GenerationRecord
from desktop.core.text import tr


def why_not_again(record: GenerationRecord | None) -> str:
    """Why it cannot; empty where it can.

    Args:
        record: None for a picture that Plantain did not make.
    """
    if record is None:
        return tr("Plantain did not make it.")
    if record.request.edit:
        # The panel has no place for the marked part, nor for the instruction around the words.
        return tr("It is a change to another picture: go to that one, and change it again.")
    return ""
