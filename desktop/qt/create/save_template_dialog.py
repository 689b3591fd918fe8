"""Asks how the prompt is to be kept as a template: its name, and what stands in its gaps."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialogButtonBox,
    QGridLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from desktop.core.scripts import scripts_of
from desktop.core.text import marked, tr
from desktop.files.checked_json import MalformedJson
from desktop.generation.template import (
    PromptTemplate,
    PromptWords,
    Slot,
    SlotKind,
    Words,
    check_template,
    colour_code,
    slots_in,
)
from desktop.qt.theme import UNIT
from desktop.qt.widgets.emptying import empty_layout
from desktop.qt.widgets.labels import label
from desktop.qt.widgets.worded_dialog import WordedDialog

_WIDTH = 64 * UNIT
_KINDS: tuple[tuple[SlotKind, str, str], ...] = (
    ("text", marked("Text"), marked("What it starts with")),
    ("colour", marked("Colour"), marked("A name, or #RRGGBB")),
    ("asset", marked("Picture"), marked("Words for it without a picture")),
    ("choice", marked("Choice"), marked("one | two | three")),
    ("wildcard", marked("One a variant"), marked("one | two | three")),
)


@dataclass(frozen=True)
class _Row:
    """What is said of one gap."""

    name: str
    kind: QComboBox
    start: QLineEdit


class SaveTemplateDialog(WordedDialog):
    """The prompt, in which a word in braces is a gap, and a line for each gap.

    Args:
        prompt: with the gaps of the template that it came from, if any.
        template: that one; its slots stay what they are.
    """

    saved = Signal(object)
    """PromptTemplate to keep."""

    def __init__(
        self, prompt: str, template: PromptTemplate | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Save as a template"))
        self._known = {slot.name: slot for slot in template.slots} if template else {}
        self._ratio = template.ratio if template else ""
        self._kept: dict[str, tuple[int, str]] = {}
        self.rows: list[_Row] = []
        self.name = QLineEdit()
        self.name.setAccessibleName(tr("Name of the template"))
        self.name.setPlaceholderText(tr("Name of the template"))
        self.name.setMaxLength(100)
        self.name.textChanged.connect(self._check)
        self.prompt = QPlainTextEdit(prompt)
        self.prompt.setAccessibleName(tr("Prompt with gaps"))
        self.prompt.setTabChangesFocus(True)
        self.prompt.setMinimumHeight(14 * UNIT)
        self.prompt.textChanged.connect(self._on_prompt)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(UNIT)
        self._grid.setVerticalSpacing(UNIT // 2)
        self._grid.setColumnStretch(2, 1)
        self.problem = label(tone="danger", wraps=True)
        self.buttons = QDialogButtonBox()
        self.buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        self.save_button = self.buttons.addButton(
            tr("Save"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self.save_button.setProperty("next", True)
        self.buttons.accepted.connect(self._save)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * UNIT, 2 * UNIT, 2 * UNIT, 2 * UNIT)
        column.setSpacing(UNIT)
        column.addWidget(self.name)
        hint = tr("Put what changes in braces: “a {gap} on a beach”.", gap="{product}")
        column.addWidget(label(hint, tone="soft", wraps=True))
        column.addWidget(self.prompt, 1)
        column.addLayout(self._grid)
        column.addWidget(self.problem)
        column.addWidget(self.buttons)
        self.setMinimumWidth(_WIDTH)
        self._on_prompt()
        self.name.setFocus()

    def template(self) -> PromptTemplate:
        """As it is entered; it may be one that cannot be used yet."""
        text = self.prompt.toPlainText().strip()
        is_chinese = "CJK" in scripts_of(text)
        words = PromptWords(zh=text) if is_chinese else PromptWords(en=text)
        slots = tuple(self._slot(row, is_chinese=is_chinese) for row in self.rows)
        return PromptTemplate(self.name.text().strip(), words, slots=slots, ratio=self._ratio)

    def show_problem(self, sentence: str) -> None:
        """It could not be kept; what was entered stays."""
        self.problem.setText(sentence)
        self.show()

    def _slot(self, row: _Row, *, is_chinese: bool) -> Slot:
        def said(text: str) -> Words:
            return Words(zh=text) if is_chinese else Words(en=text)

        kind, start = row.kind.currentData(), row.start.text().strip()
        known = self._known.get(row.name)
        title = known.title if known else said(row.name)
        if kind == "colour":
            return Slot(row.name, kind, title, colour=colour_code(start) or "")
        if kind in ("choice", "wildcard"):
            options = tuple(said(each.strip()) for each in start.split("|") if each.strip())
            return Slot(row.name, kind, title, options=options)
        attached = known.attached if known and kind == "asset" else Words()
        role = known.role if known and kind == "asset" else ""
        default = said(start or (row.name if kind == "text" else ""))
        return Slot(row.name, kind, title, default, attached, role=role)

    def _on_prompt(self) -> None:
        names = slots_in(self.prompt.toPlainText())
        if names != [row.name for row in self.rows]:
            for row in self.rows:
                self._kept[row.name] = (row.kind.currentIndex(), row.start.text())
            empty_layout(self._grid)
            self.rows = [self._row(at, name) for at, name in enumerate(names)]
        self._check()

    def _row(self, at: int, name: str) -> _Row:
        kind = QComboBox()
        kind.setAccessibleName(tr("Kind of {slot}", slot=name))
        for key, title, _ in _KINDS:
            kind.addItem(tr(title), key)
        start = QLineEdit()
        start.setAccessibleName(tr("What {slot} starts with", slot=name))
        index, text = self._kept.get(name, self._of_known(name))
        kind.setCurrentIndex(index)
        start.setText(text)
        start.setCursorPosition(0)

        def show_hint() -> None:
            start.setPlaceholderText(tr(_KINDS[kind.currentIndex()][2]))
            self._check()

        self._grid.addWidget(label(name), at, 0)
        self._grid.addWidget(kind, at, 1)
        self._grid.addWidget(start, at, 2)
        row = _Row(name, kind, start)
        kind.currentIndexChanged.connect(show_hint)
        start.textChanged.connect(self._check)
        start.setPlaceholderText(tr(_KINDS[index][2]))
        return row

    def _of_known(self, name: str) -> tuple[int, str]:
        slot = self._known.get(name)
        if slot is None:
            return 0, ""
        language = "zh" if "CJK" in scripts_of(self.prompt.toPlainText()) else "en"
        options = " | ".join(option.said(language) for option in slot.options)
        kinds = [key for key, _, _ in _KINDS]
        return kinds.index(slot.kind), slot.colour or options or slot.default.said(language)

    def _check(self) -> None:
        problem = ""
        template = self.template()
        try:
            check_template(template)
        except MalformedJson as error:
            problem = str(error)
        self.problem.setText(problem if self.prompt.toPlainText().strip() else "")
        self.save_button.setEnabled(not problem and bool(template.name))

    def _save(self) -> None:
        self.saved.emit(self.template())
