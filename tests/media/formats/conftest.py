"""One decoder process for the formats of a file of tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from desktop.media.decode import load_picture
from desktop.media.sandbox.libraries import load_libraries
from desktop.media.sandbox.pool import Sandbox
from tests.media import originals
from tests.media.samples import encoded


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox(load_libraries, size=1, idle_s=3600)
    # So that its process is there before.
    load_picture(encoded(originals.known_picture(), "TIFF"), sandbox=made)
    yield made
    made.close()
