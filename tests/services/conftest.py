"""A real engine on a tiny model of our own: real files, real SQLite, real Milvus Lite."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop.config.options import EngineOptions
from desktop.embedding.runtime.process_encoder import ProcessEncoder
from desktop.services.engine import Engine
from desktop.wiring import engine as wiring
from tests.embedding import tiny
from tests.lent import SharedDecoders, lend, lend_decoders

OpenEngine = Callable[..., Engine]


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint with random weights: good for plumbing, not for meaning."""
    return tiny.save_with_sidecar(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(autouse=True)
def _one_process_for_all(
    tiny_process: ProcessEncoder, decoders: SharedDecoders, monkeypatch: pytest.MonkeyPatch
) -> None:
    lend(tiny_process, monkeypatch)
    lend_decoders(decoders, monkeypatch)


@pytest.fixture
def open_engine(tmp_path: Path, tiny_model: Path) -> Iterator[OpenEngine]:
    """Opens the same profile, with the tiny model unless told otherwise; closes all at the end."""
    opened: list[Engine] = []

    def open_it(**options: object) -> Engine:
        values: dict[str, object] = {
            "profile_dir": tmp_path / "profile",
            "model": str(tiny_model),
            **options,
        }
        engine = wiring.open_engine(EngineOptions(**values), {})  # type: ignore[arg-type]
        opened.append(engine)
        return engine

    yield open_it
    for engine in opened:
        engine.close()


@pytest.fixture
def engine(open_engine: OpenEngine) -> Engine:
    return open_engine()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the person keeps pictures."""
    path = tmp_path / "pictures"
    path.mkdir()
    return path
