"""`duplicates`, `trash` and `ignore` on the command line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop.cli import main
from tests import pictures

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command with ``--json``, without a model; returns what it printed."""

    def run_it(*words: object, expect: int = 0) -> dict[str, Any]:
        code = main([*(str(word) for word in words), "--json"])
        printed = capsys.readouterr()
        assert code == expect, printed
        return json.loads(printed.out)

    return run_it


@pytest.fixture
def folder(tmp_path: Path, run: Run) -> Path:
    """Indexed: two pictures, and a copy of one of them in a folder of drafts."""
    [first, _] = pictures.fill(tmp_path / "pictures", 2)
    (tmp_path / "pictures" / "drafts").mkdir()
    shutil.copy2(first, tmp_path / "pictures" / "drafts" / "copy.png")
    run("index", tmp_path / "pictures")
    return tmp_path / "pictures"


def test_a_renamed_file_is_told_within_the_contract(run: Run, folder: Path) -> None:
    (folder / "0001.png").rename(folder / "renamed.png")
    report = run("index", folder)
    assert (report["updated"], report["added"], report["missing"]) == (1, 0, 0)


def test_duplicates_are_listed_with_the_one_to_keep(run: Run, folder: Path) -> None:
    [group] = run("duplicates")["groups"]
    assert {Path(asset["path"]).name for asset in group["assets"]} == {"0000.png", "copy.png"}
    assert group["keep"] == group["assets"][0]["id"]
    assert run("duplicates", "--near")["groups"] == []
    assert run("duplicates", "--distance", 3, expect=2)["error"]["kind"] == "usage"


def test_rules_are_previewed_added_listed_and_removed(run: Run, folder: Path) -> None:
    preview = run("ignore", "preview", "drafts/")
    assert (preview["hides"], preview["examples"]) == (1, [str(folder / "drafts" / "copy.png")])
    assert run("ignore", "list")["patterns"] == []
    assert run("ignore", "add", "drafts/")["hides"] == 1
    assert run("ignore", "list")["patterns"] == ["drafts/"]
    assert run("duplicates")["groups"] == []
    assert run("ignore", "remove", "drafts/")["shows"] == 1
    assert run("ignore", "remove", "drafts/", expect=2)["error"]["kind"] == "usage"


def test_only_pictures_of_the_library_are_moved_to_the_trash(
    run: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bin_folder = tmp_path / "home" / "Trash"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("send2trash.plat_other.HOMETRASH_B", bytes(bin_folder))
    stranger = pictures.save(tmp_path / "stranger.png", 9)
    run("trash", stranger, folder / "0001.png", expect=1)
    assert (stranger.exists(), (folder / "0001.png").exists()) == (True, True)
    assert len(run("trash", folder / "0001.png")["binned"]) == 1
    assert [path.name for path in (bin_folder / "files").iterdir()] == ["0001.png"]
