"""What a file's name may hold, and what it says of its kind."""

from __future__ import annotations

import os

FORBIDDEN = '/\\:*?"<>|'
"""By one of the systems that files and folders travel through."""
_LONGEST_SUFFIX = 16
"""Characters; what is longer is no suffix but the rest of a sentence with a full stop."""


def suffix_of(name: str | bytes | os.PathLike[str]) -> str:
    """The suffix of a file name or path, lower case, with its dot; bytes are a name as the file
    system stores it.

    Spaces and dots at the end count for nothing, as Windows leaves them out: "a.png " is a PNG.
    What holds a space, or is very long, is none.
    """
    suffix = os.path.splitext(os.fsdecode(name).rstrip(" .\t\u00a0\u3000"))[1].lower()  # noqa: PTH122
    return suffix if len(suffix) <= _LONGEST_SUFFIX and " " not in suffix else ""
