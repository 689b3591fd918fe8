"""The same program on a Milvus server: only the address changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop.cli import main
from tests import pictures
from tests.embedding import tiny
from tests.index.server import milvus_server


def test_index_search_and_generate_against_a_server(
    tmp_path: Path,
    plantain: Callable[..., dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    model = str(tiny.save_with_sidecar(tmp_path / "model"))
    folder = tmp_path / "pictures"
    pictures.fill(folder, 6)

    def run(*words: object) -> dict[str, Any]:
        return plantain(*words, "--model", model)

    with milvus_server(tmp_path / "milvus") as server:
        monkeypatch.setenv("PLANTAIN_STORE_URI", server.uri)
        monkeypatch.setenv("PLANTAIN_STORE_TOKEN", "root:Milvus")
        assert run("index", folder)["added"] == 6
        assert run("index", folder)["unchanged"] == 6
        hits = run("search", "--image", folder / "0003.png", "-k", 1)["hits"]
        assert hits[0]["path"] == str(folder / "0003.png")
        run("generate", "a cape", "--generator", "moodboard", "--auto-ref", 2)
        report = run("doctor")
        assert report["store"] == {"uri": server.uri, "vectors": 7, "has_token": True}
    assert not (tmp_path / "profile" / "library" / "vectors.db").exists()
    monkeypatch.setenv("PLANTAIN_STORE_URI", "http://127.0.0.1:9")
    assert main(["search", "x", "--model", model, "--json"]) == 1
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["kind"] == "store_unreachable"
    assert "127.0.0.1:9" in error["message"]
