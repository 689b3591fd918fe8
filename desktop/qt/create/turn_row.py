"""That what is asked for next goes on from a picture, and the way to begin without it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.core.generation_record import GenerationRequest
from desktop.core.text import tr
from desktop.qt.theme import UNIT
from desktop.qt.widgets.buttons import button
from desktop.qt.widgets.labels import label


class TurnRow(QWidget):
    """Hidden where nothing came before."""

    changed = Signal()
    tokens_wanted = Signal(object)
    """GenerationRequest: how much goes along that was said before."""

    def __init__(self) -> None:
        super().__init__()
        self._held: GenerationRequest | None = None
        self.tokens_before = 0
        """Of the talk that goes along, as the service counts them; 0 while nobody knows."""
        self._words = label(tone="soft", wraps=True)
        self.anew_button = button(tr("Begin without it"), self._let_go, is_flat=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(UNIT)
        row.addWidget(self._words, 1)
        row.addWidget(self.anew_button)
        self.hide()

    def text(self) -> str:
        """What is said of it; empty where nothing came before."""
        return "" if self.isHidden() else self._words.text()

    def use(self, request: GenerationRequest) -> None:
        """What an earlier request went on from."""
        self._held = request if request.parent or request.parent_attempt else None
        self.tokens_before = 0
        if request.parent_attempt:
            self._words.setText(tr("A next turn: what was said and shown before goes along."))
            self.tokens_wanted.emit(request)
        else:
            self._words.setText(tr("A next turn on the picture that goes along as its base."))
        self.setVisible(self._held is not None)

    def know_tokens(self, request: GenerationRequest, tokens: int) -> None:
        """How much goes along of what was said before that request."""
        if self._held is not None and self._held.parent_attempt == request.parent_attempt:
            self.tokens_before = tokens
            self.changed.emit()

    def in_request(self, request: GenerationRequest) -> GenerationRequest:
        """The request, as a next turn; a talk is gone on with by the service that it was had
        with."""
        held = self._held
        if held is None or (held.parent_attempt and held.generator != request.generator):
            return request
        made = replace(request, parent=held.parent, parent_attempt=held.parent_attempt)
        return replace(made, api=held.api) if held.parent_attempt else made

    def _let_go(self) -> None:
        self.use(GenerationRequest(""))
        self.changed.emit()
