"""Where the window was and what it showed, taken down and brought back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QGuiApplication

from desktop.config.window_memory import ShownPlace, WindowState

if TYPE_CHECKING:
    from desktop.qt.browse.centre import Centre
    from desktop.qt.browse.sidebar import Sidebar
    from desktop.qt.shell.main_window import MainWindow


def fitted(wanted: QRect, screens: Sequence[QRect]) -> QRect:
    """The same on the screen that shows most of it, no larger than that, and all of it in view.

    Args:
        screens: what is free of each, the main one first; a screen may be gone since.
    """

    def seen(screen: QRect) -> int:
        part = screen.intersected(wanted)
        return part.width() * part.height() if part.isValid() else 0

    screen = max(screens, key=seen)  # of none that shows anything the first
    size = wanted.size().boundedTo(screen.size())
    left = min(max(wanted.left(), screen.left()), screen.left() + screen.width() - size.width())
    top = min(max(wanted.top(), screen.top()), screen.top() + screen.height() - size.height())
    return QRect(left, top, size.width(), size.height())


def place_window(window: MainWindow, state: WindowState) -> None:
    """Before it is shown: where it was, on a screen that there is."""
    main = QGuiApplication.primaryScreen()
    others = [screen for screen in QGuiApplication.screens() if screen is not main]
    # A part of the screen is the window's frame.
    screens = [s.availableGeometry().adjusted(0, 32, 0, 0) for s in (main, *others)]
    if state.width > 0 and state.height > 0:
        window.setGeometry(fitted(QRect(state.left, state.top, state.width, state.height), screens))
    else:
        window.resize(window.size().boundedTo(screens[0].size()))  # the system finds its place
    if state.is_maximized:
        window.showMaximized()
    window.panel_widths = (
        state.sidebar or window.panel_widths[0],
        state.right or window.panel_widths[1],
    )
    window.is_right_wanted = state.is_right_shown


def arrange_panels(window: MainWindow, state: WindowState) -> None:
    """Once the panels are there."""
    window.right.set_shown(state.is_right_shown)
    if 0 < state.right_tab < window.right.tabs.count():
        window.right.tabs.setCurrentIndex(state.right_tab)


def window_state(window: MainWindow) -> WindowState:
    """How the window is now."""
    place = window.normalGeometry() if window.isMaximized() else window.geometry()
    if not place.isValid():
        place = QRect(window.pos(), QSize(0, 0))
    state = WindowState(
        place.left(),
        place.top(),
        place.width(),
        place.height(),
        is_maximized=window.isMaximized(),
    )
    if not window.has_panels:
        return state
    return replace(
        state,
        sidebar=window.sidebar.width(),
        right=window.right.width(),
        is_right_shown=not window.right.isHidden(),
        right_tab=window.right.tabs.currentIndex(),
    )


def set_orders(centre: Centre, place: ShownPlace) -> None:
    """Before the library is read, so that it is read in the order that is wanted."""
    # With all that it needs of searching: not before the window is to be seen.
    from desktop.qt.browse.ordering import BROWSING, SEARCHING, TURNABLE, Order

    if place.order in BROWSING:
        centre.order = Order(place.order)
    if place.hit_order in SEARCHING:
        centre.hit_order = Order(place.hit_order)
    centre.turned = {order for order in TURNABLE if order in place.turned}


def come_back(centre: Centre, place: ShownPlace) -> None:
    """Show what was shown, unless the person has begun something else meanwhile."""
    if not centre.search.query().is_empty:
        return
    if place.query:
        centre.search.text_field.setText(place.query)
        centre.search.finish()
    centre.come_back(place.browsed, place.found)


def shown_place(centre: Centre, sidebar: Sidebar, *, is_stacked: bool) -> ShownPlace:
    """What is shown now; ``is_stacked``: with near-duplicates behind their best one."""
    browsed, found = centre.places()
    return ShownPlace(
        query=centre.search.query().text,
        order=centre.order.value,
        hit_order=centre.hit_order.value,
        turned=tuple(sorted(order.value for order in centre.turned)),
        browsed=browsed,
        found=found,
        closed_folders=sidebar.folders.closed(),
        is_stacked=is_stacked,
        opened=tuple(sorted(centre.opened_in_stacks)) if is_stacked else (),
    )
