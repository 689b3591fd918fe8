"""Whose certificates are trusted: those of the system, or those that ``SSL_CERT_FILE`` names."""

from __future__ import annotations

import functools
import ssl
from contextlib import suppress
from pathlib import Path


def trusted() -> ssl.SSLContext:
    """Read once, and anew when they change: it takes 30 ms of a processor, and Google's SDK would
    do it twice a request beside us.

    Blocks.
    """
    paths = ssl.get_default_verify_paths()
    states: list[tuple[str, int]] = []
    for path in filter(None, (paths.cafile, paths.capath)):
        with suppress(OSError):  # what is not there is not trusted
            states.append((path, Path(path).stat().st_mtime_ns))
    return _read(*states)


@functools.lru_cache(maxsize=1)
def _read(*_states: tuple[str, int]) -> ssl.SSLContext:
    import httpx2

    return httpx2.create_ssl_context()
