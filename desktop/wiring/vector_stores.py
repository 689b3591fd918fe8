"""Where vectors are kept: a Milvus file or server, and what moves between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from desktop.config.options import EngineOptions
from desktop.config.preferences import Preferences
from desktop.config.secrets import STORE_TOKEN, Secrets
from desktop.index.address import StoreAddress
from desktop.index.milvus import MilvusStore
from desktop.library.opening import OpenLibrary
from desktop.library.this_copy import ThisCopy
from desktop.services.current_model import CurrentModel
from desktop.services.vectors.addresses import StoreAddresses
from desktop.services.vectors.copies import Copies
from desktop.services.vectors.endpoints import Endpoints
from desktop.services.vectors.stores import Stores
from desktop.services.vectors.vector_index import VectorIndex
from desktop.wiring.credentials import credential
from desktop.wiring.tables import Tables


@dataclass(frozen=True, kw_only=True)
class VectorStores:
    """The stores, the vectors in them, and the addresses at which they are."""

    stores: Stores
    vectors: VectorIndex
    endpoints: Endpoints
    copies: Copies


def vector_stores(
    options: EngineOptions,
    environment: Mapping[str, str],
    preferences: Preferences,
    library: OpenLibrary,
    tables: Tables,
    model: CurrentModel,
) -> VectorStores:
    """Opens none of them: that happens at first use."""
    secrets = Secrets(environment, environment_first=options.environment_first)
    token = credential(secrets, STORE_TOKEN)
    addresses = StoreAddresses(preferences, token, library.paths.vectors, options.store_uri)
    this_copy = ThisCopy(library.paths.this_copy)
    stores = Stores(
        tables.catalog.library_id,
        tables.vectors,
        addresses,
        partial(_open_milvus, preferences, library.database.require_there, this_copy),
        is_read_only=library.is_read_only,
        notify=library.notices.append,
    )
    vectors = VectorIndex(
        tables.catalog,
        tables.vectors,
        stores.open,
        place=lambda: addresses.name,
        is_read_only=library.is_read_only,
        was_killed=library.database.was_killed,
        notify=library.notices.append,
    )
    endpoints = Endpoints(
        preferences, token, addresses, stores, vectors, tables.catalog, tables.team, model
    )
    copies = Copies(tables.catalog, tables.vectors, addresses, stores, vectors, this_copy)
    return VectorStores(stores=stores, vectors=vectors, endpoints=endpoints, copies=copies)


def _open_milvus(
    preferences: Preferences,
    require_there: Callable[[], None],
    copy: ThisCopy,
    address: StoreAddress,
    encoder_id: str,
    dimension: int,
    collection: str,
) -> MilvusStore:
    require_there()
    return MilvusStore(
        address.uri,
        address.token,
        encoder_id,
        dimension,
        collection,
        certificate=address.certificate,
        consistency=preferences.settings.store_consistency,
        copy=copy,
    )
