"""A decoder process for drawings."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from desktop.media.sandbox.libraries import load_libraries
from desktop.media.sandbox.pool import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox(load_libraries, size=1)
    yield made
    made.close()
