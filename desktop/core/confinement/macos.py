"""macOS's sandbox: a profile that a process puts on itself. Not tested: nobody here has a Mac."""

from __future__ import annotations

import ctypes

_LIBRARY = "/usr/lib/libSystem.dylib"
_ALONE = """(version 1)
(allow default)
(deny network*)
(deny process-fork)
(deny process-exec*)
(deny signal (target others))
"""
_WITHOUT_FILES = """(deny file-write*)
(allow file-write* (literal "/dev/null"))
(deny file-read-data)
(allow file-read-data (subpath "/System") (subpath "/Library/Fonts") (subpath "/usr/share")
    (literal "/dev/null") (literal "/dev/urandom"))
"""


def restrict(*, has_files: bool) -> bool:
    """Start nothing and reach nobody; unless ``has_files``, change nothing and read nothing but
    fonts. True where the system enforces it."""
    try:
        system = ctypes.CDLL(_LIBRARY)
        profile = _ALONE + ("" if has_files else _WITHOUT_FILES)
        error = ctypes.c_char_p()
        return not system.sandbox_init(profile.encode(), ctypes.c_uint64(0), ctypes.byref(error))
    except (OSError, AttributeError):
        return False
