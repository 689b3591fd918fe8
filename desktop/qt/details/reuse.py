"""Whether how a picture was made can be put where it was entered."""

from __future__ import annotations

from desktop.core.generation_record import BASE, LAID_IN, MARKED, REGION, GenerationRecord
from desktop.core.text import tr


def why_not_again(record: GenerationRecord | None) -> str:
    """Why it cannot; empty where it can.

    Args:
        record: None for a picture that Plantain did not make.
    """
    if record is None:
        return tr("Plantain did not make it.")
    if record.request.edit == LAID_IN:
        return tr("No model made it: it is the picture before, with the real product laid in.")
    roles = {reference.role for reference in record.request.references}
    if record.request.edit and BASE not in roles and record.request.edit != REGION:
        return tr("It was cut out of no picture: “plantain generate --cut-out” makes it again.")
    if record.request.edit == REGION and not {BASE, MARKED} <= roles:
        return tr("It is a change to another picture: go to that one, and change it again.")
    return ""
