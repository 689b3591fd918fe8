"""Working in a team: each member's library holds what the others have, and they meet on a server.

A refresh takes in what was sent since the last one, then sends what the team does not know yet.
Everything here can be cut short at any time: what was taken in stays, what was not sent is found
again by comparing what is here with what the collection is known to hold.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import starmap
from pathlib import Path

import numpy as np

from desktop.core.cancellation import CancelToken
from desktop.core.progress import Progress, ProgressSteps
from desktop.core.sharing import SharedAsset, merged, split_key
from desktop.index.team_collection import (
    SharedContent,
    SharedVector,
    TeamCollection,
    now_ms,
)
from desktop.library.catalog import Catalog, ReadFile
from desktop.library.team import Sent, SharedRoot, TeamBook
from desktop.library.vector_ledger import VectorLedger
from desktop.media.previews import keep_preview, preview_of
from desktop.media.thumbnails import ThumbnailCache
from desktop.services.vector_index import VectorIndex

_OVERLAP_MS = 3_600_000
"""Members' clocks may differ, and two may refresh at the same time: an hour is looked at again."""
_ASSETS_A_BATCH = 200
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TeamReport:
    """What a refresh did.

    Attributes:
        received: pictures that are new here, or about which something new was said.
        sent: pictures that the team did not know, or in another version.
        told: pictures of which only tags, ratings, notes or the place were sent.
        here: pictures of the team whose files are in this library's folders.
        elsewhere: pictures of the team whose files are not.
    """

    received: int
    sent: int
    told: int
    here: int
    elsewhere: int


class Team:
    """Refreshes this library from its team's collection, and the collection from it.

    Args:
        vector_space: identity of the encoder in use; raises when there is none.
        open_collection: (encoder identity, dimension or 0) -> the team's collection.
    """

    def __init__(
        self,
        catalog: Catalog,
        book: TeamBook,
        ledger: VectorLedger,
        vectors: VectorIndex,
        thumbnails: ThumbnailCache,
        vector_space: Callable[[], str],
        open_collection: Callable[[str, int], TeamCollection],
    ) -> None:
        self._catalog = catalog
        self._book = book
        self._ledger = ledger
        self._vectors = vectors
        self._thumbnails = thumbnails
        self._vector_space = vector_space
        self._open_collection = open_collection

    def share(self, name: str, folder: Path) -> SharedRoot:
        """See ``TeamBook.share``."""
        return self._book.share(name, folder)

    def sync(self, cancel: CancelToken, *, is_full: bool = False) -> ProgressSteps[TeamReport]:
        """Take in what is new, then send what the team does not know.

        Args:
            is_full: look at everything that the team has, not only at what is new; for clocks
                that differed by more than an hour.

        Raises:
            Cancelled: what was done so far stays.
            ModelError: there is no model, so there is no collection to meet at.
            StoreError: the server cannot be used; what was done so far stays.
            LibraryReadOnly: nothing was sent.
        """
        self._catalog.require_writable()
        space = self._vector_space()
        with closing(self._open_collection(space, self._ledger.dimension(space))) as team:
            received = sent = told = 0
            if team.exists:
                seen = self._book.meet_at(team.place, is_empty=team.is_new)
                since = 0 if is_full else max(0, seen - _OVERLAP_MS)
                yield Progress("Looking at what the team has")
                received, newest = yield from self._receive(team, space, since, cancel)
                # Later than all that was seen: a clock that is behind must not hide what is sent.
                stamp = max(now_ms(), seen + 1, newest + 1)
                sent, told = yield from self._send(team, space, stamp, cancel)
                self._book.note_seen(stamp)
            here, elsewhere = self._book.counts()
            return TeamReport(received, sent, told, here, elsewhere)

    # -- taking in -----------------------------------------------------------------------------

    def _receive(
        self, team: TeamCollection, space: str, since: int, cancel: CancelToken
    ) -> ProgressSteps[tuple[int, int]]:
        """Returns how many assets it changed here, and the newest time of sending."""
        known = self._book.known()
        present: set[int] = set()
        received = newest = 0
        for page in team.changed_since(since):
            cancel.raise_if_cancelled()
            fit = _fit(page)
            received += len(self._book.receive(fit, self._catalog.library_id(), known))
            newest = max(newest, *(shared.updated_at for shared in page))
            present.update(shared.id for shared in page)
            yield from self._fetch(team, fit, space, cancel)
        self._vectors.flush()
        if since == 0:  # all was seen, so what was not is not there any more
            self._book.forget([i for i in self._book.sent() if i not in present])
        return received, newest

    def _fetch(
        self,
        team: TeamCollection,
        page: Sequence[SharedAsset],
        space: str,
        cancel: CancelToken,
    ) -> Iterator[Progress]:
        """Vectors and previews of what is elsewhere and new here."""
        lacking = self._book.lacking(page, space)
        ids = list(lacking)
        for start in range(0, len(ids), _ASSETS_A_BATCH):
            cancel.raise_if_cancelled()
            files: list[ReadFile] = []
            vectors: list[SharedVector] = []
            for shared, content in team.fetch(ids[start : start + _ASSETS_A_BATCH]):
                if shared.problem() or shared.id not in lacking:
                    continue
                keep_preview(self._thumbnails, shared.content_hash, content.preview)
                file = ReadFile(
                    lacking[shared.id],
                    shared.width,
                    shared.height,
                    shared.format,
                    shared.content_hash,
                )
                files += [file] * len(content.vectors)
                vectors += content.vectors
            if files:
                self._vectors.add(
                    space,
                    files,
                    np.stack([vector.value for vector in vectors]),
                    [v.position if v.kind == "frame" else None for v in vectors],
                )
            yield Progress("Taking in what is new", start + len(files), len(ids))

    # -- sending -------------------------------------------------------------------------------

    def _send(
        self, team: TeamCollection, space: str, stamp: int, cancel: CancelToken
    ) -> ProgressSteps[tuple[int, int]]:
        """Returns how many pictures were sent whole, and of how many only what was said."""
        sent = self._book.sent()
        whole: list[tuple[int, SharedAsset]] = []
        told: list[tuple[int, SharedAsset]] = []
        keys: dict[int, str] = {}
        for asset_id, is_here, found in self._book.shared(space):
            shared = replace(found, updated_at=stamp)
            before = sent.get(shared.id)
            if is_here:
                keys[asset_id] = shared.key
            if is_here and (before is None or _is_newer(shared, before)):
                whole.append((asset_id, shared))
            elif before is not None and merged(before.edits, shared.edits) != before.edits:
                told.append((asset_id, _as_sent(shared, before)))
        moved = [
            _moved(before, keys[before.asset_id], stamp)
            for before in sent.values()
            if keys.get(before.asset_id, before.key) != before.key
        ]
        done, total = 0, len(whole) + len(told)
        for batch in _batches(whole):
            yield Progress("Sending to the team", done, total)
            cancel.raise_if_cancelled()
            team.put(self._with_content(batch, space))
            self._book.note_sent(batch)
            done += len(batch)
        for batch in _batches(told):
            yield Progress("Sending to the team", done, total)
            cancel.raise_if_cancelled()
            team.amend([shared for _, shared in batch])
            self._book.note_sent(batch)
            done += len(batch)
        # Last, so that a picture is known at its new place before it leaves the old one.
        team.amend(moved)
        self._book.forget([shared.id for shared in moved])
        if total or moved:
            team.flush()
        return len(whole), len(told) + len(moved)

    def _with_content(
        self, batch: Sequence[tuple[int, SharedAsset]], space: str
    ) -> list[tuple[SharedAsset, SharedContent]]:
        vectors = self._book.vectors(space, [asset_id for asset_id, _ in batch])
        return [
            (
                shared,
                SharedContent(
                    tuple(starmap(SharedVector, vectors[asset_id])),
                    preview_of(self._thumbnails, shared.content_hash),
                ),
            )
            for asset_id, shared in batch
        ]


def _fit(page: Sequence[SharedAsset]) -> list[SharedAsset]:
    """Those that may be taken in."""
    fit: list[SharedAsset] = []
    for shared in page:
        if problem := shared.problem():
            _LOG.warning("a picture of the team is left out: %s", problem)
        else:
            fit.append(shared)
    return fit


def _is_newer(shared: SharedAsset, before: Sent) -> bool:
    """Two members may have two versions of a file; the one that was changed last is the team's."""
    is_other = shared.content_hash != before.content_hash
    return is_other and shared.content > (before.modified_ns, before.content_hash)


def _as_sent(shared: SharedAsset, before: Sent) -> SharedAsset:
    """What the collection will hold once it was told what was said here."""
    return replace(
        shared,
        modified_ns=before.modified_ns,
        content_hash=before.content_hash,
        edits=merged(before.edits, shared.edits),
    )


def _moved(before: Sent, key: str, stamp: int) -> SharedAsset:
    """The place where it was, with word of where it went."""
    root, relative_path = split_key(before.key)
    return SharedAsset(
        *(root, relative_path, before.content_hash, before.modified_ns, 0, 0, 0, "", 1, 0, ""),
        edits=before.edits,
        updated_at=stamp,
        moved_to=key,
    )


def _batches(
    assets: Sequence[tuple[int, SharedAsset]],
) -> Iterator[Sequence[tuple[int, SharedAsset]]]:
    for start in range(0, len(assets), _ASSETS_A_BATCH):
        yield assets[start : start + _ASSETS_A_BATCH]
