"""How well the demo model finds pictures it could not have seen.

`python -m tests.benchmarks.demo_model [--json FILE] [--quick]`

Every picture shows a combination of thing and colour, or thing and setting, that training left
out, from seeds that training does not use, drawn at 640 pixels, and goes the product's own way:
decoded by `desktop.media`, encoded by `desktop.embedding`. Each picture is sought with one whole
sentence in English and one in Chinese; a hit is that picture or one with the same five attributes
in the first place.
"""

from __future__ import annotations

import io
import random
import sys
import time

import numpy as np
from PIL import Image

from desktop.embedding.encoder import Encoder
from desktop.embedding.runtime.loading import load_encoder
from desktop.media.decode import load_picture
from desktop.media.encoder_pixels import encoder_pixels
from tests.benchmarks.models import demo_model
from tests.benchmarks.report import Figures, at_least, run
from tests.demo_world.captions import caption
from tests.demo_world.draw import draw, to_array
from tests.demo_world.vocabulary import Scene, all_scenes

SEED = 990_017
TARGETS = {
    "text_to_image_recall_at_1_en": at_least(0.90),
    "text_to_image_recall_at_1_zh": at_least(0.85),
    "image_to_image_same_thing_precision_at_5": at_least(0.95),
}


def held_out_scenes(count: int, seed: int = SEED) -> list[Scene]:
    """`count` different scenes that training never saw."""
    scenes = [scene for scene in all_scenes() if scene.is_held_out()]
    return random.Random(seed).sample(scenes, count)


def embed_pictures(scenes: list[Scene], encoder: Encoder, side: int = 640) -> np.ndarray:
    """Draw and encode: (n, 512) float32, unit length."""
    rng = random.Random(SEED + 1)
    pixels: list[np.ndarray] = []
    for scene in scenes:
        seed = rng.randrange(1 << 40) + (1 << 41)
        file = io.BytesIO()
        Image.fromarray(to_array(draw(scene, seed, side, side))).save(file, "PNG")
        picture = load_picture(file.getvalue(), at_least=side)
        pixels.append(encoder_pixels(picture.image, encoder.info.pixels))
    return encoder.encode_images(np.stack(pixels))


def embed_sentences(scenes: list[Scene], language: str, encoder: Encoder) -> np.ndarray:
    """One whole sentence a scene, encoded: (n, 512) float32, unit length."""
    rng = random.Random(f"{SEED}/{language}")
    return encoder.encode_texts([caption(scene, rng, language).text for scene in scenes])


def recall_at_1(texts: np.ndarray, pictures: np.ndarray, scenes: list[Scene]) -> float:
    """Share of sentences whose first picture has exactly the attributes they describe."""
    first = (texts @ pictures.T).argmax(1)
    return float(np.mean([scenes[i] == scene for i, scene in zip(first, scenes, strict=True)]))


def mistakes(texts: np.ndarray, pictures: np.ndarray, scenes: list[Scene]) -> dict[str, int]:
    """How often the first picture differs from the sentence, attribute by attribute."""
    first = (texts @ pictures.T).argmax(1)
    return {
        field: sum(getattr(scenes[i], field) != getattr(scene, field)
                   for i, scene in zip(first, scenes, strict=True))
        for field in Scene.__dataclass_fields__
    }  # fmt: skip


def same_thing_precision(pictures: np.ndarray, scenes: list[Scene], k: int = 5) -> float:
    """Mean share of a picture's `k` nearest neighbours that show the same thing."""
    likeness = pictures @ pictures.T
    np.fill_diagonal(likeness, -np.inf)
    nearest = np.argsort(-likeness, axis=1)[:, :k]
    things = np.array([scene.thing for scene in scenes])
    return float((things[nearest] == things[:, None]).mean())


def measure(is_quick: bool) -> Figures:
    """All figures, over 480 held-out pictures or 240."""
    began = time.perf_counter()
    encoder = load_encoder(demo_model(), "cpu")
    scenes = held_out_scenes(240 if is_quick else 480)
    pictures = embed_pictures(scenes, encoder)
    figures: Figures = {"pictures": float(len(scenes))}
    for language in ("en", "zh"):
        texts = embed_sentences(scenes, language, encoder)
        figures[f"text_to_image_recall_at_1_{language}"] = recall_at_1(texts, pictures, scenes)
        wrong = mistakes(texts, pictures, scenes)
        figures |= {f"first_picture_wrong_{field}_{language}": float(n)
                    for field, n in wrong.items()}  # fmt: skip
    figures["image_to_image_same_thing_precision_at_5"] = same_thing_precision(pictures, scenes)
    figures["seconds"] = time.perf_counter() - began
    return figures


if __name__ == "__main__":
    sys.exit(
        run("How well the demo model finds pictures it could not have seen.", measure, TARGETS)
    )
