"""What there is, what is missing, and whether a model and a key are at hand."""

from __future__ import annotations

from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.vectors import VectorTable
from desktop.library.opening import OpenLibrary
from desktop.services.credential import Credential
from desktop.services.current_model import CurrentModel, ModelSwitch
from desktop.services.reports import LibraryStatus


class StatusReader:
    """Reads the status of an open library; asks disk, catalogue and key store."""

    def __init__(
        self,
        library: OpenLibrary,
        catalog: Catalog,
        vector_table: VectorTable,
        model: CurrentModel,
        model_switch: ModelSwitch,
        gemini_key: Credential,
    ) -> None:
        self._library = library
        self._catalog = catalog
        self._vector_table = vector_table
        self._model = model
        self._model_switch = model_switch
        self._gemini_key = gemini_key

    def read(self) -> LibraryStatus:
        """The status now."""
        counts = self._catalog.counts()
        model = self._model.installed()
        roots = self._catalog.roots.at_hand()
        return LibraryStatus(
            assets=counts["assets"],
            pending=self._vector_table.pending_count(model.identity if model else None),
            missing=counts["missing"],
            offline=counts["offline"],
            model=model.manifest.name if model else "",
            model_problem="" if model else self._model.problem(),
            is_undescribed=self._catalog.palettes.has_outdated()
            or self._catalog.metadata.has_unread(roots)
            or self._catalog.transparency.has_unknown(roots),
            has_gemini_key=self._gemini_key.is_set(),
            model_change=self._model_switch.change(),
            notices=tuple(self._library.notices),
        )
