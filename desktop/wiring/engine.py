"""Opens a library and joins everything that works on it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial

from desktop.config.options import EngineOptions
from desktop.config.preferences import Preferences
from desktop.config.settings import without_secrets
from desktop.library.backup.daily import DailyBackups
from desktop.library.catalog.saved_searches import SavedSearches
from desktop.library.catalog.unrelated_vectors import UnrelatedVectors
from desktop.library.exchange.exchange import Exchange
from desktop.library.folders.passed_over import PassedOverFiles
from desktop.library.opening import OpenLibrary
from desktop.library.relocation import Relocator
from desktop.services.backup.archive import BackUp
from desktop.services.current_model import ModelSwitch
from desktop.services.engine import Engine
from desktop.services.generation.lineage_recovery import LineageRecovery
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
from desktop.services.search.kept_vectors import KeptVectors
from desktop.services.search.large_pictures import LargePictures
from desktop.services.search.look_order import LookOrder
from desktop.services.search.query_vectors import QueryVectors
from desktop.services.search.saved_pictures import SavedPictures
from desktop.services.search.searching import Searching
from desktop.services.team.sync import Team
from desktop.services.vectors.checking import IndexCheck
from desktop.services.vectors.migrate_store import StoreMigration
from desktop.wiring.curation import curation_services
from desktop.wiring.generation import generation_services
from desktop.wiring.image_services import GEMINI
from desktop.wiring.models import current_model, model_installing, model_registry
from desktop.wiring.processes import processes
from desktop.wiring.tables import Tables, tables_of
from desktop.wiring.vector_stores import vector_stores


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
    preferences = preferences or Preferences(options.profile.settings)
    environment = os.environ if environment is None else environment
    models = model_registry(options, preferences)
    model = current_model(options, preferences, models)
    with ExitStack() as closing:
        library = OpenLibrary(options.library, is_read_only=options.is_read_only)
        closing.callback(library.close)
        closing.callback(model.close)
        paths, database = library.paths, library.database
        if database.was_killed and not library.is_read_only:
            preferences.remove_left_behind()

        tables = tables_of(library)
        catalog, annotations, lineage = tables.catalog, tables.annotations, tables.lineage
        placed = vector_stores(options, environment, preferences, library, tables, model)
        vectors = placed.vectors
        closing.callback(vectors.close)
        children = processes(closing)
        sandbox = children.sandbox

        indexing = Indexing(
            _survey(library, tables),
            catalog,
            tables.vectors,
            vectors,
            tables.thumbnails,
            model,
            sandbox,
        )
        model_switch = ModelSwitch(catalog, tables.vectors, model, preferences)
        generation = generation_services(
            options, environment, preferences, library, tables, model, children
        )
        browsing = Browsing(
            catalog,
            lineage,
            annotations,
            tables.rights,
            {made.name: made.label for made in generation.generators},
        )
        searching = Searching(
            catalog,
            vectors,
            model_switch,
            QueryVectors(
                tables.thumbnails.side,
                Calibration(tables.vectors, UnrelatedVectors(database)),
                KeptVectors(catalog, tables.vectors),
                sandbox,
            ),
            partial(_weights, preferences),
            tables.thumbnails,
        )
        return Engine(
            library=library,
            catalog=catalog,
            annotations=annotations,
            rights=tables.rights,
            lineage=lineage,
            team_tables=tables.team,
            vector_table=tables.vectors,
            vectors=vectors,
            saved_searches=SavedSearches(database),
            thumbnails=tables.thumbnails,
            models=models,
            model=model,
            model_switch=model_switch,
            model_installing=model_installing(options, preferences, models, model_switch),
            status=StatusReader(
                library,
                catalog,
                tables.vectors,
                model,
                model_switch,
                generation.image_services[GEMINI].key,
            ),
            browsing=browsing,
            searching=searching,
            saved_pictures=SavedPictures(catalog, searching),
            contact_sheets=ContactSheets(tables.thumbnails, sandbox),
            large_pictures=LargePictures(tables.thumbnails, sandbox),
            look_order=LookOrder(tables.vectors, model),
            indexing=indexing,
            indexing_stop=IndexingStop(paths.stopped, catalog, tables.vectors, model),
            text_reading=TextReading(
                catalog,
                tables.thumbnails,
                children.text_reader,
                is_wanted=partial(_wants_text, options, preferences),
            ),
            watching=Watching(catalog, paths.folder, database, is_read_only=library.is_read_only),
            ignore_rules=IgnoreRuleEditor(catalog, tables.ignore_rules),
            folder_removal=FolderRemoval(catalog.roots),
            relocation=Relocation(Relocator(catalog, paths.folder), indexing),
            generation=generation,
            curation=curation_services(
                options, library, tables, vectors, model, browsing, children
            ),
            daily_backups=DailyBackups(database, paths.backups),
            backup=BackUp(
                database,
                paths.folder,
                lambda: without_secrets(preferences.settings),
                generation.left_answers.unsaved,
                generation.templates.own_files,
            ),
            exchange=Exchange(database, catalog, annotations, lineage),
            endpoints=placed.endpoints,
            copies=placed.copies,
            store_migration=StoreMigration(tables.vectors, vectors),
            index_check=IndexCheck(model, placed.stores, vectors),
            team=Team(
                catalog,
                tables.team,
                tables.vectors,
                vectors,
                tables.thumbnails,
                model,
                placed.endpoints.open_team,
            ),
            closing=closing.pop_all(),
        )


def _survey(library: OpenLibrary, tables: Tables) -> Survey:
    return Survey(
        tables.catalog,
        tables.ignore_rules,
        FileMatcher(
            tables.catalog, tables.moved_files, LineageRecovery(tables.catalog, tables.lineage)
        ),
        private=library.paths.folder,
        generated=library.paths.generated,
        passed_over=PassedOverFiles(library.paths.passed_over),
    )


def _wants_text(options: EngineOptions, preferences: Preferences) -> bool:
    """What is written in pictures is read; said for this run, or in the settings."""
    said = options.reads_text
    return preferences.settings.read_text if said is None else said


def _weights(preferences: Preferences) -> Weights:
    settings = preferences.settings
    return Weights(settings.weight_meaning, settings.weight_words, settings.weight_colour)
