"""The brand kit that goes along with a prompt, and the words that it adds to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from desktop.core.brand_kit import BrandKit, is_from_kit, with_kit
from desktop.core.generation_record import GenerationRequest
from desktop.core.text import tr
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.labels import label

_LONGEST = 22 * UNIT


class KitRow(QWidget):
    """Chooses a kit. Its pictures stand in the tray, where each can be taken out; its words stand
    here as they are sent."""

    chosen = Signal()
    """Another kit, or none."""
    references_changed = Signal(object, object)
    """Of the kit: tuples of Reference, those before and those from now on."""
    edit_wanted = Signal(object)
    """BrandKit to change; None for a new one."""
    default_wanted = Signal(str)
    """Name of the kit that goes along with every new prompt from now on; empty for none."""
    remove_wanted = Signal(str)
    export_wanted = Signal(str)
    """Name of the kit that becomes a file."""
    import_wanted = Signal()
    version_wanted = Signal(str, str)
    """Name and version of a kit that an earlier request had."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.kits: tuple[BrandKit, ...] = ()
        self._kit: BrandKit | None = None
        self._recorded: GenerationRequest | None = None
        self._default = ""
        self._is_decided = False
        self.button = QToolButton()
        self.button.setObjectName("choice")
        self.button.setIcon(theme.icon("chevron-down"))
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.setCursor(Qt.CursorShape.PointingHandCursor)
        self._menu = QMenu(self.button)
        self._menu.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self._menu.aboutToShow.connect(self._fill)
        self.button.setMenu(self._menu)
        self._words = label(tone="faint", scale="small", wraps=True)
        row = QHBoxLayout()
        row.setSpacing(UNIT)
        row.addWidget(label(tr("Brand kit"), weight="strong"))
        row.addStretch(1)
        row.addWidget(self.button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(UNIT // 2)
        column.addLayout(row)
        column.addWidget(self._words)
        self._show()

    @property
    def kit(self) -> BrandKit | None:
        """The one that goes along."""
        return self._kit

    def words(self) -> str:
        """What it says to the model, as it stands here; empty when nothing does."""
        return "" if self._words.isHidden() else self._words.text()

    def show_kits(self, kits: Sequence[BrandKit], default: str) -> None:
        """Those that there are; the default one goes along where nobody decided otherwise."""
        self.kits = tuple(kits)
        self._default = default
        if self._kit is not None and self._recorded is None:
            newest = next((each for each in kits if each.name == self._kit.name), None)
            if newest != self._kit:
                self.choose(newest)
        elif default and not self._is_decided:
            self.choose(next((each for each in kits if each.name == default), None))

    def choose(self, kit: BrandKit | None) -> None:
        """This one goes along from now on."""
        before = self._kit.references() if self._kit else ()
        self._kit, self._recorded = kit, None
        self.references_changed.emit(before, kit.references() if kit else ())
        self._show()
        self.chosen.emit()

    def use(self, request: GenerationRequest) -> None:
        """What an earlier request had; its pictures are among its references."""
        self._is_decided = True
        self._kit = None
        self._recorded = request if request.kit else None
        self._show()
        if request.kit:
            self.version_wanted.emit(request.kit, request.kit_version)

    def show_version(self, kit: BrandKit) -> None:
        """The version that was wanted."""
        recorded = self._recorded
        if recorded and (recorded.kit, recorded.kit_version) == (kit.name, str(kit.version)):
            self._kit = kit
            self._show()
            self.chosen.emit()

    def in_request(self, request: GenerationRequest) -> GenerationRequest:
        """The request, with the kit's words for the pictures that go along."""
        if self._kit is not None:
            return with_kit(request, self._kit)
        if self._recorded is not None:
            held = self._recorded
            return replace(
                request, kit=held.kit, kit_version=held.kit_version, kit_text=held.kit_text
            )
        return request

    def tell(self, request: GenerationRequest) -> None:
        """Show the words that this request would be sent with."""
        self._words.setText(request.kit_text)
        self._words.setVisible(bool(request.kit_text))

    def only_kits(self, request: GenerationRequest) -> bool:
        """Every picture of it was brought by a kit."""
        return all(is_from_kit(reference) for reference in request.references)

    def _show(self) -> None:
        name = self._kit.name if self._kit else self._recorded.kit if self._recorded else ""
        words = name or tr("None")
        self.button.setText(
            self.button.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, _LONGEST)
        )
        self.button.setAccessibleName(tr("Brand kit: {name}", name=words))
        version = self._kit.version if self._kit else 0
        self.button.setToolTip(
            tr("{name}, version {version}", name=name, version=str(version)) if version else words
        )

    def _fill(self) -> None:
        menu = self._menu
        menu.clear()
        none = menu.addAction(tr("None"))
        none.setCheckable(True)
        none.setChecked(self._kit is None)
        none.triggered.connect(lambda: self._decide(None))
        for kit in self.kits:
            action = menu.addAction(kit.name.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(self._kit is not None and kit.name == self._kit.name)
            action.triggered.connect(lambda _=False, kit=kit: self._decide(kit))
        menu.addSeparator()
        menu.addAction(tr("New brand kit…"), lambda: self.edit_wanted.emit(None))
        menu.addAction(tr("Import a brand kit…"), self.import_wanted.emit)
        if (kit := self._kit) is not None:
            menu.addAction(tr("Edit this kit…"), lambda: self.edit_wanted.emit(kit))
            always = menu.addAction(tr("Send it along with every new prompt"))
            always.setCheckable(True)
            always.setChecked(kit.name == self._default)
            always.triggered.connect(lambda is_on: self.default_wanted.emit(kit.name * is_on))
            menu.addAction(tr("Export this kit…"), lambda: self.export_wanted.emit(kit.name))
            menu.addAction(tr("Remove this kit"), lambda: self.remove_wanted.emit(kit.name))

    def _decide(self, kit: BrandKit | None) -> None:
        self._is_decided = True
        self.choose(kit)
