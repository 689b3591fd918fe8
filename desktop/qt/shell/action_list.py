"""Everything that a person can do, as one list: menus and shortcuts are made from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from desktop.core.filter import NamedFilter
from desktop.core.text import tr
from desktop.qt.browse.sections import SectionKind, kind_of
from desktop.qt.shell.menus import SUBMENUS


@dataclass(frozen=True, slots=True)
class ActionState:
    """What decides which actions can be taken now.

    Attributes:
        is_open: a library is open.
        is_read_only: it may not be changed.
        selected: how many pictures are selected.
        has_own_order: what is shown is in the order that a person made.
    """

    is_open: bool = False
    is_read_only: bool = False
    selected: int = 0
    has_own_order: bool = False


When = Callable[[ActionState], bool]


def always(_: ActionState) -> bool:
    return True


def writable(now: ActionState) -> bool:
    return not now.is_read_only


def selected(now: ActionState) -> bool:
    return now.selected > 0


def one_selected(now: ActionState) -> bool:
    return now.selected == 1


def selected_and_writable(now: ActionState) -> bool:
    return selected(now) and writable(now)


@dataclass(frozen=True, slots=True)
class Action:
    """Something that can be done, wherever it is offered.

    Attributes:
        id: its name for the program ("library.rescan").
        text: its name for people, asked for whenever it is shown.
        run: does it.
        keys: shortcuts in Qt's notation, the one that menus show first.
        icon: name of its icon; empty for none.
        when: it can be done now.
        is_checked: for something that is on or off.
        in_grid: its keys mean something only while the grid has the focus.
        unmet: why it cannot be done, where neither the library nor the selection is the reason.
        single_key: does the same in the grid while single keys decide there; at any other time it
            is the beginning of a name, so nothing is ever changed by typing.
    """

    id: str
    text: Callable[[], str]
    run: Callable[[], object]
    keys: tuple[str, ...] = ()
    icon: str = ""
    when: When = always
    is_checked: Callable[[], bool] | None = None
    in_grid: bool = False
    unmet: Callable[[], str] | None = None
    single_key: str = ""


@dataclass(frozen=True, slots=True)
class SectionAction:
    """Something that can be done with a section of the sidebar, offered in its menu.

    Attributes:
        kind: of the sections that it is for.
        fits: whether it is for this one of them.
    """

    id: str
    text: Callable[[], str]
    run: Callable[[NamedFilter], object]
    kind: SectionKind
    when: When = always
    fits: Callable[[NamedFilter], bool] = lambda _: True


class ActionList(QObject):
    """Makes a ``QAction`` of every action and keeps it true.

    Args:
        window: where shortcuts are heard.
        grid: where those are heard that are ``in_grid``.
    """

    grown = Signal()
    """There are more actions than before."""

    def __init__(self, window: QWidget, grid: QWidget) -> None:
        super().__init__()
        self._window = window
        self._grid = grid
        self._actions: dict[str, Action] = {}
        self._made: dict[str, QAction] = {}
        self._for_sections: list[SectionAction] = []
        self._is_single_key = False
        self.state = ActionState()

    def add(self, actions: Iterable[Action], for_sections: Iterable[SectionAction] = ()) -> None:
        """Offer these as well."""
        for action in actions:
            self._actions[action.id] = action
            self._made[action.id] = self._make(action)
        self._for_sections += for_sections
        self.refresh()
        self.grown.emit()

    def all(self) -> tuple[Action, ...]:
        """Every action, in the order in which they were added."""
        return tuple(self._actions.values())

    def __contains__(self, action_id: str) -> bool:
        return action_id in self._made

    def __getitem__(self, action_id: str) -> QAction:
        return self._made[action_id]

    def set_state(self, **changes: object) -> None:
        """Something is so now that decides what can be done."""
        state = replace(self.state, **changes)  # pyright: ignore[reportArgumentType]
        if state != self.state:
            self.state = state
            self.refresh()

    def use_single_keys(self, is_on: bool) -> None:
        """Whether a key by itself decides in the grid."""
        self._is_single_key = is_on
        for action_id, action in self._actions.items():
            if action.single_key:
                self._set_keys(self._made[action_id], action)
        self.refresh()

    def hear_in(self, panel: QWidget) -> None:
        """Hear the keys that are ``in_grid`` in another panel as well."""
        for action_id, action in self._actions.items():
            if action.in_grid:
                panel.addAction(self._made[action_id])

    def refresh(self) -> None:
        """Ask every action for its name and whether it can be taken."""
        for action_id, action in self._actions.items():
            made = self._made[action_id]
            made.setText(action.text())
            made.setEnabled(action.when(self.state))
            if action.is_checked is not None:
                made.setChecked(action.is_checked())

    def why_not(self, action: Action) -> str:
        """Why an action cannot be done now: what would have to be otherwise. Empty when it can."""
        if action.when(self.state):
            return ""
        for reason, otherwise in (
            (tr("Select a picture first."), {"selected": max(2, self.state.selected)}),
            (tr("Select one picture."), {"selected": 1}),
            (tr("This library is open read-only."), {"is_read_only": False}),
            (tr("Open a library first."), {"is_open": True}),
            (tr("The library is open already."), {"is_open": False}),
            (tr("Not in a board’s own order: choose another one."), {"has_own_order": False}),
        ):
            if action.when(replace(self.state, **otherwise)):  # pyright: ignore[reportArgumentType]
                return reason
        return action.unmet() if action.unmet else tr("It cannot be done now.")

    # ------------------------------------------------------------------ menus

    def fill(self, menu: QMenu, groups: Sequence[Sequence[str]]) -> None:
        """Put those of these that there are into a menu, with a line between groups."""
        menu.clear()
        self._fill(menu, groups)

    def popup(self, groups: Sequence[Sequence[str]], where: QPoint) -> None:
        """Open a menu of these; what cannot be taken now is grey, so that each keeps its place."""
        menu = self._popup_menu()
        self._fill(menu, groups)
        menu.popup(where)

    def popup_for(self, section: NamedFilter, where: QPoint) -> None:
        """Open the menu of a section, if there is anything in it."""
        offered = [
            action
            for action in self._for_sections
            if kind_of(section) is action.kind and action.when(self.state) and action.fits(section)
        ]
        if not offered:
            return
        menu = self._popup_menu()
        for action in offered:
            menu.addAction(action.text()).triggered.connect(lambda _, do=action.run: do(section))
        menu.popup(where)

    def _fill(self, menu: QMenu, groups: Sequence[Sequence[str]]) -> None:
        for group in groups:
            offered = [name for name in group if name in self._made or name in SUBMENUS]
            if offered and not menu.isEmpty():
                menu.addSeparator()
            for name in offered:
                if name in SUBMENUS:
                    title, inner = SUBMENUS[name]
                    self._fill(menu.addMenu(tr(title)), inner)
                else:
                    menu.addAction(self._made[name])

    def _popup_menu(self) -> QMenu:
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    def _make(self, action: Action) -> QAction:
        heard_in = self._grid if action.in_grid else self._window
        made = QAction(action.text(), heard_in)
        made.setObjectName(action.id)
        self._set_keys(made, action)
        if action.in_grid:
            made.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        made.setCheckable(action.is_checked is not None)
        made.triggered.connect(lambda: self._run(action))
        heard_in.addAction(made)
        return made

    def _set_keys(self, made: QAction, action: Action) -> None:
        single = (action.single_key,) if action.single_key and self._is_single_key else ()
        made.setShortcuts([QKeySequence(keys) for keys in (*action.keys, *single)])

    def _run(self, action: Action) -> None:
        action.run()
        self.refresh()
