"""A product is found in a picture and compared, whatever its size, turn and light."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw

from desktop.core.product_truth import LEAST_AGREEMENT, MOST_APART, NARROWEST, WIDEST
from desktop.media.product_truth.examination import Examination, examine
from desktop.media.product_truth.placement import TooPlain, cut_out
from tests.benchmarks.edit_figures.made_products import (
    Product,
    ground,
    packshot,
    placed,
)

AURORA = Product(
    "bottle", 1, "#2350C4", "#E2AF35", lines=("AURORA", "EAU DE PARFUM"), wide=1.0, shoulder=0.4
)


def seen(of: Product, shift: tuple[str, tuple[float, float, float]] | None = None) -> Image.Image:
    return placed(packshot(of, shift), random.Random(5))


def examined(picture: Image.Image, reference: Image.Image | None = None) -> Examination:
    found = examine(reference or packshot(AURORA), picture)
    assert found is not None
    return found


def worst(found: Examination) -> float:
    return max(part.difference for part in found.colours)


@pytest.fixture(autouse=True)
def _drawing(qapp: object) -> None:
    """Scenes are drawn by Qt."""


def test_the_true_product_is_where_it_stands_and_as_it_is() -> None:
    found = examined(seen(AURORA))
    assert found.agreement > 0.95
    assert NARROWEST < found.stretch < WIDEST
    assert len(found.colours) >= 3
    assert worst(found) < 2
    across = [x for x, _ in found.area]
    down = [y for _, y in found.area]
    assert 0 <= min(across) < max(across) <= 1
    assert 0 <= min(down) < max(down) <= 1
    assert max(down) - min(down) > 0.3


def test_a_product_on_white_is_cut_out_as_one_that_is_clear_around() -> None:
    shot = packshot(AURORA)
    page = Image.new("RGB", shot.size, "white")
    page.paste(shot, (0, 0), shot)
    clear, on_white = cut_out(shot), cut_out(page)
    assert on_white.is_cut_out
    assert on_white.mask.shape == pytest.approx(clear.mask.shape, abs=4)
    assert on_white.mask.mean() == pytest.approx(clear.mask.mean(), abs=0.02)


def test_a_part_of_another_colour_is_told_from_another_light() -> None:
    found = examined(seen(AURORA, ("cap", (0.0, 4.0, -40.0))))
    [part] = [part for part in found.colours if part.difference > MOST_APART]
    assert part.box[3] < 0.4  # the cap
    assert 0.03 < part.share < 0.2


def test_another_shape_keeps_fewer_lines_or_is_stretched() -> None:
    jar = examined(seen(replace(AURORA, kind="jar")))
    assert jar.agreement < LEAST_AGREEMENT
    narrow = examined(seen(replace(AURORA, wide=0.74)))
    assert narrow.agreement < LEAST_AGREEMENT or narrow.stretch < NARROWEST


def test_a_product_that_is_not_there_is_not_found() -> None:
    assert examine(packshot(AURORA), ground("forest", 3)) is None
    assert examine(packshot(AURORA), Image.new("RGB", (640, 480), "#808080")) is None


def test_a_product_with_next_to_nothing_on_it_is_refused_not_found_in_a_spot() -> None:
    plain = Image.new("RGB", (900, 900), "white")
    drawing = ImageDraw.Draw(plain)
    drawing.rounded_rectangle((250, 100, 650, 800), 60, fill="#F0F0F0")
    drawing.ellipse((395, 395, 405, 405), fill="#333333")
    scene = Image.new("RGB", (640, 480), "#E4E4E4")
    ImageDraw.Draw(scene).ellipse((300, 200, 308, 208), fill="#333333")
    with pytest.raises(TooPlain):
        examine(plain, scene)


def test_both_are_laid_straight_at_one_size() -> None:
    found = examined(seen(AURORA))
    assert found.reference.size == found.seen.size
    one, other = (np.asarray(each.convert("L").resize((64, 96)), np.float64).ravel()
                  for each in (found.reference_alone, found.seen_alone))  # fmt: skip
    assert np.corrcoef(one, other)[0, 1] > 0.97
    assert found.reference_as_small().size == found.reference.size
