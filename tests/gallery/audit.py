"""What can be seen of a screen without eyes: what is clipped, nameless, or shows no focus."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QAccessible, QFontMetrics, QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QComboBox,
    QLabel,
    QTabBar,
    QToolButton,
    QWidget,
)

from desktop.qt.widgets.labels import ElidedLabel
from desktop.qt.widgets.panel_scroll import PanelScroll

NO_ROLE = (QAccessible.Role.NoRole, QAccessible.Role.Client, QAccessible.Role.Pane)


def visible(top: QWidget) -> Iterator[QWidget]:
    """All that is shown of a window, itself first."""
    yield top
    for widget in top.findChildren(QWidget):
        if widget.isVisible() and widget.window() is top.window():
            yield widget


def described(widget: QWidget) -> str:
    """Enough to find it: its class, name and words."""
    words = getattr(widget, "text", lambda: "")()
    parent = widget.parentWidget()
    above = type(parent).__name__ if parent is not None else "-"
    return f"{above} > {type(widget).__name__}#{widget.objectName()} {words!r}"


def clipped(top: QWidget) -> list[str]:
    """Words that do not fit into what shows them, and widgets that reach beyond their parent."""
    found = [problem for widget in visible(top) if (problem := _clipped(widget))]
    return found


def squeezed(top: QWidget) -> list[str]:
    """Panels whose rows need more room than there is: they cannot be scrolled sideways."""
    return [
        f"{described(body)}: {needed} px in {panel.viewport().width()} px"
        for panel in top.findChildren(PanelScroll)
        if panel.isVisible() and (body := panel.widget()) and (layout := body.layout())
        if (needed := layout.minimumSize().width()) > panel.viewport().width()
    ]


def _clipped(widget: QWidget) -> str:
    if isinstance(widget, ElidedLabel):
        return ""
    if isinstance(widget, QLabel) and widget.text():
        area = widget.contentsRect().size()
        if widget.wordWrap():
            needed = widget.heightForWidth(widget.width())
            if needed > widget.height():
                return f"{described(widget)}: {needed} px of words in {widget.height()} px"
        elif QFontMetrics(widget.font()).horizontalAdvance(widget.text()) > area.width():
            return f"{described(widget)}: words wider than {area.width()} px"
    elif isinstance(widget, QToolButton):
        needed = QFontMetrics(widget.font()).horizontalAdvance(widget.text())
        if not _is_icon(widget) and needed > widget.width() - 4:
            return f"{described(widget)}: {needed} px in {widget.width()} px"
    elif isinstance(widget, QAbstractButton | QTabBar):
        if not _fits(widget.minimumSizeHint(), widget.size()):
            needed, size = widget.minimumSizeHint().toTuple(), widget.size().toTuple()
            return f"{described(widget)}: {needed} in {size}"
    elif isinstance(widget, QComboBox):
        room = widget.width() - 8 - 24 - 4  # padding, arrow
        needed = QFontMetrics(widget.font()).horizontalAdvance(widget.currentText())
        if needed > room:
            return f"{described(widget)} {widget.currentText()!r}: {needed} px in {room} px"
    return _beyond(widget)


def _is_icon(widget: QWidget) -> bool:
    """A button with a name and an icon shows the icon."""
    if not isinstance(widget, QToolButton):
        return False
    icons = Qt.ToolButtonStyle.ToolButtonIconOnly
    return not widget.text() or (widget.toolButtonStyle() == icons and not widget.icon().isNull())


def _fits(needed: QSize, size: QSize) -> bool:
    return needed.width() <= size.width() and needed.height() <= size.height()


def _beyond(widget: QWidget) -> str:
    parent = widget.parentWidget()
    if parent is None or widget.isWindow() or _scrolls(parent) or widget.size().isEmpty():
        return ""
    place = widget.geometry()
    if not parent.rect().adjusted(-2, -2, 2, 2).contains(place):
        return f"{described(widget)}: {place.getRect()} in {parent.rect().getRect()}"
    return ""


def _scrolls(parent: QWidget) -> bool:
    above = parent.parentWidget()
    return isinstance(above, QAbstractScrollArea) and above.viewport() is parent


def focusable(top: QWidget) -> list[QWidget]:
    """What Tab, or a click, brings the keyboard to."""
    return [
        widget
        for widget in visible(top)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isEnabled()
        and widget.focusProxy() is None
        and not widget.visibleRegion().isEmpty()
    ]


def nameless(top: QWidget) -> list[str]:
    """What a screen reader could say nothing of."""
    found: list[str] = []
    for widget in focusable(top):
        told = QAccessible.queryAccessibleInterface(widget)
        if told is None or not told.isValid():
            found.append(f"{described(widget)}: nothing for a screen reader")
        elif not told.text(QAccessible.Text.Name).strip():
            found.append(f"{described(widget)}: no name")
        elif told.role() in NO_ROLE and not isinstance(widget, QAbstractScrollArea):
            found.append(f"{described(widget)}: no role ({told.role().name})")
    return found


def style_of(widget: QWidget) -> tuple[object, ...]:
    """What decides how its focus is drawn: widgets of one style are looked at once."""
    names = ("next", "flat", "notice", "selectable", "tone")
    return type(widget).__name__, widget.objectName(), *(widget.property(name) for name in names)


def focus_seen(widget: QWidget) -> int:
    """How many pixels change by at least 3 : 1 when the keyboard comes to it."""
    top = widget.window()
    other = next((each for each in focusable(top) if each is not widget), None)
    if other is None:
        return -1
    other.setFocus(Qt.FocusReason.TabFocusReason)
    before = _around(widget)
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    after = _around(widget)
    return sum(
        contrast(before.pixelColor(x, y).name(), after.pixelColor(x, y).name()) >= 3
        for y in range(before.height())
        for x in range(before.width())
        if before.pixel(x, y) != after.pixel(x, y)
    )


def _around(widget: QWidget) -> QImage:
    """The widget in its window, with what is drawn around it."""
    top = widget.window()
    place = QRect(widget.mapTo(top, widget.rect().topLeft()), widget.size())
    return top.grab(place.adjusted(-4, -4, 4, 4).intersected(top.rect())).toImage()


def tones(image: QImage) -> int:
    """How many shades of grey there are, of 256."""
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    return len({*bytes(grey.constBits())})


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb" (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)
