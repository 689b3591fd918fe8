"""Back-up, restore, relocation, export, import and side-cars from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.config.options import EngineOptions
from desktop.wiring import Engine
from tests import pictures
from tests.commands.conftest import Run


@pytest.fixture
def folder(tmp_path: Path, run: Run) -> Path:
    pictures.fill(tmp_path / "pictures", 3)
    run("index", tmp_path / "pictures")
    run("tag", "add", "夏天", tmp_path / "pictures")
    run("board", "create", "Mood", tmp_path / "pictures" / "0002.png")
    return tmp_path / "pictures"


def test_a_library_is_backed_up_beside_the_window_and_restored(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    with Engine(EngineOptions(profile_dir=tmp_path / "profile"), {}):
        made = run("backup", tmp_path / "b.zip")
        assert run("tag", "add", "x", folder, expect=1)["error"]["kind"] == "library_in_use"
    assert made["size"] == (tmp_path / "b.zip").stat().st_size
    assert "exists" in run("backup", tmp_path / "b.zip", expect=1)["error"]["message"]
    new = tmp_path / "new"
    assert run("restore", tmp_path / "b.zip", new)["files"] == 2
    shown = run("show", folder / "0002.png", "--library", new)
    assert (shown["tags"], shown["boards"]) == (["夏天"], ["Mood"])
    assert len(run("search", "夏天", "--library", new)["hits"]) == 3
    error = run("restore", tmp_path / "b.zip", new, expect=1)["error"]
    assert "not empty" in error["message"]


def test_a_library_that_is_not_there_is_not_backed_up_as_an_empty_one(
    run: Run, tmp_path: Path
) -> None:
    for words in (("backup", tmp_path / "b.zip"), ("export", tmp_path / "e.json")):
        assert "no library" in run(*words, expect=1)["error"]["message"]
    assert not list(tmp_path.glob("*.zip")) + list(tmp_path.glob("*.json"))


def test_settings_come_back_to_a_profile_that_has_none(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    run("backup", tmp_path / "b.zip")
    other = tmp_path / "other profile"
    run("restore", tmp_path / "b.zip", tmp_path / "new", "--profile-dir", other)
    assert (other / "settings.json").exists()


def test_what_was_entered_goes_out_and_comes_back(run: Run, folder: Path, tmp_path: Path) -> None:
    assert run("export", tmp_path / "out")["assets"] == 3
    json_file, csv_file = sorted((tmp_path / "out").iterdir(), reverse=True)
    assert (json_file.suffix, csv_file.suffix) == (".json", ".csv")
    run("tag", "remove", "夏天", folder)
    run("board", "delete", "Mood")
    assert run("import-annotations", csv_file)["changed"] == 3
    assert run("board", "show", "Mood")["paths"] == [str(folder / "0002.png")]
    assert run("import-annotations", json_file)["changed"] == 0
    run("export", tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == json_file.read_bytes()
    (folder / "0001.png").rename(tmp_path / "away.png")
    elsewhere = ("--library", tmp_path / "empty")
    report = run("import-annotations", json_file, *elsewhere)
    assert (report["found"], len(report["unknown"])) == (0, 3)


def test_a_folder_is_relocated(run: Run, folder: Path, tmp_path: Path) -> None:
    new = tmp_path / "archive"
    folder.rename(new)
    report = run("relocate", folder, new)
    assert (report["assets"], report["missing"], report["added"]) == (3, 0, 0)
    assert run("show", new / "0001.png")["tags"] == ["夏天"]
    assert run("relocate", folder, new, expect=1)["error"]["kind"] == "library"


def test_side_cars_are_written_and_read(run: Run, folder: Path) -> None:
    assert run("sidecars", "write")["changed"] == 3
    run("tag", "remove", "夏天", folder)
    assert run("sidecars", "read", folder / "0001.png")["changed"] == 1
    assert run("tag", "list")["tags"] == [{"name": "夏天", "count": 1}]
