"""The engine: every real part, built, joined and closed in one place. No Qt.

The only module that picks adapters (which store, which encoder, which generators) and the only
one that turns settings and environment into the plain values that the rooms take.
"""

from __future__ import annotations

import dataclasses
import logging
import os
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout

from desktop.config.options import EngineOptions
from desktop.config.paths import LibraryPaths, ProfilePaths, default_profile, resource
from desktop.config.secrets import GEMINI_KEY, STORE_TOKEN, Secrets
from desktop.config.settings import Settings, load_settings, save_settings, without_secrets
from desktop.core.errors import LibraryInUse, StoreDamaged
from desktop.embedding.active import ActiveModel
from desktop.embedding.clip import load_encoder
from desktop.embedding.input_pixels import pixel_spec
from desktop.embedding.manifest import InstalledModel
from desktop.embedding.models import DEFAULT_MODEL, ModelRegistry
from desktop.embedding.process import ProcessEncoder
from desktop.generation.gemini import DEFAULT_BASE_URL, GeminiGenerator
from desktop.generation.generator import ImageGenerator
from desktop.generation.moodboard import MoodBoardGenerator
from desktop.index.address import StoreAddress, is_file
from desktop.index.milvus import MilvusStore
from desktop.index.readonly import ReadOnlyStore
from desktop.index.resident import ResidentStore
from desktop.index.store import VectorStore
from desktop.library.annotations import Annotations
from desktop.library.catalog import Catalog
from desktop.library.database import Database, unusable
from desktop.library.disk.ignore_book import IgnoreBook
from desktop.library.disk.moves import Moves
from desktop.library.disk.relocating import Relocating
from desktop.library.disk.watch import Watcher
from desktop.library.keeping import repair as repairing
from desktop.library.keeping.backups import DailyBackups
from desktop.library.keeping.copies import left_behind, remove
from desktop.library.keeping.exchange import Exchange
from desktop.library.keeping.repair import RepairPlan
from desktop.library.layout import check_layout, write_layout
from desktop.library.lineage import LineageBook
from desktop.library.team import TeamBook
from desktop.library.vector_ledger import VectorLedger
from desktop.media.board import render_board
from desktop.media.formats import is_picture
from desktop.media.sandbox.libraries import load_libraries
from desktop.media.sandbox.pool import Sandbox
from desktop.media.thumbnails import ThumbnailCache, frame_key
from desktop.services.answering import Answering
from desktop.services.back_up import BackUp
from desktop.services.browsing import Browsing
from desktop.services.contact_sheets import ContactSheets
from desktop.services.duplicates import Duplicates
from desktop.services.generating import Generating
from desktop.services.homecoming import Homecoming
from desktop.services.ignoring import Ignoring
from desktop.services.indexing import Indexing
from desktop.services.leaving import Leaving
from desktop.services.moving import Moving
from desktop.services.places import Chosen, Places
from desktop.services.recognising import Recognising
from desktop.services.reports import LibraryStatus
from desktop.services.searching import Searching
from desktop.services.sidecars import Sidecars
from desktop.services.survey import Survey
from desktop.services.team import Team
from desktop.services.trashing import Trashing
from desktop.services.vector_index import VectorIndex

_LOG = logging.getLogger(__name__)


class Engine:
    """One open library and everything that works on it; ``close`` it when done.

    Opening touches the disk; the vector store and the model are opened at first use. With
    ``options.is_read_only`` nothing is written, and nothing that would write can be started.

    Attributes:
        notices: what was found wrong and put right, for the person.

    Raises:
        LibraryInUse: another Plantain has the library open.
        LibraryDamaged: the catalogue is not whole; see ``plan_repair``.
        LibraryReadOnly: the library's folder cannot be written to.
        LibraryError, SettingsError: the library or the profile cannot be used.
        ModelMissing, ModelDamaged: ``options.model`` names a model that cannot be had.
    """

    def __init__(
        self,
        options: EngineOptions,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.profile = ProfilePaths(_absolute(options.profile_dir or default_profile()))
        self.library = _library(options)
        self.settings = load_settings(self.profile.settings)
        self.secrets = Secrets(os.environ if environment is None else environment)
        self.models = ModelRegistry(self.profile.models, bundled=(resource("demo/model"),))
        self.model = ActiveModel(
            self.models, options.model or self.settings.model, DEFAULT_MODEL, self._encoder
        )
        if options.model:
            self.model.require()
        self.is_read_only = options.is_read_only
        self.notices: list[str] = []
        self._lock = None if self.is_read_only else _hold(self.library)
        try:
            self._database = self._open_catalog()
        except BaseException:
            self._release()
            raise
        self.catalog = Catalog(self._database)
        self.ledger = VectorLedger(self._database)
        self.lineage = LineageBook(self._database)
        self.annotations = Annotations(self._database)
        self.daily_backups = DailyBackups(self._database, self.library.backups)
        self.back_up = BackUp(
            self._database,
            self.library.generated,
            self.library.thumbnails,
            lambda: without_secrets(self.settings),
        )
        self.exchange = Exchange(self._database, self.catalog, self.annotations, self.lineage)
        self.relocating = Relocating(self._database, self.catalog, self.ledger, self.library.folder)
        self.sidecars = Sidecars(self.catalog, self.annotations)
        self.thumbnails = ThumbnailCache(self.library.thumbnails)
        self.sandbox = Sandbox(load_libraries)
        self.vectors = VectorIndex(
            self.catalog,
            self.ledger,
            self._open_store,
            is_read_only=self.is_read_only,
            was_killed=self._database.was_killed,
            notify=self.notices.append,
        )
        self.moving = Moving(self.ledger, self.vectors)
        self.team_book = TeamBook(self._database, self.catalog, self.annotations)
        self.places = Places(
            self.catalog,
            self.ledger,
            self.vectors,
            self.team_book,
            own_file=str(self.library.vectors),
            fixed_uri=options.store_uri,
            chosen=self._chosen_places,
            choose=self._choose,
            token=lambda: self.secrets.get(STORE_TOKEN),
            save_token=partial(self.secrets.save, STORE_TOKEN),
            space=self.model.vector_space,
            require_space=lambda: self.model.require().identity,
            open_store=self._open_milvus,
        )
        self.team = Team(
            self.catalog,
            self.team_book,
            self.ledger,
            self.vectors,
            self.thumbnails,
            vector_space=lambda: self.model.require().identity,
            open_collection=self.places.open_team,
        )
        self.generators = _generators(options, self.settings, self.secrets)
        self.browsing = Browsing(
            self.catalog,
            self.lineage,
            self.annotations,
            {made.name: made.label for made in self.generators},
        )
        self.contact_sheets = ContactSheets(self.thumbnails)
        self.answering = Answering(self.catalog, self.ledger, self.model)
        self.searching = Searching(
            self.catalog,
            self.vectors,
            self.answering,
            self.model.problem,
            lambda: self.ledger.pending_count(self.model.vector_space()),
            self.thumbnails.side,
            self.sandbox,
        )
        ignore_book = IgnoreBook(self._database)
        self.ignoring = Ignoring(self.catalog, ignore_book)
        self.trashing = Trashing(self.catalog)
        self.duplicates = Duplicates(self.catalog, self.annotations, self.trashing)
        self.survey = Survey(
            self.catalog,
            ignore_book,
            Recognising(
                self.catalog,
                Moves(self._database),
                adopt=Homecoming(self.lineage).adopt,
                send_again=self.ledger.send_again,
            ),
            private=self.library.folder,
            generated=self.library.generated,
        )
        self.indexing = Indexing(
            self.survey,
            self.catalog,
            self.ledger,
            self.vectors,
            self.thumbnails,
            vector_space=self.model.vector_space,
            pixels=lambda: pixel_spec(self.model.require()),
            encoder=self.model.encoder,
            sandbox=self.sandbox,
        )
        self.leaving = Leaving(
            self.daily_backups, self.back_up, self.exchange, self.relocating, self.indexing
        )
        self.generating = Generating(
            self.catalog,
            self.lineage,
            self.indexing,
            {generator.name: generator for generator in self.generators},
            self.library.generated,
            self.sandbox,
        )

    def watch(
        self, on_changed: Callable[[frozenset[Path]], None], on_limit: Callable[[str], None]
    ) -> Watcher:
        """Begin to notice what happens in the library's folders; see ``library.disk.watch``.

        The caller stops the watcher before ``close``.
        """
        # Changes that may not be written down are better not noticed.
        folders = list[Path] if self.is_read_only else self.catalog.folders_at_hand
        watcher = Watcher(folders, is_picture, self.library.folder, on_changed, on_limit)
        watcher.start()
        return watcher

    @property
    def store_uri(self) -> str:
        """Where the vectors are kept now."""
        return self.places.uri

    def thumbnail_path(self, content_hash: str, position_ms: int | None = None) -> Path:
        """Where the thumbnail of this content, or of a frame of this video, is; touches no
        disk."""
        if position_ms is not None:
            content_hash = frame_key(content_hash, position_ms)
        return self.thumbnails.path_for(content_hash)

    def status(self) -> LibraryStatus:
        """What there is, what is missing, and whether a model and a key are at hand."""
        counts = self.catalog.counts()
        model = self.model.installed()
        return LibraryStatus(
            assets=counts["assets"],
            pending=self.ledger.pending_count(model.identity if model else None),
            missing=counts["missing"],
            offline=counts["offline"],
            model=model.manifest.name if model else "",
            model_problem="" if model else self.model.problem(),
            has_gemini_key=bool(self.secrets.get(GEMINI_KEY)),
            model_change=self.answering.change(),
            is_read_only=self.is_read_only,
            notices=tuple(self.notices),
        )

    def use_model(self, name: str) -> None:
        """Index with another model from now on, and search with it as soon as it has encoded
        what there is; kept in the settings.

        Raises:
            ModelMissing, ModelDamaged: there is no such model; nothing changes.
            SettingsError: the choice could not be saved.
        """
        model = self.model.use(name)
        # A path must mean the same from any folder; a name may not be taken for one.
        kept = str(_absolute(Path(name))) if Path(name).exists() else model.manifest.name
        self._choose(model=kept)

    def save_gemini_key(self, key: str) -> None:
        """Keep the key in the system's key store; an empty one forgets it.

        Raises:
            SettingsError: there is no key store; the key was not saved anywhere.
        """
        self.secrets.save(GEMINI_KEY, key.strip())

    def close(self) -> None:
        """Close every part; the library can then be opened by another Plantain."""
        try:
            self.sandbox.close()
            self.vectors.close()
            self.model.close()
            self._database.close()
        finally:
            self._release()

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def count_vectors(self) -> int:
        """How many vectors Milvus holds for the model in use; repairs and makes nothing.

        Raises:
            StoreError, LibraryInUse: the store cannot be asked.
        """
        encoder = self.model.vector_space()
        dimension = self.ledger.dimension(encoder) if encoder else 0
        is_absent = is_file(self.store_uri) and not Path(self.store_uri).exists()
        if not encoder or not dimension or is_absent:
            return 0
        store = self.places.open(encoder, dimension)
        try:
            return store.count()
        finally:
            store.close()

    def _choose(self, **settings: str) -> None:
        chosen = dataclasses.replace(self.settings, **settings)
        save_settings(self.profile.settings, chosen)
        self.settings = chosen

    def damage(self) -> str:
        """What is wrong with the catalogue, by a look at every page; empty when it is whole."""
        return self._database.damage()

    def repair_index(self) -> list[str]:
        """Compare every row of the vector store with the catalogue, and put right what differs.

        Returns:
            What was done, for the person; empty when both agreed.

        Raises:
            StoreError, LibraryInUse: the store cannot be asked.
        """
        encoder = self.model.vector_space()
        repaired = self.vectors.repair(encoder) if encoder else 0
        if not repaired:
            return []
        return [f"{repaired:,} rows of the vector store did not fit the catalogue, and do now."]

    def _encoder(self, model: InstalledModel) -> ProcessEncoder:
        load = partial(
            load_encoder,
            device=self.settings.encoder_device,
            precision=self.settings.encoder_precision,
        )
        return ProcessEncoder(model, load, idle_s=self.settings.encoder_idle_minutes * 60)

    def _open_catalog(self) -> Database:
        check_layout(self.library.marker)
        traces = (self.library.marker, self.library.vectors, self.library.backups)
        database = Database(self.library.catalog, traces, is_read_only=self.is_read_only)
        if self.is_read_only:
            return database
        try:
            left = left_behind(self.library.folder, self.library.backups, self.library.generated)
            if database.was_killed:
                left += self.library.thumbnails.glob("*/*.tmp")
                left += self.profile.folder.glob(".settings-*")
            for path in left:
                remove(path)
                _LOG.info("removed what a killed Plantain left behind: %s", path)
            write_layout(self.library.marker)
            Catalog(database).move_generated(self.library.generated)
        except OSError as error:
            database.close()
            raise unusable(self.library.catalog, error) from error
        except BaseException:
            database.close()
            raise
        return database

    def _open_store(self, encoder: str, dimension: int) -> VectorStore:
        """The collection; a file's vectors are also kept in memory, a server ranks fast itself."""
        if self.is_read_only and is_file(self.store_uri):
            return ReadOnlyStore(encoder, dimension, self.ledger.stored_chunks(encoder))
        store = self._open_or_make_again(encoder, dimension)
        if not self.is_read_only:
            self.ledger.settle_in(self.places.name)
        if not is_file(self.store_uri):
            return store
        return ResidentStore(store, dimension, lambda: self.ledger.stored_chunks(encoder))

    def _open_or_make_again(self, encoder: str, dimension: int) -> VectorStore:
        """The collection; a damaged file of the library's own is put aside and made anew.

        Nothing is lost by that: the ledger holds every vector and sends them all again.
        """
        try:
            return self.places.open(encoder, dimension)
        except StoreDamaged:
            if self.store_uri != str(self.library.vectors):
                raise
            aside = self.library.vectors.with_name(
                f"vectors.damaged-{time.strftime('%Y%m%d-%H%M%S')}"
            )
            for older in self.library.folder.glob("vectors.damaged-*"):
                remove(older)  # the size of all vectors, and nothing that is not in the ledger
            self.library.vectors.rename(aside)
            self.notices.append(
                "The file of vectors was damaged, and is made again from the catalogue; nothing "
                f"was lost. The damaged one is kept as {aside}."
            )
            _LOG.warning("the vector file was damaged; it is kept as %s and made again", aside)
            return self.places.open(encoder, dimension)

    def _chosen_places(self) -> Chosen:
        kept = self.settings
        return Chosen(kept.store_uri, kept.store_certificate, kept.team, kept.team_uri)

    def _open_milvus(
        self, address: StoreAddress, encoder: str, dimension: int, collection: str
    ) -> MilvusStore:
        return MilvusStore(
            address.uri,
            address.token,
            encoder,
            dimension,
            collection,
            certificate=address.certificate,
            consistency=self.settings.store_consistency,
        )

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.release()


def plan_repair(options: EngineOptions) -> RepairPlan:
    """What could be done about a library that is ``LibraryDamaged``; does nothing yet."""
    library = _library(options)
    return repairing.plan_repair(library.catalog, library.backups)


def repair(options: EngineOptions, plan: RepairPlan) -> Path | None:
    """Carry a plan out; returns where the damaged catalogue is kept.

    Raises:
        LibraryInUse: another Plantain has the library open.
        LibraryError: the folder cannot be written to; the damaged catalogue is kept.
    """
    library = _library(options)
    lock = _hold(library)
    try:
        return repairing.carry_out(plan, library.catalog)
    finally:
        lock.release()


def _library(options: EngineOptions) -> LibraryPaths:
    profile = ProfilePaths(_absolute(options.profile_dir or default_profile()))
    return LibraryPaths(_absolute(options.library_dir or profile.library))


def _absolute(path: Path) -> Path:
    """Without ``..``, so that one place has one name; links stay as the person named them."""
    return Path(os.path.abspath(path.expanduser()))  # noqa: PTH100


def _generators(
    options: EngineOptions, settings: Settings, secrets: Secrets
) -> tuple[ImageGenerator, ...]:
    return (
        MoodBoardGenerator(render_board),
        GeminiGenerator(
            api_key=lambda: secrets.get(GEMINI_KEY),
            base_url=options.gemini_base_url or settings.gemini_base_url or DEFAULT_BASE_URL,
            api_version=settings.gemini_api_version,
            total_timeout_s=settings.gemini_timeout_s,
        ),
    )


def _hold(library: LibraryPaths) -> FileLock:
    """Take the library for this process; the system gives it back however the process ends."""
    # Not bound to a thread: opened in one lane, closed in another.
    lock = FileLock(library.lock, thread_local=False)
    try:
        library.folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise LibraryInUse(
            f"The library {library.folder} is open in another Plantain.",
            safe="Nothing was changed.",
            next_step="Close the other one, look at it with --read-only, or open another library "
            "with --library.",
        ) from error
    except OSError as error:
        raise unusable(library.catalog, error) from error
    return lock
