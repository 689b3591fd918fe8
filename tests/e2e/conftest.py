"""Windows in which text is not looked for, and commands that share one encoder's process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from desktop.cli import main
from desktop.embedding.runtime.process_encoder import ProcessEncoder
from desktop.qt.manage import text_controller
from tests.lent import lend


@pytest.fixture(scope="session", autouse=True)
def _text_in_pictures_waits() -> Iterator[None]:
    """Its process would be started in the middle of some test; its own tests do not wait."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_controller, "QUIET_MS", 3_600_000)
        yield


@pytest.fixture
def plantain(
    tiny_process: ProcessEncoder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., dict[str, Any]]:
    """Run a command that ends well, with ``--json``; returns what it printed."""
    lend(tiny_process, monkeypatch)

    def run(*words: object) -> dict[str, Any]:
        assert main([*map(str, words), "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return run
