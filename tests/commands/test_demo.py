"""What a newcomer runs first, as real processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def plantain(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {k: v for k, v in os.environ.items() if k not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    return subprocess.run(
        [sys.executable, "-m", "desktop", *words],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
        env={**inherited, **environment},
    )


def test_the_self_test_passes_and_leaves_nothing(tmp_path: Path) -> None:
    done = plantain("--self-test", TMPDIR=str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAILED" not in done.stdout
    assert "window: 301 pictures in the grid" in done.stdout
    assert done.stdout.endswith("Plantain works.\n")
    assert list(tmp_path.glob("plantain-*")) == []


def test_the_demo_without_a_screen_does_the_job_in_words(tmp_path: Path) -> None:
    done = plantain("--demo", TMPDIR=str(tmp_path), QT_QPA_PLATFORM="offscreen")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no screen" in done.stdout
    assert "search “红色披风”" in done.stdout
    [folder] = tmp_path.glob("plantain-demo-*")
    assert len(list((folder / "library" / "generated").glob("*.png"))) == 1
    # The person's own profile was not touched.
    assert not Path(os.environ["PLANTAIN_PROFILE_DIR"]).exists()
