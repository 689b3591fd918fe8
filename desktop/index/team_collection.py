"""The collection in which a team meets: rows that mean the same to every member.

One row a vector, under a key that every member works out alike. All rows of a picture carry what is
known of it; the first one carries a small preview too. Nothing is ever deleted here but the frames
that a video no longer has: what is missing at one member's may be there at another's.
"""

from __future__ import annotations

import base64
import binascii
import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.core.asset import displayable
from desktop.core.errors import StoreMismatch
from desktop.core.integers import MOST
from desktop.core.team import SharedAsset, merged, no_later, shared_id
from desktop.core.text import tr
from desktop.core.vector import FRAME, IMAGE, are_directions
from desktop.files.checked_json import checked
from desktop.files.edits_json import dump_edits, load_edits
from desktop.index.address import StoreAddress
from desktop.index.connection import BUILD_TIMEOUT_S, CALL_TIMEOUT_S, connect, disconnect
from desktop.index.errors import mapped
from desktop.index.loading import load
from desktop.index.paging import pages
from desktop.index.search_index import SearchIndex

_PAGE = 4_000
"""Rows without vectors: some 4 MB."""
_MAX_ROWS = 16_384
"""Milvus: limit + offset of one query."""
_ASSETS_A_FETCH = 200
_ROWS_A_REQUEST = 500
_MAX_PREVIEW = 32_768
AHEAD_MS = 3_600_000
"""By how much the clock of a member may be fast; what is later is of now and that."""
_MOST_VECTORS = 10_000
_MOST_LEFT_OUT, _MOST_NAMED = 20, 200
_STRONG = "Strong"
"""A refresh is rare, and must see what a teammate has just sent."""
_LOG = logging.getLogger(__name__)
_TEXTS = {
    **{"kind": 32, "root": 256, "relative_path": 16_384, "filename": 1_024, "content_hash": 128},
    **{"format": 32, "library": 64, "encoder": 256, "moved_to": 17_000},
    **{"note": 65_535, "tags": 65_535, "edits": 65_535, "preview": _MAX_PREVIEW},
}
"""VARCHAR scalars and their longest values, bytes of UTF-8."""
_NUMBERS = (
    *("asset_id", "position", "is_first", "modified_ns", "size", "width", "height"),
    *("frame_count", "duration_ms", "rating", "updated_at"),
)
_FACTS = [
    *("root", "relative_path", "content_hash", "modified_ns", "size", "width", "height", "format"),
    *("frame_count", "duration_ms", "library", "edits", "updated_at", "moved_to"),
]


@dataclass(frozen=True, slots=True)
class SharedVector:
    """One vector of a shared picture: kind and position as in the catalogue, value (d,) float32."""

    kind: str
    position: int
    value: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SharedContent:
    """What belongs to one version of a file.

    Attributes:
        preview: a small JPEG; empty when there is none.
    """

    vectors: tuple[SharedVector, ...]
    preview: bytes = b""


class TeamCollection:
    """Pictures of one team, as one encoder sees them.

    Args:
        dimension: length of a vector; 0 when this library has none yet.
        name: of the collection; it is made when it is not there and ``dimension`` is known.

    Attributes:
        exists: False when it was not there and could not be made.
        is_new: it has just been made.
        left_out: names of the pictures that cannot be taken in as they were sent, some at most.

    Raises:
        StoreUnreachable, StoreRefused, StoreUntrusted: the server cannot be used.
        StoreMismatch: the collection holds another encoder's vectors.
    """

    def __init__(self, address: StoreAddress, encoder_id: str, dimension: int, name: str) -> None:
        self._address = address
        self._encoder_id = encoder_id
        self._name = name
        self.is_new = False
        self.left_out: dict[str, None] = {}
        self._client = connect(address)
        try:
            with mapped(address, "opened"):
                self.exists = self._open(dimension)
        except BaseException:
            self.close()
            raise

    @property
    def place(self) -> str:
        """Names this collection among all."""
        return f"{self._address.shown}#{self._name}"

    def changed_since(self, updated_at: int) -> Iterator[list[SharedAsset]]:
        """What was sent after then (milliseconds since the epoch), some thousands at a time."""
        for page in self._pages(f"updated_at > {updated_at} and is_first == 1", _FACTS, _PAGE):
            yield [asset for row in page if (asset := self._read(row)) is not None]

    def fetch(self, ids: Sequence[int]) -> Iterator[tuple[SharedAsset, SharedContent]]:
        """Pictures with all that belongs to them; those that are not there are left out."""
        fields = [*_FACTS, "asset_id", "kind", "position", "is_first", "preview", "vector"]
        for start in range(0, len(ids), _ASSETS_A_FETCH):
            part = ",".join(str(int(asset_id)) for asset_id in ids[start : start + _ASSETS_A_FETCH])
            rows: dict[object, list[dict[str, Any]]] = {}
            for page in self._pages(f"asset_id in [{part}]", fields, _ROWS_A_REQUEST):
                for row in page:
                    rows.setdefault(row["asset_id"], []).append(row)
            for found in rows.values():
                first = next((row for row in found if row["is_first"]), found[0])
                asset = self._read(first)
                if asset is not None and (content := self._content(found, first)) is not None:
                    yield asset, content

    def put(self, assets: Sequence[tuple[SharedAsset, SharedContent]]) -> set[int]:
        """Send pictures; they replace what the team had of them. Returns the ids of those that were
        not sent, as a note, tags or what else is said of them is too long for a column."""
        rows: list[dict[str, Any]] = []
        too_long: set[int] = set()
        for asset, content in assets:
            own = list(self._rows(asset, content))
            if not all(map(_fits, own)):
                _LOG.warning("%s says too much to be shared", displayable(asset.relative_path))
                too_long.add(asset.id)
            else:
                rows += own
        written = {row["id"] for row in rows}
        several = {
            asset.id
            for asset, content in assets
            if asset.id not in too_long and any(v.kind != "image" for v in content.vectors)
        }
        with mapped(self._address, "written to"):
            for start in range(0, len(rows), _ROWS_A_REQUEST):
                part = rows[start : start + _ROWS_A_REQUEST]
                self._client.upsert(self._name, part, timeout=CALL_TIMEOUT_S)
        if several:  # a new version of a video may have fewer frames
            chosen = ",".join(map(str, several))
            for page in list(self._pages(f"asset_id in [{chosen}]", ["id"], _MAX_ROWS)):
                left = [int(row["id"]) for row in page if row["id"] not in written]
                if left:
                    with mapped(self._address, "written to"):
                        self._client.delete(self._name, ids=left, timeout=CALL_TIMEOUT_S)
        return too_long

    def amend(self, changes: Sequence[SharedAsset]) -> set[int]:
        """Send what was said about pictures, or where they went, and nothing else of them.

        Of each field the last change stays, here as everywhere. Returns: as ``put``.
        """
        if not changes:
            return set()
        by_id = {change.id: change for change in changes}
        found = [
            (
                replace(
                    asset,
                    edits=merged(asset.edits, by_id[asset.id].edits),
                    updated_at=by_id[asset.id].updated_at,
                    moved_to=by_id[asset.id].moved_to,
                ),
                content,
            )
            for asset, content in self.fetch(list(by_id))
        ]
        return self.put(found)

    def _read(self, row: dict[str, Any]) -> SharedAsset | None:
        """One row's facts; None, and noted, where they are none: it costs itself alone."""
        try:
            asset = _asset(row)
        except (ValueError, TypeError, LookupError) as error:
            self._leave_out(row, str(error))
            return None
        if problem := asset.problem():
            self._leave_out(row, problem)
            return None
        return asset

    def _content(
        self, rows: Sequence[dict[str, Any]], first: dict[str, Any]
    ) -> SharedContent | None:
        """As ``_read``."""
        try:
            if len(rows) > _MOST_VECTORS:
                raise ValueError("more vectors than a video has")
            vectors = tuple(sorted(map(_vector, rows), key=lambda vector: vector.position))
            if not are_directions(np.stack([vector.value for vector in vectors])):
                raise ValueError("a vector without a direction")
        except (ValueError, TypeError, LookupError) as error:
            self._leave_out(first, str(error))
            return None
        return SharedContent(vectors, _preview(first["preview"]))

    def _leave_out(self, row: dict[str, Any], why: str) -> None:
        name = displayable(str(row.get("relative_path", "")))[:_MOST_NAMED]
        _LOG.warning("a row of the team is left out: %s: %s", name, displayable(why))
        if len(self.left_out) < _MOST_LEFT_OUT:
            self.left_out.setdefault(name)

    def flush(self) -> None:
        """Settle what was sent."""
        with mapped(self._address, "written to"):
            self._client.flush(self._name, timeout=BUILD_TIMEOUT_S)

    def close(self) -> None:
        disconnect(self._client, self._address)

    def _open(self, dimension: int) -> bool:
        if not self._client.has_collection(self._name, timeout=CALL_TIMEOUT_S):
            if not dimension:
                return False
            self._create(dimension)
            self.is_new = True
        description: Any = self._client.describe_collection(self._name, timeout=CALL_TIMEOUT_S)
        fields = {entry["name"]: entry for entry in description["fields"]}
        found = int(fields.get("vector", {}).get("params", {}).get("dim", 0))
        if "moved_to" not in fields or (dimension and found != dimension):
            raise StoreMismatch(
                tr(
                    "The collection “{name}” at {shown} holds no team pictures encoded with "
                    "{encoder_id}.",
                    name=self._name,
                    shown=self._address.shown,
                    encoder_id=self._encoder_id,
                ),
                safe=tr("It was not changed."),
                next_step=tr("Choose the model that the team uses, or another name for the team."),
            )
        load(self._client, self._name, SearchIndex(), metric="COSINE", timeout_s=BUILD_TIMEOUT_S)
        return True

    def _create(self, dimension: int) -> None:
        from pymilvus import DataType  # heavy: imported on first use

        schema: Any = self._client.create_schema(
            auto_id=False,
            enable_dynamic_field=True,
            description=f"Plantain team; encoder {self._encoder_id}",
        )
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
        for number in _NUMBERS:
            schema.add_field(number, DataType.INT64)
        for name, longest in _TEXTS.items():
            schema.add_field(name, DataType.VARCHAR, max_length=longest)
        index: Any = self._client.prepare_index_params()
        # Members search their own copies; this one is read by its keys and times.
        index.add_index("vector", index_type="FLAT", metric_type="COSINE")
        self._client.create_collection(
            self._name,
            schema=schema,
            index_params=index,
            consistency_level=_STRONG,
            timeout=CALL_TIMEOUT_S,
        )

    def _pages(self, condition: str, fields: list[str], size: int) -> Iterator[list[Any]]:
        def ask(begin: int, end: int, limit: int) -> list[Any]:
            with mapped(self._address, "read"):
                rows: Any = self._client.query(
                    self._name,
                    filter=f"({condition}) and id >= {begin} and id < {end}",
                    output_fields=["id", *fields],
                    limit=limit,
                    consistency_level=_STRONG,
                    timeout=CALL_TIMEOUT_S,
                )
            return list(rows)

        with mapped(self._address, "read"):
            answer: Any = self._client.query(
                self._name,
                filter=condition,
                output_fields=["count(*)"],
                consistency_level=_STRONG,
                timeout=CALL_TIMEOUT_S,
            )
        yield from pages(ask, int(answer[0]["count(*)"]), size, are_keys_spread=True)

    def _rows(self, asset: SharedAsset, content: SharedContent) -> Iterator[dict[str, Any]]:
        rating = asset.edits.get("rating")
        note = asset.edits.get("note")
        tags = sorted(edit.name for edit in asset.edits.values() if edit.name and edit.value)
        for number, vector in enumerate(content.vectors):
            preview = base64.b64encode(content.preview).decode() if number == 0 else ""
            yield {
                "id": shared_id(asset.key, vector.kind, str(vector.position)),
                "asset_id": asset.id,
                "kind": vector.kind,
                "position": vector.position,
                "is_first": int(number == 0),
                "encoder": self._encoder_id,
                "root": asset.root,
                "relative_path": asset.relative_path,
                "filename": asset.relative_path.rpartition("/")[2],
                "content_hash": asset.content_hash,
                "modified_ns": asset.modified_ns,
                "size": asset.size,
                "width": asset.width,
                "height": asset.height,
                "format": asset.format,
                "frame_count": asset.frame_count,
                "duration_ms": asset.duration_ms,
                "library": asset.library,
                "rating": int(rating.value) if rating else 0,
                "note": str(note.value) if note else "",
                "tags": f"|{'|'.join(tags)}|" if tags else "",
                "edits": dump_edits(asset.edits),
                "updated_at": asset.updated_at,
                "moved_to": asset.moved_to,
                "preview": preview if len(preview) <= _MAX_PREVIEW else "",
                "vector": vector.value.tolist(),
            }


def _fits(row: dict[str, Any]) -> bool:
    return all(len(str(row[name]).encode()) <= most for name, most in _TEXTS.items())


def now_ms() -> int:
    """Milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def _asset(row: dict[str, Any]) -> SharedAsset:
    """Raises: MalformedJson, KeyError: a field is of another type, or not there."""
    asset = checked({name: row[name] for name in _FACTS if name != "edits"}, SharedAsset)
    edits = load_edits(row["edits"]) if isinstance(row["edits"], str) else {}
    latest = now_ms() + AHEAD_MS
    return replace(
        asset,
        edits=no_later(edits, latest / 1000),
        updated_at=min(max(asset.updated_at, 0), latest),
    )


def _vector(row: dict[str, Any]) -> SharedVector:
    """Raises: ValueError, TypeError: a field is none of a vector."""
    kind, position = row["kind"], row["position"]
    if kind not in (IMAGE, FRAME) or not isinstance(position, int) or not 0 <= position <= MOST:
        raise ValueError("a vector of no kind")
    return SharedVector(kind, position, np.array(row["vector"], np.float32))


def _preview(text: object) -> bytes:
    if not isinstance(text, str) or len(text) > _MAX_PREVIEW:
        return b""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
