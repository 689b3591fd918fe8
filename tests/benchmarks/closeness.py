"""Whether closeness to a brand kit tells a brand's own pictures from others.

`python -m tests.benchmarks.closeness [--json FILE] [--quick]`

Brands of the demo's world, each a colour of things in one setting. Three pictures of a brand make
its kit (their main colours, and they themselves as style references); others of it are measured
against pictures of other colours in other settings. A figure is the share of all pairs in which the
brand's picture comes out closer (the area under the ROC curve; 0.5 is chance).
"""

from __future__ import annotations

import random
import sys
from dataclasses import replace

import numpy as np
from PIL import Image

from desktop.core.colour import merged_palette
from desktop.embedding.runtime.loading import load_encoder
from desktop.media.palette import main_colours
from desktop.services.generation.closeness import colour_fit, likeness
from tests.benchmarks.demo_model import embed_pictures
from tests.benchmarks.models import demo_model
from tests.benchmarks.report import Figures, at_least, run
from tests.demo_world.draw import draw, to_array
from tests.demo_world.vocabulary import Scene, random_scene

BRANDS, QUICK_BRANDS = 12, 6
OWN, FOREIGN, IN_KIT = 6, 40, 3
SEED = 47
TARGETS = {"colours": at_least(0.8), "look": at_least(0.8), "together": at_least(0.9)}


def measure(is_quick: bool) -> Figures:
    rng = random.Random(SEED)
    others = [random_scene(rng) for _ in range(FOREIGN)]
    first = [random_scene(rng) for _ in range(QUICK_BRANDS if is_quick else BRANDS)]
    own = [
        replace(random_scene(rng), colour=brand.colour, setting=brand.setting)
        for brand in first
        for _ in range(OWN + IN_KIT)
    ]
    scenes = [*others, *own]
    vectors = embed_pictures(scenes, load_encoder(demo_model()), side=320)
    palettes = [main_colours([_drawn(scene, at)]) for at, scene in enumerate(scenes)]
    told: dict[str, list[float]] = {name: [] for name in TARGETS}
    for number, brand in enumerate(first):
        start = FOREIGN + number * (OWN + IN_KIT)
        kit, mine = range(start, start + IN_KIT), range(start + IN_KIT, start + IN_KIT + OWN)
        colours = [swatch.colour for swatch in merged_palette([palettes[at] for at in kit])]
        foreign = [
            at
            for at in range(FOREIGN)
            if scenes[at].colour != brand.colour and scenes[at].setting != brand.setting
        ]
        usual = np.sort(likeness(vectors, vectors[list(kit)]))
        measured = {
            at: (
                colour_fit(palettes[at], colours)[0] or 0.0,
                float(np.searchsorted(usual, likeness(vectors[at : at + 1], vectors[list(kit)])[0]))
                / len(usual),
            )
            for at in (*mine, *foreign)
        }
        for name, pick in (
            ("colours", lambda both: both[0]),
            ("look", lambda both: both[1]),
            ("together", lambda both: sum(both) / 2),
        ):
            told[name] += [
                _above(pick(measured[one]), pick(measured[other]))
                for one in mine
                for other in foreign
            ]
    return {"brands": len(first)} | {name: float(np.mean(wins)) for name, wins in told.items()}


def _above(one: float, other: float) -> float:
    return 1.0 if one > other else 0.5 if one == other else 0.0


def _drawn(scene: Scene, seed: int) -> Image.Image:
    return Image.fromarray(to_array(draw(scene, seed, 320, 320)))


if __name__ == "__main__":
    sys.exit(run("How well closeness tells a brand's pictures from others.", measure, TARGETS))
