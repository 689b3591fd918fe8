"""One key or token of the person, wherever the system keeps it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from desktop.core.addresses import without_user_info
from desktop.core.errors import SettingsError
from desktop.core.text import tr


@dataclass(frozen=True, slots=True)
class Credential:
    """Asked for and kept by name in a key store, which may open a dialog and wait for it.

    Attributes:
        get: the secret, or an empty string.
        keep: puts another in its place; an empty one forgets it. Raises: SettingsError.
        bound_to: the addresses that it was entered for, one a line; empty while it was used for
            none.
        bind: keeps these in their place. Raises: SettingsError.
        use_now: uses another one until this program ends, and keeps it nowhere.
        refuse: the one in use is not accepted; another source's comes first from now on. True
            where there is one.
        check: asks whoever takes the secret whether it is good. Raises: GenerationError.
        source: where it comes from, as ``Secrets.source``.
        forget: removes it from this session and the key store. Raises: SettingsError.
    """

    get: Callable[[], str]
    keep: Callable[[str], None]
    bound_to: Callable[[], str] = lambda: ""
    bind: Callable[[str], None] = lambda _: None
    use_now: Callable[[str], None] = lambda _: None
    refuse: Callable[[], bool] = lambda: False
    check: Callable[[str], object] = lambda _: None
    source: Callable[[], str] = lambda: ""
    forget: Callable[[], None] = lambda: None

    def is_set(self) -> bool:
        return bool(self.get())

    def save(self, secret: str) -> None:
        """Keep what a person typed or pasted; nothing but blanks forgets what was kept.

        Raises:
            SettingsError: there is no key store; it was not saved anywhere.
        """
        self.keep(secret.strip())
        with suppress(SettingsError):  # nothing was kept, so nothing is bound
            self.bind("")

    def allow(self, address: str) -> None:
        """A person has named this address: the secret may go there."""
        known = self.bound_to().split()
        if self.get() and origin(address) not in known:
            with suppress(SettingsError):  # from the environment: whoever set it knows for what
                self.bind("\n".join([*known, origin(address)]))

    def for_address(self, address: str) -> str | None:
        """The secret, if it may go there; None where it was entered for other addresses.

        The first address that it is used for is what it was entered for.
        """
        secret = self.get()
        known = self.bound_to().split() if secret else []
        if secret and not known:
            self.allow(address)
        return None if known and origin(address) not in known else secret


def key_for(credential: Credential, address: str, *, is_named: bool) -> str:
    """The key for this address.

    Args:
        is_named: on the command line or in the environment, and not in a file.

    Raises:
        SettingsError: it was entered for another one.
    """
    if is_named:
        credential.allow(address)
    key = credential.for_address(address)
    if key is None:
        shown = without_user_info(address)
        raise SettingsError(
            tr("Your key was entered for another address than {shown}.", shown=shown),
            safe=tr("Nothing was sent."),
            next_step=tr("If it is meant for this one, enter the key again."),
        )
    return key


def origin(address: str) -> str:
    """What of an address says who gets what is sent: scheme, host and port."""
    try:
        parts = urlsplit(without_user_info(address))
        return f"{parts.scheme}://{parts.hostname or ''}:{parts.port or ''}".lower()
    except ValueError:
        return address.lower()
