"""What leaves this computer: the very pictures and words, and where they go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.core.text import ngettext, number, sentences, size, tr
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.buttons import button
from desktop.qt.widgets.labels import label
from desktop.services.generation.rehearsal import Rehearsal

_SIDE = 12 * UNIT
_WIDTH, _HEIGHT = 72 * UNIT, 72 * UNIT
_HASH = 16
"""Digits of a hash that are shown; the tool tip has all of them."""


@dataclass(frozen=True, slots=True)
class SendingView:
    """What the sheet shows, made in a lane.

    Attributes:
        thumbnails: of the very bytes that are sent, in the order of ``rehearsal.pictures``.
        agreed_on: the day on which the person agreed to this address; empty for never.
    """

    rehearsal: Rehearsal
    thumbnails: tuple[QImage, ...]
    agreed_on: str = ""


def thumbnails_of(images: Sequence[bytes], ratio: float) -> tuple[QImage, ...]:
    """Small pictures, for a screen of this many pixels a point; not on the GUI thread."""
    side = round(_SIDE * ratio)
    fit = Qt.AspectRatioMode.KeepAspectRatio
    smooth = Qt.TransformationMode.SmoothTransformation
    found: list[QImage] = []
    for data in images:
        image = QImage.fromData(data).scaled(QSize(side, side), fit, smooth)
        image.setDevicePixelRatio(ratio)
        found.append(image)
    return tuple(found)


class SendingSheet(QDialog):
    """Asks before the first time; later it only shows.

    Args:
        is_question: the person is to agree; else they only look.
    """

    agreed = Signal()
    withdrawn = Signal()
    """The person no longer agrees to this address."""

    def __init__(
        self, theme: Theme, view: SendingView, *, is_question: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("What leaves this computer"))
        rehearsal = view.rehearsal
        self._theme = theme
        destination = rehearsal.destination
        form = QFormLayout()
        form.setHorizontalSpacing(2 * UNIT)
        form.setVerticalSpacing(UNIT // 2)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        self.place = label(
            tr("{endpoint} ({api})", endpoint=destination.endpoint, api=destination.api),
            selectable=True,
            wraps=True,
        )
        form.addRow(label(tr("To"), tone="faint"), self.place)
        form.addRow(label(tr("Model"), tone="faint"), label(destination.model, selectable=True))
        self.price = label(_price(rehearsal.estimated_usd), selectable=True)
        form.addRow(label(tr("Price"), tone="faint"), self.price)

        self.words = QPlainTextEdit("\n\n".join((*rehearsal.earlier_texts, *rehearsal.texts)))
        self.words.setReadOnly(True)
        self.words.setTabChangesFocus(True)
        self.words.setAccessibleName(tr("Words that are sent"))
        self.words.setFixedHeight(10 * UNIT)

        column = QVBoxLayout(self)
        column.setContentsMargins(3 * UNIT, 3 * UNIT, 3 * UNIT, 2 * UNIT)
        column.setSpacing(UNIT)
        column.addLayout(form)
        column.addSpacing(UNIT)
        column.addWidget(label(tr("Words"), weight="strong"))
        column.addWidget(self.words)
        column.addSpacing(UNIT)
        column.addWidget(label(_pictures(rehearsal), weight="strong", wraps=True))
        column.addWidget(self._pictures(view), 1)
        column.addWidget(
            label(
                sentences(
                    tr(
                        "These are the pictures as they are sent: scaled down, without file names, "
                        "places or anything else that is written in their files."
                    ),
                    tr("What was said before goes along, with the answers as they came.")
                    if rehearsal.turns
                    else "",
                ),
                tone="soft",
                wraps=True,
            )
        )
        column.addWidget(self._foot(view, is_question=is_question))
        self.resize(_WIDTH, min(_HEIGHT, 76 * UNIT))

    def pictures(self) -> list[str]:
        """What is said of each picture, for tests and screen readers."""
        return [each.text() for each in self._said]

    # ------------------------------------------------------------------ inside

    def _pictures(self, view: SendingView) -> QWidget:
        rows = QWidget()
        column = QVBoxLayout(rows)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(UNIT)
        self._said: list[QLabel] = []
        sent = view.rehearsal.pictures
        for picture, thumbnail in zip(sent, view.thumbnails, strict=True):
            image = picture.image
            shown = QLabel()
            shown.setPixmap(QPixmap.fromImage(thumbnail))
            shown.setFixedSize(_SIDE, _SIDE)
            shown.setAlignment(Qt.AlignmentFlag.AlignCenter)
            kind = image.mime_type.rpartition("/")[2].upper()
            facts = label(
                "\n".join(
                    (
                        picture.name,
                        tr(
                            "{width} × {height}, {size}, {kind}",
                            width=number(image.width),
                            height=number(image.height),
                            size=size(len(image.data)),
                            kind=kind,
                        ),
                        picture.sent_hash[:_HASH] + "…",
                        *([image.caption] if image.caption else []),
                    )
                ),
                tone="soft",
                wraps=True,
                selectable=True,
            )
            facts.setToolTip(picture.sent_hash)
            self._said.append(facts)
            row = QHBoxLayout()
            row.setSpacing(2 * UNIT)
            row.addWidget(shown)
            row.addWidget(facts, 1)
            column.addLayout(row)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(rows)
        area.setAccessibleName(tr("Pictures that are sent"))
        area.setVisible(bool(sent))
        return area

    def _foot(self, view: SendingView, *, is_question: bool) -> QWidget:
        foot = QWidget()
        column = QVBoxLayout(foot)
        column.setContentsMargins(0, UNIT, 0, 0)
        column.setSpacing(UNIT)
        buttons = QDialogButtonBox()
        if is_question:
            column.addWidget(label(_why(view), tone="faint", wraps=True))
            self.agree_button = button(tr("Agree and send"), self._agree, is_next=True)
            buttons.addButton(self.agree_button, QDialogButtonBox.ButtonRole.AcceptRole)
            self.cancel_button = button(tr("Send nothing"), self.reject)
            buttons.addButton(self.cancel_button, QDialogButtonBox.ButtonRole.RejectRole)
            self.cancel_button.setFocus()
        else:
            if view.agreed_on:
                told = tr("You agreed to this address on {day}.", day=view.agreed_on)
                self.withdraw_button = button(tr("Withdraw"), self._withdraw, is_flat=True)
                row = QHBoxLayout()
                row.addWidget(label(told, tone="faint", wraps=True), 1)
                row.addWidget(self.withdraw_button)
                column.addLayout(row)
            close = button(tr("Close"), self.reject)
            buttons.addButton(close, QDialogButtonBox.ButtonRole.RejectRole)
        column.addWidget(buttons)
        return foot

    def _agree(self) -> None:
        self.agreed.emit()
        self.accept()

    def _withdraw(self) -> None:
        self.withdrawn.emit()
        self.reject()


def _why(view: SendingView) -> str:
    """Why the person is asked."""
    if view.agreed_on:
        return tr(
            "You agreed to this address on {day}. You are asked again because this is not what you "
            "have seen: just this is sent, and only once you agree.",
            day=view.agreed_on,
        )
    return tr(
        "You are asked once for this library and this address. Later the Create panel shows the "
        "same before anything is sent, and there you can withdraw."
    )


def _price(usd: float | None) -> str:
    return tr("not known") if usd is None else tr("about ${usd}", usd=number(usd, 3))


def _pictures(rehearsal: Rehearsal) -> str:
    total = sum(len(picture.image.data) for picture in rehearsal.pictures)
    if not total:
        return tr("No pictures")
    count = len(rehearsal.pictures)
    said = ngettext("{count} picture, {size}", "{count} pictures, {size}", count, size=size(total))
    if not rehearsal.earlier:
        return said
    before = ngettext(
        "{count} of them was sent before or came back, and goes along again",
        "{count} of them were sent before or came back, and go along again",
        len(rehearsal.earlier),
    )
    return tr("{pictures}; {before}", pictures=said, before=before)
