"""Where the picture of a thing is: thumbnails for assets, the file itself for everything else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # not needed to show the window
    from desktop.core.asset import Asset
    from desktop.core.generation_record import Reference


@dataclass(frozen=True, slots=True)
class Picture:
    """Something that can be shown.

    Attributes:
        key: its identity.
        path: the file to read it from.
        has_alpha: what is behind it shows through.
    """

    key: str
    path: Path
    has_alpha: bool = False


class ThumbnailPath(Protocol):
    """Where the thumbnail of a content, or of a video's frame at a time, is."""

    def __call__(
        self, content_hash: str, position_ms: int | None = None, *, has_alpha: bool = False
    ) -> Path: ...


class AssetsById(Protocol):
    """Those of the library."""

    def get(self, asset_id: int, /) -> Asset | None: ...


class Pictures:
    """Finds pictures; knows the library's assets by id.

    Until the library is open there are no thumbnails, and every lookup of an asset is None.
    """

    def __init__(self) -> None:
        self._thumbnail_path: ThumbnailPath | None = None
        self._assets: AssetsById = {}
        self._learned: dict[int, Asset] = {}
        self._moments: Mapping[int, int] = {}

    def open(self, thumbnail_path: ThumbnailPath) -> None:
        """The library is open; ``thumbnail_path`` is pure and cheap."""
        self._thumbnail_path = thumbnail_path

    def set_assets(self, assets: AssetsById) -> None:
        """Replace what is known."""
        self._assets, self._learned = assets, {}

    def learn(self, assets: Iterable[Asset]) -> None:
        """Assets that came by another way than the list (a search hit, a new picture)."""
        self._learned |= {asset.id: asset for asset in assets}

    def asset(self, asset_id: int) -> Asset | None:
        return self._learned.get(asset_id) or self._assets.get(asset_id)

    def show_moments(self, moments: Mapping[int, int]) -> None:
        """Show these videos (ids) at these times, ms, and all others by their posters."""
        self._moments = moments

    def moment(self, asset: Asset) -> int | None:
        """The time at which a video is shown, ms; None for its poster, and for pictures."""
        return self._moments.get(asset.id)

    def of_asset(self, asset: Asset) -> Picture | None:
        """Its thumbnail, of a video at its moment; None while it has none."""
        if self._thumbnail_path is None or not asset.content_hash:
            return None
        moment = self.moment(asset)
        if moment is not None:
            return self.of_moment(asset, moment)
        if asset.has_alpha:
            path = self._thumbnail_path(asset.content_hash, has_alpha=True)
            return Picture(f"sha:{asset.content_hash}:clear", path, has_alpha=True)
        return Picture(f"sha:{asset.content_hash}", self._thumbnail_path(asset.content_hash))

    def of_moment(self, asset: Asset, moment: int) -> Picture | None:
        """The frame of a video at one of its scenes, ms; None while it has none."""
        if self._thumbnail_path is None or not asset.content_hash:
            return None
        path = self._thumbnail_path(asset.content_hash, moment)
        return Picture(f"sha:{asset.content_hash}@{moment}", path)

    def of_file(self, path: Path) -> Picture:
        """A file from outside the library."""
        return Picture(f"file:{path}", path)

    def of_reference(self, reference: Reference) -> Picture:
        """The thumbnail when the library knows it, else the file."""
        asset = None if reference.asset_id is None else self.asset(reference.asset_id)
        return (asset and self.of_asset(asset)) or self.of_file(reference.path)
