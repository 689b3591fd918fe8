"""What is written in a picture: labels, posters, packaging."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of text, as far as a reader could make it out.

    Attributes:
        text: as it stands there, without the picture's line breaks.
        confidence: from 0 to 1, as the reader gives it.
        corners: clockwise from the top left of the line, each x and y as parts of the upright
            picture's width and height, from 0 to 1; a line may stand at any angle.
    """

    text: str
    confidence: float
    corners: tuple[tuple[float, float], ...]
