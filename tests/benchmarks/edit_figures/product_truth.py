"""Whether made faults of a product in a picture are found, and true products let pass.

`python -m tests.benchmarks.edit_figures.product_truth [--json FILE] [--quick]`; part of
`python -m tests.benchmarks.edits`.

Products of our own (see ``made_products``) stand in scenes of the demo world, true or with one
fault: a letter that is another, a part that has another colour (9 to 18 ΔE2000), another shape.
The product's own way is gone: files, decoded, found, compared, with the demo model.

- `letters_found`, `colours_found`, `shapes_found`: of the faults of that kind, how many are told as
  one of that kind. A missing product counts as another shape.
- `words_right`: of the letters found, how many are told by what the label says now.
- `false_alarms`: of the true ones, of how many anything is told.
- `likeness_true`, `likeness_shape`: medians of the encoder's cosine.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from PySide6.QtGui import QGuiApplication

from desktop.config.options import EngineOptions
from desktop.core.cancellation import CancelToken
from desktop.core.lettering import letters_of
from desktop.core.product_truth import Fault, ProductTruth
from desktop.core.progress import finish
from desktop.services.engine import Engine
from desktop.wiring.engine import open_engine
from tests.benchmarks.edit_figures import made_products
from tests.benchmarks.report import Figures, at_least, at_most

SEED = 613_011
EACH, QUICK_EACH = 24, 4
TARGETS = {
    "letters_found": at_least(0.9),
    "colours_found": at_least(0.9),
    "shapes_found": at_least(0.9),
    "false_alarms": at_most(0.05),
}
_KINDS = {
    "letters": {Fault.LETTERS},
    "colours": {Fault.COLOUR},
    "shapes": {Fault.SHAPE, Fault.MISSING},
}


@dataclass(frozen=True)
class Case:
    """A product's picture, a picture of it in a scene, and what is wrong with that one."""

    kind: str
    reference: Path
    picture: Path
    after: str = ""


def cases(each: int, folder: Path) -> Iterator[Case]:
    """As many true ones as of each kind of fault."""
    chance = random.Random(SEED)
    for number in range(4 * each):
        kind = ("true", *_KINDS)[number % 4]
        made = made_products.product(chance)
        while kind == "letters" and not made.lines:
            made = made_products.product(chance)
        other, shift, after = made, None, ""
        if kind == "letters":
            other, _, after = made_products.with_other_letter(made, chance)
        elif kind == "colours":
            shift = made_products.shift(made, chance)
        elif kind == "shapes":
            other = made_products.with_other_shape(made, chance)
        packshot = made_products.packshot(made)
        reference, picture = folder / f"{number}.png", folder / f"{number} {kind}.jpg"
        if number % 8 < 4:  # half of them cut out
            page = Image.new("RGB", packshot.size, "white")
            page.paste(packshot, (0, 0), packshot)
            packshot = page
        packshot.save(reference)
        made_products.placed(made_products.packshot(other, shift), chance).save(picture, quality=88)
        yield Case(kind, reference, picture, after)


def checked(engine: Engine, case: Case) -> ProductTruth:
    """What the product's own way says."""
    report = finish(
        engine.generation.product_check.check_files(case.picture, [case.reference], CancelToken())
    )
    [product] = report.products
    return product.truth


def measure(is_quick: bool) -> Figures:
    """Shares and medians."""
    found: defaultdict[str, list[bool]] = defaultdict(list)
    likeness: defaultdict[str, list[float]] = defaultdict(list)
    words: list[bool] = []
    lending = nullcontext() if QGuiApplication.instance() else QGuiApplication([])
    with tempfile.TemporaryDirectory(prefix="plantain-truth-") as place:
        options = EngineOptions(profile_dir=Path(place, "profile"), model="demo")
        with open_engine(options, {}) as engine:
            for case in cases(QUICK_EACH if is_quick else EACH, Path(place)):
                truth = checked(engine, case)
                faults = {finding.fault for finding in truth.findings}
                is_found = bool(faults & _KINDS[case.kind]) if case.kind in _KINDS else bool(faults)
                found[case.kind].append(is_found)
                if truth.likeness is not None:
                    likeness[case.kind].append(truth.likeness)
                told = " ".join(finding.sentence() for finding in truth.findings)
                if is_found == (case.kind == "true"):
                    print(f"{case.picture.name}: {told or 'nothing'}", file=sys.stderr)
                elif case.kind == "letters":
                    said = [letters_of(finding.after) for finding in truth.findings]
                    words.append(letters_of(case.after) in said)
    del lending
    figures: Figures = {f"{kind}_found": _share(found[kind]) for kind in _KINDS}
    figures["false_alarms"] = _share(found["true"])
    figures["words_right"] = _share(words)
    figures["pictures"] = float(sum(map(len, found.values())))
    figures |= {
        f"likeness_{name}": statistics.median(likeness[kind])
        for name, kind in (("true", "true"), ("shape", "shapes"))
        if likeness[kind]
    }
    return figures


def _share(values: list[bool]) -> float:
    return sum(values) / len(values) if values else float("nan")
