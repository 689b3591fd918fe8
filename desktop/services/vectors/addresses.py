"""Which vector store is in use: the settings, the command line and the library's own file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from desktop.core.errors import StoreRefused, StoreUnreachable, StoreUntrusted
from desktop.core.text import tr
from desktop.index.address import StoreAddress, is_file, is_here
from desktop.services.credential import Credential
from desktop.services.preferences import Preferences


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the settings say.

    Attributes:
        store_uri: empty for the library's own file.
        certificate: see ``StoreAddress``.
        team, team_uri: empty for none.
    """

    store_uri: str
    certificate: str
    team: str
    team_uri: str


class StoreAddresses:
    """The one place that knows addresses.

    Args:
        token: that of the server.
        own_file: the library's own vectors.
        fixed_uri: where the vectors are kept whatever the settings say; empty for nowhere.
    """

    def __init__(
        self, preferences: Preferences, token: Credential, own_file: Path, fixed_uri: str = ""
    ) -> None:
        self._preferences = preferences
        self._token = token
        self.own_file = own_file
        self.fixed_uri = fixed_uri

    @property
    def uri(self) -> str:
        """Where the vectors are kept now."""
        return self.fixed_uri or self._preferences.settings.store_uri or str(self.own_file)

    @property
    def is_own_file(self) -> bool:
        return self.uri == str(self.own_file)

    @property
    def name(self) -> str:
        """As ``uri``, but empty for the library's own file, which may lie anywhere."""
        return "" if self.is_own_file else self.uri

    def chosen(self) -> Chosen:
        settings = self._preferences.settings
        return Chosen(
            settings.store_uri, settings.store_certificate, settings.team, settings.team_uri
        )

    def address(self, uri: str = "", certificate: str | None = None) -> StoreAddress:
        """How to reach ``uri``, or the store in use; asks the key store for a server.

        Raises:
            StoreUnreachable: the person works offline, and it is not on this machine.
            StoreRefused: the token was entered for another server.
            StoreUntrusted: it would be sent unencrypted.

        Args:
            certificate: instead of the one in the settings.
        """
        uri = uri or self.uri
        if is_file(uri):
            return StoreAddress(uri)
        if self._preferences.settings.works_offline and not is_here(uri):
            raise StoreUnreachable(
                tr("Plantain works offline, and {shown} is another machine.", shown=_shown(uri)),
                safe=tr("Nothing was sent; what is said meanwhile is sent later."),
                next_step=tr("Go online again in the menu, to search by meaning there."),
            )
        trusted = self._preferences.settings.store_certificate
        if uri == self.fixed_uri:
            self._token.allow(uri)  # named on the command line or in the environment
        token = self._token.for_address(uri)
        if token is None:
            raise StoreRefused(
                tr("Your token was entered for another server than {shown}.", shown=_shown(uri)),
                safe=tr("Nothing was sent."),
                next_step=tr(
                    "If it is meant for this one, choose “Test” in “Server and team…” of the "
                    "window's menu, or run: plantain server test {uri}",
                    uri=_shown(uri),
                ),
            )
        if token and uri.startswith("http://") and not is_here(uri):
            raise StoreUntrusted(
                tr("The address {shown} would carry your token unencrypted.", shown=_shown(uri)),
                safe=tr("Nothing was sent."),
                next_step=tr("Use an address that starts with https://, or remove the token."),
            )
        return StoreAddress(uri, token, trusted if certificate is None else certificate)

    def trust(self, uri: str) -> None:
        """A person has named this server: the token may go there."""
        if is_file(uri):
            return
        if not is_file(self.uri):
            self._token.for_address(self.uri)  # what it was used for so far stays allowed
        self._token.allow(uri)


def _shown(uri: str) -> str:
    return StoreAddress(uri).shown
