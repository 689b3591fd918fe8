"""Settings survive bad files; secrets never reach one."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import keyring
import keyring.backends.fail
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.config.logging import log_to_file
from desktop.config.paths import resource
from desktop.config.secrets import GEMINI_KEY, STORE_TOKEN, Secrets
from desktop.config.settings import Settings, load_settings, save_settings
from desktop.core.errors import SettingsError

KEY = "AIzaSyA-very-secret-key-0123456789"


def test_settings_come_back_as_they_were_saved(tmp_path: Path) -> None:
    path = tmp_path / "new" / "settings.json"
    assert load_settings(path) == Settings()
    mine = Settings(model="ViT-B-32", theme="light", gemini_timeout_s=60)
    save_settings(path, mine)
    assert load_settings(path) == mine
    assert list(path.parent.iterdir()) == [path]


def test_a_damaged_file_is_kept_aside(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"model": "ViT-B-3')
    assert load_settings(path) == Settings()
    [kept] = tmp_path.glob("settings.json.damaged-*")
    assert kept.read_text() == '{"model": "ViT-B-3'


def test_one_bad_value_costs_one_setting(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(
        '{"version": 1, "model": 7, "theme": "light", "of_old": "x", "gemini_timeout_s": true}'
    )
    assert load_settings(path) == Settings(theme="light")


def test_a_newer_file_is_refused_and_untouched(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"version": 99}')
    with pytest.raises(SettingsError, match="newer Plantain"):
        load_settings(path)
    assert path.read_text() == '{"version": 99}'


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(json_values | st.dictionaries(st.sampled_from(list(Settings.__slots__)), json_values))
def test_no_file_breaks_the_program(
    tmp_path_factory: pytest.TempPathFactory, value: object
) -> None:
    path = tmp_path_factory.mktemp("settings") / "settings.json"
    path.write_text(json.dumps(value))
    assert isinstance(load_settings(path), Settings)


class TestSecrets:
    def test_the_keyring_comes_before_the_environment(self) -> None:
        secrets = Secrets({"GEMINI_API_KEY": "from the environment"})
        assert secrets.get(GEMINI_KEY) == "from the environment"
        secrets.save(GEMINI_KEY, KEY)
        assert secrets.get(GEMINI_KEY) == KEY
        secrets.save(GEMINI_KEY, "")
        secrets.save(GEMINI_KEY, "")
        assert secrets.get(GEMINI_KEY) == "from the environment"
        assert secrets.get(STORE_TOKEN) == ""

    def test_without_a_key_store_nothing_is_saved_and_the_environment_still_works(self) -> None:
        keyring.set_keyring(keyring.backends.fail.Keyring())
        secrets = Secrets({"GEMINI_API_KEY": "from the environment"})
        assert secrets.get(GEMINI_KEY) == "from the environment"
        with pytest.raises(SettingsError) as caught:
            secrets.save(GEMINI_KEY, KEY)
        assert "GEMINI_API_KEY" in caught.value.next_step
        assert KEY not in caught.value.sentence()


def test_the_log_holds_no_keys(tmp_path: Path) -> None:
    handler = log_to_file(tmp_path / "logs")
    log = logging.getLogger("desktop.test")
    log.info("asked with key=%s and x-goog-api-key: %s", KEY, "other-secret")
    try:
        raise ValueError(f"bad key {KEY}")
    except ValueError:
        log.exception("failed")
    logging.getLogger("desktop").removeHandler(handler)
    handler.close()
    text = (tmp_path / "logs" / "plantain.log").read_text()
    assert "asked with" in text
    assert "ValueError" in text
    assert "secret" not in text


def test_resources_are_found() -> None:
    assert resource("icons").is_dir()
    with pytest.raises(FileNotFoundError):
        resource("nowhere/at/all")
