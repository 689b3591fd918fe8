"""The offline generator lays out what it was given and claims nothing more."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from desktop.core.cancellation import CancelToken
from desktop.core.errors import Cancelled, UsageError
from desktop.core.generation_record import GenerationRequest, Usage
from desktop.generation.generator import GenerationResult, ImageGenerator, ReferenceImage
from desktop.generation.moodboard import MoodBoardGenerator


class Renderer:
    """Remembers what it was asked to draw."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []

    def __call__(
        self,
        prompt: str,
        pictures: Sequence[bytes],
        labels: Sequence[str],
        scores: Sequence[float | None],
        aspect_ratio: str,
        long_side: int,
    ) -> bytes:
        self.calls.append(
            (prompt, list(pictures), list(labels), list(scores), aspect_ratio, long_side)
        )
        return b"board"


def drawn(
    render: Renderer,
    wish: GenerationRequest,
    references: Sequence[ReferenceImage],
    cancel: CancelToken,
) -> GenerationResult:
    board = MoodBoardGenerator(render)
    return board.read(board.ask(wish, references, cancel, lambda: None))


REFERENCES = [
    ReferenceImage(b"one", "image/jpeg", label="one.jpg", score=0.3),
    ReferenceImage(b"two", "image/png", label="two.png"),
]


def test_it_is_an_image_generator_that_works_offline():
    generator: ImageGenerator = MoodBoardGenerator(Renderer())
    assert (generator.name, generator.is_offline) == ("moodboard", True)
    assert generator.label == "Mood board (offline)"


def test_the_renderer_gets_everything_in_order():
    render = Renderer()
    wish = GenerationRequest("kettles", aspect_ratio="3:2", image_size="2K")
    drawn(render, wish, REFERENCES, CancelToken())
    expected = ("kettles", [b"one", b"two"], ["one.jpg", "two.png"], [0.3, None], "3:2", 2048)
    assert render.calls == [expected]


@pytest.mark.parametrize(("size", "pixels"), [("1K", 1024), ("2K", 2048), ("4K", 4096)])
def test_sizes_are_long_sides_in_pixels(size: str, pixels: int):
    render = Renderer()
    wish = GenerationRequest("kettles", image_size=size)
    drawn(render, wish, [], CancelToken())
    assert render.calls[0][-1] == pixels


@pytest.mark.parametrize(
    ("count", "words"), [(0, "your words alone"), (1, "your reference"), (2, "your 2 references")]
)
def test_it_says_honestly_what_the_board_is(count: int, words: str):
    result = drawn(Renderer(), GenerationRequest("kettles"), REFERENCES[:count], CancelToken())
    assert result.images == (b"board",)
    assert (result.model, result.usage) == ("moodboard-1", Usage())
    assert words in result.text
    assert result.text.endswith("No AI generated anything, and nothing left this machine.")


@pytest.mark.parametrize(
    "wish",
    [
        GenerationRequest(" "),
        GenerationRequest("kettles", image_size="512"),
        GenerationRequest("kettles", aspect_ratio="0:1"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_a_next_step(wish: GenerationRequest):
    render = Renderer()
    with pytest.raises(UsageError) as caught:
        drawn(render, wish, [], CancelToken())
    assert caught.value.next_step
    assert render.calls == []


def test_a_cancelled_board_is_not_drawn():
    render, cancel = Renderer(), CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        drawn(render, GenerationRequest("kettles"), [], cancel)
    assert render.calls == []
