"""The panel at the right: Details or Create."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from desktop.core.text import tr
from desktop.qt.details.panel import DetailsPanel
from desktop.qt.images.cache import PixmapCache
from desktop.qt.images.pictures import Pictures
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.styling import hairline

if TYPE_CHECKING:
    from desktop.qt.create.panel import GenerationPanel

DETAILS, CREATE = 0, 1


class RightPanel(QFrame):
    """Two panels behind tabs, which may be hidden together."""

    creation_built = Signal()
    show_in_library_requested = Signal(int)
    """Show this asset in the grid."""
    shown_changed = Signal()
    """It was shown or hidden."""

    def __init__(
        self, theme: Theme, pictures: Pictures, cache: PixmapCache, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._theme, self._pictures, self._cache = theme, pictures, cache
        self._is_read_only = False
        self._creation: GenerationPanel | None = None
        self.details = DetailsPanel(theme, pictures, cache)
        self.details.asset_chosen.connect(self.show_in_library_requested)
        self.tabs = QTabBar()
        self.tabs.addTab(tr("Details"))
        self.tabs.addTab(tr("Create"))
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName(tr("Details or Create"))
        self.tabs.currentChanged.connect(self._show_tab)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.details)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QVBoxLayout()
        head.setContentsMargins(2 * UNIT, UNIT + 4, UNIT, 0)
        head.addWidget(self.tabs)
        column.addLayout(head)
        column.addWidget(hairline())
        column.addWidget(self._stack, 1)

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

    @property
    def is_in_use(self) -> bool:
        """The keyboard goes to the details or to creation."""
        focus = self.window().focusWidget()
        return focus is not None and self.isAncestorOf(focus)

    def show_tab(self, tab: int) -> None:
        """Bring Details or Create to the front."""
        self.set_shown(True)
        self.tabs.setCurrentIndex(tab)
        if tab == CREATE:
            self.creation.prompt.setFocus()

    def ask_matrix(self) -> None:
        """A matrix of what Create holds."""
        self.show_tab(CREATE)
        self.creation.matrix_wanted.emit()

    def set_shown(self, is_shown: bool) -> None:
        """Show or hide both."""
        self.setVisible(is_shown)
        self.shown_changed.emit()

    def show_read_only(self) -> None:
        """Nothing can be entered and nothing created."""
        self._is_read_only = True
        self.details.show_read_only()
        if self._creation is not None:
            self._creation.setEnabled(False)

    def _build_creation(self) -> GenerationPanel:
        from desktop.qt.create.panel import GenerationPanel

        made = GenerationPanel(self._theme, self._pictures, self._cache)
        made.setEnabled(not self._is_read_only)
        made.show_in_library_requested.connect(self.show_in_library_requested)
        made.link_opened.connect(lambda link: QDesktopServices.openUrl(QUrl(link)))
        self._stack.insertWidget(CREATE, made)
        return made

    def _show_tab(self, tab: int) -> None:
        self._stack.setCurrentWidget(self.creation if tab == CREATE else self.details)
