"""What the window needs of an engine; ``wiring.Engine`` has this shape, and so has a fake.

Everything here is called inside lanes, except ``thumbnail_path`` and ``generators``, which are
pure and cheap.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from desktop.core.asset import Asset
from desktop.core.cancellation import CancelToken
from desktop.core.progress import ProgressSteps
from desktop.core.query import Query, SearchResult
from desktop.generation.generator import ImageGenerator
from desktop.generation.request import GenerationRequest, Reference
from desktop.services.reports import AssetDetails, GeneratedPicture, IndexReport, LibraryStatus

if TYPE_CHECKING:  # not needed to show the window, and every import delays it
    from desktop.embedding.models import ModelEntry


class BrowsingPart(Protocol):
    def all(self) -> Sequence[Asset]: ...
    def details(self, asset_id: int) -> AssetDetails: ...


class IndexingPart(Protocol):
    def run(
        self, paths: Sequence[Path], cancel: CancelToken, *, retry_failed: bool = False
    ) -> ProgressSteps[IndexReport]: ...
    def catch_up(self, cancel: CancelToken) -> ProgressSteps[IndexReport]: ...


class SearchingPart(Protocol):
    def search(self, query: Query) -> SearchResult: ...
    def propose(self, prompt: str, count: int) -> tuple[Reference, ...]: ...


class GeneratingPart(Protocol):
    def run(
        self, request: GenerationRequest, cancel: CancelToken
    ) -> ProgressSteps[GeneratedPicture]: ...


class ModelsPart(Protocol):
    def list(self) -> Sequence[ModelEntry]: ...
    def import_file(self, path: Path, *, cancel: CancelToken) -> ProgressSteps[ModelEntry]: ...
    def download(self, name: str, *, cancel: CancelToken) -> ProgressSteps[ModelEntry]: ...


class EngineParts(Protocol):
    """An open library and everything that works on it."""

    @property
    def browsing(self) -> BrowsingPart: ...
    @property
    def indexing(self) -> IndexingPart: ...
    @property
    def searching(self) -> SearchingPart: ...
    @property
    def generating(self) -> GeneratingPart: ...
    @property
    def models(self) -> ModelsPart: ...
    @property
    def generators(self) -> tuple[ImageGenerator, ...]: ...

    def status(self) -> LibraryStatus: ...
    def thumbnail_path(self, content_hash: str) -> Path: ...
    def use_model(self, name: str) -> None: ...
    def save_gemini_key(self, key: str) -> None: ...
    def close(self) -> None: ...
