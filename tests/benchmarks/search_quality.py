"""How good the order of a search is, and whether it knows when nothing fits.

`python -m tests.benchmarks.search_quality [--json FILE] [--quick]`

A library of drawn pictures, each with a known thing, colour, material, trim and place, indexed by
the product with the demo model. Half of them are called after what they show, in English or
Chinese, as far as a person would say it; the other half as a camera does. Sentences that describe
some of the pictures are looked for, in whole and in part. A picture of which all that the sentence
claims is true has gain 3, one of which all but one claim are true and the thing is right has 1
(2^relevance - 1, K. Jarvelin and J. Kekalainen, 2002). Beside the order that the product gives
stand those of each signal alone.

Nonsense is typed in eleven scripts, and made in another way than the texts by which the product
calibrates itself. A query is judged relevant-free when no hit is called relevant.
"""

from __future__ import annotations

import math
import random
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from desktop.config.options import EngineOptions
from desktop.core.cancellation import CancelToken
from desktop.core.colour_words import colours_said
from desktop.core.filter import EVERYTHING
from desktop.core.progress import finish
from desktop.core.query import Query, Signal
from desktop.services.engine import Engine
from desktop.services.search.fusion import Weights
from desktop.services.search.ranking import Found, ranked
from desktop.services.search.word_matches import WordMatcher
from desktop.wiring.engine import open_engine
from tests.benchmarks.models import demo_model
from tests.benchmarks.report import Figures, at_least, run
from tests.demo_world.captions import Caption, caption, random_fields
from tests.demo_world.draw import draw, to_array
from tests.demo_world.vocabulary import COLOURS, Scene, all_scenes

SEED = 612_013
BEST = 10
SIDE = 320
LANGUAGES = ("en", "zh")
TARGETS = {
    **{
        f"ndcg_{language}_hybrid_less_{signal}": at_least(0.0)
        for language in LANGUAGES
        for signal in ("meaning", "words", "colour")
    },
    **{f"exact_{kind}_first": at_least(1.0) for kind in ("name", "tag", "phrase")},
    "nonsense_relevant_free": at_least(0.95),
    "real_kept": at_least(0.95),
    "colour_precision_at_10": at_least(0.9),
    "colour_without_a_model_precision_at_10": at_least(0.5),
}
TAGS = ("hero shot", "Frühling", "客户精选", "B-roll", "final_v2", "moodboard 7", "red", "cape")
PHRASES = ("for the spring campaign", "ask Ann before use", "给春季画册用的封面", "second choice")


@dataclass(frozen=True)
class Pictures:
    """An indexed library, and what each of its pictures shows."""

    engine: Engine
    scenes: dict[int, Scene]


# -- the library -----------------------------------------------------------------------------------


def make(engine: Engine, folder: Path, count: int) -> Pictures:
    """Draw, name and index ``count`` pictures."""
    rng = random.Random(SEED)
    scenes: dict[str, Scene] = {}
    for number, scene in enumerate(rng.sample(all_scenes(), count)):
        name = f"{name_of(scene, number, rng)}.jpg"
        scenes[name] = scene
        picture = draw(scene, SEED + number, SIDE, SIDE)
        Image.fromarray(to_array(picture)).save(folder / name, quality=90)
    finish(engine.indexing.run([folder], CancelToken()))
    engine.searching.settle()
    assets = engine.catalog.all_assets()
    return Pictures(engine, {asset.id: scenes[asset.filename] for asset in assets})


def name_of(scene: Scene, number: int, rng: random.Random) -> str:
    """Half of them say something, in the ways in which files are named."""
    if number % 2:
        return f"IMG_{3_000 + number}"
    language = LANGUAGES[number // 2 % 2]
    fields = rng.choice((("thing", "colour"), ("thing",), ("thing", "colour", "material")))
    words = caption(scene, rng, language, fields).text.strip(".").split()
    joint = rng.choice(("-", "_", " ", ""))
    said = joint.join(word.capitalize() if not joint else word for word in words)
    return f"{said}{'_' if joint == '_' else ' '}{number}"


# -- order -----------------------------------------------------------------------------------------


def gains(wanted: Caption, scenes: Mapping[int, Scene]) -> dict[int, float]:
    """Of every picture."""
    found: dict[int, float] = {}
    for asset_id, scene in scenes.items():
        wrong = [name for name, value in wanted.claims if getattr(scene, name) != value]
        is_near = len(wrong) == 1 and len(wanted.claims) > 1 and wrong != ["thing"]
        found[asset_id] = 3.0 if not wrong else 1.0 if is_near else 0.0
    return found


def ndcg(order: Sequence[int], gain: dict[int, float]) -> float:
    """Of the first ``BEST``; 1 is the best order that there is."""
    discounts = 1 / np.log2(np.arange(2, BEST + 2))
    told = [gain[asset_id] for asset_id in order[:BEST]]
    ideal = sorted(gain.values(), reverse=True)[:BEST]
    return float(np.dot(told, discounts[: len(told)]) / np.dot(ideal, discounts[: len(ideal)]))


def orders(pictures: Pictures) -> dict[str, Callable[[str], list[int]]]:
    """Text to asset ids, by each signal alone and by the product."""
    engine = pictures.engine
    encoder = engine.model.encoder()

    def hybrid(text: str) -> list[int]:
        return [hit.asset.id for hit in engine.searching.search(Query(text, limit=50)).hits]

    def meaning(text: str) -> list[int]:
        vector = encoder.encode_texts([text])[0]
        hits = engine.vectors.search(encoder.info.identity, vector, 50)
        return [hit.asset.id for hit in hits]

    def words(text: str) -> list[int]:
        scores = engine.catalog.words.find(text, 200)
        matcher = WordMatcher(text)
        said = engine.catalog.words.words_of([*scores])
        matches = {i: matcher.match(each) for i, each in said.items()}
        found = Found({}, {}, math.inf, Signal.MEANING, matches, scores, {})
        return ranked(found, Weights())

    def colour(text: str) -> list[int]:
        codes = [*colours_said(text).values()]
        return [*engine.catalog.colours.find(codes, 50, EVERYTHING)] if codes else []

    return {"hybrid": hybrid, "meaning": meaning, "words": words, "colour": colour}


def order_figures(pictures: Pictures, count: int) -> Figures:
    """nDCG of each way, and what the product's is above each other one."""
    figures: Figures = {}
    ways = orders(pictures)
    for language in LANGUAGES:
        asked = sentences(pictures.scenes, language, count)
        of_way = {
            name: float(
                np.mean([ndcg(way(each.text), gains(each, pictures.scenes)) for each in asked])
            )
            for name, way in ways.items()
        }
        figures |= {f"ndcg_{language}_{name}": value for name, value in of_way.items()}
        figures |= {
            f"ndcg_{language}_hybrid_less_{name}": of_way["hybrid"] - value
            for name, value in of_way.items()
            if name != "hybrid"
        }
    return figures


def sentences(scenes: Mapping[int, Scene], language: str, count: int) -> list[Caption]:
    """Each true of a picture that is there."""
    rng = random.Random(f"{SEED}/{language}")
    chosen = rng.choices([*scenes.values()], k=count)
    return [caption(scene, rng, language, random_fields(rng)) for scene in chosen]


# -- what is called so -----------------------------------------------------------------------------


def exact_figures(pictures: Pictures) -> Figures:
    """Share of names, tags and phrases that bring the picture that has them to the first place,
    though it looks like nothing of the kind."""
    engine, rng = pictures.engine, random.Random(SEED)
    ids = rng.sample([*pictures.scenes], len(TAGS) + len(PHRASES))
    for asset_id, tag in zip(ids, TAGS, strict=False):
        engine.annotations.tag([asset_id], [tag])
    noted = ids[len(TAGS) :]
    for asset_id, phrase in zip(noted, PHRASES, strict=True):
        engine.annotations.annotate([asset_id], f"Comes from the archive, {phrase}, and so on.")

    def first(text: str) -> int:
        return engine.searching.search(Query(text)).hits[0].asset.id

    named = rng.sample(engine.catalog.all_assets(), 60)
    names = [(asset.filename.rpartition(".")[0], asset.id) for asset in named]
    names += [(asset.filename, asset.id) for asset in named]
    names += [(asset.filename.upper(), asset.id) for asset in named]
    tags = [*zip(TAGS, ids, strict=False)]
    phrases = [*zip(PHRASES, noted, strict=True)]
    phrases += [(f'"{phrase}"', asset_id) for phrase, asset_id in phrases]
    return {
        f"exact_{kind}_first": float(np.mean([first(text) == asset_id for text, asset_id in pairs]))
        for kind, pairs in (("name", names), ("tag", tags), ("phrase", phrases))
    }


# -- what fits -------------------------------------------------------------------------------------

SCRIPTS = {
    "latin": "abcdefghijklmnopqrstuvwxyz",
    "cyrillic": "абвгдежзийклмнопрстуфхцчшщъыьэюя",
    "greek": "αβγδεζηθικλμνξοπρστυφχψω",
    "hebrew": "אבגדהוזחטיכלמנסעפצקרשת",
    "arabic": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "devanagari": "अआइईउऊकखगघचछजझटठडढणतथदधनपफबभमयरलवशषसह",
    "thai": "กขคฆงจฉชซญฎฏฐดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ",
    "hangul": "".join(map(chr, range(0xAC00, 0xD7A4, 7))),
    "kana": "あいうえおかきくけこさしすせそたちつてとなにぬねのまみむめもやゆよらりるれろ",
    "han": "".join(map(chr, range(0x4E00, 0x9FA5, 11))),
    "keyboard": "qwertasdfgzxcvb1234567890",
}


def nonsense(count: int) -> list[str]:
    """What nobody means anything by."""
    rng = random.Random(SEED)
    made = ["xyzzy qwerty", "asdf jkl", "blorp fnord", "的了吗呢", "12345 67890"]
    for number in range(count - len(made)):
        script = [*SCRIPTS][number % len(SCRIPTS)]
        is_dense = script in ("han", "hangul", "kana")
        lengths = (2, 4) if is_dense else (4, 10)
        words = [
            "".join(rng.choices(SCRIPTS[script], k=rng.randint(*lengths)))
            for _ in range(rng.randint(1, 2 if is_dense else 3))
        ]
        made.append(" ".join(words))
    return made


def relevance_figures(pictures: Pictures, count: int) -> Figures:
    """Whether nonsense is told from what is there, and what is called relevant."""
    searching = pictures.engine.searching
    figures: Figures = {}
    asked = nonsense(count)
    free = [searching.search(Query(text)).relevant == 0 for text in asked]
    figures["nonsense"] = float(len(asked))
    figures["nonsense_relevant_free"] = float(np.mean(free))
    kept: list[bool] = []
    precision: list[float] = []
    recall: list[float] = []
    for language in LANGUAGES:
        for each in sentences(pictures.scenes, language, count // 2):
            result = searching.search(Query(each.text, limit=100))
            told = {hit.asset.id for hit in result.hits[: result.relevant]}
            true = {i for i, gain in gains(each, pictures.scenes).items() if gain == 3}
            kept.append(bool(told))
            if told:
                precision.append(len(told & true) / len(told))
            recall.append(len(told & true) / min(len(true), 100))
    figures["real_kept"] = float(np.mean(kept))
    figures["relevant_precision"] = float(np.mean(precision))
    figures["relevant_recall"] = float(np.mean(recall))
    return figures


# -- colours ---------------------------------------------------------------------------------------


def colour_precision(pictures: Pictures, engine: Engine) -> float:
    """Share of the first ten for a colour's name whose thing has it."""
    shares: list[float] = []
    for colour, (english, chinese) in COLOURS.items():
        for text in (english[0], chinese[0]):
            hits = engine.searching.search(Query(text, limit=BEST)).hits
            shares.append(
                float(np.mean([pictures.scenes[h.asset.id].colour == colour for h in hits]))
            )
    return float(np.mean(shares))


def measure(is_quick: bool) -> Figures:
    """All figures, over 480 pictures or 300."""
    count = 300 if is_quick else 480
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "pictures")
        folder.mkdir()
        options = EngineOptions(
            profile_dir=Path(place, "profile"), model=demo_model().manifest.name
        )
        with open_engine(options, {}) as engine:
            pictures = make(engine, folder, count)
            figures: Figures = {"pictures": float(len(pictures.scenes))}
            figures |= order_figures(pictures, 100 if is_quick else 200)
            figures |= relevance_figures(pictures, 220 if is_quick else 440)
            figures["colour_precision_at_10"] = colour_precision(pictures, engine)
            figures |= exact_figures(pictures)
        bare = EngineOptions(profile_dir=Path(place, "profile"))
        with open_engine(bare, {}) as engine:
            figures["colour_without_a_model_precision_at_10"] = colour_precision(pictures, engine)
    return figures


if __name__ == "__main__":
    sys.exit(run("How good the order of a search is, and whether it knows when nothing fits.",
                 measure, TARGETS))  # fmt: skip
