"""Every icon that is named has a drawing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from desktop.config.paths import resource
from desktop.qt.search import chip_text, suggestions

_PACKAGE = Path(chip_text.__file__).parents[1]
_DRAWN_BY = {"icon": 0, "pixmap": 0, "icon_button": 1, "SectionRow": 1}
"""Calls that are given the name of an icon, and at which place."""
_TABLES = [
    *(icon for icon, _ in chip_text._STATES.values()),
    *(icon for icon, _ in chip_text._FLAGS.values()),
    *suggestions._ICONS.values(),
]


def _strings(node: ast.expr) -> Iterator[str]:
    """The name itself, or both names of ``a if … else b``."""
    match node:
        case ast.Constant(str(name)):
            yield name
        case ast.IfExp(body=one, orelse=other):
            yield from _strings(one)
            yield from _strings(other)
        case _:
            pass


def _named(module: Path) -> Iterator[str]:
    nodes = [*ast.walk(ast.parse(module.read_text("utf-8")))]
    drawn_by = dict(_DRAWN_BY)
    for node in nodes:
        if isinstance(node, ast.FunctionDef):  # the module's own makers of buttons
            taken = [each.arg for each in node.args.args if each.arg != "self"]
            if "icon" in taken:
                drawn_by[node.name] = taken.index("icon")
    for node in nodes:
        if isinstance(node, ast.Call):
            place = drawn_by.get(getattr(node.func, "attr", getattr(node.func, "id", "")))
            if place is not None and place < len(node.args):
                yield from _strings(node.args[place])
            for keyword in node.keywords:
                if keyword.arg == "icon":
                    yield from _strings(keyword.value)


def test_every_named_icon_is_drawn() -> None:
    named = {
        (name, module.name) for module in _PACKAGE.rglob("*.py") for name in _named(module)
    } | {(name, "a table") for name in _TABLES if name}
    drawn = {path.stem for path in resource("icons").glob("*.svg")}
    assert len(named) > 50  # the walk finds them
    assert not {(name, place) for name, place in named if name not in drawn}
