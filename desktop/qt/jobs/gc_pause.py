"""Python's cycle collector, kept away from the library."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def gc_paused() -> Generator[None]:
    """What is made within is never searched for cycles; it must hold none.

    A full collection stops every thread, the window's too, and looks at each asset: a tenth of a
    second for 100,000, several times while they are read. Reference counts free them all the same.
    """
    gc.collect(1)  # the young garbage, so that it is not kept along
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
