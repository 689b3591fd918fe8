"""Vectors in Milvus: a local Lite file by default, any server or cluster by ``uri`` and ``token``.

What is known about the two (measured on Milvus Lite 3.2.2 with pymilvus 3.0.2):

- a Lite "file" is a folder that one process may open, once; closing the client does not release
  it, the server manager does;
- Lite keeps no collection description, so every row carries the encoder that made it;
- Lite overwrites an insert with a known key, a server keeps both: always upsert;
- ids and filters are pasted unescaped into expressions: integer keys only.
"""

from __future__ import annotations

import logging
import os
import re
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from desktop.core.errors import (
    LibraryInUse,
    StoreDamaged,
    StoreError,
    StoreMismatch,
    StoreUnreachable,
)
from desktop.index.store import Hit, StoredVector

_MAX_ROWS_A_REQUEST = 500
_MAX_PAGE = 16_384
"""Milvus: limit + offset of one query or search."""
_CONNECT_TIMEOUT_S = 10.0
_TEXT_FIELDS = {"path": 16_384, "filename": 1_024, "folder": 16_384, "encoder": 256, "tags": 8_192}
"""VARCHAR scalars and their longest values, bytes of UTF-8; longer ones are cut."""
_STRONG = "Strong"


def collection_name(encoder: str, library: str) -> str:
    """``ViT-B-32@1f0c…``, ``9e4b…`` -> ``plantain_vit_b_32_1f0c…_9e4b…``.

    A library's row ids are its own count from 1, so two libraries never share a collection.
    """
    return re.sub(r"\W+", "_", "_".join(("plantain", encoder, library))).lower()


class MilvusStore:
    """A ``VectorStore`` over one collection.

    Args:
        uri: path of a Lite file (``….db``), or ``http(s)://host:port``.
        token: ``user:password`` or an API key; empty for none.
        encoder: ``EncoderInfo.identity``, stamped on every row.
        dimension: length of a vector.
        collection: see ``collection_name``.

    Raises:
        StoreUnreachable: no answer from the file or the server.
        StoreMismatch: the collection holds another encoder's vectors or another dimension.
        StoreDamaged: the Lite file cannot be read.
        LibraryInUse: another process has the Lite file open.
    """

    def __init__(self, uri: str, token: str, encoder: str, dimension: int, collection: str) -> None:
        self._uri = uri
        self._encoder = encoder
        self._dimension = dimension
        self._collection = collection
        self._write_lock = threading.Lock()  # Milvus Lite needs one writer at a time
        self._client = _connect(uri, token)
        try:
            with self._mapped("opened"):
                self._open_collection()
        except StoreUnreachable as error:
            self.close()
            if is_file(uri):
                raise _damaged(uri, error) from error
            raise
        except BaseException:
            self.close()
            raise

    @property
    def uri(self) -> str:
        return self._uri

    @property
    def collection(self) -> str:
        return self._collection

    def upsert(self, rows: Sequence[StoredVector]) -> None:
        data = [self._row(row) for row in rows]
        with self._write_lock, self._mapped("written to"):
            for start in range(0, len(data), _MAX_ROWS_A_REQUEST):
                self._client.upsert(self._collection, data[start : start + _MAX_ROWS_A_REQUEST])

    def delete(self, ids: Sequence[int]) -> None:
        with self._write_lock, self._mapped("written to"):
            for start in range(0, len(ids), _MAX_ROWS_A_REQUEST):
                part = [int(row_id) for row_id in ids[start : start + _MAX_ROWS_A_REQUEST]]
                self._client.delete(self._collection, ids=part)

    def flush(self) -> None:
        with self._write_lock, self._mapped("written to"):
            self._client.flush(self._collection)

    def search(
        self, vector: NDArray[np.float32], limit: int, allowed: NDArray[np.int64] | None = None
    ) -> list[Hit]:
        if limit <= 0 or (allowed is not None and allowed.size == 0):
            return []
        with self._mapped("searched"):
            answer = self._client.search(
                self._collection,
                data=[vector.tolist()],
                filter="" if allowed is None else _among(allowed),
                limit=min(limit, _MAX_PAGE),
                output_fields=["asset_id"],
                search_params={"metric_type": "COSINE"},
                consistency_level=_STRONG,
            )
        return [
            Hit(int(row["id"]), int(row["entity"]["asset_id"]), float(row["distance"]))
            for row in answer[0]
        ]

    def count(self) -> int:
        with self._mapped("read"):
            answer = self._client.query(
                self._collection, output_fields=["count(*)"], consistency_level=_STRONG
            )
        return int(answer[0]["count(*)"])

    def ids(self) -> set[int]:
        found: set[int] = set()
        last = -1
        while True:
            # Paged by key, since limit + offset is bounded and Lite's iterators stop early.
            with self._mapped("read"):
                page = self._client.query(
                    self._collection,
                    filter=f"id > {last}",
                    output_fields=["id"],
                    limit=_MAX_PAGE,
                    consistency_level=_STRONG,
                )
            if not page:
                return found
            page_ids = [int(row["id"]) for row in page]
            found.update(page_ids)
            last = max(page_ids)
            if len(page_ids) < _MAX_PAGE:
                return found

    def drop(self) -> None:
        with self._write_lock, self._mapped("deleted"):
            self._client.drop_collection(self._collection)

    def close(self) -> None:
        self._client.close()
        if is_file(self._uri):
            _release(self._uri)

    def _row(self, row: StoredVector) -> dict[str, Any]:
        values: dict[str, Any] = {
            "tags": "",
            "modified_at": 0,
            "rating": 0,
            **row.scalars,
            "id": row.id,
            "asset_id": row.asset_id,
            "kind": row.kind,
            "encoder": self._encoder,
            "vector": row.value.tolist(),
        }
        for name, longest in _TEXT_FIELDS.items():
            text = str(values.setdefault(name, ""))
            values[name] = text.encode()[:longest].decode(errors="ignore")
        return values

    def _open_collection(self) -> None:
        if not self._client.has_collection(self._collection):
            self._create_collection()
        description: Any = self._client.describe_collection(self._collection)
        found = next(
            (
                int(field["params"]["dim"])
                for field in description["fields"]
                if field["name"] == "vector" and "dim" in field["params"]
            ),
            0,
        )
        if found != self._dimension:
            raise self._mismatch(
                f"vectors of {found} numbers" if found else "no vectors of the kind Plantain keeps",
                f"{self._encoder} makes vectors of {self._dimension}",
            )
        self._client.load_collection(self._collection)
        sample: Any = self._client.query(
            self._collection,
            filter="id >= 0",
            output_fields=["encoder"],
            limit=1,
            consistency_level=_STRONG,
        )
        maker = sample[0].get("encoder") if sample else self._encoder
        if maker != self._encoder:
            raise self._mismatch(
                f"vectors made by {maker or 'an unknown encoder'}", f"you are using {self._encoder}"
            )

    def _create_collection(self) -> None:
        from pymilvus import DataType  # heavy: imported on first use

        schema: Any = self._client.create_schema(
            auto_id=False,
            enable_dynamic_field=True,
            description=f"Plantain; encoder {self._encoder}",
        )
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=self._dimension)
        schema.add_field("asset_id", DataType.INT64)
        schema.add_field("kind", DataType.VARCHAR, max_length=32)
        schema.add_field("modified_at", DataType.INT64)
        schema.add_field("rating", DataType.INT64)
        for name, longest in _TEXT_FIELDS.items():
            schema.add_field(name, DataType.VARCHAR, max_length=longest)
        index: Any = self._client.prepare_index_params()
        # FLAT is exact, and fast enough to some 10,000 rows, where a Lite file is at home.
        index.add_index("vector", index_type="FLAT", metric_type="COSINE")
        self._client.create_collection(
            self._collection, schema=schema, index_params=index, consistency_level=_STRONG
        )

    def _mismatch(self, holds: str, wanted: str) -> StoreMismatch:
        return StoreMismatch(
            f"The collection “{self._collection}” at {self._uri} holds {holds}, but {wanted}.",
            safe="It was not changed.",
            next_step="Choose the model it was made with, or another collection name.",
        )

    @contextmanager
    def _mapped(self, verb: str) -> Generator[None]:
        """pymilvus' and gRPC's exceptions as ours."""
        import grpc
        from pymilvus.exceptions import MilvusException

        try:
            yield
        except (MilvusException, grpc.RpcError, OSError) as error:
            raise StoreUnreachable(
                f"The vector store {self._uri} could not be {verb}: {_one_line(error)}",
                safe="Your pictures and the catalogue are untouched.",
                next_step="Try again; if it stays so, run “plantain doctor”.",
            ) from error


def is_file(uri: str) -> bool:
    """True for a Milvus Lite file, False for the address of a server."""
    return "://" not in uri


def _among(asset_ids: NDArray[np.int64]) -> str:
    """Spelled out, since Lite knows no filter parameters: 50,000 ids are 350 KB and 0.15 s."""
    return f"asset_id in [{','.join(map(str, asset_ids.tolist()))}]"


def _connect(uri: str, token: str) -> Any:
    # Lite reads this when it is imported: small memtables keep its flushes short, which in this
    # process would hold the interpreter lock and stall the window.
    os.environ.setdefault("MILVUS_LITE_MEMTABLE_MEMORY_LIMIT_BYTES", "8000000")
    # gRPC's C core writes harmless keep-alive notices to stderr.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    from pymilvus import MilvusClient
    from pymilvus.exceptions import MilvusException

    # The client reports every refused call in its log before raising; our errors say it all. And
    # Lite's server reports AllocTimestamp, which it lacks and the client does without.
    for name in ("pymilvus", "grpc._server", "milvus_lite"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        if is_file(uri):
            Path(uri).parent.mkdir(parents=True, exist_ok=True)
            return MilvusClient(uri)
        return MilvusClient(uri, token=token, timeout=_CONNECT_TIMEOUT_S)
    except (MilvusException, OSError, ValueError) as error:
        if is_file(uri) and not uri.endswith(".db"):
            raise StoreUnreachable(
                f"“{uri}” is not an address of a vector store.",
                safe="Nothing was changed.",
                next_step="Give http://host:port of a Milvus server, or a file that ends in .db.",
            ) from error
        if is_file(uri) and _is_held(uri):
            raise LibraryInUse(
                f"The vector file {uri} is open in another Plantain.",
                safe="Nothing was changed.",
                next_step="Close the other one, or open another library with --library.",
            ) from error
        if is_file(uri):
            raise _damaged(uri, error) from error
        raise StoreUnreachable(
            f"The vector store {uri} does not answer: {_one_line(error)}",
            safe="Your pictures and the catalogue are untouched.",
            next_step="Check the address and that the server runs, then try again.",
        ) from error
    except Exception as error:
        raise StoreError(
            f"The vector store {uri} could not be opened: {_one_line(error)}"
        ) from error


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


def _damaged(uri: str, error: BaseException) -> StoreDamaged:
    return StoreDamaged(
        f"The vector file {uri} is damaged: {_one_line(error)}",
        safe="Your pictures and the catalogue are untouched.",
        next_step=f"Move {uri} away; it is made again from the catalogue.",
    )


def _release(uri: str) -> None:
    """Stop the in-process server of a Lite file, which gives back its lock."""
    from milvus_lite.server_manager import server_manager_instance

    server_manager_instance.release_server(uri)


def _one_line(error: BaseException) -> str:
    text = " ".join(str(getattr(error, "message", "") or error).split())[:300]
    return text if text.endswith(".") else f"{text}."
