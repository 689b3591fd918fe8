"""Asking a Milvus server who it is, before anything is stored there."""

from __future__ import annotations

import time
from dataclasses import dataclass

from desktop.index.address import StoreAddress
from desktop.index.connection import CALL_TIMEOUT_S, connect, disconnect
from desktop.index.errors import mapped


@dataclass(frozen=True, slots=True)
class ServerAnswer:
    """What a server said.

    Attributes:
        uri: its address, without a token in it.
        version: of the server, as it calls itself.
        milliseconds: for one small question, the connection being there.
        has_collection: this library has vectors there.
        other_copy: which other copy of the library writes them, as a sentence; empty: none does.
    """

    uri: str
    version: str
    milliseconds: float
    has_collection: bool
    other_copy: str = ""


def probe(address: StoreAddress, collection: str) -> ServerAnswer:
    """Connect, ask and leave; changes nothing there.

    Raises:
        StoreUnreachable, StoreRefused, StoreUntrusted: it cannot be used, and why.
    """
    client = connect(address)
    try:
        with mapped(address, "asked"):
            version = str(client.get_server_version(timeout=CALL_TIMEOUT_S))
            begin = time.perf_counter()
            has_collection = bool(client.has_collection(collection, timeout=CALL_TIMEOUT_S))
            milliseconds = (time.perf_counter() - begin) * 1_000
    finally:
        disconnect(client, address)
    return ServerAnswer(address.shown, version, round(milliseconds, 1), has_collection)
