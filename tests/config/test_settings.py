"""Settings survive bad files; secrets never reach one."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import keyring
import keyring.backends.fail
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.config.paths import resource
from desktop.config.secrets import ENVIRONMENT, GEMINI_KEY, STORE_TOKEN, Secrets
from desktop.config.settings import (
    CONSISTENCY,
    MOST_WEIGHT,
    TILE_SIZES,
    Settings,
    load_settings,
    save_settings,
)
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


def test_a_file_of_version_1_is_read_whole(tmp_path: Path) -> None:
    path = Path(shutil.copy(Path(__file__).parents[1] / "data" / "settings-v1.json", tmp_path))
    settings = load_settings(path)
    assert (settings.model, settings.store_uri, settings.theme) == (
        *("ViT-L-14", "http://localhost:19530", "light"),
    )
    assert (settings.gemini_timeout_s, settings.encoder_idle_minutes) == (60.0, 2.5)


def test_a_newer_file_is_refused_and_untouched(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"version": 99}')
    with pytest.raises(SettingsError, match="newer Plantain"):
        load_settings(path)
    assert path.read_text() == '{"version": 99}'


texts = st.text(max_size=60)
addresses = texts.filter(lambda text: "@" not in text)  # a password in one is not kept
_OF_KIND = {
    str: texts,
    bool: st.booleans(),
    int: st.integers(*TILE_SIZES),
    float: st.floats(min_value=1e-6, max_value=1e9),
}
_WEIGHTS = ("weight_meaning", "weight_words", "weight_colour")
whole_settings = st.builds(
    Settings,
    **{name: _OF_KIND[type(getattr(Settings(), name))] for name in Settings.__slots__}
    | {name: addresses for name in Settings.__slots__ if name.endswith(("_uri", "_url"))}
    | {name: st.floats(0, MOST_WEIGHT) for name in _WEIGHTS}
    | {"store_consistency": st.sampled_from(tuple(CONSISTENCY))},
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("settings")


class TestAnyFile:
    @given(mine=whole_settings)
    def test_all_settings_come_back_as_they_were_saved(self, folder: Path, mine: Settings) -> None:
        path = folder / "saved.json"
        save_settings(path, mine)
        assert load_settings(path) == mine

    @given(
        good=whole_settings,
        bad=st.dictionaries(st.sampled_from(list(Settings.__slots__)) | texts, json_values),
    )
    def test_bad_lines_cost_nothing_but_themselves(
        self, folder: Path, good: Settings, bad: dict[str, object]
    ) -> None:
        bad.pop("version", None)
        path = folder / "mixed.json"
        path.write_text(json.dumps({**asdict(good), **bad}), "utf-8")
        found = load_settings(path)
        for name in set(Settings.__slots__) - set(bad):
            assert getattr(found, name) == getattr(good, name)
        for name, value in asdict(found).items():
            assert value in (asdict(good)[name], asdict(Settings())[name], bad.get(name))
            if name.endswith(("_s", "_minutes")):
                assert 0 < float(value or 0) <= 1e9, "a time that can be waited for"

    @given(value=json_values)
    def test_any_json_gives_settings_and_what_is_none_is_kept(
        self, folder: Path, value: object
    ) -> None:
        path = folder / "any.json"
        path.write_text(json.dumps(value), "utf-8")
        assert isinstance(load_settings(path), Settings)
        assert path.exists() == isinstance(value, dict)
        for kept in folder.glob("any.json.damaged-*"):
            assert json.dumps(value) == kept.read_text("utf-8")
            kept.unlink()

    def test_brackets_upon_brackets_are_no_settings(self, tmp_path: Path) -> None:
        path = tmp_path / "settings.json"
        path.write_text("[" * 200_000)
        assert load_settings(path) == Settings()

    @given(data=st.binary(max_size=200))
    def test_any_bytes_give_settings_and_are_kept(self, folder: Path, data: bytes) -> None:
        path = folder / "bytes.json"
        path.write_bytes(data)
        try:
            is_object = isinstance(json.loads(data.decode("utf-8")), dict)
        except ValueError:
            is_object = False
        assert isinstance(load_settings(path), Settings)
        assert path.exists() == is_object
        for kept in folder.glob("bytes.json.damaged-*"):
            assert kept.read_bytes() == data
            kept.unlink()


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

    def test_on_the_command_line_the_environment_comes_first_with_no_address_of_another_key(
        self,
    ) -> None:
        secrets = Secrets({"GEMINI_API_KEY": "a good one"}, environment_first=True)
        secrets.save(GEMINI_KEY, KEY)
        secrets.bind(GEMINI_KEY, "https://example.org:")
        assert (secrets.get(GEMINI_KEY), secrets.source(GEMINI_KEY)) == ("a good one", ENVIRONMENT)
        assert secrets.bound_to(GEMINI_KEY) == ""
        assert Secrets({}, environment_first=True).get(GEMINI_KEY) == KEY

    def test_a_refused_one_gives_way_and_says_whether_there_is_another(self) -> None:
        secrets = Secrets({"GEMINI_API_KEY": "a good one"})
        secrets.save(GEMINI_KEY, KEY)
        assert secrets.refuse(GEMINI_KEY)
        assert secrets.get(GEMINI_KEY) == "a good one"
        assert not Secrets({"GEMINI_API_KEY": KEY}).refuse(GEMINI_KEY)

    def test_without_a_key_store_nothing_is_saved_and_the_environment_still_works(self) -> None:
        keyring.set_keyring(keyring.backends.fail.Keyring())
        secrets = Secrets({"GEMINI_API_KEY": "from the environment"})
        assert secrets.get(GEMINI_KEY) == "from the environment"
        with pytest.raises(SettingsError) as caught:
            secrets.save(GEMINI_KEY, KEY)
        assert "GEMINI_API_KEY" in caught.value.next_step
        assert KEY not in caught.value.sentence()


def test_resources_are_found() -> None:
    assert resource("icons").is_dir()
    with pytest.raises(FileNotFoundError):
        resource("nowhere/at/all")


def test_a_consistency_that_milvus_does_not_know_costs_that_setting_alone(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text('{"store_consistency": "Weak", "store_uri": "http://milvus:19530"}')
    assert load_settings(file) == Settings(store_uri="http://milvus:19530")
    file.write_text('{"store_consistency": "Bounded"}')
    assert load_settings(file).store_consistency == "Bounded"


@pytest.mark.parametrize(
    "bad", ["9" * 400, "1e999", "NaN", '"\\ud800"', "[" * 500 + "]" * 500, "true", "-1", "0"]
)
@pytest.mark.parametrize("name", ["gemini_timeout_s", "encoder_idle_minutes"])
def test_a_value_that_is_no_time_costs_one_setting(tmp_path: Path, name: str, bad: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(f'{{"version": 1, "theme": "light", "{name}": {bad}}}', "utf-8")
    assert load_settings(path) == Settings(theme="light")
    assert path.exists()
