"""The offline generator: a board laid out from the references, drawn on this machine.

It lets people work from search to a saved, traceable picture without a key, a bill or a network.
The drawing itself is injected: pixels belong to ``media``, and rooms on one level do not import
each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from desktop.core.cancellation import CancelToken
from desktop.core.errors import UsageError
from desktop.core.generation_record import AUTO, GenerationRequest
from desktop.core.text import listed, marked, sentences, tr
from desktop.generation.capabilities import ASPECT_RATIOS, ModelCapabilities, ModelTable
from desktop.generation.generator import (
    Destination,
    GenerationResult,
    ReferenceImage,
    Reply,
    Turn,
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

_SQUARE = "1:1"
MODEL = "moodboard-1"
"""Changes with the layout, so that lineage tells which one drew a board."""


class MoodBoardGenerator:
    """An ``ImageGenerator`` that arranges the references and claims nothing more."""

    name: str = "moodboard"
    label: str = marked("Mood board (offline)")
    is_offline: bool = True
    recipient: str = ""
    models: ModelTable = ModelTable(
        "2026-11-29",
        MODEL,
        (
            ModelCapabilities(
                MODEL,
                marked("Mood board"),
                sizes=tuple(LONG_SIDES),
                ratios=ASPECT_RATIOS,
                image_prices=dict.fromkeys(LONG_SIDES, 0.0),
            ),
        ),
    )

    def __init__(self, render: BoardRenderer) -> None:
        self._render = render

    def destination(
        self, request: GenerationRequest, references: Sequence[ReferenceImage]
    ) -> Destination:
        """It stays here. Raises: UsageError as ``ask``."""
        _checked_long_side(request)
        return Destination(MODEL)

    def ask(
        self,
        request: GenerationRequest,
        references: Sequence[ReferenceImage],
        cancel: CancelToken,
        sending: Callable[[], None],
        history: Sequence[Turn] = (),
    ) -> Reply:
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
            _SQUARE if request.aspect_ratio == AUTO else request.aspect_ratio,
            long_side,
        )
        cancel.raise_if_cancelled()
        count = len(references).to_bytes(2)
        return Reply(count + board, model=MODEL)

    def read(self, reply: Reply) -> GenerationResult:
        """The board, and how many references are on it: the first two bytes."""
        count, board = int.from_bytes(reply.body[:2]), reply.body[2:]
        return GenerationResult((board,), _honest_text(count), MODEL)


def _checked_long_side(request: GenerationRequest) -> int:
    if not request.prompt.strip():
        raise UsageError(
            tr("The prompt is empty."),
            next_step=tr("Describe the picture you want; the words go on the board."),
        )
    if request.aspect_ratio not in (*ASPECT_RATIOS, AUTO):
        raise UsageError(
            tr(
                "A mood board cannot have the ratio {ratio}.",
                ratio=repr(request.aspect_ratio),
            ),
            next_step=tr("Choose one of: {choices}.", choices=listed(ASPECT_RATIOS)),
        )
    long_side = LONG_SIDES.get(request.image_size)
    if long_side is None:
        raise UsageError(
            tr(
                "A mood board cannot have the size {size}.",
                size=repr(request.image_size),
            ),
            next_step=tr("Choose one of: {choices}.", choices=listed(LONG_SIDES)),
        )
    return long_side


def _honest_text(count: int) -> str:
    if count == 0:
        subject = tr("This is a board with your words alone; it has no references to lay out.")
    elif count == 1:
        subject = tr("This is a layout of your reference with your words beside it.")
    else:
        subject = tr(
            "This is a layout of your {count} references with your words beside them.", count=count
        )
    return sentences(subject, tr("No AI generated anything, and nothing left this machine."))
