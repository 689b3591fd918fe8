"""What of an earlier request the Create panel could not take up again."""

from __future__ import annotations

from desktop.core.generation_record import GenerationRequest
from desktop.core.text import listed, marked, tr

_NAMES = {
    "generator": marked("the service"),
    "model": marked("the model"),
    "aspect_ratio": marked("the shape"),
    "image_size": marked("the size"),
    "thinking": marked("the thinking"),
    "template": marked("the template"),
    "slots": marked("what filled the template"),
    "kit": marked("the brand kit"),
    "references": marked("the reference pictures"),
    "parent_attempt": marked("what was said before"),
}


def not_restored(wanted: GenerationRequest, held: GenerationRequest) -> str:
    """In a sentence; empty where all of it was.

    Args:
        wanted: the earlier request.
        held: what the panel would send now.
    """
    differing = [
        tr(name)
        for field, name in _NAMES.items()
        if getattr(wanted, field) and getattr(wanted, field) != getattr(held, field)
    ]
    if not differing:
        return ""
    return tr("It cannot be made as it was: {things} cannot be had here.", things=listed(differing))
