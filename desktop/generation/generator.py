"""The seam between Plantain and whatever makes pictures.

Asking and reading are two steps: what came over the wire was paid for, and is on the disk before
anybody tries to understand it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from desktop.core.cancellation import CancelToken
from desktop.core.errors import GenerationError
from desktop.core.generation_record import GenerationRequest, Usage
from desktop.generation.capabilities import ModelTable


@dataclass(frozen=True, slots=True)
class ReferenceImage:
    """A reference as it is sent: re-encoded, metadata stripped.

    Attributes:
        data: an encoded picture.
        mime_type: "image/jpeg" or "image/png".
        label: the file's name, shown on boards; never sent to a service.
        caption: what the model is told of it, right before it; empty for nothing.
        score: as in ``Reference``.
        width, height: pixels; 0 where nobody said.
    """

    data: bytes
    mime_type: str
    label: str = ""
    score: float | None = None
    width: int = 0
    height: int = 0
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a request would go. Attributes as in ``Reply``."""

    model: str
    api: str = ""
    endpoint: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it came, before anybody read it.

    Attributes:
        body: all of it.
        model: that was asked.
        api, endpoint: as in ``GenerationRecord``; ``read`` goes by the api.
    """

    body: bytes
    model: str = ""
    api: str = ""
    endpoint: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """What was asked before, and what came back: an earlier turn of the same talk.

    Attributes:
        text, references: that were sent.
        answer: the answer as it came; its signatures reach the service unchanged.
    """

    text: str
    references: tuple[ReferenceImage, ...]
    answer: bytes


@dataclass(frozen=True, slots=True)
class GenerationResult:
    """What an answer holds.

    Attributes:
        images: encoded pictures as received, unverified; the last one is the final one, those
            before it are drafts.
        text: the text parts, joined; empty when there were none.
        model: the model version that answered.
        usage: of the call, also where no picture came of it.
        response_id: the service's own name for the answer.
        turn: the answer without its pictures, JSON; a next turn is asked with it, its signatures
            unchanged. Empty where the service has no turns.
        problem: why there are no pictures; None when there are some.
        thought_images, thought_text: what the model showed and said to itself on its way: not for
            people, but a next turn is asked with it.
    """

    images: tuple[bytes, ...] = ()
    text: str = ""
    model: str = ""
    usage: Usage = field(default_factory=Usage)
    response_id: str = ""
    turn: str = ""
    problem: GenerationError | None = None
    thought_images: tuple[bytes, ...] = ()
    thought_text: str = ""


class ImageGenerator(Protocol):
    """Makes pictures from a prompt and references.

    Attributes:
        name: the key used in requests, settings and lineage ("gemini").
        label: what people read ("Mood board (offline)").
        is_offline: True when nothing leaves this machine.
        recipient: who gets what is sent ("Google"), or the host where that is not known; empty
            where nothing is.
        models: that can be asked for, and which is used where a request names none.
    """

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def is_offline(self) -> bool: ...
    @property
    def recipient(self) -> str: ...
    @property
    def models(self) -> ModelTable: ...

    def destination(
        self, request: GenerationRequest, references: Sequence[ReferenceImage]
    ) -> Destination:
        """Where ``ask`` would send this, all checks done and nothing sent.

        Raises:
            UsageError, SettingsError: as ``ask``.
        """
        ...

    def ask(
        self,
        request: GenerationRequest,
        references: Sequence[ReferenceImage],
        cancel: CancelToken,
        sending: Callable[[], None],
        history: Sequence[Turn] = (),
    ) -> Reply:
        """Block until the answer is there, all of it. A cancel that comes later changes nothing.

        Args:
            references: ``request.references`` as encoded pictures, in the same order.
            history: the turns before this one, the oldest first; who has no turns leaves them out.
            sending: called right before the first byte leaves this machine; what it raises keeps
                the request here. Never called by an offline generator.

        Raises:
            UsageError: the request is not one that can be sent; nothing was.
            GenerationError: with a sentence for the person.
            Cancelled: within about a second of ``cancel``.
        """
        ...

    def read(self, reply: Reply) -> GenerationResult:
        """What the answer holds; never raises, whatever that is."""
        ...


class ServiceGenerator(ImageGenerator, Protocol):
    """One whose service says which of its models a key may use."""

    def usable_models(self, key: str | None = None) -> tuple[str, ...]:
        """Their ids; costs nothing, and so is the way to test a key.

        Args:
            key: None for the one that is in use.

        Raises:
            GenerationError: the key is refused, or the service cannot be reached.
        """
        ...

    def offer(self, ids: tuple[str, ...]) -> None:
        """What the service has listed decides what is offered from now on."""
        ...
