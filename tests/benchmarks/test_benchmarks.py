"""Benchmarks are run by hand; this keeps what they call from changing behind their back."""

from __future__ import annotations

import pytest

from tests.benchmarks import curation, indexing, photographs, preview, rescan, tag_suggestions
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


def test_what_is_said_of_many_pictures_can_be_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(curation, "QUICK_ASSETS", 600)
    figures = curation.measure(True)
    assert figures["assets"] == 600
    assert figures.keys() >= {f"{name}_s" for name in curation.CHANGES}


def test_looking_at_pictures_large_can_be_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview, "QUICK_SIZE", (300, 200))
    monkeypatch.setattr(preview, "QUICK_LARGE", (3000, 2000))
    figures = preview.measure(True)
    assert figures.keys() >= preview.TARGETS.keys()
    assert figures["photographs"] == preview.QUICK_PHOTOGRAPHS


def test_suggestions_can_be_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tag_suggestions, "QUICK_PICTURES", 12)
    figures = tag_suggestions.measure(True)
    assert figures["pictures"] == 12
    assert 0 <= figures["first_suggestion_precision"] <= 1
