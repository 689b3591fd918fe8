"""The actions of the window as the palette and the sheet of shortcuts list them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from PySide6.QtGui import QKeySequence

from desktop.core.text import marked, tr
from desktop.qt.browse.sections import SectionKind, kind_of, title_of
from desktop.qt.browse.sidebar import Sidebar
from desktop.qt.command_palette.offer import Offer
from desktop.qt.preview.keys import PREVIEW_KEYS
from desktop.qt.shell.action_list import ActionList
from desktop.qt.shell.menus import ASSET_MENU, MENU
from desktop.qt.shell.navigation import Navigation

PLACES = {
    "search": marked("Search"),
    "browse": marked("Browse"),
    "preview": marked("Preview"),
    "asset": marked("Picture"),
    "annotations": marked("Tags and stars"),
    "details": marked("Details"),
    "create": marked("Create"),
    "edit": marked("Edit"),
    "library": marked("Library"),
    "lineage": marked("Picture"),
    "trash": marked("Picture"),
    "duplicates": marked("Library"),
    "ignore_rules": marked("Library"),
    "missing": marked("Library"),
    "backup": marked("Library"),
    "exchange": marked("Library"),
    "models": marked("Library"),
    "server": marked("Team"),
    "team": marked("Team"),
    "settings": marked("Window"),
    "help": marked("Window"),
    "window": marked("Window"),
}
"""First word of an action's id -> its heading, in the order of the sheet."""

_KINDS = {
    SectionKind.PLAIN: marked("Library"),
    SectionKind.FOLDER: marked("Folder"),
    SectionKind.BOARD: marked("Board"),
    SectionKind.TAG: marked("Tag"),
    SectionKind.SAVED: marked("Saved search"),
}


def action_offers(actions: ActionList) -> list[Offer]:
    """Every action, by its heading."""
    menus = {
        action_id: tr(name)
        for name, menu in ((marked("menu"), MENU), (marked("menu of a picture"), ASSET_MENU))
        for group in menu
        for action_id in group
    }
    order = list(PLACES)
    found: list[tuple[int, Offer]] = []
    for action in actions.all():
        first = action.id.partition(".")[0]
        offer = Offer(
            action.text(),
            actions[action.id].trigger,
            place=tr(PLACES.get(first, marked("Window"))),
            menu=menus.get(action.id, ""),
            keys=tuple(_shown(keys) for keys in action.keys),
            why_not=actions.why_not(action),
            icon=action.icon,
        )
        found.append((order.index(first) if first in order else len(order), offer))
    return [offer for _, offer in sorted(found, key=lambda each: each[0])]


def decision_offers(actions: ActionList) -> list[Offer]:
    """What a key by itself does while single keys decide, for the sheet."""
    return [
        Offer(
            action.text(),
            actions[action.id].trigger,
            place=actions["browse.single_keys"].text(),
            keys=(_shown(action.single_key),),
        )
        for action in actions.all()
        if action.single_key
    ]


def preview_offers(show: Callable[[], object]) -> list[Offer]:
    """What keys do while a picture is looked at large, for the sheet.

    Args:
        show: looks at one large, without which none of them means anything.
    """
    return [
        Offer(tr(key.name), show, place=tr(PLACES["preview"]), keys=tuple(map(_shown, key.keys)))
        for key in PREVIEW_KEYS
    ]


def goal_offers(sidebar: Sidebar, go: Navigation) -> Iterator[Offer]:
    """What the sidebar lists, to go there by its name."""
    for row in sidebar.all_rows():
        place = tr(_KINDS.get(kind_of(row.section), marked("Library")))
        yield Offer(
            title_of(row.section),
            partial(go.show_only, row.section),
            place=place,
            icon=row.icon,
            is_goal=True,
        )


def all_offers(actions: ActionList, sidebar: Sidebar, go: Navigation) -> list[Offer]:
    """What the palette lists; not how it is opened."""
    here = actions["window.commands"].trigger
    goals: Iterable[Offer] = goal_offers(sidebar, go) if actions.state.is_open else ()
    return [*(each for each in action_offers(actions) if each.run != here), *goals]


def _shown(keys: str) -> str:
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
