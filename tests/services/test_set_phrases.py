"""A model that takes the name of a thing by its parts is not believed."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from desktop.core.query import Query
from desktop.embedding.encoder import Encoder
from desktop.embedding.runtime.loading import load_encoder
from desktop.services.search.calibration import Calibration
from desktop.services.search.query_vectors import QueryVectors
from desktop.services.search.relevance import NOTHING_PASSES, Bar
from tests.benchmarks.models import demo_model


class Calibrated(Calibration):
    """Of any library."""

    def __init__(self) -> None:
        pass

    def bar_for_text(
        self, encoder_id: str, text: str, vector: NDArray[np.float32]
    ) -> tuple[Bar, bool]:
        return Bar(0.2, 0.0), False


@pytest.fixture(scope="module")
def demo() -> Encoder:
    return load_encoder(demo_model(), "cpu")


@pytest.mark.parametrize(
    ("text", "is_believed"),
    [
        ("红包", False),
        ("桌上的黑板", False),
        ("白酒", False),
        ("红色的包", True),
        ("红帽子", True),
        ("a red handbag", True),
    ],
)
def test_a_red_bag_is_no_answer_to_a_red_envelope(
    demo: Encoder, text: str, is_believed: bool
) -> None:
    bar = QueryVectors(240, Calibrated()).direction(Query(text), demo).bar
    assert (bar != NOTHING_PASSES) is is_believed
