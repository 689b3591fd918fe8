"""The documents say what is so: what they name exists, and what people can use is in them."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from dataclasses import fields
from importlib.util import find_spec
from pathlib import Path

import pytest

from desktop.cli import _add_commands, _parser
from desktop.config.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
DOCUMENTS = (
    README,
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

name_of = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


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


def test_every_command_is_in_the_readme() -> None:
    documented = {words for code in commands_in(README.read_text("utf-8")) for words in code}
    parser = _parser()
    _add_commands(parser)
    assert not [command for command in commands_of(parser) if command not in documented]


def test_every_variable_is_in_the_readme() -> None:
    code = "".join(path.read_text("utf-8") for path in (ROOT / "desktop").rglob("*.py"))
    text = README.read_text("utf-8")
    variables = set(re.findall(r"PLANTAIN_[A-Z]+(?:_[A-Z]+)*", code))
    assert not [name for name in sorted(variables) if f"`{name}`" not in text]


def test_every_setting_is_in_the_readme() -> None:
    text = README.read_text("utf-8")
    assert not [field.name for field in fields(Settings) if f"`{field.name}`" not in text]


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
