"""The keys by which pictures are made: where each comes from, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from desktop.config.secrets import ENVIRONMENT, KEY_STORE, SESSION
from desktop.core.text import marked, tr
from desktop.generation.provider import Provider
from desktop.qt.create.key_form import KeyForm
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.buttons import button
from desktop.qt.widgets.labels import label
from desktop.qt.widgets.panel_scroll import PanelScroll

_SOURCES = {
    "": marked("No key yet."),
    SESSION: marked("Key for this session only; it is kept nowhere."),
    KEY_STORE: marked("Key in this computer's key store."),
    ENVIRONMENT: marked("Key from the environment variable {variable}."),
}


@dataclass(frozen=True, slots=True)
class KeyState:
    """What is known of one service's key.

    Attributes:
        address: where it is used, and only there.
        source: as ``Secrets.source``.
    """

    provider: Provider
    label: str
    address: str
    source: str


class KeysDialog(QDialog):
    """A card for each service. What a person wants goes out by signals with the service's name."""

    test_wanted = Signal(str)
    removal_wanted = Signal(str)
    key_entered = Signal(str, str, bool)
    """Name, key, and whether it is for this session only."""
    link_opened = Signal(str)

    def __init__(
        self, states: Sequence[KeyState], theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Keys for creating"))
        self.resize(72 * UNIT, 68 * UNIT)
        self.cards = {state.provider.name: _KeyCard(state, theme) for state in states}
        body = QWidget()
        inside = QVBoxLayout(body)
        inside.setContentsMargins(0, 0, UNIT, 0)
        inside.setSpacing(2 * UNIT)
        for name, card in self.cards.items():
            card.test_button.clicked.connect(lambda _=False, name=name: self._test(name))
            card.remove_button.clicked.connect(
                lambda _=False, name=name: self.removal_wanted.emit(name)
            )
            card.form.key_entered.connect(
                lambda key, is_for_session, name=name: self.key_entered.emit(
                    name, key, is_for_session
                )
            )
            card.form.link_opened.connect(self.link_opened)
            card.form_opened.connect(self._reveal)
            inside.addWidget(card)
        inside.addStretch()
        foot = QHBoxLayout()
        foot.addStretch()
        foot.addWidget(button(tr("Close"), self.reject))
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * UNIT, 2 * UNIT, 2 * UNIT, 2 * UNIT)
        column.setSpacing(2 * UNIT)
        column.addWidget(
            label(
                tr(
                    "Each key is for one address, and is sent nowhere else. None is ever written "
                    "to a file."
                ),
                tone="soft",
                wraps=True,
            )
        )
        self._scroll = PanelScroll(body)
        column.addWidget(self._scroll, 1)
        column.addLayout(foot)

    def show_state(self, state: KeyState, said: str = "") -> None:
        """This is how it is now; ``said``: what came of what a person wanted."""
        self.cards[state.provider.name].show_state(state, said)

    def show_problem(self, name: str, sentence: str, details: str = "") -> None:
        """It did not work."""
        self.cards[name].show_problem(sentence, details)

    def _reveal(self, form: QWidget) -> None:
        # The layout has to know the form before it can be scrolled to.
        QTimer.singleShot(0, form, lambda: self._scroll.ensureWidgetVisible(form))

    def _test(self, name: str) -> None:
        self.cards[name].show_testing()
        self.test_wanted.emit(name)


class _KeyCard(QFrame):
    form_opened = Signal(QWidget)

    def __init__(self, state: KeyState, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("card")
        self.form = KeyForm(theme, state.provider)
        self.form.setObjectName("")
        self.form.hide()
        self.source = label(wraps=True)
        self.result = label(tone="soft", wraps=True)
        self.test_button = button(tr("Test"), lambda: None)
        self.enter_button = button("", self._enter)
        self.remove_button = button(tr("Remove key"), lambda: None, is_flat=True)
        row = QHBoxLayout()
        row.setSpacing(UNIT)
        for made in (self.test_button, self.enter_button, self.remove_button):
            made.setAccessibleDescription(state.label)
            row.addWidget(made)
        row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * UNIT, UNIT + 4, 2 * UNIT, UNIT + 4)
        column.setSpacing(UNIT)
        column.addWidget(label(state.label, weight="strong"))
        column.addWidget(label(state.address, tone="faint", scale="small", wraps=True))
        column.addWidget(self.source)
        column.addWidget(self.result)
        column.addLayout(row)
        column.addWidget(self.form)
        self.show_state(state, "")

    def show_state(self, state: KeyState, said: str) -> None:
        self.source.setText(tr(_SOURCES[state.source], variable=state.provider.key_variable))
        self.result.setText(said)
        self.result.setVisible(bool(said))
        self.test_button.setEnabled(True)
        self.test_button.setVisible(bool(state.source))
        # What the environment holds is not ours to remove.
        self.remove_button.setVisible(state.source in {SESSION, KEY_STORE})
        self.enter_button.setText(tr("Replace…") if state.source else tr("Enter…"))
        self.form.hide()
        self.form.ask()

    def show_testing(self) -> None:
        self.test_button.setEnabled(False)
        self.result.setText(tr("Asking whether the key is accepted…"))
        self.result.show()

    def show_problem(self, sentence: str, details: str) -> None:
        self.test_button.setEnabled(True)
        if self.form.isHidden():
            self.result.setText(sentence)
            self.result.show()
        else:
            self.form.ask("", sentence, details)

    def _enter(self) -> None:
        self.form.setVisible(self.form.isHidden())
        if not self.form.isHidden():
            self.form.field.setFocus()
            self.form_opened.emit(self.form)
