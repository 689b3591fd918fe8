"""The documents say what is so: what they name exists, and what people can use is in them."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator
from dataclasses import fields
from importlib.util import find_spec
from pathlib import Path

import pytest

from desktop.cli import _add_commands, _parser
from desktop.config.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
CHINESE_README = ROOT / "resources" / "README.zh_CN.md"
READMES = (README, CHINESE_README)
DOCUMENTS = (
    *READMES,
    ROOT / ".github" / "CONTRIBUTING.md",
    ROOT / ".github" / "ARCHITECTURE.md",
    ROOT / ".github" / "CHANGELOG.md",
    ROOT / "resources" / "translations" / "README.md",
)
_FOLDERS = (ROOT, ROOT / "desktop")
"""What a path in a document starts from."""
_FIRST = {path.name for folder in _FOLDERS for path in folder.iterdir()}
_CODE = re.compile(r"```.*?```|`[^`]+`", re.DOTALL)
_PATH = re.compile(r"(?<![\w/.:-])\.?\w[\w.-]*/[\w./-]*\w[\w.-]*/?|\w[\w-]*\.py\b")
_LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
_MODULE = re.compile(r"python -m (tests[\w.]*|desktop\b)")
_TO_BE_MADE = {"desktop/media/formats/fits.py"}
"""What CONTRIBUTING tells how to make."""
_BLOCK = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_COMMENT = re.compile(r"[ \t]*#[^\n]*")
_OPTION = re.compile(r"(?<![\w-])(--?[a-z][a-z-]*)")
_OF_OTHER_PROGRAMS = {"--quick"}
"""Options that are named by themselves and belong to benchmarks."""

name_of = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
of_readmes = pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)


def paths_in(text: str) -> Iterator[str]:
    """What looks like a path of this repository, in code."""
    for code in _CODE.findall(text):
        for found in _PATH.findall(code):
            if "/" not in found or found.split("/")[0] in _FIRST:
                yield found


@name_of
def test_every_path_that_a_document_names_is_there(document: Path) -> None:
    folders = (*_FOLDERS, document.parent)
    named = set(paths_in(document.read_text("utf-8"))) - _TO_BE_MADE
    assert not [path for path in sorted(named) if not any((top / path).exists() for top in folders)]


@name_of
def test_every_link_to_a_file_leads_somewhere(document: Path) -> None:
    links = set(_LINK.findall(document.read_text("utf-8")))
    assert not [link for link in sorted(links) if not (document.parent / link).exists()]


@name_of
def test_every_module_that_a_document_runs_is_there(document: Path) -> None:
    modules = set(_MODULE.findall(document.read_text("utf-8")))
    modules = {name.removesuffix(".") for name in modules}
    named = {name.removesuffix(".NAME") for name in modules}
    assert not [name for name in sorted(named) if find_spec(name) is None]


def test_every_room_is_in_the_architecture() -> None:
    text = (ROOT / ".github" / "ARCHITECTURE.md").read_text("utf-8")
    rooms = {
        path.parent.relative_to(ROOT / "desktop").as_posix()
        for path in (ROOT / "desktop").rglob("*.py")
        if path.parent != ROOT / "desktop"
    }
    below_a_named_one = {"embedding/runtime/tuning"}
    assert not [room for room in sorted(rooms - below_a_named_one) if f"`{room}/`" not in text]


@of_readmes
def test_every_command_is_in_the_readme(readme: Path) -> None:
    documented = {words for code in commands_in(readme.read_text("utf-8")) for words in code}
    assert not [command for command in commands_of(parser()) if command not in documented]


@of_readmes
def test_every_variable_is_in_the_readme(readme: Path) -> None:
    code = "".join(path.read_text("utf-8") for path in (ROOT / "desktop").rglob("*.py"))
    text = readme.read_text("utf-8")
    variables = set(re.findall(r"PLANTAIN_[A-Z]+(?:_[A-Z]+)*", code))
    assert not [name for name in sorted(variables) if f"`{name}`" not in text]


@of_readmes
def test_every_setting_is_in_the_readme(readme: Path) -> None:
    text = readme.read_text("utf-8")
    assert not [field.name for field in fields(Settings) if f"`{field.name}`" not in text]


@of_readmes
def test_every_command_of_a_block_is_understood(readme: Path) -> None:
    lines = [line for line in shell_lines(readme.read_text("utf-8")) if "plantain" in line]
    assert len(lines) >= 4
    for line in lines:
        for one in line.split("&&"):
            words = shlex.split(one)
            if "plantain" in words:
                parser().parse_args(words[words.index("plantain") + 1 :])


@of_readmes
def test_every_command_and_option_that_is_named_exists(readme: Path) -> None:
    top = parser()
    known = set(options_of(top))
    for code in inline_code(readme.read_text("utf-8")):
        if not code.startswith("plantain"):
            if code.startswith("--") and len(code) > 2:
                assert set(_OPTION.findall(code)) <= known | _OF_OTHER_PROGRAMS, code
            continue
        named = below(top, code.removeprefix("plantain").replace("\\|", "|").split())
        assert named, code
        taken = {option for one in named for option in options_of(one)}
        assert set(_OPTION.findall(code)) <= taken, code


def test_both_readmes_have_the_same_parts() -> None:
    english, chinese = (path.read_text("utf-8") for path in READMES)
    assert outline(chinese) == outline(english)
    assert rows(chinese) == rows(english)
    assert shell_lines(chinese) == shell_lines(english)
    assert set(inline_code(chinese)) == set(inline_code(english))
    assert targets(chinese, CHINESE_README.parent) == targets(english, ROOT)


def test_the_wanted_things_are_told_apart() -> None:
    """What the comparison of both READMEs rests on."""
    text = "# A\n\n```sh\nplantain index X  # why\n```\n\n| a | 2.5 `b\\|c` |\n|---|---|\n"
    assert outline(text) == ["#", "```sh", "||"]
    assert shell_lines(text) == ["plantain index X"]
    assert inline_code(text) == ["b\\|c"]
    assert rows(text) == [(2, ["2.5"]), (2, [])]
    assert below(parser(), ["tag", "add|nonsense"]) == []
    assert len(below(parser(), ["tag", "add|remove"])) == 2


def parser() -> argparse.ArgumentParser:
    made = _parser()
    _add_commands(made)
    return made


def outline(text: str) -> list[str]:
    """Levels of headings, kinds of code blocks and tables, in their order."""
    found: list[str] = []
    for line in _BLOCK.sub(lambda block: block[0].splitlines()[0] + "\n", text).splitlines():
        if line.startswith(("#", "```")):
            found.append(line if line.startswith("`") else line.split()[0])
        elif line.startswith("|") and found[-1:] != ["||"]:
            found.append("||")
    return found


def rows(text: str) -> list[tuple[int, list[str]]]:
    """Of each row of each table: how many cells, and the figures in it, sorted."""
    lines = [line for line in _BLOCK.sub("", text).splitlines() if line.startswith("|")]
    return [
        (
            len(re.findall(r"(?<!\\)\|", line)) - 1,
            sorted(re.findall(r"\d[\d.,]*\d|\d", line)),
        )
        for line in lines
    ]


def shell_lines(text: str) -> list[str]:
    """Of all blocks for a shell, without comments; continued lines as one."""
    blocks = [block for block in _BLOCK.findall(text) if block.startswith("```sh")]
    joined = "\n".join(block.strip("`").removeprefix("sh") for block in blocks)
    lines = _COMMENT.sub("", re.sub(r"\\\n\s*", "", joined)).splitlines()
    return [line for line in lines if line.strip()]


def inline_code(text: str) -> list[str]:
    return [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", _BLOCK.sub("", text))]


def targets(text: str, folder: Path) -> set[Path]:
    """Files that are linked or shown, but for the READMEs themselves."""
    return {(folder / link).resolve() for link in _LINK.findall(text)} - set(READMES)


def options_of(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Its own options and those of all its commands."""
    for action in parser._actions:
        yield from action.option_strings
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from options_of(command)


def below(parser: argparse.ArgumentParser, words: list[str]) -> list[argparse.ArgumentParser]:
    """What "tag add|remove" means: each of the commands; none where one of them is not there."""
    groups = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    if not groups or not words or not re.match(r"[a-z]", words[0]):
        return [parser]
    # "list|show NAME|import FILE": the words that begin or follow a bar.
    named = re.findall(r"(?:^|\|)([a-z-]+)", " ".join(words) if "|" in words[0] else words[0])
    choices = groups[0].choices
    if any(name not in choices for name in named):
        return []
    return [one for name in named for one in below(choices[name], words[1:])]


def commands_of(parser: argparse.ArgumentParser, *above: str) -> Iterator[str]:
    """Every command that does something: "index", "tag add"."""
    groups = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    if not groups:
        yield " ".join(above)
    for group in groups:
        for name, below in group.choices.items():
            yield from commands_of(below, *above, name)


def commands_in(text: str) -> Iterator[set[str]]:
    """The commands of each ``plantain …`` in code; "tag add|remove" stands for two."""
    for code in _CODE.findall(text):
        is_block = code.startswith("```")
        for line in code.splitlines() if is_block else [" ".join(code.split())]:
            for words in re.findall(r"plantain ([a-z][^`]*)", line):
                first, *rest = words.replace("\\|", "|").split()
                # "list|import FILE|use NAME": the words that begin or follow a bar.
                second = re.findall(r"(?:^|\|)([a-z-]+)", " ".join(rest))
                one = first.split("|")
                yield {*one, *(f"{above} {below}" for above in one for below in second)}
