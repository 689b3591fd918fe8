"""A key or a token goes where it was entered for, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.config.paths import ProfilePaths
from desktop.config.secrets import GEMINI_KEY, STORE_TOKEN, Secrets
from desktop.config.settings import Settings, save_settings
from desktop.core.cancellation import CancelToken
from desktop.core.errors import (
    KeyMissing,
    SettingsError,
    StoreRefused,
    StoreUnreachable,
    StoreUntrusted,
)
from desktop.core.generation_record import GenerationRequest
from desktop.core.progress import finish
from desktop.services.credential import Credential, key_for, origin
from desktop.services.engine import Engine
from tests.fakes.gemini import GeminiServer


def kept(name: str, secret: str) -> Credential:
    secrets = Secrets({})
    credential = Credential(
        lambda: secrets.get(name),
        lambda value: secrets.save(name, value),
        lambda: secrets.bound_to(name),
        lambda addresses: secrets.bind(name, addresses),
    )
    credential.save(secret)
    return credential


def test_the_first_address_is_the_one_it_was_entered_for() -> None:
    credential = kept(STORE_TOKEN, "a token of mine")
    assert credential.for_address("https://one:19530/x") == "a token of mine"
    assert credential.for_address("https://ONE:19530") == "a token of mine"
    for other in ("https://two:19530", "https://one:19531", "http://one:19530"):
        assert credential.for_address(other) is None
    credential.allow("https://two:19530")
    assert credential.for_address("https://two:19530") == "a token of mine"
    credential.save("another one")
    assert credential.for_address("https://three:1") == "another one"
    assert credential.for_address("https://one:19530") is None


def test_of_the_environment_whoever_set_it_decides() -> None:
    secrets = Secrets({"PLANTAIN_STORE_TOKEN": "from outside"})
    credential = Credential(
        lambda: secrets.get(STORE_TOKEN),
        lambda value: secrets.save(STORE_TOKEN, value),
        lambda: secrets.bound_to(STORE_TOKEN),
        lambda addresses: secrets.bind(STORE_TOKEN, addresses),
    )
    assert credential.for_address("https://one") == "from outside"
    assert credential.for_address("https://two") == "from outside"


def test_a_key_is_not_sent_to_an_address_of_a_file(
    open_engine: Callable[..., Engine], tmp_path: Path
) -> None:
    key = kept(GEMINI_KEY, "AIzaSyTestKeyThatMustNeverBeSeen")
    assert key.for_address("https://generativelanguage.googleapis.com")
    with GeminiServer() as server:
        save_settings(
            ProfilePaths(tmp_path / "profile").settings, Settings(gemini_base_url=server.base_url)
        )
        engine = open_engine()
        with pytest.raises(KeyMissing):  # that address may have one of its own
            finish(
                engine.generation.generating.run(
                    GenerationRequest("x", (), "gemini"), CancelToken()
                )
            )
        assert not server.requests
    with pytest.raises(SettingsError):
        key_for(key, "https://elsewhere", is_named=False)
    assert key_for(key, "https://elsewhere", is_named=True)


def test_a_token_is_never_sent_unencrypted_over_a_network(
    open_engine: Callable[..., Engine],
) -> None:
    engine = open_engine()
    engine.endpoints.token.save("a token of mine")
    with pytest.raises(StoreUntrusted, match="unencrypted"):
        engine.endpoints.test("http://192.0.2.1:19530")
    with pytest.raises(StoreUntrusted, match="unencrypted"):
        engine.endpoints.test("http://ann@127.0.0.1@192.0.2.1:19530")
    with pytest.raises(StoreUnreachable):
        engine.endpoints.test("http://127.0.0.1:9")


def test_a_token_is_not_sent_to_an_address_of_a_file(
    open_engine: Callable[..., Engine], tmp_path: Path
) -> None:
    kept(STORE_TOKEN, "a token of mine").allow("https://milvus.example:19530")
    settings = Settings(store_uri="https://127.0.0.1:9")
    save_settings(ProfilePaths(tmp_path / "profile").settings, settings)
    engine = open_engine()
    with pytest.raises(StoreRefused, match="another server"):
        engine.endpoints.test()


def test_what_of_an_address_is_compared() -> None:
    assert origin("https://ann:secret@Host:1/path?x") == "https://host:1"
    assert origin("https://host") != origin("http://host")
    assert origin("http://[::1") == "http://[::1"
