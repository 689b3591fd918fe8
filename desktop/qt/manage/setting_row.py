"""One setting in the dialog: its name, a sentence, and what it is set to."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from desktop.config.about_settings import About
from desktop.config.settings import Settings, entered
from desktop.core.errors import SettingsError
from desktop.core.text import tr
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.buttons import button, icon_button
from desktop.qt.widgets.labels import ElidedLabel, label
from desktop.qt.widgets.styling import set_property

CONTROL_WIDTH = 32 * UNIT
_NUMBER_WIDTH = 11 * UNIT

Value = str | int | float
Choices = Sequence[tuple[str, str]]


class SettingRow(QWidget):
    """Shows a setting and takes another value; a value that is none is refused beside it.

    Args:
        choices: values with their names, shown as they are; none where anything can be typed.
        shown: what is said of a setting that is changed elsewhere.
    """

    changed = Signal(str, object)
    """Name, and the value that a person chose."""
    action_wanted = Signal(str)
    """Id of the action that changes it."""

    def __init__(
        self,
        name: str,
        about: About,
        value: Value,
        choices: Choices,
        theme: Theme,
        *,
        shown: str = "",
    ) -> None:
        super().__init__()
        self.name, self.about = name, about
        self._value, self._choices = value, choices
        self._default: Value = getattr(Settings(), name)
        self.title = tr(about.title)
        self.problem = label(tone="danger", wraps=True)
        self.problem.hide()
        self.reset_button = icon_button(
            theme, "rotate-ccw", tr("{title}: as it was at first", title=self.title), self._reset
        )
        kept = self.reset_button.sizePolicy()
        kept.setRetainSizeWhenHidden(True)
        self.reset_button.setSizePolicy(kept)
        self.control = self._control(shown)

        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label(self.title, weight="strong"))
        words.addWidget(label(tr(about.help), tone="soft", wraps=True))
        if about.needs_restart:
            words.addWidget(
                label(
                    tr("Takes effect when Plantain is started again."),
                    tone="faint",
                    scale="small",
                    wraps=True,
                )
            )
        words.addWidget(self.problem)
        words.addStretch()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, UNIT, 0, UNIT)
        row.setSpacing(UNIT)
        row.addLayout(words, 1)
        row.addSpacing(UNIT)
        held = self._with_unit() if about.unit else self.control
        row.addWidget(held, alignment=Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.reset_button, alignment=Qt.AlignmentFlag.AlignTop)
        self.show_value(value)

    def show_value(self, value: Value) -> None:
        """It is set to this."""
        self._value = value
        self._refuse("")
        self.reset_button.setVisible(value != self._default and not self.about.set_by)
        control = self.control
        if isinstance(control, QComboBox):
            control.setCurrentIndex(control.findData(value))
        elif isinstance(control, QCheckBox):
            control.setChecked(bool(value))
        elif isinstance(control, QLineEdit):
            control.setText(_typed(value))

    def show_failure(self, value: Value, sentence: str) -> None:
        """It could not be changed, and is still this."""
        self.show_value(value)
        self._refuse(sentence)

    def finish(self) -> None:
        """Take what was typed and not left yet."""
        if isinstance(self.control, QLineEdit):
            self._enter()

    def fits(self, words: Sequence[str]) -> bool:
        """All of these are somewhere in what is said here."""
        about = self.about
        named = " ".join(name for _, name in self._choices)
        text = f"{self.title} {tr(about.help)} {tr(about.group.value)} {named} {self.name}"
        return all(word in text.casefold() for word in words)

    # ------------------------------------------------------------------ inside

    def _control(self, shown: str) -> QWidget:
        about = self.about
        if about.set_by:
            made: QWidget = self._elsewhere(shown)
        elif isinstance(self._default, bool):
            made = QCheckBox(tr("On"))
            made.setAccessibleName(self.title)
            made.clicked.connect(lambda on: self.changed.emit(self.name, on))
        elif self._choices:
            made = QComboBox()
            for choice, name in self._choices:
                made.addItem(name, choice)
            if made.findData(self._value) < 0:  # written into the file by hand
                made.addItem(str(self._value), self._value)
            made.setAccessibleName(self.title)
            made.activated.connect(lambda at, box=made: self._choose(box.itemData(at)))
        else:
            made = QLineEdit()
            made.setAccessibleName(f"{self.title} ({tr(about.unit)})" if about.unit else self.title)
            made.editingFinished.connect(self._enter)
            made.textEdited.connect(lambda _: self._refuse(""))
            if about.unit:
                made.setAlignment(Qt.AlignmentFlag.AlignRight)
                made.setFixedWidth(_NUMBER_WIDTH)
                return made
        made.setFixedWidth(CONTROL_WIDTH)
        return made

    def _with_unit(self) -> QWidget:
        """The control, with what its number counts behind it."""
        held = QWidget()
        held.setFixedWidth(CONTROL_WIDTH)
        row = QHBoxLayout(held)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(UNIT)
        row.addWidget(self.control)
        row.addWidget(label(tr(self.about.unit), tone="soft"), 1)
        return held

    def _elsewhere(self, shown: str) -> QWidget:
        held = QWidget()
        column = QVBoxLayout(held)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(UNIT // 2)
        change = button(tr("Change…"), lambda: self.action_wanted.emit(self.about.set_by))
        change.setAccessibleName(tr("{title}: change…", title=self.title))
        column.addWidget(change)
        what = ElidedLabel(shown)
        what.setProperty("tone", "faint")
        what.setToolTip(shown)
        column.addWidget(what)
        return held

    def _choose(self, value: object) -> None:
        if value != self._value:
            self.changed.emit(self.name, value)

    def _enter(self) -> None:
        assert isinstance(self.control, QLineEdit)
        text = self.control.text()
        if text == _typed(self._value):
            self._refuse("")
            return
        try:
            value = entered(self.name, text)
        except SettingsError as error:
            self._refuse(error.message)
            return
        self._refuse("")
        if value != self._value:
            self._value = value
            self.changed.emit(self.name, value)

    def _reset(self) -> None:
        self.control.setFocus()
        self.changed.emit(self.name, self._default)

    def _refuse(self, sentence: str) -> None:
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))
        if isinstance(self.control, QLineEdit):
            self.control.setAccessibleDescription(sentence)
            set_property(self.control, "refused", bool(sentence))


def _typed(value: Value) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
