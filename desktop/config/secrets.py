"""Keys and tokens: in the system's key store or the environment, never in a file of ours."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from desktop.config.logging import keep_out_of_log
from desktop.core.errors import SettingsError
from desktop.core.text import tr

_SERVICE = "Plantain"
_LOG = logging.getLogger(__name__)

GEMINI_KEY = "gemini-api-key"
STORE_TOKEN = "milvus-token"
SESSION, KEY_STORE, ENVIRONMENT = "session", "key_store", "environment"
"""Where a secret may come from."""
_VARIABLES = {GEMINI_KEY: "GEMINI_API_KEY", STORE_TOKEN: "PLANTAIN_STORE_TOKEN"}
_AT = "@"
"""Before the address of an endpoint, in the name of a secret that is for it alone."""


def at_endpoint(name: str, origin: str) -> str:
    """The name of the secret of this name for that address."""
    return f"{name}{_AT}{origin}"


class Secrets:
    """Looks a secret up by name: in this session, in the keyring, in its environment variable.

    Asking a keyring may open a system dialog and wait for it: never on the GUI thread.

    Args:
        environment: usually ``os.environ``.
        variables: of the environment, by the names of further secrets.
        environment_first: it goes before the keyring.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        variables: Mapping[str, str] | None = None,
        *,
        environment_first: bool = False,
    ) -> None:
        self._environment = environment
        self._environment_first = environment_first
        self._variables = {**_VARIABLES, **(variables or {})}
        self._of_session: dict[str, str] = {}
        self._refused: set[str] = set()

    def get(self, name: str) -> str:
        """The secret, or an empty string. One that was refused comes after those that were not."""
        kept = [self._from_keyring(name), self._from_environment(name)]
        if self._environment_first:
            kept.reverse()
        known = [secret for secret in (self._of_session.get(name, ""), *kept) if secret]
        secret = next((one for one in known if one not in self._refused), "".join(known[:1]))
        keep_out_of_log(secret)
        return secret

    def source(self, name: str) -> str:
        """Where the secret comes from that ``get`` gives: ``SESSION``, ``KEY_STORE``,
        ``ENVIRONMENT``; empty for none."""
        secret = self.get(name)
        if not secret:
            return ""
        if secret == self._of_session.get(name):
            return SESSION
        is_set = secret == self._from_environment(name)
        if is_set and self._environment_first:
            return ENVIRONMENT
        return KEY_STORE if secret == self._from_keyring(name) else ENVIRONMENT

    def use_now(self, name: str, value: str) -> None:
        """Use this one until the program ends; it is kept in memory alone."""
        keep_out_of_log(value)
        self._of_session[name] = value.strip()
        self._refused.discard(value.strip())

    def forget(self, name: str) -> None:
        """Remove it from the session and the key store; the environment is not ours to change.

        Raises:
            SettingsError: as ``save``.
        """
        self._of_session.pop(name, None)
        if self._from_keyring(name):
            self.bind(name, "")
            self.save(name, "")

    def refuse(self, name: str) -> bool:
        """Whoever takes it did not accept the one in use; whether there is another one, which is in
        use from now on."""
        refused = self.get(name)
        self._refused.add(refused)
        return self.get(name) != refused

    def bound_to(self, name: str) -> str:
        """The addresses that the secret of this name was entered for; beside it, so that no file
        of settings can say others."""
        if not self._from_keyring(name) or self.source(name) == ENVIRONMENT:
            return ""
        return self._from_keyring(f"{name}-addresses")

    def bind(self, name: str, addresses: str) -> None:
        """Keep them, for a secret that is kept; of one in the environment, whoever set it there
        knows what it is for. Raises: as ``save``."""
        is_in_use = self.source(name) != ENVIRONMENT
        if self._from_keyring(name) and (is_in_use or not addresses):
            self._save(f"{name}-addresses", addresses, name)

    def save(self, name: str, value: str) -> None:
        """Keep ``value`` in the keyring; an empty one removes it.

        Raises:
            SettingsError: there is no keyring that keeps secrets encrypted.
        """
        self._save(name, value, name)
        self._of_session.pop(name, None)
        self._refused.discard(value)

    def _save(self, entry: str, value: str, name: str) -> None:
        import keyring
        from keyring.errors import KeyringError, PasswordDeleteError

        # keyrings.alt offers plain files as a last resort; a key does not belong there.
        if type(keyring.get_keyring()).__module__.startswith("keyrings.alt"):
            raise self._no_keyring(name)
        try:
            if value:
                keyring.set_password(_SERVICE, entry, value)
            else:
                keyring.delete_password(_SERVICE, entry)
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

    def _from_environment(self, name: str) -> str:
        return self._environment.get(self._variable(name), "").strip()

    def _no_keyring(self, name: str) -> SettingsError:
        return SettingsError(
            tr("This system has no key store that Plantain can use."),
            safe=tr("The key was not saved anywhere."),
            next_step=tr("Set the environment variable {name} instead.", name=self._variable(name)),
        )

    def _variable(self, name: str) -> str:
        return self._variables[name.partition(_AT)[0]]
