"""What can be done in the window: every action, in one list."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.core.asset import Asset
from desktop.core.filter import NamedFilter
from desktop.core.text import tr
from desktop.qt.browse.sections import SectionKind
from desktop.qt.shell.action_list import (
    Action,
    SectionAction,
    one_selected,
    selected,
    selected_and_writable,
    writable,
)
from desktop.qt.shell.right_panel import CREATE, DETAILS

if TYPE_CHECKING:
    from desktop.qt.browse.sidebar import Sidebar
    from desktop.qt.manage.board_controller import BoardController
    from desktop.qt.manage.health_controller import HealthController
    from desktop.qt.manage.settings_controller import SettingsController
    from desktop.qt.shell.controllers import Controllers
    from desktop.qt.shell.library_switch import LibrarySwitch
    from desktop.qt.shell.main_window import MainWindow


def window_actions(
    window: MainWindow,
    open_again: Callable[[], object],
    switch: LibrarySwitch,
    health: HealthController,
    settings: SettingsController | None = None,
) -> tuple[Action, ...]:
    """What the window can do by itself, whether a library is open or not.

    Args:
        open_again: tries once more to open the library.
        switch: goes over to another library.
        health: tells of Plantain itself.
        settings: None where the settings cannot be read.
    """
    grid, search, right = window.centre.grid, window.centre.search, window.right
    go = window.navigation

    def with_selected(do: Callable[[Asset], object]) -> Callable[[], None]:
        def run() -> None:
            for asset in grid.selected_assets()[:1]:
                do(asset)

        return run

    return (
        Action(
            "library.add_folder",
            lambda: tr("Add folder…"),
            window.ask_folder,
            keys=("Ctrl+O",),
            icon="folder-plus",
            when=writable,
        ),
        Action("library.open_other", lambda: tr("Open another library…"), switch.ask_other),
        Action("library.begin", lambda: tr("New library…"), switch.ask_new),
        Action("library.demo", lambda: tr("Try the demo"), switch.try_demo),
        Action(
            "library.open_again",
            lambda: tr("Open the library again"),
            open_again,
            when=lambda now: not now.is_open,
        ),
        Action(
            "search.focus", lambda: tr("Search"), go.focus_search, keys=("Ctrl+F",), icon="search"
        ),
        Action("search.clear_all", lambda: tr("Back to browsing"), search.clear_search),
        Action("search.step_back", lambda: tr("Clear the search"), go.step_back, keys=("Esc",)),
        Action(
            "browse.back",
            lambda: tr("Back"),
            go.trail.go_back,
            keys=("Alt+Left",),
            when=lambda _: go.trail.can_go_back,
        ),
        Action(
            "browse.forward",
            lambda: tr("Forward"),
            go.trail.go_forward,
            keys=("Alt+Right",),
            when=lambda _: go.trail.can_go_forward,
        ),
        Action("browse.show_all", lambda: tr("Show all pictures"), search.clear),
        Action(
            "create.show",
            lambda: tr("Create"),
            lambda: right.show_tab(CREATE),
            keys=("Ctrl+G",),
            icon="sparkles",
            when=writable,
        ),
        Action(
            "details.show",
            lambda: tr("Details"),
            lambda: right.show_tab(DETAILS),
            keys=("Ctrl+I",),
            icon="info",
        ),
        Action(
            "browse.single_keys",
            lambda: tr("Decide with single keys"),
            lambda: go.decide_by_single_keys(not grid.keys.are_decisions or grid.keys.is_culling),
            keys=("Ctrl+D",),
            when=writable,
            is_checked=lambda: grid.keys.are_decisions and not grid.keys.is_culling,
        ),
        Action(
            "browse.cull",
            lambda: tr("Cull, one after the other"),
            lambda: go.decide_by_single_keys(not grid.keys.is_culling, is_culling=True),
            keys=("Ctrl+Shift+D",),
            when=writable,
            is_checked=lambda: grid.keys.is_culling,
        ),
        Action(
            "window.right_panel",
            lambda: tr("Right panel"),
            lambda: right.set_shown(right.isHidden()),
            keys=("Ctrl+\\",),
            icon="panel-right",
            is_checked=lambda: not right.isHidden(),
        ),
        Action(
            "settings.show",
            lambda: tr("Settings…"),
            settings.show if settings else lambda: None,
            keys=("Ctrl+,",),
            when=lambda _: settings is not None,
            unmet=lambda: tr("The settings cannot be read."),
        ),
        Action(
            "settings.offline",
            lambda: tr("Work offline"),
            lambda: settings.turn("works_offline") if settings else None,
            when=lambda _: settings is not None,
            is_checked=lambda: settings is not None and settings.settings.works_offline,
            unmet=lambda: tr("The settings cannot be read."),
        ),
        Action(
            "window.commands",
            lambda: tr("Find a command…"),
            window.show_commands,
            keys=("Ctrl+K",),
            icon="search",
        ),
        Action(
            "window.shortcuts",
            lambda: tr("Keyboard shortcuts"),
            window.show_shortcuts,
            keys=("Ctrl+/",),
        ),
        Action("window.guide", lambda: tr("User's guide"), window.show_guide, keys=("F1",)),
        Action("help.news", lambda: tr("What is new"), health.show_news),
        Action("help.update", lambda: tr("Check for a newer version"), health.check),
        Action("help.about", lambda: tr("About Plantain"), health.show_about),
        Action("window.quit", lambda: tr("Quit"), window.close, keys=("Ctrl+Q",)),
        Action(
            "create.use_as_reference",
            lambda: tr("Use as reference"),
            lambda: go.use_as_references(grid.selected_assets()),
            keys=("Ctrl+R",),
            icon="plus",
            when=selected_and_writable,
            in_grid=True,
            single_key="R",
        ),
        Action(
            "search.similar",
            lambda: tr("More like this"),
            with_selected(search.search_asset),
            icon="scan-search",
            when=one_selected,
        ),
    )


def library_actions(window: MainWindow, controllers: Controllers) -> tuple[Action, ...]:
    """What can be done with an open library."""
    history = controllers.history
    return (
        Action(
            "search.save",
            lambda: tr("Save this search…"),
            controllers.saved.ask_name,
            keys=("Ctrl+S",),
            icon="bookmark",
            when=writable,
        ),
        Action(
            "search.save_board",
            lambda: tr("Make a board of this search…"),
            controllers.saved.ask_board,
            when=writable,
        ),
        Action(
            "create.keys", lambda: tr("Keys for creating…"), controllers.keys.show, when=writable
        ),
        Action(
            "search.clear_history",
            lambda: tr("Clear the search history"),
            controllers.saved.clear_history,
            when=writable,
        ),
        Action(
            "library.rescan",
            lambda: tr("Look for changes"),
            controllers.indexing.rescan,
            keys=("F5",),
            icon="refresh-cw",
            when=writable,
        ),
        Action(
            "edit.undo",
            lambda: tr("Undo {name}", name=history.undo_name()).strip(),
            history.undo,
            keys=("Ctrl+Z",),
            when=lambda _: history.can_undo,
            unmet=lambda: tr("There is nothing to undo."),
        ),
        Action(
            "edit.redo",
            lambda: tr("Redo {name}", name=history.redo_name()).strip(),
            history.redo,
            keys=("Ctrl+Shift+Z", "Ctrl+Y"),
            when=lambda _: history.can_redo,
            unmet=lambda: tr("There is nothing to redo."),
        ),
        Action("backup.back_up", lambda: tr("Back up…"), controllers.backup.ask_back_up),
        Action(
            "backup.restore",
            lambda: tr("Restore a backup…"),
            controllers.backup.ask_restore,
        ),
        Action(
            "exchange.export",
            lambda: tr("Export tags, ratings and notes…"),
            controllers.exchange.ask_export,
        ),
        Action(
            "exchange.import",
            lambda: tr("Import an export…"),
            controllers.exchange.ask_import,
            when=writable,
        ),
        Action(
            "exchange.register",
            lambda: tr("Export the register of AI-made pictures…"),
            controllers.provenance.ask_register,
        ),
        Action(
            "duplicates.compare",
            lambda: tr("Duplicates…"),
            controllers.duplicates.show,
            when=writable,
        ),
        Action(
            "missing.forget",
            lambda: tr("Forget missing pictures…"),
            controllers.forgetting.ask,
            when=writable,
        ),
        Action(
            "ignore_rules.show",
            lambda: tr("Ignore rules…"),
            controllers.ignore_rules.show,
            when=writable,
        ),
        Action(
            "server.show", lambda: tr("Server and team…"), controllers.server.show, when=writable
        ),
        Action(
            "team.refresh",
            lambda: tr("Refresh from the team"),
            controllers.server.refresh,
            keys=("Ctrl+F5",),
            when=writable,
        ),
        Action(
            "preview.show",
            lambda: tr("Look at it large"),
            controllers.preview.show,
            keys=("Space",),
            icon="scan",
            when=selected,
            in_grid=True,
        ),
        Action(
            "create.matrix",
            lambda: tr("Matrix of pictures…"),
            window.right.ask_matrix,
            when=writable,
        ),
        Action(
            "create.queue", lambda: tr("Queue of pictures…"), controllers.queue.show, when=writable
        ),
        Action("models.show", lambda: tr("Models…"), controllers.models.show),
    )


def section_actions(sidebar: Sidebar, controllers: Controllers) -> tuple[SectionAction, ...]:
    """What can be done with a folder, a board or a tag of the sidebar."""
    named = controllers.boards_and_tags
    saved = controllers.saved
    folder, board = SectionKind.FOLDER, SectionKind.BOARD
    tag, search = SectionKind.TAG, SectionKind.SAVED
    return (
        SectionAction(
            "folder.locate",
            lambda: tr("Locate folder…"),
            _with_folder(controllers.relocation.ask_place),
            folder,
            when=writable,
        ),
        SectionAction(
            "folder.ignore",
            lambda: tr("Ignore this folder…"),
            _with_folder(controllers.ignore_rules.ask_folder),
            folder,
            when=writable,
            fits=lambda section: not sidebar.folders.is_added(section),
        ),
        SectionAction(
            "folder.rights",
            lambda: tr("Rights…"),
            _with_folder(controllers.rights.ask_folder),
            folder,
            when=writable,
        ),
        SectionAction(
            "folder.remove",
            lambda: tr("Remove from the library…"),
            _with_folder(controllers.removal.ask),
            folder,
            when=writable,
            fits=sidebar.folders.is_added,
        ),
        *_ways_out(controllers.board, board),
        SectionAction(
            "board.rights",
            lambda: tr("Rights…"),
            controllers.rights.ask_board,
            board,
            when=writable,
        ),
        SectionAction("board.rename", lambda: tr("Rename…"), named.ask_name, board, when=writable),
        SectionAction(
            "board.delete", lambda: tr("Delete the board"), named.delete_board, board, when=writable
        ),
        *_ways_out(controllers.board, search),
        SectionAction(
            "saved.renew", lambda: tr("Save what is shown now"), saved.renew, search, when=writable
        ),
        SectionAction("saved.rename", lambda: tr("Rename…"), saved.rename, search, when=writable),
        SectionAction(
            "saved.board",
            lambda: tr("List among the boards, or no longer"),
            saved.turn_board,
            search,
            when=writable,
        ),
        SectionAction(
            "saved.delete", lambda: tr("Delete the search"), saved.delete, search, when=writable
        ),
        SectionAction("tag.colour", lambda: tr("Colour…"), named.ask_colour, tag, when=writable),
        SectionAction("tag.rename", lambda: tr("Rename…"), named.ask_name, tag, when=writable),
        SectionAction(
            "tag.merge", lambda: tr("Merge with another…"), named.ask_merge, tag, when=writable
        ),
        SectionAction(
            "tag.remove",
            lambda: tr("Remove from all pictures"),
            named.remove_tag,
            tag,
            when=writable,
        ),
    )


def _ways_out(boards: BoardController, kind: SectionKind) -> tuple[SectionAction, ...]:
    """Of what is on a board, or of what a saved search finds now."""
    return (
        SectionAction(
            f"{kind}.contact_sheet", lambda: tr("Contact sheet…"), boards.ask_sheet, kind
        ),
        SectionAction(f"{kind}.copies", lambda: tr("Folder of copies…"), boards.ask_copies, kind),
        SectionAction(
            f"{kind}.signed_copies",
            lambda: tr("Folder of signed copies…"),
            boards.ask_signed_copies,
            kind,
        ),
    )


def _with_folder(do: Callable[[Path], object]) -> Callable[[NamedFilter], None]:
    def run(section: NamedFilter) -> None:
        do(Path(section.filter.folder))

    return run
