"""The program as it is installed, its encoder in a process of its own, killed as it is.

Each kill takes the whole process group, as the end of a session does.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from desktop.config.options import EngineOptions
from desktop.wiring.engine import open_engine
from tests import pictures
from tests.reliability.totals import WRONGS, Findings, Totals
from tests.reliability.world import digests

_PICTURES_A_KILL = 40
_OTHERS = 1_000_000
"""First seed of pictures that are in no other folder."""
_PATIENCE_S = 180.0
_POLL_S = 0.005


class Program:
    """``plantain`` with the same options each time it is started."""

    def __init__(self, *options: str) -> None:
        self._command = [sys.executable, "-m", "desktop", *options]
        self._environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}

    def run(self, *arguments: str) -> dict[str, Any]:
        """What a command prints as JSON.

        Raises:
            subprocess.CalledProcessError: it did not end well.
            subprocess.TimeoutExpired: it did not end.
        """
        done = subprocess.run(
            [*self._command, *arguments, "--json"],
            env=self._environment,
            capture_output=True,
            timeout=_PATIENCE_S,
            check=True,
        )
        return json.loads(done.stdout)

    def kill(self, *arguments: str, when: Callable[[], bool]) -> bool:
        """Start a command and kill it as soon as ``when`` says so.

        Returns:
            Whether it was killed; False when it ended before.

        Raises:
            subprocess.CalledProcessError: it ended before, and not well.
        """
        process = subprocess.Popen(
            [*self._command, *arguments, "--json"],
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        while process.poll() is None and not when():
            time.sleep(_POLL_S)
        is_killed = process.poll() is None
        if is_killed:
            os.killpg(process.pid, signal.SIGKILL)
        code = process.wait()
        if code and not is_killed:
            raise subprocess.CalledProcessError(code, process.args)
        return is_killed


def after(seconds: float) -> Callable[[], bool]:
    """A moment to kill at, counted from now."""
    moment = time.monotonic() + seconds
    return lambda: time.monotonic() >= moment


def run(
    kills: int, chance: random.Random, folder: Path, totals: Totals, *, model: str = "demo"
) -> None:
    """Kill ``plantain index`` that many times, then let it end; every picture is there once.

    Args:
        model: as ``--model`` takes it.
    """
    findings: Findings = {wrong: [] for wrong in WRONGS}
    originals = folder / "pictures"
    options = EngineOptions(profile_dir=folder / "profile", model=model)
    program = Program("--profile-dir", str(options.profile_dir), "--model", model)
    count, done = 0, 0
    try:
        # How long a whole run takes here, on other pictures in other libraries. The very first
        # one also converts the model, which none of those that are killed has to do again.
        pictures.fill(folder / "other pictures", _PICTURES_A_KILL, first_seed=_OTHERS)
        whole_s = 0.0
        for library in ("first", "second"):
            started = time.monotonic()
            program.run("index", "--library", str(folder / library), str(folder / "other pictures"))
            whole_s = time.monotonic() - started
        while done < kills and count < kills * 3 * _PICTURES_A_KILL:
            for seed in range(count, count + _PICTURES_A_KILL):
                pictures.save(originals / f"{seed:05}.png", seed)
            count += _PICTURES_A_KILL
            if program.kill("index", str(originals), when=after(chance.uniform(0.1, whole_s))):
                totals.count("kills", "indexing, real encoder")
                done += 1
        before = digests(originals)
        report = program.run("index", str(originals))
        if report["found"] != count or report["failed"]:
            findings["lost"].append(f"{report['found']} of {count} found, {report['failed']}")
        findings["lost"] += _missing(options, sorted(originals.iterdir()))
        again = program.run("index", str(originals))
        if (again["added"], again["updated"], again["unchanged"]) != (0, 0, count):
            findings["lost"].append(f"not all was done: {again}")
        if digests(originals) != before:
            findings["altered"].append("originals changed")
    except subprocess.CalledProcessError as error:
        findings["crashed"].append((error.stderr or b"").decode(errors="replace") or str(error))
    except subprocess.TimeoutExpired as error:
        findings["hung"].append(str(error))
    totals.add(findings, "plantain index")


def _missing(options: EngineOptions, originals: list[Path]) -> list[str]:
    """What is not there exactly once, with its vector and its thumbnail."""
    with open_engine(options, {}) as engine:
        assets = engine.browsing.all()
        words: list[str] = []
        if sorted(asset.path for asset in assets) != originals:
            words.append(f"{len(assets)} pictures of {len(originals)}")
        if pending := engine.status.read().pending:
            words.append(f"{pending} are not searchable")
        space = engine.model.vector_space()
        assert space is not None
        engine.vectors.settle(space)
        store = engine.vectors.open_known(space)
        assert store is not None
        # Reopening repairs; that there was nothing to repair is seen in the raw store.
        if store.ids() != engine.vector_table.stored_ids(space) or store.count() != len(originals):
            words.append(f"{store.count()} vectors of {len(originals)}, or of others")
        words += [
            f"no thumbnail of {asset.name}"
            for asset in assets
            if not engine.thumbnails.path_for(asset.content_hash).exists()
        ]
        return words
