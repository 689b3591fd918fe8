"""What each Gemini image model accepts and costs, so that a request is checked before it is sent.

Prices are US dollars without tax from Google's price list as of November 2026, and change without
notice: they serve estimates, never bills. Model names change several times a year too, so an id
that is not in the table is not an error: it gets limits that refuse nothing the API might accept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

from desktop.core.errors import UsageError
from desktop.generation.request import ASPECT_RATIOS, GenerationRequest

EXTRA_WIDE_RATIOS = ("1:4", "4:1", "1:8", "8:1")
"""Ratios of the 14-ratio models beyond ``ASPECT_RATIOS`` (width:height)."""

ModelStatus = Literal["current", "deprecated", "unknown"]


@dataclass(frozen=True, slots=True)
class TokenPrices:
    """US dollars per million tokens, by what the tokens are."""

    input_usd: float
    text_usd: float
    image_usd: float


@dataclass(frozen=True, slots=True)
class ModelCapabilities:
    """One image model.

    Attributes:
        id: the name the API knows it by.
        label: what people read.
        max_references: pictures that may go along with a prompt.
        sizes: accepted values of ``GenerationRequest.image_size``.
        ratios: accepted values of ``GenerationRequest.aspect_ratio``.
        image_prices: US dollars for one picture by size; sizes without a known price are absent.
        token_prices: None where the price list names none.
        status: "deprecated" when Google announced its end, "unknown" when not in the table.
    """

    id: str
    label: str
    max_references: int
    sizes: tuple[str, ...]
    ratios: tuple[str, ...]
    image_prices: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    token_prices: TokenPrices | None = None
    status: ModelStatus = "current"


def _prices(**by_size: float) -> Mapping[str, float]:
    """Keyword names cannot start with a digit: ``_1K=0.03`` stands for 1K."""
    return MappingProxyType({size.lstrip("_"): price for size, price in by_size.items()})


MODELS: tuple[ModelCapabilities, ...] = (
    ModelCapabilities(
        id="gemini-nano-banana-2.1",
        label="Nano Banana 2.1",
        max_references=14,
        sizes=("1K", "2K", "4K"),
        ratios=ASPECT_RATIOS + EXTRA_WIDE_RATIOS,
        image_prices=_prices(_1K=0.0336, _2K=0.0504, _4K=0.113),
        token_prices=TokenPrices(input_usd=1.50, text_usd=7.50, image_usd=30.0),
    ),
    ModelCapabilities(
        id="gemini-3-pro-image",
        label="Gemini 3 Pro Image (best quality)",
        max_references=14,
        sizes=("1K", "2K", "4K"),
        ratios=ASPECT_RATIOS,
        image_prices=_prices(_1K=0.134, _2K=0.134, _4K=0.24),
    ),
    ModelCapabilities(
        id="gemini-3.1-flash-lite-image",
        label="Gemini 3.1 Flash Lite Image (cheap)",
        max_references=14,
        sizes=("1K",),
        ratios=ASPECT_RATIOS,
        image_prices=_prices(_1K=0.0336),
    ),
    ModelCapabilities(
        id="gemini-3.1-flash-image",
        label="Gemini 3.1 Flash Image (being shut down)",
        max_references=14,
        sizes=("512", "1K", "2K", "4K"),
        ratios=ASPECT_RATIOS + EXTRA_WIDE_RATIOS,
        image_prices=_prices(_512=0.045, _4K=0.151),
        status="deprecated",
    ),
    ModelCapabilities(
        id="gemini-2.5-flash-image",
        label="Gemini 2.5 Flash Image (being shut down)",
        max_references=3,
        sizes=("1K",),
        ratios=ASPECT_RATIOS,
        image_prices=_prices(_1K=0.039),
        status="deprecated",
    ),
)

DEFAULT_MODEL = "gemini-nano-banana-2.1"

_PERMISSIVE = ModelCapabilities(
    id="",
    label="",
    max_references=14,
    sizes=("512", "1K", "2K", "4K"),
    ratios=ASPECT_RATIOS + EXTRA_WIDE_RATIOS,
    status="unknown",
)


def find_model(model_id: str, models: Sequence[ModelCapabilities] = MODELS) -> ModelCapabilities:
    """The model of that id, or permissive limits under its name when the table does not know it.

    Args:
        model_id: with or without the API's ``models/`` prefix; empty for the default.
        models: the table to look in.
    """
    bare_id = (model_id.strip() or DEFAULT_MODEL).removeprefix("models/")
    for model in models:
        if model.id == bare_id:
            return model
    return replace(_PERMISSIVE, id=bare_id, label=bare_id)


def check_request(
    request: GenerationRequest, model: ModelCapabilities, *, reference_count: int | None = None
) -> None:
    """Refuse, before anything is sent, what the model is known not to accept.

    Args:
        reference_count: pictures that will be sent; that of the request when None.

    Raises:
        UsageError: with what the model accepts instead.
    """
    if not request.prompt.strip():
        raise UsageError(
            "The prompt is empty.",
            safe="Nothing was sent.",
            next_step="Describe the picture you want in a few words.",
        )
    count = len(request.references) if reference_count is None else reference_count
    if count > model.max_references:
        raise UsageError(
            f"{model.label} takes at most {model.max_references} reference pictures,"
            f" and {count} were given.",
            safe="Nothing was sent.",
            next_step=f"Remove {count - model.max_references} of them.",
        )
    if request.aspect_ratio not in model.ratios:
        raise UsageError(
            f"{model.label} cannot make pictures of the ratio {request.aspect_ratio!r}.",
            safe="Nothing was sent.",
            next_step=f"Choose one of {', '.join(model.ratios)}.",
        )
    if request.image_size not in model.sizes:
        raise UsageError(
            f"{model.label} cannot make pictures of the size {request.image_size!r}.",
            safe="Nothing was sent.",
            next_step=f"Choose {' or '.join(model.sizes)}.",
        )
