"""What each image model accepts, and which table of them is in use.

The table is data: ``resources/capabilities/gemini.json``, dated, with a schema beside it, and a
file of the person's own that adds to it or replaces what it says. Model names change several times
a year, so an id that no table knows is not an error: it gets limits that refuse nothing the API
might accept.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

from msgspec import Meta

from desktop.core.errors import SettingsError, UsageError
from desktop.core.generation_record import AUTO, GenerationRequest
from desktop.core.text import listed, marked, tr
from desktop.files.checked_json import MalformedJson, checked, parse_json
from desktop.files.regular_file import read_guarded

ASPECT_RATIOS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
"""The ten ratios that every current Gemini image model accepts (width:height)."""

EXTRA_WIDE_RATIOS = ("1:4", "4:1", "1:8", "8:1")
"""Ratios of the 14-ratio models beyond ``ASPECT_RATIOS`` (width:height)."""

SIZES = ("512", "1K", "2K", "4K")
THINKING = ("minimal", "low", "medium", "high")

Api = Literal["generate-content", "interactions"]
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Price = Annotated[float, Meta(ge=0)]
Words = Annotated[str, Meta(min_length=1, max_length=200)]


@dataclass(frozen=True, slots=True)
class TokenPrices:
    """US dollars per million tokens, by what the tokens are. Thinking costs what text does.

    Attributes:
        input_usd: of all that is sent, but for pictures and sound where these have a price.
    """

    input_usd: Price
    text_usd: Price
    image_usd: Price
    input_image_usd: Price | None = None
    input_audio_usd: Price | None = None


@dataclass(frozen=True, slots=True)
class ModelCapabilities:
    """One image model. These are the fields of the data file.

    Attributes:
        id: the name the API knows it by.
        label: its name for people.
        strength: what it is the choice for: "best", "cheap", or nothing special.
        apis: by which it can be asked, the one to try first at the beginning.
        max_references: pictures that may go along with a prompt; ``max_characters`` of them people.
        sizes: accepted values of ``GenerationRequest.image_size``.
        ratios: accepted values of ``GenerationRequest.aspect_ratio``, besides ``AUTO``.
        thinking: accepted values of ``GenerationRequest.thinking``; none where it cannot be set.
        image_prices: US dollars for one picture by size; sizes without a known price are absent.
        token_prices: None where the price list names none.
        shutdown: the day from which on Google promises no answer any more.
    """

    id: Words
    label: Words
    strength: Literal["", "best", "cheap"] = ""
    apis: tuple[Api, ...] = ("generate-content", "interactions")
    max_references: Annotated[int, Meta(ge=0, le=100)] = 14
    max_characters: int | None = None
    sizes: tuple[Words, ...] = SIZES
    ratios: tuple[Words, ...] = ASPECT_RATIOS + EXTRA_WIDE_RATIOS
    thinking: tuple[Words, ...] = ()
    image_prices: Mapping[str, Price] = field(default_factory=lambda: MappingProxyType({}))
    token_prices: TokenPrices | None = None
    shutdown: Day | None = None

    def is_gone(self, now: float | None = None) -> bool:
        """Its last day is over. ``now``: seconds since the epoch."""
        at = time.time() if now is None else now
        today = datetime.fromtimestamp(at, UTC).date().isoformat()
        return self.shutdown is not None and self.shutdown <= today

    @property
    def title(self) -> str:
        """What people read."""
        if self.is_gone():
            return tr("{model} (shut down)", model=self.label)
        if self.shutdown is not None:
            return tr("{model} (until {day})", model=self.label, day=self.shutdown)
        strength = _STRENGTHS.get(self.strength)
        return tr(strength, model=self.label) if strength else self.label


_STRENGTHS = {"best": marked("{model} (best quality)"), "cheap": marked("{model} (cheap)")}


@dataclass(frozen=True, slots=True)
class ModelTable:
    """The models that are known.

    Attributes:
        dated: the day on which limits and prices were looked up.
        default: id of the model that is used where none is named.
        makers: what stands in the ids of models that make pictures; of those that a service lists,
            only these are offered.
        listed: what the service itself listed when it was asked the last time; None where nobody
            asked.
    """

    dated: Day
    default: Words
    models: tuple[ModelCapabilities, ...]
    makers: tuple[Words, ...] = ()
    listed: tuple[str, ...] | None = None

    def find(self, model_id: str) -> ModelCapabilities:
        """The model of that id, or permissive limits under its name when the table does not know
        it.

        Args:
            model_id: with or without the API's ``models/`` prefix; empty for the default.
        """
        bare_id = (model_id.strip() or self.default).removeprefix("models/")
        for model in self.models:
            if model.id == bare_id:
                return model
        return ModelCapabilities(bare_id, bare_id, thinking=THINKING)

    def offered(self) -> list[ModelCapabilities]:
        """What people can choose from: all that still answer, the default first.

        Where the service has listed its models, that decides, also of one whose last day is over;
        those that it lists and no table knows come last, with permissive limits.
        """
        if self.listed is None:
            alive = [model for model in self.models if not model.is_gone()]
        else:
            known = {model.id for model in self.models}
            alive = [model for model in self.models if model.id in self.listed]
            alive += [
                self.find(each)
                for each in self.listed
                if each not in known and any(part in each for part in self.makers)
            ]
        return sorted(alive, key=lambda model: model.id != self.default)

    def merged(self, other: ModelTable) -> ModelTable:
        """With the models of another one, which wins where both know one."""
        own = {model.id for model in other.models}
        rest = tuple(model for model in self.models if model.id not in own)
        return replace(self, dated=other.dated, default=other.default, models=other.models + rest)

    def with_listed(self, ids: tuple[str, ...]) -> ModelTable:
        """As the service says that it is; a list without any picture maker says nothing."""
        known = {model.id for model in self.models}
        makers = [each for each in ids if any(part in each for part in self.makers)]
        return replace(self, listed=ids) if makers or known & set(ids) else self


@dataclass(frozen=True, slots=True)
class _OwnTable:
    """A person's file: anything left out stays as shipped."""

    models: tuple[ModelCapabilities, ...] = ()
    default: str = ""
    dated: str = ""


def load_models(shipped: Path | ModelTable, own: Path | None = None) -> ModelTable:
    """The table of a data file, and what the person's own file adds to it.

    Args:
        shipped: the file, or a table that needs none.

    Raises:
        SettingsError: the person's file is not as it should be; the message says where.
    """
    table = (
        shipped
        if isinstance(shipped, ModelTable)
        else checked(parse_json(shipped.read_bytes()), ModelTable)
    )
    try:
        raw = read_guarded(own) if own else b""
    except OSError:
        return table
    try:
        added = checked(parse_json(raw), _OwnTable) if raw else _OwnTable()
    except MalformedJson as error:
        raise SettingsError(
            tr("The file of image models {path} cannot be used: {reason}", path=own, reason=error),
            safe=tr("Nothing was changed."),
            next_step=tr("Correct it, or remove it to use the models that Plantain knows."),
        ) from error
    return table.merged(
        ModelTable(added.dated or table.dated, added.default or table.default, added.models)
    )


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
            tr("The prompt is empty."),
            safe=tr("Nothing was sent."),
            next_step=tr("Describe the picture you want in a few words."),
        )
    count = len(request.references) if reference_count is None else reference_count
    if count > model.max_references:
        raise UsageError(
            tr(
                "{model} takes at most {most} reference pictures, and {count} were given.",
                model=model.title,
                most=model.max_references,
                count=count,
            ),
            safe=tr("Nothing was sent."),
            next_step=tr("Remove {count} of them.", count=count - model.max_references),
        )
    choices = (
        (
            marked("{model} cannot make pictures of the ratio {value}."),
            request.aspect_ratio,
            (*model.ratios, AUTO),
        ),
        (
            marked("{model} cannot make pictures of the size {value}."),
            request.image_size,
            model.sizes,
        ),
        (
            marked("{model} cannot think {value}."),
            request.thinking,
            ("", *model.thinking) if model.thinking else ("",),
        ),
    )
    for words, value, allowed in choices:
        if value not in allowed:
            names: Sequence[str] = [name for name in allowed if name not in ("", AUTO)]
            raise UsageError(
                tr(words, model=model.title, value=repr(value)),
                safe=tr("Nothing was sent."),
                next_step=tr("Choose one of: {choices}.", choices=listed(names))
                if names
                else tr("Leave it out for this model."),
            )
