"""Play, pause, step, and where one is: the controls of what moves."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from desktop.core.text import number, tr
from desktop.core.timecode import timecode
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.buttons import icon_button
from desktop.qt.widgets.labels import label


class PlayBar(QWidget):
    """Decides nothing."""

    toggled = Signal()
    stepped = Signal(int)
    sought = Signal(int)
    """ms."""
    reference_chosen = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._duration_ms = 0
        self.back = icon_button(
            theme, "step-back", tr("One frame back (,)"), lambda: self.stepped.emit(-1)
        )
        self.play = icon_button(theme, "play", tr("Play (P)"), self.toggled.emit)
        self.on = icon_button(
            theme, "step-forward", tr("One frame on (.)"), lambda: self.stepped.emit(1)
        )
        self.refer = icon_button(
            theme, "image", tr("Use this frame as a reference"), self.reference_chosen.emit
        )
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(tr("Where in the video"))
        self.slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.slider.valueChanged.connect(self.sought)
        self.where = label(tone="soft")
        self.where.setMinimumWidth(12 * UNIT)
        self.where.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(UNIT, UNIT // 2, 2 * UNIT, UNIT // 2)
        row.setSpacing(UNIT // 2)
        for widget in (self.back, self.play, self.on):
            row.addWidget(widget)
        row.addSpacing(UNIT)
        row.addWidget(self.slider, 1)
        row.addStretch(0)
        row.addWidget(self.where)
        row.addWidget(self.refer)

    def show_length(self, duration_ms: int) -> None:
        """Of a video; 0: an animation, whose length nobody knows before its end."""
        self._duration_ms = duration_ms
        self.slider.setVisible(duration_ms > 0)
        self.refer.setVisible(duration_ms > 0)
        self.where.setToolTip(tr("Videos are played without sound.") if duration_ms else "")
        with QSignalBlocker(self.slider):
            self.slider.setRange(0, max(1, duration_ms))
            self.slider.setPageStep(max(1, duration_ms // 10))
            self.slider.setSingleStep(1_000)
        self.where.setText("")

    def show_playing(self, is_playing: bool) -> None:
        """What the button does next."""
        self.play.setIcon(self._theme.icon("pause" if is_playing else "play"))
        name = tr("Pause (P)") if is_playing else tr("Play (P)")
        self.play.setToolTip(name)
        self.play.setAccessibleName(name)

    def show_place(self, at_ms: int, frame: int, count: int) -> None:
        """Where one is.

        Args:
            frame: of an animation, from 0; count: of its frames, 0 where it is not known yet.
        """
        if self._duration_ms:
            if not self.slider.isSliderDown():
                with QSignalBlocker(self.slider):
                    self.slider.setValue(at_ms)
            told = f"{timecode(at_ms)} / {timecode(self._duration_ms)}"
        elif count:
            told = tr("Frame {at} of {count}", at=number(frame + 1), count=number(count))
        else:
            told = tr("Frame {at}", at=number(frame + 1))
        self.where.setText(told)
