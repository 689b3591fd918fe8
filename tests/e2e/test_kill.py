"""kill -9 of the real program at random moments, then a run to the end: nothing lost or doubled."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from desktop.config.options import EngineOptions
from desktop.wiring import Engine
from tests import pictures
from tests.embedding import tiny

KILLS = 10
PICTURES = 400


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    model = tiny.save_with_sidecar(tmp_path / "model")
    return [sys.executable, "-m", "desktop", "--model", str(model), "index", "--json"]


def index_until_killed(command: list[str], folder: Path, after_s: float) -> None:
    """The kill takes the whole process group, as the end of a session does."""
    process = subprocess.Popen(
        [*command, str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(after_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def measured_run(command: list[str], folder: Path) -> tuple[float, dict[str, int]]:
    started = time.monotonic()
    done = subprocess.run([*command, str(folder)], stdout=subprocess.PIPE, check=True)
    return time.monotonic() - started, json.loads(done.stdout)


def test_indexing_killed_ten_times_ends_with_every_picture_once(
    command: list[str], tmp_path: Path
) -> None:
    folder = tmp_path / "pictures"
    pictures.fill(folder, PICTURES)
    originals = {path: path.read_bytes() for path in folder.iterdir()}
    # How long a whole run takes here, on other pictures in another library.
    rehearsal = tmp_path / "rehearsal"
    pictures.fill(rehearsal, PICTURES // 4, first_seed=9_000)
    whole_s, _ = measured_run([*command, "--library", str(tmp_path / "other")], rehearsal)

    moments = random.Random(20261122)
    for _ in range(KILLS):
        index_until_killed(command, folder, moments.uniform(0.1, whole_s))
    _, report = measured_run(command, folder)
    assert report["found"] == PICTURES
    assert report["failed"] == []

    options = EngineOptions(model=command[4], profile_dir=Path(os.environ["PLANTAIN_PROFILE_DIR"]))
    with Engine(options) as engine:
        assets = engine.browsing.all()
        assert sorted(asset.path for asset in assets) == sorted(originals)
        assert engine.status().pending == 0
        space = engine.model.vector_space()
        assert space is not None
        store = engine.vectors.reopen_known(space)
        assert store is not None
        # Reopening repairs; that there was nothing to repair is seen in the raw store.
        assert store.ids() == engine.ledger.stored_ids(space)
        assert store.count() == PICTURES
        for asset in assets:
            assert engine.thumbnail_path(asset.content_hash).exists()
    _, again = measured_run(command, folder)
    assert (again["added"], again["updated"], again["unchanged"]) == (0, 0, PICTURES)
    assert {path: path.read_bytes() for path in folder.iterdir()} == originals
