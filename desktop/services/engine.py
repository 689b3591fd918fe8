"""An open library and every service that works on it, as one value; ``wiring`` makes it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass

from desktop.embedding.models.registry import ModelRegistry
from desktop.generation.generator import ImageGenerator
from desktop.generation.template_files import TemplateFiles
from desktop.library.backup.daily import DailyBackups
from desktop.library.catalog.annotations import Annotations
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.attempts import AttemptTable
from desktop.library.catalog.forgetting import Forgetting
from desktop.library.catalog.kits import KitTable
from desktop.library.catalog.lineage import LineageTable
from desktop.library.catalog.rights import RightsTable
from desktop.library.catalog.saved_searches import SavedSearches
from desktop.library.catalog.team.tables import TeamTables
from desktop.library.catalog.vectors import VectorTable
from desktop.library.draft import DraftFile
from desktop.library.exchange.exchange import Exchange
from desktop.library.opening import OpenLibrary
from desktop.media.thumbnails import ThumbnailCache
from desktop.services.backup.archive import BackUp
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
from desktop.services.generation.closeness import ClosenessMeter
from desktop.services.generation.earlier_turns import Refining
from desktop.services.generation.edited_pictures import EditedPictures
from desktop.services.generation.editing import Editing
from desktop.services.generation.generating import Generating
from desktop.services.generation.image_services import ImageService
from desktop.services.generation.kept_talks import KeptTalks
from desktop.services.generation.kit_files import KitFiles
from desktop.services.generation.left_answers import LeftAnswers
from desktop.services.generation.matrices import Matrices
from desktop.services.generation.product_check import ProductCheck
from desktop.services.generation.product_laying import ProductLaying
from desktop.services.generation.queueing import GenerationQueue
from desktop.services.generation.rehearsing import Rehearsing
from desktop.services.generation.sending_rules import SendingRules
from desktop.services.generation.spending import Spending
from desktop.services.indexing.folder_removal import FolderRemoval
from desktop.services.indexing.ignore_rules import IgnoreRuleEditor
from desktop.services.indexing.indexing import Indexing
from desktop.services.indexing.relocation import Relocation
from desktop.services.indexing.stop import IndexingStop
from desktop.services.indexing.text_reading import TextReading
from desktop.services.indexing.watching import Watching
from desktop.services.library_status import StatusReader
from desktop.services.model_installing import ModelInstalling
from desktop.services.search.browsing import Browsing
from desktop.services.search.contact_sheets import ContactSheets
from desktop.services.search.large_pictures import LargePictures
from desktop.services.search.look_order import LookOrder
from desktop.services.search.saved_pictures import SavedPictures
from desktop.services.search.searching import Searching
from desktop.services.team.sync import Team
from desktop.services.vectors.checking import IndexCheck
from desktop.services.vectors.copies import Copies
from desktop.services.vectors.endpoints import Endpoints
from desktop.services.vectors.migrate_store import StoreMigration
from desktop.services.vectors.vector_index import VectorIndex


@dataclass(frozen=True, kw_only=True)
class GenerationServices:
    """From a prompt to its pictures: what makes them, queues them, counts their cost, checks them.

    Attributes:
        generators: those that work without a network first.
        image_services: the ones that are asked over a network, by name.
    """

    generators: tuple[ImageGenerator, ...]
    image_services: Mapping[str, ImageService]
    rehearsing: Rehearsing
    generating: Generating
    left_answers: LeftAnswers
    queue: GenerationQueue
    refining: Refining
    talks: KeptTalks
    matrices: Matrices
    attempts: AttemptTable
    editing: Editing
    edited_pictures: EditedPictures
    product_check: ProductCheck
    product_laying: ProductLaying
    spending: Spending
    sending_rules: SendingRules
    draft: DraftFile
    templates: TemplateFiles
    kits: KitTable
    kit_files: KitFiles
    closeness: ClosenessMeter


@dataclass(frozen=True, kw_only=True)
class CurationServices:
    """What people do with the pictures of a library."""

    duplicates: Duplicates
    trash: Trash
    forgetting: Forgetting
    renaming: Renaming
    tag_suggestions: TagSuggestions
    board_copies: BoardCopies
    credentials: PictureCredentials
    register: Register
    handing_out: HandingOut
    sidecars: Sidecars


@dataclass(frozen=True, kw_only=True)
class Engine:
    """What the window and the commands work with. Close it when done.

    The vector store and the model are opened at first use. Every service may be called in any
    thread, but those that write vectors in one alone, the index lane of the window: ``indexing``,
    ``relocation``, ``store_migration``, ``copies``, ``index_check``, ``team`` and
    ``searching.settle``. With ``library.is_read_only`` nothing is written, and nothing that would
    write can be started.

    Attributes:
        closing: closes every part, the last one first.
    """

    closing: ExitStack

    library: OpenLibrary
    catalog: Catalog
    annotations: Annotations
    rights: RightsTable
    lineage: LineageTable
    team_tables: TeamTables
    vector_table: VectorTable
    vectors: VectorIndex
    saved_searches: SavedSearches
    thumbnails: ThumbnailCache

    models: ModelRegistry
    model: CurrentModel
    model_switch: ModelSwitch
    model_installing: ModelInstalling

    status: StatusReader
    browsing: Browsing
    searching: Searching
    saved_pictures: SavedPictures
    contact_sheets: ContactSheets
    large_pictures: LargePictures
    look_order: LookOrder
    indexing: Indexing
    indexing_stop: IndexingStop
    text_reading: TextReading
    watching: Watching
    ignore_rules: IgnoreRuleEditor
    folder_removal: FolderRemoval
    generation: GenerationServices
    curation: CurationServices
    daily_backups: DailyBackups
    backup: BackUp
    exchange: Exchange
    relocation: Relocation
    endpoints: Endpoints
    store_migration: StoreMigration
    copies: Copies
    index_check: IndexCheck
    team: Team

    @property
    def is_read_only(self) -> bool:
        """Nothing may be changed; known at once, without asking anything."""
        return self.library.is_read_only

    def close(self) -> None:
        """Close every part; the library can then be opened by another Plantain."""
        self.closing.close()

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
