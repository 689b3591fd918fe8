"""A scriptable engine for tests of the window: the real one's shape, no disk but thumbnails."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Generator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from desktop.core.annotations import Annotation, Consensus, NameCount
from desktop.core.asset import Asset
from desktop.core.cancellation import CancelToken
from desktop.core.progress import Progress
from desktop.core.query import Query, Reason, SearchHit, SearchResult
from desktop.embedding.models import ModelEntry
from desktop.generation.request import (
    GenerationRequest,
    GenerationResult,
    Reference,
    ReferenceImage,
    Usage,
)
from desktop.qt.engine import AnnotationsPart, LeavingPart
from desktop.services.duplicates import DuplicateGroup
from desktop.services.reports import (
    AssetDetails,
    GeneratedPicture,
    IndexReport,
    LibraryStatus,
    Lineage,
)
from desktop.services.trashing import TrashReport
from tests.fakes.ignoring import FakeIgnoring
from tests.fakes.sharing import FakeMoving, FakePlaces, FakeTeam


def make_asset(number: int, name: str = "", folder: str = "/pictures", **changes: object) -> Asset:
    """An asset that was read; ``number`` is its id and its content."""
    asset = Asset(
        id=number,
        folder=str(Path(folder)),
        name=name or f"picture {number:03}.png",
        size=1_234_567,
        modified_ns=1_700_000_000_000_000_000,
        added_at=1_700_000_000.0 + number,
        width=1200,
        height=800,
        format="PNG",
        content_hash=f"{number:064x}",
    )
    return asset._replace(**changes)


class FakeBrowsing:
    def __init__(self, assets: Sequence[Asset]) -> None:
        self.assets = list(assets)
        self.lineages: dict[int, Lineage] = {}
        self.used_in: dict[int, tuple[Asset, ...]] = {}
        self.times_read = 0

    def all(self) -> list[Asset]:
        self.times_read += 1
        return list(self.assets)

    def version(self) -> object:
        return tuple(self.assets)

    def details(self, asset_id: int) -> AssetDetails:
        asset = next(asset for asset in self.assets if asset.id == asset_id)
        return AssetDetails(
            asset,
            str(asset.path.parent),
            self.lineages.get(asset_id),
            self.used_in.get(asset_id, ()),
        )


class FakeIndexing:
    """Yields what ``steps`` holds; with ``gate`` set it waits for it, or for a cancel."""

    def __init__(self, browsing: FakeBrowsing) -> None:
        self.browsing = browsing
        self.calls: list[tuple[tuple[Path, ...], bool]] = []
        self.steps: list[Progress] = [Progress("Looking through folders")]
        self.new: list[Asset] = []
        self.report = IndexReport(found=3, added=3)
        self.error: Exception | None = None
        self.gate: threading.Event | None = None
        self.caught_up = 0
        self.followed: list[frozenset[Path]] = []

    def run(
        self, paths: Sequence[Path], cancel: CancelToken, *, retry_failed: bool = False
    ) -> Generator[Progress, None, IndexReport]:
        self.calls.append((tuple(paths), retry_failed))
        for step in self.steps:
            cancel.raise_if_cancelled()
            yield step
        _wait(self.gate, cancel)
        if self.error is not None:
            raise self.error
        self.browsing.assets = [*self.new, *self.browsing.assets]
        return self.report

    def run_on_changes(
        self, changed: Collection[Path], cancel: CancelToken
    ) -> Generator[Progress, None, IndexReport]:
        self.followed.append(frozenset(changed))
        yield from self.steps
        _wait(self.gate, cancel)
        self.browsing.assets = [*self.new, *self.browsing.assets]
        return self.report

    def catch_up(self, cancel: CancelToken) -> Generator[Progress, None, IndexReport]:
        self.caught_up += 1
        yield from self.steps
        _wait(self.gate, cancel)
        return IndexReport(found=3, updated=3)


class FakeSearching:
    """Hits are the assets whose name holds the query's words; all for a picture."""

    def __init__(self, browsing: FakeBrowsing) -> None:
        self.browsing = browsing
        self.queries: list[Query] = []
        self.prompts: list[str] = []
        self.threads: set[str] = set()
        self.error: Exception | None = None
        self.gate: Callable[[Query], threading.Event | None] = lambda _: None

    def search(self, query: Query) -> SearchResult:
        self.queries.append(query)
        self.threads.add(threading.current_thread().name)
        gate = self.gate(query)
        if gate is not None:
            gate.wait(5)
        if self.error is not None:
            raise self.error
        words = query.text.casefold()
        found = [a for a in self.browsing.assets if words in a.filename.casefold()]
        hits = [
            SearchHit(rank, asset, max(0.05, 0.42 - 0.012 * rank), Reason.MEANING)
            for rank, asset in enumerate(found[: query.limit], start=1)
        ]
        return SearchResult(query, tuple(hits), model="fake")

    def propose(self, prompt: str, count: int) -> tuple[Reference, ...]:
        self.prompts.append(prompt)
        return tuple(
            Reference(asset.path, asset.id, 0.36 - 0.02 * at, "matches the prompt")
            for at, asset in enumerate(self.browsing.assets[:count])
        )


class FakeGenerating:
    def __init__(self, browsing: FakeBrowsing) -> None:
        self.browsing = browsing
        self.requests: list[GenerationRequest] = []
        self.error: Exception | None = None
        self.gate: threading.Event | None = None
        self.text = "Here is your picture."

    def run(
        self, request: GenerationRequest, cancel: CancelToken
    ) -> Generator[Progress, None, GeneratedPicture]:
        self.requests.append(request)
        yield Progress("Preparing references", 1, max(1, len(request.references)))
        yield Progress("Waiting for the generator", unit="")
        _wait(self.gate, cancel)
        if self.error is not None:
            raise self.error
        number = 1000 + len(self.requests)
        made = make_asset(number, f"{request.prompt[:20]}.png", "/made", is_generated=True)
        self.browsing.assets.insert(0, made)
        self.browsing.lineages[number] = Lineage(
            request, "Mood board (offline)", "fake-1", self.text, Usage(), 1_700_000_000.0
        )
        return GeneratedPicture(made, request, self.text, "Mood board (offline)", "fake-1")


@dataclass
class FakeModels:
    entries: list[ModelEntry] = field(
        default_factory=lambda: [
            ModelEntry(
                "ViT-B-32",
                "CLIP ViT-B/32 trained on DataComp-XL: the best of its size, the default.",
                "MIT",
                ("en",),
                "downloadable",
                is_installed=False,
                size_bytes=605_000_000,
            ),
            ModelEntry(
                "demo",
                "A small model of Plantain's own, for its sample pictures.",
                "Apache-2.0",
                ("en", "zh"),
                "bundled",
                is_installed=True,
                size_bytes=4_000_000,
            ),
        ]
    )
    imported: list[Path] = field(default_factory=list)
    downloaded: list[str] = field(default_factory=list)
    error: Exception | None = None

    def list(self) -> Sequence[ModelEntry]:
        return tuple(self.entries)

    def import_file(
        self, path: Path, *, cancel: CancelToken
    ) -> Generator[Progress, None, ModelEntry]:
        yield Progress("Checking the file", unit="MB")
        if self.error is not None:
            raise self.error
        self.imported.append(path)
        return replace(self.entries[1], name=path.stem, source="imported")

    def download(self, name: str, *, cancel: CancelToken) -> Generator[Progress, None, ModelEntry]:
        yield Progress("Downloading", 1, 605, unit="MB")
        if self.error is not None:
            raise self.error
        self.downloaded.append(name)
        return replace(self.entries[0], is_installed=True)


class FakeAnnotations:
    """Says nothing about any picture; what people enter is tested on a real library."""

    def of(self, asset_ids: Sequence[int]) -> dict[int, Annotation]:
        return {asset_id: Annotation() for asset_id in asset_ids}

    def together(self, asset_ids: Sequence[int]) -> Consensus:
        return Consensus(len(asset_ids))

    def tags(self) -> list[NameCount]:
        return []

    def boards(self) -> list[NameCount]:
        return []


class FakeLeaving:
    def keep_daily_copy(self) -> None: ...


class FakeGenerator:
    def __init__(self, name: str, label: str, *, is_offline: bool) -> None:
        self.name = name
        self.label = label
        self.is_offline = is_offline
        self.default_model = ""

    def generate(
        self,
        request: GenerationRequest,
        references: Sequence[ReferenceImage],
        cancel: CancelToken,
    ) -> GenerationResult:
        raise NotImplementedError


class FakeTrashing:
    def __init__(self) -> None:
        self.calls: list[tuple[int, ...]] = []
        self.report: TrashReport | None = None

    def run(
        self, asset_ids: Sequence[int], cancel: CancelToken
    ) -> Generator[Progress, None, TrashReport]:
        self.calls.append(tuple(asset_ids))
        yield Progress("Moving to the bin", 0, len(asset_ids))
        return self.report or TrashReport(tuple(asset_ids))


class FakeDuplicates:
    def __init__(self) -> None:
        self.exact_groups: list[DuplicateGroup] = []
        self.near_groups: list[DuplicateGroup] = []
        self.decisions: list[tuple[int, tuple[int, ...], bool]] = []

    def exact(self) -> list[DuplicateGroup]:
        return self.exact_groups

    def near(self) -> list[DuplicateGroup]:
        return self.near_groups

    def keep(
        self, kept_id: int, others: Collection[int], cancel: CancelToken, *, merge: bool = True
    ) -> Generator[Progress, None, TrashReport]:
        self.decisions.append((kept_id, tuple(others), merge))
        yield Progress("Moving to the bin", 0, len(others))
        return TrashReport(tuple(others))


class FakeWatcher:
    """Tells what a test lets it tell."""

    def __init__(self) -> None:
        self.tell: Callable[[frozenset[Path]], None] = lambda _: None
        self.is_stopped = False

    def stop(self) -> None:
        self.is_stopped = True


class FakeEngine:
    """Everything that the window needs of an engine."""

    def __init__(self, assets: Sequence[Asset] = (), thumbnails: Path = Path("/nowhere")) -> None:
        self.browsing = FakeBrowsing(assets)
        self.indexing = FakeIndexing(self.browsing)
        self.searching = FakeSearching(self.browsing)
        self.generating = FakeGenerating(self.browsing)
        # Everything else that people enter is tested on a real library.
        self.annotations = cast("AnnotationsPart", FakeAnnotations())
        self.leaving = cast("LeavingPart", FakeLeaving())
        self.models = FakeModels()
        self.places = FakePlaces()
        self.moving = FakeMoving()
        self.team = FakeTeam(self.places)
        self.trashing = FakeTrashing()
        self.duplicates = FakeDuplicates()
        self.ignoring = FakeIgnoring(lambda: self.browsing.assets)
        self.watcher = FakeWatcher()
        self.generators = (
            FakeGenerator("moodboard", "Mood board (offline)", is_offline=True),
            FakeGenerator("gemini", "Gemini (Nano Banana)", is_offline=False),
        )
        self.thumbnails = thumbnails
        self.model = "ViT-B-32"
        self.key = ""
        self.key_error: Exception | None = None
        self.status_gate: threading.Event | None = None
        self.is_closed = False

    def watch(
        self, on_changed: Callable[[frozenset[Path]], None], on_limit: Callable[[str], None]
    ) -> FakeWatcher:
        self.watcher.tell = on_changed
        return self.watcher

    def status(self) -> LibraryStatus:
        _wait(self.status_gate, CancelToken())
        problem = (
            "" if self.model else "There is no model yet, so pictures cannot be found by meaning."
        )
        return LibraryStatus(
            assets=len(self.browsing.assets),
            missing=sum(asset.is_missing for asset in self.browsing.assets),
            model=self.model,
            model_problem=problem,
            has_gemini_key=bool(self.key),
        )

    def thumbnail_path(self, content_hash: str, position_ms: int | None = None) -> Path:
        at = "" if position_ms is None else f"@{position_ms}"
        return self.thumbnails / f"{content_hash}{at}.jpg"

    def use_model(self, name: str) -> None:
        self.model = name

    def save_gemini_key(self, key: str) -> None:
        if self.key_error is not None:
            raise self.key_error
        self.key = key

    def close(self) -> None:
        self.is_closed = True


def _wait(gate: threading.Event | None, cancel: CancelToken) -> None:
    """Block as a library would: until the gate opens, or a cancel wakes it up."""
    if gate is None:
        return
    forget = cancel.on_cancel(gate.set)
    gate.wait(10)
    forget()
    cancel.raise_if_cancelled()
