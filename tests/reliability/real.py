"""The program as it is installed, with the demo model in its encoder's process, killed as it is."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from desktop.config.options import EngineOptions
from desktop.wiring import Engine
from tests import pictures
from tests.reliability.tally import WRONGS, Findings, Tally
from tests.reliability.world import digests

_PICTURES_A_KILL = 40
_PATIENCE_S = 180.0


def run(kills: int, chance: random.Random, folder: Path, tally: Tally) -> None:
    """Kill ``plantain index`` that many times, then let it end; every picture is there once."""
    findings: Findings = {wrong: [] for wrong in WRONGS}
    originals = folder / "pictures"
    profile = folder / "profile"
    command = [sys.executable, "-m", "desktop", "--model", "demo", "index", "--json"]
    command += ["--profile-dir", str(profile), str(originals)]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    count, whole_s, done = 0, 6.0, 0
    for _ in range(kills * 3):
        if done == kills:
            break
        for seed in range(count, count + _PICTURES_A_KILL):
            pictures.save(originals / f"{seed:05}.png", seed)
        count += _PICTURES_A_KILL
        started = time.monotonic()
        process = subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            _, text = process.communicate(timeout=chance.uniform(0.3, whole_s))
            whole_s = max(2.0, time.monotonic() - started)
            if process.returncode:
                findings["crashed"].append(text.decode(errors="replace"))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # as the end of a session does
            process.communicate()
            tally.count("kills", "indexing, real encoder")
            done += 1
    before = digests(originals)
    try:
        last = subprocess.run(
            command, env=environment, capture_output=True, timeout=_PATIENCE_S, check=False
        )
    except subprocess.TimeoutExpired:
        findings["hung"].append(f"plantain index did not end in {_PATIENCE_S:.0f} s")
    else:
        if last.returncode:
            findings["crashed"].append(last.stderr.decode(errors="replace"))
        else:
            report = json.loads(last.stdout)
            if report["found"] != count or report["failed"]:
                findings["lost"].append(f"{report['found']} of {count} found, {report['failed']}")
    findings["lost"] += _missing(profile, count)
    if digests(originals) != before:
        findings["altered"].append("originals changed")
    tally.add(findings, "plantain index")


def _missing(profile: Path, count: int) -> list[str]:
    options = EngineOptions(profile_dir=profile, model="demo", is_read_only=True)
    with Engine(options, {}) as engine:
        space = engine.model.vector_space()
        assert space is not None
        numbers = (len(engine.browsing.all()), engine.ledger.stored_count(space))
        paths = {asset.path for asset in engine.browsing.all()}
    if numbers == (count, count) and len(paths) == count:
        return []
    return [f"{numbers[0]} pictures and {numbers[1]} vectors of {count}"]
