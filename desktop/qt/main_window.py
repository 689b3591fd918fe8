"""The window: sidebar, centre, details and creation, jobs; actions, menu and drops."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDesktopServices,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QKeySequence,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QMainWindow,
    QMenu,
    QSplitter,
    QStackedWidget,
    QTabBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.core.asset import Asset, displayable
from desktop.qt.models.dragging import ASSETS_MIME, dropped_files
from desktop.qt.theme import UNIT, Theme

if TYPE_CHECKING:
    from desktop.qt.models.job_list import JobListModel
    from desktop.qt.models.pictures import Pictures
    from desktop.qt.models.pixmap_cache import PixmapCache
    from desktop.qt.panels.centre import Centre
    from desktop.qt.panels.details import DetailsPanel
    from desktop.qt.panels.generation_panel import GenerationPanel
    from desktop.qt.panels.jobs import JobsPanel
    from desktop.qt.panels.sidebar import Sidebar
    from desktop.services.reports import Lineage

DETAILS, CREATE = 0, 1


SIDEBAR_WIDTH, RIGHT_WIDTH = 27 * UNIT, 45 * UNIT


class MainWindow(QMainWindow):
    """Holds the panels and what belongs to none of them; knows no engine.

    It is shown bare, with the panels' grounds painted where they will be, and furnished behind
    that first paint: the panels take longer to import and to build than Qt takes to open.
    """

    paths_added = Signal(object)
    """list[Path]: folders and files to be added to the library."""
    rescan_requested = Signal()
    models_requested = Signal()
    open_again_requested = Signal()
    remedy_chosen = Signal(str)
    """A key of ``situation``: what is to be done about a library that does not open."""
    first_painted = Signal()
    """The window is to be seen; whatever can wait for that may begin."""
    creation_built = Signal()
    closing = Signal()

    jobs: JobListModel
    sidebar: Sidebar
    centre: Centre
    details: DetailsPanel
    jobs_panel: JobsPanel

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setWindowTitle("Plantain")
        self.setObjectName("window")
        self.resize(1440, 900)
        self.theme = theme
        self.is_furnished = False
        self._is_painted = False
        self._is_read_only = False
        self._creation: GenerationPanel | None = None

    def furnish(self, pictures: Pictures, cache: PixmapCache) -> None:
        """Build the panels and everything that can be done with them."""
        from desktop.qt.models.job_list import JobListModel
        from desktop.qt.panels.centre import Centre
        from desktop.qt.panels.details import DetailsPanel
        from desktop.qt.panels.jobs import JobsPanel
        from desktop.qt.panels.sidebar import Sidebar
        from desktop.qt.views.words import hairline, label

        self.setAcceptDrops(True)
        self._pictures = pictures
        self._cache = cache
        theme = self.theme
        self.jobs = JobListModel()
        self.sidebar = Sidebar(theme)
        self.centre = Centre(theme, pictures, cache)
        self.details = DetailsPanel(theme, pictures, cache)
        self.jobs_panel = JobsPanel(theme, self.jobs)

        self.tabs = QTabBar()
        self.tabs.addTab("Details")
        self.tabs.addTab("Create")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName("Details or Create")
        self._right_stack = QStackedWidget()
        self._right_stack.addWidget(self.details)
        self.tabs.currentChanged.connect(self._show_tab)
        self.right = QFrame()
        self.right.setObjectName("panel")
        right = QVBoxLayout(self.right)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        head = QVBoxLayout()
        head.setContentsMargins(2 * UNIT, UNIT + 4, UNIT, 0)
        head.addWidget(self.tabs)
        right.addLayout(head)
        right.addWidget(hairline())
        right.addWidget(self._right_stack, 1)

        self.drop_hint = label("Drop to add to your library", scale="title", weight="strong")
        self.drop_hint.setObjectName("drop")
        self.drop_hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.drop_hint.setParent(self.centre)
        self.drop_hint.hide()
        self._make_actions()
        self._make_tools()
        self.splitter = QSplitter()
        self.splitter.setHandleWidth(1)
        self.splitter.setChildrenCollapsible(False)
        for panel, least in ((self.sidebar, 22), (self.centre, 50), (self.right, 42)):
            panel.setMinimumWidth(least * UNIT)
            self.splitter.addWidget(panel)
        self.splitter.setStretchFactor(1, 1)
        rest = self.width() - SIDEBAR_WIDTH - RIGHT_WIDTH
        self.splitter.setSizes([SIDEBAR_WIDTH, rest, RIGHT_WIDTH])
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.splitter, 1)
        column.addWidget(self.jobs_panel)
        self.setCentralWidget(whole)
        self.sidebar.section_chosen.connect(self.centre.show_section)
        self.sidebar.add_folder_requested.connect(self.ask_folder)
        self.centre.action_chosen.connect(self._on_action)
        self.centre.grid.selection_changed.connect(self.details.show_selection)
        self.centre.grid.reference_wanted.connect(self.use_as_references)
        self.centre.grid.menu_wanted.connect(self._show_asset_menu)
        self.centre.grid.opened.connect(self.open_file)
        self.details.reference_wanted.connect(self.use_as_references)
        self.details.search_similar_requested.connect(self.centre.search.search_asset)
        self.details.asset_chosen.connect(self.show_in_library)
        self.details.open_requested.connect(self.open_file)
        self.details.reveal_requested.connect(self.reveal)
        self.details.copy_path_requested.connect(self.copy_path)
        self.details.prompt_reuse_requested.connect(self.reuse)
        self.is_furnished = True

    @property
    def creation(self) -> GenerationPanel:
        """The panel behind the tab "Create"; built when it is first asked for, which takes longer
        than a frame."""
        if self._creation is None:
            self._creation = self._build_creation()
            self.creation_built.emit()
        return self._creation

    @property
    def has_creation(self) -> bool:
        """The panel was built."""
        return self._creation is not None

    def _build_creation(self) -> GenerationPanel:
        from desktop.qt.panels.generation_panel import GenerationPanel

        made = GenerationPanel(self.theme, self._pictures, self._cache)
        made.setEnabled(not self._is_read_only)
        made.show_in_library_requested.connect(self.show_in_library)
        made.link_opened.connect(lambda link: QDesktopServices.openUrl(QUrl(link)))
        self._right_stack.insertWidget(CREATE, made)
        return made

    @property
    def is_right_in_use(self) -> bool:
        """The keyboard goes to the details or to creation."""
        focus = self.focusWidget()
        return focus is not None and self.right.isAncestorOf(focus)

    # ------------------------------------------------------------------ what can be done

    def ask_folder(self) -> None:
        """Let a person choose a folder to add."""
        from PySide6.QtWidgets import QFileDialog  # many enums; not before it is asked for

        chosen = QFileDialog.getExistingDirectory(self, "Add a folder to the library")
        if chosen:
            self.paths_added.emit([Path(chosen)])

    def show_tab(self, tab: int) -> None:
        """Bring Details or Create to the front."""
        self.right.show()
        self.panel_action.setChecked(True)
        self.tabs.setCurrentIndex(tab)
        if tab == CREATE:
            self.creation.prompt.setFocus()

    def use_as_references(self, assets: list[Asset]) -> None:
        """Put these along with the prompt."""
        usable = [
            asset for asset in assets if not (asset.is_missing or asset.is_offline or asset.failure)
        ]
        if usable:
            self.creation.add_references(usable)
            self.show_tab(CREATE)

    def show_in_library(self, asset_id: int) -> None:
        """Select an asset, leaving the search or the section when it is not in it."""
        if not self.centre.grid.select_asset(asset_id):
            self.centre.search.clear()
            self.sidebar.choose_all()
            if not self.centre.grid.select_asset(asset_id):
                if self._pictures.asset(asset_id) is None:
                    self.centre.notice.say("This picture is no longer in the library.")
                    return
                self.centre.select_when_there(asset_id)
        self.show_tab(DETAILS)
        self.centre.grid.setFocus()

    def reuse(self, lineage: Lineage) -> None:
        """Start from how a picture was made."""
        self.creation.use_request(lineage.request)
        self.show_tab(CREATE)

    def open_file(self, asset: Asset) -> None:
        """With the program that the system uses for it."""
        if asset.is_missing:
            self.centre.notice.say(f"{asset.filename} is no longer where it was.")
            return
        if asset.is_elsewhere:
            self.centre.notice.say(f"{asset.filename} is in a team-mate's folder, not in yours.")
            return
        if asset.is_offline:
            self.centre.notice.say(f"The drive that holds {asset.filename} is not connected.")
            return
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(asset.path)))

    def reveal(self, asset: Asset) -> None:
        """Open the folder of a file."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(asset.path.parent)))

    def copy_path(self, asset: Asset) -> None:
        QGuiApplication.clipboard().setText(displayable(asset.path))

    def offer(self, *groups: Sequence[QAction]) -> None:
        """What can be done once the library is open, in the menu behind adding folders."""
        menu = self.menu_button.menu()
        for group in groups:
            menu.insertActions(self.find_action, [*group])
            menu.insertSeparator(self.find_action)

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

    def _show_drop_hint(self) -> None:
        below = self.centre.results.geometry().top()
        place = self.centre.rect().adjusted(2 * UNIT, below, -2 * UNIT, -2 * UNIT)
        self.drop_hint.setGeometry(place)
        self.drop_hint.raise_()
        self.drop_hint.show()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closing.emit()
        super().closeEvent(event)

    # ------------------------------------------------------------------ inside

    def _paint_grounds(self) -> None:
        """What is behind the panels, so that nothing jumps when they come."""
        painter = QPainter(self)
        right = self.width() - RIGHT_WIDTH
        for x, width, ground in (
            (0, SIDEBAR_WIDTH, "panel"),
            (SIDEBAR_WIDTH + 1, right - SIDEBAR_WIDTH - 2, "ground"),
            (right, RIGHT_WIDTH, "panel"),
        ):
            painter.fillRect(x, 0, width, self.height(), self.theme.color(ground))
        painter.end()

    def _make_actions(self) -> None:
        def action(text: str, keys: str, done: object) -> QAction:
            made = QAction(text, self)
            if keys:
                made.setShortcut(QKeySequence(keys))
            made.triggered.connect(done)
            self.addAction(made)
            return made

        self.add_action = action("Add folder…", "Ctrl+O", lambda: self.ask_folder())
        self.rescan_action = action("Look for changes", "F5", lambda: self.rescan_requested.emit())
        self.find_action = action("Search", "Ctrl+F", lambda: self._focus_search())
        self.create_action = action("Create", "Ctrl+G", lambda: self.show_tab(CREATE))
        self.details_action = action("Details", "Ctrl+I", lambda: self.show_tab(DETAILS))
        self.models_action = action("Models…", "", lambda: self.models_requested.emit())
        self.key_action = action("Gemini key…", "", lambda: self._ask_key())
        self.panel_action = action("Right panel", "Ctrl+\\", self._toggle_right)
        self.panel_action.setCheckable(True)
        self.panel_action.setChecked(True)
        self.clear_action = action("Clear the search", "Esc", lambda: self._escape())
        self.quit_action = action("Quit", "Ctrl+Q", lambda: self.close())

    def show_read_only(self, is_read_only: bool) -> None:
        """Grey out what would change a library that is open to look at only."""
        for made in (self.add_action, self.rescan_action, self.create_action):
            made.setEnabled(not is_read_only)
        self.setAcceptDrops(not is_read_only)
        self._is_read_only = is_read_only
        if self._creation is not None:
            self._creation.setEnabled(not is_read_only)

    def _make_tools(self) -> None:
        from desktop.qt.views.words import icon_button

        panel = icon_button(self.theme, "panel-right", "Right panel (Ctrl+\\)")
        panel.setCheckable(True)
        panel.setChecked(True)
        panel.clicked.connect(self.panel_action.trigger)
        self.panel_action.toggled.connect(panel.setChecked)
        self.menu_button = icon_button(self.theme, "menu", "Menu")
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.menu_button)
        for group in (
            (self.add_action, self.rescan_action),
            (self.find_action, self.create_action, self.details_action, self.panel_action),
            (self.models_action, self.key_action),
            (self.quit_action,),
        ):
            if not menu.isEmpty():
                menu.addSeparator()
            menu.addActions(group)
        self.menu_button.setMenu(menu)
        for made in (panel, self.menu_button):
            made.setFixedSize(5 * UNIT, 5 * UNIT)
            self.centre.tools.addWidget(made)

    def _show_tab(self, tab: int) -> None:
        self._right_stack.setCurrentWidget(self.creation if tab == CREATE else self.details)

    def _toggle_right(self, is_shown: bool) -> None:
        self.right.setVisible(is_shown)

    def _focus_search(self) -> None:
        self.centre.search.words.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.centre.search.words.selectAll()

    def _escape(self) -> None:
        """One step back: out of the panel, out of the search, out of the selection."""
        search = self.centre.search
        if self.is_right_in_use:
            self.centre.grid.setFocus()
        elif not search.query().is_empty:
            search.clear()
        elif search.words.hasFocus():
            self.centre.grid.setFocus()
        else:
            self.centre.grid.clearSelection()

    def _ask_key(self) -> None:
        self.show_tab(CREATE)
        self.creation.ask_key()

    def _on_action(self, key: str) -> None:
        from desktop.qt import situation

        todo = {
            situation.ADD_FOLDER: self.ask_folder,
            situation.GET_MODEL: self.models_requested.emit,
            situation.CLEAR_SEARCH: self.centre.search.clear,
            situation.CREATE: lambda: self.show_tab(CREATE),
            situation.OPEN_AGAIN: self.open_again_requested.emit,
            situation.QUIT: self.close,
            situation.SHOW_ALL: lambda: self.sidebar.choose_all(),
        }
        if key in todo:
            todo[key]()
        else:
            self.remedy_chosen.emit(key)

    def _show_asset_menu(self, assets: list[Asset], where: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Use as reference\tR", lambda: self.use_as_references(assets))
        if len(assets) == 1:
            asset = assets[0]
            menu.addAction("More like this", lambda: self.centre.search.search_asset(asset))
            menu.addSeparator()
            menu.addAction("Open", lambda: self.open_file(asset))
            menu.addAction("Show in file manager", lambda: self.reveal(asset))
            menu.addAction("Copy path", lambda: self.copy_path(asset))
        if actions := self.centre.grid.actions():
            menu.addSeparator()
            menu.addActions(actions)
        menu.popup(where)
