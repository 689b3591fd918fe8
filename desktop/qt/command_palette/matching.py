"""Names by a few of their letters, the likeliest first."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from desktop.core.text import english
from desktop.qt.command_palette.offer import Offer

_WORD_BEGINS, _FOLLOWS, _FIRST = 8.0, 5.0, 4.0
_GAP = 0.2


@dataclass(frozen=True, slots=True)
class Match:
    """An offer that was found.

    Attributes:
        letters: where in its text the letters are that were typed; none where it was found by its
            English name.
    """

    offer: Offer
    letters: tuple[int, ...] = ()
    score: float = 0.0


def matches(offers: Sequence[Offer], typed: str) -> list[Match]:
    """Those that have the letters in their order, the best first; all actions for no letters.

    What can be done now comes before what cannot, and both keep their order where they fit alike.
    """
    if not typed.strip():
        found = [Match(offer) for offer in offers if not offer.is_goal]
        return sorted(found, key=lambda match: bool(match.offer.why_not))
    found = [match for offer in offers if (match := _match(offer, typed)) is not None]
    return sorted(found, key=lambda m: (bool(m.offer.why_not), -m.score + 3.0 * m.offer.is_goal))


def _match(offer: Offer, typed: str) -> Match | None:
    shown = letters_in(offer.text, typed)
    if shown is not None:
        return Match(offer, *shown)
    # Who knows the program in English, or reads its documents, types that in any language.
    also = letters_in(english(offer.text), typed)
    return None if also is None else Match(offer, (), also[1])


def letters_in(text: str, typed: str) -> tuple[tuple[int, ...], float] | None:
    """Where the typed letters are in the text, in their order, and how well they fit.

    The best of all ways to place them: letters at the beginnings of words and letters that follow
    each other count most, gaps cost a little. Spaces, capitals and accents make no difference.
    Quadratic in the text, which is a line at most.

    Returns:
        None when they are not in it.
    """
    folded = [_folded(letter) for letter in text]
    wanted = [_folded(letter) for letter in typed if not letter.isspace()]
    begins = [
        at == 0 or not text[at - 1].isalnum() or (text[at - 1].islower() and letter.isupper())
        for at, letter in enumerate(text)
    ]
    best: dict[int, tuple[float, tuple[int, ...]]] = {-1: (0.0, ())}
    for number, letter in enumerate(wanted):
        following: dict[int, tuple[float, tuple[int, ...]]] = {}
        for at, here in enumerate(folded):
            if here != letter:
                continue
            for before, (score, places) in best.items():
                if before >= at:
                    continue
                gained = score + 1.0 + _WORD_BEGINS * begins[at] + _FIRST * (at == 0)
                gained += _FOLLOWS if number and before == at - 1 else -_GAP * (at - before - 1)
                if at not in following or gained > following[at][0]:
                    following[at] = gained, (*places, at)
        best = following
    if not best:
        return None
    score, places = max(best.values())
    return places, score - 0.01 * len(text)


def _folded(letter: str) -> str:
    """Without accent and case: one letter for one letter, so that places stay."""
    return unicodedata.normalize("NFKD", letter)[:1].casefold()[:1]
