"""Where the vectors are kept, and the team that pictures are shared with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from desktop.core.asset import displayable
from desktop.core.text import tr
from desktop.qt.theme import UNIT
from desktop.qt.widgets.buttons import button
from desktop.qt.widgets.labels import label
from desktop.qt.widgets.styling import set_property
from desktop.qt.widgets.worded_dialog import WordedDialog

if TYPE_CHECKING:
    from desktop.services.vectors.endpoints import EndpointsState


@dataclass(frozen=True, slots=True)
class ServerEntry:
    """What was typed.

    Attributes:
        token: empty to keep the one that is there.
        certificate: path of a PEM file; empty for none.
    """

    uri: str
    token: str
    certificate: str


class ServerDialog(WordedDialog):
    """A card for the vectors and one for the team; stays open and says what came of it."""

    test_requested = Signal(object)
    """ServerEntry."""
    use_requested = Signal(object)
    """ServerEntry; an empty address is the file on this computer."""
    join_requested = Signal(str, object)
    """Name of the team, ServerEntry."""
    leave_requested = Signal()
    share_requested = Signal(str, object)
    """Name, folder."""
    refresh_requested = Signal()

    def __init__(self, state: EndpointsState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Server and team"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(600)
        self.address = _field(
            tr("Address"), tr("https://host:19530, or empty: a file on this computer")
        )
        self.token = _field(tr("Token"), "")
        self.token.setEchoMode(QLineEdit.EchoMode.Password)
        self.certificate = _field(
            tr("Certificate file"), tr("Only for a server with a certificate of its own")
        )
        self.test_button = button(
            tr("Test"), lambda: self.test_requested.emit(self._entry()), is_next=True
        )
        self.use_button = button(
            tr("Keep the vectors there"), lambda: self.use_requested.emit(self._entry())
        )
        self.team = _field(tr("Team"), tr("Its name, the same for every member"))
        self.join_button = button(tr("Join"), self._join)
        self.leave_button = button(tr("Leave"), self.leave_requested.emit)
        self.refresh_button = button(tr("Refresh now"), self.refresh_requested.emit)
        self.share_button = button(tr("Share a folder…"), self._choose_folder)
        self._roots = label(tone="soft", wraps=True)
        self._said = label(wraps=True, selectable=True)
        self._said.setAccessibleName(tr("Result"))
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * UNIT, 3 * UNIT, 3 * UNIT, 2 * UNIT)
        column.setSpacing(UNIT)
        column.addWidget(label(tr("Where pictures are compared"), scale="large", weight="strong"))
        column.addWidget(
            label(
                tr(
                    "A library compares pictures in a file on this computer. A "
                    "very large one does it on a Milvus server; what Plantain "
                    "knows stays here too, so you can come back."
                ),
                tone="soft",
                wraps=True,
            )
        )
        column.addWidget(
            _card(
                self.address,
                self.token,
                _row(self.certificate, button(tr("Choose…"), self._choose_certificate)),
                _row(self.test_button, self.use_button),
            )
        )
        column.addWidget(label(tr("Team"), scale="large", weight="strong"))
        column.addWidget(
            label(
                tr(
                    "Members meet on the server above and see each other's "
                    "pictures, tags, stars and notes. Only folders that you "
                    "share are seen; files stay where they are."
                ),
                tone="soft",
                wraps=True,
            )
        )
        column.addWidget(
            _card(
                _row(self.team, self.join_button, self.leave_button),
                self._roots,
                _row(self.share_button, self.refresh_button),
            )
        )
        column.addWidget(self._said)
        bottom = QHBoxLayout()
        bottom.addStretch()
        bottom.addWidget(button(tr("Close"), self.reject))
        column.addLayout(bottom)
        chosen = state.chosen
        self.address.setText(chosen.store_uri or chosen.team_uri)
        self.certificate.setText(chosen.certificate)
        self.team.setText(chosen.team)
        self.show_state(state)

    def show_state(self, state: EndpointsState) -> None:
        """What holds now; what was typed stays, but for the token."""
        is_in = bool(state.chosen.team)
        self.token.clear()
        self.token.setPlaceholderText(
            tr("A token is kept in this computer's key store")
            if state.has_token
            else tr("user:password or an API key, if the server asks for one")
        )
        self.team.setEnabled(not is_in)
        self.join_button.setVisible(not is_in)
        self.leave_button.setVisible(is_in)
        self.share_button.setEnabled(is_in)
        self.refresh_button.setEnabled(is_in)
        lines: list[str] = [
            tr(
                "“{name}”: {folder}",
                name=root.name,
                folder=displayable(root.path) if root.path else tr("no folder here"),
            )
            for root in state.roots
        ]
        if is_in:
            lines.append(
                tr(
                    "{here} pictures in the folders here, {elsewhere} elsewhere.",
                    here=state.here,
                    elsewhere=state.elsewhere,
                )
                if lines
                else tr("No folder is shared yet.")
            )
        self._roots.setText("\n".join(lines))
        self._roots.setVisible(bool(lines))
        self._fit()

    def say(self, text: str, *, is_failure: bool = False) -> None:
        """What came of the last thing asked for."""
        self._said.setText(text)
        set_property(self._said, "tone", "danger" if is_failure else "soft")
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()

    def share(self, folder: Path) -> None:
        """Share this folder, under its own name."""
        self.share_requested.emit(displayable(folder.name), folder)

    def _fit(self) -> None:
        """Room for every line: Qt reckons with wrapped labels of one."""
        if (layout := self.layout()) is not None and self.isVisible():
            layout.activate()
            self.setMinimumHeight(layout.totalHeightForWidth(self.width()))

    def _entry(self) -> ServerEntry:
        return ServerEntry(
            self.address.text().strip(), self.token.text().strip(), self.certificate.text().strip()
        )

    def _join(self) -> None:
        self.join_requested.emit(self.team.text().strip(), self._entry())

    def _choose_certificate(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self,
            tr("The server's certificate"),
            "",
            tr("Certificates (*.pem *.crt *.cer);;All (*)"),
        )
        if chosen:
            self.certificate.setText(chosen)

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, tr("Share a folder with the team"))
        if chosen:
            self.share(Path(chosen))


def _field(name: str, hint: str) -> QLineEdit:
    made = QLineEdit()
    made.setAccessibleName(name)
    made.setPlaceholderText(hint)
    made.setToolTip(name)
    return made


def _row(*widgets: QWidget) -> Callable[[QVBoxLayout], None]:
    def add(column: QVBoxLayout) -> None:
        row = QHBoxLayout()
        row.setSpacing(UNIT)
        for widget in widgets:
            row.addWidget(widget)
        if not isinstance(widgets[0], QLineEdit):
            row.addStretch()
        column.addLayout(row)

    return add


def _card(*parts: QWidget | Callable[[QVBoxLayout], None]) -> QFrame:
    card = QFrame()
    card.setObjectName("card")
    column = QVBoxLayout(card)
    column.setContentsMargins(UNIT + 4, UNIT + 4, UNIT + 4, UNIT + 4)
    column.setSpacing(UNIT)
    for part in parts:
        if isinstance(part, QWidget):
            column.addWidget(part)
        else:
            part(column)
    return card
