"""A video among the hits: its time, in words and in JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from desktop.cli import main
from tests.embedding import tiny
from tests.movies import BLUE, GREEN, LOSSLESS, RED, make_movie


def test_a_hit_in_a_video_is_told_with_its_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = str(tiny.save_with_sidecar(tmp_path))
    folder = tmp_path / "videos"
    folder.mkdir()
    clip = make_movie(folder / "clip.mkv", [(RED, 61), (GREEN, 5), (BLUE, 5)], LOSSLESS.at(2))
    Image.new("RGB", (80, 60), GREEN).save(tmp_path / "green.png")
    assert main(["--model", model, "index", str(folder)]) == 0
    capsys.readouterr()
    search = ["--model", model, "search", "--image", str(tmp_path / "green.png")]
    assert main(search) == 0
    line = capsys.readouterr().out
    assert line.rstrip().endswith(f"{clip} @ 1:01  looks like it 1.00")
    assert main([*search, "--json", "--contact-sheet", str(tmp_path / "sheet.png")]) == 0
    [hit] = json.loads(capsys.readouterr().out)["hits"]
    assert 61_000 <= hit["position_ms"] < 62_000
