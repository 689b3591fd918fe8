"""What a model is told of the pictures that go along."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.core.brand_kit import LOGO, STYLE
from desktop.core.generation_record import (
    BASE,
    LESS,
    MARKED,
    MORE,
    PERSON,
    SCENE,
    Reference,
)
from desktop.core.product_truth import PRODUCT
from desktop.core.reference_captions import captions

PATH = Path("/secret/customer/draft-3.png")


def test_each_role_is_said_in_another_way():
    roles = ("", PRODUCT, PERSON, SCENE, STYLE, LOGO, BASE, MARKED, "garment")
    said = [captions([Reference(PATH, role=role)])[0] for role in roles]
    assert len(set(said)) == len(roles)
    assert said[-1] == "Reference picture 1: garment."
    assert not any("draft" in each or "secret" in each for each in said)


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        (Reference(PATH, words="red  cape"), "Reference picture 1: for “red cape”."),
        (Reference(PATH, weight=MORE), "Reference picture 1: counts more than the others."),
        (Reference(PATH, words="hat", weight=LESS), "for “hat”, counts less than the others."),
        (Reference(PATH, weight=1.0), "Reference picture 1."),
        (Reference(PATH, label="Your product", role="product"), ", for “Your product”."),
        (Reference(PATH, label="Aurora", words="a bottle", role="logo"), ", for “a bottle”."),
    ],
)
def test_the_words_that_it_stands_for_are_quoted(reference: Reference, expected: str):
    assert captions([reference])[0].endswith(expected)


def test_they_are_counted_as_the_words_of_a_kit_count_them():
    assert captions([Reference(PATH), Reference(PATH)]) == (
        "Reference picture 1.",
        "Reference picture 2.",
    )
