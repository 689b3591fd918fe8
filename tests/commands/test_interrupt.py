"""Ctrl+C ends a command within a second, whatever a file makes its decoder do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import pictures
from tests.media import endless

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60.0
AT_MOST_S = 4.0
"""A second, and what a machine that runs other tests makes of it; a decoder may take thirty."""


def is_decoding(program: int) -> bool:
    """A process that was started by this one has worked for a second on a file."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            facts = (entry / "stat").read_text().rpartition(")")[2].split()
            is_confined = "Seccomp:\t2" in (entry / "status").read_text()
        except OSError:
            continue
        if int(facts[1]) == program and is_confined and int(facts[11]) > 250:
            return True
    return False


def test_in_the_middle_of_a_slow_picture(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    pictures.fill(folder, 1)
    start = [sys.executable, "-m", "desktop", "--model", "demo"]
    start += ["--profile-dir", str(tmp_path / "profile"), "index", str(folder)]
    slow = folder / "slow.jpg"
    slow.write_bytes(endless.jpeg_of_scans(100_000, 1024))
    program = subprocess.Popen(
        start,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not is_decoding(program.pid):
            assert time.monotonic() < deadline
            assert program.poll() is None, program.communicate()
            time.sleep(0.05)
        program.send_signal(signal.SIGINT)
        began = time.monotonic()
        _, told = program.communicate(timeout=PATIENCE_S)
        took = time.monotonic() - began
    finally:
        program.kill()
    assert took < AT_MOST_S
    assert program.returncode == 1
    assert "Traceback" not in told
