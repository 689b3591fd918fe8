"""Pictures from Google's Gemini image models, over the network with the person's own key.

``checks`` decides what may leave, ``adapter`` asks, ``reply`` reads the answer, ``errors`` turns
what goes wrong into sentences.
Importing this loads neither google-genai nor httpx2: that takes seconds, and happens on first use.
"""

from desktop.generation.gemini.adapter import GeminiGenerator
from desktop.generation.gemini.checks import DEFAULT_BASE_URL

__all__ = ["DEFAULT_BASE_URL", "GeminiGenerator"]
