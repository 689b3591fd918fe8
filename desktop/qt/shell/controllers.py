"""The controllers of an open library, each joined to the panels that it drives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from desktop.core.errors import PlantainError, Remedy
from desktop.core.filter import NamedFilter
from desktop.core.generation_record import GenerationRecord, GenerationRequest
from desktop.core.text import ngettext
from desktop.qt.browse.boards_and_tags import BoardsAndTagsController
from desktop.qt.browse.library_controller import LibraryController
from desktop.qt.browse.look_controller import LookController
from desktop.qt.browse.marks_controller import MarksController
from desktop.qt.browse.section_controller import SectionController
from desktop.qt.browse.sections import joined, saved_rows
from desktop.qt.create.editing.controller import EditController
from desktop.qt.create.failure_card import FROM_REQUEST
from desktop.qt.create.keys_controller import KeysController
from desktop.qt.create.queue_controller import QueueController
from desktop.qt.create.truth_controller import TruthController
from desktop.qt.details.annotation_controller import AnnotationController
from desktop.qt.details.details_controller import DetailsController
from desktop.qt.details.lineage_controller import LineageController
from desktop.qt.details.suggestion_controller import SuggestionController
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.history import EditHistory
from desktop.qt.manage.backup_controller import BackupController
from desktop.qt.manage.board_controller import BoardController
from desktop.qt.manage.culling_controller import CullingController
from desktop.qt.manage.duplicates_controller import DuplicatesController
from desktop.qt.manage.exchange_controller import ExchangeController
from desktop.qt.manage.files_controller import FilesController
from desktop.qt.manage.folder_removal_controller import FolderRemovalController
from desktop.qt.manage.forgetting_controller import ForgettingController
from desktop.qt.manage.ignore_rules_controller import IgnoreRulesController
from desktop.qt.manage.indexing_controller import IndexingController
from desktop.qt.manage.library_watch_controller import LibraryWatchController
from desktop.qt.manage.models_controller import ModelsController
from desktop.qt.manage.provenance_controller import ProvenanceController
from desktop.qt.manage.relocation_controller import RelocationController
from desktop.qt.manage.rights_controller import RightsController
from desktop.qt.manage.server_controller import ServerController
from desktop.qt.manage.stacks_controller import StacksController
from desktop.qt.manage.stop_controller import StopController
from desktop.qt.manage.text_controller import TextController
from desktop.qt.manage.trash_controller import TrashController
from desktop.qt.manage.watch_controller import WatchController
from desktop.qt.preview.controller import PreviewController
from desktop.qt.search.controller import SearchController
from desktop.qt.search.saved_controller import SavedController
from desktop.qt.search.searched_pictures import MOST_AT_ONCE
from desktop.qt.shell.main_window import MainWindow
from desktop.qt.shell.right_panel import CREATE


@dataclass(frozen=True)
class Controllers:
    """All of them but the one of the Create panel, which is built when it is first asked for.

    Attributes:
        history: what was entered, and the way back.
    """

    history: EditHistory
    library: LibraryController
    indexing: IndexingController
    stop: StopController
    search: SearchController
    saved: SavedController
    details: DetailsController
    lineage: LineageController
    annotations: AnnotationController
    section: SectionController
    boards_and_tags: BoardsAndTagsController
    models: ModelsController
    backup: BackupController
    exchange: ExchangeController
    relocation: RelocationController
    rights: RightsController
    provenance: ProvenanceController
    removal: FolderRemovalController
    trash: TrashController
    forgetting: ForgettingController
    files: FilesController
    culling: CullingController
    stacks: StacksController
    suggestions: SuggestionController
    board: BoardController
    marks: MarksController
    looks: LookController
    duplicates: DuplicatesController
    ignore_rules: IgnoreRulesController
    keys: KeysController
    server: ServerController
    text: TextController
    watch: WatchController
    library_watch: LibraryWatchController
    preview: PreviewController
    queue: QueueController
    editing: EditController
    truths: TruthController


def join_controllers(context: Context, window: MainWindow) -> Controllers:
    """Make the controllers, and begin to read the library."""
    sidebar, centre, details = window.sidebar, window.centre, window.right.details
    library = LibraryController(context, sidebar, centre)
    # First of all: it is read while the rest is put together.
    library.refresh()
    section = SectionController(context, centre)
    library.read_anew.connect(section.refresh)
    stop = StopController(context)
    indexing = IndexingController(context, centre, window.jobs_panel, stop)
    library.unfinished_found.connect(indexing.catch_up)
    window.paths_added.connect(indexing.add)
    models = ModelsController(context)

    def offer_model() -> None:
        # At the first start: what has no pictures yet cannot have been told about models.
        if centre.state.assets == 0 and not centre.state.has_model:
            models.offer()

    window.paths_added.connect(lambda _: offer_model())
    centre.grid.in_view_changed.connect(context.engine.indexing.shown_first.show)
    said = context.engine.annotations
    history = EditHistory(said.apply, context.lanes.browse, context.hub, said.index_words)
    history.failed.connect(context.notice)
    history.renamed.connect(centre.search.follow_names)
    library_watch = LibraryWatchController(context, history)
    history.moved.connect(window.action_list.refresh)
    annotations = AnnotationController(context, details.annotations, centre.grid, history)
    window.closing.connect(details.annotations.note.commit)
    named = BoardsAndTagsController(context, sidebar, history)
    named.names_read.connect(details.annotations.know)
    named.colours_read.connect(details.annotations.show_colours)
    named.colours_read.connect(centre.search.show_tag_colours)
    details.annotations.board_added.connect(
        lambda name: named.put_on_board(name, annotations.selected_ids())
    )
    preview = PreviewController(context, centre.grid, window.show_preview, window.hide_preview)
    annotations.read.connect(preview.show_said_about)
    named.names_read.connect(preview.know_names)
    named.colours_read.connect(preview.show_tag_colours)
    preview.part_searched.connect(centre.search.add_asset)
    preview.referenced.connect(window.navigation.use_as_reference)
    preview.tags_added.connect(annotations.tag)
    preview.tag_removed.connect(annotations.untag)

    def place(asset_ids: Sequence[int], row: int) -> None:
        rows = centre.grid.assets
        before = rows.asset(row).id if row < rows.rowCount() else None
        named.place_on_board(centre.state.section.filter.ordered_by, asset_ids, before)

    centre.grid.placed.connect(place)
    named.refresh()
    annotations.read.connect(details.show_said)
    shown_details = DetailsController(context, details, centre.grid)
    library.read_anew.connect(shown_details.refresh)
    truths = TruthController(context, preview.compare)
    truths.checked.connect(shown_details.refresh)
    queue = QueueController(context, indexing.make_searchable)
    queue.made.connect(truths.check)
    details.lineage.products_wanted.connect(truths.compare)
    lineage = LineageController(context)
    lineage.asset_chosen.connect(window.navigation.show_in_library)
    lineage.reuse_wanted.connect(window.navigation.reuse_and_change)
    details.lineage_wanted.connect(lineage.show)
    search = SearchController(context, centre.search)
    search.begun.connect(centre.show_searching)
    search.answered.connect(centre.show_result)
    search.failed.connect(centre.show_search_failure)
    server = ServerController(context)
    search.failed.connect(server.tell)
    search.ended.connect(centre.show_browsing)
    search.answered.connect(indexing.settle)
    saved = SavedController(context, centre.search)
    saved.read.connect(lambda counted: sidebar.show_saved(*saved_rows(counted)))
    saved.read.connect(lambda _: window.navigation.mark_shown())
    saved.history_read.connect(centre.search.suggested.set_history)
    centre.search.meant.connect(saved.note)
    centre.search.pictures_left_out.connect(
        lambda count: context.notices.say(
            ngettext(
                "The first {most} pictures are searched by; {count} more was left out.",
                "The first {most} pictures are searched by; {count} more were left out.",
                count,
                most=MOST_AT_ONCE,
            )
        )
    )
    saved.refresh()
    trash = TrashController(context, history)
    culling = CullingController(
        context,
        centre.grid,
        annotations.rate,
        preview.in_turn,
        preview.go_on,
        trash,
        history,
    )
    preview.rated.connect(culling.rate)
    preview.favoured.connect(culling.favour)
    files = FilesController(context, history)
    centre.grid.drag_wanted.connect(lambda assets: files.drag(assets, centre.grid.drag))
    details.open_requested.connect(lambda asset: files.open([asset]))
    details.reveal_requested.connect(lambda asset: files.reveal([asset]))
    details.copy_path_requested.connect(lambda asset: files.copy_paths([asset]))
    duplicates = DuplicatesController(context, trash)
    rights = RightsController(context, history)
    details.rights_wanted.connect(lambda: rights.ask_pictures(centre.grid.selected_assets()))

    def narrow(conditions: Sequence[NamedFilter]) -> None:
        shown = joined(conditions)
        centre.show_section(shown)
        section.read(shown)
        duplicates.offer(shown)

    search.narrowed.connect(narrow)

    keys = KeysController(context, window.theme)

    def do_elsewhere(
        remedy: Remedy, error: PlantainError, failed: GenerationRequest | None = None
    ) -> None:
        if remedy is Remedy.ENTER_KEY:  # the panel asks for that of its own choice of a service
            keys.show()
            return
        if failed is not None and failed.edit and remedy in FROM_REQUEST:
            editing.again(GenerationRecord(failed), lambda _: None)
            return
        panel = window.right.creation
        window.right.show_tab(CREATE)
        if failed is not None and remedy is Remedy.USE_AS_BASE:
            panel.base_wanted.emit(failed)
            return
        if failed is not None and remedy in FROM_REQUEST:
            panel.use_request(failed)
        panel.failure.remedy_chosen.emit(remedy, error)

    queue.remedy_chosen.connect(do_elsewhere)

    editing = EditController(
        context,
        indexing.make_searchable,
        window.navigation.show_in_library,
        do_elsewhere,
        queue.add,
    )
    editing.made.connect(truths.check)
    details.lineage.product_part_wanted.connect(editing.change_product)
    window.navigation.edit_wanted.connect(editing.change_one_thing)
    exchange = ExchangeController(context, history)
    exchange.places_added.connect(indexing.rescan)
    return Controllers(
        history=history,
        library=library,
        indexing=indexing,
        stop=stop,
        search=search,
        saved=saved,
        details=shown_details,
        lineage=lineage,
        annotations=annotations,
        section=section,
        boards_and_tags=named,
        models=models,
        backup=BackupController(context),
        exchange=exchange,
        relocation=RelocationController(context),
        rights=rights,
        provenance=ProvenanceController(context),
        removal=FolderRemovalController(context),
        trash=trash,
        forgetting=ForgettingController(context),
        files=files,
        duplicates=duplicates,
        culling=culling,
        stacks=StacksController(context, centre),
        suggestions=SuggestionController(context, annotations, details.annotations.suggested),
        board=BoardController(context),
        marks=MarksController(context, centre.grid),
        looks=LookController(context, centre.looks),
        ignore_rules=IgnoreRulesController(context),
        keys=keys,
        server=server,
        preview=preview,
        queue=queue,
        editing=editing,
        truths=truths,
        text=TextController(context, stop),
        watch=WatchController(context, stop, library_watch.seen.emit),
        library_watch=library_watch,
    )
