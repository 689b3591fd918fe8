"""What comes back from a model is laid over the picture, and only what was to change is taken."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from desktop.core.errors import AnswerMisfit, UsageError
from desktop.media.editing.locking import check_region, locked
from desktop.media.editing.matting import cut_out
from tests.benchmarks.edit_figures.answers import Case, case, picture
from tests.benchmarks.edit_figures.plates import known, plate

Pixels = NDArray[np.uint8]


def inner(region: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Beyond the seam."""
    return cv2.erode(region.astype(np.uint8), np.ones((31, 31)), borderValue=0).astype(bool)


def apart(one: Pixels, other: Pixels, where: NDArray[np.bool_]) -> float:
    return float(np.abs(one.astype(np.int16) - other)[where].mean())


@pytest.fixture(scope="module")
def made() -> Case:
    """Shifted by 8 pixels, scaled by a hundredth, toned by a tenth, with two stray edits."""
    return case(30, size=(480, 360), answer_scale=0.8)


def test_outside_of_the_region_not_a_pixel_changes(made: Case) -> None:
    edit = locked(made.picture, made.answer, made.region)
    assert (edit.pixels == made.picture)[~made.region].all()
    assert apart(edit.pixels, made.picture, inner(made.region)) > 20


def test_inside_of_it_the_answer_lies_in_its_place_and_tone(made: Case) -> None:
    edit = locked(made.picture, made.answer, made.region)
    assert apart(edit.pixels, made.wanted, inner(made.region)) < 6


def test_the_seam_is_soft_and_within_the_region(made: Case) -> None:
    edit = locked(made.picture, made.answer, made.region)
    rim = made.region & ~cv2.erode(made.region.astype(np.uint8), np.ones((3, 3))).astype(bool)
    assert apart(edit.pixels, made.picture, rim) < apart(made.wanted, made.picture, rim) / 2


def test_the_seam_joins_a_region_at_the_border_of_the_picture() -> None:
    """The region ends there, and does not fade: nothing of the old is left along that edge."""
    given = case(30, size=(480, 360)).picture
    region = np.zeros((360, 480), bool)
    region[:120] = True
    answer = given.copy()
    answer[:80] = (10, 200, 30)
    edit = locked(given, answer, region)
    assert (edit.pixels == given)[120:].all()
    assert np.abs(edit.pixels[:40].astype(np.int16) - (10, 200, 30)).max() <= 4


def test_what_else_had_changed_is_told(made: Case) -> None:
    edit = locked(made.picture, made.answer, made.region)
    assert np.mean(edit.changes[made.strays]) > 0.9
    assert not np.any(edit.changes & made.region)
    assert edit.changed_share == pytest.approx(np.mean(made.strays), rel=0.2)


def test_the_same_answer_gives_the_same_picture(made: Case) -> None:
    one, other = (locked(made.picture, made.answer, made.region) for _ in range(2))
    assert np.array_equal(one.pixels, other.pixels)


def test_an_even_ground_says_nothing_of_the_place_and_is_no_reason_to_refuse() -> None:
    ground = np.full((240, 320, 3), 255, np.uint8)
    thing, answer = ground.copy(), np.full((240, 320, 3), 248, np.uint8)
    cv2.circle(thing, (160, 120), 50, (200, 30, 30), -1)
    cv2.circle(answer, (163, 121), 50, (30, 30, 200), -1)
    region = np.zeros((240, 320), bool)
    region[40:200, 80:240] = True
    edit = locked(thing, answer, region)
    assert edit.changed_share == 0
    assert tuple(edit.pixels[120, 160]) == pytest.approx((30, 30, 200), abs=10)


@pytest.mark.parametrize(
    "misfit",
    [
        lambda made: picture(77, 480, 360),
        lambda made: made.answer[:, ::-1].copy(),
        lambda made: np.full_like(made.picture, 255),
        lambda made: made.answer[60:-60, 80:-80].copy(),
    ],
    ids=["another picture", "mirrored", "white", "zoomed"],
)
def test_another_picture_is_refused(made: Case, misfit: Callable[[Case], Pixels]) -> None:
    with pytest.raises(AnswerMisfit, match=r"another picture|does not show all"):
        locked(made.picture, misfit(made), made.region)


def test_a_region_of_nothing_or_of_everything_is_refused() -> None:
    with pytest.raises(UsageError, match="No part"):
        check_region(np.zeros((10, 10), bool))
    with pytest.raises(UsageError, match="Nearly all"):
        check_region(np.ones((10, 10), bool))


def test_known_transparency_is_found_again() -> None:
    truth = known(3, 320, 240)
    made = cut_out(plate(truth, 252, 1), plate(truth, 4, 2, shift=1.0))
    alpha = np.abs(made[..., 3].astype(np.int16) - truth[..., 3]) / 255
    assert alpha.mean() <= 0.02
    assert alpha[(truth[..., 3] > 0) & (truth[..., 3] < 255)].mean() < 0.05
    assert apart(made[..., :3], truth[..., :3], truth[..., 3] > 200) < 6


def test_a_black_plate_of_another_size_and_place_still_agrees() -> None:
    truth = known(3, 320, 240)
    black = cv2.resize(plate(truth, 0, 2, shift=5), (512, 384)).astype(np.uint8)
    made = cut_out(plate(truth, 255, 1), black)
    assert np.abs(made[..., 3].astype(np.int16) - truth[..., 3]).mean() / 255 <= 0.02


@pytest.mark.parametrize(
    ("grounds", "black_of", "why"),
    [
        ((255, 0), 4, "do not show the same"),
        ((255, 128), 3, "not plain black"),
        ((60, 0), 3, "not plain white"),
    ],
)
def test_plates_that_do_not_agree_are_refused(
    grounds: tuple[int, int], black_of: int, why: str
) -> None:
    white = plate(known(3, 320, 240), grounds[0], 1)
    with pytest.raises(AnswerMisfit, match=why):
        cut_out(white, plate(known(black_of, 320, 240), grounds[1], 2))
