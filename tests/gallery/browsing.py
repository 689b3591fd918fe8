"""The grid with what is around it: sections, search, details."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget

from desktop.core.colour import Swatch
from desktop.core.errors import LibraryGone, StoreUnreachable
from desktop.core.filter import NamedFilter
from desktop.core.generation_record import GenerationRecord, GenerationRequest, Reference
from desktop.core.metadata import Metadata
from desktop.core.picture_text import TextLine
from desktop.core.progress import Progress
from desktop.core.saved_search import SavedSearch
from desktop.core.text import ngettext, sentences, tr
from desktop.qt.browse.asset_grid import AssetGrid
from desktop.qt.browse.sections import (
    DUPLICATES,
    GENERATED,
    MISSING,
    board_section,
    folder_section,
    tag_section,
)
from desktop.qt.details.panel import DetailsPanel
from desktop.qt.shell.session import Session
from desktop.qt.widgets.panel_scroll import PanelScroll
from desktop.services.indexing.folder_removal import Removal
from desktop.services.reports import LibraryFolder
from tests.fakes.services import FakeEngine
from tests.gallery.stage import FOLDERS, Screen, Stage, full_library, picture
from tests.qt.pictures import gradient

# -- sections ------------------------------------------------------------------------------------


def empty_library(stage: Stage) -> QWidget:
    return stage.library(FakeEngine()).window


def demo(stage: Stage) -> QWidget:
    window = stage.library().window
    window.centre.notices.show_demo(lambda: None)
    return window


def first_pictures(stage: Stage) -> QWidget:
    engine = FakeEngine()
    engine.indexing.gate = threading.Event()
    engine.indexing.steps = [Progress(tr("Reading pictures"), 3, 248, "red sandals.jpg")]
    session = stage.begin(lambda: engine, add=[Path("/home/ann/shoots")])
    stage.until(lambda: session.is_open and bool(session.window.jobs.live_count()))
    stage.until(lambda: session.lanes.browse.is_idle)
    stage.paint()
    return session.window


def grid(stage: Stage) -> QWidget:
    return stage.library().window


def large_tiles(stage: Stage) -> QWidget:
    window = stage.library().window
    window.centre.results.size_slider.setValue(window.centre.results.size_slider.maximum())
    stage.paint()
    return window


def small_tiles(stage: Stage) -> QWidget:
    window = stage.library().window
    window.centre.results.size_slider.setValue(window.centre.results.size_slider.minimum())
    stage.paint()
    return window


def _type(grid: AssetGrid, name: str) -> None:
    grid.keys.type_ahead.take(name)
    grid.keys.type_ahead._timer.stop()  # it would be forgotten before it is painted


def typing(stage: Stage) -> QWidget:
    window = stage.library().window
    _type(window.centre.grid, "red")
    stage.paint()
    return window


def typing_in_vain(stage: Stage) -> QWidget:
    window = stage.library().window
    _type(window.centre.grid, "1984")
    stage.paint()
    return window


def single_keys(stage: Stage) -> QWidget:
    window = stage.library().window
    window.action_list["browse.single_keys"].trigger()
    stage.paint()
    return window


def stopped(stage: Stage) -> QWidget:
    engine = full_library(stage.thumbnails)
    engine.indexing_stop.is_set = True
    engine.indexing_stop.unread = 1_234
    session = stage.library(engine)
    stage.until(lambda: session.window.jobs_panel.line.offer_button.isVisible())
    stage.paint()
    return session.window


def library_gone(stage: Stage) -> QWidget:
    session = stage.library()
    error = LibraryGone.at(Path("/home/ann/.local/share/plantain/library"))
    told = ngettext(
        "{count} change that you entered is kept in this window until then.",
        "{count} changes that you entered are kept in this window until then.",
        2,
    )
    session.window.centre.notice.say(
        sentences(error.sentence(), told), is_failure=True, action=tr("Try again")
    )
    stage.paint()
    return session.window


def _section(stage: Stage, section: NamedFilter, engine: FakeEngine | None = None) -> QWidget:
    session = stage.library(engine)
    session.window.navigation.show_only(section)
    stage.rest()
    return session.window


def folder(stage: Stage) -> QWidget:
    return _section(stage, folder_section(FOLDERS[0]))


def tag(stage: Stage) -> QWidget:
    return _section(stage, tag_section("beach"))


def board(stage: Stage) -> QWidget:
    return _section(stage, board_section("Summer 2027"))


def empty_board(stage: Stage) -> QWidget:
    return _section(stage, board_section("Empty board"))


def duplicates(stage: Stage) -> QWidget:
    return _section(stage, DUPLICATES)


def nothing_generated(stage: Stage) -> QWidget:
    return _section(stage, GENERATED, FakeEngine([picture(2)], stage.thumbnails))


def missing(stage: Stage) -> QWidget:
    return _section(stage, MISSING)


def asset_menu(stage: Stage) -> QWidget:
    window = stage.library().window
    window.centre.grid.select_asset(2)
    grid = window.centre.grid
    grid.menu_wanted.emit(grid.selected_assets(), QPoint(300, 300))
    return stage.menu()


def _with_tree(stage: Stage) -> Session:
    engine = full_library(stage.thumbnails)
    engine.browsing.added = [
        LibraryFolder("/home/ann/shoots"),
        LibraryFolder("/home/ann/products"),
        LibraryFolder("/mnt/archive/2019", is_offline=True),
        LibraryFolder("/home/ann/inbox"),
    ]
    inside = (*("clients/Acme GmbH & Co. KG/Kampagne Frühjahr", "clients/Ōkami"), "2019/film scans")
    tops = ("/home/ann/shoots", "/home/ann/shoots", "/mnt/archive")
    engine.browsing.assets += [
        picture(number)._replace(folder=f"{top}/{place}", is_offline="archive" in top)
        for number, place, top in zip((60, 61, 62), inside, tops, strict=True)
    ]
    return stage.library(engine)


def folder_tree(stage: Stage) -> QWidget:
    return _with_tree(stage).window


def folder_tree_closed(stage: Stage) -> QWidget:
    session = _with_tree(stage)
    tree = session.window.sidebar.folders
    session.window.navigation.show_only(folder_section("/home/ann/products"))
    tree.close_folders(["/home/ann/shoots/clients", "/mnt/archive/2019"])
    tree.setFocus(Qt.FocusReason.TabFocusReason)
    tree.move_keyboard(folder_section("/home/ann/shoots/clients"))
    stage.rest()
    return session.window


def remove_folder(stage: Stage) -> QWidget:
    session = _with_tree(stage)
    removal = Removal(Path("/home/ann/shoots"), 44)
    session.controllers.removal._ask(removal)
    stage.question()
    return stage.dialog()


def added_folder_menu(stage: Stage) -> QWidget:
    sidebar = _with_tree(stage).window.sidebar
    sidebar.folders.menu_wanted.emit(folder_section("/home/ann/shoots"), QPoint(100, 300))
    return stage.menu()


def folder_menu(stage: Stage) -> QWidget:
    sidebar = stage.library().window.sidebar
    sidebar.folders.menu_wanted.emit(folder_section(FOLDERS[0]), QPoint(100, 300))
    return stage.menu()


def board_menu(stage: Stage) -> QWidget:
    sidebar = stage.library().window.sidebar
    sidebar.boards.menu_wanted.emit(board_section("Summer 2027"), QPoint(100, 300))
    return stage.menu()


def tag_menu(stage: Stage) -> QWidget:
    sidebar = stage.library().window.sidebar
    sidebar.tags.menu_wanted.emit(tag_section("beach"), QPoint(100, 300))
    return stage.menu()


# -- search --------------------------------------------------------------------------------------


def _search(stage: Stage, words: str, engine: FakeEngine | None = None) -> Session:
    session = stage.library(engine)
    session.window.centre.search.text_field.setText(words)
    session.window.centre.search.text_field.returned.emit()
    stage.rest()
    return session


def hits(stage: Stage) -> QWidget:
    session = _search(stage, "a")
    session.window.centre.grid.select_asset(2)
    stage.rest()
    return session.window


def picture_and_words(stage: Stage) -> QWidget:
    session = _search(stage, "")
    session.window.centre.search.search_image(gradient(3, 200, 300))
    session.window.centre.search.text_field.setText("a")
    session.window.centre.search.text_field.returned.emit()
    stage.rest()
    return session.window


def more_like_this(stage: Stage) -> QWidget:
    session = stage.library()
    session.window.centre.search.search_asset(picture(2))
    stage.rest()
    return session.window


LONG_QUERY = 'tag:beach rating:>=3 color:#ff8800 "red sandals" -is:missing date:2025-03.. a'


def chips(stage: Stage) -> QWidget:
    session = _search(stage, LONG_QUERY)
    session.window.centre.search.search_image(gradient(3, 200, 300))
    session.window.centre.search.search_file(Path("/home/ann/香蕉味的夏日海报_最终版.psd"))
    stage.rest()
    return session.window


def weaker_matches(stage: Stage) -> QWidget:
    engine = full_library(stage.thumbnails)
    engine.searching.relevant = 7
    window = _search(stage, "tag:beach a", engine).window
    window.centre.toggle_weaker()
    window.centre.results.why_button.click()
    stage.paint()
    return window


def nothing_matches(stage: Stage) -> QWidget:
    engine = full_library(stage.thumbnails)
    engine.searching.relevant = 0
    return _search(stage, "tag:beach a", engine).window


def chips_in_a_small_window(stage: Stage) -> QWidget:
    engine = full_library(stage.thumbnails)
    engine.searching.relevant = 7
    session = _search(stage, "tag:beach rating:>=3 a", engine)
    session.window.resize(1000, 640)
    stage.rest()
    return session.window


def query_problem(stage: Stage) -> QWidget:
    return _search(stage, "red tag:beach is:mising").window


def query_help(stage: Stage) -> QWidget:
    search = stage.library().window.centre.search
    search.ask_help()
    stage.paint()
    return search.help


def filter_menu(stage: Stage) -> QWidget:
    session = _search(stage, "rating:>=3 color:navy shape:square")
    session.window.centre.search.ask_filters()
    stage.paint()
    return session.window.centre.search.filters


def suggested(stage: Stage) -> QWidget:
    engine = full_library(stage.thumbnails)
    engine.saved_searches.noted = ["red sandals", "red cape rating:>=3"]
    engine.saved_searches.save(SavedSearch("Best of summer", "tag:beach rating:>=4"))
    engine.saved_searches.save(SavedSearch("Fresh and red", "tag:red", is_board=True))
    session = stage.library(engine)
    field = session.window.centre.search.text_field
    field.setText("re")
    field.textEdited.emit("re")
    session.window.centre.search.suggested.step(1)
    stage.rest()
    return session.window


def searching(stage: Stage) -> QWidget:
    engine = FakeEngine([picture(2)], stage.thumbnails)
    gate = threading.Event()
    stage.on_clear(gate.set)
    engine.searching.gate = lambda _: gate
    session = stage.library(engine)
    session.window.centre.search.text_field.setText("a red silk cape")
    session.window.centre.search.text_field.returned.emit()
    stage.until(lambda: bool(engine.searching.queries))
    stage.paint()
    return session.window


def nothing_found(stage: Stage) -> QWidget:
    return _search(stage, "nothing like this").window


def search_failed(stage: Stage) -> QWidget:
    engine = full_library(stage.thumbnails)
    engine.searching.error = StoreUnreachable(
        tr(
            "The vector store {store} does not answer any more.",
            store="https://milvus.example:19530",
        ),
        safe=tr("Your pictures and the catalogue are untouched."),
        next_step=tr("Check that the server runs, then try again."),
    )
    return _search(stage, "a red silk cape", engine).window


def without_model(stage: Stage) -> QWidget:
    engine = full_library(stage.thumbnails)
    engine.model_switch.model = ""
    return stage.library(engine).window


def without_model_nothing_found(stage: Stage) -> QWidget:
    engine = full_library(stage.thumbnails)
    engine.model_switch.model = ""
    return _search(stage, "zebra", engine).window


# -- details -------------------------------------------------------------------------------------


def _details(stage: Stage, *numbers: int, engine: FakeEngine | None = None) -> QWidget:
    session = stage.library(engine)
    grid = session.window.centre.grid
    grid.select_asset(numbers[0])
    if len(numbers) > 1:
        grid.selectAll()
    stage.rest()
    return session.window


def details(stage: Stage) -> QWidget:
    return _details(stage, 3)


_DESCRIBED = Metadata(
    camera="Canon EOS R5",
    lens="RF 85mm F1.2 L USM DS",
    focal_length=85.0,
    aperture=2.8,
    exposure=0.004,
    iso=400,
    taken_at="2025-03-14T09:26:53+08:00",
    title="Morning at the harbour, second light off, a longer title than fits into one line",
    description="A model in red sandals walks along the quay.\nGulls above her.",
    creator=("Ann Doe", "李雷"),
    credit="Doe Pictures",
    copyright="© 2025 Ann Doe. All rights reserved; no use without a written licence.",
    usage_terms="One campaign, print and web, two years",
    keywords=("harbour", "red", "beach", "summer collection 2027", "红色凉鞋", "quay", "gulls"),
    location="Fischmarkt",
    city="Hamburg",
    country="Germany",
    latitude=53.5438889,
    longitude=9.9666667,
)
_COLOURS = tuple(
    Swatch(colour, share)
    for colour, share in (
        *(("#C8102E", 38), ("#E8D9C3", 27), ("#5B8FB9", 16)),
        *(("#2B2D31", 11), ("#F2F2EF", 6), ("#3B7A57", 2)),
    )
)


def _described(stage: Stage) -> FakeEngine:
    engine = full_library(stage.thumbnails)
    for asset in engine.browsing.assets:
        engine.browsing.palettes[asset.id] = _COLOURS[: 1 + asset.id % 6]
        if asset.id % 2:
            engine.browsing.metadata[asset.id] = replace(_DESCRIBED, iso=100 * asset.id)
    engine.browsing.metadata[3] = _DESCRIBED
    engine.browsing.palettes[3] = _COLOURS
    engine.browsing.texts[3] = tuple(
        TextLine(text, 0.9, ((0.1, 0.1), (0.5, 0.1), (0.5, 0.2), (0.1, 0.2)))
        for text in ("AUTOMATIC", "Swiss made · 瑞士制造")
    )
    return engine


def _panel(window: QWidget) -> DetailsPanel:
    found = window.findChild(DetailsPanel)
    assert found is not None
    return found


def _scrolled(stage: Stage, window: QWidget) -> QWidget:
    scroll = _panel(window).findChild(PanelScroll)
    assert scroll is not None
    scroll.verticalScrollBar().setValue(scroll.verticalScrollBar().maximum())
    stage.paint()
    return window


def details_with_everything(stage: Stage) -> QWidget:
    return _details(stage, 3, engine=_described(stage))


def details_with_everything_below(stage: Stage) -> QWidget:
    return _scrolled(stage, details_with_everything(stage))


def details_of_none(stage: Stage) -> QWidget:
    return stage.library(_described(stage)).window


def details_of_none_below(stage: Stage) -> QWidget:
    return _scrolled(stage, details_of_none(stage))


def details_of_several_described(stage: Stage) -> QWidget:
    return _details(stage, 1, 2, 3, engine=_described(stage))


def details_of_several_below(stage: Stage) -> QWidget:
    return _scrolled(stage, details_of_several_described(stage))


def colour_copied(stage: Stage) -> QWidget:
    window = details_with_everything(stage)
    swatches = _panel(window).swatches
    swatches.buttons[0].click()
    swatches._back.stop()  # it would be forgotten before it is painted
    stage.paint()
    return window


def details_of_several(stage: Stage) -> QWidget:
    return _details(stage, 1, 2, 3)


def details_of_missing(stage: Stage) -> QWidget:
    return _details(stage, 7)


def details_of_failed(stage: Stage) -> QWidget:
    return _details(stage, 9)


def details_of_offline(stage: Stage) -> QWidget:
    return _details(stage, 11)


def details_of_a_teammates(stage: Stage) -> QWidget:
    return _details(stage, 13)


def details_of_video(stage: Stage) -> QWidget:
    return _details(stage, 15)


def lineage(stage: Stage) -> QWidget:
    engine = full_library(stage.thumbnails)
    request = GenerationRequest(
        "A model wearing the red sandals on a beach at sunset",
        tuple(Reference(picture(n).path, n, 0.36, "matches the prompt") for n in range(1, 8)),
    )
    engine.browsing.lineages[5] = GenerationRecord(
        request, "moodboard-1", text="Here it is.", created_at=1_796_000_000.0
    )
    engine.browsing.used_in[5] = tuple(picture(n) for n in (20, 21, 22))
    window = _details(stage, 5, engine=engine)
    scroll = window.findChild(PanelScroll)
    assert scroll is not None
    scroll.verticalScrollBar().setValue(scroll.verticalScrollBar().maximum())
    stage.paint()
    return window


def lineage_graph(stage: Stage) -> QWidget:
    engine = full_library(stage.thumbnails)
    browsing = engine.browsing

    def made(number: int, *sources: int | Path) -> None:
        references = tuple(
            Reference(each) if isinstance(each, Path) else Reference(picture(each).path, each)
            for each in sources
        )
        request = GenerationRequest(f"The red sandals, number {number}", references)
        browsing.lineages[number] = GenerationRecord(request, "gemini-3-pro-image")
        for source in sources:
            if isinstance(source, int):
                browsing.used_in[source] = (*browsing.used_in.get(source, ()), picture(number))

    made(3, 1, 2)
    made(4, 2, Path("/home/ann/scans/heels.png"))
    made(5, 3, 4)
    for number in range(30, 36):
        made(number, 5)
    made(40, 30)
    made(41, 30, 31)
    made(42, 34)
    made(50, 40)
    made(51, 50)
    session = stage.library(engine)
    session.controllers.lineage.show(5)
    return stage.dialog()


SCREENS = (
    Screen("20-empty-library", empty_library),
    Screen("20a-demo", demo),
    Screen("21-first-pictures", first_pictures),
    Screen("22-grid", grid),
    Screen("23-large-tiles", large_tiles),
    Screen("24-small-tiles", small_tiles),
    Screen("24a-typing", typing),
    Screen("24b-typing-in-vain", typing_in_vain),
    Screen("24c-single-keys", single_keys),
    Screen("24d-stopped", stopped),
    Screen("24e-library-gone", library_gone),
    Screen("25-folder", folder),
    Screen("25a-folder-tree", folder_tree),
    Screen("25b-folder-tree-closed", folder_tree_closed),
    Screen("25c-added-folder-menu", added_folder_menu),
    Screen("25d-remove-folder", remove_folder),
    Screen("26-tag", tag),
    Screen("27-board", board),
    Screen("28-empty-board", empty_board),
    Screen("29-duplicates-section", duplicates),
    Screen("30-nothing-generated", nothing_generated),
    Screen("31-missing-section", missing),
    Screen("32-asset-menu", asset_menu),
    Screen("33-folder-menu", folder_menu),
    Screen("34-board-menu", board_menu),
    Screen("35-tag-menu", tag_menu),
    Screen("36-hits", hits),
    Screen("37-picture-and-words", picture_and_words),
    Screen("38-more-like-this", more_like_this),
    Screen("38a-chips", chips),
    Screen("38b-query-problem", query_problem),
    Screen("38c-query-help", query_help),
    Screen("38d-filter-menu", filter_menu),
    Screen("38e-weaker-matches", weaker_matches),
    Screen("38f-nothing-matches", nothing_matches),
    Screen("38g-suggested", suggested),
    Screen("38h-chips-in-a-small-window", chips_in_a_small_window),
    Screen("39-searching", searching),
    Screen("40-nothing-found", nothing_found),
    Screen("41-search-failed", search_failed),
    Screen("42-without-model", without_model),
    Screen("43-without-model-nothing-found", without_model_nothing_found),
    Screen("44-details", details),
    Screen("45-details-of-several", details_of_several),
    Screen("45a-details-with-everything", details_with_everything),
    Screen("45b-details-with-everything-below", details_with_everything_below),
    Screen("45c-details-of-none", details_of_none),
    Screen("45d-details-of-none-below", details_of_none_below),
    Screen("45e-details-of-several-described", details_of_several_described),
    Screen("45f-details-of-several-below", details_of_several_below),
    Screen("45g-colour-copied", colour_copied),
    Screen("46-details-of-missing", details_of_missing),
    Screen("47-details-of-failed", details_of_failed),
    Screen("48-details-of-offline", details_of_offline),
    Screen("49-details-of-a-teammates", details_of_a_teammates),
    Screen("50-details-of-video", details_of_video),
    Screen("51-lineage", lineage),
    Screen("51a-lineage-graph", lineage_graph),
)
