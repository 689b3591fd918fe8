"""Where the window was: kept for each library, and forgotten without harm."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desktop.config.window_memory import (
    MOST_LIBRARIES,
    GridPlace,
    Memory,
    ShownPlace,
    WindowMemory,
    WindowState,
    load_memory,
)

STATE = WindowState(10, 20, 1200, 800, sidebar=200, right=400, right_tab=1)
PLACE = ShownPlace("red tag:beach", "Name", "Newest", GridPlace(7, 12))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "profile" / "window.json"


def test_it_comes_back_as_it_was_kept(path: Path) -> None:
    memory = WindowMemory(path, Path("/a"))
    assert (memory.window, memory.place) == (WindowState(), ShownPlace())
    memory.keep(STATE, PLACE)
    again = WindowMemory(path, Path("/a"))
    assert (again.window, again.place) == (STATE, PLACE)
    assert list(path.parent.iterdir()) == [path]


def test_each_library_has_a_place_of_its_own(path: Path) -> None:
    WindowMemory(path, Path("/a")).keep(STATE, PLACE)
    other = WindowMemory(path, Path("/b"))
    assert other.place == ShownPlace()
    assert other.window == STATE, "the window is the same"
    other.keep(STATE, ShownPlace("blue"))
    assert WindowMemory(path, Path("/a")).place == PLACE
    assert WindowMemory(path, Path("/b")).libraries == (Path("/a"),)


def test_two_windows_do_not_forget_for_each_other(path: Path) -> None:
    one, two = WindowMemory(path, Path("/a")), WindowMemory(path, Path("/b"))
    one.keep(STATE, PLACE)
    two.keep(STATE, ShownPlace("blue"))
    assert set(load_memory(path).places) == {"/a", "/b"}


def test_what_was_shown_can_be_forgotten(path: Path) -> None:
    WindowMemory(path, Path("/a")).keep(STATE, PLACE)
    WindowMemory(path, Path("/a")).keep(STATE, None)
    assert "beach" not in path.read_text()


def test_only_so_many_libraries_are_remembered(path: Path) -> None:
    for number in range(MOST_LIBRARIES + 3):
        WindowMemory(path, Path(f"/{number}")).keep(STATE, PLACE)
    found = load_memory(path)
    assert found.libraries[0] == f"/{MOST_LIBRARIES + 2}"
    assert len(found.libraries) == len(found.places) == MOST_LIBRARIES


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"window": 7, "places": []}', "[" * 9999])
def test_a_bad_file_is_no_memory(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_text(text)
    assert load_memory(path) == Memory()
    WindowMemory(path, Path("/a")).keep(STATE, PLACE)
    assert WindowMemory(path, Path("/a")).place == PLACE


def test_a_bad_part_costs_itself(path: Path) -> None:
    WindowMemory(path, Path("/a")).keep(STATE, PLACE)
    told = json.loads(path.read_text())
    told["window"]["width"] = 10**9
    told["places"]["/b"] = {"query": 7}
    path.write_text(json.dumps(told))
    found = load_memory(path)
    assert found.window == WindowState()
    assert found.places == {"/a": PLACE}
