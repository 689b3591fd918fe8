"""Settings of a backup, which may be anybody's."""

from __future__ import annotations

from desktop.config.restored_settings import ADDRESSES, changes, without_addresses
from desktop.config.settings import Settings


def test_every_setting_that_names_a_place_on_a_network_is_an_address() -> None:
    assert {
        *("store_uri", "store_certificate", "team", "team_uri", "gemini_base_url"),
        *("service_addresses", "model_mirror", "download_proxy", "update_address"),
    } == {*ADDRESSES}
    strange = Settings(theme="light", service_addresses="openai=https://elsewhere.example")
    assert without_addresses(strange) == Settings(theme="light")


def test_only_what_would_change_is_told() -> None:
    own = Settings(theme="light", gemini_base_url="https://own.example")
    restored = Settings(theme="light", tile_size=300, team_uri="https://team.example")
    assert changes(own, restored) == {"tile_size": 300, "team_uri": "https://team.example"}
