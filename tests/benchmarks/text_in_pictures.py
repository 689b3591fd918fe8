"""Text in pictures: what is found by typing it, and what reading it costs.

`python -m tests.benchmarks.text_in_pictures [--json FILE] [--quick]`

Posters and labels of our own, in several fonts, sizes, angles and grounds, in Latin and Chinese
script, among as many still lifes without a letter. All go the product's own way: indexed, then
read, then asked for, word by word, with ``text:``.

- `found`: of the words that stand on a poster, how many find it.
- `found_latin`, `found_chinese`, `found_turned`, and `found_small`: letters of 18 to 24 pixels in
  1200 × 900.
- `read_without_text`: still lifes in which something was read all the same.
- `glanced`: still lifes that cost no more than a glance.
- `indexing_rate`: of pictures without text, indexed while there is text to be read, as in the
  window, by the rate without; the median of rounds in turns.
- `glance_by_indexing`: processor seconds of a glance by those of indexing a picture: what is done
  behind it.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import threading
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from desktop.config.options import EngineOptions
from desktop.core.cancellation import CancelToken
from desktop.core.errors import Cancelled
from desktop.core.filter import Filter
from desktop.core.progress import finish
from desktop.services.engine import Engine
from desktop.wiring.engine import open_engine
from tests.benchmarks.machine import costing
from tests.benchmarks.report import Figures, at_least, at_most, run
from tests.written_pictures import CHINESE, LATIN, poster, product

POSTERS, QUICK_POSTERS = 240, 24
TARGETS = {
    "found": at_least(0.95),
    "found_latin": at_least(0.95),
    "found_chinese": at_least(0.95),
    "read_without_text": at_most(0.05),
    "indexing_rate": at_least(0.95),
}
_ROUNDS, _QUICK_ROUNDS, _ROUND = 5, 2, 60
_LATIN_WORDS = (
    *("Aurora", "velvet", "harvest", "Lumen", "coastal", "Orchid", "premium", "citrus", "Bergamot"),
    *("ceramic", "Midnight", "studio", "wool", "jasmine", "Northern", "silk", "organic", "Tuesday"),
    *("perfume", "garden", "winter", "edition", "copper", "marble", "saffron", "breeze", "Atelier"),
)
_CHINESE_WORDS = (
    *("极光", "丝绸", "香水", "新品上市", "限量", "春季", "大促", "茶叶", "手工", "陶瓷", "夜色"),
    *("花园", "冬日", "羊毛", "柑橘", "礼盒", "满减", "包邮", "北方", "海岸", "经典", "天然"),
)
_GROUNDS = (
    *(("#F4F1EA", "#202020"), ("#16202E", "#F2F2F2"), ("#B3261E", "#FFF4D6")),
    *(("#E9C46A", "#264653"), ("#DDE5DC", "#5B6B5A")),
)


def measure(is_quick: bool) -> Figures:
    """Shares, ratios and counts."""
    wanted = QUICK_POSTERS if is_quick else POSTERS
    with tempfile.TemporaryDirectory(prefix="plantain-text-") as made_in:
        top = Path(made_in)
        posters, stills = top / "posters", top / "stills"
        words = _draw(posters, wanted)
        _still_lifes(stills, wanted)
        with open_engine(EngineOptions(profile_dir=top / "profile", model="demo"), {}) as engine:
            with costing() as indexing:
                finish(engine.indexing.run([stills], CancelToken()))
            with costing() as glancing:
                finish(engine.text_reading.run(CancelToken()))
            read = _with_text(engine)
            finish(engine.indexing.run([posters], CancelToken()))
            finish(engine.text_reading.run(CancelToken()))
            found = dict(_found(engine, words))
        figures: Figures = {"posters": wanted, "stills": wanted, "read_without_text": read / wanted}
        figures |= found
        figures["glance_by_indexing"] = glancing.cpu / max(indexing.cpu, 1e-9)
        figures["indexing_rate"] = _rate(top, _QUICK_ROUNDS if is_quick else _ROUNDS, posters)
        return figures


def _draw(folder: Path, count: int) -> dict[str, tuple[list[str], set[str]]]:
    """Posters; by name what stands on them and what kinds they are of."""
    folder.mkdir()
    chance = random.Random(5)
    told: dict[str, tuple[list[str], set[str]]] = {}
    for number in range(count):
        is_chinese = number % 2 == 1
        words = chance.sample(_CHINESE_WORDS if is_chinese else _LATIN_WORDS, 3)
        letters = chance.choice((18, 24, 32, 48, 72, 96))
        angle = chance.choice((0, 0, 0, 4, -6, 12, -15, 90))
        ground, ink = chance.choice(_GROUNDS)
        lines = ["".join(words[:2]) if is_chinese else " ".join(words[:2]), words[2]]
        font = CHINESE if is_chinese else chance.choice(LATIN)
        page = poster(lines, font, letters=letters, angle=angle, ink=ink, ground=ground)
        if number % 5 == 4:  # a label on a picture
            page.paste(product(number).crop((0, 660, 1_200, 900)), (0, 660))
        name = f"IMG_{number:04}.jpg"
        page.save(folder / name, quality=88)
        kinds = {"chinese" if is_chinese else "latin"}
        kinds |= {"small"} if letters <= 24 else set()
        kinds |= {"turned"} if angle else set()
        told[name] = (words, kinds)
    return told


def _still_lifes(folder: Path, count: int) -> None:
    folder.mkdir()
    for number in range(count):
        product(1_000 + number).save(folder / f"DSC_{number:04}.jpg", quality=90)


def _with_text(engine: Engine) -> int:
    assets = engine.catalog.all_assets()
    return sum(bool(engine.catalog.texts.lines(asset.content_hash)) for asset in assets)


def _found(
    engine: Engine, words: dict[str, tuple[list[str], set[str]]]
) -> Iterator[tuple[str, float]]:
    names = {asset.id: asset.name for asset in engine.catalog.all_assets()}
    by_kind: defaultdict[str, list[bool]] = defaultdict(list)
    for name, (written, kinds) in words.items():
        for word in written:
            ids = engine.catalog.filters.ids(Filter(text=word)).tolist()
            is_found = name in {names[asset_id] for asset_id in ids}
            if not is_found:
                print(f"not found: {word} on {name} ({', '.join(sorted(kinds))})", file=sys.stderr)
            for kind in ("", *kinds):
                by_kind[kind].append(is_found)
    for kind, results in sorted(by_kind.items()):
        yield f"found_{kind}".rstrip("_"), sum(results) / len(results)


def _rate(top: Path, rounds: int, posters: Path) -> float:
    """Indexing beside text that waits to be read, by indexing alone."""
    ratios: list[float] = []
    for number in range(rounds):
        seconds = {
            is_beside: _indexed(top / f"round {number} {is_beside}", posters, is_beside)
            for is_beside in ((True, False) if number % 2 else (False, True))
        }
        ratios.append(seconds[False] / seconds[True])
    return statistics.median(ratios)


def _indexed(place: Path, posters: Path, is_beside: bool) -> float:
    pictures = place / "pictures"
    pictures.mkdir(parents=True)
    for number in range(_ROUND):
        Image.effect_noise((1_200, 900), 20 + number).save(pictures / f"{number}.jpg")
    with open_engine(EngineOptions(profile_dir=place / "profile", model="demo"), {}) as engine:
        some = sorted(posters.iterdir())[:12]
        finish(engine.indexing.run(some, CancelToken()))
        is_indexing, cancel = threading.Event(), CancelToken()
        has_begun = threading.Event()

        def read() -> None:
            try:
                for _ in engine.text_reading.run(cancel, is_indexing.is_set):
                    has_begun.set()
            except Cancelled:
                pass

        reading = threading.Thread(target=read)
        if is_beside:
            reading.start()
            has_begun.wait(60)
        is_indexing.set()
        with costing() as cost:
            finish(engine.indexing.run([pictures], CancelToken()))
        cancel.cancel()
        if is_beside:
            reading.join()
        return cost.wall


if __name__ == "__main__":
    raise SystemExit(run(__doc__ or "", measure, TARGETS))
