"""A picture as large as the screen, or as its file, decoded anew for looking at it."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

from desktop.core.asset import PAGED_FORMATS, Asset, Kind
from desktop.core.cancellation import CancelToken
from desktop.core.errors import FileUnreadable
from desktop.core.text import tr
from desktop.files.regular_file import open_regular_file
from desktop.media.decode import load_picture, page_sizes, play_animation
from desktop.media.formats.format import DecodeLimits, Needed
from desktop.media.large_picture import LargePicture
from desktop.media.moving_picture import MovingFrame
from desktop.media.reference_picture import reference_picture
from desktop.media.sandbox.pool import Sandbox
from desktop.media.thumbnails import ThumbnailCache
from desktop.media.video.renditions import play_film

_WITH_PAGES = PAGED_FORMATS | {"ICO"}
"""An icon in several sizes is shown page by page, and is no document all the same."""


class LargePictures:
    """Reads the pictures of a library large; any thread may ask."""

    def __init__(self, thumbnails: ThumbnailCache, sandbox: Sandbox) -> None:
        self._thumbnails = thumbnails
        self._sandbox = sandbox

    def load(
        self,
        asset: Asset,
        longer: int = 0,
        position_ms: int | None = None,
        page: int | None = None,
    ) -> LargePicture:
        """An asset's picture.

        Args:
            longer: the longer side that is needed, pixels; it may come out larger, and comes out
                smaller where the picture is. 0: all pixels.
            position_ms: of a video, the frame; None for its poster.
            page: of a file of several; None for the one that stands for it.

        Raises:
            FileError: the file cannot be read, and the library keeps no picture of it.
        """
        if asset.kind is Kind.VIDEO or asset.is_missing or asset.is_offline:
            return self._stored(asset, position_ms)
        found = load_picture(
            asset.path,
            at_least=Needed(longer=longer, keeps_alpha=True, keeps_own=True, page=page),
            sandbox=self._sandbox,
        )
        size = found.width, found.height
        return LargePicture(found.image, size, is_preview=found.is_preview, own=found.own)

    def seen(self, asset: Asset, at_ms: int) -> LargePicture:
        """The frame of a video or an animation that is seen at a time, from its file.

        Raises:
            FileError: the file cannot be read.
        """
        image = reference_picture(
            asset.path, Needed(keeps_alpha=True), moment_ms=at_ms, sandbox=self._sandbox
        )
        return LargePicture(image, image.size)

    def pages(self, asset: Asset, cancel: CancelToken) -> list[tuple[int, int]]:
        """Width and height of each page of a file; empty where it is a picture alone.

        Raises:
            FileError: the file cannot be read.
        """
        if asset.format not in _WITH_PAGES or asset.is_missing or asset.is_offline:
            return []
        path = asset.path
        with open_regular_file(path) as file:
            arguments = page_sizes, file, path, Path(path.name), DecodeLimits()
            sizes = self._sandbox.run(*arguments, cancel=cancel)
        return sizes if len(sizes) > 1 else []

    def play(
        self, asset: Asset, begin_ms: int, cancel: CancelToken
    ) -> Generator[MovingFrame, int | None, None]:
        """The frames of an animation or a video as ``moving_picture`` says, round after round.

        Raises:
            FileError: it cannot be read, or not be played.
            Cancelled: meanwhile.
        """
        path = asset.path
        with open_regular_file(path) as file:
            if asset.kind is Kind.VIDEO:
                arguments = play_film, file, path, Path(path.name), begin_ms
            else:
                arguments = play_animation, file, path, Path(path.name), DecodeLimits()
            yield from self._sandbox.converse(*arguments, cancel=cancel)

    def _stored(self, asset: Asset, position_ms: int | None) -> LargePicture:
        path = self._kept(asset, position_ms)
        if path is None:
            raise FileUnreadable(
                asset.path,
                tr("The file is not there, and the library keeps no picture of it."),
                next_step=tr("Connect its drive, or look for changes (F5)."),
            )
        image = load_picture(path, at_least=Needed(keeps_alpha=True)).image
        original = (asset.width or image.width, asset.height or image.height)
        return LargePicture(image, original, is_stored=True)

    def _kept(self, asset: Asset, position_ms: int | None) -> Path | None:
        if not asset.content_hash:
            return None
        positions = (position_ms, None) if position_ms is not None else (None,)
        paths = (self._thumbnails.find(asset.content_hash, at) for at in positions)
        return next(filter(None, paths), None)
