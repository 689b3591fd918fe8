"""Going from one panel to another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from desktop.core.asset import Asset
from desktop.core.change_one_thing import Change
from desktop.core.filter import Filter, NamedFilter
from desktop.core.text import tr
from desktop.qt.browse.centre import Centre
from desktop.qt.browse.sections import ALL, SavedSection
from desktop.qt.browse.sidebar import Sidebar
from desktop.qt.images.pictures import Pictures
from desktop.qt.search.trail import Trail
from desktop.qt.shell.right_panel import CREATE, DETAILS, RightPanel

if TYPE_CHECKING:
    from desktop.core.generation_record import GenerationRecord, Reference


class Navigation(QObject):
    """Takes a person, and what they have in hand, to where it goes on."""

    edit_wanted = Signal(object, object)
    """GenerationRecord and Change: an edit, to be asked for again."""

    def __init__(
        self, sidebar: Sidebar, centre: Centre, right: RightPanel, pictures: Pictures
    ) -> None:
        super().__init__()
        self._sidebar = sidebar
        self._centre = centre
        self._right = right
        self._pictures = pictures
        self.trail = Trail(centre.search)

    def focus_search(self) -> None:
        """The keyboard goes to the search bar, whose text would be replaced by typing."""
        self._centre.search.text_field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._centre.search.text_field.selectAll()

    def narrow(self, section: NamedFilter, instead_of: Iterable[Filter] = ()) -> None:
        """Show only what is of this section too, or no longer only that; All shows everything.

        Args:
            instead_of: conditions that give way to it.
        """
        if section == ALL:
            self._centre.search.clear()
        elif isinstance(section, SavedSection):
            if section.search.asks(self._centre.search.query()):
                self._centre.search.clear()
            else:
                self.show_only(section)
        else:
            self._centre.search.narrow(section, instead_of)

    def show_only(self, section: NamedFilter) -> None:
        """Show all of a section, whatever was shown before."""
        if isinstance(section, SavedSection):
            self._centre.search.show_saved(section.search)
        else:
            self._centre.search.show_only(section)

    def narrow_by(self, wanted: Filter) -> None:
        """Show only what meets a condition too, or no longer only that."""
        self._centre.search.narrow(NamedFilter("", wanted))

    def mark_shown(self) -> None:
        """What is marked in the sidebar is what is shown."""
        search = self._centre.search
        saved = [each for each in self._sidebar.saved() if each.search.asks(search.query())]
        everything = () if not search.query().is_empty else (ALL,)
        self._sidebar.show_marks((*search.narrowing(), *saved) or everything)

    def decide_by_single_keys(self, is_on: bool, *, is_culling: bool = False) -> None:
        """The keyboard goes to the grid, where a key by itself is a decision from now on, or no
        longer."""
        grid = self._centre.grid
        grid.keys.decide(is_on, is_culling=is_culling)
        grid.setFocus()
        if is_culling and is_on and not grid.selected_assets() and grid.assets.rowCount():
            grid.select_asset(grid.assets.asset(0).id)
        elif is_on and grid.selected_assets():
            grid.scrollTo(grid.currentIndex())  # keys decide about what is seen

    def step_back(self) -> None:
        """One step: out of the panel, what the keys mean, the search, the selection."""
        search = self._centre.search
        if search.dismiss_suggestions():
            pass
        elif self._right.is_in_use:
            self._centre.grid.setFocus()
        elif self._centre.grid.keys.leave():
            pass
        elif search.is_searching:
            search.clear_search()
        elif search.text_field.hasFocus():
            self._centre.grid.setFocus()
        else:
            self._centre.grid.clearSelection()

    def use_as_references(self, assets: Sequence[Asset]) -> None:
        """Put these along with the prompt."""
        usable = [
            asset for asset in assets if not (asset.is_missing or asset.is_offline or asset.failure)
        ]
        if usable:
            self._right.creation.add_references(usable)
            self._right.show_tab(CREATE)

    def use_as_reference(self, reference: Reference) -> None:
        """Put a part of a picture, or a frame, along with the prompt."""
        self._right.creation.tray.add([reference])
        self._right.show_tab(CREATE)

    def reuse(self, lineage: GenerationRecord) -> None:
        """Start from how a picture was made; of an edit, in its dialog."""
        if lineage.request.edit:
            self.edit_wanted.emit(lineage, Change.NOTHING)
            return
        self._right.creation.use_request(lineage.request)
        self._right.show_tab(CREATE)

    def reuse_and_change(self, lineage: GenerationRecord, change: Change) -> None:
        """The same, with the keyboard on what is to change, or on the button that makes it."""
        if lineage.request.edit:
            self.edit_wanted.emit(lineage, change)
            return
        self.reuse(lineage)
        creation = self._right.creation
        match change:
            case Change.NOTHING:
                creation.generate_button.setFocus(Qt.FocusReason.OtherFocusReason)
            case Change.WORDS:
                creation.prompt.selectAll()
            case Change.REFERENCES:
                creation.tray.focus_first()
            case Change.MODEL:
                creation.generator_combo.setFocus(Qt.FocusReason.OtherFocusReason)
            case Change.SIZE:
                creation.choices.size_combo.setFocus(Qt.FocusReason.OtherFocusReason)
            case Change.SHAPE:
                creation.choices.ratio_combo.setFocus(Qt.FocusReason.OtherFocusReason)
            case Change.KIT:
                creation.kits.button.setFocus(Qt.FocusReason.OtherFocusReason)
            case Change.SLOT:
                creation.templates.focus_first()

    def show_in_library(self, asset_id: int) -> None:
        """Select an asset, leaving the search or the section when it is not in it."""
        grid = self._centre.grid
        if not grid.select_asset(asset_id):
            self._centre.search.clear()
            if not grid.select_asset(asset_id):
                if self._pictures.asset(asset_id) is None:
                    self._centre.notice.say(tr("This picture is no longer in the library."))
                    return
                self._centre.select_when_there(asset_id)
        self._right.show_tab(DETAILS)
        grid.setFocus()
