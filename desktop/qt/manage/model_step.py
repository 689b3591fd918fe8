"""The step in which a person gets a model: offered, on its way, held, failed, ready."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from desktop.core.text import language, listed, sentences, tr
from desktop.qt.manage.download_address import DownloadAddress
from desktop.qt.manage.model_choice import ModelChoice
from desktop.qt.manage.model_install import ModelInstall, Phase
from desktop.qt.manage.models_dialog import ask_model_file, ask_model_folder
from desktop.qt.theme import UNIT
from desktop.qt.widgets.buttons import button
from desktop.qt.widgets.labels import label

if TYPE_CHECKING:
    from desktop.embedding.models.registry import ModelEntry
    from desktop.services.model_installing import ModelOffers

WIDTH = 84 * UNIT
MOST_FILES = 2
"""Of those found; all others can be chosen by hand."""
_MULTILINGUAL = 10
"""Languages from which on a model is proposed as one for many."""


class ModelStep(QDialog):
    """One thing to do next at any time; whatever runs goes on when it is closed.

    Args:
        install: what is on its way, if anything.
        offers: what there is to choose from.
    """

    download_wanted = Signal(str)
    """Name of a model."""
    file_chosen = Signal(object)
    """Path of a checkpoint."""
    address_entered = Signal(object)
    """HubAddress: download from there, and try again."""

    def __init__(
        self, install: ModelInstall, offers: ModelOffers, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("A model"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(WIDTH)
        self._install = install
        head = label(tr("Find pictures by what they show"), scale="large", weight="strong")
        what_for = label(
            tr(
                "A model turns pictures and words into something that can be compared. It runs on "
                "this computer, and your pictures stay here."
            ),
            tone="soft",
            wraps=True,
        )
        self.choice = ModelChoice(proposed(offers.entries), offers.found[:MOST_FILES])
        self.choice.changed.connect(self._show_state)
        self.stage = label(weight="strong", wraps=True)
        self.bar = QProgressBar(textVisible=False)
        self.bar.setAccessibleName(tr("How far the model is"))
        self.detail = label(tone="soft", wraps=True)
        self.failure = label(wraps=True, selectable=True)
        self._failure_card = QFrame()
        self._failure_card.setObjectName("danger")
        inner = QVBoxLayout(self._failure_card)
        inner.setContentsMargins(UNIT + 4, UNIT, UNIT + 4, UNIT)
        inner.addWidget(self.failure)
        self.address = DownloadAddress(offers.address)
        self.address.entered.connect(self.address_entered)
        self.address.changed.connect(self._show_state)
        self.address.hide()

        self.address_button = button("", self._show_address, is_flat=True)
        # The small edition reads no checkpoints, but folders of models that were converted.
        self._takes_folders = any(
            each.source == "downloadable" and each.problem and not each.is_installed
            for each in offers.entries
        )
        self._choose = tr("Choose a model folder…") if self._takes_folders else tr("Choose a file…")
        self.file_button = button(self._choose, self._choose_file, is_flat=True)
        self.file_button.setToolTip(
            tr("Of a model that another Plantain has used")
            if self._takes_folders
            else tr("A CLIP checkpoint: .safetensors, .pt, .pth or .bin")
        )
        self.hold_button = button("", install.hold)
        self.later_button = button(tr("Not now"), self.reject)
        self.later_button.setToolTip(
            tr(
                "Pictures are found by names, folders and tags until then. See “Models…” in the "
                "menu."
            )
        )
        self.next_button = button("", self._do_next, is_next=True)
        row = QHBoxLayout()
        row.setSpacing(UNIT)
        row.addWidget(self.address_button)
        row.addWidget(self.file_button)
        row.addStretch()
        for made in (self.hold_button, self.later_button, self.next_button):
            row.addWidget(made)

        column = QVBoxLayout(self)
        column.setContentsMargins(3 * UNIT, 3 * UNIT, 3 * UNIT, 2 * UNIT)
        column.setSpacing(UNIT)
        for widget in (
            *(head, what_for, self.choice, self.stage, self.bar),
            *(self._failure_card, self.detail, self.address),
        ):
            column.addWidget(widget)
        column.insertSpacing(column.indexOf(self.stage), UNIT)
        column.addSpacing(UNIT)
        column.addLayout(row)
        self._column = column
        install.changed.connect(self._show_state)
        self._show_state()
        self.next_button.setFocus()

    # ------------------------------------------------------------------ what is shown

    def _show_state(self) -> None:
        install, phase = self._install, self._install.phase
        is_offered, is_running = phase is Phase.OFFERED, phase is Phase.RUNNING
        is_over = phase is Phase.READY
        self.choice.setVisible(is_offered)
        self.stage.setText(self._stage_text())
        self.stage.setVisible(not is_offered)
        self.bar.setVisible(is_running or phase is Phase.HELD)
        step = install.progress
        self.bar.setRange(0, (step.total or 0) if step else 0 if is_running else 1)
        self.bar.setValue(step.done if step else 0)
        detail = self._detail_text()
        self.detail.setText(detail)
        self.detail.setVisible(bool(detail))
        error = install.error
        self._failure_card.setVisible(error is not None)
        self.failure.setText(error.message if error else "")
        can_choose = not is_running and not is_over
        is_failed_download = phase is Phase.FAILED and install.is_download
        self.address_button.setText(
            tr("Another mirror…") if is_failed_download else tr("Mirror and proxy…")
        )
        entry = self.choice.entry()
        can_download = is_failed_download or entry is not None
        self.address_button.setVisible(can_choose and can_download and self.address.isHidden())
        can_do_nothing_else = is_offered and entry is None and self.choice.file() is None
        self.file_button.setVisible(can_choose and not can_do_nothing_else)
        self.hold_button.setText(tr("Pause") if install.is_transferring else tr("Stop"))
        self.hold_button.setVisible(is_running)
        self.later_button.setVisible(can_choose)
        if is_running or is_over:
            self.address.hide()
        self.next_button.setText(self._next_text())
        # Wrapped words in a window that grows and shrinks: its layout asks for their height alone.
        self._column.activate()
        self.setFixedHeight(self._column.totalHeightForWidth(WIDTH))

    def _stage_text(self) -> str:
        install, phase = self._install, self._install.phase
        if phase is Phase.HELD:
            return tr("Paused") if install.is_transferring else tr("Stopped")
        if phase is Phase.FAILED:
            return tr("This did not work")
        if phase is Phase.READY:
            return tr("The model is ready")
        return install.progress.stage if install.progress else tr("Waiting")

    def _detail_text(self) -> str:
        install, phase = self._install, self._install.phase
        how_far = install.how_far()
        if phase is Phase.FAILED and install.error is not None:
            return sentences(install.error.safe, install.error.next_step)
        if phase is Phase.READY:
            return tr("Your pictures are being looked at. You can search them in a moment.")
        if phase is Phase.HELD:
            kept = (
                tr("What arrived is kept, and it goes on from there.")
                if install.is_transferring
                else tr("What is installed stays; the step that was stopped begins anew.")
            )
            return sentences(f"{how_far}." if how_far else "", kept)
        if phase is Phase.RUNNING:
            follows = tr("Then: {titles}.", titles=listed(install.waiting))
            return sentences(how_far, follows if install.waiting else "") or " "
        return ""

    def _next_text(self) -> str:
        phase = self._install.phase
        if not self.address.isHidden():
            return tr("Download from there")
        if phase in (Phase.RUNNING, Phase.READY):
            return tr("To my pictures")
        if phase is Phase.HELD:
            return tr("Go on")
        if phase is Phase.FAILED:
            return tr("Try again")
        if self.choice.file() is not None:
            return tr("Use this file")
        entry = self.choice.entry()
        if entry is None:
            return self._choose
        if entry.is_installed:
            return tr("Use")
        return tr("Go on") if entry.arrived_bytes else tr("Download")

    # ------------------------------------------------------------------ what is done

    def _do_next(self) -> None:
        phase = self._install.phase
        if not self.address.isHidden():
            self.address.enter()
        elif phase in (Phase.RUNNING, Phase.READY):
            self.accept()
        elif phase in (Phase.HELD, Phase.FAILED):
            self._install.go_on()
        elif (file := self.choice.file()) is not None:
            self.file_chosen.emit(file.path)
        elif (entry := self.choice.entry()) is not None:
            self.download_wanted.emit(entry.name)
        else:
            self._choose_file()

    def _show_address(self) -> None:
        self.address.show()
        self._show_state()
        self.address.mirror.setFocus()

    def _choose_file(self) -> None:
        ask = ask_model_folder if self._takes_folders else ask_model_file
        if (chosen := ask(self)) is not None:
            self.file_chosen.emit(chosen)


def proposed(entries: Sequence[ModelEntry]) -> list[ModelEntry]:
    """The models to choose from at first: the usual one, and one of many languages, which comes
    first where the person reads another language than English."""
    offered = [entry for entry in entries if entry.source == "downloadable" and not entry.problem]
    many = [entry for entry in offered if len(entry.languages) >= _MULTILINGUAL][:1]
    usual = [entry for entry in offered[:1] if entry not in many]
    reads_english = language().code.startswith("en")
    return [*usual, *many] if reads_english else [*many, *usual]
