"""Working in a team: each member's library holds what the others have, and they meet on a server.

A refresh takes in what was sent since the last one, then sends what the team does not know yet.
Everything here can be cut short at any time: what was taken in stays, what was not sent is found
again by comparing what is here with what the collection is known to hold.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import starmap
from pathlib import Path

import numpy as np

from desktop.core.asset import displayable
from desktop.core.cancellation import CancelToken
from desktop.core.progress import Progress, ProgressSteps
from desktop.core.team import SharedAsset, merged, split_key
from desktop.core.text import tr
from desktop.index.team_collection import (
    AHEAD_MS,
    SharedContent,
    SharedVector,
    TeamCollection,
    now_ms,
)
from desktop.library.catalog.assets import Catalog, ReadFile
from desktop.library.catalog.team.roots import SharedRoot
from desktop.library.catalog.team.sent import Sent
from desktop.library.catalog.team.tables import TeamTables
from desktop.library.catalog.vectors import VectorTable
from desktop.media.team_previews import keep_preview, preview_of
from desktop.media.thumbnails import ThumbnailCache
from desktop.services.current_model import CurrentModel
from desktop.services.vectors.vector_index import VectorIndex

_OVERLAP_MS = 3_600_000
"""Members' clocks may differ, and two may refresh at the same time: an hour is looked at again."""
_ASSETS_A_BATCH = 200


@dataclass(frozen=True, slots=True)
class TeamReport:
    """What a refresh did.

    Attributes:
        received: pictures that are new here, or about which something new was said.
        sent: pictures that the team did not know, or in another version.
        told: pictures of which only tags, ratings, notes or the place were sent.
        here: pictures of the team whose files are in this library's folders.
        elsewhere: pictures of the team whose files are not.
        left_out: names of some that were passed over, because what was sent of them is no picture.
        outside: names of links that lead out of their shared folder, so they were not sent.
        too_long: names of pictures of which too much is said for the team; they, or what is new
            about them, were not sent.
    """

    received: int
    sent: int
    told: int
    here: int
    elsewhere: int
    left_out: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    too_long: tuple[str, ...] = ()


class Team:
    """Refreshes this library from its team's collection, and the collection from it.

    Args:
        open_collection: (encoder identity, dimension or 0) -> the team's collection.
    """

    def __init__(
        self,
        catalog: Catalog,
        team_tables: TeamTables,
        vector_table: VectorTable,
        vectors: VectorIndex,
        thumbnails: ThumbnailCache,
        model: CurrentModel,
        open_collection: Callable[[str, int], TeamCollection],
    ) -> None:
        self._catalog = catalog
        self._team_tables = team_tables
        self._vector_table = vector_table
        self._vectors = vectors
        self._thumbnails = thumbnails
        self._model = model
        self._open_collection = open_collection

    def share(self, name: str, folder: Path) -> SharedRoot:
        """See ``TeamRoots.share``."""
        return self._team_tables.roots.share(name, folder)

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
        space = self._model.require().identity
        with closing(self._open_collection(space, self._vector_table.dimension(space))) as team:
            received = sent = told = 0
            outside: list[str] = []
            too_long: list[str] = []
            if team.exists:
                seen = self._team_tables.sent.meet_at(team.place, is_empty=team.is_new)
                latest = now_ms() + AHEAD_MS
                seen = min(seen, latest)
                since = 0 if is_full else max(0, seen - _OVERLAP_MS)
                yield Progress(tr("Looking at what the team has"))
                received, newest = yield from self._receive(team, space, since, cancel)
                # Later than all that was seen: a clock that is behind must not hide what is sent.
                stamp = max(now_ms(), min(max(seen, newest) + 1, latest))
                sent, told, outside, too_long = yield from self._send(team, space, stamp, cancel)
                self._team_tables.sent.note_seen(stamp)
            here, elsewhere = self._team_tables.sent.counts()
            left_out = tuple(team.left_out)
            return TeamReport(
                *(received, sent, told, here, elsewhere),
                left_out=left_out,
                outside=tuple(outside),
                too_long=tuple(too_long),
            )

    # -- taking in -----------------------------------------------------------------------------

    def _receive(
        self, team: TeamCollection, space: str, since: int, cancel: CancelToken
    ) -> ProgressSteps[tuple[int, int]]:
        """Returns how many assets it changed here, and the newest time of sending."""
        known = self._team_tables.incoming.known()
        present: set[int] = set()
        received = newest = 0
        for page in team.changed_since(since):
            cancel.raise_if_cancelled()
            changed, bad = self._team_tables.incoming.receive(
                page, self._catalog.library_id(), known
            )
            received += len(changed)
            for shared in bad:
                team.left_out.setdefault(displayable(shared.relative_path))
            fit = [shared for shared in page if shared not in bad]
            newest = max([newest, *(shared.updated_at for shared in page)])
            present.update(shared.id for shared in page)
            yield from self._fetch(team, fit, space, cancel)
        self._vectors.flush()
        if since == 0:  # all was seen, so what was not is not there any more
            self._team_tables.sent.forget(
                [i for i in self._team_tables.sent.all() if i not in present]
            )
        return received, newest

    def _fetch(
        self,
        team: TeamCollection,
        page: Sequence[SharedAsset],
        space: str,
        cancel: CancelToken,
    ) -> Iterator[Progress]:
        """Vectors and previews of what is elsewhere and new here."""
        lacking = self._team_tables.incoming.lacking(page, space)
        ids = list(lacking)
        for start in range(0, len(ids), _ASSETS_A_BATCH):
            cancel.raise_if_cancelled()
            files: list[ReadFile] = []
            vectors: list[SharedVector] = []
            for shared, content in team.fetch(ids[start : start + _ASSETS_A_BATCH]):
                if shared.id not in lacking:
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
            yield Progress(tr("Receiving changes"), start + len(files), len(ids))

    # -- sending -------------------------------------------------------------------------------

    def _send(
        self, team: TeamCollection, space: str, stamp: int, cancel: CancelToken
    ) -> ProgressSteps[tuple[int, int, list[str], list[str]]]:
        """Returns how many pictures were sent whole, of how many only what was said, which were not
        sent because they are elsewhere than where they were shared, and which because too much is
        said of them."""
        sent = self._team_tables.sent.all()
        whole: list[tuple[int, SharedAsset]] = []
        told: list[tuple[int, SharedAsset]] = []
        keys: dict[int, str] = {}
        for asset_id, is_here, found in self._team_tables.outgoing.shared(space):
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
        outside = self._outside([asset_id for asset_id, _ in whole])
        whole = [(asset_id, shared) for asset_id, shared in whole if asset_id not in outside]
        done, total = 0, len(whole) + len(told)
        refused: dict[int, str] = {}

        def note(batch: Sequence[tuple[int, SharedAsset]], too_long: set[int]) -> None:
            """Only what arrived; the rest is found again the next time, perhaps shorter."""
            refused.update(
                (s.id, displayable(s.relative_path)) for _, s in batch if s.id in too_long
            )
            self._team_tables.sent.note_all([each for each in batch if each[1].id not in too_long])

        for batch in _batches(whole):
            yield Progress(tr("Sending to the team"), done, total)
            cancel.raise_if_cancelled()
            note(batch, team.put(self._with_content(batch, space)))
            done += len(batch)
        for batch in _batches(told):
            yield Progress(tr("Sending to the team"), done, total)
            cancel.raise_if_cancelled()
            note(batch, team.amend([shared for _, shared in batch]))
            done += len(batch)
        # Last, so that a picture is known at its new place before it leaves the old one.
        team.amend(moved)
        self._team_tables.sent.forget([shared.id for shared in moved])
        if total or moved:
            team.flush()
        whole, told = (
            [each for each in batch if each[1].id not in refused] for batch in (whole, told)
        )
        return (
            *(len(whole), len(told) + len(moved)),
            *(list(outside.values()), list(refused.values())),
        )

    def _outside(self, asset_ids: Sequence[int]) -> dict[int, str]:
        """Those of these assets, and their names, that a link leads out of their root: who shares
        a folder does not mean what something in it points to."""
        roots = [(root.path, root.real_path) for root in self._catalog.roots.all()]
        found: dict[int, str] = {}
        for asset_id, asset in self._catalog.assets_by_id(asset_ids).items():
            real = Path(os.path.realpath(asset.path))
            homes = [real_root for root, real_root in roots if asset.path.is_relative_to(root)]
            if not any(real.is_relative_to(home) for home in homes):
                found[asset_id] = asset.filename
        return found

    def _with_content(
        self, batch: Sequence[tuple[int, SharedAsset]], space: str
    ) -> list[tuple[SharedAsset, SharedContent]]:
        vectors = self._team_tables.outgoing.vectors(space, [asset_id for asset_id, _ in batch])
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
