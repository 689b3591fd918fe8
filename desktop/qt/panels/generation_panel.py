"""Create: a prompt, references proposed by the library, a generator, and what came back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPlainTextEdit,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from desktop.core.asset import Asset
from desktop.core.errors import KeyMissing, KeyRefused, PlantainError
from desktop.core.progress import Progress
from desktop.generation.capabilities import find_model
from desktop.generation.generator import ImageGenerator
from desktop.generation.request import ASPECT_RATIOS, GenerationRequest, Reference
from desktop.qt.models.pictures import Pictures
from desktop.qt.models.pixmap_cache import PixmapCache
from desktop.qt.panels.key_form import KeyForm
from desktop.qt.panels.reference_tray import ReferenceTray
from desktop.qt.panels.result_card import ResultCard
from desktop.qt.theme import UNIT, Theme
from desktop.qt.views.panel_scroll import PanelScroll
from desktop.qt.views.words import button, label
from desktop.services.reports import GeneratedPicture

DEBOUNCE_MS = 350
"""Longer than the search bar's: a sentence is being written, and proposals move the tray."""

PROPOSALS = 4


class GenerationPanel(QWidget):
    """Everything that one generation needs; keeps its inputs whatever happens."""

    proposals_wanted = Signal(str, int)
    """(prompt, how many)."""
    proposals_unwanted = Signal()
    generate_requested = Signal(object)
    """GenerationRequest."""
    cancel_requested = Signal()
    key_entered = Signal(str)
    link_opened = Signal(str)
    show_in_library_requested = Signal(int)

    def __init__(
        self, theme: Theme, pictures: Pictures, cache: PixmapCache, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._generators: dict[str, ImageGenerator] = {}
        self._has_key = False
        self._is_key_asked = False
        self._is_running = False

        self.prompt = _PromptEdit()
        self.prompt.textChanged.connect(self._on_prompt)
        self.prompt.submitted.connect(self._generate)
        self.propose_check = QCheckBox("Propose from my library")
        self.propose_check.setChecked(True)
        self.propose_check.toggled.connect(self._on_propose)
        self.tray = ReferenceTray(theme, pictures, cache)
        self.tray.changed.connect(self._refresh)
        self._count = label(tone="faint", scale="small")
        self.generator_combo = QComboBox()
        self.generator_combo.setAccessibleName("Made by")
        self.generator_combo.currentIndexChanged.connect(self._on_generator)
        self.ratio_combo = QComboBox()
        self.ratio_combo.setAccessibleName("Shape")
        for ratio in ASPECT_RATIOS:
            self.ratio_combo.addItem(_ratio_words(ratio), ratio)
        self._honesty = label(tone="faint", scale="small", wraps=True)
        self.key_form = KeyForm(theme)
        self.key_form.key_entered.connect(self.key_entered)
        self.key_form.link_opened.connect(self.link_opened)
        self.generate_button = button("Create picture", self._generate, is_next=True)
        self.generate_button.setToolTip("Create the picture (Ctrl+Return)")
        self.cancel_button = button("Stop", self.cancel_requested.emit)
        self._stage = label(tone="soft", wraps=True)
        self._bar = QProgressBar(textVisible=False)
        self._failure = QFrame()
        self._failure.setObjectName("danger")
        self._failure_words = label(wraps=True, selectable=True)
        inside = QVBoxLayout(self._failure)
        inside.setContentsMargins(UNIT + 4, UNIT, UNIT + 4, UNIT)
        inside.addWidget(self._failure_words)
        self.result_card = ResultCard(theme, pictures, cache)
        self.result_card.show_requested.connect(self.show_in_library_requested)
        self.result_card.reference_wanted.connect(self.add_references)
        for hidden in (
            self._stage,
            self._bar,
            self._failure,
            self.result_card,
            self.key_form,
            self.cancel_button,
        ):
            hidden.hide()

        self._timer = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._timer.timeout.connect(self._ask_proposals)
        self._lay_out()
        self._refresh()

    def _lay_out(self) -> None:
        references = QHBoxLayout()
        references.setSpacing(UNIT)
        references.addWidget(label("References", weight="strong"))
        references.addWidget(self._count, 1)
        references.addWidget(self.propose_check)
        choices = QGridLayout()
        choices.setHorizontalSpacing(UNIT)
        choices.setVerticalSpacing(4)
        choices.setColumnStretch(0, 3)
        choices.setColumnStretch(1, 2)
        choices.addWidget(label("Made by", tone="faint", scale="small"), 0, 0)
        choices.addWidget(label("Shape", tone="faint", scale="small"), 0, 1)
        choices.addWidget(self.generator_combo, 1, 0)
        choices.addWidget(self.ratio_combo, 1, 1)
        act = QHBoxLayout()
        act.setSpacing(UNIT)
        act.addWidget(self.generate_button, 1)
        act.addWidget(self.cancel_button)

        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(2 * UNIT, 2 * UNIT, UNIT // 2, 2 * UNIT)
        column.setSpacing(UNIT)
        column.addWidget(label("What should it show?", weight="strong"))
        column.addWidget(self.prompt)
        column.addSpacing(UNIT)
        column.addLayout(references)
        column.addWidget(self.tray)
        column.addSpacing(UNIT)
        column.addLayout(choices)
        column.addWidget(self._honesty)
        column.addWidget(self.key_form)
        column.addSpacing(UNIT)
        column.addLayout(act)
        column.addWidget(self._stage)
        column.addWidget(self._bar)
        column.addWidget(self._failure)
        column.addWidget(self.result_card)
        column.addStretch()
        self._scroll = PanelScroll(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._scroll)

    # ------------------------------------------------------------------ told from outside

    def show_generators(self, generators: Sequence[ImageGenerator]) -> None:
        """Who can make pictures; offline ones first, so that the first picture needs no key."""
        self._generators = {made.name: made for made in generators}
        self.generator_combo.clear()
        for made in sorted(generators, key=lambda made: not made.is_offline):
            self.generator_combo.addItem(made.label, made.name)
        self._refresh()

    def show_key_state(self, has_key: bool) -> None:
        """Whether a Gemini key is known."""
        self._has_key = has_key
        self._is_key_asked = False
        self.key_form.ask()
        self._refresh()

    def ask_key(self) -> None:
        """A person wants to enter a key, or another one."""
        self._is_key_asked = True
        self._refresh()
        self.key_form.field.setFocus()
        self._scroll.ensureWidgetVisible(self.key_form)

    def show_key_problem(self, error: PlantainError) -> None:
        """The key could not be kept, or Gemini refused it."""
        self._has_key = False
        title = "Gemini did not accept the key" if isinstance(error, KeyRefused) else ""
        self.key_form.ask(title, error.sentence())
        self._refresh()

    def show_proposals(self, references: Sequence[Reference]) -> None:
        """What the library proposes for the prompt."""
        if self.propose_check.isChecked():
            self.tray.propose(references)

    def add_references(self, assets: Sequence[Asset]) -> None:
        """A person chose these from the library."""
        self.tray.add_assets(assets)

    def use_request(self, request: GenerationRequest) -> None:
        """Start from an earlier request."""
        self.propose_check.setChecked(False)
        self.prompt.setPlainText(request.prompt)
        self.tray.replace_all(request.references)
        for combo, value in (
            (self.generator_combo, request.generator),
            (self.ratio_combo, request.aspect_ratio),
        ):
            at = combo.findData(value)
            if at >= 0:
                combo.setCurrentIndex(at)
        self.prompt.setFocus()

    def show_progress(self, progress: Progress) -> None:
        """The generation came further."""
        self._is_running = True
        self._stage.setText(f"{progress.stage}…")
        self._stage.show()
        total = progress.total or 0
        self._bar.setRange(0, total)
        self._bar.setValue(min(progress.done, total))
        self._bar.show()
        self._refresh()

    def show_result(self, result: GeneratedPicture) -> None:
        """The picture is there."""
        self._end()
        self.result_card.show_result(result)
        self.result_card.show()
        # The layout has to know the card before it can be scrolled to.
        QTimer.singleShot(0, self.result_card, self._reveal_result)

    def show_failure(self, error: PlantainError) -> None:
        """It did not work; prompt and references stay as they are."""
        self._end()
        if isinstance(error, (KeyMissing, KeyRefused)):
            self.show_key_problem(error)
            self.key_form.field.setFocus()
            return
        self._failure_words.setText(error.sentence())
        self._failure.setAccessibleName(error.sentence())
        self._failure.show()

    def show_stopped(self) -> None:
        """A person stopped it."""
        self._end()
        self._stage.setText("Stopped. Your prompt and references are still here.")
        self._stage.show()

    def request(self) -> GenerationRequest:
        """What the panel holds now."""
        return GenerationRequest(
            prompt=self.prompt.toPlainText().strip(),
            references=self.tray.references(),
            generator=self.generator_combo.currentData() or "",
            aspect_ratio=self.ratio_combo.currentData(),
        )

    def failure_words(self) -> str:
        """What went wrong; empty when nothing did."""
        return "" if self._failure.isHidden() else self._failure_words.text()

    # ------------------------------------------------------------------ inside

    def _generator(self) -> ImageGenerator | None:
        return self._generators.get(self.generator_combo.currentData() or "")

    def _needs_key(self) -> bool:
        made = self._generator()
        return made is not None and not made.is_offline and not self._has_key

    def _refresh(self) -> None:
        count = len(self.tray.references())
        self._count.setText(f"{count} of {self.tray.limit}" if count else "")
        made = self._generator()
        if made is None:
            self._honesty.setText("")
        elif made.is_offline:
            self._honesty.setText(
                "Arranges the references on a board with your words and their colours. "
                "Nothing leaves this computer."
            )
        else:
            pictures = {0: "no pictures", 1: "1 picture"}.get(count, f"{count} pictures")
            self._honesty.setText(
                f"Your words and {pictures} will be sent to Google, without file names or metadata."
            )
        self.key_form.setVisible(self._needs_key() or self._is_key_asked)
        has_words = bool(self.prompt.toPlainText().strip())
        self.generate_button.setEnabled(
            has_words and made is not None and not self._is_running and not self._needs_key()
        )
        self.generate_button.setText("Creating…" if self._is_running else "Create picture")
        self.cancel_button.setVisible(self._is_running)

    def _generate(self) -> None:
        if not self.generate_button.isEnabled():
            return
        self._failure.hide()
        self.result_card.hide()
        was_on_button = self.generate_button.hasFocus()
        self.show_progress(Progress("Starting"))
        if was_on_button:
            # Qt would pass the focus of a disabled button on to whatever comes next.
            self.cancel_button.setFocus()
        self.generate_requested.emit(self.request())

    def _end(self) -> None:
        was_on_button = self.cancel_button.hasFocus()
        self._is_running = False
        self._stage.hide()
        self._bar.hide()
        self._failure.hide()
        # Enabled before the other one is hidden, so that the focus has where to go.
        self.generate_button.setEnabled(True)
        if was_on_button:
            self.generate_button.setFocus()
        self._refresh()

    def _reveal_result(self) -> None:
        self._scroll.ensureWidgetVisible(self.result_card, 0, 2 * UNIT)

    def _on_prompt(self) -> None:
        self._refresh()
        self._timer.start()

    def _on_propose(self, is_on: bool) -> None:
        if is_on:
            self._ask_proposals()
        else:
            self._timer.stop()
            self.proposals_unwanted.emit()
            self.tray.propose(())

    def _on_generator(self) -> None:
        self._failure.hide()
        made = self._generator()
        if made is not None:
            self.tray.set_limit(find_model(made.default_model).max_references)
        self._refresh()

    def _ask_proposals(self) -> None:
        prompt = self.prompt.toPlainText().strip()
        if not self.propose_check.isChecked():
            return
        if prompt:
            self.proposals_wanted.emit(prompt, PROPOSALS)
        else:
            self.tray.forget_refused()
            self.proposals_unwanted.emit()
            self.tray.propose(())


class _PromptEdit(QPlainTextEdit):
    """Ctrl+Return creates; Tab leaves, as everywhere else in the window."""

    submitted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Prompt")
        self.setPlaceholderText("A model wearing the red sandals on a beach at sunset…")
        self.setTabChangesFocus(True)
        self.setFixedHeight(12 * UNIT)
        # A dropped file would insert its URL; the tray below is where pictures go.
        self.setAcceptDrops(False)

    def keyPressEvent(self, e: QKeyEvent) -> None:
        is_return = e.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_return and e.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.submitted.emit()
            return
        super().keyPressEvent(e)


def _ratio_words(ratio: str) -> str:
    width, height = (int(side) for side in ratio.split(":"))
    kind = "square" if width == height else "wide" if width > height else "tall"
    return f"{ratio} {kind}"
