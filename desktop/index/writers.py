"""Which copy of a library writes a collection on a server, so that no two write over each other.

A folder that is copied takes the library's id along, and with it the names of its collections; row
ids are each copy's own count. So the server keeps a row for each collection with the *turn* of its
writer: a random text that a copy renews before it writes for the first time after it was opened,
and remembers in its folder. Of two copies the first to write makes the other's turn an old one,
wherever the folder was copied to and however, and the other is refused from then on. A folder that
is moved, or that two machines keep in step and use one after the other, goes on as it was. (Refresh
tokens are rotated for the same reason: RFC 6819, 5.2.2.3.)

The server has no compare-and-set, so time has to do: a copy looks at the turn every ten seconds,
and one that makes the turn of another place an old one waits until whoever was there must have
looked, before it writes (a lease that runs out: Gray and Cheriton, 1989). To send the vectors a
second time instead would take minutes, and rank wrongly until then. What is left: of two that knew
the same turn and renew it within the same milliseconds, the one that does not wait may write for
ten seconds more before it is refused.
"""

from __future__ import annotations

import math
import platform
import secrets
import shlex
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from desktop.core.asset import displayable
from desktop.core.cancellation import CancelToken
from desktop.core.errors import StoreTaken
from desktop.core.progress import Progress, ProgressSteps, finish
from desktop.core.team import shared_id
from desktop.core.text import moment, sentences, tr
from desktop.index.address import StoreAddress
from desktop.index.connection import CALL_TIMEOUT_S, connect, disconnect
from desktop.index.errors import mapped
from desktop.index.loading import load
from desktop.index.search_index import SearchIndex

COLLECTION = "plantain_writers"
_TEXTS = {"collection": 255, "record": 32, "turn": 64, "folder": 4_096, "machine": 256}
"""VARCHAR scalars and their longest values, bytes of UTF-8."""
_LOOKED_AT_EVERY_S = 10.0
"""So soon a copy that is at work notices that another has taken over: a look costs some
milliseconds, and one before every batch would be a tenth of the sending."""
_NOTICED_WITHIN_S = math.ceil(_LOOKED_AT_EVERY_S + CALL_TIMEOUT_S)
"""By then nothing arrives any more that another copy was let through to write: a request that began
just before its next look has ended."""
_now = time.time
"""Not monotonic, which on Linux and macOS stands still while the machine sleeps, and the other copy
may take over just then."""
_pause = CancelToken.wait


class LibraryCopy(Protocol):
    """One copy of a library; see ``library.this_copy``."""

    @property
    def folder(self) -> Path: ...

    def knows(self, record: str, turn: str) -> bool:
        """Whether this copy wrote last, as far as it knows."""
        ...

    def remember(self, record: str, *turns: str) -> None:
        """Instead of those that it knew of this record; on the disk when this returns."""
        ...


@dataclass(frozen=True, slots=True)
class _Row:
    """What the server keeps.

    Attributes:
        record: names this row for ever, so that the turns at several servers are told apart.
        folder, machine, written_at: of the copy that wrote last; the time in seconds since the
            epoch, when it began to.
        is_waiting: that copy has not written yet: the one before it may not have noticed.
    """

    collection: str
    record: str
    turn: str
    folder: str
    machine: str
    written_at: int
    is_waiting: bool


class Writing:
    """The right to write one collection.

    Args:
        client: a connection to ``address``, which somebody else closes.
    """

    def __init__(
        self, client: Any, address: StoreAddress, collection: str, copy: LibraryCopy
    ) -> None:
        self._client = client
        self._address = address
        self._collection = collection
        self._copy = copy
        self._looked_at = -math.inf

    def check(self) -> None:
        """Writes nothing. Raises StoreTaken: another copy of the library has written last."""
        self._require_ours(self._row())

    def require(self) -> None:
        """Asked before every write; raises as ``check``. Waits, once for each opening, where this
        copy wrote last from another place, or was to wait and was stopped."""
        now = _now()
        if 0 <= now - self._looked_at < _LOOKED_AT_EVERY_S:
            return
        row = self._row()
        self._require_ours(row)
        if math.isinf(self._looked_at):
            if self._has_to_wait(row):
                self._renew(row, is_waiting=True)
                finish(_until_noticed(CancelToken()))
                now = _now()
            self.begin()
        self._looked_at = now

    def take_over(self) -> bool:
        """Whoever wrote last is refused when it looks next; returns whether that has to be waited
        for before ``begin``."""
        row = self._row()
        has_to_wait = self._has_to_wait(row)
        self._renew(row, is_waiting=has_to_wait)
        return has_to_wait

    def begin(self) -> None:
        """Nobody else writes there from now on; raises as ``check``."""
        row = self._row()
        self._require_ours(row)
        self._renew(row, is_waiting=False)

    def _has_to_wait(self, row: _Row | None) -> bool:
        return row is not None and (row.is_waiting or (row.folder, row.machine) != self._place())

    def _place(self) -> tuple[str, str]:
        return _cut("folder", displayable(self._copy.folder)), _cut("machine", platform.node())

    def _require_ours(self, row: _Row | None) -> None:
        if row is None or self._copy.knows(row.record, row.turn):
            return
        store, certificate = self._address.shown, self._address.certificate
        option = f" --certificate {shlex.quote(certificate)}" if certificate else ""
        raise StoreTaken(
            tr(
                "Another copy of this library writes its vectors on {store}: the one in {folder} "
                "on {machine}, since {moment}.",
                store=store,
                folder=row.folder,
                machine=row.machine,
                moment=moment(row.written_at),
            ),
            store=store,
            certificate=certificate,
            safe=tr(
                "Nothing was sent there, and nothing is lost: every vector of this copy is in its "
                "catalogue."
            ),
            next_step=sentences(
                tr(
                    "Give this copy a place of its own there: “Server and team…” in the window's "
                    "menu asks, and “plantain server own” does it."
                ),
                tr(
                    "Or let it write instead of the other one, in the window as well, or with: "
                    "plantain server take-over {store}",
                    store=store + option,
                ),
            ),
        )

    def _row(self) -> _Row | None:
        """None while nobody has written there."""
        if not self._client.has_collection(COLLECTION, timeout=CALL_TIMEOUT_S):
            return None
        self._load()
        found: Any = self._client.query(
            COLLECTION,
            filter=f"id == {shared_id(self._collection)}",
            output_fields=[*_TEXTS, "written_at", "is_waiting"],
            limit=1,
            consistency_level="Strong",
            timeout=CALL_TIMEOUT_S,
        )
        if not found:
            return None
        row = found[0]
        return _Row(
            **{name: str(row[name]) for name in _TEXTS},
            written_at=int(row["written_at"]),
            is_waiting=bool(row.get("is_waiting")),  # a dynamic key, which older rows lack
        )

    def _renew(self, row: _Row | None, *, is_waiting: bool) -> None:
        record, turn = row.record if row else secrets.token_hex(8), secrets.token_hex(16)
        # The copy first: cut short in between, it knows what is there and what may come there.
        self._copy.remember(record, *([row.turn] if row else []), turn)
        if row is None and not self._client.has_collection(COLLECTION, timeout=CALL_TIMEOUT_S):
            self._create_collection()
        ours = _Row(self._collection, record, turn, *self._place(), int(time.time()), is_waiting)
        data = asdict(ours) | {"id": shared_id(self._collection), "vector": [1.0, 0.0]}
        self._client.upsert(COLLECTION, [data], timeout=CALL_TIMEOUT_S)

    def _create_collection(self) -> None:
        from pymilvus import DataType  # heavy: imported on first use

        schema: Any = self._client.create_schema(
            auto_id=False, enable_dynamic_field=True, description="Plantain; who writes what"
        )
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=2)  # no collection is without
        schema.add_field("written_at", DataType.INT64)
        for name, longest in _TEXTS.items():
            schema.add_field(name, DataType.VARCHAR, max_length=longest)
        index: Any = self._client.prepare_index_params()
        index.add_index("vector", index_type="FLAT", metric_type="L2")
        self._client.create_collection(
            COLLECTION, schema=schema, index_params=index, timeout=CALL_TIMEOUT_S
        )
        self._load()

    def _load(self) -> None:
        load(self._client, COLLECTION, SearchIndex(), metric="L2", timeout_s=CALL_TIMEOUT_S)


def take_over(
    address: StoreAddress, collections: Iterable[str], copy: LibraryCopy, cancel: CancelToken
) -> ProgressSteps[None]:
    """``copy`` writes these collections from now on, whoever did.

    Raises:
        Cancelled: while it waits for the other copy to notice; the next write waits instead.
        StoreTaken: the other one has taken over again meanwhile.
        StoreUnreachable, StoreRefused, StoreUntrusted: the server cannot be used.
        LibraryError: the library's folder cannot be written.
    """
    client = connect(address)
    try:
        with mapped(address, "written to"):
            each = [Writing(client, address, collection, copy) for collection in collections]
            has_to_wait = [writing.take_over() for writing in each]
            if any(has_to_wait):
                yield from _until_noticed(cancel)
            for writing in each:
                writing.begin()
    finally:
        disconnect(client, address)


def _until_noticed(cancel: CancelToken) -> ProgressSteps[None]:
    for second in range(_NOTICED_WITHIN_S):
        yield Progress(
            tr("Waiting for the other copy to notice"),
            second,
            _NOTICED_WITHIN_S,
            unit=tr("seconds"),
        )
        _pause(cancel, 1.0)
        cancel.raise_if_cancelled()


def _cut(name: str, text: str) -> str:
    return text.encode()[: _TEXTS[name]].decode(errors="ignore")
