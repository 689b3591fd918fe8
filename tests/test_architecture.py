"""The rules of the house: who may import whom, where heavy libraries live, how long a file is."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "desktop"
MODULES = sorted(PACKAGE.rglob("*.py"))

LAYERS = (
    {"__main__", "cli", "app", "commands"},
    {"qt", "wiring"},
    {"services", "config"},
    {"generation", "index", "embedding", "media", "library"},
    {"core"},
)
"""Top to bottom. A room imports from below; rooms on one line do not know each other, except in
the first, where the entry points call each other."""

HEAVY = {
    "torch": "embedding",
    "open_clip": "embedding",
    "safetensors": "embedding",
    "huggingface_hub": "embedding",
    "pymilvus": "index",
    "milvus_lite": "index",
    "google": "generation",
    "PIL": "media",
    "pillow_heif": "media",
    "psd_tools": "media",
    "pypdfium2": "media",
    "rawpy": "media",
    "resvg_py": "media",
    "tifffile": "media",
    "sqlite3": "library",
    "watchfiles": "library",
    "pathspec": "library",
    "send2trash": "library",
    "keyring": "config",
}
"""Top-level name of a library -> the one room that may name it."""

DRAWERS = {"utils", "util", "misc", "helpers", "common"}


def room_of(module: Path) -> str:
    first = module.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imports_of(module: Path) -> Iterator[str]:
    """Dotted names imported anywhere in the module, inside functions too."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import"
            yield node.module or ""


def level_of(room: str) -> int:
    return next(level for level, rooms in enumerate(LAYERS) if room in rooms)


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


@pytest.mark.parametrize("module", MODULES, ids=names(MODULES))
def test_imports_go_down_only(module: Path) -> None:
    room = room_of(module)
    if room == "__init__":
        return
    for name in imports_of(module):
        if not name.startswith("desktop."):
            continue
        other = name.split(".")[1]
        is_same_room = other == room
        is_entry_point = level_of(room) == level_of(other) == 0
        assert is_same_room or is_entry_point or level_of(other) > level_of(room), (
            f"{room} must not import {other}"
        )


@pytest.mark.parametrize("module", MODULES, ids=names(MODULES))
def test_heavy_libraries_are_named_in_one_room(module: Path) -> None:
    for name in imports_of(module):
        home = HEAVY.get(name.split(".")[0])
        assert home in (None, room_of(module)), f"{name} belongs in {home}/"


@pytest.mark.parametrize("module", MODULES, ids=names(MODULES))
def test_qt_stays_at_the_edge(module: Path) -> None:
    if room_of(module) in {"qt", "app"}:
        return
    assert not any(name.startswith("PySide6") for name in imports_of(module))


@pytest.mark.parametrize("module", MODULES, ids=names(MODULES))
def test_only_the_wiring_picks_adapters(module: Path) -> None:
    adapters = {
        "desktop.index.milvus",
        "desktop.generation.gemini",
        "desktop.generation.moodboard",
        "desktop.embedding.clip",
        "desktop.embedding.active",
        "desktop.embedding.process",
    }
    if room_of(module) == "wiring":
        return
    own = ".".join(module.relative_to(ROOT).with_suffix("").parts)
    for name in imports_of(module):
        if any(name == adapter or name.startswith(adapter + ".") for adapter in adapters):
            assert any(own.startswith(adapter) for adapter in adapters), f"{name} in {own}"


@pytest.mark.parametrize("module", MODULES, ids=names(MODULES))
def test_modules_are_short(module: Path) -> None:
    assert len(module.read_text("utf-8").splitlines()) <= 600


def test_there_are_no_drawers() -> None:
    assert not [path for path in MODULES if {path.stem, path.parent.name} & DRAWERS]


def test_there_are_no_import_cycles() -> None:
    graph = {
        ".".join(module.relative_to(ROOT).with_suffix("").parts): {
            name for name in imports_of(module) if name.startswith("desktop")
        }
        for module in MODULES
        if module.name != "__init__.py"
    }
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail, name))
        if name in done or name not in graph:
            return
        for other in graph[name]:
            visit(other, (*trail, name))
        done.add(name)

    for name in graph:
        visit(name, ())


def run_python(script: str) -> None:
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT)


def test_the_engine_imports_and_works_with_qt_absent(tmp_path: Path) -> None:
    run_python(
        "import sys\n"
        "sys.modules['PySide6'] = None  # as if it were not installed\n"
        "from desktop.cli import main\n"
        f"common = ['--profile-dir', {str(tmp_path)!r}]\n"
        "assert main(['index', *common]) == 0\n"
        "assert main(['search', 'a watch', *common]) == 0\n"
    )


def test_importing_the_engine_loads_nothing_heavy_and_touches_nothing(tmp_path: Path) -> None:
    run_python(
        "import sys, threading, os\n"
        "before = dict(os.environ)\n"
        "import desktop.cli, desktop.wiring\n"
        "heavy = {'torch', 'open_clip', 'pymilvus', 'google.genai', 'PySide6', 'keyring'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "assert threading.active_count() == 1\n"
        "assert dict(os.environ) == before\n"
    )


def test_showing_the_window_imports_no_engine_library() -> None:
    run_python(
        "import sys\n"
        "import desktop.app\n"
        "heavy = {'torch', 'open_clip', 'pymilvus', 'google.genai', 'milvus_lite'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )


def test_nothing_unexpected_lies_at_the_top() -> None:
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    top = {name.split("/")[0] for name in tracked}
    allowed = {"desktop", "resources", "tests", "packaging", "pyproject.toml", "README.md"}
    assert {name for name in top - allowed if not name.startswith(".")} <= {"LICENSE"}
