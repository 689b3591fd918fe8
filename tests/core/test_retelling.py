"""What is kept in one language is told in another."""

from __future__ import annotations

import json

import pytest

from desktop.core.errors import GenerationError, LibraryError, Remedy
from desktop.core.failure import Failure, in_english
from desktop.core.retelling import kept, retold
from desktop.core.text import (
    clauses,
    date,
    english,
    listed,
    moment,
    ngettext,
    number,
    sentences,
    size,
    tr,
)
from desktop.files.failure_json import dump_failure, load_failure
from tests.generation.failure_table import spoken


def _texts() -> list[str]:
    return [
        tr("Nothing was sent."),
        tr("There is no generator called “{generator}”.", generator="a {brace}"),
        ngettext("{count} second", "{count} seconds", 1234),
        sentences(tr("Nothing was sent."), tr("Try again."), "“as it came”"),
        tr("Choose one of: {choices}.", choices=listed(["a", tr("the shape"), "c"])),
        clauses([tr("the shape"), "b"]),
        moment(1_764_000_000),
        date(1_764_000_000.5),
        size(4_200_000),
        number(12345.678, 2),
        "no sentence of ours",
    ]


@pytest.mark.parametrize("then", ["en", "zh_CN"])
@pytest.mark.parametrize("before", ["en", "zh_CN"])
def test_a_kept_text_is_as_if_it_was_said_by_whoever_reads_it(before: str, then: str) -> None:
    with spoken(before):
        plain = json.loads(json.dumps([kept(text) for text in _texts()]))
    with spoken(then):
        assert [retold(each) for each in plain] == _texts()
        assert [english(retold(each)) for each in plain] == [english(each) for each in _texts()]


@pytest.mark.parametrize("plain", [None, 3, [], {}, {"say": "eval", "of": ["1"]}, {"say": "tr"}])
def test_what_is_no_text_is_refused(plain: object) -> None:
    with pytest.raises(ValueError, match="no text"):
        retold(plain)


def test_a_failure_comes_back_whole_in_the_language_of_its_reader() -> None:
    error = GenerationError(
        tr("Today's Gemini quota is used up."),
        safe=tr("Nothing was sent."),
        next_step=tr("Try again."),
        remedy=Remedy.OPEN_PAGE,
        page="https://example.org/",
    )
    error.details = "HTTP 429\n" + "x" * 20_000
    text = dump_failure(Failure.of(error))
    with spoken("zh_CN"):
        told = load_failure(text)
        assert told is not None
        assert told.sentence() == sentences(
            tr("Today's Gemini quota is used up."), tr("Nothing was sent."), tr("Try again.")
        )
        assert told.sentence() != error.sentence()
    again = told.error()
    assert isinstance(again, GenerationError)
    assert (again.remedy, again.page) == (Remedy.OPEN_PAGE, "https://example.org/")
    assert again.details.startswith("HTTP 429")
    assert in_english(told) == "Today's Gemini quota is used up."


def test_a_full_disk_can_be_tried_again_and_what_nobody_foresaw_is_not_quoted() -> None:
    assert Failure.of(LibraryError("full")).remedy is Remedy.TRY_AGAIN
    assert Failure.of(KeyError("the secret prompt")) == Failure("unforeseen", "KeyError")


@pytest.mark.parametrize("text", ["It broke off.", "3", '{"message": 4}', "[" * 100_000])
def test_what_an_older_plantain_kept_is_shown_as_it_is(text: str) -> None:
    assert load_failure(text) == Failure(message=text)


def test_without_a_failure_there_is_none() -> None:
    assert load_failure(dump_failure(None)) is None
