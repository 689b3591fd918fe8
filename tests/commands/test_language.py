"""The command line in another language."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop import cli
from desktop.config import language as choosing
from desktop.config.settings import Settings, save_settings
from desktop.core.text import Language, language, speak
from tests.pseudo import CODE, unmarked, write_pseudo

_WORD = re.compile(r"(?<![\w-])[a-z][a-z-]{2,}(?![\w-])")


@pytest.fixture
def pseudo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Language]:
    """A build that has one more language, which the environment asks for."""
    made = write_pseudo(tmp_path / "translations")
    monkeypatch.setattr(choosing, "resource", lambda _: made.folder)
    monkeypatch.setenv("PLANTAIN_LANGUAGE", CODE)
    before = language()
    yield made
    speak(before)


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from parsers(below)


def test_all_words_of_the_help_are_marked(pseudo: Language) -> None:
    """But for what is typed: commands, options and what stands for their arguments."""
    cli.translate_argparse()
    speak(pseudo)
    parser = cli._parser()
    cli._add_commands(parser)
    for each in parsers(parser):
        typed = {*each.prog.split()}
        for action in each._actions:
            typed.update(map(str, action.choices or ()))
            typed.update(_WORD.findall(str(action.metavar)))
        # Wrapped at the width of the terminal, also within a sentence.
        words = unmarked(" ".join(each.format_help().split()))
        assert {*_WORD.findall(words)} <= typed, each.prog


@pytest.mark.usefixtures("pseudo")
@pytest.mark.parametrize(
    "given",
    [
        ["search"],
        ["search", "x", "-k", "0"],
        ["rate", "many", "a.png"],
        ["tag", "add"],
        ["nothing"],
    ],
)
def test_what_is_wrong_with_the_arguments_is_told_in_the_language(
    given: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        raise SystemExit(cli.main(given))
    assert not _WORD.findall(unmarked(capsys.readouterr().err))


@pytest.mark.usefixtures("pseudo")
def test_keys_of_json_stay_english(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["search", "--json"])
    told = json.loads(capsys.readouterr().out)["error"]
    assert told["kind"] == "usage"
    assert told["message"].startswith("⟦")


def test_the_setting_chooses_the_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = language()
    monkeypatch.delenv("PLANTAIN_LANGUAGE")
    save_settings(tmp_path / "profile/settings.json", Settings(language="zh_CN"))
    try:
        cli.main(["--profile-dir", str(tmp_path / "profile"), "search"])
    finally:
        speak(before)
    assert "请输入文字或选择图片" in capsys.readouterr().err


def test_the_log_is_english_in_every_language(
    pseudo: Language, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli.main(["search", "--image", str(tmp_path / "none.png")])
    assert "⟦" in capsys.readouterr().err
    assert "⟦" not in (tmp_path / "profile/logs/plantain.log").read_text("utf-8")
