"""The first search of the day: `plantain search` from nothing to its answer.

`python -m tests.benchmarks.first_search [--json FILE] [--quick]`

Every search is a program of its own, as a person starts it, with compiled bytecode as an
installed one has it. Memory is the sum of what each of its processes had at most. The pictures of
the demo are searched, with the demo model and with a ViT-B-32 of random weights, both indexed and
converted before. The seconds are those of this machine; `over_interpreter` divides them by what
Python takes to start and to import numpy.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks import models, report

TARGETS = {
    "demo_s": report.at_most(1.5),
    "demo_mb": report.at_most(350),
    "vit_b_32_s": report.at_most(2.5),
    "vit_b_32_mb": report.at_most(700),
}
QUICK_TARGETS = {name: target for name, target in TARGETS.items() if name.startswith("demo")}
_ROOT = Path(__file__).parents[2]
_PICTURES = _ROOT / "resources" / "demo" / "pictures"
_QUERY = "a red bag"


class Plantain:
    """The program, on a library of its own in ``folder``."""

    def __init__(self, folder: Path, model: str) -> None:
        self._before = [sys.executable, "-m", "desktop", "--profile-dir", folder / "profile"]
        self._before += ["--library", folder / "library", "--model", model]
        self._environment = {
            name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
        } | {"PYTHONPYCACHEPREFIX": str(folder.parent / "compiled"), "PYTHONPATH": str(_ROOT)}

    def run(self, *arguments: str | Path) -> tuple[float, int]:
        """Seconds, and the most bytes that its processes had."""
        started = time.perf_counter()
        process = subprocess.Popen(
            [*self._before, *arguments], env=self._environment, stdout=subprocess.DEVNULL
        )
        most: dict[int, int] = {}
        while process.poll() is None:
            for each in _family(process.pid):
                most[each] = max(most.get(each, 0), _peak_bytes(each))
            time.sleep(0.01)
        taken = time.perf_counter() - started
        if process.returncode:
            raise SystemExit(f"{arguments} ended with {process.returncode}")
        return taken, sum(most.values())


def _family(process: int) -> list[int]:
    """A process and its descendants."""
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return []
    return [process, *(one for child in children for one in _family(int(child)))]


def _peak_bytes(process: int) -> int:
    try:
        status = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0  # it has just ended
    found = [int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM")]
    return found[0] if found else 0


def _interpreter_s() -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import numpy"], check=True)
    return time.perf_counter() - started


def measure(is_quick: bool) -> report.Figures:
    if not Path("/proc/self/status").exists():
        raise SystemExit("the memory of processes is read from /proc")
    chosen = {"demo": "demo"}
    if not is_quick:
        chosen["vit_b_32"] = str(models.random_model("ViT-B-32").folder)
    figures: report.Figures = {}
    with tempfile.TemporaryDirectory() as temporary:
        for name, model in chosen.items():
            plantain = Plantain(Path(temporary, name), model)
            shown = _PICTURES / "Props" / "Table" if is_quick else _PICTURES
            plantain.run("index", shown)
            plantain.run("search", _QUERY)  # compiles the bytecode
            turns = [(_interpreter_s(), *plantain.run("search", _QUERY)) for _ in range(5)]
            figures |= {
                f"{name}_s": statistics.median(seconds for _, seconds, _ in turns),
                f"{name}_mb": max(size for _, _, size in turns) / 1e6,
                f"{name}_over_interpreter": statistics.median(s / base for base, s, _ in turns),
            }
    return figures


if __name__ == "__main__":
    sys.exit(report.run(__doc__ or "", measure, TARGETS, quick_targets=QUICK_TARGETS))
