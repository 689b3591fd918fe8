"""What a library's catalogue holds, a table an interest."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.library.catalog.annotations import Annotations
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.ignore_rules import IgnoreRuleTable
from desktop.library.catalog.lineage import LineageTable
from desktop.library.catalog.moved_files import MovedFiles
from desktop.library.catalog.rights import RightsTable
from desktop.library.catalog.team.tables import TeamTables
from desktop.library.catalog.vectors import VectorTable
from desktop.library.opening import OpenLibrary
from desktop.media.thumbnails import ThumbnailCache


@dataclass(frozen=True, kw_only=True)
class Tables:
    """What several groups of services read and write; what one alone needs, it makes itself."""

    catalog: Catalog
    annotations: Annotations
    lineage: LineageTable
    rights: RightsTable
    vectors: VectorTable
    team: TeamTables
    ignore_rules: IgnoreRuleTable
    moved_files: MovedFiles
    thumbnails: ThumbnailCache


def tables_of(library: OpenLibrary) -> Tables:
    """Those of an open library."""
    database = library.database
    catalog = Catalog(database)
    annotations = Annotations(database)
    return Tables(
        catalog=catalog,
        annotations=annotations,
        lineage=LineageTable(database),
        rights=RightsTable(database),
        vectors=VectorTable(database),
        team=TeamTables(database, catalog, annotations),
        ignore_rules=IgnoreRuleTable(database),
        moved_files=MovedFiles(database),
        thumbnails=ThumbnailCache(library.paths.thumbnails),
    )
