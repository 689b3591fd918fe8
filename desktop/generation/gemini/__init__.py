"""Pictures from Google's Gemini image models, over the network with the person's own key.

``checks`` decides what may leave, ``adapter`` asks by way of ``sending``, ``reply`` and
``interaction`` read the answers of the two APIs; ``refusals`` turns what Google refuses into
sentences. ``service_account`` is what Vertex takes in place of a key.
Importing this loads neither google-genai nor httpx2: that takes seconds, and happens on first use.
"""

from desktop.generation.gemini.adapter import GeminiGenerator, VertexGenerator
from desktop.generation.gemini.checks import (
    DEFAULT_BASE_URL,
    KEY_PAGE,
    KEY_VARIABLE,
    VERTEX_BASE_URL,
)

__all__ = [
    "DEFAULT_BASE_URL",
    "KEY_PAGE",
    "KEY_VARIABLE",
    "VERTEX_BASE_URL",
    "GeminiGenerator",
    "VertexGenerator",
]
