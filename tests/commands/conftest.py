"""Commands share one encoder's process; that they start their own is seen in tests/embedding."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from desktop.cli import main
from desktop.embedding.runtime.process_encoder import ProcessEncoder
from tests.fakes.gemini import GeminiServer
from tests.lent import SharedDecoders, lend, lend_decoders

Json = dict[str, Any]
Run = Callable[..., Json]


@pytest.fixture(autouse=True)
def _one_process_for_all(
    tiny_process: ProcessEncoder, decoders: SharedDecoders, monkeypatch: pytest.MonkeyPatch
) -> None:
    lend(tiny_process, monkeypatch)
    lend_decoders(decoders, monkeypatch)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[GeminiServer]:
    """A stand-in for Gemini, which commands ask with a key."""
    with GeminiServer() as running:
        monkeypatch.setenv("PLANTAIN_GEMINI_BASE_URL", running.base_url)
        monkeypatch.setenv("GEMINI_API_KEY", "AIza-test")
        yield running


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command with ``--json``; returns what it printed."""

    def run_it(*words: object, expect: int = 0) -> Json:
        code = main([*(str(word) for word in words), "--json"])
        printed = capsys.readouterr()
        assert code == expect, printed
        return json.loads(printed.out)

    return run_it
