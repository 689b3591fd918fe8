"""How often the first tag that is suggested for a picture is one that it should have.

`python -m tests.benchmarks.tag_suggestions [--json FILE] [--quick]`

Scenes of the demo's world, drawn from seeds that training does not use, each tagged with its
thing, colour, material, trim and setting. One after the other loses its tags, and the others
suggest: all five of the vocabulary's kinds are open, so a wrong guess is easy to make.
"""

from __future__ import annotations

import random
import sys

import numpy as np

from desktop.embedding.runtime.loading import load_encoder
from desktop.services.curation.tag_suggestions import NEIGHBOURS, ranked_tags
from tests.benchmarks.demo_model import embed_pictures
from tests.benchmarks.models import demo_model
from tests.benchmarks.report import Figures, at_least, run
from tests.demo_world.vocabulary import Scene, random_scene

PICTURES, QUICK_PICTURES = 300, 120
SEED = 31
TARGETS = {"first_suggestion_precision": at_least(0.9), "suggested_share": at_least(0.5)}


def tags_of(scene: Scene) -> tuple[str, ...]:
    trim = () if scene.trim == "none" else (f"{scene.trim} trim",)
    return (scene.thing, scene.colour, scene.material, *trim, scene.setting)


def measure(is_quick: bool) -> Figures:
    rng = random.Random(SEED)
    scenes = [random_scene(rng) for _ in range(QUICK_PICTURES if is_quick else PICTURES)]
    vectors = embed_pictures(scenes, load_encoder(demo_model()), side=320)
    alike = vectors @ vectors.T
    np.fill_diagonal(alike, -1.0)
    right = suggested = 0
    for at, scene in enumerate(scenes):
        nearest = np.argsort(-alike[at])[:NEIGHBOURS]
        ranked = ranked_tags((float(alike[at, n]), tags_of(scenes[n])) for n in nearest)
        if ranked:
            suggested += 1
            right += ranked[0] in tags_of(scene)
    return {
        "pictures": len(scenes),
        "suggested_share": suggested / len(scenes),
        "first_suggestion_precision": right / max(suggested, 1),
    }


if __name__ == "__main__":
    sys.exit(run("How often a suggested tag is right.", measure, TARGETS))
