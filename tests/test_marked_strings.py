"""What people read is marked for translation where it is written."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.core import errors

_PACKAGE = Path(__file__).resolve().parents[1] / "desktop"
_MODULES = sorted(_PACKAGE.rglob("*.py"))
_ERRORS = {name for name, value in vars(errors).items() if isinstance(value, type)} - {"Path"}
_SHOWN_BY = _ERRORS | {
    *("say", "say_error", "label", "button", "icon_button", "StateText", "StateAction", "Progress"),
    *("Outcome", "SectionList", "QCheckBox", "QRadioButton", "QAction", "addAction", "addButton"),
    *("setText", "setToolTip", "setWindowTitle", "setPlaceholderText", "setAccessibleName"),
    *("setInformativeText", "addTab", "addMenu", "setHeaderLabels", "getText", "follow"),
    *("getOpenFileName", "getSaveFileName", "ask_new_file", "getExistingDirectory", "FileFailure"),
}
"""Calls whose arguments people read, errors among them."""
_SHOWN_AS = {"safe", "next_step", "help"}
_NOT_SHOWN_AS = {"tone", "scale", "weight", "unit"}
_SENTENCE = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}|^(?!Plantain$)[A-Z][a-z]+[.…]?$")
_PLACE = re.compile(r"\{(\w*)\}")


def _trees() -> Iterator[tuple[Path, ast.Module]]:
    for module in _MODULES:
        yield module, ast.parse(module.read_text("utf-8"))


def _calls(names: set[str]) -> Iterator[tuple[str, ast.Call, str]]:
    """Every call of one of these names: where it is, the call, the name."""
    for module, tree in _trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            name = node.func.id if isinstance(node.func, ast.Name) else name
            if name in names:
                yield f"{module.relative_to(_PACKAGE)}:{node.lineno}", node, name


def test_what_people_read_is_marked() -> None:
    """A sentence that an error, a widget or the terminal is given comes through ``tr``."""
    bare: list[str] = []
    for place, call, _ in _calls(_SHOWN_BY):
        shown = [*call.args, *(k.value for k in call.keywords if k.arg not in _NOT_SHOWN_AS)]
        bare += [f"{place} {text}" for node in shown if _SENTENCE.search(text := _literal(node))]
    for module, tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg in _SHOWN_AS:
                text = _literal(node.value)
                if _SENTENCE.search(text):
                    bare.append(f"{module.relative_to(_PACKAGE)}:{node.value.lineno} {text}")
    assert not bare


def test_sentences_are_whole_and_their_places_named() -> None:
    """Only a literal is found for the catalogue, and each of its places is given."""
    wrong: list[str] = []
    for place, call, name in _calls({"tr", "ngettext", "marked"}):
        if place.startswith("core/text.py"):
            continue
        sentences = call.args[: 2 if name == "ngettext" else 1]
        if any(isinstance(node, ast.JoinedStr | ast.BinOp) for node in sentences):
            wrong.append(f"{place}: not a literal")
        if name == "marked" or not all(isinstance(node, ast.Constant) for node in sentences):
            continue
        given = {keyword.arg for keyword in call.keywords} | (
            {"count"} & {"count"} if name == "ngettext" else set()
        )
        places = {found for node in sentences for found in _PLACE.findall(_literal(node))}
        if places - given or (given - {"count"}) - places:
            wrong.append(f"{place}: {places} in the sentence, {given} given")
    assert not wrong


@pytest.mark.parametrize(
    "pattern", [r"strftime\(\"%(?!Y%m%d|Y-%m-%dT)", r"f\"[^\"]*\{[^}]*:,[^}]*\}", r"[a-z]s' if "]
)
def test_numbers_dates_and_plurals_are_written_by_the_language(pattern: str) -> None:
    """By ``core.text``; names of files keep a stamp of their own."""
    found = re.compile(pattern)
    assert not [
        f"{module.relative_to(_PACKAGE)}:{number} {line.strip()}"
        for module in _MODULES
        if module.name != "text.py"
        for number, line in enumerate(module.read_text("utf-8").splitlines(), start=1)
        if found.search(line)
    ]


def _literal(node: ast.AST) -> str:
    """The words of a string as it is written; empty for whatever comes from elsewhere."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(p.value) for p in node.values if isinstance(p, ast.Constant))
    return ""
