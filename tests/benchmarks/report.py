"""What every benchmark shares: its command line, its table, its JSON file, its exit code.

`python -m tests.benchmarks.NAME [--json FILE] [--quick] [--profile FILE]`

A benchmark measures ratios against a baseline that runs in the same process, because machines are
noisy and differ; seconds are printed beside them for the eye alone.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import math
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Target:
    """``op`` is ">=" or "<="; a figure that is not there, or NaN, misses its target."""

    op: str
    value: float

    def is_met(self, figure: float | None) -> bool:
        if figure is None or math.isnan(figure):
            return False
        return figure >= self.value if self.op == ">=" else figure <= self.value

    def __str__(self) -> str:
        return f"{self.op} {self.value:g}"


def at_least(value: float) -> Target:
    return Target(">=", value)


def at_most(value: float) -> Target:
    return Target("<=", value)


def percentile(samples: Sequence[float], percent: float) -> float:
    """Linear interpolation, as numpy's default."""
    return float(np.percentile(np.asarray(samples), percent))


def run(
    description: str,
    measure: Callable[[bool], Figures],
    targets: Mapping[str, Target],
    *,
    quick_targets: Mapping[str, Target] | None = None,
    of_many: Callable[[int], Figures] | None = None,
    many_targets: Mapping[str, Target] | None = None,
) -> int:
    """Parse the command line, measure, print the table, write the JSON file.

    Args:
        measure: takes True for the quick form, within a minute on smaller data.
        targets: by figure.
        quick_targets: those that smaller data can judge; all when None.
        of_many: what `--pictures N` measures instead, with so many.
        many_targets: for it.

    Returns:
        The exit code: 1 when a target is missed.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here as well")
    parser.add_argument(
        "--quick", action="store_true", help="within a minute, on smaller data: a look, no figure"
    )
    parser.add_argument(
        "--profile",
        type=Path,
        metavar="FILE",
        help="write where the time goes: .svg and .json of every thread and process by py-spy, "
        "if that is installed; else of this thread by cProfile, for pstats",
    )
    if of_many is not None:
        parser.add_argument("--pictures", type=int, metavar="N", help="a library of so many")
    options = parser.parse_args()
    many = getattr(options, "pictures", None)
    with profiling(options.profile):
        figures = of_many(many) if of_many and many else measure(options.quick)
    judged = quick_targets if options.quick and quick_targets is not None else targets
    if many and many_targets is not None:
        judged = many_targets
    is_met = all(target.is_met(figures.get(name)) for name, target in judged.items())
    print(table(figures, judged))
    print("every target is met" if is_met else "a target is missed")
    if options.json:
        document = {
            "figures": figures,
            "targets": {
                name: {"op": target.op, "value": target.value} for name, target in judged.items()
            },
            "met": is_met,
        }
        options.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return 0 if is_met else 1


@contextmanager
def profiling(file: Path | None) -> Generator[None]:
    """Write where the block's time goes; figures that are measured meanwhile are none.

    Args:
        file: .svg for a picture of the stacks, .json for https://www.speedscope.app, both by
            py-spy, which sees other threads and processes too; anything else for ``pstats``, by
            cProfile, which sees the thread alone that it is started in. None: nothing is written.
    """
    if file is None:
        yield
        return
    formats = {".svg": "flamegraph", ".json": "speedscope"}
    if (form := formats.get(file.suffix)) is None:
        with cProfile.Profile() as profile:
            yield
        profile.dump_stats(file)
        return
    program = shutil.which("py-spy")
    if program is None:
        sys.exit("py-spy is not installed: python -m pip install py-spy, or name a .prof file")
    told = ("--pid", str(os.getpid()), "--output", str(file), "--format", form)
    watching = ("--subprocesses", "--nonblocking", "--rate", "200")
    with subprocess.Popen([program, "record", *told, *watching]) as spy:
        try:
            yield
        finally:
            spy.send_signal(signal.SIGINT)


def table(figures: Figures, targets: Mapping[str, Target]) -> str:
    """Figures one a line, in their order, each with its target and a word where it is missed."""
    names = [*figures, *(name for name in targets if name not in figures)]
    width = max(map(len, names), default=0) + 2
    lines = [f"{'figure':<{width}}{'value':>12}  {'target':<10}"]
    for name in names:
        value = figures.get(name)
        target = targets.get(name)
        shown = "not measured" if value is None else f"{value:,.3f}"
        word = "" if target is None or target.is_met(value) else "missed"
        lines.append(f"{name:<{width}}{shown:>12}  {target or ''!s:<10}{word}".rstrip())
    return "\n".join(lines)
