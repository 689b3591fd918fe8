"""A short run of the mutation corpus; ``python -m tests.reliability`` reads 2,000 a format."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.core.errors import FileDamaged
from desktop.media.sandbox.libraries import load_libraries
from desktop.media.sandbox.pool import Sandbox
from tests.media.samples import encoded
from tests.reliability import mutations
from tests.reliability.mutations_newer import NEWER
from tests.reliability.mutations_video import VIDEOS


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox(load_libraries, seconds=10.0)
    yield made
    made.close()


def test_a_broken_file_is_read_or_refused_with_a_reason(sandbox: Sandbox) -> None:
    for name in mutations.ORIGINALS:
        number = 25 if name in NEWER or name in VIDEOS else 100
        count = mutations.read_mutations(name, number, 7, sandbox)
        assert count.wrongs == []
        assert count.refused > 0, name
        assert count.read + count.refused == number


def test_the_corpus_is_the_same_for_the_same_seed() -> None:
    import random

    whole = encoded(mutations.KNOWN, "PNG")
    first, again, other = (
        [mutations.mutate(whole, ".png", random.Random(f"{seed} {n}")) for n in range(50)]
        for seed in (1, 1, 2)
    )
    assert first == again != other


@pytest.mark.parametrize(
    "message", ["KeyError: 7.", "cannot unpack <class>.", "Bad.", "lower case start here."]
)
def test_a_reason_that_no_designer_understands_is_told_apart(message: str) -> None:
    assert not mutations.is_for_people(FileDamaged(Path("x"), message))
    assert mutations.is_for_people(FileDamaged(Path("x"), "The PNG picture is damaged."))
