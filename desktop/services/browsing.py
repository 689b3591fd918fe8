"""Looking at the library without searching."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from desktop.core.annotations import Annotation
from desktop.core.asset import Asset, displayable
from desktop.core.errors import LibraryError
from desktop.generation.request import GenerationRequest, Reference, Usage
from desktop.library.annotations import Annotations
from desktop.library.catalog import Catalog
from desktop.library.lineage import LineageBook, LineageRecord
from desktop.services.reports import AssetDetails, Lineage


class Browsing:
    """Everything that the grid and the details panel show without a query.

    Args:
        labels: what people read for each generator's name.
    """

    def __init__(
        self,
        catalog: Catalog,
        lineage: LineageBook,
        annotations: Annotations,
        labels: Mapping[str, str],
    ) -> None:
        self._catalog = catalog
        self._lineage = lineage
        self._annotations = annotations
        self._labels = labels

    def all(self) -> list[Asset]:
        """Every asset, the newest in the library first."""
        return self._catalog.all_assets()

    def version(self) -> object:
        """Another one once ``all`` would tell something else; to be compared with those that the
        same thread got."""
        return self._catalog.version()

    def details(self, asset_id: int) -> AssetDetails:
        """Raises: LibraryError when the asset is no longer in the library."""
        asset = self._catalog.asset(asset_id)
        if asset is None:
            raise LibraryError("This picture is no longer in the library.")
        record = self._lineage.of(asset_id)
        users = self._lineage.used_in(asset_id)
        made = self._catalog.assets_by_id(users)
        return AssetDetails(
            asset,
            folder=displayable(asset.path.parent),
            annotation=self._annotations.of([asset_id]).get(asset_id, Annotation()),
            lineage=self._shown(record) if record else None,
            used_in=tuple(made[user] for user in users if user in made),
        )

    def _shown(self, record: LineageRecord) -> Lineage:
        return Lineage(
            request=GenerationRequest(
                prompt=record.prompt,
                references=tuple(
                    Reference(r.path, r.asset_id, r.score, r.reason) for r in record.references
                ),
                generator=record.generator,
                model=record.model,
                aspect_ratio=record.settings.get("aspect_ratio", "1:1"),
                image_size=record.settings.get("image_size", "1K"),
            ),
            generator=self._labels.get(record.generator, record.generator),
            model=record.model,
            text=record.text,
            usage=Usage(**{kind: record.usage.get(kind, 0) for kind in asdict(Usage())}),
            created_at=record.created_at,
        )
