"""How far what an image model changes can be trusted, once Plantain has put it right.

`python -m tests.benchmarks.edits [--json FILE] [--quick]`

Each module of ``edit_figures`` that is named here measures its own figures against known truth.
"""

from __future__ import annotations

import sys

from tests.benchmarks.edit_figures import locked_pixels, product_truth, transparency
from tests.benchmarks.report import Figures, run

PARTS = (locked_pixels, transparency, product_truth)

TARGETS = {name: target for part in PARTS for name, target in part.TARGETS.items()}


def measure(is_quick: bool) -> Figures:
    """All figures."""
    return {name: value for part in PARTS for name, value in part.measure(is_quick).items()}


if __name__ == "__main__":
    sys.exit(run("What is put back, cut out and found wrong in changed pictures.",
                 measure, TARGETS))  # fmt: skip
