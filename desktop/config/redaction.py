"""Keys and tokens taken out of text that people may pass on: by what they are, and by how they
look.
"""

from __future__ import annotations

import base64
import re
from urllib.parse import quote

HIDDEN = "[hidden]"

_SHORTEST = 6
"""A shorter "secret" would blank out ordinary words; it protects nothing anyway."""

_LOOKS_SECRET = re.compile(
    r"AIza[\w\-]{10,}"  # Google
    r"|\bhf_\w{16,}|\bsk-[\w\-]{16,}|\bgh[pousr]_\w{16,}"  # Hugging Face, OpenAI, GitHub
    r"|\beyJ[\w\-]{8,}\.[\w\-]+\.[\w\-]*"  # JSON web tokens
    # user:password in an address, whatever the password holds; bounded, since each "://" of a long
    # line would be the beginning of one that ends nowhere
    r"|(?<=://)[^\s'\"<>]{1,1000}(?=@)"
    # After a name: token=…, "api_key": "…", x-goog-api-key: …, Authorization: Bearer …
    # (what stands before "key" is no part of the match: it would be looked at again and again)
    r"|(?i:(?<![a-z])(?:key|token|secret|password|authorization)"
    r"""["']?\s?[=:]\s?["']?(?:(?:bearer|basic)\s)?|\bbearer\s)(?P<value>[^\s'",&;)\]}]+)"""
)


class Redactor:
    """Blanks secrets out of text; ``hide`` makes one more value known to it."""

    def __init__(self) -> None:
        self._known: tuple[str, ...] = ()

    def hide(self, secret: str) -> None:
        """Blank this value from now on, whatever it looks like, also as HTTP headers carry it."""
        if len(secret) < _SHORTEST or secret in self._known:
            return
        encoded = base64.b64encode(secret.encode()).decode()
        self._known += (secret, encoded, quote(secret, safe=""))

    def __call__(self, text: str) -> str:
        for secret in self._known:
            text = text.replace(secret, HIDDEN)
        return _LOOKS_SECRET.sub(_blank, text)


def _blank(match: re.Match[str]) -> str:
    """The value alone, so that it is seen what was hidden."""
    value = match["value"]
    return HIDDEN if value is None else match[0][: -len(value)] + HIDDEN
