"""``plantain rights``: what is said binds what is sent, and all of it is told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from desktop.config.options import EngineOptions
from desktop.config.settings import Settings, save_settings
from tests import pictures
from tests.commands.conftest import Run
from tests.fakes.gemini import GeminiServer


@pytest.fixture
def folder(tmp_path: Path, run: Run) -> Path:
    pictures.fill(tmp_path / "pictures", 3)
    run("index", tmp_path / "pictures")
    return tmp_path / "pictures"


def test_a_picture_that_may_not_leave_is_never_sent(
    run: Run, folder: Path, server: GeminiServer, tmp_path: Path
) -> None:
    one = folder / "0000.png"
    assert run("rights", "set", "--private", one)["changed"] == 1
    assert run("search", "is:private")["hits"][0]["path"] == str(one)
    for extra in ((), ("--dry-run",)):
        refused = run("generate", "a cape", "--ref", one, *extra, expect=1)["error"]
        assert refused["kind"] == "rights"
        assert "0000.png may not be sent" in refused["message"]
        assert "never leaves this machine" in refused["message"]
        assert refused["next_step"]
    copy = tmp_path / "elsewhere.png"
    copy.write_bytes(one.read_bytes())
    assert run("generate", "a cape", "--ref", copy, expect=1)["error"]["kind"] == "rights"
    assert server.requests == []
    run("generate", "a board", "--ref", one, "--generator", "moodboard")
    [made] = run("search", "is:private is:generated")["hits"]
    assert run("generate", "x", "--ref", made["path"], expect=1)["error"]["kind"] == "rights"
    run("rights", "set", "--not-private", one)
    run("generate", "a cape", "--ref", one)
    assert len(server.requests) == 1


def test_a_licence_that_ended_is_told_with_its_day(
    run: Run, folder: Path, server: GeminiServer
) -> None:
    one = folder / "0001.png"
    made = run("generate", "a cape", "--ref", one)["path"]
    run("rights", "set", "--licence", "Stock 7", "--expires", "2020-05-31", folder)
    told = run("rights", "show", one)
    assert (told["may_be_sent"], told["licence"], told["expires"]) == (
        *(False, "Stock 7", "2020-05-31"),
    )
    assert told["claims"][0]["origin"] == "folder"
    found = run("search", "is:made-from-expired")["hits"]
    assert [each["path"] for each in found] == [made]
    assert "2020-05-31" in run("rights", "show", made)["reasons"][0]
    listed = run("rights", "list")
    assert [each["folder"] for each in listed["folders"]] == [str(folder)]
    run("rights", "set", "--expires", "2999-12-31", folder)
    assert run("rights", "show", one)["licence"] == "Stock 7", "what is not named stays"
    assert run("rights", "show", one)["may_be_sent"]


def test_proposals_leave_out_what_may_not_be_sent(run: Run, folder: Path) -> None:
    def proposed() -> set[str]:
        things = run("propose", "0000 and 0001")["things"]
        return {Path(each["path"]).name for thing in things for each in thing["references"]}

    assert {"0000.png", "0001.png"} <= proposed()
    run("board", "create", "Closed", folder / "0000.png")
    run("rights", "set", "--private", "--board", "Closed")
    assert "0000.png" not in proposed()
    assert "0001.png" in proposed()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--expires", "tomorrow"), "no day"),
        ((), "Nothing is said"),
    ],
)
def test_what_makes_no_sense_is_refused(
    run: Run, folder: Path, words: tuple[str, ...], said: str
) -> None:
    assert said in run("rights", "set", *words, folder, expect=2)["error"]["message"]


def test_offline_nothing_is_asked_and_no_key_is_needed(
    run: Run, folder: Path, server: GeminiServer
) -> None:
    settings = EngineOptions.from_environment(os.environ).profile.settings
    save_settings(settings, Settings(works_offline=True))
    refused = run("generate", "a cape", "--ref", folder / "0000.png", expect=1)["error"]
    assert refused["kind"] == "working_offline"
    assert server.requests == []
    assert run("generate", "a board", "--generator", "moodboard")["path"]
