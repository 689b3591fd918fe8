"""All settings, to be found by what they are called and what they do."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.config.about_settings import SettingGroup
from desktop.config.settings import Settings, about_settings
from desktop.core.text import tr
from desktop.qt.manage.setting_row import CONTROL_WIDTH, Choices, SettingRow, Value
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.buttons import button
from desktop.qt.widgets.empty_state import EmptyState, StateAction, StateText
from desktop.qt.widgets.labels import label
from desktop.qt.widgets.panel_scroll import PanelScroll

_CLEAR = "clear"


class SettingsDialog(QDialog):
    """Made from what the settings say of themselves. A change is told at once.

    Args:
        choices: of settings whose values only the running program knows.
        actions: text of an action by the group in whose place it is offered, and its id.
    """

    changed = Signal(str, object)
    """Name of a setting, and what it is to be."""
    action_wanted = Signal(str)
    """Id of an action; the dialog gives way to it."""

    def __init__(
        self,
        settings: Settings,
        theme: Theme,
        choices: Mapping[str, Choices],
        actions: Mapping[SettingGroup, tuple[str, str, str]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Settings"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(112 * UNIT, 76 * UNIT)
        self.rows: dict[str, SettingRow] = {}
        self._heads: dict[SettingGroup, QLabel] = {}
        self._links: dict[SettingGroup, QWidget] = {}
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search settings"))
        self.search.setAccessibleName(tr("Search settings"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.groups = QListWidget()
        self.groups.setObjectName("groups")
        self.groups.setAccessibleName(tr("Groups of settings"))
        self.groups.setFixedWidth(21 * UNIT)
        self.groups.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

        body = QWidget()
        self._list = QVBoxLayout(body)
        self._list.setContentsMargins(UNIT, 0, UNIT, 2 * UNIT)
        self._list.setSpacing(0)
        for group in SettingGroup:
            item = QListWidgetItem(tr(group.value), self.groups)
            item.setSizeHint(QSize(0, 4 * UNIT))
            self._add_group(group, settings, theme, choices, actions)
        self._list.addStretch()
        self.area = PanelScroll(body)
        self.groups.setCurrentRow(0)
        self.groups.currentRowChanged.connect(self._go_to)
        self.area.verticalScrollBar().valueChanged.connect(self._mark_group)
        self._is_going = False
        self.nothing = EmptyState(theme, is_quiet=True)
        self.nothing.action_chosen.connect(lambda _: self.search.clear())
        self._stack = QStackedWidget()
        self._stack.addWidget(self.area)
        self._stack.addWidget(self.nothing)

        middle = QHBoxLayout()
        middle.setSpacing(2 * UNIT)
        middle.addWidget(self.groups)
        middle.addWidget(self._stack, 1)
        foot = QHBoxLayout()
        self.restart_note = label(tone="soft", wraps=True)
        foot.addWidget(self.restart_note, 1)
        foot.addWidget(button(tr("Close"), self.accept))
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * UNIT, 3 * UNIT, 2 * UNIT, 2 * UNIT)
        column.setSpacing(2 * UNIT)
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, UNIT, 0)
        top.addWidget(self.search)
        column.addLayout(top)
        column.addLayout(middle, 1)
        column.addLayout(foot)
        self.search.setFocus()

    def show_changed(self, name: str, value: Value) -> None:
        """It is kept."""
        row = self.rows[name]
        row.show_value(value)
        if row.about.needs_restart:
            self.restart_note.setText(
                tr("What you changed takes effect when Plantain is started again.")
            )

    def show_failure(self, name: str, value: Value, sentence: str) -> None:
        """It could not be changed, and is still this."""
        self.rows[name].show_failure(value, sentence)

    def done(self, result: int) -> None:
        # What was typed into a field and not left is meant all the same.
        for row in self.rows.values():
            row.finish()
        super().done(result)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
            self.search.setFocus()
            return
        super().keyPressEvent(event)

    # ------------------------------------------------------------------ inside

    def _add_group(
        self,
        group: SettingGroup,
        settings: Settings,
        theme: Theme,
        choices: Mapping[str, Choices],
        actions: Mapping[SettingGroup, tuple[str, str, str]],
    ) -> None:
        head = label(tr(group.value), scale="large", weight="strong")
        head.setContentsMargins(0, 2 * UNIT if self._heads else 0, 0, UNIT // 2)
        self._heads[group] = head
        self._list.addWidget(head)
        for name, about in about_settings().items():
            if about.group is not group:
                continue
            value = getattr(settings, name)
            named = choices.get(name) or [(key, tr(title)) for key, title in about.choices]
            row = SettingRow(name, about, value, named, theme, shown=str(value) or tr("Default"))
            row.changed.connect(self.changed)
            row.action_wanted.connect(self._give_way)
            self.rows[name] = row
            self._list.addWidget(row)
        if group in actions:
            action_id, text, words = actions[group]
            self._links[group] = link = _link(text, words, lambda: self._give_way(action_id))
            self._list.addWidget(link)

    def _give_way(self, action_id: str) -> None:
        self.accept()
        self.action_wanted.emit(action_id)

    def _filter(self, text: str) -> None:
        words = text.casefold().split()
        shown: set[SettingGroup] = set()
        for row in self.rows.values():
            fits = row.fits(words)
            row.setVisible(fits)
            if fits:
                shown.add(row.about.group)
        for group, head in self._heads.items():
            head.setVisible(group in shown)
            self.groups.item(list(SettingGroup).index(group)).setHidden(group not in shown)
        for group, link in self._links.items():
            link.setVisible(group in shown and not words)
        if not shown:
            self.nothing.show_state(
                StateText(
                    "search",
                    tr("No setting has “{text}” in it", text=text.strip()),
                    actions=(StateAction(_CLEAR, tr("Show all settings")),),
                )
            )
        self._stack.setCurrentWidget(self.area if shown else self.nothing)
        self.area.verticalScrollBar().setValue(0)

    def _go_to(self, at: int) -> None:
        """Bring the group to the top; what is marked stays that, also where there is no more to
        scroll."""
        group = list(SettingGroup)[at]

        def scroll() -> None:
            self._is_going = True
            self.area.verticalScrollBar().setValue(self._heads[group].y())
            self._is_going = False

        scroll()
        QTimer.singleShot(0, self, scroll)  # also after rows have come back

    def _mark_group(self, top: int) -> None:
        if self._is_going:
            return
        shown = [g for g, head in self._heads.items() if not head.isHidden()]
        above = [group for group in shown if self._heads[group].y() <= top + UNIT]
        if above:
            self.groups.blockSignals(True)
            self.groups.setCurrentRow(list(SettingGroup).index(above[-1]))
            self.groups.blockSignals(False)


def _link(text: str, words: str, chosen: Callable[[], object]) -> QWidget:
    """What is entered elsewhere, and the way there."""
    held = QWidget()
    row = QHBoxLayout(held)
    row.setContentsMargins(0, UNIT, 5 * UNIT, UNIT)
    row.setSpacing(2 * UNIT)
    row.addWidget(label(words, tone="soft", wraps=True), 1)
    made = button(text, chosen)
    made.setFixedWidth(CONTROL_WIDTH)
    row.addWidget(made, alignment=Qt.AlignmentFlag.AlignTop)
    return held
