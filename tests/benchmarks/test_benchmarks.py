"""Benchmarks are run by hand; this keeps what they call from changing behind their back."""

from __future__ import annotations

import pytest

from tests.benchmarks import indexing, photographs, rescan
from tests.benchmarks.models import demo_model


def test_the_stages_of_indexing_can_be_measured_apart() -> None:
    folders = [photographs.small_pictures(8)]
    with indexing._engine(demo_model()) as engine:
        run, count = indexing._index(engine, folders)
        figures = indexing._stages(engine.model.encoder(), folders, run)
    assert count == 8
    assert figures.keys() >= {"efficiency", "decode_cpu_ms_per_picture"}
    assert min(figures.values()) > 0


def test_a_rescan_can_be_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rescan, "QUICK_FILES", 200)
    figures = rescan.measure(True)
    assert figures["files"] == 200
    assert figures["rescan_over_walk"] > 0
