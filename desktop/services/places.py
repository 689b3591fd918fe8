"""Where a library's vectors are kept, and where its team meets: tried first, then chosen."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from desktop.core.annotations import clean_name
from desktop.core.errors import UsageError
from desktop.index.address import StoreAddress, is_file
from desktop.index.examination import Examination, examine
from desktop.index.naming import collection_name, team_collection_name
from desktop.index.store import VectorStore
from desktop.index.team_collection import TeamCollection
from desktop.library.catalog import Catalog
from desktop.library.team import SharedRoot, TeamBook
from desktop.library.vector_ledger import VectorLedger
from desktop.services.vector_index import VectorIndex


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


@dataclass(frozen=True, slots=True)
class PlacesState:
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


class Choose(Protocol):
    """Keeps settings by their names; raises SettingsError and changes nothing when it cannot."""

    def __call__(self, **settings: str) -> None: ...


class Places:
    """The one place that knows addresses.

    Args:
        own_file: the library's own vectors.
        fixed_uri: where the vectors are kept whatever the settings say; empty for nowhere.
        token, save_token: that of the server, in the system's key store.
        space: identity of the encoder in use; None when there is none.
        require_space: the same; raises ModelMissing.
        open_store: (address, encoder, dimension, collection) -> the store; checks whose it is.
    """

    def __init__(
        self,
        catalog: Catalog,
        ledger: VectorLedger,
        vectors: VectorIndex,
        book: TeamBook,
        *,
        own_file: str,
        fixed_uri: str,
        chosen: Callable[[], Chosen],
        choose: Choose,
        token: Callable[[], str],
        save_token: Callable[[str], None],
        space: Callable[[], str | None],
        require_space: Callable[[], str],
        open_store: Callable[[StoreAddress, str, int, str], VectorStore],
    ) -> None:
        self._catalog = catalog
        self._ledger = ledger
        self._vectors = vectors
        self._book = book
        self._own_file = own_file
        self._fixed_uri = fixed_uri
        self._chosen = chosen
        self._choose = choose
        self._token = token
        self._save_token = save_token
        self._space = space
        self._require_space = require_space
        self._open_store = open_store

    # -- the vectors ---------------------------------------------------------------------------

    @property
    def uri(self) -> str:
        """Where the vectors are kept now."""
        return self._fixed_uri or self._chosen().store_uri or self._own_file

    @property
    def name(self) -> str:
        """The same, but empty for the library's own file, which may lie anywhere."""
        return "" if self.uri == self._own_file else self.uri

    def open(self, encoder: str, dimension: int) -> VectorStore:
        """This library's collection; raises as the store."""
        return self._open_at(self._address(self.uri), encoder, dimension)

    def state(self) -> PlacesState:
        """What is chosen; asks the key store, which may take its time."""
        here, elsewhere = self._book.counts()
        return PlacesState(self._chosen(), bool(self._token()), self._book.roots(), here, elsewhere)

    def test(self, uri: str = "", certificate: str | None = None) -> Examination:
        """Ask a Milvus server, or the one in use, who it is; changes nothing.

        Args:
            certificate: instead of the one in the settings.

        Raises:
            UsageError: there is no server to ask.
            StoreUnreachable, StoreRefused, StoreUntrusted, StoreMismatch: what is wrong.
        """
        uri = uri or self.uri
        if is_file(uri):
            raise UsageError(
                "The vectors are kept in a file; there is no server to test.",
                next_step="Give an address: plantain server test http://host:19530",
            )
        address = self._address(uri, certificate)
        encoder = self._space() or ""
        dimension = self._ledger.dimension(encoder)
        found = examine(address, collection_name(encoder, self._catalog.library_id()))
        if found.has_collection and dimension:
            self._open_at(address, encoder, dimension).close()
        return found

    def keep_at(self, uri: str, certificate: str | None = None) -> None:
        """Keep the vectors at ``uri`` from now on; empty for the library's own file. ``Moving``
        sends them.

        Raises:
            UsageError: the address holds a token, which does not belong in the settings; or
                something else than the settings decides.
            StoreUnreachable, StoreRefused, StoreUntrusted, StoreMismatch: it cannot be used;
                nothing changes.
            SettingsError: the choice could not be saved; nothing changes.
        """
        self._catalog.require_writable()
        if self._fixed_uri:
            raise UsageError(
                f"PLANTAIN_STORE_URI says that the vectors are kept at {self._fixed_uri}.",
                safe="Nothing was changed.",
                next_step="Unset it first.",
            )
        uri = os.path.abspath(uri) if uri and is_file(uri) else uri.rstrip("/")  # noqa: PTH100
        _refuse_token_in(uri)
        if not is_file(uri):
            self.test(uri, certificate)
        self._choose(store_uri=uri, **_given(certificate))
        self._vectors.leave()

    def save_token(self, token: str) -> None:
        """Keep user:password or an API key in the system's key store; an empty one is forgotten.

        Raises:
            SettingsError: there is no key store; the token was not saved anywhere.
        """
        self._save_token(token.strip())

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
        team, uri = clean_name(team, "team"), uri.rstrip("/")
        _refuse_token_in(uri)
        if is_file(uri):
            raise UsageError(
                "A team meets on a Milvus server, not in a file.",
                next_step="Give an address: plantain team join NAME http://host:19530",
            )
        name = team_collection_name(self._require_space(), team)
        examine(self._address(uri, certificate), name)
        self._choose(team=team, team_uri=uri, **_given(certificate))

    def leave(self) -> None:
        """Be in no team; what is here stays here, and what was sent stays there."""
        self._choose(team="", team_uri="")

    def open_team(self, encoder: str, dimension: int) -> TeamCollection:
        """Where the team meets.

        Raises:
            UsageError: this library is in no team.
            StoreError: as the collection says.
        """
        chosen = self._chosen()
        if not chosen.team:
            raise UsageError(
                "This library is in no team.",
                next_step="Join one: plantain team join NAME http://host:19530",
            )
        name = team_collection_name(encoder, chosen.team)
        return TeamCollection(self._address(chosen.team_uri), encoder, dimension, name)

    def _open_at(self, address: StoreAddress, encoder: str, dimension: int) -> VectorStore:
        name = collection_name(encoder, self._catalog.library_id())
        return self._open_store(address, encoder, dimension, name)

    def _address(self, uri: str, certificate: str | None = None) -> StoreAddress:
        if is_file(uri):
            return StoreAddress(uri)
        trusted = self._chosen().certificate if certificate is None else certificate
        return StoreAddress(uri, self._token(), trusted)


def _refuse_token_in(uri: str) -> None:
    if StoreAddress(uri).shown != uri:
        raise UsageError(
            "A token does not belong in the address.",
            safe="Nothing was saved.",
            next_step="Save it with “plantain server token”, and give the address without it.",
        )


def _given(certificate: str | None) -> dict[str, str]:
    return {} if certificate is None else {"store_certificate": certificate}
