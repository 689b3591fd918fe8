from __future__ import annotations

import os
import pickle
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.config.language import choose_language, first_spoken
from desktop.config.logging import log_to_file, stop_log
from desktop.core.errors import FileDamaged, PlantainError
from desktop.core.text import (
    Language,
    Text,
    clauses,
    date,
    duration,
    english,
    language,
    listed,
    marked,
    moment,
    ngettext,
    number,
    sentences,
    size,
    speak,
    tr,
)
from tests.translations import Catalog, compiled

GERMAN = {
    "It broke.": "Es ist kaputt.",
    "{file}: {reason}": "{file}: {reason}",
    "{file} is gone.": "{file} ist weg.",
    "{count} of {all} fit.": "{count} von {wrong} passen.",
    "Try {times} times.": "Versuche es {times.nothing} Mal.",
    ("one picture", "{count} pictures"): ("ein Bild", "{count} Bilder"),
    "{value} MB": "{value} MB",
    "{first} {second}": "{first} {second}",
}


@pytest.fixture
def german(tmp_path: Path) -> Iterator[Language]:
    """A language of which there is a little, and a part of that is wrong."""
    catalog = Catalog("de")
    for source, translation in GERMAN.items():
        catalog.add(source, translation)
    catalog.add(",", ".", context="thousands")
    catalog.add(".", ",", context="decimal mark")
    catalog.add("{year}-{month}-{day}", "{day}.{month}.{year}", context="date")
    file = tmp_path / "translations/de/LC_MESSAGES/plantain.mo"
    file.parent.mkdir(parents=True)
    file.write_bytes(compiled(catalog))
    before = language()
    speak(Language("de", tmp_path / "translations"))
    yield language()
    speak(before)


def test_a_sentence_is_english_until_a_language_is_chosen() -> None:
    assert tr("It broke.") == "It broke."
    assert tr("{file} is gone.", file="a.png") == "a.png is gone."
    assert ngettext("one picture", "{count} pictures", 1) == "one picture"
    assert ngettext("one picture", "{count} pictures", 1200) == "1,200 pictures"


@pytest.mark.usefixtures("german")
def test_a_sentence_is_shown_in_the_language_and_known_in_english() -> None:
    told = tr("{file} is gone.", file="a.png")
    assert told == "a.png ist weg."
    assert english(told) == "a.png is gone."
    assert type(english(told)) is str


@pytest.mark.usefixtures("german")
def test_a_marked_constant_is_translated_where_it_is_used() -> None:
    assert tr(marked("It broke.")) == "Es ist kaputt."


@pytest.mark.usefixtures("german")
def test_sentences_within_sentences_are_english_inside_too() -> None:
    told = tr("{file}: {reason}", file="a.png", reason=tr("It broke."))
    assert told == "a.png: Es ist kaputt."
    assert english(told) == "a.png: It broke."
    both = sentences(tr("It broke."), "", tr("{file} is gone.", file="a.png"))
    assert both == "Es ist kaputt. a.png ist weg."
    assert english(both) == "It broke. a.png is gone."
    assert sentences() == ""


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (lambda: tr("{count} of {all} fit.", count=1, all=2), "1 of 2 fit."),
        (lambda: tr("Try {times} times.", times=3), "Try 3 times."),
        (lambda: tr("Nobody translated this: {name}.", name="a"), "Nobody translated this: a."),
    ],
    ids=["another place", "nonsense in a place", "missing"],
)
def test_a_translation_that_is_wrong_or_missing_costs_its_sentence_only(
    told: object, expected: str
) -> None:
    assert callable(told)
    assert told() == expected


@pytest.mark.usefixtures("german")
def test_plurals_numbers_sizes_and_dates_are_those_of_the_language() -> None:
    assert ngettext("one picture", "{count} pictures", 1) == "ein Bild"
    many = ngettext("one picture", "{count} pictures", 1200)
    assert many == "1.200 Bilder"
    assert english(many) == "1,200 pictures"
    assert number(1234.56, 1) == "1.234,6"
    assert size(4_200_000) == "4,2 MB"
    noon = 1_700_000_000.0
    assert english(date(noon)) == "2023-11-14"
    assert date(noon) == "14.11.2023"


def test_sizes_and_times_in_english() -> None:
    assert size(1) == "1 byte"
    assert size(999) == "999 bytes"
    assert size(1_500) == "1.5 kB"
    assert size(123_456_789) == "123 MB"
    assert size(2_000_000_000) == "2.0 GB"
    assert duration(1.25) == "1.2 s"
    assert duration(180) == "3 min"
    assert duration(5400) == "1.5 h"
    assert moment(1_700_000_000.0).startswith("2023-11-1")
    assert listed(["a", "b", "c"]) == "a, b, c"
    assert clauses(["one is missing", "one is new"]) == "one is missing; one is new"


@pytest.mark.usefixtures("german")
def test_a_text_goes_from_process_to_process_with_both_its_sides() -> None:
    sent = pickle.loads(pickle.dumps(FileDamaged(Path("a.png"), tr("It broke.")).message))
    assert (sent, english(sent)) == ("Es ist kaputt.", "It broke.")
    assert isinstance(sent, Text)


@pytest.mark.usefixtures("german")
def test_an_error_is_told_in_the_language_and_logged_in_english(tmp_path: Path) -> None:
    import logging

    error = PlantainError(tr("It broke."), next_step=tr("Try {times} times.", times=3))
    assert error.sentence() == "Es ist kaputt. Try 3 times."
    assert str(error) == "It broke."
    handler = log_to_file(tmp_path)
    try:
        logging.getLogger("desktop.test").warning("told: %s", error.sentence())
    finally:
        stop_log(handler)
    assert "told: It broke. Try 3 times." in (tmp_path / "plantain.log").read_text("utf-8")


def test_a_catalogue_that_cannot_be_read_leaves_english(tmp_path: Path) -> None:
    before = language()
    file = tmp_path / "de/LC_MESSAGES/plantain.mo"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"not a catalogue")
    try:
        speak(Language("de", tmp_path))
        assert language() == Language()
        assert tr("It broke.") == "It broke."
    finally:
        speak(before)


@pytest.mark.usefixtures("german")
def test_every_thread_speaks_the_language_of_its_process() -> None:
    told: list[str] = []
    thread = threading.Thread(target=lambda: told.append(tr("It broke.")))
    thread.start()
    thread.join()
    assert told == ["Es ist kaputt."]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["zh_CN.UTF-8"], "zh_CN"),
        (["zh"], "zh_CN"),
        (["zh-Hans"], "zh_CN"),
        (["zh-Hans-HK"], "zh_CN"),
        (["zh_SG"], "zh_CN"),
        (["zh_TW"], "en"),
        (["zh-Hant-HK"], "en"),
        (["zh_TW", "zh_CN"], "zh_CN"),
        (["xq_XQ", "zh_CN"], "zh_CN"),
        (["en_GB.UTF-8", "zh_CN"], "en"),
        (["C"], "en"),
        (["../../etc"], "en"),
        ([], "en"),
    ],
)
def test_systems_spell_languages_in_many_ways(names: list[str], expected: str) -> None:
    folder = Path(__file__).resolve().parents[2] / "resources/translations"
    assert first_spoken(names, folder).code == expected


def test_the_environment_goes_before_the_setting_and_that_before_the_system() -> None:
    def chosen(setting: str, **environment: str) -> str:
        return choose_language(environment, setting).code

    assert chosen("system", PLANTAIN_LANGUAGE="zh_CN", LANG="en_GB.UTF-8") == "zh_CN"
    assert chosen("en", PLANTAIN_LANGUAGE="zh_CN") == "zh_CN"
    assert chosen("en", PLANTAIN_LANGUAGE="system", LANG="zh_CN.UTF-8") == chosen(
        "system", LANG="zh_CN.UTF-8"
    )
    assert chosen("zh_CN", LANG="en_GB.UTF-8") == "zh_CN"
    assert chosen("en", LANG="zh_CN.UTF-8") == "en"
    assert chosen("something else", LANG="zh_CN.UTF-8") == "en"


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such variables")
def test_the_system_s_variables_are_read_as_gettext_reads_them() -> None:
    def chosen(**environment: str) -> str:
        return choose_language(environment).code

    assert chosen(LANG="zh_CN.UTF-8") == "zh_CN"
    assert chosen(LC_MESSAGES="zh_CN.UTF-8", LANG="de_DE.UTF-8") == "zh_CN"
    assert chosen(LC_ALL="en_US.UTF-8", LANG="zh_CN.UTF-8") == "en"
    assert chosen(LANGUAGE="zh_CN:en", LANG="de_DE.UTF-8") == "zh_CN"
    assert chosen(LANGUAGE="zh_CN", LANG="C.UTF-8") == "en"
    assert chosen() == "en" or chosen() == "zh_CN"  # macOS says more than its variables
