"""Reads the lineage of a picture from the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from desktop.core.asset import Asset
from desktop.core.errors import LibraryError
from desktop.core.generation_record import MARKED, GenerationRecord
from desktop.core.lineage_graph import Key, LineageGraph, LineageNode, Walk, walk
from desktop.core.text import tr
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.lineage import LineageTable

Label = Callable[[GenerationRecord], str]
"""Of the generator that made a picture, for people."""


def read_lineage(
    asset_id: int, catalog: Catalog, lineage: LineageTable, label: Label
) -> LineageGraph:
    """See ``Browsing.lineage``. Raises: LibraryError: the asset is no longer in the library."""

    @cache  # each is asked for on the walk, and again for what is shown of it
    def record(key: Key) -> GenerationRecord | None:
        return lineage.of(key) if isinstance(key, int) else None

    def sources(key: Key) -> list[Key]:
        made = record(key)
        if made is None or not isinstance(key, int):
            return []
        used = [
            reference.path if reference.asset_id is None else reference.asset_id
            for reference in made.request.references
            if reference.role != MARKED  # the first reference again
        ]
        parent = lineage.parent_of(key) if made.request.parent else None
        return [*used, parent] if parent is not None else used

    def products(key: Key) -> list[Key]:
        return [*lineage.used_in(key)] if isinstance(key, int) else []

    walked = walk(asset_id, sources, products)
    assets = catalog.assets_by_id([key for key in walked.generations if isinstance(key, int)])
    if asset_id not in assets:
        raise LibraryError(tr("This picture is no longer in the library."))
    return graph_of(walked, assets, record, label)


def graph_of(
    walked: Walk,
    assets: Mapping[int, Asset],
    record: Callable[[Key], GenerationRecord | None],
    label: Label,
) -> LineageGraph:
    """What is shown of a walk; what went from the library meanwhile is not."""
    places: dict[Key, int] = {}
    nodes: list[LineageNode] = []
    for key, generation in walked.generations.items():
        if isinstance(key, Path):
            node = LineageNode(generation, key)
        elif key in assets:
            made = record(key)
            maker = _maker(made, label(made)) if made else ""
            node = LineageNode(generation, assets[key].path, assets[key], made, maker)
        else:
            continue
        places[key] = len(nodes)
        nodes.append(node)
    links = frozenset(
        (places[source], places[product])
        for source, product in walked.links
        if source in places and product in places
    )
    return LineageGraph(tuple(nodes), links, walked.left_out)


def _maker(record: GenerationRecord, generator: str) -> str:
    """The model's name where it has one of its own."""
    is_own = record.model and not record.model.startswith(record.request.generator)
    return record.model if is_own else generator
