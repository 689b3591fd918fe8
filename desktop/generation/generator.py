"""The seam between Plantain and whatever makes pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from desktop.core.cancellation import CancelToken
from desktop.generation.request import GenerationRequest, GenerationResult, ReferenceImage


class ImageGenerator(Protocol):
    """Makes pictures from a prompt and references.

    Attributes:
        name: the key used in requests, settings and lineage ("gemini").
        label: what people read ("Mood board (offline)").
        is_offline: True when nothing leaves this machine.
        default_model: used when a request names none.
    """

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def is_offline(self) -> bool: ...
    @property
    def default_model(self) -> str: ...

    def generate(
        self,
        request: GenerationRequest,
        references: Sequence[ReferenceImage],
        cancel: CancelToken,
    ) -> GenerationResult:
        """Block until the pictures are there.

        Args:
            references: ``request.references`` as encoded pictures, in the same order.

        Raises:
            GenerationError: with a sentence for the person; nothing was saved.
            Cancelled: within about a second of ``cancel``.
        """
        ...
