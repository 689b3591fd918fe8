"""A matrix of pictures: rows and columns, what they cost, and what came of them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPlainTextEdit,
    QScrollArea,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from desktop.core.asset import Asset, displayable
from desktop.core.errors import UsageError
from desktop.core.generation_record import GenerationRequest
from desktop.core.matrix import COLUMN, ROW, Entry, Fill, Matrix
from desktop.core.text import ngettext, number, sentences, tr
from desktop.generation.cost import estimated_usd, total_usd
from desktop.generation.generator import ImageGenerator
from desktop.generation.template import PromptTemplate, Slot, slot_values, spoken
from desktop.library.catalog.matrices import MatrixRow
from desktop.qt.create.queue_words import STATES
from desktop.qt.create.role_menu import role_choice
from desktop.qt.images.cache import PixmapCache
from desktop.qt.images.pictures import Pictures
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.buttons import button
from desktop.qt.widgets.labels import label
from desktop.qt.widgets.picture_button import PictureButton
from desktop.services.generation.matrices import MOST_CELLS, Cell, MatrixView
from desktop.services.generation.spending import SpendReport

_CELL = 16 * UNIT
PLAN, RESULTS = 0, 1


class AxisField(QWidget):
    """What stands in the rows, or what the columns say: words, a line each, and pictures; in the
    prompt, or in a slot of its template."""

    changed = Signal()
    pictures_wanted = Signal()

    def __init__(self, name: str, example: str) -> None:
        super().__init__()
        self._assets: tuple[Asset, ...] = ()
        self.slot = QComboBox()
        self.slot.setAccessibleName(tr("{axis}: where they go", axis=name))
        self.slot.currentIndexChanged.connect(self._offer)
        self.words = QPlainTextEdit()
        self.words.setAccessibleName(name)
        self.words.setPlaceholderText(example)
        self.words.setTabChangesFocus(True)
        self.words.textChanged.connect(self.changed)
        self.add_button = button(tr("Add selected pictures"), self.pictures_wanted.emit)
        self.clear_button = button(tr("Without pictures"), lambda: self.set_pictures(()))
        self.role = role_choice(tr("{axis}: what the pictures are for", axis=name))
        self.role.currentIndexChanged.connect(self.changed)
        self._count = label(tone="faint", scale="small", wraps=True)
        line = QHBoxLayout()
        line.setSpacing(UNIT)
        line.addWidget(self.add_button)
        line.addWidget(self.clear_button)
        line.addWidget(self.role)
        line.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(UNIT)
        head = QHBoxLayout()
        head.addWidget(label(name, weight="strong"), 1)
        head.addWidget(self.slot)
        column.addLayout(head)
        column.addWidget(self.words, 1)
        column.addWidget(self._count)
        column.addLayout(line)
        self.set_pictures(())

    def show_template(self, template: PromptTemplate | None) -> None:
        """The slots that may be filled; without a template there is the prompt alone."""
        before = self.slot.currentText()
        self.slot.blockSignals(True)
        self.slot.clear()
        self.slot.addItem(tr("In the prompt"), None)
        language = template.language(spoken()) if template else spoken()
        for slot in template.slots if template else ():
            self.slot.addItem(slot.title.said(language) or slot.name, slot)
        self.slot.setCurrentIndex(max(0, self.slot.findText(before)))
        self.slot.setVisible(template is not None)
        self.slot.blockSignals(False)

    def set_pictures(self, assets: Sequence[Asset]) -> None:
        """These stand beside the words."""
        self._assets = tuple(asset for asset in assets if not asset.duration_ms)
        names = [displayable(asset.path.name) for asset in self._assets]
        self._count.setText(" · ".join(names))
        self._count.setVisible(bool(names))
        for made in (self.clear_button, self.role):
            made.setVisible(bool(names))
        self.changed.emit()

    def add_pictures(self, assets: Sequence[Asset]) -> None:
        """These as well."""
        known = {asset.id for asset in self._assets}
        self.set_pictures((*self._assets, *(a for a in assets if a.id not in known)))

    def entries(self) -> tuple[Entry, ...]:
        """Words first."""
        lines = (line.strip() for line in self.words.toPlainText().splitlines())
        chosen: Slot | None = self.slot.currentData()
        slot = chosen.name if chosen is not None else ""
        return (
            *(Entry(line, slot=slot) for line in lines if line),
            *(
                Entry(displayable(a.path.name), a.path, a.id, slot, self.role.currentData())
                for a in self._assets
            ),
        )

    def _offer(self) -> None:
        """A slot that offers something offers it here, where nothing is entered yet."""
        chosen: Slot | None = self.slot.currentData()
        if chosen is not None and not self.words.toPlainText().strip():
            self.words.setPlainText("\n".join(slot_values(chosen, spoken())))
        self.changed.emit()


class MatrixDialog(QDialog):
    """Plans a matrix, and shows those that there are."""

    queue_requested = Signal(object)
    """Matrix."""
    pictures_wanted = Signal(object)
    """AxisField: what is selected in the library goes there."""
    view_wanted = Signal(object)
    """MatrixRow."""
    export_wanted = Signal(object)
    """MatrixView."""
    picture_wanted = Signal(int)
    """Asset id: show it in the library."""
    retry_wanted = Signal(str)
    """Key of an attempt: ask for that cell again."""

    def __init__(
        self, theme: Theme, pictures: Pictures, cache: PixmapCache, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Matrix of pictures"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(110 * UNIT, 72 * UNIT)
        self._theme, self._pictures, self._cache = theme, pictures, cache
        self._base: GenerationRequest | None = None
        self._fill: Fill | None = None
        self._generator: ImageGenerator | None = None
        self._spent: SpendReport | None = None
        self._view: MatrixView | None = None
        self._what = label(tone="soft", wraps=True)
        self.rows = AxisField(tr("Rows"), tr("a red cape\na straw hat"))
        self.columns = AxisField(tr("Columns"), tr("On a beach at noon\nIn the snow"))
        for field in (self.rows, self.columns):
            field.changed.connect(self._refresh)
            field.pictures_wanted.connect(lambda field=field: self.pictures_wanted.emit(field))
        self._price = label(wraps=True)
        self.queue_button = button(tr("Add to queue"), self._queue, is_next=True)
        self.which = QComboBox()
        self.which.setAccessibleName(tr("Which matrix"))
        self.which.currentIndexChanged.connect(self._want_view)
        self.export_button = button(tr("Save contact sheet…"), self._export)
        self._progress = label(tone="soft")
        self._scroll = QScrollArea()
        self._scroll.setAccessibleName(tr("Pictures of the matrix"))
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self.tabs = QTabBar()
        self.tabs.setAccessibleName(tr("New or made"))
        self.tabs.addTab(tr("New"))
        self.tabs.addTab(tr("Made"))
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        pages = QStackedWidget()
        pages.addWidget(self._plan_page())
        pages.addWidget(self._results_page())
        self.tabs.currentChanged.connect(pages.setCurrentIndex)
        foot = QHBoxLayout()
        foot.addStretch()
        foot.addWidget(button(tr("Close"), self.accept))
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * UNIT, 2 * UNIT, 3 * UNIT, 2 * UNIT)
        column.setSpacing(2 * UNIT)
        column.addWidget(self.tabs)
        column.addWidget(pages, 1)
        column.addLayout(foot)

    def plan(
        self,
        base: GenerationRequest,
        generator: ImageGenerator | None,
        template: PromptTemplate | None = None,
        fill: Fill | None = None,
    ) -> None:
        """What is in the Create panel stays in every picture.

        Args:
            template: that makes the prompt; its slots can be the rows and the columns.
            fill: fills it.
        """
        self._base, self._generator, self._fill = base, generator, fill
        for field in (self.rows, self.columns):
            field.show_template(template)
        count = len(base.references)
        also = ngettext("{count} picture goes along.", "{count} pictures go along.", count)
        prompt = base.prompt or tr("The prompt in the Create panel is empty.")
        how = tr(
            "{row} and {column} in the prompt say where their words go.", row=ROW, column=COLUMN
        )
        self._what.setText(sentences(tr("Everywhere: “{words}”.", words=prompt), also, how))
        self._refresh()

    def show_spent(self, spent: SpendReport) -> None:
        """What the month's limit leaves."""
        self._spent = spent
        self._refresh()

    def show_matrices(self, matrices: Sequence[MatrixRow]) -> None:
        """Those that there are, the newest first; the one that is looked at stays so."""
        before = self.which.currentData()
        kept = next((at for at, m in enumerate(matrices) if before and m.id == before.id), 0)
        self.which.blockSignals(True)
        self.which.clear()
        for matrix in matrices:
            self.which.addItem(" ".join(matrix.title.split())[:80], matrix)
        self.which.setCurrentIndex(kept)
        self.which.blockSignals(False)
        self._want_view()

    def show_view(self, view: MatrixView) -> None:
        """What there is of one."""
        if view == self._view:
            return
        self._view = view
        total = sum(len(row) for row in view.cells)
        self._progress.setText(tr("{done} of {total}", done=view.done, total=total))
        self.export_button.setEnabled(view.done > 0)
        shown = QWidget()
        grid = QGridLayout(shown)
        grid.setSpacing(UNIT)
        for column, name in enumerate(view.matrix.columns):
            grid.addWidget(label(name, tone="soft", scale="small", wraps=True), 0, column + 1)
        for row, cells in enumerate(view.cells):
            name = label(view.matrix.rows[row], tone="soft", scale="small", wraps=True)
            name.setFixedWidth(_CELL)
            grid.addWidget(name, row + 1, 0)
            for column, cell in enumerate(cells):
                grid.addWidget(self._cell(cell), row + 1, column + 1)
        grid.setRowStretch(len(view.cells) + 1, 1)
        grid.setColumnStretch(len(view.matrix.columns) + 1, 1)
        self._scroll.setWidget(shown)

    def price(self) -> str:
        """What is said of the cost."""
        return self._price.text()

    def progress(self) -> str:
        """How far the one that is looked at has come."""
        return self._progress.text()

    # ------------------------------------------------------------------ inside

    def _cell(self, cell: Cell) -> QWidget:
        if cell.asset is not None:
            asset = cell.asset
            shown = PictureButton(
                self._theme, self._cache, displayable(asset.path.name), side=_CELL
            )
            shown.picture.show_picture(
                self._pictures.of_asset(asset) or self._pictures.of_file(asset.path)
            )
            shown.clicked.connect(lambda: self.picture_wanted.emit(asset.id))
            return shown
        made = QFrame()
        made.setObjectName("card")
        made.setFixedSize(_CELL + 4, _CELL + 4)  # as a cell with a picture
        column = QVBoxLayout(made)
        column.setContentsMargins(UNIT, UNIT, UNIT, UNIT)
        state = label(tr(STATES[cell.state]), tone="faint", wraps=True)
        state.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addStretch()
        column.addWidget(state)
        if cell.has_failed:
            again = button(tr("Ask again"), lambda: self.retry_wanted.emit(cell.attempt))
            again.setToolTip(cell.failure.sentence() if cell.failure else "")
            column.addWidget(again, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch()
        return made

    def _plan_page(self) -> QWidget:
        page = QWidget()
        axes = QHBoxLayout()
        axes.setSpacing(2 * UNIT)
        axes.addWidget(self.rows, 1)
        axes.addWidget(self.columns, 1)
        foot = QHBoxLayout()
        foot.setSpacing(UNIT)
        foot.addWidget(self._price, 1)
        foot.addWidget(self.queue_button)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * UNIT)
        column.addWidget(self._what)
        column.addLayout(axes, 1)
        column.addLayout(foot)
        return page

    def _results_page(self) -> QWidget:
        page = QWidget()
        head = QHBoxLayout()
        head.setSpacing(UNIT)
        head.addWidget(self.which, 1)
        head.addWidget(self._progress)
        head.addWidget(self.export_button)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(UNIT)
        column.addLayout(head)
        column.addWidget(self._scroll, 1)
        self.export_button.setEnabled(False)
        return page

    def _matrix(self) -> Matrix | None:
        if self._base is None or not self._base.prompt:
            return None
        rows, columns = self.rows.entries(), self.columns.entries()
        if not rows and not columns:
            return None
        return Matrix(self._base, rows or (Entry(""),), columns or (Entry(""),), self._fill)

    def _refresh(self) -> None:
        matrix, made = self._matrix(), self._generator
        count = len(matrix.rows) * len(matrix.columns) if matrix else 0
        if matrix is not None and (problem := _problem(matrix, count)):
            self.queue_button.setEnabled(False)
            self._price.setText(problem)
            return
        self.queue_button.setEnabled(0 < count <= MOST_CELLS and made is not None)
        if matrix is None or made is None:
            self._price.setText(tr("Say what the rows or the columns are."))
            return
        pictures = ngettext("{count} picture", "{count} pictures", count)
        if made.is_offline:
            self._price.setText(tr("{pictures}, made on this computer.", pictures=pictures))
            return
        model = made.models.find(matrix.base.model)
        total = total_usd(estimated_usd(request, model) for _, _, request in matrix.requests())
        if total is None:
            self._price.setText(tr("{pictures}. What they cost is not known.", pictures=pictures))
            return
        said = tr("{pictures}, about ${total}.", pictures=pictures, total=number(total, 2))
        self._price.setText(sentences(said, self._limit_words(total)))

    def _limit_words(self, total: float) -> str:
        spent = self._spent
        if spent is None or spent.limit_usd <= 0:
            return ""
        left = max(0.0, spent.limit_usd - spent.month.usd)
        if total <= left:
            return tr("This month's limit leaves ${left}.", left=number(left, 2))
        return tr(
            "This month's limit leaves ${left}: the queue waits when it is reached.",
            left=number(left, 2),
        )

    def _queue(self) -> None:
        matrix = self._matrix()
        if matrix is not None:
            self.queue_requested.emit(matrix)

    def _want_view(self) -> None:
        matrix = self.which.currentData()
        if matrix is not None:
            self.view_wanted.emit(matrix)

    def _export(self) -> None:
        if self._view is not None:
            self.export_wanted.emit(self._view)


def _problem(matrix: Matrix, count: int) -> str:
    """Why it cannot be queued; empty where it can."""
    if count > MOST_CELLS:
        pictures = ngettext("{count} picture", "{count} pictures", count)
        most = tr("A matrix has between 1 and {most} pictures.", most=MOST_CELLS)
        return sentences(f"{pictures}.", most)
    try:
        for _ in matrix.requests():
            pass
    except UsageError as error:  # a slot does not take such a value
        return error.sentence()
    return ""
