"""Two Plantains on one library."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

from desktop.core.errors import LibraryInUse
from tests.reliability.disk_faults import changes_nothing
from tests.reliability.faults import Fault, Wrong, holds_everything, is_well
from tests.reliability.world import World


def _second_one(world: World) -> Iterator[Wrong]:
    """It says so, may look on, sees what the first one changes, and changes nothing itself."""
    with world.open() as first:
        yield from holds_everything(first)  # which opens the vector file too
        try:
            world.open().close()
        except LibraryInUse as error:
            if "--read-only" not in error.at_terminal or "--library" not in error.at_terminal:
                yield "lost", f"it does not say what can be done: {error.sentence()}"
        else:
            yield "altered", "two Plantains may write to one library"
        with world.open(is_read_only=True) as second:
            yield from holds_everything(second)
            yield from changes_nothing(world, second)
            ids = [asset.id for asset in first.browsing.all()]
            first.annotations.rate(ids[:1], 3)
            if second.annotations.of(ids[:1])[ids[0]].rating != 3:
                yield "lost", "the second one does not see what the first one changes"
        first.annotations.rate(ids[:1], 4)
    yield from is_well(world)


def _search_beside(world: World) -> Iterator[Wrong]:
    """``plantain search`` in another process, while the window has the library."""
    command = [sys.executable, "-m", "desktop", "--profile-dir", str(world.profile)]
    with world.open() as first:
        yield from holds_everything(first)
        answer = subprocess.run(
            [*command, "--model", "demo", "search", "pictures"],
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    if answer.returncode:
        yield "crashed", answer.stderr
    if "open in another Plantain" not in answer.stderr:
        yield "lost", f"it does not say that the library is in use: {answer.stderr}"


FAULTS: dict[str, Fault] = {
    "two instances": _second_one,
    "plantain search beside the window": _search_beside,
}
