"""The engine: every real part, built, joined and closed in one place. No Qt.

The only module that picks adapters (which store, which encoder, which generators) and the only
one that turns settings and environment into the plain values that the rooms take.
"""

from __future__ import annotations

import dataclasses
import logging
import os
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout

from desktop.config.options import EngineOptions
from desktop.config.paths import LibraryPaths, ProfilePaths, default_profile, resource
from desktop.config.secrets import GEMINI_KEY, STORE_TOKEN, Secrets
from desktop.config.settings import Settings, load_settings, save_settings
from desktop.core.errors import LibraryError, LibraryInUse, StoreDamaged
from desktop.embedding.active import ActiveModel
from desktop.embedding.clip import load_encoder
from desktop.embedding.input_pixels import pixel_spec
from desktop.embedding.manifest import InstalledModel
from desktop.embedding.models import DEFAULT_MODEL, ModelRegistry
from desktop.embedding.process import ProcessEncoder
from desktop.generation.gemini import DEFAULT_BASE_URL, GeminiGenerator
from desktop.generation.generator import ImageGenerator
from desktop.generation.moodboard import MoodBoardGenerator
from desktop.index.milvus import MilvusStore, collection_name, is_file
from desktop.index.resident import ResidentStore
from desktop.index.store import VectorStore
from desktop.library.catalog import Catalog
from desktop.library.database import Database
from desktop.library.lineage import LineageBook
from desktop.library.vector_ledger import VectorLedger
from desktop.media.board import render_board
from desktop.media.thumbnails import ThumbnailCache
from desktop.services.answering import Answering
from desktop.services.browsing import Browsing
from desktop.services.contact_sheets import ContactSheets
from desktop.services.generating import Generating
from desktop.services.homecoming import Homecoming
from desktop.services.indexing import Indexing
from desktop.services.reports import LibraryStatus
from desktop.services.searching import Searching
from desktop.services.survey import Survey
from desktop.services.vector_index import VectorIndex

_LOG = logging.getLogger(__name__)


class Engine:
    """One open library and everything that works on it; ``close`` it when done.

    Opening touches the disk; the vector store and the model are opened at first use.

    Args:
        is_reader: open beside another Plantain that holds the library; nothing may be written.

    Raises:
        LibraryInUse: another Plantain has the library open.
        LibraryError, SettingsError: the library or the profile cannot be used.
        ModelMissing, ModelDamaged: ``options.model`` names a model that cannot be had.
    """

    def __init__(
        self,
        options: EngineOptions,
        environment: Mapping[str, str] | None = None,
        *,
        is_reader: bool = False,
    ) -> None:
        self.profile = ProfilePaths(_absolute(options.profile_dir or default_profile()))
        self.library = LibraryPaths(_absolute(options.library_dir or self.profile.library))
        self.settings = load_settings(self.profile.settings)
        self.secrets = Secrets(os.environ if environment is None else environment)
        self.store_uri = options.store_uri or self.settings.store_uri or str(self.library.vectors)
        self.models = ModelRegistry(self.profile.models, bundled=(resource("demo/model"),))
        self.model = ActiveModel(
            self.models, options.model or self.settings.model, DEFAULT_MODEL, self._encoder
        )
        if options.model:
            self.model.require()
        self._lock = None if is_reader else _hold(self.library)
        try:
            self._database = Database(self.library.catalog)
        except BaseException:
            self._release()
            raise
        self.catalog = Catalog(self._database)
        if not is_reader:
            self.catalog.move_generated(self.library.generated)
        self.ledger = VectorLedger(self._database)
        self.lineage = LineageBook(self._database)
        self.thumbnails = ThumbnailCache(self.library.thumbnails)
        self.vectors = VectorIndex(self.catalog, self.ledger, self._open_store)
        self.generators = _generators(options, self.settings, self.secrets)
        self.browsing = Browsing(
            self.catalog, self.lineage, {made.name: made.label for made in self.generators}
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
        )
        self.survey = Survey(
            self.catalog,
            adopt=Homecoming(self.catalog, self.lineage).adopt,
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
        )
        self.generating = Generating(
            self.catalog,
            self.lineage,
            self.indexing,
            {generator.name: generator for generator in self.generators},
            self.library.generated,
        )

    def thumbnail_path(self, content_hash: str) -> Path:
        """Where the thumbnail of this content is; touches no disk."""
        return self.thumbnails.path_for(content_hash)

    def status(self) -> LibraryStatus:
        """What there is, what is missing, and whether a model and a key are at hand."""
        counts = self.catalog.counts()
        model = self.model.installed()
        return LibraryStatus(
            assets=counts["assets"],
            pending=self.ledger.pending_count(model.identity if model else None),
            missing=counts["missing"],
            model=model.manifest.name if model else "",
            model_problem="" if model else self.model.problem(),
            has_gemini_key=bool(self.secrets.get(GEMINI_KEY)),
            model_change=self.answering.change(),
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
        self.settings = dataclasses.replace(self.settings, model=kept)
        save_settings(self.profile.settings, self.settings)

    def save_gemini_key(self, key: str) -> None:
        """Keep the key in the system's key store; an empty one forgets it.

        Raises:
            SettingsError: there is no key store; the key was not saved anywhere.
        """
        self.secrets.save(GEMINI_KEY, key.strip())

    def close(self) -> None:
        """Close every part; the library can then be opened by another Plantain."""
        try:
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
        store = self._open_as_it_is(encoder, dimension)
        try:
            return store.count()
        finally:
            store.close()

    def _encoder(self, model: InstalledModel) -> ProcessEncoder:
        load = partial(load_encoder, precision=self.settings.encoder_precision)
        return ProcessEncoder(model, load, idle_s=self.settings.encoder_idle_minutes * 60)

    def _open_store(self, encoder: str, dimension: int) -> VectorStore:
        """The collection; a file's vectors are also kept in memory, a server ranks fast itself."""
        store = self._open_or_make_again(encoder, dimension)
        if not is_file(self.store_uri):
            return store
        return ResidentStore(store, dimension, lambda: self.ledger.stored_chunks(encoder))

    def _open_or_make_again(self, encoder: str, dimension: int) -> MilvusStore:
        """The collection; a damaged file of the library's own is put aside and made anew.

        Nothing is lost by that: the ledger holds every vector and sends them all again.
        """
        try:
            return self._open_as_it_is(encoder, dimension)
        except StoreDamaged:
            if self.store_uri != str(self.library.vectors):
                raise
            aside = self.library.vectors.with_name(
                f"vectors.damaged-{time.strftime('%Y%m%d-%H%M%S')}"
            )
            self.library.vectors.rename(aside)
            _LOG.warning("the vector file was damaged; it is kept as %s and made again", aside)
            return self._open_as_it_is(encoder, dimension)

    def _open_as_it_is(self, encoder: str, dimension: int) -> MilvusStore:
        token = "" if is_file(self.store_uri) else self.secrets.get(STORE_TOKEN)
        name = collection_name(encoder, self.catalog.library_id())
        return MilvusStore(self.store_uri, token, encoder, dimension, name)

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.release()


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
            next_step="Close the other one, or open another library with --library.",
        ) from error
    except OSError as error:
        raise LibraryError(
            f"The library folder {library.folder} cannot be used: {error.strerror or error}.",
            safe="Nothing was changed.",
            next_step="Check the folder's permissions, or open another library with --library.",
        ) from error
    return lock
