"""Tags, stars, notes and boards from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.cli import main
from tests import pictures
from tests.commands.conftest import Run


@pytest.fixture
def folder(tmp_path: Path, run: Run) -> Path:
    """Four pictures that are in the library, without a model."""
    pictures.fill(tmp_path / "pictures", 4)
    run("index", tmp_path / "pictures")
    return tmp_path / "pictures"


def test_pictures_are_tagged_rated_noted_and_shown(run: Run, folder: Path) -> None:
    one, two = folder / "0000.png", folder / "0001.png"
    assert run("tag", "add", "夏天 sun", folder)["changed"] == 4
    assert run("tag", "remove", "夏天 SUN", one)["changed"] == 1
    assert run("tag", "rename", "夏天 sun", "Summer")["changed"] == 3
    assert run("tag", "list")["tags"] == [{"name": "Summer", "count": 3}]
    assert run("rate", 4, one, two)["changed"] == 2
    assert run("rate", 4, one, two)["changed"] == 0
    run("note", "by the sea", two)
    shown = run("show", two)
    assert shown["path"] == str(two)
    assert (shown["tags"], shown["rating"], shown["note"]) == (["Summer"], 4, "by the sea")
    assert run("show", one)["tags"] == []


def test_boards_keep_their_order(run: Run, folder: Path) -> None:
    paths = [str(folder / f"{number:04}.png") for number in range(4)]
    run("board", "create", "Mood", paths[2], paths[0])
    run("board", "add", "mood", paths[3], "--at", 0)
    run("board", "remove", "Mood", paths[0], paths[1])
    assert run("board", "show", "Mood")["paths"] == [paths[3], paths[2]]
    run("board", "rename", "Mood", "Spring")
    assert run("board", "list")["boards"] == [{"name": "Spring", "count": 2}]
    assert run("show", paths[3])["boards"] == ["Spring"]
    run("board", "delete", "Spring")
    assert run("board", "show", "Spring", expect=1)["error"]["kind"] == "library"


def test_what_is_kept_is_no_longer_rejected_and_favourites_are_apart(
    run: Run, folder: Path
) -> None:
    one = folder / "0000.png"
    assert run("flag", "add", "rejected", folder)["changed"] == 4
    assert run("flag", "add", "kept", one)["changed"] == 1
    assert run("flag", "add", "favourite", one)["changed"] == 1
    assert run("flag", "list")["flags"] == {"favourite": 1, "kept": 1, "rejected": 3}
    assert run("show", one)["flags"] == ["favourite", "kept"]
    assert run("flag", "remove", "favourite", folder)["changed"] == 1
    assert run("show", one)["flags"] == ["kept"]


def test_a_renamed_file_keeps_what_was_said(run: Run, folder: Path) -> None:
    one, two = folder / "0000.png", folder / "0001.png"
    run("tag", "add", "hero", one)
    answer = run("rename", one, "hero shot.png")
    assert answer == {"path": str(folder / "hero shot.png"), "was": "0000.png"}
    assert not one.exists()
    assert run("show", folder / "hero shot.png")["tags"] == ["hero"]
    assert run("rename", two, "hero shot.png", expect=1)["error"]["kind"] == "library"
    assert run("rename", two, "two.jpg", expect=2)["error"]["kind"] == "usage"
    assert run("rename", folder, "other", expect=2)["error"]["kind"] == "usage"
    assert two.exists()


def test_what_makes_no_sense_is_refused_with_a_reason(run: Run, folder: Path) -> None:
    assert run("tag", "add", " ", folder, expect=2)["error"]["kind"] == "usage"
    assert run("rate", 6, folder, expect=2)["error"]["kind"] == "usage"
    unknown = run("tag", "add", "a", folder.parent / "else.png", expect=1)["error"]
    assert "else.png" in unknown["message"]
    assert "plantain index" in unknown["next_step"]


def test_people_read_it_as_lines(
    run: Run, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("tag", "add", "cat", folder)
    assert main(["tag", "list"]) == 0
    assert capsys.readouterr().out == "     4  cat\n"
    assert main(["show", str(folder / "0000.png")]) == 0
    assert "tags          cat\n" in capsys.readouterr().out


def test_what_is_missing_is_said_in_a_word(
    run: Run, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = folder / "0000.png"
    picture.unlink()
    run("index", folder)
    assert main(["show", str(picture)]) == 0
    assert "is missing    yes\n" in capsys.readouterr().out
