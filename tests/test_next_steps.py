"""What a person in the window is told to do next can be done there: no command, no option."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

_DESKTOP = Path(__file__).parents[1] / "desktop"
_COMMAND = re.compile(r"\bplantain |--[a-z]")


def _texts(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield inner.value


@pytest.mark.parametrize("room", ["core", "embedding/models", "files", "library"])
def test_next_steps_name_no_command(room: str) -> None:
    """``at_terminal`` is for those."""
    named = [
        f"{path.relative_to(_DESKTOP)}: {text}"
        for path in sorted((_DESKTOP / room).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.keyword) and node.arg == "next_step"
        for text in _texts(node.value)
        if _COMMAND.search(text)
    ]
    assert not named
