"""What a decoder process may take from the system: memory, time, fonts, and nothing else.

Linux enforces all of it. macOS enforces no memory limit on a process and Windows none that a
process sets on itself: there a picture's size, checked before it is decoded, and the time limit
are what protects, and the pixel limits of each decoder. What else is held where says
``core.confinement.rights``.
"""

from __future__ import annotations

import math
import os
import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from desktop.core.confinement.rights import give_up_all_but_decoding
from desktop.media.installed_fonts import font_folders

if sys.platform != "win32":
    import resource

_EXTRA_FILES = 16
"""Files open at once while ``files_allowed``; fonts in nested folders need a few."""
_GRACE_S = 5.0


def confine(memory: int) -> None:
    """Give up irrevocably what decoding never needs. Call it when all libraries are loaded.

    No core dump, no byte written to any file, no more than ``memory`` bytes beyond what is taken
    now; no file, folder, socket or pipe is opened any more, except while ``files_allowed``, and
    then only the fonts of the system; and nothing else is done to the disk, to other processes or
    over the network, as far as the system can prevent it. This thread should be the only one.
    """
    if sys.platform != "win32":
        _set_limits(memory)
    # Which font stands for which on Linux, and what a program opens in passing.
    told = [Path("/etc/fonts"), Path("/usr/share/fontconfig"), Path("/dev/null")]
    with files_allowed():
        give_up_all_but_decoding([*font_folders(), Path.home() / ".config" / "fontconfig", *told])


def address_space_allowed() -> int | None:
    """Bytes that whoever started this program lets it and its decoders map; None: no limit."""
    if sys.platform == "win32":
        return None
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    return None if soft == resource.RLIM_INFINITY else soft


def _set_limits(memory: int) -> None:
    if sys.platform == "win32":
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if sys.platform == "linux":
        pages = [int(count) for count in Path("/proc/self/statm").read_text("ascii").split()]
        size = resource.getpagesize()
        # Private memory that can be written, which is what decoding takes. Address space alone
        # would also count what threads reserve and never touch.
        data = pages[5] * size + memory
        _limit(resource.RLIMIT_DATA, data)
        space = pages[0] * size + 4 * memory
        _limit(resource.RLIMIT_AS, space)
    # The lowest number that is free: none below it can be opened, none from it on is allowed.
    free = os.dup(0)
    os.close(free)
    _limit(resource.RLIMIT_NOFILE, free, free + _EXTRA_FILES)


def _limit(what: int, soft: int, hard: int | None = None) -> None:
    """Set a limit, or leave it as low as whoever started this program has set it."""
    if sys.platform != "win32":
        allowed = resource.getrlimit(what)[1]
        hard = soft if hard is None else hard
        if allowed != resource.RLIM_INFINITY:
            soft, hard = min(soft, allowed), min(hard, allowed)
        resource.setrlimit(what, (soft, hard))


@contextmanager
def files_allowed() -> Generator[None]:
    """Files may be opened meanwhile, also in a confined process. For what is not up to the
    picture: fonts of the system, or a file that the program itself hands over."""
    if sys.platform == "win32":
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def end_after(seconds: float) -> None:
    """The system ends this process then, whatever it does; 0: it does not.

    The program kills a decoder that takes too long. This is for the one whose program is gone,
    and that spins in C code, so that no thread of its own can notice.
    """
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, math.ceil(seconds) + _GRACE_S if seconds else 0)
