"""Every setting says what it is for, and takes nothing that it cannot be."""

from __future__ import annotations

import pytest

from desktop.config.about_settings import SettingGroup
from desktop.config.language import OWN_NAMES
from desktop.config.settings import Settings, about_settings, entered
from desktop.core.errors import SettingsError
from tests.translations import LANGUAGES


def test_every_setting_has_a_name_a_sentence_and_a_group() -> None:
    told = about_settings()
    assert set(told) == set(Settings.__slots__)
    for name, about in told.items():
        assert about.title, name
        assert about.help.endswith("."), name
    titles = [about.title for about in told.values()]
    assert len(set(titles)) == len(titles)
    assert {about.group for about in told.values()} == set(SettingGroup)


def test_the_default_is_one_of_the_choices() -> None:
    for name, about in about_settings().items():
        value = getattr(Settings(), name)
        if about.choices:
            assert value in [choice for choice, _ in about.choices], name
        else:
            assert about.check(value) == "", name


def test_every_language_that_is_spoken_can_be_chosen() -> None:
    assert set(OWN_NAMES) == {"en", *LANGUAGES}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("gemini_timeout_s", " 60 ", 60.0),
        ("gemini_timeout_s", "2,5", 2.5),
        ("tile_size", "256", 256),
        ("gemini_base_url", "", ""),
        ("gemini_base_url", "https://gemini.example:8443/v1", "https://gemini.example:8443/v1"),
        ("download_proxy", "http://me@proxy:8080", "http://me@proxy:8080"),
        ("encoder_device", "cuda:1", "cuda:1"),
        ("image_model", "models/gemini-4", "models/gemini-4"),
    ],
)
def test_what_fits_is_taken(name: str, text: str, value: object) -> None:
    assert entered(name, text) == value
    assert type(entered(name, text)) is type(getattr(Settings(), name))


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("gemini_timeout_s", "soon", "Enter a number"),
        ("gemini_timeout_s", "0", "from 1 to 3,600"),
        ("gemini_timeout_s", "nan", "from 1 to 3,600"),
        ("gemini_timeout_s", "1e400", "from 1 to 3,600"),
        ("encoder_idle_minutes", "-1", "from 0.1 to 10,080"),
        ("tile_size", "9999", "from 112 to 384"),
        ("tile_size", "1.5", "Enter a number"),
        ("gemini_base_url", "gemini.example", "https://"),
        ("gemini_base_url", "file:///etc/passwd", "https://"),
        ("gemini_base_url", "https://me:secret@host", "https://"),
        ("gemini_base_url", "https://host:99999", "https://"),
        ("download_proxy", "proxy:8080", "http://proxy"),
        ("download_proxy", "http://me:secret@proxy:8080", "HTTPS_PROXY"),
        ("gemini_api_version", "../v1", "v1beta"),
        ("encoder_device", "tpu", "cuda:1"),
        ("image_model", "a b", "letters"),
    ],
)
def test_what_cannot_be_is_refused_in_words(name: str, text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        entered(name, text)
