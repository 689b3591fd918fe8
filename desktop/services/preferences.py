"""What the services need of the settings; ``config.preferences`` keeps them."""

from __future__ import annotations

from typing import Protocol


class StoreSettings(Protocol):
    """Where vectors are kept, where the team meets, and whether anything may leave this machine;
    see ``config.settings.Settings``."""

    @property
    def works_offline(self) -> bool: ...
    @property
    def store_uri(self) -> str: ...
    @property
    def store_certificate(self) -> str: ...
    @property
    def team(self) -> str: ...
    @property
    def team_uri(self) -> str: ...


class Preferences(Protocol):
    """The settings in use, and a way to change them."""

    @property
    def settings(self) -> StoreSettings: ...

    def change(self, **settings: str) -> None:
        """Keep settings by their names.

        Raises:
            SettingsError: they could not be saved; nothing changes.
        """
        ...
