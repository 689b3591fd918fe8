"""Backup, restore, relocation, export, import and sidecars from the command line."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from desktop.config.options import EngineOptions
from desktop.wiring.engine import open_engine
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
    with open_engine(EngineOptions(profile_dir=tmp_path / "profile"), {}):
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


def test_templates_of_ones_own_come_back_to_another_profile(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    run("template", "export", "key-art", tmp_path / "mine.json")
    written = json.loads((tmp_path / "mine.json").read_text())
    (tmp_path / "mine.json").write_text(json.dumps({**written, "name": "mine"}))
    run("template", "import", tmp_path / "mine.json")
    run("backup", tmp_path / "b.zip")
    assert run("restore", tmp_path / "b.zip", tmp_path / "here")["templates"] == []
    other = tmp_path / "other profile"
    told = run("restore", tmp_path / "b.zip", tmp_path / "new", "--profile-dir", other)
    assert told["templates"] == ["mine"]
    run("template", "show", "mine", "--profile-dir", other)


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


def test_a_folder_is_removed_and_has_its_tags_when_it_is_added_again(
    run: Run, folder: Path
) -> None:
    assert run("remove-folder", folder) == {"folder": str(folder), "pictures": 3}
    assert run("search", "夏天")["hits"] == []
    assert run("remove-folder", folder, expect=2)["error"]["kind"] == "usage"
    run("index", folder)
    assert len(run("search", "夏天")["hits"]) == 3


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


def test_a_strangers_backup_sends_and_shares_nothing(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    """It says where keys, tokens and pictures go; nobody here has said so."""
    profile = Path(os.environ["PLANTAIN_PROFILE_DIR"])
    settings = {
        "gemini_base_url": "https://stranger.example",
        "store_uri": "",
        "team": "theirs",
        "team_uri": "https://ann:pass@stranger.example:1",
        "theme": "light",
    }
    (profile / "settings.json").write_text(json.dumps(settings))
    run("team", "root", "Campaigns", folder)
    run("backup", tmp_path / "b.zip")
    other = tmp_path / "other profile"
    run("restore", tmp_path / "b.zip", tmp_path / "new", "--profile-dir", other)
    restored = json.loads((other / "settings.json").read_text())
    assert restored["theme"] == "light"
    assert not any(restored[name] for name in ("gemini_base_url", "team", "team_uri", "store_uri"))
    new = ("--profile-dir", other, "--library", tmp_path / "new")
    assert run("team", "status", *new)["roots"] == []
    ids = set()
    for library in (profile / "library", tmp_path / "new"):
        with closing(sqlite3.connect(library / "catalog.sqlite")) as connection:
            ids.add(connection.execute("SELECT id FROM library").fetchone())
    assert len(ids) == 2, "each has its own, so neither writes over the other's vectors"
    trusted = tmp_path / "trusted profile"
    run(
        *("restore", tmp_path / "b.zip", tmp_path / "own", "--with-addresses"),
        *("--profile-dir", trusted),
    )
    restored = json.loads((trusted / "settings.json").read_text())
    assert restored["gemini_base_url"] == "https://stranger.example"
    new = ("--profile-dir", trusted, "--library", tmp_path / "own")
    assert [root["name"] for root in run("team", "status", *new)["roots"]] == ["Campaigns"]
