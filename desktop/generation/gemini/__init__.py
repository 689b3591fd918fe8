"""Pictures from Google's Gemini image models, over the network with the person's own key.

``checks`` decides what may leave, ``adapter`` asks by way of ``sending``, ``reply`` and
``interaction`` read the answers of the two APIs; ``refusals`` turns what Google refuses into
sentences, ``errors`` what keeps an answer from coming.
Importing this loads neither google-genai nor httpx2: that takes seconds, and happens on first use.
"""

from desktop.generation.gemini.adapter import GeminiGenerator
from desktop.generation.gemini.checks import DEFAULT_BASE_URL

__all__ = ["DEFAULT_BASE_URL", "GeminiGenerator"]
