"""Vectors in Milvus: a local Lite file by default, any server or cluster by ``uri`` and ``token``.

What is known about the two (measured on Milvus Lite 3.2.2 with pymilvus 3.0.2):

- a Lite "file" is a folder that one process may open, once; closing the client does not release
  it, the server manager does;
- Lite keeps no collection description, so every row carries the encoder that made it;
- Lite overwrites an insert with a known key, a server keeps both: always upsert;
- ids and filters are pasted unescaped into expressions: integer keys only, and texts as
  ``conditions`` quotes them;
- a server that was started again has to be told to load the collection once more;
- a server (2.3.5) answers a deletion with the time 0, which pymilvus keeps as that of the session's
  last write: "Session" would then ask for nothing newer than anything.
"""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.core.errors import StoreMismatch, StoreUnreachable
from desktop.core.text import tr
from desktop.core.vector import VectorRow
from desktop.index.address import StoreAddress
from desktop.index.conditions import listed
from desktop.index.connection import (
    BUILD_TIMEOUT_S,
    CALL_TIMEOUT_S,
    connect,
    damaged,
    disconnect,
)
from desktop.index.errors import mapped
from desktop.index.loading import build, load
from desktop.index.paging import pages
from desktop.index.search_index import SearchIndex, described, index_for
from desktop.index.store import Allowed, Hit
from desktop.index.widening import LONGEST_LIST, nearest_allowed
from desktop.index.writers import LibraryCopy, Writing

_MAX_ROWS_A_REQUEST = 500
_MAX_PAGE = 16_384
"""Milvus: limit + offset of one query or search."""
_TEXT_FIELDS = {
    **{"path": 16_384, "filename": 1_024, "folder": 16_384, "encoder": 256, "tags": 8_192},
    **{"format": 64, "media": 32},
}
"""VARCHAR scalars and their longest values, bytes of UTF-8; longer ones are cut."""
_NUMBER_FIELDS = (
    *("asset_id", "modified_at", "rating", "added_at", "size", "pixels", "is_generated"),
    "is_ignored",
)
"""INT64 scalars."""
_STRONG = "Strong"
"""What a repair is decided on must be true now."""
_LOG = logging.getLogger(__name__)


class MilvusStore:
    """A ``VectorStore`` over one collection.

    Args:
        uri, token, certificate: see ``StoreAddress``.
        encoder_id: ``EncoderInfo.identity``, stamped on every row.
        dimension: length of a vector.
        collection: see ``naming``.
        consistency: how fresh a search must be: "Strong" (all that anybody wrote), "Session" (all
            that this program wrote), "Bounded" (some seconds old), "Eventually".
        copy: whose collection it is, where others may have a copy of the same library; a file
            needs none, its lock and its place belong to one.

    Raises:
        StoreUnreachable: no answer from the file or the server.
        StoreRefused, StoreUntrusted: the server wants another token, or is not to be trusted.
        StoreMismatch: the collection holds another encoder's vectors or another dimension.
        StoreTaken: another copy of the library writes it; writing raises it too, within seconds
            of the other's taking over.
        StoreDamaged: the Lite file cannot be read.
        LibraryInUse: another process has the Lite file open.
    """

    def __init__(
        self,
        uri: str,
        token: str,
        encoder_id: str,
        dimension: int,
        collection: str,
        *,
        certificate: str = "",
        consistency: str = "Session",
        copy: LibraryCopy | None = None,
    ) -> None:
        self._address = StoreAddress(uri, token, certificate)
        self._encoder_id = encoder_id
        self._dimension = dimension
        self._collection = collection
        self._consistency = consistency
        self._is_deletion_last = False
        self._write_lock = threading.Lock()  # Milvus Lite needs one writer at a time
        self._load_lock = threading.Lock()  # held while the index is made anew: searches wait
        self._is_loaded = False
        self._index = SearchIndex()
        self._declared: frozenset[str] = frozenset()
        self._client = connect(self._address)
        self._writing = (
            None
            if copy is None or self._address.is_file
            else Writing(self._client, self._address, collection, copy)
        )
        try:
            with mapped(self._address, "opened"):
                if self._writing is not None:
                    self._writing.check()
                self._open_collection()
        except StoreUnreachable as error:
            self.close()
            if self._address.is_file:
                raise damaged(uri, error) from error
            raise
        except BaseException:
            self.close()
            raise

    @property
    def uri(self) -> str:
        return self._address.uri

    @property
    def collection(self) -> str:
        return self._collection

    @property
    def scalars(self) -> frozenset[str]:
        """Of a server: a file is asked only until its rows are in memory. A collection that an
        older Plantain made has the newer ones as dynamic keys, which are slow to compare."""
        return frozenset() if self._address.is_file else self._declared

    def upsert(self, rows: Sequence[VectorRow]) -> None:
        data = [self._row(row) for row in rows]
        with self._write_lock, self._asking("written to"):
            for start in range(0, len(data), _MAX_ROWS_A_REQUEST):
                self._require_writing()  # a call may outlast what a look is good for
                part = data[start : start + _MAX_ROWS_A_REQUEST]
                self._client.upsert(self._collection, part, timeout=CALL_TIMEOUT_S)
                self._is_deletion_last = False

    def delete(self, ids: Sequence[int]) -> None:
        with self._write_lock, self._asking("written to"):
            for start in range(0, len(ids), _MAX_ROWS_A_REQUEST):
                self._require_writing()
                part = [int(row_id) for row_id in ids[start : start + _MAX_ROWS_A_REQUEST]]
                self._is_deletion_last = True
                self._client.delete(self._collection, ids=part, timeout=CALL_TIMEOUT_S)

    def flush(self) -> None:
        with self._write_lock, self._asking("written to"):
            self._client.flush(self._collection, timeout=BUILD_TIMEOUT_S)
            if not self._address.is_file and not self._index.suits(rows := self._count()):
                self._build(index_for(rows))

    def search(
        self, vector: NDArray[np.float32], limit: int, allowed: Allowed | None = None
    ) -> list[Hit]:
        if limit <= 0 or (allowed is not None and allowed.ids.size == 0):
            return []
        limit = min(limit, _MAX_PAGE)
        if allowed is None:
            return self._nearest(vector, limit)
        if not allowed.expression and allowed.ids.size > LONGEST_LIST:
            nearest = partial(self._nearest, vector, is_filtered=True)
            found = nearest_allowed(nearest, allowed.ids, limit, _MAX_PAGE)
            if found is not None:
                return found
        return self._nearest(vector, limit, _told(allowed), is_filtered=True)

    def _nearest(
        self,
        vector: NDArray[np.float32],
        limit: int,
        expression: str = "",
        *,
        is_filtered: bool = False,
    ) -> list[Hit]:
        with self._asking("searched"):
            answer = self._client.search(
                self._collection,
                data=[vector.tolist()],
                filter=expression,
                limit=limit,
                output_fields=["asset_id"],
                search_params=self._index.search_params(is_filtered=is_filtered),
                consistency_level=self._freshness(),
                timeout=CALL_TIMEOUT_S,
            )
        return [
            # Vectors that an index keeps as bytes may come out a little longer than 1.
            Hit(int(row["id"]), int(row["entity"]["asset_id"]), min(float(row["distance"]), 1.0))
            for row in answer[0]
            if math.isfinite(row["distance"])
        ]

    def _freshness(self) -> str:
        """Of a search: strong where pymilvus does not know the time of our last write."""
        is_unknown = self._is_deletion_last and self._consistency == "Session"
        return _STRONG if is_unknown else self._consistency

    def count(self) -> int:
        with self._asking("read"):
            return self._count()

    def ids(self) -> set[int]:
        def ask(begin: int, end: int, limit: int) -> list[int]:
            rows: Any = self._client.query(
                self._collection,
                filter=f"id >= {begin} and id < {end}",
                output_fields=["id"],
                limit=limit,
                consistency_level=_STRONG,
                timeout=CALL_TIMEOUT_S,
            )
            return [int(row["id"]) for row in rows]

        with self._asking("read"):
            total = self._count()
            return {i for page in pages(ask, total, _MAX_PAGE, are_keys_spread=False) for i in page}

    def drop(self) -> None:
        with self._write_lock, self._asking("deleted"):
            self._require_writing()
            self._client.drop_collection(self._collection, timeout=CALL_TIMEOUT_S)

    def release(self) -> None:
        """Give a server's memory back; the rows stay, and are loaded when they are asked for."""
        if not self._address.is_file:
            with self._write_lock, self._load_lock, mapped(self._address, "released"):
                self._is_loaded = False
                self._client.release_collection(self._collection, timeout=CALL_TIMEOUT_S)

    def close(self) -> None:
        disconnect(self._client, self._address)

    def _require_writing(self) -> None:
        if self._writing is not None:
            self._writing.require()

    def _row(self, row: VectorRow) -> dict[str, Any]:
        values: dict[str, Any] = {
            **dict.fromkeys(_NUMBER_FIELDS, 0),
            "ratio": 0.0,
            **row.scalars,
            "id": row.id,
            "asset_id": row.asset_id,
            "kind": row.kind,
            "encoder": self._encoder_id,
            "vector": row.value.tolist(),
        }
        for name, longest in _TEXT_FIELDS.items():
            text = str(values.setdefault(name, ""))
            values[name] = text.encode()[:longest].decode(errors="ignore")
        return values

    def _open_collection(self) -> None:
        if not self._client.has_collection(self._collection, timeout=CALL_TIMEOUT_S):
            self._create_collection()
        description: Any = self._client.describe_collection(
            self._collection, timeout=CALL_TIMEOUT_S
        )
        self._declared = frozenset(field["name"] for field in description["fields"])
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
                tr(
                    "It holds vectors of {found} numbers; {encoder} makes vectors of {wanted}.",
                    found=found,
                    encoder=self._encoder_id,
                    wanted=self._dimension,
                )
                if found
                else tr("It holds no vectors of the kind Plantain keeps.")
            )
        self._ensure_loaded()
        self._index = described(
            self._client.describe_index(self._collection, "vector", timeout=CALL_TIMEOUT_S)
        )
        sample: Any = self._client.query(
            self._collection,
            filter="id >= 0",
            output_fields=["encoder"],
            limit=1,
            consistency_level=_STRONG,
            timeout=CALL_TIMEOUT_S,
        )
        maker = sample[0].get("encoder") if sample else self._encoder_id
        if maker != self._encoder_id:
            raise self._mismatch(
                tr(
                    "It holds vectors made by {maker}; you are using {encoder}.",
                    maker=maker or tr("an unknown encoder"),
                    encoder=self._encoder_id,
                )
            )

    def _create_collection(self) -> None:
        from pymilvus import DataType  # heavy: imported on first use

        schema: Any = self._client.create_schema(
            auto_id=False,
            enable_dynamic_field=True,
            description=f"Plantain; encoder {self._encoder_id}",
        )
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=self._dimension)
        schema.add_field("kind", DataType.VARCHAR, max_length=32)
        schema.add_field("ratio", DataType.DOUBLE)
        for name in _NUMBER_FIELDS:
            schema.add_field(name, DataType.INT64)
        for name, longest in _TEXT_FIELDS.items():
            schema.add_field(name, DataType.VARCHAR, max_length=longest)
        index: Any = self._client.prepare_index_params()
        index.add_index("vector", index_type=index_for(0).kind, metric_type="COSINE")
        self._client.create_collection(
            self._collection,
            schema=schema,
            index_params=index,
            consistency_level=_STRONG,
            timeout=CALL_TIMEOUT_S,
        )

    def _build(self, index: SearchIndex) -> None:
        """Rank by another index from now on; searches wait meanwhile."""
        _LOG.info("collection %s: building %s", self._collection, index)
        with self._load_lock:
            self._is_loaded = False
            self._client.release_collection(self._collection, timeout=CALL_TIMEOUT_S)
            self._client.drop_index(self._collection, "vector", timeout=CALL_TIMEOUT_S)
            build(self._client, self._collection, index, metric="COSINE")
            self._index = index
            self._load()

    def _ensure_loaded(self) -> None:
        if not self._is_loaded:
            with self._load_lock:
                if not self._is_loaded:
                    self._load()

    def _load(self) -> None:
        load(
            self._client,
            self._collection,
            self._index,
            metric="COSINE",
            timeout_s=BUILD_TIMEOUT_S,
        )
        self._is_loaded = True

    def _count(self) -> int:
        answer = self._client.query(
            self._collection,
            output_fields=["count(*)"],
            consistency_level=_STRONG,
            timeout=CALL_TIMEOUT_S,
        )
        return int(answer[0]["count(*)"])

    def _mismatch(self, why: str) -> StoreMismatch:
        return StoreMismatch(
            tr(
                "The collection “{collection}” at {store} cannot be used with this model. {why}",
                collection=self._collection,
                store=self._address.shown,
                why=why,
            ),
            safe=tr("It was not changed."),
            next_step=tr("Choose the model it was made with, or another collection name."),
        )

    @contextmanager
    def _asking(self, verb: str) -> Generator[None]:
        """Calls on the loaded collection, with pymilvus' and gRPC's exceptions as ours."""
        try:
            with mapped(self._address, verb):
                self._ensure_loaded()
                yield
        except StoreUnreachable:
            self._is_loaded = False  # a server that was started again has forgotten it
            raise


def _told(allowed: Allowed) -> str:
    return allowed.expression or f"asset_id in {listed(allowed.ids.tolist())}"
