"""Composes an engine of the real parts. No Qt.

The only module that picks adapters (which store, which encoder, which generators) and the only
one that turns settings and environment into the plain values that the rooms take.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

from desktop.config.options import EngineOptions
from desktop.config.paths import resource
from desktop.config.preferences import Preferences
from desktop.config.secrets import STORE_TOKEN, Secrets, at_endpoint
from desktop.config.settings import addresses_of, without_secrets
from desktop.embedding.conversion.kept import ConvertedModels
from desktop.embedding.models.manifest import InstalledModel
from desktop.embedding.models.registry import DEFAULT_MODEL, ModelRegistry
from desktop.embedding.runtime.loading import load_encoder
from desktop.embedding.runtime.process_encoder import ProcessEncoder
from desktop.generation.capabilities import ModelTable, load_models
from desktop.generation.moodboard import MoodBoardGenerator
from desktop.generation.provider import Access, Provider, providers
from desktop.generation.template_files import TemplateFiles
from desktop.index.address import StoreAddress
from desktop.index.milvus import MilvusStore
from desktop.library.backup.daily import DailyBackups
from desktop.library.catalog.annotations import Annotations
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.attempts import AttemptTable
from desktop.library.catalog.forgetting import Forgetting
from desktop.library.catalog.ignore_rules import IgnoreRuleTable
from desktop.library.catalog.kits import KitTable
from desktop.library.catalog.lineage import LineageTable
from desktop.library.catalog.matrices import MatrixTable
from desktop.library.catalog.moved_files import MovedFiles
from desktop.library.catalog.product_truths import ProductTruths
from desktop.library.catalog.queue import QueueTable
from desktop.library.catalog.rights import RightsTable
from desktop.library.catalog.saved_searches import SavedSearches
from desktop.library.catalog.team import TeamTable
from desktop.library.catalog.unrelated_vectors import UnrelatedVectors
from desktop.library.catalog.vectors import VectorTable
from desktop.library.draft import DraftFile
from desktop.library.exchange.exchange import Exchange
from desktop.library.folders.passed_over import PassedOverFiles
from desktop.library.opening import OpenLibrary
from desktop.library.relocation import Relocator
from desktop.library.spool import Spool
from desktop.media.drawing.moodboard import render_board
from desktop.media.metadata.credentials import load_c2pa
from desktop.media.sandbox.libraries import load_libraries
from desktop.media.sandbox.pool import Sandbox
from desktop.media.text_recognition.text_reader import TextReader
from desktop.media.thumbnails import ThumbnailCache
from desktop.services.backup.archive import BackUp
from desktop.services.credential import Credential, key_for, origin
from desktop.services.curation.board_copies import BoardCopies
from desktop.services.curation.credentials import PictureCredentials
from desktop.services.curation.duplicates import Duplicates
from desktop.services.curation.handing_out import HandingOut
from desktop.services.curation.register import Register
from desktop.services.curation.renaming import Renaming
from desktop.services.curation.sidecars import Sidecars
from desktop.services.curation.tag_suggestions import TagSuggestions
from desktop.services.curation.trash import Trash
from desktop.services.current_model import CurrentModel, ModelSwitch
from desktop.services.engine import Engine
from desktop.services.generation.closeness import ClosenessMeter
from desktop.services.generation.earlier_turns import Refining
from desktop.services.generation.edited_pictures import EditedPictures
from desktop.services.generation.editing import Editing
from desktop.services.generation.generating import Generating
from desktop.services.generation.image_services import ImageService, image_service
from desktop.services.generation.keeping import AnswerKeeping
from desktop.services.generation.lineage_recovery import LineageRecovery
from desktop.services.generation.matrices import Matrices
from desktop.services.generation.product_check import ProductCheck
from desktop.services.generation.queueing import GenerationQueue
from desktop.services.generation.sending_rules import SendingRules
from desktop.services.generation.spending import Spending
from desktop.services.indexing.file_matching import FileMatcher
from desktop.services.indexing.folder_removal import FolderRemoval
from desktop.services.indexing.ignore_rules import IgnoreRuleEditor
from desktop.services.indexing.indexing import Indexing
from desktop.services.indexing.relocation import Relocation
from desktop.services.indexing.stop import IndexingStop
from desktop.services.indexing.survey import Survey
from desktop.services.indexing.text_reading import TextReading
from desktop.services.indexing.watching import Watching
from desktop.services.library_status import StatusReader
from desktop.services.search.browsing import Browsing
from desktop.services.search.calibration import Calibration
from desktop.services.search.contact_sheets import ContactSheets
from desktop.services.search.fusion import Weights
from desktop.services.search.large_pictures import LargePictures
from desktop.services.search.look_order import LookOrder
from desktop.services.search.query_vectors import QueryVectors
from desktop.services.search.searching import Searching
from desktop.services.team.sync import Team
from desktop.services.vectors.addresses import StoreAddresses
from desktop.services.vectors.checking import IndexCheck
from desktop.services.vectors.endpoints import Endpoints
from desktop.services.vectors.migrate_store import StoreMigration
from desktop.services.vectors.stores import Stores
from desktop.services.vectors.vector_index import VectorIndex

_GEMINI = "gemini"


def open_engine(
    options: EngineOptions,
    environment: Mapping[str, str] | None = None,
    preferences: Preferences | None = None,
) -> Engine:
    """Open a library and make everything that works on it; touches the disk.

    Args:
        environment: where keys and tokens are looked for; by default that of this process.
        preferences: the settings in use, where somebody has read and may change them already.

    Raises:
        LibraryError: as ``OpenLibrary``.
        SettingsError: the profile cannot be used.
        ModelMissing, ModelDamaged: ``options.model`` names a model that cannot be had.
    """
    profile = options.profile
    preferences = preferences or Preferences(profile.settings)
    environment = os.environ if environment is None else environment
    token = _credential(Secrets(environment), STORE_TOKEN)
    models = ModelRegistry(
        profile.models,
        bundled=(resource("demo/model"),),
        is_offline=lambda: preferences.settings.works_offline,
    )
    name = options.model or preferences.settings.model
    model = CurrentModel(
        models, name, DEFAULT_MODEL, partial(_encoder, preferences, profile.models)
    )
    if options.model:
        model.require()
    with ExitStack() as closing:
        library = OpenLibrary(options.library, is_read_only=options.is_read_only)
        closing.callback(library.close)
        closing.callback(model.close)
        paths, database = library.paths, library.database
        if database.was_killed and not library.is_read_only:
            preferences.remove_left_behind()

        catalog = Catalog(database)
        annotations = Annotations(database)
        lineage = LineageTable(database)
        rights = RightsTable(database)
        vector_table = VectorTable(database)
        team_table = TeamTable(database, catalog, annotations)
        ignore_rules = IgnoreRuleTable(database)
        thumbnails = ThumbnailCache(paths.thumbnails)

        addresses = StoreAddresses(preferences, token, paths.vectors, options.store_uri)
        stores = Stores(
            catalog.library_id(),
            vector_table,
            addresses,
            partial(_open_milvus, preferences, database.require_there),
            is_read_only=library.is_read_only,
            notify=library.notices.append,
        )
        vectors = VectorIndex(
            catalog,
            vector_table,
            stores.open,
            place=lambda: addresses.name,
            is_read_only=library.is_read_only,
            was_killed=database.was_killed,
            notify=library.notices.append,
        )
        closing.callback(vectors.close)
        endpoints = Endpoints(
            preferences, token, addresses, stores, vectors, catalog, team_table, model
        )

        sandbox = Sandbox(load_libraries)
        closing.callback(sandbox.close)
        signatures = Sandbox(load_c2pa, size=1)
        closing.callback(signatures.close)
        text_reader = TextReader()
        closing.callback(text_reader.close)
        moved_files = MovedFiles(database)
        passed_over = PassedOverFiles(paths.passed_over)
        survey = Survey(
            catalog,
            ignore_rules,
            FileMatcher(catalog, moved_files, LineageRecovery(catalog, lineage)),
            private=paths.folder,
            generated=paths.generated,
            passed_over=passed_over,
        )
        indexing = Indexing(survey, catalog, vector_table, vectors, thumbnails, model, sandbox)
        model_switch = ModelSwitch(catalog, vector_table, model, preferences)
        trash = Trash(catalog)
        rules = SendingRules(
            rights,
            lambda: preferences.settings.works_offline,
            asks_consent=options.asks_consent,
        )
        services = _image_services(options, preferences, environment, rules)
        generators = (
            MoodBoardGenerator(render_board),
            *(service.generator for service in services.values()),
        )
        attempts = AttemptTable(database)
        spool = Spool(paths.spool, profile.spool / catalog.library_id())
        if not library.is_read_only:
            attempts.settle(spool.waiting())
        spending = Spending(attempts, lambda: preferences.settings.spending_limit_usd)
        editing = Editing(paths.regions, sandbox)
        keeping = AnswerKeeping(
            catalog,
            lineage,
            attempts,
            spool,
            {generator.name: generator for generator in generators},
            paths.generated,
            editing,
            sandbox,
        )
        generating = Generating(catalog, attempts, spool, keeping, spending, rules, sandbox)
        queue = GenerationQueue(generating, attempts, QueueTable(database, attempts))
        browsing = Browsing(
            catalog, lineage, annotations, rights, {made.name: made.label for made in generators}
        )
        return Engine(
            library=library,
            catalog=catalog,
            annotations=annotations,
            rights=rights,
            lineage=lineage,
            team_table=team_table,
            vector_table=vector_table,
            vectors=vectors,
            saved_searches=SavedSearches(database),
            thumbnails=thumbnails,
            models=models,
            model=model,
            model_switch=model_switch,
            generators=generators,
            image_services=services,
            status=StatusReader(
                library, catalog, vector_table, model, model_switch, services[_GEMINI].key
            ),
            browsing=browsing,
            searching=Searching(
                catalog,
                vectors,
                model_switch,
                QueryVectors(
                    thumbnails.side, Calibration(vector_table, UnrelatedVectors(database)), sandbox
                ),
                partial(_weights, preferences),
            ),
            contact_sheets=ContactSheets(thumbnails, sandbox),
            large_pictures=LargePictures(thumbnails, sandbox),
            look_order=LookOrder(vector_table, model),
            indexing=indexing,
            indexing_stop=IndexingStop(paths.stopped, catalog, vector_table, model),
            text_reading=TextReading(
                catalog,
                thumbnails,
                text_reader,
                is_wanted=lambda: (
                    preferences.settings.read_text
                    if options.reads_text is None
                    else options.reads_text
                ),
            ),
            watching=Watching(catalog, paths.folder, database, is_read_only=library.is_read_only),
            ignore_rules=IgnoreRuleEditor(catalog, ignore_rules),
            folder_removal=FolderRemoval(catalog.roots),
            generating=generating,
            refining=Refining(spool),
            queue=queue,
            matrices=Matrices(queue, attempts, MatrixTable(database), catalog, sandbox),
            editing=editing,
            edited_pictures=EditedPictures(catalog, lineage, editing, sandbox),
            product_check=ProductCheck(
                catalog, lineage, ProductTruths(database), text_reader, model, sandbox
            ),
            spending=spending,
            kits=KitTable(database, catalog),
            closeness=ClosenessMeter(catalog.palettes, vector_table, model),
            templates=TemplateFiles(resource("prompts"), profile.prompts),
            sending_rules=rules,
            draft=DraftFile(paths.draft, is_read_only=library.is_read_only),
            attempts=attempts,
            duplicates=Duplicates(catalog, annotations, trash, thumbnails),
            trash=trash,
            forgetting=Forgetting(database),
            renaming=Renaming(catalog, moved_files),
            tag_suggestions=TagSuggestions(annotations, vector_table, vectors, model),
            credentials=PictureCredentials(signatures, profile.certificate),
            register=Register(catalog, lineage, rights),
            board_copies=BoardCopies(catalog, annotations, browsing.details),
            handing_out=HandingOut(catalog),
            sidecars=Sidecars(catalog, annotations),
            daily_backups=DailyBackups(database, paths.backups),
            backup=BackUp(
                database,
                paths.generated,
                paths.thumbnails,
                lambda: without_secrets(preferences.settings),
            ),
            exchange=Exchange(database, catalog, annotations, lineage),
            relocation=Relocation(Relocator(catalog, paths.folder), indexing),
            endpoints=endpoints,
            store_migration=StoreMigration(vector_table, vectors),
            index_check=IndexCheck(model, stores, vectors),
            team=Team(
                catalog, team_table, vector_table, vectors, thumbnails, model, endpoints.open_team
            ),
            closing=closing.pop_all(),
        )


def _image_services(
    options: EngineOptions,
    preferences: Preferences,
    environment: Mapping[str, str],
    rules: SendingRules,
) -> dict[str, ImageService]:
    """All that there are, by their names, in the order in which they are offered."""
    known = providers()
    secrets = Secrets(environment, {each.key_name: each.key_variable for each in known})
    settings, profile = preferences.settings, options.profile
    written = {_GEMINI: settings.gemini_base_url, **addresses_of(settings.service_addresses)}
    said = dict(options.service_addresses)
    if options.gemini_base_url:
        said["PLANTAIN_GEMINI_BASE_URL"] = options.gemini_base_url
    made: dict[str, ImageService] = {}
    for provider in known:
        named = said.get(provider.address_variable, "")
        base_url = named or written.get(provider.name, "") or provider.base_url
        key = _endpoint_key(secrets, provider, base_url, is_named=bool(named))
        models = provider.models
        table = load_models(
            models if isinstance(models, ModelTable) else resource(models),
            profile.image_models(provider.name),
        )
        if provider.name == _GEMINI and settings.image_model:
            table = replace(table, default=settings.image_model)
        access = Access(
            key=partial(key_for, key, base_url, is_named=bool(named)),
            base_url=base_url,
            timeout_s=settings.gemini_timeout_s,
            api_version=settings.gemini_api_version,
        )
        made[provider.name] = image_service(
            provider,
            provider.make(access, table),
            base_url,
            key,
            profile.listed_models(provider.name),
            rules.require_online,
        )
    return made


def _endpoint_key(
    secrets: Secrets, provider: Provider, base_url: str, *, is_named: bool
) -> Credential:
    """The key for that address. At another one than the service's own it has a name of its own in
    the key store; the service's own serves there only where a person said so."""
    usual = _credential(secrets, provider.key_name)
    if origin(base_url) == origin(provider.base_url):
        return usual
    own = _credential(secrets, at_endpoint(provider.key_name, origin(base_url)))

    def get() -> str:
        if own.is_set() or not usual.is_set():
            return own.get()
        is_bound = origin(base_url) in usual.bound_to().split()
        return usual.get() if is_named or is_bound else ""

    return replace(own, get=get)


def _credential(secrets: Secrets, name: str) -> Credential:
    return Credential(
        partial(secrets.get, name),
        partial(secrets.save, name),
        partial(secrets.bound_to, name),
        partial(secrets.bind, name),
        partial(secrets.use_now, name),
        partial(secrets.refuse, name),
        source=partial(secrets.source, name),
        forget=partial(secrets.forget, name),
    )


def _weights(preferences: Preferences) -> Weights:
    settings = preferences.settings
    return Weights(settings.weight_meaning, settings.weight_words, settings.weight_colour)


def _encoder(preferences: Preferences, models_dir: Path, model: InstalledModel) -> ProcessEncoder:
    settings = preferences.settings
    load = partial(
        load_encoder,
        device=settings.encoder_device,
        precision=settings.encoder_precision,
        models_dir=models_dir,
    )
    converted = ConvertedModels(models_dir)
    home = None if converted.find(model) else converted.home(model)
    return ProcessEncoder(
        model,
        load,
        idle_s=settings.encoder_idle_minutes * 60,
        writable=() if home is None else (home,),
    )


def _open_milvus(
    preferences: Preferences,
    require_there: Callable[[], None],
    address: StoreAddress,
    encoder_id: str,
    dimension: int,
    collection: str,
) -> MilvusStore:
    require_there()
    return MilvusStore(
        address.uri,
        address.token,
        encoder_id,
        dimension,
        collection,
        certificate=address.certificate,
        consistency=preferences.settings.store_consistency,
    )
