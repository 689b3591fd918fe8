"""Ctrl+C of ``plantain index`` is a stop that the window keeps to as well."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NoReturn

import pytest

from desktop.cli import main
from desktop.commands import index
from desktop.core.errors import Cancelled
from desktop.core.progress import ProgressSteps
from tests import pictures


def test_it_is_kept_until_all_folders_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures.fill(tmp_path / "pictures", 2)
    profile = tmp_path / "profile"
    mark = profile / "library" / "indexing-stopped"
    arguments = ["--profile-dir", str(profile), "index"]

    def interrupted(_: object) -> NoReturn:
        raise Cancelled

    with monkeypatch.context() as patch:
        patch.setattr(index, "follow", interrupted)
        assert main([*arguments, str(tmp_path / "pictures")]) != 0
    assert mark.exists()
    assert main([*arguments, str(tmp_path / "pictures")]) == 0
    assert mark.exists()  # these alone were asked for
    assert main(arguments) == 0
    assert not mark.exists()


def test_it_says_what_is_left_and_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pictures.fill(tmp_path / "pictures", 5)
    arguments = ["--profile-dir", str(tmp_path / "profile"), "--model", "demo"]

    def interrupted(steps: ProgressSteps[object]) -> NoReturn:
        for step in steps:
            if step.total == 5:  # they were found, and are to be read
                raise Cancelled
        raise AssertionError("there was nothing to stop")

    with monkeypatch.context() as patch:
        patch.setattr(index, "follow", interrupted)
        assert main([*arguments, "index", str(tmp_path / "pictures")]) != 0
    told = capsys.readouterr().err
    assert "plantain index" in told
    assert main([*arguments, "doctor", "--json"]) == 0
    left = json.loads(capsys.readouterr().out)["left_by_a_stop"]
    assert left
    assert f"Stopped: {left} picture" in told
    assert main([*arguments, "index"]) == 0
    capsys.readouterr()
    assert main([*arguments, "doctor", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["left_by_a_stop"] is None
