"""Everything that one generation needs, in one serialisable value."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

ASPECT_RATIOS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
"""The ten ratios that every current Gemini image model accepts (width:height)."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A picture that goes along with the prompt.

    Attributes:
        path: the file.
        asset_id: its identity in the library; None for a file from outside it.
        score: cosine similarity to the prompt; None when a person chose the picture.
        reason: in a person's words, why it is here ("matches the prompt", "chosen by you").
    """

    path: Path
    asset_id: int | None = None
    score: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """What to make.

    Attributes:
        prompt: the person's words; never empty.
        references: in the order in which they reach the model.
        generator: name of an ``ImageGenerator`` ("gemini", "moodboard").
        model: the generator's model id; empty for its default.
        aspect_ratio: width:height, one of ``ASPECT_RATIOS``.
        image_size: "1K", "2K" or "4K" (long side, roughly 1024, 2048, 4096 pixels).
    """

    prompt: str
    references: tuple[Reference, ...] = ()
    generator: str = "moodboard"
    model: str = ""
    aspect_ratio: str = "1:1"
    image_size: str = "1K"


@dataclass(frozen=True, slots=True)
class ReferenceImage:
    """A reference as it is sent: re-encoded, metadata stripped.

    Attributes:
        data: an encoded picture.
        mime_type: "image/jpeg" or "image/png".
        label: the file's name, shown on boards; never sent to a service.
        score: as in ``Reference``.
    """

    data: bytes
    mime_type: str
    label: str = ""
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What a generation consumed, in tokens, as the service counts them."""

    prompt_tokens: int = 0
    output_tokens: int = 0
    thought_tokens: int = 0
    total_tokens: int = 0


@dataclass(frozen=True, slots=True)
class GenerationResult:
    """What came back.

    Attributes:
        images: encoded pictures as received, unverified; at least one.
        text: the text parts, joined; empty when there were none.
        model: the model version that answered.
    """

    images: tuple[bytes, ...]
    text: str = ""
    model: str = ""
    usage: Usage = field(default_factory=Usage)
