"""The line above the preview: where one is, what is seen, how large, on which ground."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from desktop.core.asset import Asset
from desktop.core.text import number, tr
from desktop.qt.preview.grounds import Ground
from desktop.qt.theme import CONTROL_HEIGHT, UNIT, Theme
from desktop.qt.widgets.buttons import icon_button
from desktop.qt.widgets.labels import ElidedLabel, label

SCALES = (0.5, 1.0, 2.0, 4.0)
"""Offered beside fitting."""
_ROOM_FOR_PLACE = 64 * UNIT
_ROOM_FOR_FACTS = 84 * UNIT
"""Width from which the dimensions have room beside the name."""


class TitleBar(QWidget):
    """Shows where one is and offers what changes how a picture is looked at; decides nothing."""

    stepped = Signal(int)
    """To the next picture (1), or the one before (-1)."""
    scale_chosen = Signal(float)
    """Device pixels a pixel; 0: fit."""
    ground_chosen = Signal(object)
    """Ground."""
    grey_chosen = Signal(bool)
    selecting_chosen = Signal(bool)
    """A part of the picture is to be marked, or no longer."""
    text_chosen = Signal(bool)
    """What is written in the picture is to be marked, or no longer."""
    link_chosen = Signal(bool)
    """What is enlarged of one is enlarged of all."""
    over_chosen = Signal(bool)
    """Two in one place, with a line between them; else side by side."""
    full_screen_chosen = Signal(bool)
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = ElidedLabel()
        self.place = label(tone="soft")
        self.facts = label(tone="faint")
        self.previous = icon_button(
            theme, "chevron-left", tr("Previous picture (←)"), lambda: self.stepped.emit(-1)
        )
        self.following = icon_button(
            theme, "chevron-right", tr("Next picture (→)"), lambda: self.stepped.emit(1)
        )
        self.percent = self._menu_button(tr("How large (Z: all of it, or its single pixels)"))
        self.percent.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.percent.setMinimumWidth(7 * UNIT)
        self._fill_scales(self.percent.menu())
        self.ground_button = self._menu_button(tr("Ground (B)"))
        self.ground_button.setIcon(theme.icon("layers"))
        self._grounds = self._fill_grounds(self.ground_button.menu())
        self.grey_button = _switch(theme, "contrast", tr("Without colours (G)"), self.grey_chosen)
        self.part_button = _switch(theme, "crop", tr("Mark a part (M)"), self.selecting_chosen)
        self.text_button = _switch(
            theme, "scan-text", tr("Mark what is written in it (W)"), self.text_chosen
        )
        self.link_button = _switch(
            theme, "link-2", tr("Enlarge all together (L)"), self.link_chosen
        )
        self.over_button = _switch(
            theme, "square-split-horizontal", tr("One over the other (S)"), self.over_chosen
        )
        self.full_button = _switch(
            theme, "fullscreen", tr("Full screen (F11)"), self.full_screen_chosen
        )
        self.link_button.setChecked(True)
        self.close_button = icon_button(theme, "x", tr("Back (Esc)"), self.closed.emit)
        self.tools = QHBoxLayout()
        self.tools.setSpacing(UNIT // 2)
        for widget in (
            *(self.percent, self.part_button, self.text_button, self.link_button),
            *(self.over_button, self.ground_button, self.grey_button, self.full_button),
            self.close_button,
        ):
            self.tools.addWidget(widget)
        row = QHBoxLayout(self)
        row.setContentsMargins(UNIT, UNIT, UNIT, UNIT)
        row.setSpacing(UNIT)
        for widget in (self.previous, self.following, self.place):
            row.addWidget(widget)
        row.addWidget(self.name, 1)
        row.addWidget(self.facts)
        row.addLayout(self.tools)

    @property
    def ground(self) -> Ground:
        """The one that is chosen."""
        chosen = self._grounds.checkedAction()
        return Ground.CHECKS if chosen is None else chosen.data()

    def next_ground(self) -> None:
        """Choose the one after it."""
        actions = self._grounds.actions()
        at = [action.data() for action in actions].index(self.ground)
        actions[(at + 1) % len(actions)].trigger()

    def show_asset(self, asset: Asset) -> None:
        """Name and dimensions of a picture."""
        self.name.setText(asset.filename)
        self.name.setToolTip(asset.filename)
        width, height = number(asset.width), number(asset.height)
        known = asset.width > 0 and asset.height > 0
        self.facts.setText(f"{width} × {height}" if known else "")
        self._fit_facts()
        # What was made from a picture is compared with that.
        self._offer(has_part=True, has_link=False, has_over=asset.is_generated)

    def show_colours(self, words: str) -> None:
        """How colours come to the screen."""
        self.facts.setToolTip(words)
        self.percent.setToolTip(f"{self.percent.accessibleName()}\n{words}")

    def show_several(self, count: int) -> None:
        """Pictures side by side, which have their names below them."""
        self._offer(has_part=False, has_link=True, has_over=count == 2)
        self.name.setText(tr("Side by side"))
        self.name.setToolTip("")
        self.facts.setText("")
        self._fit_facts()

    def show_place(self, at: int, count: int) -> None:
        """Where the picture stands, from 1; of 0: it cannot be stepped."""
        told = tr("{at} of {count}", at=number(at), count=number(count)) if count else ""
        self.place.setText(told)
        self._fit_facts()
        for step, is_there in ((self.previous, at > 1), (self.following, at < count)):
            step.setVisible(count > 0)
            step.setEnabled(is_there)

    def show_scale(self, scale: float) -> None:
        """Device pixels that a pixel takes; 0 without a picture."""
        told = number(scale * 100, 0 if scale >= 0.1 else 1)
        self.percent.setText(tr("{percent} %", percent=told) if scale else "–")
        self.percent.setEnabled(scale > 0)

    def resizeEvent(self, event: object) -> None:
        self._fit_facts()

    # ------------------------------------------------------------------ inside

    def _offer(self, *, has_part: bool, has_link: bool, has_over: bool) -> None:
        self.part_button.setVisible(has_part)
        self.text_button.setVisible(has_part)
        self.link_button.setVisible(has_link)
        self.over_button.setVisible(has_over)

    def _fit_facts(self) -> None:
        self.facts.setVisible(bool(self.facts.text()) and self.width() >= _ROOM_FOR_FACTS)
        self.place.setVisible(bool(self.place.text()) and self.width() >= _ROOM_FOR_PLACE)

    def _menu_button(self, name: str) -> QToolButton:
        made = QToolButton()
        made.setToolTip(name)
        made.setAccessibleName(name)
        made.setFixedHeight(CONTROL_HEIGHT)
        made.setMinimumWidth(CONTROL_HEIGHT)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        made.setMenu(QMenu(made))
        return made

    def _fill_scales(self, menu: QMenu) -> None:
        menu.addAction(tr("Fit")).triggered.connect(lambda: self.scale_chosen.emit(0.0))
        for scale in SCALES:
            told = tr("{percent} %", percent=number(scale * 100))
            chosen = menu.addAction(told)
            chosen.triggered.connect(lambda _=False, scale=scale: self.scale_chosen.emit(scale))

    def _fill_grounds(self, menu: QMenu) -> QActionGroup:
        group = QActionGroup(menu)
        for ground in Ground:
            action = menu.addAction(tr(ground.value))
            action.setCheckable(True)
            action.setData(ground)
            action.setChecked(ground is Ground.CHECKS)
            group.addAction(action)
        group.triggered.connect(lambda action: self.ground_chosen.emit(action.data()))
        return group


def _switch(theme: Theme, icon: str, name: str, chosen: SignalInstance) -> QToolButton:
    """A button that is on or off."""
    made = icon_button(theme, icon, name)
    made.setCheckable(True)
    made.toggled.connect(chosen)
    return made
