"""Opening Milvus: the file of Milvus Lite in this process, or a server at an address."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from desktop.core.errors import LibraryInUse, StoreDamaged, StoreError, StoreUnreachable
from desktop.core.text import tr
from desktop.index.address import StoreAddress
from desktop.index.errors import one_line, store_error

CALL_TIMEOUT_S = 30.0
"""For one request; every call is given one, or pymilvus would wait for ever."""
BUILD_TIMEOUT_S = 600.0
"""For building and loading an index, which takes minutes on a large collection."""
_CONNECT_TIMEOUT_S = 10.0
_RECONNECTING = {
    "grpc.use_local_subchannel_pool": 1,
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 2_000,
}
"""gRPC would not even try a server that was lost, and is back, for up to two minutes."""


def connect(address: StoreAddress) -> Any:
    """A ``MilvusClient`` on ``address``, for one owner, who closes it with ``disconnect``.

    Raises:
        StoreUnreachable, StoreRefused, StoreUntrusted: see ``address`` and ``refusals``.
        StoreDamaged: the Lite file cannot be read.
        LibraryInUse: another process has the Lite file open.
    """
    if not address.is_file:
        address.knock()
    # Lite reads this when it is imported: small memtables keep its flushes short, which in this
    # process would hold the interpreter lock and stall the window.
    os.environ.setdefault("MILVUS_LITE_MEMTABLE_MEMORY_LIMIT_BYTES", "8000000")
    # gRPC's C core writes harmless keep-alive notices to stderr.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    import grpc
    from pymilvus import MilvusClient
    from pymilvus.exceptions import MilvusException

    # The client reports every refused call in its log before raising; our errors say it all. And
    # Lite's server reports AllocTimestamp, which it lacks and the client does without.
    for name in ("pymilvus", "grpc._server", "milvus_lite"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        if address.is_file:
            Path(address.uri).parent.mkdir(parents=True, exist_ok=True)
            return MilvusClient(address.uri)
        # Dedicated: the client shares its connections by address and token, whatever the
        # certificate, and a shared one is never closed.
        return MilvusClient(
            address.uri,
            token=address.token,
            timeout=_CONNECT_TIMEOUT_S,
            dedicated=True,
            grpc_options=_RECONNECTING,
            **({"server_pem_path": address.certificate} if address.certificate else {}),
        )
    except (MilvusException, grpc.RpcError, OSError, ValueError) as error:
        if not address.is_file:
            raise store_error(address, "opened", error) from error
        raise _file_error(address.uri, error) from error
    except Exception as error:
        raise StoreError(
            tr(
                "The vector store {shown} could not be opened: {error}",
                shown=address.shown,
                error=one_line(error),
            )
        ) from error


def disconnect(client: Any, address: StoreAddress) -> None:
    """Close ``client``; a Lite file can then be opened by another process."""
    client.close()
    if address.is_file:
        from milvus_lite.server_manager import server_manager_instance

        # Closing the client does not stop its server, which holds the file's lock.
        server_manager_instance.release_server(address.uri)


def damaged(uri: str, error: BaseException) -> StoreDamaged:
    """The Lite file at ``uri`` cannot be read."""
    return StoreDamaged(
        tr("The vector file {uri} is damaged: {error}", uri=uri, error=one_line(error)),
        safe=tr("Your pictures and the catalogue are untouched."),
        next_step=tr("Move {uri} away; it is made again from the catalogue.", uri=uri),
    )


def _file_error(uri: str, error: BaseException) -> Exception:
    if not uri.endswith(".db"):
        return StoreUnreachable(
            tr("“{shown}” is not an address of a vector store.", shown=uri),
            safe=tr("Nothing was changed."),
            next_step=tr("Give http://host:port of a Milvus server, or a file that ends in .db."),
        )
    if _is_held(uri):
        return LibraryInUse(
            tr("The vector file {uri} is open in another Plantain.", uri=uri),
            safe=tr("Nothing was changed."),
            next_step=tr("Close the other one, or open another library with --library."),
        )
    return damaged(uri, error)


def _is_held(uri: str) -> bool:
    """Another process holds Milvus Lite's own lock (flock on a file in its folder)."""
    lock = FileLock(Path(uri) / "LOCK")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    except OSError:
        return False  # not even a folder with a lock in it
    lock.release()
    return False
