"""Commands share one encoder's process; that they start their own is seen in tests/embedding."""

from __future__ import annotations

import pytest

from desktop.embedding.process import ProcessEncoder
from tests.lent import lend


@pytest.fixture(autouse=True)
def _one_process_for_all(tiny_process: ProcessEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    lend(tiny_process, monkeypatch)
