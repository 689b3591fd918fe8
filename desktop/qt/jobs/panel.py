"""Jobs: one quiet line at the bottom that opens into a list."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from desktop.core.text import ngettext, tr
from desktop.qt.jobs.job_list import JobListModel, JobRow, JobState, progress_text
from desktop.qt.theme import ICON, UNIT, Theme
from desktop.qt.widgets.buttons import button, icon_button
from desktop.qt.widgets.labels import ElidedLabel, label
from desktop.qt.widgets.styling import hairline

ICONS = {
    JobState.WAITING: ("loader-circle", "text_faint"),
    JobState.RUNNING: ("refresh-cw", "text_soft"),
    JobState.DONE: ("circle-check", "text_soft"),
    JobState.FAILED: ("triangle-alert", "danger"),
    JobState.STOPPED: ("square", "text_faint"),
}


class JobLine(QWidget):
    """One job: what, how far, and what can be done about it."""

    failures_requested = Signal(object)
    """tuple[FileFailure, ...]."""
    stop_wanted = Signal(int)
    """A job's id."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.row: JobRow | None = None
        self._icon = label()
        self._icon.setFixedWidth(ICON)
        self._title = label()
        self._progress = ElidedLabel()
        self._progress.setProperty("tone", "faint")
        self._bar = QProgressBar(textVisible=False)
        self._bar.setFixedWidth(20 * UNIT)
        self.failures_button = button("", self._ask_failures, is_flat=True)
        self.offer_button = button("", self._take_offer, is_flat=True)
        self.cancel_button = button(tr("Stop"), self._cancel, is_flat=True)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(UNIT)
        line.addWidget(self._icon)
        line.addWidget(self._title)
        line.addWidget(self._progress, 1)
        line.addWidget(self._bar)
        line.addWidget(self.failures_button)
        line.addWidget(self.offer_button)
        line.addWidget(self.cancel_button)
        self.setFixedHeight(4 * UNIT)

    def show_row(self, row: JobRow) -> None:
        self.row = row
        icon, token = ICONS[row.state]
        if row.state is JobState.DONE and row.outcome.failures:
            icon, token = ICONS[JobState.FAILED]
        self._icon.setPixmap(self._theme.pixmap(icon, token, ICON, self.devicePixelRatioF()))
        self._title.setText(row.title)
        self._progress.setText(progress_text(row))
        self._progress.setToolTip(row.progress.current if row.is_live else row.outcome.text)
        step = row.progress
        self._bar.setVisible(row.is_live)
        self._bar.setRange(0, step.total or 0)
        self._bar.setValue(min(step.done, step.total or 0))
        self.cancel_button.setVisible(row.is_live)
        self.cancel_button.setEnabled(not row.is_stopping)
        self.cancel_button.setAccessibleName(tr("Stop: {title}", title=row.title))
        offer = row.outcome.offer
        self.offer_button.setVisible(offer is not None)
        if offer is not None:
            self.offer_button.setText(offer.text)
        self.failures_button.setVisible(bool(row.outcome.failures))
        self.failures_button.setText(
            ngettext("Show {count} file…", "Show {count} files…", len(row.outcome.failures))
        )

    def text(self) -> str:
        """What it says, for tests and screen readers."""
        return f"{self._title.text()} {self._progress.text()}".strip()

    def _cancel(self) -> None:
        if self.row is not None:
            self.stop_wanted.emit(self.row.id)

    def _take_offer(self) -> None:
        if self.row is not None and (offer := self.row.outcome.offer) is not None:
            offer.do()

    def _ask_failures(self) -> None:
        if self.row is not None:
            self.failures_requested.emit(self.row.outcome.failures)


class JobsPanel(QFrame):
    """The line, and the list above it. Hidden until there was a job."""

    failures_requested = Signal(object)

    def __init__(self, theme: Theme, jobs: JobListModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._theme = theme
        self._jobs = jobs
        self._lines: dict[int, JobLine] = {}
        self.line = JobLine(theme)
        self.line.failures_requested.connect(self.failures_requested)
        self.line.stop_wanted.connect(jobs.stop)
        self.toggle = icon_button(theme, "chevron-up", tr("Show all jobs"), self._toggle)
        self.toggle.setCheckable(True)
        self._list = QWidget()
        self._column = QVBoxLayout(self._list)
        self._column.setContentsMargins(2 * UNIT, UNIT, 2 * UNIT + 4 * UNIT, UNIT)
        self._column.setSpacing(0)
        self._column.addStretch()
        self.drawer = QScrollArea()
        self.drawer.setAccessibleName(tr("Jobs"))
        self.drawer.setWidgetResizable(True)
        self.drawer.setWidget(self._list)
        self.drawer.setFixedHeight(20 * UNIT)
        self.drawer.hide()
        # The open list has the line's job in it already.
        self._heading = label(tr("Jobs of this session"), tone="faint")
        self._heading.setFixedHeight(4 * UNIT)
        self._heading.hide()

        bottom = QHBoxLayout()
        bottom.setContentsMargins(2 * UNIT, 2, UNIT, 2)
        bottom.setSpacing(UNIT)
        bottom.addWidget(self.line, 1)
        bottom.addWidget(self._heading, 1)
        bottom.addWidget(self.toggle)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(hairline())
        column.addWidget(self.drawer)
        column.addLayout(bottom)
        self.hide()
        jobs.rowsInserted.connect(self._rebuild)
        jobs.rowsRemoved.connect(self._rebuild)
        jobs.dataChanged.connect(self._refresh)

    def _toggle(self) -> None:
        is_open = self.toggle.isChecked()
        self.drawer.setVisible(is_open)
        self.line.setVisible(not is_open)
        self._heading.setVisible(is_open)
        self.toggle.setIcon(self._theme.icon("chevron-down" if is_open else "chevron-up"))
        self.toggle.setToolTip(tr("Hide the list") if is_open else tr("Show all jobs"))

    def _rebuild(self) -> None:
        rows = self._jobs.jobs()
        gone = set(self._lines) - {row.id for row in rows}
        for job_id in gone:
            old = self._lines.pop(job_id)
            old.hide()
            old.deleteLater()
        for at, row in enumerate(rows):
            if row.id not in self._lines:
                made = JobLine(self._theme)
                made.failures_requested.connect(self.failures_requested)
                made.stop_wanted.connect(self._jobs.stop)
                self._lines[row.id] = made
                self._column.insertWidget(at, made)
        self._refresh()

    def _refresh(self) -> None:
        current = self._jobs.current()
        self.setVisible(current is not None)
        if current is not None:
            self.line.show_row(current)
        for row in self._jobs.jobs():
            if row.id in self._lines:
                self._lines[row.id].show_row(row)
