"""What takes a decoder hours or gigabytes costs its own file, some seconds and bounded memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.core.errors import FileDamaged, FileTooLarge
from desktop.core.pixels import PixelSpec
from desktop.media.renditions import load_renditions
from desktop.media.sandbox.libraries import load_libraries
from desktop.media.sandbox.pool import Sandbox
from tests.media import endless


def test_it_is_given_up_in_time_and_the_next_one_is_read(tmp_path: Path) -> None:
    sandbox = Sandbox(load_libraries, size=1, seconds=1.0)
    control = endless.jpeg_of_scans(0, 64)
    try:
        for name, make in endless.MEMBERS.items():
            path = tmp_path / name
            path.write_bytes(make())
            with pytest.raises((FileTooLarge, FileDamaged)):
                load_renditions(path, 512, PixelSpec(224), sandbox=sandbox)
            assert load_renditions(control, 64, None, sandbox=sandbox).picture.width == 64
    finally:
        sandbox.close()
