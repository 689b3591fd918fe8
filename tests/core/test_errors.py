from __future__ import annotations

from pathlib import Path

import pytest

from desktop.core import errors
from desktop.core.asset import displayable
from desktop.core.errors import FileDamaged, PlantainError


def every_error() -> list[type[PlantainError]]:
    return [
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, PlantainError)
    ]


def test_every_kind_of_error_has_its_own_name_for_programs() -> None:
    kinds = [error.kind for error in every_error()]
    assert len(kinds) == len(set(kinds))


@pytest.mark.parametrize("error", every_error(), ids=lambda error: error.__name__)
def test_every_error_is_drawn_in_the_tree(error: type[PlantainError]) -> None:
    assert error.__name__ in (errors.__doc__ or "")


def test_a_sentence_has_what_happened_what_is_safe_and_what_to_do() -> None:
    error = PlantainError("It broke.", safe="All is kept.", next_step="Try again.")
    assert error.sentence() == "It broke. All is kept. Try again."
    assert PlantainError("It broke.").sentence() == "It broke."


def test_a_file_error_knows_its_file_and_that_it_was_not_changed() -> None:
    error = FileDamaged(Path("/a/b.png"), "It is cut off.")
    assert error.path == Path("/a/b.png")
    assert error.sentence() == "/a/b.png: It is cut off. The file was not changed."


def test_names_that_are_not_text_can_be_shown() -> None:
    assert displayable(Path("caf\udce9.png")) == "caf\ufffd.png"
    displayable(Path("caf\udce9.png")).encode()
