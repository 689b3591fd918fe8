"""A search that was saved in the window, asked by a command."""

from __future__ import annotations

import os
from pathlib import Path

from desktop.config.options import EngineOptions
from desktop.core.saved_search import SavedSearch
from desktop.wiring.engine import open_engine
from tests import pictures
from tests.commands.conftest import Run


def test_the_command_finds_what_was_saved(run: Run, tmp_path: Path) -> None:
    pictures.fill(tmp_path / "pictures", 4)
    run("index", tmp_path / "pictures")
    with open_engine(EngineOptions.from_environment(os.environ), {}) as engine:
        engine.saved_searches.save(SavedSearch("PNG alone", "type:png"))
    found = run("search", "--saved", "png ALONE")
    assert found["hits"] == run("search", "type:png")["hits"]
    assert found["hits"]
    run("search", "--saved", "another", expect=2)
