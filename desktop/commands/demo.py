"""``plantain --demo``: the whole program on sample pictures, in a throw-away profile."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from desktop.commands.terminal import say
from desktop.commands.walkthrough import walk_through
from desktop.config.options import EngineOptions
from desktop.config.paths import resource
from desktop.core.text import tr
from desktop.wiring.engine import open_engine


def run_demo() -> int:
    """Open the window on the samples; without a screen, do the same job in words."""
    samples = resource("demo/pictures")
    if _has_screen():
        with tempfile.TemporaryDirectory(prefix="plantain-demo-") as folder:
            from desktop.app import run

            options = EngineOptions(profile_dir=Path(folder), model="demo")
            return run(options, add=[samples])
    say(tr("There is no screen here, so this is the same job in words."))
    # Kept, so that the pictures made can be looked at.
    folder = Path(tempfile.mkdtemp(prefix="plantain-demo-"))
    is_ok = True
    with open_engine(EngineOptions(profile_dir=folder, model="demo")) as engine:
        for step in walk_through(engine, samples):
            say(f"\n{step.name}{'' if step.is_ok else '  ' + tr('FAILED')}")
            for line in step.lines:
                say(f"  {line}")
            is_ok = is_ok and step.is_ok
    say("")
    say(tr("Everything made is in {folder}; delete it when you have seen enough.", folder=folder))
    return 0 if is_ok else 1


def _has_screen() -> bool:
    """Whether anybody could see a window; Qt ends the process when it finds no display."""
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    if platform or not sys.platform.startswith("linux"):
        return platform.split(":")[0] not in {"offscreen", "minimal"}
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
