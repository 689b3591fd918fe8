"""``plantain --self-test``: does this installation do its job? For people and for packagers."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from desktop.commands.terminal import column, say
from desktop.commands.walkthrough import walk_through
from desktop.config.options import EngineOptions
from desktop.config.paths import resource
from desktop.core.text import ngettext, tr
from desktop.wiring.engine import open_engine


def run_self_test() -> int:
    """Walk through the main job in a throw-away profile, then in a window; 0 when all is well."""
    is_ok = True
    with tempfile.TemporaryDirectory(prefix="plantain-self-test-") as folder:
        options = EngineOptions(profile_dir=Path(folder), model="demo")
        with open_engine(options) as engine:
            for step in walk_through(engine, resource("demo/pictures")):
                _tell(step.name, step.lines[0], is_ok=step.is_ok)
                is_ok = is_ok and step.is_ok
            expected = engine.catalog.counts()["assets"]
        # The library is closed by now: the window opens it as it would any other.
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        from desktop.app import check_window

        shown = check_window(options)
        is_ok = is_ok and shown == expected
        in_grid = ngettext("{count} picture in the grid", "{count} pictures in the grid", shown)
        _tell(tr("window"), in_grid, is_ok=shown == expected)
    say(tr("Plantain works.") if is_ok else tr("Something is wrong; see above."))
    return 0 if is_ok else 1


def _tell(name: str, result: str, *, is_ok: bool) -> None:
    verdict = column(tr("ok") if is_ok else tr("FAILED"), 6)
    say(tr("{verdict} {name}: {result}", verdict=verdict, name=name, result=result))
