"""Brand kits without a catalogue, and closeness as it is told to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from desktop.core.annotations import name_key
from desktop.core.brand_kit import BrandKit, checked_kit
from desktop.core.errors import UsageError
from desktop.library.catalog.kits import KitTable
from desktop.services.generation.closeness import Closeness, ClosenessMeter


class FakeKits(KitTable):
    """Every version by name."""

    def __init__(self) -> None:
        self.saved: dict[str, list[BrandKit]] = {}
        self.offered: set[str] = set()
        self.always = ""

    def all(self) -> list[BrandKit]:
        return [self.saved[key][-1] for key in sorted(self.offered)]

    def named(self, name: str, version: int | None = None) -> BrandKit:
        for kit in reversed(self.saved.get(name_key(name), ())):
            if version in (None, kit.version):
                return kit
        raise UsageError(f"no kit {name}")

    def default(self) -> str:
        return self.always

    def set_default(self, name: str) -> None:
        self.always = name

    def save(self, kit: BrandKit) -> BrandKit:
        versions = self.saved.setdefault(name_key(kit.name), [])
        versions.append(replace(checked_kit(kit), version=len(versions) + 1))
        self.offered.add(name_key(kit.name))
        return versions[-1]

    def remove(self, name: str) -> None:
        self.offered.remove(name_key(name))


class FakeCloseness(ClosenessMeter):
    """``scores``: asset id to colours and look."""

    def __init__(self, kits: FakeKits) -> None:
        self._kits = kits
        self.scores: Mapping[int, tuple[float, float]] = {}
        self.asked: list[tuple[int, int]] = []

    def measure(self, kit: BrandKit, asset_ids: Sequence[int]) -> list[Closeness]:
        self.asked += [(kit.version, asset_id) for asset_id in asset_ids]
        return [
            Closeness(asset_id, sum(self.scores.get(asset_id, (0.5, 0.5))) / 2, 0.5, 0.5)
            for asset_id in asset_ids
        ]
