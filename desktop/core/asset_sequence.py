"""Assets in an order, where there may be a million of them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from functools import cached_property
from operator import attrgetter

from desktop.core.asset import Asset

_id = attrgetter("id")


class AssetSequence(Sequence[Asset]):
    """Assets that are made when they are looked at; who needs their ids alone asks for these."""

    @cached_property
    @abstractmethod
    def ids(self) -> tuple[int, ...]:
        """In the same order."""


def ids_of(assets: Sequence[Asset]) -> tuple[int, ...]:
    """Their ids in the same order, without making an asset for each where that can be."""
    return assets.ids if isinstance(assets, AssetSequence) else tuple(map(_id, assets))
