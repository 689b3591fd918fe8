"""The parts of a library that can be shown by themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from desktop.core.asset import Asset, displayable
from desktop.qt.models.ordering import natural


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the library.

    Attributes:
        kind: ``all``, ``generated``, ``missing``, ``offline``, ``duplicates``, ``folder``,
            ``board`` or ``tag``.
        folder: the folder, for that kind; those below it belong to it.
        name: the board's or the tag's.
        asset_ids: what is on the board, in its order, or has the tag; the catalogue knows it,
            and None is a section of which it was not asked yet.
    """

    kind: str
    folder: Path | None = None
    name: str = ""
    asset_ids: tuple[int, ...] | None = field(default=None, compare=False)

    def of(self, assets: Sequence[Asset]) -> Sequence[Asset]:
        """Those that belong to this part, in the same order."""
        if self.kind == "generated":
            return [asset for asset in assets if asset.is_generated]
        if self.kind == "missing":
            return [asset for asset in assets if asset.is_missing]
        if self.kind == "offline":
            return [asset for asset in assets if is_away(asset)]
        if self.kind == "duplicates":
            return duplicated(assets)
        if self.kind == "board":
            by_id = {asset.id: asset for asset in assets}
            return [by_id[i] for i in self.asset_ids or () if i in by_id]
        if self.kind == "tag":
            tagged = {*(self.asset_ids or ())}
            return [asset for asset in assets if asset.id in tagged]
        if self.folder is None:
            return assets
        # A few hundred folders are compared instead of 100,000 paths.
        above = str(self.folder / "_")[:-1]
        inside = {
            folder
            for folder in {asset.folder for asset in assets}
            if folder == str(self.folder) or folder.startswith(above)
        }
        return [asset for asset in assets if asset.folder in inside]

    @property
    def is_awaited(self) -> bool:
        """The catalogue has yet to say what belongs to it."""
        return bool(self.name) and self.asset_ids is None

    @property
    def title(self) -> str:
        if self.folder is not None:
            return displayable(self.folder.name) or displayable(self.folder)
        if self.name:
            return self.name
        return "All pictures" if self.kind == "all" else self.kind.capitalize()


ALL = Section("all")


def duplicated(assets: Sequence[Asset]) -> list[Asset]:
    """Those whose file is there and has the content of another one, in the same order."""
    there = [
        asset
        for asset in assets
        if asset.content_hash and not (asset.is_missing or asset.is_offline)
    ]
    counts = Counter(asset.content_hash for asset in there)
    return [asset for asset in there if counts[asset.content_hash] > 1]


@dataclass(frozen=True, slots=True)
class FolderRow:
    """A folder that holds pictures, itself or below.

    Attributes:
        depth: how many listed folders lie above it.
        count: pictures in it and below.
    """

    path: Path
    depth: int
    count: int


@dataclass(frozen=True, slots=True)
class Overview:
    """What the sidebar shows, computed off the GUI thread by ``overview``.

    Attributes:
        unread: nobody has tried to read these yet; the sidebar does not show them apart.
    """

    everything: int = 0
    generated: int = 0
    missing: int = 0
    offline: int = 0
    duplicates: int = 0
    unread: int = 0
    folders: tuple[FolderRow, ...] = ()


def overview(assets: Sequence[Asset]) -> Overview:
    """Count a library by section. Linear in the assets times the depth of their folders."""
    # Plantain's own folder is the section "Generated".
    counts = Counter(asset.folder for asset in assets if not asset.is_generated)
    direct = {Path(folder): count for folder, count in counts.items()}
    totals = dict.fromkeys(direct, 0)
    depths = dict.fromkeys(direct, 0)
    for folder, count in direct.items():
        totals[folder] += count
        for above in folder.parents:
            if above in totals:
                totals[above] += count
                depths[folder] += 1
    rows = tuple(
        FolderRow(folder, depths[folder], totals[folder])
        for folder in sorted(direct, key=lambda path: [natural(part) for part in path.parts])
    )
    return Overview(
        everything=len(assets),
        generated=sum(asset.is_generated for asset in assets),
        missing=sum(asset.is_missing for asset in assets),
        duplicates=len(duplicated(assets)),
        offline=sum(is_away(asset) for asset in assets),
        unread=sum(not (a.content_hash or a.failure or a.is_missing) for a in assets),
        folders=rows,
    )


def is_away(asset: Asset) -> bool:
    """Its drive or folder is to be connected; a team-mate's never was one of this computer's."""
    return asset.is_offline and not (asset.is_missing or asset.is_elsewhere)
