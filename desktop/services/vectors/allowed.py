"""A filter as a vector store takes it: by ids, or where that is slow by the store's scalars."""

from __future__ import annotations

from desktop.core.filter import EVERYTHING, Filter
from desktop.index.conditions import HIDDEN, conditions, listed
from desktop.index.store import Allowed, VectorStore
from desktop.index.widening import LONGEST_LIST
from desktop.library.catalog.filters import AssetFilters
from desktop.library.catalog.vectors import VectorTable

_SHORT_LIST = LONGEST_LIST
"""Ids that are not worth an expression."""


def allowed_assets(
    filters: AssetFilters,
    vector_table: VectorTable,
    encoder_id: str,
    store: VectorStore,
    wanted: Filter,
) -> Allowed | None:
    """Who may be found in ``store``, the collection of ``encoder_id``; None: everyone.

    The catalogue's ids are what is meant; an expression is only another way to say the same, and
    none is given while the store has yet to hear of a change.
    """
    if wanted == EVERYTHING and not filters.has_hidden():
        return None
    ids = filters.ids(wanted)
    if not store.scalars or len(ids) <= _SHORT_LIST or not vector_table.is_settled(encoder_id):
        return Allowed(ids)
    expression, rest = conditions(wanted, store.scalars)
    parts = [expression] if expression else []
    can_tell_hidden = HIDDEN in store.scalars
    if can_tell_hidden:
        parts.append(f"{HIDDEN} == 0")
    if rest.said() or not can_tell_hidden:
        inside, outside = filters.ids(rest), filters.ids_but(rest)
        if min(len(inside), len(outside)) >= min(len(ids), LONGEST_LIST):
            return Allowed(ids)
        if len(inside) <= len(outside):
            parts.append(f"asset_id in {listed(inside.tolist())}")
        elif len(outside):
            parts.append(f"asset_id not in {listed(outside.tolist())}")
    return Allowed(ids, " and ".join(parts))
