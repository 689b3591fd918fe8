"""On kernels that lack one of the two, or both, the rest still holds and decoding still works."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests import attempts

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Landlock and seccomp")

PROGRAM = """
import json, sys
from pathlib import Path
from desktop.core.confinement import landlock, rights, seccomp
lacking, folder = sys.argv[1:]
if "landlock" in lacking:
    landlock.version = lambda: 0
if "seccomp" in lacking:
    seccomp.is_there = lambda: False
from tests import attempts
held = rights.held()
rights.give_up_all_but_decoding([])
print(json.dumps([held, attempts.reached(folder)]))
"""


def confined(lacking: str, folder: Path) -> tuple[dict[str, bool], set[str]]:
    """What is said to be held, and what can be done all the same."""
    attempts.prepare(folder)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, lacking, str(folder)],
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    held, reached = json.loads(done.stdout)
    return held, set(reached)


def test_with_both_nothing_can_be_done(tmp_path: Path) -> None:
    held, reached = confined("", tmp_path)
    assert all(held.values())
    assert reached == set()


def test_without_landlock_files_can_be_read_and_nothing_else_can_be_done(tmp_path: Path) -> None:
    held, reached = confined("landlock", tmp_path)
    assert [what for what, is_held in held.items() if not is_held] == ["read_files"]
    assert reached == set(attempts.ONLY_READING)


def test_without_seccomp_no_file_is_read_or_changed(tmp_path: Path) -> None:
    held, reached = confined("seccomp", tmp_path)
    assert held["read_files"]
    assert held["change_files"]
    assert not held["use_the_network"]
    of_files = {"delete", "rename", "truncate", "write", "append", *attempts.ONLY_READING}
    assert not reached & of_files


def test_without_either_it_says_so(tmp_path: Path) -> None:
    held, reached = confined("landlock seccomp", tmp_path)
    assert [what for what, is_held in held.items() if is_held] == ["take_all_memory"]
    assert "read a file" in reached
