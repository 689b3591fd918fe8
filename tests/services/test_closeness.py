"""How close a picture's colours and look come to a kit; on the demo: tests/benchmarks/closeness."""

from __future__ import annotations

import numpy as np
import pytest

from desktop.core.colour import Swatch
from desktop.services.generation.closeness import Closeness, colour_fit, likeness


def test_a_colour_fits_by_its_name_and_a_foreign_one_is_named():
    navy, red = "#000080", "#FF0000"
    assert colour_fit((Swatch(navy, 100),), [navy]) == (1.0, "")
    assert colour_fit((Swatch(red, 100),), [navy]) == (0.0, red)
    assert colour_fit((Swatch(navy, 75), Swatch(red, 25)), [navy]) == (0.75, red)
    between, _ = colour_fit((Swatch("#0000B8", 100),), [navy])
    assert between is not None
    assert 0 < between < 1


def test_black_and_white_belong_to_every_kit_and_nothing_says_nothing():
    assert colour_fit((Swatch("#FFFFFF", 60), Swatch("#101010", 40)), ["#000080"]) == (1.0, "")
    assert colour_fit((), ["#000080"]) == (None, "")
    assert colour_fit((Swatch("#000080", 9),), []) == (None, "")


def test_the_styles_count_together():
    styles = np.eye(3, dtype=np.float32)[:2]
    vectors = np.array([[0.6, 0.8, 0], [0, 0, 1]], np.float32)
    assert likeness(vectors, styles) == pytest.approx([0.7, 0])


def test_the_reason_says_what_was_measured():
    told = Closeness(1, 0.6, 0.4, 0.8, "#FF0000").reason()
    assert told == (
        "Colours: 40 % fit the palette. Foreign to it: #FF0000. "
        "Look: closer to the style references than 80 % of the library."
    )
    assert Closeness(1, None).reason() == "Nothing is known yet of its colours or its look."
