"""Keys and tokens: in the system's key store, else in the environment, never in a file of ours."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from desktop.config.logging import keep_out_of_log
from desktop.core.errors import SettingsError

_SERVICE = "Plantain"
_LOG = logging.getLogger(__name__)

GEMINI_KEY = "gemini-api-key"
STORE_TOKEN = "milvus-token"
_VARIABLES = {GEMINI_KEY: "GEMINI_API_KEY", STORE_TOKEN: "PLANTAIN_STORE_TOKEN"}


class Secrets:
    """Looks a secret up by name: the keyring first, then its environment variable.

    Asking a keyring may open a system dialog and wait for it: never on the GUI thread.

    Args:
        environment: usually ``os.environ``.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def get(self, name: str) -> str:
        """The secret, or an empty string."""
        secret = self._from_keyring(name) or self._environment.get(_VARIABLES[name], "").strip()
        keep_out_of_log(secret)
        return secret

    def save(self, name: str, value: str) -> None:
        """Keep ``value`` in the keyring; an empty one removes it.

        Raises:
            SettingsError: there is no keyring that keeps secrets encrypted.
        """
        import keyring
        from keyring.errors import KeyringError, PasswordDeleteError

        # keyrings.alt offers plain files as a last resort; a key does not belong there.
        if type(keyring.get_keyring()).__module__.startswith("keyrings.alt"):
            raise self._no_keyring(name)
        try:
            if value:
                keyring.set_password(_SERVICE, name, value)
            else:
                keyring.delete_password(_SERVICE, name)
        except PasswordDeleteError:
            return
        except KeyringError as error:
            raise self._no_keyring(name) from error

    def _from_keyring(self, name: str) -> str:
        import keyring

        try:
            return keyring.get_password(_SERVICE, name) or ""
        except Exception as error:  # noqa: BLE001 - backends raise whatever their system raises
            _LOG.info("the keyring gave no %s (%s)", name, type(error).__name__)
            return ""

    def _no_keyring(self, name: str) -> SettingsError:
        return SettingsError(
            "This system has no key store that Plantain can use.",
            safe="The key was not saved anywhere.",
            next_step=f"Set the environment variable {_VARIABLES[name]} instead.",
        )
