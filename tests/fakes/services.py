"""A scriptable engine for tests of the window: the real one's shape, no disk but thumbnails."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path

from PIL import Image

from desktop.config.paths import resource
from desktop.config.preferences import Preferences
from desktop.core.annotations import (
    Annotation,
    Board,
    Consensus,
    Edits,
    Flag,
    NameCount,
    TagColour,
)
from desktop.core.asset import Asset, Kind
from desktop.core.cancellation import CancelToken
from desktop.core.colour import Palette, merged_palette
from desktop.core.errors import FileError
from desktop.core.filter import Filter
from desktop.core.generation_record import GenerationRecord, Reference
from desktop.core.lineage_graph import Key, LineageGraph, walk
from desktop.core.metadata import NO_METADATA, Metadata
from desktop.core.picture_text import TextLine
from desktop.core.progress import Progress
from desktop.core.query import Query, Reason, SearchHit, SearchResult, Signal, Why
from desktop.core.query_language import parse
from desktop.core.scripts import unread_script
from desktop.core.text import tr
from desktop.embedding.models.hub import HubAddress
from desktop.embedding.models.known_models import DEMO_DESCRIPTION
from desktop.embedding.models.registry import ModelEntry, ModelRegistry
from desktop.generation.template_files import TemplateFiles
from desktop.library.backup.daily import DailyBackups
from desktop.library.catalog.annotations import Annotations
from desktop.library.catalog.asset_columns import Assets
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.vectors import VectorTable
from desktop.library.folders.watch import Watcher
from desktop.media.large_picture import LargePicture
from desktop.media.moving_picture import MovingFrame, frame_of
from desktop.media.thumbnails import ThumbnailCache
from desktop.services.curation.duplicates import DuplicateGroup, Duplicates
from desktop.services.curation.handing_out import HandingOut
from desktop.services.curation.sidecars import Sidecars
from desktop.services.curation.tag_suggestions import TagSuggestions
from desktop.services.curation.trash import Trash, TrashReport
from desktop.services.current_model import ModelSwitch
from desktop.services.engine import CurationServices, Engine, GenerationServices
from desktop.services.indexing.indexing import Indexing
from desktop.services.indexing.shown_first import ShownFirst
from desktop.services.indexing.stop import IndexingStop
from desktop.services.indexing.watching import Watching
from desktop.services.library_status import StatusReader
from desktop.services.model_installing import ModelInstalling
from desktop.services.reports import (
    AssetDetails,
    CommonDetails,
    IndexReport,
    LibraryFolder,
    LibraryStatus,
)
from desktop.services.search.browsing import Browsing
from desktop.services.search.large_pictures import LargePictures
from desktop.services.search.lineage_reading import graph_of
from desktop.services.search.look_order import LookOrder
from desktop.services.search.proposals import Proposals, ThingProposals
from desktop.services.search.saved_pictures import SavedPictures
from desktop.services.search.searching import Searching
from tests.fakes.generation import (
    FakeAttempts,
    FakeDraft,
    FakeGenerating,
    FakeGenerator,
    FakeLeftAnswers,
    FakeMatrices,
    FakeQueue,
    FakeRefining,
    FakeRehearsing,
    FakeSpending,
    FakeTalks,
    fake_image_services,
)
from tests.fakes.ignore_rules import FakeIgnoreRules
from tests.fakes.kits import FakeCloseness, FakeKits
from tests.fakes.product_check import FakeProductCheck
from tests.fakes.saved_searches import FakeSavedSearches
from tests.fakes.sending import FakeCredentials, FakeRights, FakeSendingRules
from tests.fakes.server_and_team import (
    FakeCopies,
    FakeEndpoints,
    FakeKeyStore,
    FakeStoreMigration,
    FakeTeam,
)
from tests.fakes.text_reading import FakeTextReading


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


class FakeBrowsing(Browsing):
    def __init__(self, assets: Sequence[Asset], annotations: Annotations) -> None:
        self.assets = list(assets)
        self._annotations = annotations
        self.lineages: dict[int, GenerationRecord] = {}
        self.used_in: dict[int, tuple[Asset, ...]] = {}
        self.metadata: dict[int, Metadata] = {}
        self.palettes: dict[int, Palette] = {}
        self.texts: dict[int, tuple[TextLine, ...]] = {}
        self.added: list[LibraryFolder] = []
        self.times_read = 0

    def first(self) -> tuple[Assets, int]:
        return Assets.of(()), len(self.assets)

    def all(self) -> Assets:
        self.times_read += 1
        return Assets.of(list(self.assets))

    def folders(self) -> list[LibraryFolder]:
        return list(self.added)

    def ids(self, wanted: Filter) -> list[int]:
        """Of the sections of the sidebar, one or several."""
        if wanted.every:
            first, *others = (self.ids(part) for part in wanted.every)
            return [each for each in first if all(each in other for other in others)]
        if wanted.board:
            return [*self._annotations.board(wanted.board).asset_ids]
        if wanted.tag:
            return self._annotations.tagged(wanted.tag)
        there = [a for a in self.assets if a.content_hash and not (a.is_missing or a.is_offline)]
        contents = [asset.content_hash for asset in there]
        fits: Callable[[Asset], bool] = {
            "folder": lambda a: f"{a.folder}/".startswith(f"{wanted.folder}/"),
            "is_generated": lambda a: a.is_generated,
            "is_missing": lambda a: a.is_missing,
            "is_offline": lambda a: a.is_offline and not (a.is_missing or a.is_elsewhere),
            "is_duplicate": lambda a: a in there and contents.count(a.content_hash) > 1,
        }.get(next(iter(wanted.said())), lambda a: True)
        return [asset.id for asset in self.assets if fits(asset)]

    def count(self, wanted: Filter) -> int:
        return len(self.ids(wanted))

    def version(self) -> object:
        return tuple(self.assets)

    def take_made(self, asset: Asset, record: GenerationRecord) -> None:
        """A generated picture comes into the library."""
        self.assets.insert(0, asset)
        self.lineages[asset.id] = record

    def text(self, asset: Asset) -> tuple[TextLine, ...] | None:
        return self.texts.get(asset.id)

    def details(self, asset_id: int) -> AssetDetails:
        asset = next(asset for asset in self.assets if asset.id == asset_id)
        return AssetDetails(
            asset,
            self.lineages.get(asset_id),
            "Mood board (offline)" if asset_id in self.lineages else "",
            used_in=self.used_in.get(asset_id, ()),
            metadata=self.metadata.get(asset_id, NO_METADATA),
            palette=self.palettes.get(asset_id, ()),
            text=self.text(asset),
        )

    def lineage(self, asset_id: int) -> LineageGraph:
        def sources(key: Key) -> list[Key]:
            made = self.lineages.get(key) if isinstance(key, int) else None
            return [each.asset_id or each.path for each in made.request.references] if made else []

        def products(key: Key) -> list[Key]:
            return [each.id for each in self.used_in.get(key, ())] if isinstance(key, int) else []

        return graph_of(
            walk(asset_id, sources, products),
            {asset.id: asset for asset in self.assets},
            lambda key: self.lineages.get(key) if isinstance(key, int) else None,
            lambda _: "Mood board (offline)",
        )

    def common_details(self, asset_ids: tuple[int, ...]) -> CommonDetails:
        told = [self.metadata.get(asset_id, NO_METADATA) for asset_id in asset_ids]
        names = (field.name for field in fields(Metadata))
        differing = {n for n in names if any(getattr(t, n) != getattr(told[0], n) for t in told)}
        unsaid = {name: getattr(NO_METADATA, name) for name in differing}
        keywords = tuple(dict.fromkeys(word for each in told for word in each.keywords))
        palette = merged_palette([self.palettes.get(asset_id, ()) for asset_id in asset_ids])
        return CommonDetails(
            asset_ids, replace(told[0], **unsaid), frozenset(differing), keywords, palette
        )


class FakeCatalog(Catalog):
    """The pictures of ``FakeBrowsing``, for what asks for some of them."""

    def __init__(self, browsing: FakeBrowsing) -> None:
        self._browsing = browsing

    def assets_by_id(self, ids: Sequence[int]) -> dict[int, Asset]:
        return {asset.id: asset for asset in self._browsing.assets if asset.id in ids}

    def newest(self, wanted: Filter) -> Assets:
        ids = set(self._browsing.ids(wanted))
        return Assets.of([asset for asset in self._browsing.assets if asset.id in ids])


class FakeIndexing(Indexing):
    """Yields what ``steps`` holds; with ``gate`` set it waits for it, or for a cancel."""

    def __init__(self, browsing: FakeBrowsing) -> None:
        self.browsing = browsing
        self.calls: list[tuple[tuple[Path, ...], bool]] = []
        self.steps: list[Progress] = [Progress(tr("Looking through folders"))]
        self.new: list[Asset] = []
        self.report = IndexReport(found=3, added=3)
        self.error: Exception | None = None
        self.gate: threading.Event | None = None
        self.caught_up = 0
        self.followed: list[frozenset[Path]] = []
        self.shown_first = ShownFirst()
        self.made_searchable: list[tuple[int, ...]] = []
        self.can_make_searchable = True
        self.unsent: list[int] = []

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

    def keep_up(self, cancel: CancelToken) -> Iterator[Progress]:
        yield from ()

    def make_searchable(
        self, asset_ids: Sequence[int], cancel: CancelToken
    ) -> Generator[Progress, None, bool]:
        self.made_searchable.append(tuple(asset_ids))
        yield Progress("Adding it to the search index", unit="")
        return self.can_make_searchable

    def settle(self) -> int:
        return self.unsent.pop() if self.unsent else 0

    def catch_up(self, cancel: CancelToken) -> Generator[Progress, None, IndexReport]:
        self.caught_up += 1
        yield from self.steps
        _wait(self.gate, cancel)
        return IndexReport(found=3, updated=3)


class FakeIndexingStop(IndexingStop):
    """``unread`` pictures are left while it is set."""

    def __init__(self) -> None:
        self.is_set = False
        self.unread = 3

    def set(self, is_wanted: Callable[[], bool] = lambda: True) -> bool:
        self.is_set |= is_wanted()
        return is_wanted()

    def lift(self) -> None:
        self.is_set = False

    def left(self) -> int | None:
        return self.unread if self.is_set else None


class FakeSearching(Searching):
    """Hits are the assets whose name holds the query's words; all for a picture."""

    def __init__(self, browsing: FakeBrowsing) -> None:
        self.browsing = browsing
        self.queries: list[Query] = []
        self.prompts: list[str] = []
        self.threads: set[str] = set()
        self.error: Exception | None = None
        self.relevant: int | None = None
        self.has_more = False
        self.is_calibrated = True
        self.is_prepared = False
        self.calibrated: list[Query] = []
        self.languages: tuple[str, ...] = ()
        self.lacking: tuple[str, ...] = ()
        self.gate: Callable[[Query], threading.Event | None] = lambda _: None

    def prepare(self) -> None:
        self.is_prepared = True

    def search(
        self,
        query: Query,
        *,
        at_once: bool = False,
        weaker: int | None = None,
        cancel: CancelToken | None = None,
    ) -> SearchResult:
        self.queries.append(query)
        if not (at_once or self.is_calibrated):
            self.calibrated.append(query)
            self.is_calibrated = True
        self.threads.add(threading.current_thread().name)
        gate = self.gate(query)
        if gate is not None:
            gate.wait(5)
        if self.error is not None:
            raise self.error
        words = parse(query.text).words.casefold()
        found = [a for a in self.browsing.assets if words in a.filename.casefold()]
        hits = [
            SearchHit(
                rank,
                asset,
                max(0.05, 0.42 - 0.012 * rank),
                Reason.MEANING,
                why=(Why(Signal.MEANING, f"looks like it {0.42 - 0.012 * rank:.2f}", 0.4),),
            )
            for rank, asset in enumerate(found[: query.limit], start=1)
        ]
        relevant = len(hits) if self.relevant is None else min(self.relevant, len(hits))
        unread = unread_script(words, self.languages) or ""
        is_preliminary = at_once and not self.is_calibrated
        return SearchResult(
            query,
            tuple(hits),
            len(hits) if is_preliminary else relevant,
            self.has_more,
            "fake",
            unread_script=unread,
            is_preliminary=is_preliminary,
        )

    def propose(self, prompt: str, count: int) -> tuple[Reference, ...]:
        self.prompts.append(prompt)
        return tuple(
            Reference(asset.path, asset.id, 0.36 - 0.02 * at, "matches the prompt")
            for at, asset in enumerate(self.browsing.assets[:count])
        )

    def propose_each(self, prompt: str, count: int) -> Proposals:
        lacking = (ThingProposals(words, ()) for words in self.lacking if words in prompt)
        found = ThingProposals(
            prompt, tuple(replace(each, words=prompt) for each in self.propose(prompt, count))
        )
        return Proposals((found, *lacking))


class FakeModels(ModelRegistry):
    def __init__(self) -> None:
        self.entries = [
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
                DEMO_DESCRIPTION,
                "Apache-2.0",
                ("en", "zh"),
                "bundled",
                is_installed=True,
                size_bytes=4_000_000,
            ),
        ]
        self.imported: list[Path] = []
        self.downloaded: list[str] = []
        self.error: Exception | None = None

    def list(self) -> list[ModelEntry]:
        return [*self.entries]

    def import_file(
        self, path: Path, *, name: str = "", architecture: str = "", cancel: CancelToken
    ) -> Generator[Progress, None, ModelEntry]:
        yield Progress(tr("Checking the model"), unit="MB")
        if self.error is not None:
            raise self.error
        self.imported.append(path)
        return replace(self.entries[1], name=path.stem, source="imported")

    def download(
        self, name: str, *, endpoint: str = "", cancel: CancelToken
    ) -> Generator[Progress, None, ModelEntry]:
        yield Progress("Downloading", 1, 605, unit="MB")
        if self.error is not None:
            raise self.error
        self.downloaded.append(name)
        return replace(self.entries[0], is_installed=True)


class FakeAnnotations(Annotations):
    """Says nothing about any picture; what people enter is tested on a real library."""

    def __init__(self) -> None:
        pass

    def of(self, asset_ids: Sequence[int]) -> dict[int, Annotation]:
        return {asset_id: Annotation() for asset_id in asset_ids}

    def together(self, asset_ids: Sequence[int]) -> Consensus:
        return Consensus(len(asset_ids))

    def tags(self) -> list[NameCount]:
        return []

    def tag_tree(self) -> list[NameCount]:
        return self.tags()

    def tag_colours(self) -> dict[str, TagColour]:
        return {}

    def flag_counts(self) -> dict[Flag, int]:
        return {}

    def boards(self) -> list[NameCount]:
        return []

    def tagged(self, name: str) -> list[int]:
        return []

    def board(self, name: str) -> Board:
        return Board(())

    def apply(self, edits: Edits, received: tuple[float, str] | None = None) -> Edits:
        return Edits()

    def index_words(self) -> bool:
        return False


NOTHING_SAID = FakeAnnotations()


class FakeTagSuggestions(TagSuggestions):
    """Suggests nothing; what is suggested is tested on real vectors."""

    def __init__(self) -> None:
        pass

    def for_assets(self, asset_ids: Sequence[int]) -> list[str]:
        return []


class FakeDailyBackups(DailyBackups):
    def __init__(self) -> None:
        pass

    def keep_up(self) -> None: ...


class FakeTrash(Trash):
    def __init__(self) -> None:
        self.calls: list[tuple[int, ...]] = []
        self.report: TrashReport | None = None

    def run(
        self, asset_ids: Sequence[int], cancel: CancelToken
    ) -> Generator[Progress, None, TrashReport]:
        self.calls.append(tuple(asset_ids))
        yield Progress(tr("Moving to the trash"), 0, len(asset_ids))
        return self.report or TrashReport(tuple(asset_ids))


class FakeDuplicates(Duplicates):
    def __init__(self) -> None:
        self.exact_groups: list[DuplicateGroup] = []
        self.near_groups: list[DuplicateGroup] = []
        self.decisions: list[tuple[int, tuple[int, ...], bool]] = []

    def exact(self) -> list[DuplicateGroup]:
        return self.exact_groups

    def near(self, distance: int = 0, cancel: CancelToken | None = None) -> list[DuplicateGroup]:
        return self.near_groups

    def keep(
        self, kept_id: int, others: Collection[int], cancel: CancelToken, *, merge: bool = True
    ) -> Generator[Progress, None, TrashReport]:
        self.decisions.append((kept_id, tuple(others), merge))
        yield Progress(tr("Moving to the trash"), 0, len(others))
        return TrashReport(tuple(others))


class FakeWatcher(Watcher):
    """Tells what a test lets it tell."""

    def __init__(self) -> None:
        self.tell: Callable[[frozenset[Path]], None] = lambda _: None
        self.is_stopped = False

    def stop(self) -> None:
        self.is_stopped = True


class FakeWatching(Watching):
    def __init__(self) -> None:
        self.watcher = FakeWatcher()

    def start(
        self,
        on_changed: Callable[[frozenset[Path]], None],
        on_limit: Callable[[str], None],
        on_library: Callable[[bool], None],
    ) -> FakeWatcher:
        self.watcher.tell = on_changed
        return self.watcher


class FakeModelSwitch(ModelSwitch):
    def __init__(self) -> None:
        self.model = "ViT-B-32"

    def use(self, name: str) -> None:
        self.model = name

    def in_use(self) -> str:
        return self.model

    def make_ready(self, name: str, cancel: CancelToken) -> Generator[Progress, None, None]:
        yield Progress(tr("Making the model ready"), 3, 8, unit="steps")

    def stop_loading(self) -> None: ...


class FakeThumbnails(ThumbnailCache):
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path_for(
        self, content_hash: str, position_ms: int | None = None, *, has_alpha: bool = False
    ) -> Path:
        at = "" if position_ms is None else f"@{position_ms}"
        return self._folder / f"{content_hash}{at}.{'webp' if has_alpha else 'jpg'}"


class FakeLookOrder(LookOrder):
    """Pictures of odd and of even ids look alike."""

    def __init__(self) -> None:
        self.gate: threading.Event | None = None

    def order(self, asset_ids: Sequence[int], cancel: CancelToken) -> list[int]:
        _wait(self.gate, cancel)
        return sorted(asset_ids, key=lambda asset_id: (asset_id % 2 != asset_ids[0] % 2, asset_id))


class FakeLargePictures(LargePictures):
    """One plain colour for each asset; every fourth is clear in its left half."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int]] = []
        """(asset id, longer side)."""
        self.gate: threading.Event | None = None
        self.sizes: dict[int, tuple[int, int]] = {}
        self.errors: dict[int, FileError] = {}
        self.pages_asked: list[int | None] = []
        self.seen_asked: list[int] = []
        self.unplayable: FileError | None = None

    def seen(self, asset: Asset, at_ms: int) -> LargePicture:
        self.seen_asked.append(at_ms)
        return self.load(asset)

    def load(
        self,
        asset: Asset,
        longer: int = 0,
        position_ms: int | None = None,
        page: int | None = None,
    ) -> LargePicture:
        _wait(self.gate, CancelToken())
        self.asked.append((asset.id, longer))
        self.pages_asked.append(page)
        if asset.id in self.errors:
            raise self.errors[asset.id]
        original = self.sizes.get(asset.id, (1200, 800))
        by = max(1, max(original) // longer) if longer else 1
        width, height = (max(1, length // by) for length in original)
        color = (asset.id * 47 % 256, 80, 160)
        if asset.id % 4:
            return LargePicture(Image.new("RGB", (width, height), color), original)
        image = Image.new("RGBA", (width, height), (*color, 255))
        image.paste((0, 0, 0, 0), (0, 0, width // 2, height))
        return LargePicture(image, original)

    def pages(self, asset: Asset, cancel: CancelToken) -> list[tuple[int, int]]:
        return [(1200, 800)] * asset.frame_count if asset.kind is Kind.DOCUMENT else []

    def play(
        self, asset: Asset, begin_ms: int, cancel: CancelToken
    ) -> Generator[MovingFrame, int | None, None]:
        """Twenty frames of 50 ms, one brighter than the other."""
        if self.unplayable is not None:
            raise self.unplayable
        number = begin_ms // 50
        while True:
            image = Image.new("RGB", (160, 90), (12 * (number % 20),) * 3)
            wanted_ms = yield frame_of(image, (160, 90), number % 20, number % 20 * 50, 50)
            number = (number + 1 if wanted_ms is None else wanted_ms // 50) % 20


class FakeVectorTable(VectorTable):
    """The same scenes in every video."""

    def __init__(self) -> None:
        self.scenes = [0, 200, 500, 800]

    def scenes_ms(self, asset_id: int) -> list[int]:
        return self.scenes


class FakeStatus(StatusReader):
    def __init__(self, engine: FakeEngine) -> None:
        self._engine = engine
        self.gate: threading.Event | None = None

    def read(self) -> LibraryStatus:
        _wait(self.gate, CancelToken())
        engine = self._engine
        model = engine.model_switch.model
        problem = (
            "" if model else tr("There is no model yet, so pictures cannot be found by meaning.")
        )
        return LibraryStatus(
            assets=len(engine.browsing.assets),
            missing=sum(asset.is_missing for asset in engine.browsing.assets),
            model=model,
            model_problem=problem,
            has_gemini_key=engine.generation.image_services["gemini"].key.is_set(),
        )


class FakeSidecars(Sidecars):
    """There is none beside any picture."""

    def __init__(self) -> None:
        pass

    def keywords(self, asset: Asset) -> tuple[str, ...]:
        return ()


class FakeGenerationServices(GenerationServices):
    """Those that the window asks."""

    rehearsing: FakeRehearsing
    generating: FakeGenerating
    left_answers: FakeLeftAnswers
    queue: FakeQueue
    matrices: FakeMatrices
    attempts: FakeAttempts
    product_check: FakeProductCheck
    draft: FakeDraft
    refining: FakeRefining
    talks: FakeTalks
    kits: FakeKits
    closeness: FakeCloseness

    def __init__(self, **parts: object) -> None:
        vars(self).update(parts)  # frozen once it is made; this is its making


class FakeCurationServices(CurationServices):
    """Those that the window asks."""

    duplicates: FakeDuplicates
    trash: FakeTrash
    tag_suggestions: FakeTagSuggestions
    handing_out: HandingOut
    sidecars: FakeSidecars

    def __init__(self, **parts: object) -> None:
        vars(self).update(parts)


class FakeEngine(Engine):
    """Everything that the window needs of an engine but what is tested on a real library: that is
    not there at all."""

    generation: FakeGenerationServices
    curation: FakeCurationServices
    browsing: FakeBrowsing
    indexing: FakeIndexing
    indexing_stop: FakeIndexingStop
    searching: FakeSearching
    annotations: FakeAnnotations
    saved_searches: FakeSavedSearches
    daily_backups: FakeDailyBackups
    models: FakeModels
    endpoints: FakeEndpoints
    store_migration: FakeStoreMigration
    copies: FakeCopies
    team: FakeTeam
    ignore_rules: FakeIgnoreRules
    watching: FakeWatching
    model_switch: FakeModelSwitch
    key_store: FakeKeyStore
    """Of the Gemini key."""
    status: FakeStatus
    thumbnails: FakeThumbnails
    large_pictures: FakeLargePictures
    look_order: FakeLookOrder
    text_reading: FakeTextReading
    vector_table: FakeVectorTable
    is_closed: bool

    def __init__(
        self,
        assets: Sequence[Asset] = (),
        thumbnails: Path = Path("/nowhere"),
        *,
        annotations: FakeAnnotations = NOTHING_SAID,
        large_pictures: FakeLargePictures | None = None,
        is_read_only: bool = False,
        templates: TemplateFiles | None = None,
    ) -> None:
        browsing = FakeBrowsing(assets, annotations)
        searching = FakeSearching(browsing)
        endpoints, key_store = FakeEndpoints(), FakeKeyStore()
        models, switch = FakeModels(), FakeModelSwitch()
        generating, kits = FakeGenerating(browsing.take_made), FakeKits()
        services = fake_image_services(key_store.credential)
        # An engine is frozen once it is made; this is its making.
        vars(self).update(
            generation=FakeGenerationServices(
                generators=(
                    FakeGenerator("moodboard", "Mood board (offline)", is_offline=True),
                    *(each.generator for each in services.values()),
                ),
                image_services=services,
                rehearsing=FakeRehearsing(),
                generating=generating,
                left_answers=FakeLeftAnswers(),
                queue=FakeQueue(generating),
                matrices=FakeMatrices(),
                attempts=FakeAttempts(),
                product_check=FakeProductCheck(browsing.lineages.get),
                spending=FakeSpending(),
                sending_rules=FakeSendingRules(),
                draft=FakeDraft(),
                refining=FakeRefining(),
                talks=FakeTalks(),
                templates=templates or TemplateFiles(resource("prompts"), thumbnails / "prompts"),
                kits=kits,
                closeness=FakeCloseness(kits),
            ),
            curation=FakeCurationServices(
                duplicates=FakeDuplicates(),
                trash=FakeTrash(),
                tag_suggestions=FakeTagSuggestions(),
                credentials=FakeCredentials(),
                handing_out=HandingOut(FakeCatalog(browsing)),
                sidecars=FakeSidecars(),
            ),
            browsing=browsing,
            indexing=FakeIndexing(browsing),
            indexing_stop=FakeIndexingStop(),
            searching=searching,
            saved_pictures=SavedPictures(FakeCatalog(browsing), searching),
            annotations=annotations,
            rights=FakeRights(),
            saved_searches=FakeSavedSearches(),
            daily_backups=FakeDailyBackups(),
            models=models,
            endpoints=endpoints,
            store_migration=FakeStoreMigration(),
            copies=FakeCopies(),
            team=FakeTeam(endpoints),
            ignore_rules=FakeIgnoreRules(lambda: browsing.assets),
            watching=FakeWatching(),
            model_switch=switch,
            model_installing=ModelInstalling(
                models, switch, Preferences(thumbnails / "settings.json"), HubAddress
            ),
            key_store=key_store,
            status=FakeStatus(self),
            thumbnails=FakeThumbnails(thumbnails),
            large_pictures=large_pictures or FakeLargePictures(),
            look_order=FakeLookOrder(),
            text_reading=FakeTextReading(),
            vector_table=FakeVectorTable(),
            is_closed=False,
            _is_read_only=is_read_only,
        )

    @property
    def is_read_only(self) -> bool:
        return vars(self)["_is_read_only"]

    def close(self) -> None:
        vars(self)["is_closed"] = True


def _wait(gate: threading.Event | None, cancel: CancelToken) -> None:
    """Block as a library would: until the gate opens, or a cancel wakes it up."""
    if gate is None:
        return
    forget = cancel.on_cancel(gate.set)
    gate.wait(10)
    forget()
    cancel.raise_if_cancelled()
