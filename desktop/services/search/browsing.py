"""Looking at the library without searching."""

from __future__ import annotations

from collections.abc import Mapping

from desktop.core.annotations import Annotation
from desktop.core.asset import Asset
from desktop.core.colour import merged_palette
from desktop.core.errors import LibraryError
from desktop.core.filter import Filter
from desktop.core.generation_record import GenerationRecord
from desktop.core.lineage_graph import LineageGraph
from desktop.core.picture_text import TextLine
from desktop.core.text import tr
from desktop.library.catalog.annotations import Annotations
from desktop.library.catalog.asset_columns import Assets
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.lineage import LineageTable
from desktop.library.catalog.rights import RightsTable
from desktop.library.catalog.roots import RootKind
from desktop.services.reports import AssetDetails, CommonDetails, GeneratedPicture, LibraryFolder
from desktop.services.search.lineage_reading import read_lineage

_FIRST = 1_000
"""As many pictures as fill the largest screen, several times."""
_AT_ONCE = 50_000
"""So many are read in less than half a second."""
_MOST_TURNS = 200
"""Of one talk, with all its branches."""
_MOST_PALETTES = 200
"""Merged for the details; more take longer than a click should."""


class Browsing:
    """Everything that the grid and the details panel show without a query.

    Args:
        labels: what people read for each generator's name.
    """

    def __init__(
        self,
        catalog: Catalog,
        lineage: LineageTable,
        annotations: Annotations,
        rights: RightsTable,
        labels: Mapping[str, str],
    ) -> None:
        self._catalog = catalog
        self._lineage = lineage
        self._annotations = annotations
        self._rights = rights
        self._labels = labels

    def all(self) -> Assets:
        """Every asset, the newest in the library first."""
        return self._catalog.all_assets()

    def first(self) -> tuple[Assets, int]:
        """The newest of a library that takes long to read whole, and how many it has; nothing of
        one that is read in a moment."""
        count = self._catalog.counts()["assets"]
        return self._catalog.first_assets(_FIRST if count > _AT_ONCE else 0), count

    def folders(self) -> list[LibraryFolder]:
        """The folders that were added; answers from memory, without asking the disk."""
        away = self._catalog.roots.presence.away()
        return [
            LibraryFolder(str(root.path), root.id in away)
            for root in self._catalog.roots.all()
            if root.kind is not RootKind.GENERATED
        ]

    def ids(self, wanted: Filter) -> list[int]:
        """Ids of the assets that a filter means; of a board in its order."""
        return self._catalog.filters.ids(wanted).tolist()

    def board(self, name: str) -> list[Asset]:
        """The pictures on a board, in its order. Raises: LibraryError: there is no such board."""
        ids = self._annotations.board(name).asset_ids
        assets = self._catalog.assets_by_id(ids)
        return [assets[asset_id] for asset_id in ids if asset_id in assets]

    def count(self, wanted: Filter) -> int:
        """How many assets a filter means."""
        return self._catalog.filters.count(wanted)

    def version(self) -> object:
        """Another one once ``all`` would tell something else; to be compared with those that the
        same thread got."""
        return self._catalog.version()

    def common_details(self, asset_ids: tuple[int, ...]) -> CommonDetails:
        """What several have in common."""
        told, differing = self._catalog.metadata.common(asset_ids)
        keywords = self._catalog.metadata.keywords_of(asset_ids)
        some = asset_ids[:: -(-len(asset_ids) // _MOST_PALETTES)]
        palette = merged_palette(self._catalog.palettes.of_several(some))
        return CommonDetails(asset_ids, told, differing, tuple(keywords), palette)

    def text(self, asset: Asset) -> tuple[TextLine, ...] | None:
        """The lines that were read in a picture; None where nobody has looked for any."""
        return self._catalog.texts.lines(asset.content_hash)

    def details(self, asset_id: int) -> AssetDetails:
        """Raises: LibraryError when the asset is no longer in the library."""
        asset = self._catalog.asset(asset_id)
        if asset is None:
            raise LibraryError(tr("This picture is no longer in the library."))
        record = self._lineage.of(asset_id)
        users = self._lineage.used_in(asset_id)
        made = self._catalog.assets_by_id(users)
        return AssetDetails(
            asset,
            annotation=self._annotations.of([asset_id]).get(asset_id, Annotation()),
            lineage=record,
            generator=self._label(record) if record else "",
            made_from=self._lineage.made_from(record) if record else (),
            palette=self._catalog.palettes.of(asset_id),
            metadata=self._catalog.metadata.of(asset_id),
            text=self.text(asset),
            claims=self._rights.claims([asset_id])[asset_id],
            used_in=tuple(made[user] for user in users if user in made),
        )

    def talk(self, asset_id: int) -> list[GeneratedPicture]:
        """The generated picture and the turns before and beside it, each behind the one that it is
        a turn on; empty for a picture that nobody knows the making of."""
        first, seen = asset_id, {asset_id}
        while (record := self._lineage.of(first)) is not None:
            before = self._lineage.picture_before(record.request)
            if before is None or before in seen or self._lineage.of(before) is None:
                break
            seen.add(before)
            first = before
        found = [first]
        for each in found:  # grows while it is read
            turns = self._lineage.turns_on(each)
            found += [turn for turn in turns if turn not in found][: _MOST_TURNS - len(found)]
        if asset_id not in found:
            found = [asset_id]
        assets = self._catalog.assets_by_id(found)
        records = {each: self._lineage.of(each) for each in found}
        return [
            GeneratedPicture(assets[each], record, self._label(record))
            for each, record in records.items()
            if record is not None and each in assets
        ]

    def lineage(self, asset_id: int) -> LineageGraph:
        """What a picture was made from, and what was made from it, over some generations.

        Raises:
            LibraryError: the asset is no longer in the library.
        """
        return read_lineage(asset_id, self._catalog, self._lineage, self._label)

    def _label(self, record: GenerationRecord) -> str:
        made_by = record.request.generator
        return tr(self._labels.get(made_by, made_by))
