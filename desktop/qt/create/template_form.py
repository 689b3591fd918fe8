"""A template above the prompt: which one, and a field for each of its slots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.core.asset import displayable
from desktop.core.errors import UsageError
from desktop.core.generation_record import GenerationRequest, Reference
from desktop.core.matrix import Fill
from desktop.core.text import tr
from desktop.generation.template import (
    PromptTemplate,
    Slot,
    filled,
    slot_filler,
    spoken,
    variants_of,
)
from desktop.generation.template_files import Templates
from desktop.qt.create.slot_fields import (
    AssetField,
    ChoiceField,
    ColourField,
    SlotField,
    TextField,
    WildcardField,
)
from desktop.qt.create.template_button import TemplateButton
from desktop.qt.images.cache import PixmapCache
from desktop.qt.images.pictures import Pictures
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.buttons import button
from desktop.qt.widgets.emptying import empty_layout
from desktop.qt.widgets.flow_layout import FlowRow, Spare
from desktop.qt.widgets.labels import ElidedLabel, label


class TemplateForm(QWidget):
    """Writes a filled template into the prompt, until a person writes there themselves.

    What stands in the prompt is what is sent: a prompt that was changed by hand is left as it is,
    and the fields rest until the person wants it filled in again.

    Args:
        prompt: that it writes to.
    """

    changed = Signal()
    """What fills the gaps is another; the prompt says it already."""
    chosen = Signal(object)
    """PromptTemplate that a person chose."""
    references_changed = Signal(object, object)
    """Of the slots: tuples of Reference, those before and those from now on."""
    variants_proposed = Signal(int)
    """So many until every value of its wildcards has had its turn."""
    selection_wanted = Signal(object)
    """AssetField that takes what is selected in the grid."""

    def __init__(
        self,
        prompt: QPlainTextEdit,
        theme: Theme,
        pictures: Pictures,
        cache: PixmapCache,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._prompt = prompt
        self._parts = (theme, pictures, cache)
        self._templates = Templates()
        self._template: PromptTemplate | None = None
        self._own_words = ""
        self._written = ""
        self._proposed = 1
        self._earlier = "", ""
        """Words that were used again as they are, and their language."""
        self._wanted: GenerationRequest | None = None
        self._is_writing = False
        self._sent_along: tuple[Reference, ...] = ()
        self.fields: list[SlotField] = []
        self.menu_button = TemplateButton(theme)
        self.menu_button.template_chosen.connect(self._on_chosen)
        self._detached = label(
            tr("You changed the prompt, so the fields above leave it alone."),
            tone="faint",
            scale="small",
            wraps=True,
        )
        self.refill_button = button(tr("Fill in again"), self._refill, is_flat=True)
        self.turns = label(tone="faint", scale="small", wraps=True)
        self.turns.hide()
        self._detached_row = QWidget()
        row = QHBoxLayout(self._detached_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._detached, 1)
        row.addWidget(self.refill_button)
        self._detached_row.hide()
        head = FlowRow(
            label(tr("What should it show?"), weight="strong"),
            self.menu_button,
            spacing=UNIT,
            spare=Spare.BETWEEN,
        )
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(UNIT)
        self._grid.setVerticalSpacing(UNIT // 2)
        self._grid.setColumnStretch(0, 2)
        self._grid.setColumnStretch(1, 5)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(UNIT)
        column.addWidget(head)
        column.addLayout(self._grid)
        column.addWidget(self.turns)
        column.addWidget(self._detached_row)
        prompt.textChanged.connect(self._on_prompt)

    # ------------------------------------------------------------------ what it holds

    @property
    def template(self) -> PromptTemplate | None:
        return self._template

    @property
    def is_filling(self) -> bool:
        """The prompt is what the fields make of the template."""
        return self._template is not None and self._prompt.toPlainText() == self._written

    def filler(self) -> Fill | None:
        """Fills other values into it; None where the prompt is not what it makes."""
        if self._template is None or not self.is_filling:
            return None
        return slot_filler(self._template, self._values(), spoken())

    def show_templates(self, templates: Templates) -> None:
        """Those that there are."""
        self._templates = templates
        self.menu_button.show_templates(templates)
        if self._wanted is not None:
            self.use(self._wanted, self._wanted.references)

    def sought(self) -> str:
        """What references are looked for by: what the person put into the gaps, without the light
        and the lens around it; the prompt itself where no template makes it."""
        words = self._prompt.toPlainText().strip()
        if not self.is_filling or self._template is None:
            return words
        slots = [
            slot for slot in self._template.slots if slot.kind in ("text", "asset", "wildcard")
        ]
        values = filled(self._template, self._values(), spoken()).slots
        attached = {field.slot.name for field in self.fields if field.value() and _is_asset(field)}
        said = [values[slot.name] for slot in slots if slot.name not in attached]
        return "; ".join(said) or words

    def in_request(self, request: GenerationRequest) -> GenerationRequest:
        """The request, with the template that its prompt came from."""
        if self._wanted is not None:  # which is not read yet
            held = self._wanted
            return replace(
                request, template=held.template, slots=held.slots, language=held.language
            )
        if self._template is None:
            words, language = self._earlier
            return replace(request, language=language) if request.prompt == words else request
        made = filled(self._template, self._values(), spoken())
        return replace(
            request, template=self._template.name, slots=made.slots, language=made.language
        )

    def in_draft(self, request: GenerationRequest) -> GenerationRequest:
        """The same, with what was entered instead of what it comes to."""
        if self._template is None:
            return request
        entered = {field.slot.name: field.recorded() for field in self.fields}
        slots = {name: value for name, value in entered.items() if value}
        return replace(request, template=self._template.name, slots=slots)

    def variants(self, request: GenerationRequest, count: int) -> tuple[GenerationRequest, ...]:
        """So many of the request, each with the next value of each wildcard."""
        if self._template is None or not self.is_filling:
            return (request,) * count
        values = self._values()
        made = [filled(self._template, values, spoken(), variant) for variant in range(count)]
        return tuple(replace(request, prompt=each.prompt, slots=each.slots) for each in made)

    def use(self, request: GenerationRequest, references: Sequence[Reference]) -> None:
        """What a draft or a record holds; the prompt stays as it is."""
        self._wanted = None
        self._earlier = request.prompt.strip(), request.language
        if not request.template:
            self._set(None)
            return
        if not self._templates.usable:
            self._wanted = replace(request, references=tuple(references))
            return
        try:
            self._set(self._templates.named(request.template))
        except UsageError:  # it is not there any more; the words are
            self._set(None)
            return
        by_name = {displayable(reference.path.name): reference for reference in references}
        self._is_writing = True
        for field in self.fields:
            if isinstance(field, AssetField):
                field.show_reference(by_name.get(request.slots.get(field.slot.name, "")))
            elif value := request.slots.get(field.slot.name, ""):
                field.take(value)
        self._is_writing = False
        self._sent_along = self._references()
        self._count_turns()
        self._written = (
            filled(self._template, self._values(), spoken()).prompt if self._template else ""
        )
        self._show_whether_filling()

    def focus_first(self) -> None:
        """Put the keyboard on the first slot that can be filled."""
        for field in self.fields[:1]:
            field.setFocus()

    def keep_references(self, references: Sequence[Reference]) -> None:
        """A picture that a person took out of the tray is out of its slot, too."""
        there = {(reference.asset_id, reference.path) for reference in references}
        for field in self.fields:
            if isinstance(field, AssetField):
                held = field.reference
                if held is not None and (held.asset_id, held.path) not in there:
                    field.show_reference(None)

    # ------------------------------------------------------------------ inside

    def _on_chosen(self, name: str) -> None:
        if not name:
            is_ours = self.is_filling
            self._set(None)
            self._propose_variants()
            if is_ours:
                self._write(self._own_words)
            self.changed.emit()
            return
        if not self.is_filling:
            self._own_words = self._prompt.toPlainText()
        self._set(self._templates.named(name))
        self._refill()
        if self._template is not None:
            self.chosen.emit(self._template)
        if self.fields:
            self.fields[0].setFocus()

    def _set(self, template: PromptTemplate | None) -> None:
        self._template = template
        self._wanted = None
        self.menu_button.show_chosen(template)
        empty_layout(self._grid)
        self.fields = []
        self._written = ""
        self.turns.hide()
        for at, slot in enumerate(template.slots if template else ()):
            field = self._field(slot)
            field.changed.connect(self._on_field)
            caption = ElidedLabel(field.title)
            caption.setProperty("tone", "soft")
            caption.setToolTip(field.title)
            caption.setBuddy(field)
            self._grid.addWidget(caption, at, 0)
            self._grid.addWidget(field, at, 1)
            self.fields.append(field)
        self._tell_references()
        self._show_whether_filling()

    def _field(self, slot: Slot) -> SlotField:
        language = self._template.language(spoken()) if self._template else spoken()
        theme, pictures, cache = self._parts
        match slot.kind:
            case "asset":
                made = AssetField(slot, language, theme, pictures, cache)
                made.selection_wanted.connect(lambda: self.selection_wanted.emit(made))
                return made
            case "colour":
                return ColourField(slot, language, theme)
            case "choice":
                return ChoiceField(slot, language)
            case "wildcard":
                return WildcardField(slot, language)
            case _:
                return TextField(slot, language)

    def _values(self) -> Mapping[str, str]:
        return {field.slot.name: field.value() for field in self.fields}

    def _references(self) -> tuple[Reference, ...]:
        held = (field.reference for field in self.fields if isinstance(field, AssetField))
        return tuple(reference for reference in held if reference is not None)

    def _tell_references(self) -> None:
        before, self._sent_along = self._sent_along, self._references()
        if before != self._sent_along:
            self.references_changed.emit(before, self._sent_along)

    def _on_field(self) -> None:
        if self._is_writing:
            return
        self._refill()
        self._tell_references()
        self.changed.emit()

    def _refill(self) -> None:
        if self._template is not None:
            self._write(filled(self._template, self._values(), spoken()).prompt)
        self._propose_variants()

    def _count_turns(self) -> int:
        """How many values take turns; said where there are several."""
        count = variants_of(self._template, self._values(), spoken()) if self._template else 1
        self.turns.setText(
            tr("{count} values take turns: as many variants show each of them.", count=count)
        )
        self.turns.setVisible(count > 1)
        before, self._proposed = self._proposed, count
        return count if count != before else 0

    def _propose_variants(self) -> None:
        """Where their number is another now; until then it is the person's."""
        if count := self._count_turns():
            self.variants_proposed.emit(count)

    def _write(self, text: str) -> None:
        """In one step, which Ctrl+Z takes back."""
        self._written = text
        if self._prompt.toPlainText() != text:
            cursor = QTextCursor(self._prompt.document())
            cursor.select(QTextCursor.SelectionType.Document)
            cursor.insertText(text)
        self._show_whether_filling()

    def _on_prompt(self) -> None:
        self._show_whether_filling()

    def _show_whether_filling(self) -> None:
        is_detached = self._template is not None and not self.is_filling
        self._detached_row.setVisible(is_detached and bool(self.fields))
        for field in self.fields:
            field.setEnabled(not is_detached)


def _is_asset(field: SlotField) -> bool:
    return field.slot.kind == "asset"
