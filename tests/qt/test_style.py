"""What the style sheet makes of Qt's own widgets."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QInputDialog,
    QLineEdit,
    QProxyStyle,
    QStyle,
    QStyleHintReturn,
    QStyleOption,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop.qt.theme import UNIT

ICONS = QStyle.StyleHint.SH_DialogButtonBox_ButtonsHaveIcons


class DesktopWithIcons(QProxyStyle):
    """As on Linux desktops, whose icons are no others of the window."""

    def styleHint(  # noqa: N802
        self,
        hint: QStyle.StyleHint,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
        returnData: QStyleHintReturn | None = None,  # noqa: N803
    ) -> int:
        return 1 if hint == ICONS else super().styleHint(hint, option, widget, returnData)


@pytest.mark.usefixtures("theme")
def test_buttons_of_dialogs_have_no_icons_of_the_desktop(qtbot: QtBot) -> None:
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok)
    qtbot.addWidget(box)
    desktop = DesktopWithIcons("Fusion")
    box.setStyle(desktop)
    assert box.style().styleHint(ICONS, None, box) == 0


@pytest.mark.usefixtures("theme")
def test_a_name_is_seen_whole_where_it_is_asked_for(qtbot: QtBot) -> None:
    dialog = QInputDialog()
    qtbot.addWidget(dialog)
    dialog.setTextValue("Orange hats for the summer campaign")
    dialog.show()
    field = dialog.findChild(QLineEdit)
    assert field is not None
    assert field.fontMetrics().horizontalAdvance(field.text()) < field.width() - 2 * UNIT


@pytest.mark.usefixtures("theme")
def test_the_ring_around_a_tab_stands_off_its_words(qtbot: QtBot) -> None:
    tabs = QTabBar()
    qtbot.addWidget(tabs)
    tabs.addTab("Exact copies")
    with qtbot.waitActive(tabs):
        tabs.show()
        tabs.activateWindow()
    tabs.setFocus()
    seen = tabs.grab().toImage()
    rows = range(seen.height() // 4, seen.height() * 3 // 4)
    drawn = [x for x in range(seen.width()) if any(seen.pixelColor(x, y).alpha() for y in rows)]
    words = [x for x in drawn if drawn[0] + 2 < x < drawn[-1] - 2]
    assert words[0] - drawn[0] >= UNIT
    assert drawn[-1] - words[-1] >= UNIT
