"""That reading was stopped is kept beside the library, as far as its disk lets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.core.errors import LibraryError
from desktop.services.engine import Engine


def test_a_disk_that_does_not_keep_it_is_named(engine: Engine, tmp_path: Path) -> None:
    stop = engine.indexing_stop
    stop._marker = tmp_path / "away" / "stopped"
    with pytest.raises(LibraryError, match="away could not be used: No such file"):
        stop.set()
    (tmp_path / "away" / "stopped").mkdir(parents=True)
    with pytest.raises(LibraryError):
        stop.lift()
