"""The window: sidebar, centre, details and creation, jobs; menu and drops."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import (
    QMainWindow,
    QMenu,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.core.asset import Asset, displayable, displayable_name
from desktop.core.text import tr
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.dragging import ASSETS_MIME, DropHint, dropped_files

if TYPE_CHECKING:
    from desktop.qt.browse.centre import Centre
    from desktop.qt.browse.sidebar import Sidebar
    from desktop.qt.command_palette.palette import CommandPalette
    from desktop.qt.images.cache import PixmapCache
    from desktop.qt.images.pictures import Pictures
    from desktop.qt.jobs.job_list import JobListModel
    from desktop.qt.jobs.panel import JobsPanel
    from desktop.qt.preview.panel import PreviewPanel
    from desktop.qt.shell.action_list import ActionList
    from desktop.qt.shell.navigation import Navigation
    from desktop.qt.shell.right_panel import RightPanel


_NATIVE = QKeySequence.SequenceFormat.NativeText
SIDEBAR_WIDTH, RIGHT_WIDTH = 27 * UNIT, 45 * UNIT


class MainWindow(QMainWindow):
    """Holds the panels and what belongs to none of them; knows no engine.

    It is shown bare, with the panels' grounds painted where they will be, and its panels are built
    behind that first paint: they take longer to import and to build than Qt takes to open.
    """

    paths_added = Signal(object)
    """list[Path]: folders and files to be added to the library."""
    first_painted = Signal()
    """The window is to be seen; whatever can wait for that may begin."""
    closing = Signal()

    jobs: JobListModel
    sidebar: Sidebar
    centre: Centre
    right: RightPanel
    jobs_panel: JobsPanel
    navigation: Navigation
    action_list: ActionList

    @cached_property
    def palette_of_commands(self) -> CommandPalette:
        """Built when it is first asked for."""
        from desktop.qt.command_palette.palette import CommandPalette

        return CommandPalette(self.theme, self)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setWindowTitle("Plantain")
        self.setObjectName("window")
        self.resize(1440, 900)
        self.theme = theme
        self.has_panels = False
        self.panel_widths: tuple[int, int] = (SIDEBAR_WIDTH, RIGHT_WIDTH)
        self.is_right_wanted = True
        self.may_close: Callable[[], bool] = lambda: True
        self._is_painted = False
        self._preview: PreviewPanel | None = None
        self._recent: QMenu | None = None
        self._before_full: tuple[Qt.WindowState, list[QWidget]] = (self.windowState(), [])

    def build_panels(self, pictures: Pictures, cache: PixmapCache) -> None:
        """Build the panels, and let them go over into each other."""
        from desktop.qt.browse.centre import Centre
        from desktop.qt.browse.sidebar import Sidebar
        from desktop.qt.jobs.job_list import JobListModel
        from desktop.qt.jobs.panel import JobsPanel
        from desktop.qt.shell.action_list import ActionList
        from desktop.qt.shell.navigation import Navigation
        from desktop.qt.shell.right_panel import RightPanel

        self.setAcceptDrops(True)
        theme = self.theme
        self.jobs = JobListModel()
        self.sidebar = Sidebar(theme)
        self.centre = Centre(theme, pictures, cache)
        self.right = RightPanel(theme, pictures, cache)
        self.jobs_panel = JobsPanel(theme, self.jobs)
        self.navigation = Navigation(self.sidebar, self.centre, self.right, pictures)
        self.action_list = ActionList(self, self.centre.grid)
        self._lay_out()
        self._connect_panels()
        self._connect_actions()
        self.has_panels = True

    def ask_folder(self) -> None:
        """Let a person choose a folder to add."""
        from PySide6.QtWidgets import QFileDialog  # many enums; not before it is asked for

        chosen = QFileDialog.getExistingDirectory(self, tr("Add a folder to the library"))
        if chosen:
            self.paths_added.emit([Path(chosen)])

    def show_preview(self) -> PreviewPanel:
        """The panel that stands where the grid stands; built when it is first asked for."""
        if self._preview is None:
            from desktop.qt.preview.panel import PreviewPanel

            is_read_only = self.action_list.state.is_read_only
            self._preview = PreviewPanel(self.theme, is_read_only=is_read_only)
            self._preview.full_screen_wanted.connect(self._show_full_screen)
            self.middle.addWidget(self._preview)
            self.action_list.hear_in(self._preview)
            keys = self.centre.grid.keys
            keys.mode_changed.connect(self._preview.use_single_keys)
            self._preview.use_single_keys(keys.are_decisions)
        self.middle.setCurrentWidget(self._preview)
        return self._preview

    def hide_preview(self) -> None:
        """Back to the grid."""
        self.middle.setCurrentWidget(self.centre)

    def show_read_only(self) -> None:
        """Say that the library is open read-only, and grey out what would change it."""
        self.action_list.set_state(is_read_only=True)
        self.setAcceptDrops(False)
        self.sidebar.show_read_only()
        self.right.show_read_only()
        self.centre.show_read_only()

    def show_offline(self, is_offline: bool) -> None:
        """Say that nothing leaves this computer, as long as it is so."""
        self.offline_button.setVisible(is_offline)
        if self.right.has_creation:
            self.right.creation.show_offline(is_offline)

    def show_commands(self) -> None:
        """Everything that can be done, to be found by its name."""
        from desktop.qt.shell.offers import all_offers

        self.palette_of_commands.open(all_offers(self.action_list, self.sidebar, self.navigation))

    def show_shortcuts(self) -> None:
        """Every key that does something."""
        from desktop.qt.command_palette.shortcuts_sheet import ShortcutsSheet
        from desktop.qt.shell.offers import action_offers, decision_offers, preview_offers

        hint = tr(
            "Letters typed in the grid find a picture by its name. Every command is found by its "
            "name with {keys}.",
            keys=self.action_list["window.commands"].shortcut().toString(_NATIVE),
        )
        large = preview_offers(self.action_list["preview.show"].trigger)
        offers = (*action_offers(self.action_list), *decision_offers(self.action_list), *large)
        ShortcutsSheet(offers, hint, self).open()

    def show_guide(self) -> None:
        """How everything is used, page by page."""
        from desktop.qt.shell.guide import Guide

        Guide(self).open()

    def show_recent(self, libraries: Sequence[Path], open_library: Callable[[Path], None]) -> None:
        """Offer libraries from before in the menu."""
        if self._recent is None:
            self._recent = QMenu(tr("Recent libraries"), self)
        self._recent.clear()
        for folder in libraries:
            chosen = self._recent.addAction(displayable_name(folder))
            chosen.setToolTip(displayable(folder))
            chosen.triggered.connect(lambda _, at=folder: open_library(at))
        self._recent.setToolTipsVisible(True)
        self._fill_menu()

    def run_action(self, action_id: str) -> None:
        """Do what an action does, if there is such a one and it can be done now."""
        if action_id in self.action_list:
            self.action_list[action_id].trigger()

    # ------------------------------------------------------------------ Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        panels = self.centralWidget()
        if panels is None or not panels.isVisible():
            self._paint_grounds()
        if not self._is_painted:
            self._is_painted = True
            QTimer.singleShot(0, self, self.first_painted.emit)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        mime = event.mimeData()
        # Assets come from this window: they are in the library already.
        if not mime.hasFormat(ASSETS_MIME) and dropped_files(mime):
            event.acceptProposedAction()
            self._show_drop_hint()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.drop_hint.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self.drop_hint.hide()
        paths = dropped_files(event.mimeData())
        if paths and not event.mimeData().hasFormat(ASSETS_MIME):
            event.acceptProposedAction()
            self.paths_added.emit(paths)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        steps = {
            Qt.MouseButton.BackButton: "browse.back",
            Qt.MouseButton.ForwardButton: "browse.forward",
        }
        if self.has_panels and event.button() in steps:
            self.run_action(steps[event.button()])
        else:
            super().mousePressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.may_close():
            event.ignore()
            return
        self.closing.emit()
        super().closeEvent(event)

    # ------------------------------------------------------------------ inside

    def _paint_grounds(self) -> None:
        """What is behind the panels, so that nothing jumps when they come."""
        painter = QPainter(self)
        left, beside = self.panel_widths
        if not self.is_right_wanted:
            beside = -1
        right = self.width() - beside
        for x, width, ground in (
            (0, left, "panel"),
            (left + 1, right - left - 2, "ground"),
            (right, beside, "panel"),
        ):
            painter.fillRect(x, 0, width, self.height(), self.theme.color(ground))
        painter.end()

    def _lay_out(self) -> None:
        self.drop_hint = DropHint(self.centre, margin=2 * UNIT)
        self.drop_hint.setProperty("scale", "title")
        self._add_tools()
        self.splitter = QSplitter()
        self.splitter.setHandleWidth(1)
        self.splitter.setChildrenCollapsible(False)
        self.middle = QStackedWidget()
        self.middle.addWidget(self.centre)
        for panel, least in ((self.sidebar, 22), (self.middle, 50), (self.right, 42)):
            panel.setMinimumWidth(least * UNIT)
            self.splitter.addWidget(panel)
        self.splitter.setStretchFactor(1, 1)
        left, right = self.panel_widths
        self.splitter.setSizes([left, self.width() - left - right, right])
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.splitter, 1)
        column.addWidget(self.jobs_panel)
        self.setCentralWidget(whole)

    def _add_tools(self) -> None:
        from desktop.qt.widgets.buttons import button, icon_button

        self.panel_button = icon_button(self.theme, "panel-right", f"{tr('Right panel')} (Ctrl+\\)")
        self.panel_button.setCheckable(True)
        self.menu_button = icon_button(self.theme, "menu", tr("Menu"))
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_button.setMenu(QMenu(self.menu_button))
        self.offline_button = button(tr("Offline"), self._go_online, is_flat=True)
        self.offline_button.setIcon(self.theme.icon("unplug"))
        self.offline_button.setToolTip(tr("Nothing leaves this computer. Click to go online."))
        self.offline_button.setProperty("tool", True)
        self.offline_button.hide()
        self.centre.tools.addWidget(self.offline_button, 0, Qt.AlignmentFlag.AlignTop)
        for made in (self.panel_button, self.menu_button):
            made.setFixedSize(5 * UNIT, 5 * UNIT)
            self.centre.tools.addWidget(made, 0, Qt.AlignmentFlag.AlignTop)

    def _go_online(self) -> None:
        self.run_action("settings.offline")

    def _connect_panels(self) -> None:
        centre, details, go = self.centre, self.right.details, self.navigation
        centre.search.suggested.names = self.sidebar.names
        centre.search.save_wanted.connect(lambda: self.run_action("search.save"))
        self.sidebar.section_chosen.connect(go.narrow)
        self.sidebar.section_gone.connect(centre.search.leave_out)
        centre.search.query_changed.connect(lambda _: go.mark_shown())
        self.sidebar.add_folder_requested.connect(self.ask_folder)
        self.right.show_in_library_requested.connect(go.show_in_library)
        centre.grid.selection_changed.connect(details.show_selection)
        centre.grid.opened.connect(lambda _: self.run_action("preview.show"))
        details.reference_wanted.connect(go.use_as_references)
        details.search_similar_requested.connect(centre.search.search_asset)
        details.prompt_reuse_requested.connect(go.reuse)
        details.narrowing_wanted.connect(go.narrow_by)

    def _connect_actions(self) -> None:
        actions, grid = self.action_list, self.centre.grid
        actions.grown.connect(self._fill_menu)
        self.navigation.trail.moved.connect(actions.refresh)
        grid.selection_changed.connect(lambda assets: actions.set_state(selected=len(assets)))
        centre = self.centre
        centre.shown_changed.connect(lambda: actions.set_state(has_own_order=centre.has_own_order))
        grid.menu_wanted.connect(self._show_asset_menu)
        grid.keys.mode_changed.connect(actions.use_single_keys)
        self.sidebar.menu_wanted.connect(actions.popup_for)
        self.right.shown_changed.connect(actions.refresh)
        self.centre.action_chosen.connect(self.run_action)

    def _fill_menu(self) -> None:
        from desktop.qt.shell.menus import MENU

        menu = self.menu_button.menu()
        self.action_list.fill(menu, MENU)
        if self._recent is not None and not self._recent.isEmpty():
            after = menu.actions().index(self.action_list["library.begin"]) + 1
            menu.insertMenu(menu.actions()[after], self._recent)
        toggle = self.action_list["window.right_panel"]
        # The button shows what its action has; menus are words alone.
        toggle.setIcon(self.theme.icon("panel-right"))
        toggle.setIconVisibleInMenu(False)
        toggle.setToolTip(self.panel_button.toolTip())
        self.panel_button.setDefaultAction(toggle)

    def _show_asset_menu(self, assets: Sequence[Asset], where: QPoint) -> None:
        from desktop.qt.shell.menus import ASSET_MENU

        self.action_list.popup(ASSET_MENU, where)

    def _show_full_screen(self, is_full: bool) -> None:
        """The preview alone, on the whole screen; and back to how it was."""
        panels = (self.sidebar, self.right, self.jobs_panel)
        if is_full:
            self._before_full = self.windowState(), [panel for panel in panels if panel.isVisible()]
            for panel in panels:
                panel.hide()
            self.showFullScreen()
        else:
            state, shown = self._before_full
            self.setWindowState(state)
            for panel in shown:
                panel.show()

    def _show_drop_hint(self) -> None:
        below = self.centre.results.geometry().top()
        self.drop_hint.say(tr("Add to library"), max(2 * UNIT, below))
