"""Marks a part of a picture and says what should be there; or asks for what it shows, cut out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QScrollArea,
    QSlider,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.core.change_one_thing import Change
from desktop.core.errors import PlantainError, Remedy
from desktop.core.generation_record import AUTO, ON_WHITE, REGION, GenerationRequest
from desktop.core.progress import Progress
from desktop.core.text import number, tr
from desktop.generation.cost import estimated_usd
from desktop.generation.generator import ImageGenerator
from desktop.qt.create.editing.canvas import TOOL_NAMES, WIDTHS, RegionCanvas, Tool
from desktop.qt.create.editing.images import SeenOutcome
from desktop.qt.create.editing.outcome_view import OutcomeView
from desktop.qt.create.editing.region import Region
from desktop.qt.create.failure_card import FailureCard
from desktop.qt.create.reference_tray import ReferenceTray
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.buttons import button, icon_button
from desktop.qt.widgets.labels import label

_TRAY_HEIGHT, _EMPTY_TRAY_HEIGHT = 11 * UNIT, 6 * UNIT
_SIZE = QSize(112 * UNIT, 76 * UNIT)


class EditDialog(QDialog):
    """First what is wanted, then what came of it, in the same place.

    Args:
        name: of the picture.
        generators: that can change pictures.
        tray: takes other pictures that go along.
        is_cut_out: nothing is marked; what the picture shows is cut out.
    """

    submitted = Signal()
    sending_wanted = Signal()
    """Show what would be sent; nothing is."""
    queue_wanted = Signal()
    product_wanted = Signal()
    """Lay the real product in."""
    stop_requested = Signal()
    color_picked = Signal(int, int, bool)
    """As ``RegionCanvas.color_picked``."""
    remedy_chosen = Signal(object, object)
    """Remedy, PlantainError: a next step that is none of this dialog's."""

    def __init__(
        self,
        theme: Theme,
        name: str,
        generators: Sequence[ImageGenerator],
        tray: ReferenceTray,
        *,
        is_cut_out: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(
            tr("Cut out: {name}", name=name)
            if is_cut_out
            else tr("Change a part: {name}", name=name)
        )
        self._theme = theme
        self._generators = {made.name: made for made in generators}
        self.is_cut_out = is_cut_out
        self.is_running = False
        self.on_kept: Callable[[], object] = self.accept
        self.tray = tray
        tray.changed.connect(lambda: self._refresh())
        self.canvas = RegionCanvas(theme)
        self.canvas.color_picked.connect(self.color_picked)
        self.words = QLineEdit()
        self.words.setAccessibleName(tr("What should be there"))
        self.words.setPlaceholderText(
            tr("What is to be cut out, where that is not plain to see")
            if is_cut_out
            else tr("What should be in the marked part?")
        )
        self.words.textChanged.connect(self._refresh)
        self.words.returnPressed.connect(self._submit)
        self.model_combo, self.size_combo = QComboBox(), QComboBox()
        self.model_combo.setAccessibleName(tr("Model"))
        self.size_combo.setAccessibleName(tr("Size"))
        self._price = label(tone="faint", scale="small")
        self._hint = label(tone="soft", scale="small", wraps=True)
        self._stage = label(tone="soft", wraps=True)
        self._bar = QProgressBar(textVisible=False)
        self._bar.setRange(0, 0)
        self.failure = FailureCard(has_references=False)
        self.failure.remedy_chosen.connect(self._do_about)
        self.stop_button = button(tr("Stop"), self.stop_requested.emit)
        self.close_button = button(tr("Close"), self.reject)
        self.product_button = button(tr("Lay the real product in"), self.product_wanted.emit)
        self.sending_button = button(tr("See it…"), self.sending_wanted.emit, is_flat=True)
        self.sending_button.setToolTip(tr("The very pictures and words, and where they go"))
        self.queue_button = button(tr("Add to queue"), self.queue_wanted.emit, is_flat=True)
        self.submit_button = button(
            tr("Cut out") if is_cut_out else tr("Change the part"), self._submit, is_next=True
        )
        self.outcome_view = OutcomeView(theme)
        self.outcome_view.done.connect(lambda: self.on_kept())
        self.outcome_view.again_requested.connect(self.show_editor)
        self._tool_buttons: dict[Tool, QToolButton] = {}
        self._tools = QWidget()
        self._lay_out()
        self._fill_models()
        for hidden in (self._stage, self._bar, self.failure, self.stop_button, self.product_button):
            hidden.hide()
        self._tools.setVisible(not is_cut_out)
        self.resize(_SIZE)
        (self.words if is_cut_out else self.canvas).setFocus()
        self._refresh()

    def _lay_out(self) -> None:
        self._lay_out_tools()
        how = QHBoxLayout()
        how.setSpacing(UNIT)
        how.addWidget(self.model_combo)
        how.addWidget(self.size_combo)
        how.addWidget(self._price)
        how.addStretch()
        for made in (
            *(self.sending_button, self.queue_button),
            *(self.stop_button, self.close_button, self.submit_button),
        ):
            how.addWidget(made)
        said = QHBoxLayout()
        said.setSpacing(UNIT)
        said.addWidget(self._hint, 1)
        said.addWidget(self.product_button)
        along = QScrollArea()
        along.setWidget(self.tray)
        along.setWidgetResizable(True)
        along.setFrameShape(QFrame.Shape.NoFrame)
        along.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._along = along
        editor = QWidget()
        column = QVBoxLayout(editor)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(UNIT)
        column.addWidget(self._tools)
        column.addWidget(self.canvas, 1)
        column.addLayout(said)
        column.addWidget(self.words)
        column.addWidget(along)
        column.addWidget(self._stage)
        column.addWidget(self._bar)
        column.addWidget(self.failure)
        column.addLayout(how)
        self._pages = QStackedWidget()
        self._pages.addWidget(editor)
        self._pages.addWidget(self.outcome_view)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(2 * UNIT, 2 * UNIT, 2 * UNIT, 2 * UNIT)
        outer.addWidget(self._pages)

    def _lay_out_tools(self) -> None:
        row = QHBoxLayout(self._tools)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(UNIT // 2)
        group = QButtonGroup(self)
        for tool, (name, key) in TOOL_NAMES.items():
            made = self._button(tool.value, tr(name), key, lambda tool=tool: self.choose(tool))
            made.setCheckable(True)
            made.setChecked(tool is self.canvas.tool)
            group.addButton(made)
            row.addWidget(made)
            self._tool_buttons[tool] = made
        self.erase_button = self._button(
            "eraser", tr("Take away instead of marking"), "E", self._on_erase
        )
        self.erase_button.setCheckable(True)
        self.width_slider = QSlider(Qt.Orientation.Horizontal)
        self.width_slider.setRange(*WIDTHS)
        self.width_slider.setValue(self.canvas.brush_width)
        self.width_slider.setFixedWidth(16 * UNIT)
        self.width_slider.setAccessibleName(tr("Width of the brush"))
        self.width_slider.setToolTip(tr("Width of the brush ([ and ])"))
        self.width_slider.valueChanged.connect(self.canvas.set_brush_width)
        self.canvas.width_changed.connect(self.width_slider.setValue)
        row.addSpacing(UNIT)
        row.addWidget(self.erase_button)
        row.addWidget(self.width_slider)
        row.addStretch()
        self.undo_button = self._button("undo-2", tr("Undo"), "Ctrl+Z", self._undo)
        self.redo_button = self._button("redo-2", tr("Redo"), "Ctrl+Shift+Z", self._redo)
        self.invert_button = self._button(
            "contrast", tr("Mark the rest instead"), "Ctrl+Shift+I", self._invert
        )
        self.clear_button = self._button("x", tr("Mark nothing"), "Ctrl+Backspace", self._clear)
        fit = self._button("fullscreen", tr("All of the picture"), "Ctrl+0", self.canvas.fit)
        for made in (
            *(self.undo_button, self.redo_button, self.invert_button, self.clear_button),
            fit,
        ):
            row.addWidget(made)

    def _button(self, icon: str, name: str, key: str, run: object) -> QToolButton:
        """With its key, which works while no words are typed."""
        shown = QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
        made = icon_button(self._theme, icon, f"{name} ({shown})")
        made.setAccessibleName(name)
        assert callable(run)
        made.clicked.connect(lambda: run())
        owner = self.canvas if len(key) == 1 else self
        context = Qt.ShortcutContext.WidgetWithChildrenShortcut
        QShortcut(QKeySequence(key), owner, context=context).activated.connect(made.click)
        return made

    # ------------------------------------------------------------------ told from outside

    def show_picture(self, image: QImage, region: Region) -> None:
        """The picture has come, with what was marked in it before."""
        self.canvas.show_picture(image)
        if not self.is_cut_out:
            self.canvas.show_region(region)
            region.changed.connect(self._refresh)
        self._refresh()

    def show_progress(self, progress: Progress) -> None:
        if self.is_running:
            self._stage.setText(f"{progress.stage}…")

    def show_failure(self, error: PlantainError) -> None:
        """It did not work; everything stays as it was entered."""
        self.set_running(False)
        self.failure.show_error(error)

    def show_queued(self) -> None:
        """It waits in the queue; another can be entered."""
        self._hint.setText(tr("It is in the queue. You can go on with something else."))

    def show_outcome(self, outcome: SeenOutcome) -> None:
        """What came of it takes the place of what was asked."""
        self.set_running(False)
        self.on_kept = self.accept
        self.outcome_view.show_outcome(outcome)
        self._pages.setCurrentWidget(self.outcome_view)
        self.outcome_view.done_button.setFocus()

    def show_editor(self) -> None:
        """Back to what was asked, as it was."""
        self._pages.setCurrentIndex(0)
        self.words.setFocus()

    def set_running(self, is_running: bool) -> None:
        """The request is on its way."""
        self.is_running = is_running
        self._stage.setVisible(is_running)
        self._bar.setVisible(is_running)
        self.stop_button.setVisible(is_running)
        self._tools.setEnabled(not is_running)
        self.canvas.setEnabled(not is_running)
        for made in (self.words, self.model_combo, self.size_combo, self.tray, self.product_button):
            made.setEnabled(not is_running)
        if is_running:
            self._stage.setText(tr("Starting…"))
            self.failure.clear()
        self._refresh()

    @property
    def region(self) -> Region | None:
        """What is marked; None until the picture has come, and for a cut-out."""
        return self.canvas.region

    def request(self) -> GenerationRequest:
        """The words, and who is to make it how."""
        return GenerationRequest(
            prompt=self.words.text().strip(),
            references=self.tray.references(),
            generator=self._generator_name(),
            model=str((self.model_combo.currentData() or ("", ""))[1]),
            image_size=self.size_combo.currentData() or "1K",
            aspect_ratio=AUTO,
        )

    def use(self, request: GenerationRequest) -> None:
        """Enter what an earlier one was asked for with, a model that is not offered included."""
        self.words.setText(request.prompt)
        self.tray.replace_all(request.references)
        made = self._generators.get(request.generator)
        if made is not None and request.model:
            at = self.model_combo.findData((made.name, request.model))
            if at < 0:
                at = self.model_combo.count()
                title = made.models.find(request.model).title
                self.model_combo.addItem(title, (made.name, request.model))
            self.model_combo.setCurrentIndex(at)
        at = self.size_combo.findData(request.image_size)
        if at >= 0:
            self.size_combo.setCurrentIndex(at)

    def focus_on(self, change: Change) -> None:
        """What of an earlier edit is to be another."""
        match change:
            case Change.WORDS:
                self.words.selectAll()
                self.words.setFocus()
            case Change.REFERENCES:
                self.tray.focus_first()
            case Change.MODEL:
                self.model_combo.setFocus()
            case Change.SIZE:
                self.size_combo.setFocus()
            case _:
                self.submit_button.setFocus()

    def choose(self, tool: Tool) -> None:
        """Mark in this way from now on."""
        self._tool_buttons[tool].setChecked(True)
        self.canvas.choose(tool)
        self.width_slider.setEnabled(tool is Tool.BRUSH)
        self._refresh()

    # ------------------------------------------------------------------ Qt

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.canvas.is_drawing:
            self.canvas.give_up()
            return
        super().keyPressEvent(event)

    # ------------------------------------------------------------------ inside

    def _generator_name(self) -> str:
        return str((self.model_combo.currentData() or ("", ""))[0])

    def _fill_models(self) -> None:
        for made in self._generators.values():
            for model in made.models.offered():
                self.model_combo.addItem(model.title, (made.name, model.id))
        for made in [*self._generators.values()][:1]:
            at = self.model_combo.findData((made.name, made.models.default))
            self.model_combo.setCurrentIndex(max(0, at))
        self.model_combo.currentIndexChanged.connect(self._fill_sizes)
        self.size_combo.currentIndexChanged.connect(self._refresh)
        self._fill_sizes()

    def _fill_sizes(self) -> None:
        made = self._generators.get(self._generator_name())
        before = self.size_combo.currentData()
        self.size_combo.blockSignals(True)
        self.size_combo.clear()
        sizes = made.models.find(self.request().model).sizes if made else ()
        for size in sizes:
            self.size_combo.addItem(size, size)
        self.size_combo.setCurrentIndex(max(0, self.size_combo.findData(before)))
        self.size_combo.blockSignals(False)
        if made is not None:
            own = 1 if self.is_cut_out else 2
            self.tray.set_limit(made.models.find(self.request().model).max_references - own)
        self._refresh()

    def _refresh(self) -> None:
        region = self.region
        is_marked = self.is_cut_out or (region is not None and not region.is_empty)
        has_words = self.is_cut_out or bool(self.words.text().strip())
        is_ready = is_marked and has_words and bool(self._generators)
        for made in (self.submit_button, self.sending_button, self.queue_button):
            made.setEnabled(is_ready and not self.is_running)
        if region is not None:
            self.undo_button.setEnabled(region.can_undo)
            self.redo_button.setEnabled(region.can_redo)
            self.clear_button.setEnabled(not region.is_empty)
        self._hint.setText(self._what_is_next(is_marked=is_marked))
        self._along.setFixedHeight(_TRAY_HEIGHT if self.tray.references() else _EMPTY_TRAY_HEIGHT)
        self._show_price()

    def _what_is_next(self, *, is_marked: bool) -> str:
        if not self._generators:
            return tr("No model that can change pictures is set up.")
        if self.is_cut_out:
            return tr(
                "The model is asked twice: for the picture on white, then for that on black. What "
                "differs is what is clear."
            )
        if not is_marked:
            return (
                tr("Click a colour in the picture to mark all of it that hangs together.")
                if self.canvas.tool is Tool.COLOR
                else tr("Mark the part that is to change. Everything else stays, to the pixel.")
            )
        if self.tray.references():
            return tr(
                "The picture, the marked part, your words and the pictures below are sent; nothing "
                "else changes."
            )
        return tr("The picture, the marked part and your words are sent; nothing else changes.")

    def _show_price(self) -> None:
        made = self._generators.get(self._generator_name())
        if made is None:
            self._price.setText("")
            return
        request = self.request()
        edit = ON_WHITE if self.is_cut_out else REGION
        asked = replace(request, edit=edit)
        price = estimated_usd(asked, made.models.find(request.model))
        self._price.setText(
            tr("What it costs is not known.")
            if price is None
            else tr("About ${total}.", total=number(price, 3))
        )

    def _submit(self) -> None:
        if self.submit_button.isEnabled():
            self.set_running(True)
            self.submitted.emit()

    def _do_about(self, remedy: Remedy, error: PlantainError) -> None:
        match remedy:
            case Remedy.TRY_AGAIN | Remedy.WAIT if error.kind not in {"answer_not_kept", "library"}:
                self._submit()
            case Remedy.SEE_WHAT_IS_SENT:  # it is shown before it is sent
                self._submit()
            case Remedy.REWORD:
                self.words.setFocus()
                self.words.selectAll()
            case Remedy.CHOOSE_MODEL:
                self.model_combo.setFocus()
                self.model_combo.showPopup()
            case _:
                self.remedy_chosen.emit(remedy, error)

    def _on_erase(self) -> None:
        self.canvas.is_erasing = self.erase_button.isChecked()

    def _undo(self) -> None:
        if self.region is not None:
            self.region.undo()

    def _redo(self) -> None:
        if self.region is not None:
            self.region.redo()

    def _invert(self) -> None:
        if self.region is not None:
            self.region.invert()

    def _clear(self) -> None:
        if self.region is not None:
            self.region.clear()
