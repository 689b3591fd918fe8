"""The catalogues hold what the code says, whole and in every language."""

from __future__ import annotations

import gettext
from io import BytesIO

import pytest

from tests.translations import (
    LANGUAGES,
    TEMPLATE,
    compiled,
    extract,
    messages,
    problems,
    read,
    translated,
)


def test_the_template_is_what_the_code_says() -> None:
    """Else: python -m tests.translations update."""
    said = {(message.context, message.id) for message in messages(extract())}
    assert {(message.context, message.id) for message in messages(read(TEMPLATE))} == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_has_the_sentences_of_the_template_and_no_others(language: str) -> None:
    template = {(message.context, message.id) for message in messages(read(TEMPLATE))}
    catalog = read(translated(language), language)
    assert {(message.context, message.id) for message in messages(catalog)} == template


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated_with_its_places(language: str) -> None:
    assert not list(problems(read(translated(language), language)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_program_loads_is_what_people_translated(language: str) -> None:
    path = translated(language)
    loaded = gettext.GNUTranslations(BytesIO(path.with_suffix(".mo").read_bytes()))
    fresh = gettext.GNUTranslations(BytesIO(compiled(read(path, language))))
    assert vars(loaded)["_catalog"] == vars(fresh)["_catalog"]
