"""The text in pictures is read, behind indexing: what can be found meanwhile is not waited for."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from desktop.core.asset import Asset
from desktop.core.cancellation import CancelToken
from desktop.core.errors import FileError
from desktop.core.picture_text import TextLine
from desktop.core.progress import Progress, ProgressSteps
from desktop.core.text import tr
from desktop.library.catalog.assets import Catalog
from desktop.library.folders.same_file import is_as_known
from desktop.media.text_recognition.text_reader import TextReader
from desktop.media.thumbnails import ThumbnailCache

_LOG = logging.getLogger(__name__)
_AT_ONCE = 200
"""Contents asked for together; the newest come first, also those that come meanwhile."""
_HELD_S = 0.2
_KEPT_EVERY_S = 2.0
"""What is lost by a kill is read again, so a transaction for each picture would be too many."""


@dataclass(frozen=True, slots=True)
class TextReport:
    """Attributes:
    read: pictures that were looked at.
    with_text: those in which there was some.
    """

    read: int = 0
    with_text: int = 0


class TextReading:
    """Reads what nobody has read yet, or what was read by an older reader.

    The catalogue is the work list, so it may be stopped or killed at any time. A glance at the
    thumbnail, which indexing has made, tells most pictures without text; only the others are
    decoded again, larger.

    Args:
        is_wanted: whether the person wants it done.
    """

    def __init__(
        self,
        catalog: Catalog,
        thumbnails: ThumbnailCache,
        reader: TextReader,
        is_wanted: Callable[[], bool],
    ) -> None:
        self._is_wanted = is_wanted
        self._catalog = catalog
        self._thumbnails = thumbnails
        self._reader = reader

    def unread_count(self) -> int:
        """Pictures at hand that were indexed and whose text is to be looked for."""
        if not self._is_wanted():
            return 0
        return self._catalog.texts.unread_count(self._reader.name, self._catalog.roots.at_hand())

    def run(
        self, cancel: CancelToken, is_held: Callable[[], bool] = lambda: False
    ) -> ProgressSteps[TextReport]:
        """Read until nothing is left that is at hand.

        Args:
            is_held: something else goes first; asked before each picture.

        Raises:
            Cancelled: what was read is kept.
            LibraryReadOnly, LibraryError: the catalogue cannot be written.
        """
        self._catalog.require_writable()
        if not self._is_wanted():
            return TextReport()
        done = with_text = 0
        total = self.unread_count()
        passed_over: set[int] = set()
        # Asked for anew after each part: what is indexed meanwhile comes first.
        while part := self._unread(passed_over):
            passed_over.update(part)
            total = max(total, done + len(part))
            for asset, lines in self._read(part, cancel, is_held):
                passed_over.remove(asset.id)
                done += 1
                with_text += bool(lines)
                yield Progress(tr("Reading text in pictures"), done, total, asset.filename)
        return TextReport(done, with_text)

    def _unread(self, passed_over: Collection[int]) -> list[int]:
        """The next ones, without those that could not be read a moment ago."""
        roots = self._catalog.roots.at_hand()
        ids = self._catalog.texts.unread(self._reader.name, roots, _AT_ONCE + len(passed_over))
        return [asset_id for asset_id in ids if asset_id not in passed_over][:_AT_ONCE]

    def _read(
        self, ids: list[int], cancel: CancelToken, is_held: Callable[[], bool]
    ) -> Iterator[tuple[Asset, tuple[TextLine, ...]]]:
        found: dict[str, tuple[TextLine, ...]] = {}
        kept_at = time.monotonic()
        try:
            for asset in self._catalog.assets_by_id(ids).values():
                while is_held():
                    cancel.wait(_HELD_S)
                    cancel.raise_if_cancelled()
                cancel.raise_if_cancelled()
                lines = self._lines(asset, cancel)
                if lines is None:
                    continue
                found[asset.content_hash] = lines
                yield asset, lines
                if time.monotonic() - kept_at > _KEPT_EVERY_S:
                    self._catalog.texts.record(self._reader.name, found)
                    found, kept_at = {}, time.monotonic()
        finally:
            if found:
                self._catalog.texts.record(self._reader.name, found)

    def _lines(self, asset: Asset, cancel: CancelToken) -> tuple[TextLine, ...] | None:
        """None for a picture whose file is not there now, or not the one that was indexed."""
        try:
            thumbnail = self._thumbnails.find_own(asset.content_hash)
            if thumbnail and not self._reader.may_have_text(thumbnail, cancel):
                return ()
            if not is_as_known(asset):
                return None
            return self._reader.read(asset.path, cancel)
        except FileError as error:
            # It was decoded a while ago; whatever is the matter now, indexing tells of it.
            _LOG.info("text of a picture could not be read: %s", error.headline)
            return () if is_as_known(asset) else None
