"""What a call costs: estimated before it is sent, and reckoned from its usage afterwards.

US dollars without tax, by the dated price list of ``capabilities``: never a bill.
"""

from __future__ import annotations

from collections.abc import Iterable

from desktop.core.generation_record import ON_WHITE, GenerationRequest, Usage
from desktop.core.reference_captions import captions
from desktop.generation.capabilities import ModelCapabilities, TokenPrices

_TOKENS_A_REFERENCE = 258
_TYPICAL_THOUGHT = {"minimal": 30, "low": 100, "medium": 210, "high": 600}
"""Tokens; measured answers lie around these, none is promised."""


def estimated_usd(
    request: GenerationRequest, model: ModelCapabilities, tokens_before: int = 0
) -> float | None:
    """What one picture will cost, all calls for it together; None where the price list says nothing
    of that size.

    Args:
        tokens_before: of the talk that goes along, words and pictures.
    """
    picture = model.image_prices.get(request.image_size)
    prices = model.token_prices
    calls = 2 if request.edit == ON_WHITE else 1
    if picture is None or prices is None:
        return None if picture is None else picture * calls
    texts = (request.sent_text, *captions(request.references))
    letters = sum(1.0 if ord(letter) > 0x2E7F else 0.25 for text in texts for letter in text)
    tokens = tokens_before + letters + _TOKENS_A_REFERENCE * len(request.references)
    thought = _TYPICAL_THOUGHT.get(request.thinking, _TYPICAL_THOUGHT["medium"])
    sent = Usage(round(tokens), prompt_image_tokens=_TOKENS_A_REFERENCE * len(request.references))
    return calls * (picture + (_sent_usd(sent, prices) + thought * prices.text_usd) / 1e6)


def total_usd(costs: Iterable[float | None]) -> float | None:
    """Of several; None where one of them is not known."""
    known = [*costs]
    return None if None in known else sum(cost or 0.0 for cost in known)


def cost_usd(
    usage: Usage, model: ModelCapabilities, image_size: str, picture_count: int
) -> float | None:
    """What one answered call cost, declined ones included; None where nobody knows.

    Args:
        picture_count: that the answer held; priced singly where the service does not say how many
            tokens they took.
    """
    prices = model.token_prices
    each = model.image_prices.get(image_size)
    if prices is None or not usage.total_tokens:
        return each * picture_count if each is not None and picture_count else None
    if usage.image_tokens is None:
        if picture_count and each is None:
            return None
        pictures = (each or 0.0) * picture_count
        text = usage.thought_tokens if picture_count else usage.thought_tokens + usage.output_tokens
    else:
        pictures = usage.image_tokens * prices.image_usd / 1e6
        text = usage.thought_tokens + max(0, usage.output_tokens - usage.image_tokens)
    return pictures + (_sent_usd(usage, prices) + text * prices.text_usd) / 1e6


def _sent_usd(usage: Usage, prices: TokenPrices) -> float:
    """Of what was sent, a million times; each kind by its own price, where both are known."""
    usd, rest = 0.0, usage.prompt_tokens
    for tokens, each in (
        (usage.prompt_image_tokens, prices.input_image_usd),
        (usage.prompt_audio_tokens, prices.input_audio_usd),
    ):
        if tokens and each is not None:
            usd += tokens * each
            rest -= tokens
    return usd + max(0, rest) * prices.input_usd
