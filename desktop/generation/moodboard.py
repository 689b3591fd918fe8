"""The offline generator: a board laid out from the references, drawn on this machine.

It lets people work from search to a saved, traceable picture without a key, a bill or a network.
The drawing itself is injected: pixels belong to ``media``, and rooms on one level do not import
each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from desktop.core.cancellation import CancelToken
from desktop.core.errors import UsageError
from desktop.generation.request import (
    ASPECT_RATIOS,
    GenerationRequest,
    GenerationResult,
    ReferenceImage,
)

BoardRenderer = Callable[
    [str, Sequence[bytes], Sequence[str], Sequence[float | None], str, int], bytes
]
"""``render(prompt, pictures, labels, scores, aspect_ratio, long_side) -> PNG``.

``pictures`` are encoded, ``labels`` and ``scores`` run beside them, ``aspect_ratio`` is
"width:height" and ``long_side`` is in pixels. All three sequences may be empty.
"""

LONG_SIDES = {"1K": 1024, "2K": 2048, "4K": 4096}
"""Pixels of the long side by ``GenerationRequest.image_size``."""

MODEL = "moodboard-1"
"""Changes with the layout, so that lineage tells which one drew a board."""


class MoodBoardGenerator:
    """An ``ImageGenerator`` that arranges the references and claims nothing more."""

    name: str = "moodboard"
    label: str = "Mood board (offline)"
    is_offline: bool = True
    default_model: str = MODEL

    def __init__(self, render: BoardRenderer) -> None:
        self._render = render

    def generate(
        self,
        request: GenerationRequest,
        references: Sequence[ReferenceImage],
        cancel: CancelToken,
    ) -> GenerationResult:
        """Lay the references out on one board.

        Raises:
            UsageError: an empty prompt, an unknown ratio or an unknown size.
            FileError: a reference that the renderer cannot read.
            Cancelled: before the drawing starts or after it ended.
        """
        long_side = _checked_long_side(request)
        cancel.raise_if_cancelled()
        board = self._render(
            request.prompt,
            [reference.data for reference in references],
            [reference.label for reference in references],
            [reference.score for reference in references],
            request.aspect_ratio,
            long_side,
        )
        cancel.raise_if_cancelled()
        return GenerationResult(images=(board,), text=_honest_text(len(references)), model=MODEL)


def _checked_long_side(request: GenerationRequest) -> int:
    if not request.prompt.strip():
        raise UsageError(
            "The prompt is empty.",
            next_step="Describe the picture you want; the words go on the board.",
        )
    if request.aspect_ratio not in ASPECT_RATIOS:
        raise UsageError(
            f"A mood board cannot have the ratio {request.aspect_ratio!r}.",
            next_step=f"Choose one of {', '.join(ASPECT_RATIOS)}.",
        )
    long_side = LONG_SIDES.get(request.image_size)
    if long_side is None:
        raise UsageError(
            f"A mood board cannot have the size {request.image_size!r}.",
            next_step=f"Choose {' or '.join(LONG_SIDES)}.",
        )
    return long_side


def _honest_text(count: int) -> str:
    if count == 0:
        subject = "This is a board with your words alone; it has no references to lay out."
    elif count == 1:
        subject = "This is a layout of your reference with your words beside it."
    else:
        subject = f"This is a layout of your {count} references with your words beside them."
    return f"{subject} No AI generated anything, and nothing left this machine."
