"""Where a library's vectors are kept, and where its team meets: tried first, then chosen."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

from desktop.core.annotations import clean_name
from desktop.core.errors import StoreTaken, UsageError
from desktop.core.text import tr
from desktop.index.address import StoreAddress, is_file
from desktop.index.naming import team_collection_name
from desktop.index.server_probe import ServerAnswer, probe
from desktop.index.team_collection import TeamCollection
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.team.roots import SharedRoot
from desktop.library.catalog.team.tables import TeamTables
from desktop.services.credential import Credential
from desktop.services.current_model import CurrentModel
from desktop.services.preferences import Preferences
from desktop.services.vectors.addresses import Chosen, StoreAddresses
from desktop.services.vectors.stores import Stores
from desktop.services.vectors.vector_index import VectorIndex


@dataclass(frozen=True, slots=True)
class EndpointsState:
    """As ``Chosen``, and what a person should know beside it.

    Attributes:
        has_token: a token is kept for the server.
        here, elsewhere: pictures of the team in the folders here, and elsewhere alone.
    """

    chosen: Chosen
    has_token: bool
    roots: Sequence[SharedRoot]
    here: int
    elsewhere: int


class Endpoints:
    """Tries addresses of vector stores and teams, and chooses them.

    Attributes:
        token: that of the server.
    """

    def __init__(
        self,
        preferences: Preferences,
        token: Credential,
        addresses: StoreAddresses,
        stores: Stores,
        vectors: VectorIndex,
        catalog: Catalog,
        team_tables: TeamTables,
        model: CurrentModel,
    ) -> None:
        self._preferences = preferences
        self.token = token
        self._addresses = addresses
        self._stores = stores
        self._vectors = vectors
        self._catalog = catalog
        self._team_tables = team_tables
        self._model = model

    # -- the vectors ---------------------------------------------------------------------------

    @property
    def uri(self) -> str:
        """Where the vectors are kept now."""
        return self._addresses.uri

    @property
    def certificate(self) -> str:
        """In the settings; see ``StoreAddress``."""
        return self._addresses.chosen().certificate

    def state(self) -> EndpointsState:
        """What is chosen; asks the key store, which may take its time."""
        here, elsewhere = self._team_tables.sent.counts()
        roots = self._team_tables.roots.all()
        return EndpointsState(self._addresses.chosen(), self.token.is_set(), roots, here, elsewhere)

    def test(self, uri: str = "", certificate: str | None = None) -> ServerAnswer:
        """Ask a Milvus server, or the one in use, who it is; changes nothing. That another copy of
        the library writes there is an answer, no error: who only asks has nothing to decide.

        Args:
            certificate: instead of the one in the settings.

        Raises:
            UsageError: there is no server to ask.
            StoreUnreachable, StoreRefused, StoreUntrusted, StoreMismatch: what is wrong.
        """
        if uri:
            self._addresses.trust(uri)
        uri = uri or self.uri
        if is_file(uri):
            raise UsageError(
                tr("The vectors are kept in a file; there is no server to test."),
                next_step=tr("Give the address of one, such as http://host:19530."),
            )
        address = self._addresses.address(uri, certificate)
        encoder_id = self._model.vector_space() or ""
        found = probe(address, self._stores.collection(encoder_id))
        if not found.has_collection:
            return found
        try:
            self._stores.check(address, encoder_id)
        except StoreTaken as error:
            return replace(found, other_copy=error.message)
        return found

    def keep_at(self, uri: str, certificate: str | None = None) -> None:
        """Keep the vectors at ``uri`` from now on; empty for the library's own file.

        ``StoreMigration`` sends them.

        Raises:
            UsageError: the address holds a token, which does not belong in the settings; or
                something else than the settings decides.
            StoreUnreachable, StoreRefused, StoreUntrusted, StoreMismatch: it cannot be used;
                nothing changes.
            StoreTaken: another copy of this library writes there; nothing changes.
            SettingsError: the choice could not be saved; nothing changes.
        """
        self._catalog.require_writable()
        fixed = self._addresses.fixed_uri
        if fixed:
            raise UsageError(
                tr(
                    "PLANTAIN_STORE_URI says that the vectors are kept at {fixed_uri}.",
                    fixed_uri=fixed,
                ),
                safe=tr("Nothing was changed."),
                next_step=tr("Unset it first."),
            )
        uri = os.path.abspath(uri) if uri and is_file(uri) else uri.rstrip("/")  # noqa: PTH100
        _refuse_token_in(uri)
        if not is_file(uri):
            self.test(uri, certificate)
            self._stores.check_all(self._addresses.address(uri, certificate))
        self._preferences.change(store_uri=uri, **_given(certificate))
        self._vectors.leave()

    # -- the team ------------------------------------------------------------------------------

    def join(self, team: str, uri: str, certificate: str | None = None) -> None:
        """Share pictures with the team of this name that meets at ``uri``.

        Raises:
            UsageError: the name or the address cannot be one.
            ModelMissing: there is no model, so there is nothing to share yet.
            StoreUnreachable, StoreRefused, StoreUntrusted: the server cannot be used; nothing
                changes.
            SettingsError: the choice could not be saved; nothing changes.
        """
        team, uri = clean_name(team), uri.rstrip("/")
        _refuse_token_in(uri)
        if is_file(uri):
            raise UsageError(
                tr("A team meets on a Milvus server, not in a file."),
                next_step=tr("Give the address of one, such as http://host:19530."),
            )
        name = team_collection_name(self._model.require().identity, team)
        self._addresses.trust(uri)
        probe(self._addresses.address(uri, certificate), name)
        self._preferences.change(team=team, team_uri=uri, **_given(certificate))

    def leave(self) -> None:
        """Be in no team; what is here stays here, and what was sent stays there."""
        self._preferences.change(team="", team_uri="")

    def open_team(self, encoder_id: str, dimension: int) -> TeamCollection:
        """Where the team meets.

        Raises:
            UsageError: this library is in no team.
            StoreError: as the collection says.
        """
        chosen = self._addresses.chosen()
        if not chosen.team:
            raise UsageError(
                tr("This library is in no team."),
                next_step=tr(
                    "Join one in “Server and team…” of the window's menu, or with: plantain team "
                    "join NAME http://host:19530"
                ),
            )
        name = team_collection_name(encoder_id, chosen.team)
        address = self._addresses.address(chosen.team_uri)
        return TeamCollection(address, encoder_id, dimension, name)


def _refuse_token_in(uri: str) -> None:
    if StoreAddress(uri).shown != uri:
        raise UsageError(
            tr("A token does not belong in the address."),
            safe=tr("Nothing was saved."),
            next_step=tr(
                "Give the address without it, and the token in its field of “Server and team…” of "
                "the window's menu, or with “plantain server token”."
            ),
        )


def _given(certificate: str | None) -> dict[str, str]:
    return {} if certificate is None else {"store_certificate": certificate}
