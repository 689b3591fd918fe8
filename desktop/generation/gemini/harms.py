"""What Google found in a prompt or a picture that it declined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from desktop.core.text import listed, marked, tr
from desktop.generation.wire.quoting import one_line

_HARMS = {
    "HARASSMENT": marked("harassment"),
    "HATE_SPEECH": marked("hate"),
    "HATE": marked("hate"),
    "SEXUALLY_EXPLICIT": marked("sexual content"),
    "DANGEROUS_CONTENT": marked("dangerous content"),
    "CIVIC_INTEGRITY": marked("elections and politics"),
    "JAILBREAK": marked("an attempt to circumvent its limits"),
}
_GRAVE = {"HIGH", "MEDIUM"}


def named_harms(ratings: Sequence[Mapping[str, object]]) -> str:
    """A sentence with those that Google blocked, or else finds probable; empty for none.

    Args:
        ratings: ``safetyRatings``: ``{"category", "probability", "blocked"}`` each.
    """
    grave = [rating for rating in ratings if rating.get("blocked") is True]
    grave = grave or [rating for rating in ratings if rating.get("probability") in _GRAVE]
    names = dict.fromkeys(_name(str(rating.get("category") or "")) for rating in grave)
    named = [name for name in names if name]
    return tr("Google found: {harms}.", harms=listed(named)) if named else ""


def _name(category: str) -> str:
    bare = category.removeprefix("HARM_CATEGORY_").removeprefix("IMAGE_")
    return tr(_HARMS[bare]) if bare in _HARMS else one_line(bare.replace("_", " ").lower(), 40)
